"""The addresses of this room."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.invoicing.web import exports, invoices, lists, profiles

app_name = "invoicing"
urlpatterns = [
    path("", lists.InvoiceList.as_view(), name="invoices"),
    path("bills/", lists.BillList.as_view(), name="bills"),
    path("bills/request", invoices.request_many, name="request-many"),
    path("bills/<str:number>/", invoices.request_invoice, name="request"),
    path("red/", lists.RedList.as_view(), name="red"),
    path("exports/", lists.ExportList.as_view(), name="exports"),
    path("exports/make", exports.make, name="make-export"),
    path("exports/<str:number>/", exports.export_page, name="export"),
    path("exports/<str:number>/<str:kind>", exports.export_file, name="export-file"),
    path("seller/", profiles.seller, name="seller"),
    path("buyers/<str:number>/", profiles.buyer, name="buyer"),
    path("<str:number>/", invoices.invoice_page, name="invoice"),
    path("<str:number>/pdf", invoices.invoice_pdf, name="invoice-pdf"),
    path("<str:number>/cancel", invoices.cancel, name="cancel"),
    path("<str:number>/again", invoices.ask_again, name="ask-again"),
    path("<str:number>/red", invoices.raise_red, name="raise-red"),
    path("<str:number>/confirm", invoices.confirm_red, name="confirm-red"),
    path("<str:number>/issued", invoices.record_issued, name="record-issued"),
    path("<str:number>/rejected", invoices.record_rejected, name="record-rejected"),
]
