"""Invoices on the pages of bills and accounts, in the menu, on the workbench and in the search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.commerce.billing.models import BillKind, BillState
from denghuo.commerce.invoicing import queries
from denghuo.commerce.invoicing.models import Invoice, InvoiceState
from denghuo.commerce.invoicing.rules import parameters as figures
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameters
from denghuo.foundation.ui import extensions, formats, navigation
from denghuo.foundation.ui.extensions import SearchHit, SearchQuery, Tile

ACTIONS = {
    "invoicing.seller.set": gettext_lazy("Seller on invoices changed"),
    "invoicing.buyer.set": gettext_lazy("Invoice title changed"),
    "invoicing.invoice.requested": gettext_lazy("Invoice asked for"),
    "invoicing.invoice.requested_again": gettext_lazy("Invoice asked for again"),
    "invoicing.invoice.cancelled": gettext_lazy("Invoice request cancelled"),
    "invoicing.invoice.issued": gettext_lazy("Invoice issued"),
    "invoicing.invoice.rejected": gettext_lazy("Invoice rejected by the tax platform"),
    "invoicing.red.raised": gettext_lazy("Red-letter invoice asked for"),
    "invoicing.red.confirmed": gettext_lazy("Red-letter confirmation noted"),
    "invoicing.export.made": gettext_lazy("File for the tax platform made"),
}


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    audit.name_fields(
        {
            "invoicing.invoice.bill": (gettext_lazy("Bill"), {}),
            "invoicing.invoice.original": (gettext_lazy("Offsets"), {}),
            "invoicing.invoice.total_fen": (gettext_lazy("Amount (yuan)"), {}),
            "invoicing.invoiceexport.total_fen": (gettext_lazy("Amount (yuan)"), {}),
        }
    )
    audit.mark_sensitive("invoicing.seller.set", "invoicing.red.raised")
    parameters.name(
        {
            figures.VAT_RATE.code: (gettext_lazy("Rate of value-added tax on electricity"), ""),
            figures.TAX_CODE.code: (gettext_lazy("Tax classification code of electricity"), ""),
            figures.ITEM_NAME.code: (gettext_lazy("Item on invoices"), ""),
        }
    )
    _register_menu()
    extensions.panel(
        "account",
        "invoices",
        gettext_lazy("Invoices"),
        "invoicing/parts/panel.html",
        _account_panel,
        permission="invoicing.view",
        order=45,
    )
    extensions.panel(
        "bill",
        "invoices",
        gettext_lazy("Invoices"),
        "invoicing/parts/panel.html",
        _bill_panel,
        permission="invoicing.view",
        order=20,
    )
    extensions.workbench("invoicing.issue", _red_tile, order=46)
    extensions.search(_search, permission="invoicing.view", order=45)


def _register_menu() -> None:
    for order, (label, url_name, icon, permission) in enumerate(
        (
            (gettext_lazy("Electronic invoices"), "invoicing:invoices", "file-invoice", "invoicing.view"),
            (gettext_lazy("Bills without an invoice"), "invoicing:bills", "file-dollar", "invoicing.request"),
            (gettext_lazy("Red-letter invoices"), "invoicing:red", "receipt-refund", "invoicing.issue"),
            (
                gettext_lazy("Files for the tax platform"),
                "invoicing:exports",
                "file-export",
                "invoicing.issue",
            ),
            (gettext_lazy("The seller on invoices"), "invoicing:seller", "building", "invoicing.issue"),
        )
    ):
        navigation.register(
            navigation.NavItem("money", label, url_name, icon=icon, permission=permission, order=403 + order)
        )


def _account_panel(request: StaffRequest, account: Any) -> dict[str, Any]:
    return {
        "invoices": queries.account_invoices(account),
        "with_bill": True,
        "buyer_url": reverse("invoicing:buyer", args=[account.number])
        if request.user.may("invoicing.request")
        else "",
        "more_url": f"{reverse('invoicing:invoices')}?q={account.number}",
    }


def _bill_panel(request: StaffRequest, bill: Any) -> dict[str, Any] | None:
    if bill.kind not in (BillKind.ORDINARY, BillKind.FINAL) or bill.issued_at is None:
        return None
    found = queries.bill_invoices(bill)
    live = any(
        invoice.kind == "blue" and invoice.state in ("requested", "exported", "issued") for invoice in found
    )
    askable = bill.state == BillState.ISSUED and bill.total_fen > 0 and not live
    return {
        "invoices": found,
        "request_url": reverse("invoicing:request", args=[bill.number])
        if askable and request.user.may("invoicing.request")
        else "",
    }


def _red_tile(request: StaffRequest) -> Tile | None:
    waiting = queries.waiting_red(request.user.scope).count()
    return Tile(
        title=_("Red-letter invoices"),
        value=waiting,
        hint=_("wait to be worked") if waiting else _("Nothing waits"),
        url=reverse("invoicing:red"),
        icon="receipt-refund",
        tone="warning" if waiting else "success",
    )


def _search(query: SearchQuery, scope: str) -> Iterable[SearchHit]:
    """Invoices by our number or by the 20 digits of the platform."""
    text = query.text.upper()
    by_ours = text.startswith("FP") and len(text) == 16
    if not (by_ours or len(query.digits) == 20):
        return
    wanted = {"number": text} if by_ours else {"tax_number": text}
    found = Invoice.objects.filter(**wanted, unit__code__startswith=scope).select_related("account").first()
    if found is not None:
        yield SearchHit(
            kind=gettext_lazy("Invoices"),
            title=found.tax_number or found.number,
            subtitle=f"{found.account.number} · {formats.money(found.total_fen)} · {InvoiceState(found.state).label}",
            url=reverse("invoicing:invoice", args=[found.number]),
            icon="file-invoice",
        )
