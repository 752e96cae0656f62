"""What payments show on the account page, in the menu, on the workbench and in the search."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.commerce.ledger.queries import link_numbers
from denghuo.commerce.ledger.queries.words import name_details
from denghuo.commerce.payments import rules
from denghuo.commerce.payments.models import (
    Basket,
    Channel,
    Cheque,
    ChequeState,
    Deposit,
    Payment,
    PaymentState,
    Refund,
    RefundState,
    Shift,
    ShiftState,
    Transfer,
    TransferState,
)
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameters
from denghuo.foundation.ui import extensions, formats, navigation
from denghuo.foundation.ui.extensions import SearchHit, SearchQuery, Tile, TimelineItem

PANEL_ROWS = 12
ACTIONS = {
    "payments.payment.received": gettext_lazy("Payment received"),
    "payments.payment.reversed": gettext_lazy("Payment undone"),
    "payments.payments.received": gettext_lazy("Payments of a file received"),
    "payments.receipt.printed": gettext_lazy("Receipt printed"),
    "payments.receipt.reprinted": gettext_lazy("Copy of a receipt printed"),
    "payments.shift.opened": gettext_lazy("Shift opened"),
    "payments.shift.counted": gettext_lazy("Till counted"),
    "payments.shift.confirmed": gettext_lazy("Cash-up confirmed"),
    "payments.shift.sent_back": gettext_lazy("Cash-up sent back"),
    "payments.cheque.cleared": gettext_lazy("Cheque cleared"),
    "payments.cheque.bounced": gettext_lazy("Cheque bounced"),
    "payments.refund.asked": gettext_lazy("Refund asked for"),
    "payments.refund.approved": gettext_lazy("Refund approved"),
    "payments.refund.rejected": gettext_lazy("Refund rejected"),
    "payments.refund.sent": gettext_lazy("Refund sent"),
    "payments.refund.paid": gettext_lazy("Refund paid out"),
    "payments.refund.failed": gettext_lazy("Refund failed"),
    "payments.transfer.asked": gettext_lazy("Transfer asked for"),
    "payments.transfer.done": gettext_lazy("Prepayment moved"),
    "payments.transfer.approved": gettext_lazy("Transfer approved"),
    "payments.transfer.rejected": gettext_lazy("Transfer rejected"),
    "payments.generation.offset": gettext_lazy("Generation set against bills"),
    "payments.deposit.taken": gettext_lazy("Deposit taken"),
    "payments.deposit.drawn": gettext_lazy("Deposit drawn on"),
}
_AMOUNT = gettext_lazy("Amount (yuan)")


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    audit.name_fields(
        {
            **{
                f"payments.{model}.amount_fen": (_AMOUNT, {})
                for model in ("payment", "refund", "transfer", "deposit")
            },
            "payments.payment.channel": (gettext_lazy("Channel"), {}),
            "payments.refund.channel": (gettext_lazy("Channel"), {}),
            "payments.refund.external_id": (gettext_lazy("Channel transaction"), {}),
            "payments.transfer.target": (gettext_lazy("To account"), {}),
            "payments.deposit.held_fen": (gettext_lazy("Still held"), {}),
            "payments.shift.float_fen": (gettext_lazy("Change fund"), {}),
            "payments.shift.expected_fen": (gettext_lazy("Cash by the books"), {}),
            "payments.shift.counted_fen": (gettext_lazy("Cash counted"), {}),
            "payments.shift.deposited_fen": (gettext_lazy("Paid in at the bank"), {}),
            "payments.shift.difference_fen": (gettext_lazy("Difference"), {}),
        }
    )
    name_details(dict(Channel.choices))
    link_numbers(_document_url)
    audit.mark_sensitive(
        "payments.payment.reversed", "payments.receipt.reprinted", "payments.refund.approved",
        "payments.transfer.approved", "payments.cheque.bounced", "payments.shift.sent_back",
    )  # fmt: skip
    parameters.name(
        {
            rules.SECOND_PERSON_ABOVE_YUAN.code: (
                gettext_lazy("Refunds above this amount need a second person (0: all)"),
                gettext_lazy("yuan"),
            )
        }
    )
    _register_menu()
    extensions.panel(
        "account",
        "payments",
        gettext_lazy("Payments"),
        "payments/parts/account_panel.html",
        _panel,
        permission="payments.view",
        order=40,
    )
    extensions.timeline("account", _timeline)
    extensions.action(
        "account",
        gettext_lazy("Take a payment"),
        lambda account: f"{reverse('payments:cashier')}?q={account.number}",
        icon="cash-banknote",
        permission="payments.take",
    )
    extensions.workbench("payments.take", _my_shift_tile, order=5)
    extensions.workbench("payments.confirm_cash_up", _accountant_tile, order=12)
    extensions.workbench("payments.approve", _approver_tile, order=23)
    extensions.search(_search, permission="payments.view", order=42)


def _register_menu() -> None:
    for order, (label, url_name, icon, permission) in enumerate(
        (
            (gettext_lazy("Counter"), "payments:cashier", "cash-banknote", "payments.take"),
            (gettext_lazy("Payments"), "payments:payments", "coin", "payments.view"),
            (gettext_lazy("Cash-ups"), "payments:shifts", "cash", "payments.view"),
            (gettext_lazy("Cheques"), "payments:cheques", "file-dollar", "payments.view"),
            (gettext_lazy("Refunds"), "payments:refunds", "receipt-refund", "payments.view"),
            (gettext_lazy("Transfers"), "payments:transfers", "transfer", "payments.view"),
            (gettext_lazy("Deposits"), "payments:deposits", "lock", "payments.view"),
            (
                gettext_lazy("Balances of closed accounts"),
                "payments:closed-accounts",
                "logout",
                "payments.view",
            ),
        )
    ):
        navigation.register(
            navigation.NavItem("money", label, url_name, icon=icon, permission=permission, order=420 + order)
        )


def _panel(request: StaffRequest, account: Any) -> dict[str, Any]:
    user = request.user
    return {
        "payments": list(
            Payment.objects.filter(account=account).select_related("received_by").order_by("-id")[:PANEL_ROWS]
        ),
        "refunds": list(Refund.objects.filter(account=account).order_by("-id")[:PANEL_ROWS]),
        "deposits": list(Deposit.objects.filter(account=account).order_by("-id")[:PANEL_ROWS]),
        "transfers": list(
            Transfer.objects.filter(Q(source=account) | Q(target=account))
            .select_related("source", "target")
            .order_by("-id")[:PANEL_ROWS]
        ),
        "account": account,
        "more_url": f"{reverse('payments:payments')}?q={account.number}",
        "may_refund": user.may("payments.refund"),
        "may_take": user.may("payments.take"),
    }


def _timeline(account_id: Any, before: datetime | None, limit: int) -> Iterable[TimelineItem]:
    payments = Payment.objects.filter(account_id=getattr(account_id, "pk", account_id))
    if before is not None:
        payments = payments.filter(received_at__lt=before)
    return [
        TimelineItem(
            at=payment.received_at,
            icon="coin",
            tone="success" if payment.state == PaymentState.RECEIVED else "warning",
            title=_("Payment received")
            if payment.state == PaymentState.RECEIVED
            else _("Payment received and undone"),
            text=_("%(amount)s yuan, %(channel)s")
            % {"amount": formats.money(payment.amount_fen), "channel": payment.get_channel_display()},
            url=reverse("payments:payment", args=[payment.number]),
        )
        for payment in payments.order_by("-received_at")[:limit]
    ]


def _my_shift_tile(request: StaffRequest) -> Tile | None:
    shift = (
        Shift.objects.filter(clerk=request.user, state=ShiftState.OPEN)
        .annotate(fen=Sum("baskets__total_fen"), receipts=Count("baskets"))
        .first()
    )
    if shift is None:
        return Tile(
            title=_("My shift"),
            value=_("not open"),
            hint=_("Open it to take money"),
            url=reverse("payments:my-shift"),
            icon="cash-banknote",
            tone="warning",
        )
    fen: int = getattr(shift, "fen", 0) or 0
    return Tile(
        title=_("My shift"),
        value=formats.money(fen),
        unit=_("yuan"),
        hint=_("%(n)s receipts") % {"n": getattr(shift, "receipts", 0)},
        url=reverse("payments:cashier"),
        icon="cash-banknote",
        tone="success",
    )


def _accountant_tile(request: StaffRequest) -> Tile | None:
    scope = request.user.scope
    waiting = Shift.objects.filter(unit__code__startswith=scope, state=ShiftState.COUNTED).count()
    refunds = Refund.objects.filter(
        unit__code__startswith=scope, state=RefundState.APPROVED, channel="transfer"
    ).count()
    cheques = Cheque.objects.filter(basket__unit__code__startswith=scope, state=ChequeState.PRESENTED).count()
    return Tile(
        title=_("Cash-ups to confirm"),
        value=waiting,
        hint=_("%(refunds)s refunds to transfer, %(cheques)s cheques in collection")
        % {"refunds": refunds, "cheques": cheques},
        url=f"{reverse('payments:shifts')}?state=counted",
        icon="cash",
        tone="warning" if waiting else "success",
    )


def _approver_tile(request: StaffRequest) -> Tile | None:
    scope = request.user.scope
    waiting = Refund.objects.filter(unit__code__startswith=scope, state=RefundState.REQUESTED).exclude(
        requested_by=request.user
    )
    found = waiting.aggregate(count=Count("id"), fen=Sum("amount_fen"))
    transfers = Transfer.objects.filter(unit__code__startswith=scope, state=TransferState.REQUESTED).count()
    return Tile(
        title=_("Refunds to approve"),
        value=found["count"],
        hint=_("%(yuan)s yuan, %(n)s transfers wait too")
        % {"yuan": formats.money(found["fen"] or 0), "n": transfers},
        url=f"{reverse('payments:refunds')}?state=requested",
        icon="receipt-refund",
        tone="warning" if found["count"] else "success",
    )


def _search(query: SearchQuery, scope: str) -> Iterable[SearchHit]:
    """Payments, receipts, refunds and transfers by their whole number: a letter and digits."""
    text = query.text.strip().upper()
    if len(text) < 14 or text[0] not in "PSRT" or not text[1:].isdecimal() or not text.isascii():
        return
    if text[0] == "P":
        for payment in Payment.objects.filter(number=text, unit__code__startswith=scope).select_related(
            "account"
        ):
            yield _hit(gettext_lazy("Payments"), payment, payment.account.number, "payments:payment")
    elif text[0] == "S":
        for basket in Basket.objects.filter(number=text, unit__code__startswith=scope):
            yield SearchHit(
                kind=gettext_lazy("Receipts"),
                title=basket.number,
                subtitle=formats.money(basket.total_fen),
                url=reverse("payments:receipt", args=[basket.number]),
                icon="receipt",
            )
    elif text[0] == "R":
        for refund in Refund.objects.filter(number=text, unit__code__startswith=scope).select_related(
            "account"
        ):
            yield _hit(gettext_lazy("Refunds"), refund, refund.account.number, "payments:refund")
    else:
        for transfer in Transfer.objects.filter(number=text, unit__code__startswith=scope).select_related(
            "source"
        ):
            yield _hit(gettext_lazy("Transfers"), transfer, transfer.source.number, "payments:transfer")


def _hit(kind: Any, row: Payment | Refund | Transfer, account: str, url_name: str) -> SearchHit:
    return SearchHit(
        kind=kind,
        title=row.number,
        subtitle=f"{account} · {formats.money(row.amount_fen)}",
        url=reverse(url_name, args=[row.number]),
        icon="coin",
    )


_PAGES = {"P": (16, "payment"), "S": (15, "receipt"), "R": (14, "refund"), "T": (14, "transfer")}


def _document_url(number: str) -> str | None:
    """Where the ledger finds our documents, by the letter and the length of their numbers."""
    digits, page = _PAGES.get(number[:1], (0, ""))
    if len(number) != digits or not number[1:].isdecimal():
        return None
    return reverse(f"payments:{page}", args=[number])
