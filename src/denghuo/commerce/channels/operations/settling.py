"""Believe what a channel says about an order: book the money once, or end the order without it."""

from __future__ import annotations

from datetime import datetime

from denghuo.commerce.channels import events, rules
from denghuo.commerce.channels.models import IncidentKind, OrderState, PaymentOrder, Verdict
from denghuo.commerce.channels.operations.incidents import raise_incident
from denghuo.commerce.ledger.operations import PeriodClosed
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Payment
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import day_of


class NotBooked(Exception):
    """The money is there but cannot be booked (a closed month, a transaction booked for somebody else)."""


def locked(order_id: int) -> PaymentOrder:
    return PaymentOrder.objects.select_for_update(of=("self",)).select_related("account").get(pk=order_id)


def apply(order: PaymentOrder, status: rules.OrderStatus, *, at: datetime) -> Verdict:
    """Move a locked order to what the channel says; inside the caller's transaction.

    Raises:
        NotBooked: see there; the caller's transaction must be given up.
    """
    if status.state == "paid":
        return _paid(order, status, at)
    wanted = rules.believed(order.state, status.state, at=at, expires_at=order.expires_at)
    if wanted == order.state:
        return Verdict.IGNORED
    order.state = wanted
    if wanted in rules.FINAL:
        end(order, at)
    order.save(update_fields=["state", "next_query_at", "ended_at"])
    return Verdict.ACCEPTED


def end(order: PaymentOrder, at: datetime) -> None:
    """Note that an order ended without money; the caller saves it."""
    order.next_query_at, order.ended_at = None, at
    outbox.publish(
        events.OrderClosed(
            order_id=order.pk, account_id=order.account_id, amount_fen=order.amount_fen, closed_at=at
        )
    )


def _paid(order: PaymentOrder, status: rules.OrderStatus, at: datetime) -> Verdict:
    if not status.transaction_id:
        return Verdict.MALFORMED
    if status.amount_fen != order.amount_fen:
        wrong_amount(order, status.transaction_id, status.amount_fen, at)
        if order.is_open:  # nobody can pay it any more, and asking again gives the same answer
            order.state, order.next_query_at, order.ended_at = OrderState.FAILED, None, at
            order.last_error = "wrong_amount"
            order.save(update_fields=["state", "next_query_at", "ended_at", "last_error"])
        return Verdict.WRONG_AMOUNT
    if order.state == OrderState.PAID and order.transaction_id == status.transaction_id:
        return Verdict.DUPLICATE
    payment = _book(order, status, at)
    if order.state == OrderState.PAID:  # the customer was charged twice: the money is on the account
        raise_incident(
            kind=IncidentKind.PAID_TWICE,
            provider=order.provider,
            reference=status.transaction_id,
            at=at,
            order=order,
            amount_fen=status.amount_fen,
            expected_fen=0,
            detail=payment.number,
        )
        return Verdict.DUPLICATE if payment.received_at < at else Verdict.ACCEPTED
    order.state, order.payment, order.transaction_id = OrderState.PAID, payment, status.transaction_id
    order.paid_at, order.payer = status.paid_at or at, status.payer[:80]
    order.next_query_at, order.ended_at, order.last_error = None, at, ""
    order.save(
        update_fields=[
            "state", "payment", "transaction_id", "paid_at", "payer", "next_query_at", "ended_at", "last_error",
        ]
    )  # fmt: skip
    return Verdict.ACCEPTED


def _book(order: PaymentOrder, status: rules.OrderStatus, at: datetime) -> Payment:
    try:
        return payments.receive(
            account=order.account,
            amount_fen=order.amount_fen,
            channel=order.provider,
            external_id=status.transaction_id,
            at=at,
            value_date=day_of(status.paid_at) if status.paid_at else None,
            payer=status.payer[:80],
            note=order.out_trade_no,
        )
    except (PeriodClosed, payments.PaymentDiffers) as error:
        raise NotBooked(f"{type(error).__name__}: {error}") from error


def wrong_amount(order: PaymentOrder, transaction_id: str, amount_fen: int | None, at: datetime) -> None:
    raise_incident(
        kind=IncidentKind.WRONG_AMOUNT,
        provider=order.provider,
        reference=transaction_id or order.out_trade_no,
        at=at,
        order=order,
        amount_fen=amount_fen,
        expected_fen=order.amount_fen,
    )


def not_booked(order: PaymentOrder, transaction_id: str, error: str, at: datetime) -> None:
    raise_incident(
        kind=IncidentKind.NOT_BOOKED,
        provider=order.provider,
        reference=transaction_id or order.out_trade_no,
        at=at,
        order=order,
        amount_fen=order.amount_fen,
        expected_fen=order.amount_fen,
        detail=error,
    )
