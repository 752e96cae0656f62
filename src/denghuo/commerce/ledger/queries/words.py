"""What ledger accounts and their details are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.ledger.rules import Nature, chart

ACCOUNTS: Mapping[str, Any] = {
    chart.CASH: _("Cash on hand"),
    chart.BANK: _("Bank deposits"),
    chart.CLEARING: _("Money on the way from channels"),
    chart.CHEQUES: _("Cheques in collection"),
    chart.RECEIVABLE: _("Electricity receivable"),
    chart.PAYABLE_GENERATION: _("Payable for generation bought"),
    chart.PREPAYMENT: _("Prepayments"),
    chart.SUSPENSE: _("Receipts to be matched"),
    chart.REFUND_PAYABLE: _("Refunds on the way"),
    chart.DEPOSIT: _("Deposits held"),
    chart.FUNDS: _("Government funds collected"),
    chart.REVENUE_ENERGY: _("Revenue: energy"),
    chart.REVENUE_TRANSMISSION: _("Revenue: transmission and distribution"),
    chart.REVENUE_BASIC: _("Revenue: basic charge"),
    chart.REVENUE_ADJUSTMENT: _("Revenue: adjustments"),
    chart.REVENUE_BREACH: _("Revenue: breach of use"),
    chart.REVENUE_CONNECTION: _("Revenue: connection fees"),
    chart.LATE_FEE: _("Late-payment charges"),
    chart.CASH_OVER: _("Cash surplus"),
    chart.PURCHASE_GENERATION: _("Generation bought"),
    chart.CHANNEL_FEE: _("Fees of payment channels"),
    chart.WRITE_OFF: _("Bad debts written off"),
    chart.CASH_SHORT: _("Cash shortage"),
    chart.COMPENSATION: _("Compensation and goodwill"),
}
NATURES: Mapping[Nature, Any] = {
    Nature.ASSET: pgettext_lazy("ledger", "Asset"),
    Nature.LIABILITY: pgettext_lazy("ledger", "Liability"),
    Nature.INCOME: pgettext_lazy("ledger", "Income"),
    Nature.EXPENSE: pgettext_lazy("ledger", "Expense"),
}

_details: dict[str, Any] = {}
_naming: list[Callable[[], Mapping[str, Any]]] = []


def name_details(names: Mapping[str, Any]) -> None:
    """Say how details (channels, tills) are called on pages."""
    _details.update(names)


def ask_for_details(names: Callable[[], Mapping[str, Any]]) -> None:
    """Let a room whose details come and go (components) say how they are called, when an unknown one is met."""
    if names not in _naming:
        _naming.append(names)


def account_name(code: str) -> Any:
    return ACCOUNTS.get(code, code)


def detail_name(detail: str) -> Any:
    """The word for a detail; a clerk's user name and what nobody named stay as they are."""
    if detail and detail not in _details:
        for names in _naming:
            _details.update(names())
        _details.setdefault(detail, detail)
    return _details.get(detail, detail)
