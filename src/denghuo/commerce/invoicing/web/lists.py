"""Lists: invoices, bills without one, red letters to be worked, exports."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.billing.models import Bill
from denghuo.commerce.invoicing import queries
from denghuo.commerce.invoicing.models import Invoice, InvoiceExport, InvoiceKind, InvoiceState
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    BulkAction,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    MonthFilter,
    NumberRangeFilter,
    TextFilter,
    UnitFilter,
)
from denghuo.kernel.masking import person_name
from denghuo.kernel.money import fen
from denghuo.records.customers.models import CustomerKind

TONES = {
    "confirmation": "warning", "requested": "info", "exported": "accent", "issued": "success",
    "rejected": "danger", "offset": "neutral", "cancelled": "neutral",
}  # fmt: skip


def invoice_url(invoice: Invoice) -> str:
    return reverse("invoicing:invoice", args=[invoice.number])


def buyer_name(invoice: Invoice) -> str:
    buyer = json.loads(invoice.buyer)
    return person_name(buyer["name"]) if buyer.get("is_person") else str(buyer["name"])


NUMBER = Column("number", _("Request number"), url=invoice_url, sort=True)
TAX_NUMBER = Column("tax_number", _("Invoice number"))
KIND = Column("kind", _("Kind"), kind="badge", tones={"red": "danger", "blue": "info"})
STATE = Column("state", _("State"), kind="badge", tones=TONES)
AMOUNT = Column("total", _("Amount with tax (yuan)"), kind="money", value="total_fen", sort=True)
BUYER = Column("buyer", _("Buyer"), value=buyer_name)
BILL = Column(
    "bill", _("Bill"), value="bill__number", url=lambda row: reverse("billing:bill", args=[row.bill.number])
)


@require("invoicing.view")
class InvoiceList(ListPage):
    title = _("Electronic invoices")
    pretitle = _("Invoices")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "invoices"
    empty_title = _("No invoice has been asked for")
    empty_text = _("Choose issued bills and ask for their invoices.")
    create_url: ClassVar[Any] = reverse_lazy("invoicing:bills")
    create_label = _("Invoice bills")
    create_permission = "invoicing.request"
    columns = [
        NUMBER,
        TAX_NUMBER,
        KIND,
        Column("special", _("VAT special invoice"), kind="flag", hidden=True),
        STATE,
        BUYER,
        AMOUNT,
        Column("ex_tax", _("Without tax (yuan)"), kind="money", value="ex_tax_fen", hidden=True),
        Column("tax", _("Tax (yuan)"), kind="money", value="tax_fen", hidden=True),
        replace(BILL, hidden=True),
        Column("cycle", _("Cycle"), value="bill__cycle"),
        Column("account", _("Account"), value="account__number", hidden=True),
        Column("issued_date", _("Issue date"), kind="date"),
        Column("requested_at", _("Asked for"), kind="moment", hidden=True),
    ]
    filters = [
        TextFilter(
            "q",
            _("Invoice, bill or account number"),
            lookups=("number", "tax_number", "bill__number", "account__number"),
        ),
        ChoiceFilter("state", _("State"), choices=InvoiceState.choices),
        MonthFilter("cycle", _("Cycle"), field="bill__cycle"),
        ChoiceFilter("kind", _("Kind"), choices=InvoiceKind.choices),
        ChoiceFilter(
            "special",
            _("VAT special invoice"),
            choices=[
                ("True", pgettext_lazy("invoice", "Special")),
                ("False", pgettext_lazy("invoice", "Ordinary")),
            ],
        ),
        UnitFilter(),
        DateRangeFilter("issued", _("Issue date"), field="issued_date"),
        NumberRangeFilter("amount", _("Amount"), field="total_fen", unit=_("yuan"), convert=fen),
        TextFilter("export_file", _("Export number"), lookups=("export__number",)),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Invoice]:
        return Invoice.objects.select_related("bill", "account")


@require("invoicing.view")
class RedList(InvoiceList):
    title = _("Red-letter invoices to be worked")
    export_name = "red-letter-invoices"
    create_url = ""
    empty_title = _("No red-letter invoice waits")
    empty_text = _("A reversed bill whose invoice has been issued puts one here by itself.")
    columns = [
        NUMBER,
        STATE,
        Column(
            "original",
            _("Offsets"),
            value="original__tax_number",
            url=lambda row: invoice_url(row.original),
        ),
        BUYER,
        AMOUNT,
        Column("reason", _("Reason")),
        BILL,
        Column("confirmation_number", _("Red-letter confirmation")),
        Column("requested_at", _("Asked for"), kind="moment"),
    ]
    filters = [
        ChoiceFilter(
            "state",
            _("State"),
            choices=[(state.value, state.label) for state in queries.RED_WORK],
        ),
        TextFilter(
            "q", _("Invoice, bill or account number"), lookups=("number", "bill__number", "account__number")
        ),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Invoice]:
        return queries.waiting_red(request.user.scope).select_related("bill", "account", "original")


@require("invoicing.request")
class BillList(ListPage):
    title = _("Bills without an invoice")
    pretitle = _("Invoices")
    keyset = ("-cycle", "-id")
    export_name = "bills-without-invoice"
    empty_title = _("Every issued bill has its invoice")
    empty_text = _("Bills appear here when they are issued with an amount above zero.")
    columns = [
        Column("number", _("Bill"), url=lambda bill: reverse("billing:bill", args=[bill.number])),
        Column("cycle", _("Cycle")),
        Column("account", _("Account"), value="account__number"),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("energy", _("Energy (kWh)"), kind="energy", value="energy_kwh"),
        Column("amount", _("Amount (yuan)"), kind="money", value="total_fen"),
        Column("issued_at", _("Issued on"), kind="moment"),
    ]
    filters = [
        MonthFilter("cycle", _("Cycle")),
        TextFilter("q", _("Bill or account number"), lookups=("number", "account__number")),
        ChoiceFilter(
            "kind", _("Customer kind"), choices=CustomerKind.choices, field="account__customer__kind"
        ),
        ChoiceFilter(
            "profile",
            _("Invoice title"),
            choices=[("yes", _("given")), ("no", _("not given"))],
            apply=lambda rows, value: rows.filter(account__buyer_profile__isnull=value == "no"),
        ),
        UnitFilter(),
    ]
    bulk_actions = [
        BulkAction(
            _("Ask for invoices"),
            reverse_lazy("invoicing:request-many"),
            icon="file-invoice",
            permission="invoicing.request",
            confirm=_("Ask for the invoices of the selected bills?"),
        ),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Bill]:
        return queries.bills_to_invoice(request.user.scope).select_related("account__customer")


@require("invoicing.view")
class ExportList(ListPage):
    title = _("Files for the tax platform")
    pretitle = _("Invoices")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "invoice-exports"
    template_name = "invoicing/exports.html"
    empty_title = _("No file has been made")
    empty_text = _("A file takes every invoice that has been asked for and not sent.")
    columns = [
        Column("number", _("Export number"), url=lambda row: reverse("invoicing:export", args=[row.number])),
        Column("invoices", _("Invoices"), kind="number"),
        Column("amount", _("Amount (yuan)"), kind="money", value="total_fen"),
        Column("unit", _("Unit"), value="unit__name"),
        Column("created_by", _("Made by"), value="created_by__name"),
        Column("created_at", _("Made on"), kind="moment"),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[InvoiceExport]:
        return InvoiceExport.objects.select_related("unit", "created_by")

    def extra_context(self, request: Any) -> dict[str, Any]:
        waiting = queries.invoices_in_scope(request.user.scope).filter(state=InvoiceState.REQUESTED)
        return {
            "waiting": waiting.count(),
            "may_export": True,
            "may_send": request.user.may("invoicing.issue"),
        }
