"""Lists: payments, refunds, cash-ups, cheques, transfers, deposits, closed accounts with money."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.payments import queries, rules
from denghuo.commerce.payments.models import (
    Channel,
    Cheque,
    ChequeState,
    Deposit,
    Payment,
    PaymentState,
    Refund,
    RefundSource,
    RefundState,
    Shift,
    ShiftState,
    Transfer,
    TransferState,
)
from denghuo.commerce.receivables.models import AccountBalance
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    NumberRangeFilter,
    TextFilter,
    UnitFilter,
)
from denghuo.kernel.money import fen


def _account_url(row: Any) -> str:
    return reverse("customers:account", args=[row.account_id])


def _payer(row: Any) -> str:
    return row.account.customer.masked_name


@require("payments.view")
class PaymentList(ListPage):
    title = _("Payments")
    keyset = ("-id",)
    scope_field = "unit_id"
    export_name = "payments"
    empty_title = _("No payment yet")
    empty_text = _("Payments come from the counter, from banks and from online channels.")
    columns = [
        Column("number", _("Payment"), url=lambda row: reverse("payments:payment", args=[row.number])),
        Column("account", _("Account"), value="account__number", url=_account_url),
        Column("customer", _("Customer"), value=_payer),
        Column("channel", _("Channel"), value=lambda row: row.get_channel_display()),
        Column("external_id", _("Channel transaction"), hidden=True),
        Column("amount_fen", _("Amount (yuan)"), kind="money", sort=True),
        Column("business_date", _("Business date"), kind="date"),
        Column("value_date", _("Value date"), kind="date", hidden=True),
        Column("state", _("State"), kind="badge"),
        Column("received_by", _("Clerk"), value="received_by__name"),
        Column("received_at", _("Received"), kind="moment", hidden=True),
        Column(
            "basket",
            _("Receipt"),
            value="basket__number",
            url=lambda row: reverse("payments:receipt", args=[row.basket.number]) if row.basket else None,
        ),
    ]
    filters = [
        TextFilter(
            "q",
            _("Number, account or channel transaction"),
            lookups=("number", "account__number", "external_id", "basket__number"),
        ),
        DateRangeFilter("day", _("Business date"), field="business_date"),
        ChoiceFilter("channel", _("Channel"), choices=Channel.choices),
        ChoiceFilter("state", _("State"), choices=PaymentState.choices),
        NumberRangeFilter("amount", _("Amount"), field="amount_fen", unit=_("yuan"), convert=fen),
        TextFilter("clerk", _("Clerk"), lookups=("received_by__name", "received_by__username")),
        UnitFilter(),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Payment]:
        return Payment.objects.filter(unit__code__startswith=request.user.scope).select_related(
            "account__customer", "received_by", "basket"
        )


@require("payments.view")
class RefundList(ListPage):
    title = _("Refunds")
    keyset = ("-id",)
    export_name = "refunds"
    empty_title = _("No refund yet")
    empty_text = _("A refund is asked for on the page of an account and approved by another person.")
    columns = [
        Column(
            "number",
            pgettext_lazy("counter", "Refund"),
            url=lambda row: reverse("payments:refund", args=[row.number]),
        ),
        Column("account", _("Account"), value="account__number", url=_account_url),
        Column("customer", _("Customer"), value=_payer),
        Column("source", pgettext_lazy("counter", "Source"), value=lambda row: row.get_source_display()),
        Column("channel", _("Channel"), value=lambda row: row.get_channel_display()),
        Column("amount_fen", _("Amount (yuan)"), kind="money", sort=True),
        Column("state", _("State"), kind="badge", tones={"requested": "warning", "sent": "accent"}),
        Column("requested_by", _("Asked by"), value="requested_by__name"),
        Column("requested_at", _("Asked for"), kind="moment"),
        Column("paid_at", _("Paid out"), kind="moment"),
    ]
    filters = [
        TextFilter("q", _("Number or account"), lookups=("number", "account__number", "external_id")),
        ChoiceFilter("state", _("State"), choices=RefundState.choices),
        ChoiceFilter("source", pgettext_lazy("counter", "Source"), choices=RefundSource.choices),
        ChoiceFilter("channel", _("Channel"), choices=Channel.choices),
        DateRangeFilter("asked", _("Asked for"), field="requested_at", instant=True),
        UnitFilter(),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Refund]:
        return Refund.objects.filter(unit__code__startswith=request.user.scope).select_related(
            "account__customer", "requested_by"
        )


def _difference(shift: Shift) -> int | None:
    if shift.expected_fen is None or shift.counted_fen is None:
        return None
    return rules.difference_fen(shift.expected_fen, shift.counted_fen)


@require("payments.view")
class ShiftList(ListPage):
    title = _("Cash-ups")
    keyset = ("-id",)
    export_name = "cash-ups"
    empty_title = _("No shift yet")
    empty_text = _("A cashier opens a shift before taking money and counts the till at its end.")
    columns = [
        Column("id", _("Shift"), url=lambda row: reverse("payments:shift", args=[row.pk])),
        Column("business_date", _("Business date"), kind="date", sort=True),
        Column("clerk", _("Clerk"), value="clerk__name"),
        Column("unit", _("Unit"), value="unit__name"),
        Column("state", _("State"), kind="badge", tones={"counted": "warning"}),
        Column("float_fen", _("Change fund"), kind="money"),
        Column("expected_fen", _("By the books"), kind="money"),
        Column("counted_fen", _("Counted"), kind="money"),
        Column("difference", _("Difference"), kind="money", value=_difference),
        Column("deposited_fen", _("Paid in"), kind="money"),
        Column("confirmed_by", _("Confirmed by"), value="confirmed_by__name"),
    ]
    filters = [
        ChoiceFilter("state", _("State"), choices=ShiftState.choices),
        DateRangeFilter("day", _("Business date"), field="business_date"),
        TextFilter("clerk", _("Clerk"), lookups=("clerk__name", "clerk__username")),
        UnitFilter(),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Shift]:
        return Shift.objects.filter(unit__code__startswith=request.user.scope).select_related(
            "clerk", "unit", "confirmed_by"
        )


@require("payments.view")
class ChequeList(ListPage):
    title = _("Cheques")
    keyset = ("-id",)
    export_name = "cheques"
    empty_title = _("No cheque yet")
    empty_text = _("A cheque taken at the counter waits here until the bank has paid it.")
    columns = [
        Column("number", _("Cheque"), url=lambda row: reverse("payments:cheque", args=[row.pk])),
        Column("bank", _("Bank")),
        Column("drawer", _("Drawer")),
        Column("amount_fen", _("Amount (yuan)"), kind="money", sort=True),
        Column("taken", pgettext_lazy("counter", "Taken"), kind="moment", value="basket__received_at"),
        Column("state", _("State"), kind="badge", tones={"presented": "warning", "cleared": "success", "bounced": "danger"}),
        Column(
            "receipt",
            _("Receipt"),
            value="basket__number",
            url=lambda row: reverse("payments:receipt", args=[row.basket.number]),
        ),
        Column("decided_at", _("Decided"), kind="moment"),
        Column("bounce_reason", _("Why it bounced"), hidden=True),
    ]  # fmt: skip
    filters = [
        TextFilter("q", _("Cheque or receipt number"), lookups=("number", "basket__number")),
        TextFilter("drawer", _("Drawer"), lookups=("drawer__contains",)),
        ChoiceFilter("state", _("State"), choices=ChequeState.choices),
        DateRangeFilter(
            "taken", pgettext_lazy("counter", "Taken"), field="basket__received_at", instant=True
        ),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Cheque]:
        return Cheque.objects.filter(basket__unit__code__startswith=request.user.scope).select_related(
            "basket"
        )


@require("payments.view")
class TransferList(ListPage):
    title = _("Transfers")
    keyset = ("-id",)
    export_name = "transfers"
    empty_title = _("No transfer yet")
    empty_text = _("Prepayment moves to another account from the page of the account that holds it.")
    columns = [
        Column("number", _("Transfer"), url=lambda row: reverse("payments:transfer", args=[row.number])),
        Column("source", _("From account"), value="source__number"),
        Column("target", _("To account"), value="target__number"),
        Column("amount_fen", _("Amount (yuan)"), kind="money", sort=True),
        Column("state", _("State"), kind="badge", tones={"requested": "warning"}),
        Column("requested_by", _("Asked by"), value="requested_by__name"),
        Column("requested_at", _("Asked for"), kind="moment"),
        Column("reason", _("Reason"), hidden=True),
    ]
    filters = [
        TextFilter("q", _("Number or account"), lookups=("number", "source__number", "target__number")),
        ChoiceFilter("state", _("State"), choices=TransferState.choices),
        DateRangeFilter("asked", _("Asked for"), field="requested_at", instant=True),
        UnitFilter(),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Transfer]:
        return Transfer.objects.filter(unit__code__startswith=request.user.scope).select_related(
            "source", "target", "requested_by"
        )


@require("payments.view")
class DepositList(ListPage):
    title = _("Deposits")
    keyset = ("-id",)
    export_name = "deposits"
    empty_title = _("No deposit yet")
    empty_text = _("Security is taken from the page of an account, for example for temporary supply.")
    columns = [
        Column("number", _("Deposit"), url=lambda row: reverse("payments:deposit", args=[row.number])),
        Column("account", _("Account"), value="account__number", url=_account_url),
        Column("customer", _("Customer"), value=_payer),
        Column("purpose", _("Purpose")),
        Column("amount_fen", _("Amount (yuan)"), kind="money", sort=True),
        Column("held_fen", _("Still held"), kind="money", sort=True),
        Column("taken_at", pgettext_lazy("counter", "Taken"), kind="moment"),
    ]
    filters = [
        TextFilter("q", _("Number or account"), lookups=("number", "account__number", "external_id")),
        NumberRangeFilter("held", _("Still held"), field="held_fen", unit=_("yuan"), convert=fen),
        DateRangeFilter("taken", pgettext_lazy("counter", "Taken"), field="taken_at", instant=True),
        UnitFilter(),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Deposit]:
        return Deposit.objects.filter(unit__code__startswith=request.user.scope).select_related(
            "account__customer"
        )


@require("payments.view")
class ClosedAccountList(ListPage):
    title = _("Balances of closed accounts")
    pretitle = _("Money owed to customers who have left")
    keyset = ("closed", "account_id")
    export_name = "closed-accounts"
    empty_title = _("Nobody is owed anything")
    empty_text = _("A closed account on which prepayment is left appears here until it is refunded.")
    columns = [
        Column("account", _("Account"), value="account__number", url=_account_url),
        Column("customer", _("Customer"), value=_payer),
        Column("closed", pgettext_lazy("counter", "Closed"), kind="date"),
        Column("prepaid_fen", _("Prepaid (yuan)"), kind="money"),
        Column(
            "refund",
            "",
            value=lambda row: pgettext_lazy("counter", "Refund"),
            url=lambda row: reverse("payments:new-refund", args=[row.account.number]),
            kind="link",
        ),
    ]
    filters = [
        TextFilter("q", _("Account"), lookups=("account__number",)),
        DateRangeFilter("closed_on", pgettext_lazy("counter", "Closed"), field="account__closed_date"),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[AccountBalance]:
        return queries.closed_accounts_with_money(request.user.scope).annotate(
            closed=F("account__closed_date")
        )
