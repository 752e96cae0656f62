"""Place an order at a channel, ask about it, close it. The network is never inside a transaction.

Each verb is short transactions around a call: written before it, so that a kill leaves a row the janitor asks about;
settled after it.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from denghuo.commerce.channels import rules
from denghuo.commerce.channels.models import (
    OPEN,
    Enquiry,
    IncidentKind,
    OrderState,
    PaymentOrder,
    Question,
    Verdict,
)
from denghuo.commerce.channels.operations import settling
from denghuo.commerce.channels.operations.address import notify_url, return_url
from denghuo.commerce.channels.operations.gateways import gateway
from denghuo.commerce.channels.operations.incidents import raise_incident
from denghuo.commerce.channels.rules import parameters as figures
from denghuo.commerce.channels.rules import schedule
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.foundation.parameters import queries as parameters
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account

CLOSED_BY_HAND = "closed_by_hand"


class OrderImpossible(Exception):
    """It cannot be placed: no amount, no such way to pay, the channel is off; the text tells the clerk."""


class KeyUsed(OrderImpossible):
    """The same key was used for another account, amount or way to pay."""


def place(
    *,
    account: Account,
    amount_fen: int,
    provider: str,
    product: str,
    key: str,
    at: datetime,
    actor: Staff | None = None,
    lifetime: timedelta | None = None,
    description: str = "",
    openid: str = "",
    payer_address: str = "127.0.0.1",
) -> PaymentOrder:
    """Ask a channel to collect ``amount_fen`` for an account; the same ``key`` gives the same order again.

    The order comes back ``pending`` with its code, ``failed`` where the channel refused it, or ``unknown`` where no
    answer came: then the janitor asks. May not be called inside a transaction.

    Raises:
        OrderImpossible: see there.
        KeyUsed: see there.
    """
    try:
        gateway(provider)
    except rules.GatewayOff as off:
        raise OrderImpossible(_("This channel is not available here: %(reason)s") % {"reason": off}) from off
    if amount_fen <= 0:
        raise OrderImpossible(_("The amount must be above zero."))
    if product not in rules.PRODUCTS[provider]:
        raise OrderImpossible(_("This channel has no such way to pay."))
    order = _written(
        account=account,
        amount_fen=amount_fen,
        provider=provider,
        product=product,
        key=key,
        at=at,
        actor=actor,
        lifetime=lifetime or _lifetime(product, at),
        description=description,
    )
    if order.code_url or not order.is_open:
        return order
    return _send(order, at=at, openid=openid, payer_address=payer_address)


def _lifetime(product: str, at: datetime) -> timedelta:
    figure = figures.CODE_MINUTES if product in ("native", "precreate") else figures.LINK_MINUTES
    return timedelta(minutes=parameters.value(figure, on=day_of(at)))


def _written(
    *,
    account: Account,
    amount_fen: int,
    provider: str,
    product: str,
    key: str,
    at: datetime,
    actor: Staff | None,
    lifetime: timedelta,
    description: str,
) -> PaymentOrder:
    try:
        with transaction.atomic(durable=True):
            if known := PaymentOrder.objects.filter(key=key).first():
                return _same(known, account, amount_fen, provider, product)
            order = PaymentOrder.objects.create(
                key=key,
                out_trade_no=_number(at),
                account=account,
                unit_id=account.unit_id,
                provider=provider,
                product=product,
                amount_fen=amount_fen,
                description=description or _("Electricity %(number)s") % {"number": account.number},
                created_at=at,
                created_by=actor,
                expires_at=at + lifetime,
                next_query_at=schedule.next_query(at, at + lifetime, at),
            )
            audit.record(
                "channels.order.placed",
                subject=order,
                actor=actor,
                at=at,
                changes={"amount_fen": [None, amount_fen], "provider": [None, provider]},
            )
            return order
    except IntegrityError:  # the same key at the same instant: the other one won
        known = PaymentOrder.objects.get(key=key)
        return _same(known, account, amount_fen, provider, product)


def _number(at: datetime) -> str:
    """Ours for good: the day, a serial, and six characters that nobody guesses and no other database has."""
    on = day_of(at)
    serial = numbering.allocate(f"channels.order.{on:%Y%m%d}", 1)[0]
    return f"D{on:%Y%m%d}{serial:06d}{secrets.token_hex(3)}"


def _same(
    order: PaymentOrder, account: Account, amount_fen: int, provider: str, product: str
) -> PaymentOrder:
    asked = (account.pk, amount_fen, provider, product)
    if (order.account_id, order.amount_fen, order.provider, order.product) != asked:
        raise KeyUsed(_("This order has been placed already with other figures. Start again."))
    return order


def _send(order: PaymentOrder, *, at: datetime, openid: str, payer_address: str) -> PaymentOrder:
    request = rules.OrderRequest(
        out_trade_no=order.out_trade_no,
        amount_fen=order.amount_fen,
        description=order.description,
        product=order.product,
        expires_at=order.expires_at,
        notify_url=notify_url(order.provider),
        return_url=return_url(),
        payer_address=payer_address,
        openid=openid,
    )
    try:
        ticket = gateway(order.provider).create_order(request)
    except rules.GatewayRefused as refused:
        return _answered(order, at, OrderState.FAILED, "refused", str(refused))
    except (rules.GatewayUnreachable, rules.GatewayOff) as lost:
        return _answered(order, at, OrderState.UNKNOWN, "unreachable", str(lost))
    return _answered(order, at, OrderState.PENDING, "placed", code_url=ticket.code_url)


@transaction.atomic(durable=True)
def _answered(
    order: PaymentOrder, at: datetime, state: OrderState, answer: str, detail: str = "", code_url: str = ""
) -> PaymentOrder:
    found = settling.locked(order.pk)
    ask(found, Question.CREATE, at, answer, detail)
    if found.state in (OrderState.CREATED, OrderState.UNKNOWN):
        found.state, found.last_error = state, detail[:200]
        found.code_url = code_url or found.code_url
        if state == OrderState.FAILED:
            settling.end(found, at)
        found.save(update_fields=["state", "code_url", "last_error", "next_query_at", "ended_at"])
    return found


def ask(order: PaymentOrder, question: Question, at: datetime, answer: str, detail: str = "") -> None:
    Enquiry.objects.create(
        order=order, question=question, asked_at=at, answer=answer[:12], detail=detail[:200]
    )


def look_up(*, order: PaymentOrder, at: datetime, wanted: bool = False) -> PaymentOrder:
    """Ask the channel about an order and believe it; close the order once it can no longer be paid.

    Of several that ask at the same instant one goes to the channel, the others see the order as it stands.
    ``wanted`` (a person pressed the button) asks about ended orders too: late money is money.
    May not be called inside a transaction.
    """
    if not _claimed(order, at) and not wanted:
        order.refresh_from_db()
        return order
    status = _asked(order, at)
    if status is None:
        return _still(order, at)
    found = _believed(order, status, at)
    if found.is_open and schedule.last_call(found.expires_at, at):
        found = _closed(found, at, "expired")
    return found


def _claimed(order: PaymentOrder, at: datetime) -> bool:
    """Move the next question on, so that nobody else asks this one."""
    if order.next_query_at is None:
        return False
    following = schedule.next_query(order.created_at, order.expires_at, at)
    mine = PaymentOrder.objects.filter(OPEN, pk=order.pk, next_query_at=order.next_query_at)
    return mine.update(next_query_at=following, queries_made=F("queries_made") + 1) == 1


def _asked(order: PaymentOrder, at: datetime) -> rules.OrderStatus | None:
    try:
        return gateway(order.provider).query(order.out_trade_no)
    except (rules.GatewayUnreachable, rules.GatewayRefused, rules.GatewayOff) as problem:
        with transaction.atomic(durable=True):
            ask(order, Question.QUERY, at, _word(problem), str(problem))
            PaymentOrder.objects.filter(pk=order.pk).update(last_error=str(problem)[:200])
        return None


def _word(problem: Exception) -> str:
    return "refused" if isinstance(problem, rules.GatewayRefused) else "unreachable"


@transaction.atomic(durable=True)
def _still(order: PaymentOrder, at: datetime) -> PaymentOrder:
    """No answer: put an order that is open a day after its end before a person."""
    found = settling.locked(order.pk)
    if found.is_open and at > found.expires_at + schedule.ATTENTION_AFTER:
        raise_incident(
            kind=IncidentKind.STILL_OPEN,
            provider=found.provider,
            reference=found.out_trade_no,
            at=at,
            order=found,
            expected_fen=found.amount_fen,
            detail=found.last_error,
        )
    return found


def _believed(order: PaymentOrder, status: rules.OrderStatus, at: datetime) -> PaymentOrder:
    try:
        with transaction.atomic(durable=True):
            found = settling.locked(order.pk)
            ask(found, Question.QUERY, at, status.state, status.transaction_id)
            settling.apply(found, status, at=at)
            return found
    except settling.NotBooked as problem:
        with transaction.atomic(durable=True):
            found = settling.locked(order.pk)
            ask(found, Question.QUERY, at, "not_booked", str(problem))
            settling.not_booked(found, status.transaction_id, str(problem), at)
        return found


def close(*, order: PaymentOrder, at: datetime, actor: Staff | None = None) -> PaymentOrder:
    """Close an order that the customer will not pay; one that was paid in the meantime is booked instead.

    May not be called inside a transaction.
    """
    order.refresh_from_db()
    if not order.is_open:
        return order
    found = _closed(order, at, CLOSED_BY_HAND)
    if found.state == OrderState.CLOSED:
        with transaction.atomic(durable=True):
            audit.record("channels.order.closed", subject=found, actor=actor, at=at)
    return found


def _closed(order: PaymentOrder, at: datetime, why: str) -> PaymentOrder:
    try:
        gateway(order.provider).close(order.out_trade_no)
    except rules.GatewayRefused as refused:  # paid at this very moment: ask, and believe
        with transaction.atomic(durable=True):
            ask(order, Question.CLOSE, at, "refused", str(refused))
        status = _asked(order, at)
        return _believed(order, status, at) if status else _still(order, at)
    except (rules.GatewayUnreachable, rules.GatewayOff) as lost:
        with transaction.atomic(durable=True):
            ask(order, Question.CLOSE, at, "unreachable", str(lost))
        return _still(order, at)
    with transaction.atomic(durable=True):
        found = settling.locked(order.pk)
        ask(found, Question.CLOSE, at, "closed", why)
        settling.apply(found, rules.OrderStatus("closed"), at=at)
        return found


def hasten(order: PaymentOrder, at: datetime) -> None:
    """Ask about an open order at the next occasion."""
    PaymentOrder.objects.filter(OPEN, pk=order.pk, next_query_at__gt=at).update(next_query_at=at)


__all__ = ["KeyUsed", "OrderImpossible", "Verdict", "close", "hasten", "look_up", "place"]
