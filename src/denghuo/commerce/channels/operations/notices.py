"""Hear a callback: verify it, compare it with the order, book the money once, and keep what was said."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from denghuo.commerce.channels import rules
from denghuo.commerce.channels.models import (
    GOOD_VERDICTS,
    GatewayRefund,
    IncidentKind,
    Notification,
    PaymentOrder,
    Verdict,
)
from denghuo.commerce.channels.operations import refunds, settling
from denghuo.commerce.channels.operations.gateways import gateway
from denghuo.commerce.channels.operations.incidents import raise_incident
from denghuo.commerce.channels.operations.orders import hasten
from denghuo.commerce.channels.rules import Notice

log = logging.getLogger(__name__)
DAMAGED = frozenset(chr(code) for code in range(32)) | {"\x7f"}


@dataclass(frozen=True)
class Envelope:
    """What came in, before anybody looked into it. ``body`` is None where it was too large to be read."""

    provider: str
    headers: Mapping[str, str]
    body: bytes | None
    size: int
    address: str = ""


def hear(*, envelope: Envelope, at: datetime) -> Verdict:
    """Act on a callback; the same one again changes nothing. A refused one changes no order and is kept.

    The answer to the channel is success for ``GOOD_VERDICTS``, else its own form of failure.
    """
    if envelope.body is None or len(envelope.body) > rules.BODY_LIMIT:
        return _refuse(envelope, at, Verdict.TOO_BIG)
    try:
        port = gateway(envelope.provider)
        notice = port.parse_notification(envelope.headers, envelope.body)
    except rules.GatewayOff:
        return _refuse(envelope, at, Verdict.OFF)
    except rules.NoticeRefused as refused:
        return _refuse(envelope, at, Verdict(refused.verdict), refused.text)
    try:
        with transaction.atomic():
            return _act(envelope, notice, port, at)
    except settling.NotBooked as problem:
        with transaction.atomic():
            order = _order_of(notice, envelope.provider)
            assert order is not None
            settling.not_booked(order, notice.transaction_id, str(problem), at)
            return _keep(envelope, at, Verdict.NOT_BOOKED, str(problem), notice, order=order)


def _act(envelope: Envelope, notice: Notice, port: rules.PaymentGateway, at: datetime) -> Verdict:
    if notice.kind == "refund":
        return _refund(envelope, notice, port, at)
    order = _order_of(notice, envelope.provider)
    refused = rules.refusal(
        notice,
        at=at,
        merchant=port.merchant,
        app=port.app,
        ordered_fen=order.amount_fen if order else None,
    )
    if refused is not None:
        verdict, detail = Verdict(refused[0]), refused[1]
        _consequences(verdict, notice, envelope.provider, order, at)
        return _keep(envelope, at, verdict, detail, notice, order=order)
    assert order is not None
    status = rules.OrderStatus(
        notice.state, notice.transaction_id, notice.amount_fen, notice.paid_at, notice.payer
    )
    verdict = settling.apply(settling.locked(order.pk), status, at=at)
    return _keep(envelope, at, verdict, "", notice, order=order)


def _order_of(notice: Notice, provider: str) -> PaymentOrder | None:
    if DAMAGED & set(notice.out_trade_no):
        return None
    return PaymentOrder.objects.filter(provider=provider, out_trade_no=notice.out_trade_no).first()


def _consequences(
    verdict: Verdict, notice: Notice, provider: str, order: PaymentOrder | None, at: datetime
) -> None:
    """No state changes; what concerns money goes to a person, and an old callback makes us ask the channel itself."""
    if verdict == Verdict.STALE and order is not None:
        hasten(order, at)
    elif verdict == Verdict.WRONG_AMOUNT and order is not None:
        settling.wrong_amount(order, notice.transaction_id, notice.amount_fen, at)
    elif verdict == Verdict.UNKNOWN_ORDER and notice.state == "paid":
        raise_incident(
            kind=IncidentKind.UNKNOWN_ORDER,
            provider=provider,
            reference=notice.transaction_id or notice.out_trade_no,
            at=at,
            amount_fen=notice.amount_fen,
            detail=notice.out_trade_no,
        )


def _refund(envelope: Envelope, notice: Notice, port: rules.PaymentGateway, at: datetime) -> Verdict:
    found = (
        None
        if DAMAGED & set(notice.out_refund_no)
        else GatewayRefund.objects.filter(
            provider=envelope.provider, out_refund_no=notice.out_refund_no
        ).first()
    )
    refused = rules.refusal(
        notice,
        at=at,
        merchant=port.merchant,
        app=port.app,
        ordered_fen=found.amount_fen if found else None,
    )
    if refused is not None:
        return _keep(envelope, at, Verdict(refused[0]), refused[1], notice, gateway_refund=found)
    assert found is not None
    status = rules.RefundStatus(
        notice.state, notice.refund_id, notice.amount_fen, notice.paid_at, notice.reason
    )
    changed = refunds.apply(refunds.locked(found.pk), status, at=at)
    verdict = Verdict.ACCEPTED if changed else Verdict.DUPLICATE
    return _keep(envelope, at, verdict, "", notice, gateway_refund=found)


def _refuse(envelope: Envelope, at: datetime, verdict: Verdict, detail: str = "") -> Verdict:
    with transaction.atomic():
        return _keep(envelope, at, verdict, detail, None)


def _keep(
    envelope: Envelope,
    at: datetime,
    verdict: Verdict,
    detail: str,
    notice: Notice | None,
    *,
    order: PaymentOrder | None = None,
    gateway_refund: GatewayRefund | None = None,
) -> Verdict:
    detail = "".join(" " if letter in DAMAGED else letter for letter in detail)[:200]
    if verdict not in GOOD_VERDICTS:
        log.warning("%s callback refused: %s %s", envelope.provider, verdict, detail)
        if _flooded(at):
            return verdict
    body = envelope.body or b""
    Notification.objects.create(
        provider=envelope.provider,
        received_at=at,
        size=envelope.size,
        digest=hashlib.sha256(body).hexdigest() if body else "",
        address=envelope.address[:45],
        verdict=verdict,
        error=detail,
        order=order,
        gateway_refund=gateway_refund,
        transaction_id=_clean(notice.transaction_id) if notice else "",
    )
    return verdict


def _clean(text: str) -> str:
    return "".join(letter for letter in text if letter not in DAMAGED)[:64]


def _flooded(at: datetime) -> bool:
    """Whether more refused callbacks came in the last minute than are kept."""
    recent = Notification.objects.filter(received_at__gt=at - timedelta(minutes=1)).exclude(
        verdict__in=GOOD_VERDICTS
    )
    return recent[: rules.LOGGED_A_MINUTE].count() >= rules.LOGGED_A_MINUTE
