"""Receive a payment, once per transaction of its channel; reverse one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import CASH, CHEQUES
from denghuo.commerce.payments import events, rules
from denghuo.commerce.payments.models import (
    Basket,
    Channel,
    Cheque,
    ChequeState,
    Payment,
    PaymentState,
)
from denghuo.commerce.receivables import operations as receivables
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account

DOCUMENT = "payments.payment"


def money_leg(
    channel: Channel | str, amount_fen: int, *, clerk: Staff | None = None, unit_id: str = ""
) -> Leg:
    """The leg of the money itself: a debit where it comes in (above zero), a credit where it goes out."""
    account = rules.MONEY_ACCOUNT[str(channel)]
    detail = str(channel)
    if account == CASH:
        detail = clerk.username if clerk else ""
    elif account == CHEQUES:
        detail = ""
    return Leg(account, amount_fen, detail=detail, unit_id=unit_id)


@transaction.atomic
def receive(
    *,
    account: Account,
    amount_fen: int,
    channel: Channel | str,
    external_id: str,
    at: datetime,
    actor: Staff | None = None,
    value_date: date | None = None,
    basket: Basket | None = None,
    payer: str = "",
    note: str = "",
    only: Iterable[int] | None = None,
    money: Leg | None = None,
    clerk: Staff | None = None,
) -> Payment:
    """Book a payment that has come in; the payment of the same channel transaction is returned if it was booked before.

    Debts are settled oldest first with the late fee up to ``value_date`` (the day of ``at`` unless said), the rest is
    prepayment. ``money`` replaces the leg of the channel (a receipt matched from suspense). Safe to call again.

    Raises:
        ValueError: an amount that is not above zero.
        PaymentDiffers: the transaction was booked before with another amount or account.
        PeriodClosed: the month is closed.
    """
    receivables.lock([account.pk])
    if known := _known(account, amount_fen, str(channel), external_id):
        return known
    on = day_of(at)
    number = f"P{on:%Y%m%d}{numbering.allocate(f'payments.payment.{on:%Y%m%d}', 1)[0]:07d}"
    settled = receivables.receive(
        account_id=account.pk,
        amount_fen=amount_fen,
        money=[money or money_leg(channel, amount_fen, clerk=clerk or actor, unit_id=account.unit_id)],
        on=on,
        at=at,
        value_date=value_date,
        unit_id=account.unit_id,
        actor=actor,
        key=f"payment:{channel}:{external_id}",
        document_type=DOCUMENT,
        document_number=number,
        only=only,
    )
    payment = Payment.objects.create(
        number=number,
        account=account,
        unit_id=account.unit_id,
        channel=channel,
        external_id=external_id,
        amount_fen=amount_fen,
        business_date=on, value_date=value_date or on, basket=basket, payer=payer, note=note,
        posting=settled.posting, received_at=at, received_by=actor,
    )  # fmt: skip
    _tell(payment, actor, at)
    return payment


def _tell(payment: Payment, actor: Staff | None, at: datetime) -> None:
    outbox.publish(
        events.PaymentReceived(
            payment_id=payment.pk,
            account_id=payment.account_id,
            amount_fen=payment.amount_fen,
            channel=payment.channel,
            received_at=at,
        )
    )
    audit.record(
        "payments.payment.received",
        subject=payment,
        actor=actor,
        at=at,
        changes={"amount_fen": [None, payment.amount_fen], "channel": [None, payment.channel]},
    )


def _known(account: Account, amount_fen: int, channel: str, external_id: str) -> Payment | None:
    known = Payment.objects.filter(channel=channel, external_id=external_id).first()
    if known and (known.account_id, known.amount_fen) != (account.pk, amount_fen):
        raise PaymentDiffers(
            _("Transaction %(id)s has been booked already with another amount or account.")
            % {"id": external_id}
        )
    return known


class PaymentDiffers(Exception):
    """The channel transaction is known with another amount or account: nothing is booked."""


class PaymentCannotBeReversed(Exception):
    """It is reversed already, or its money has gone on."""


@transaction.atomic
def reverse(*, payment: Payment, at: datetime, reason: str, actor: Staff | None = None) -> Payment:
    """Undo a payment by a reversing posting: what it settled is open again.

    Raises:
        PaymentCannotBeReversed: done before, no reason, or its prepayment has been refunded or moved away.
        PeriodClosed: the month is closed.
    """
    if not reason.strip():
        raise PaymentCannotBeReversed(_("Give the reason."))
    receivables.lock([payment.account_id])
    found = Payment.objects.select_related("posting").get(pk=payment.pk)
    if found.state != PaymentState.RECEIVED:
        raise PaymentCannotBeReversed(_("This payment has been reversed already."))
    if (
        found.channel == Channel.CHEQUE
        and found.basket_id is not None
        and Cheque.objects.filter(basket_id=found.basket_id, state=ChequeState.CLEARED).exists()
    ):
        raise PaymentCannotBeReversed(_("The cheque has cleared: refund the money instead."))
    if found.refunds.exclude(state__in=rules.OVER).exists():
        raise PaymentCannotBeReversed(_("Part of this payment went back through its channel."))
    try:
        found.reversal = receivables.undo(
            posting=found.posting, on=day_of(at), at=at, reason=reason, actor=actor
        )
    except receivables.NotEnoughPrepaid as error:
        raise PaymentCannotBeReversed(str(error)) from error
    found.state, found.reversal_reason = PaymentState.REVERSED, reason
    found.save(update_fields=["state", "reversal", "reversal_reason"])
    outbox.publish(
        events.PaymentReversed(
            payment_id=found.pk,
            account_id=found.account_id,
            amount_fen=found.amount_fen,
            channel=found.channel,
            reversed_at=at,
        )
    )
    audit.record("payments.payment.reversed", subject=found, actor=actor, at=at, reason=reason)
    return found
