"""Give money back through the channel that took it: prepared when a refund is approved, sent and asked about until it ends."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from denghuo.commerce.channels import rules
from denghuo.commerce.channels.models import (
    REFUND_OPEN,
    Enquiry,
    GatewayRefund,
    IncidentKind,
    PaymentOrder,
    Question,
    RefundStep,
)
from denghuo.commerce.channels.operations.address import notify_url
from denghuo.commerce.channels.operations.gateways import gateway
from denghuo.commerce.channels.operations.incidents import raise_incident
from denghuo.commerce.channels.rules import schedule
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Refund, RefundState


@transaction.atomic
def prepare(*, refund_id: int, at: datetime) -> GatewayRefund | None:
    """Queue an approved refund of WeChat Pay or Alipay; safe to call again. None where another channel pays it.

    A refund without its payment cannot go back by itself: it fails at once and the money is on the account again.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.channel not in rules.PRODUCTS:
        return None
    if known := GatewayRefund.objects.filter(refund=refund).first():
        return known
    if refund.state != RefundState.APPROVED:
        return None
    payment = refund.payment
    if payment is None:
        payments.refund_failed(refund=refund, reason=_("The payment it should return is not known."), at=at)
        return None
    order = PaymentOrder.objects.filter(payment=payment).first()
    return GatewayRefund.objects.create(
        refund=refund,
        order=order,
        provider=refund.channel,
        out_refund_no=refund.number,
        out_trade_no=order.out_trade_no if order else payment.note,
        transaction_id=payment.external_id,
        amount_fen=refund.amount_fen,
        total_fen=payment.amount_fen,
        created_at=at,
        next_query_at=at,
    )


def locked(pk: int) -> GatewayRefund:
    return GatewayRefund.objects.select_for_update(of=("self",)).select_related("refund").get(pk=pk)


def pursue(*, gateway_refund: GatewayRefund, at: datetime) -> GatewayRefund:
    """Send a refund, or ask what became of it. Sending again under the same number pays once.

    May not be called inside a transaction.
    """
    following = schedule.next_refund_query(gateway_refund.created_at, at)
    mine = GatewayRefund.objects.filter(
        REFUND_OPEN, pk=gateway_refund.pk, next_query_at=gateway_refund.next_query_at
    )
    if mine.update(next_query_at=following, queries_made=F("queries_made") + 1) != 1:
        gateway_refund.refresh_from_db()
        return gateway_refund
    status = _asked(gateway_refund, at) if gateway_refund.state == RefundStep.SENT else None
    if status is None or status.state == "missing":
        status = _sent(gateway_refund, at)
    with transaction.atomic(durable=True):
        found = locked(gateway_refund.pk)
        if status is not None:
            apply(found, status, at=at)
        elif at > found.created_at + schedule.ATTENTION_AFTER:
            _attention(found, IncidentKind.STILL_OPEN, found.last_error, at)
    return found


def _asked(waiting: GatewayRefund, at: datetime) -> rules.RefundStatus | None:
    try:
        status = gateway(waiting.provider).query_refund(waiting.out_refund_no, waiting.transaction_id)
    except (rules.GatewayUnreachable, rules.GatewayRefused, rules.GatewayOff) as problem:
        _note(waiting, Question.QUERY_REFUND, at, "unreachable", str(problem))
        return rules.RefundStatus("processing")
    _note(waiting, Question.QUERY_REFUND, at, status.state)
    return status


def _sent(waiting: GatewayRefund, at: datetime) -> rules.RefundStatus | None:
    """Send it; None where nobody knows whether it arrived."""
    request = rules.RefundRequest(
        out_refund_no=waiting.out_refund_no,
        out_trade_no=waiting.out_trade_no,
        transaction_id=waiting.transaction_id,
        refund_fen=waiting.amount_fen,
        total_fen=waiting.total_fen,
        reason=waiting.refund.reason,
        notify_url=notify_url(waiting.provider),
    )
    try:
        status = gateway(waiting.provider).refund(request)
    except rules.GatewayRefused as refused:
        _note(waiting, Question.REFUND, at, "refused", str(refused))
        return rules.RefundStatus("failed", reason=str(refused))
    except (rules.GatewayUnreachable, rules.GatewayOff) as lost:
        _note(waiting, Question.REFUND, at, "unreachable", str(lost), unknown=True)
        return None
    _note(waiting, Question.REFUND, at, status.state)
    return status


@transaction.atomic(durable=True)
def _note(
    waiting: GatewayRefund,
    question: Question,
    at: datetime,
    answer: str,
    detail: str = "",
    unknown: bool = False,
) -> None:
    Enquiry.objects.create(
        gateway_refund=waiting, question=question, asked_at=at, answer=answer[:12], detail=detail[:200]
    )
    changes = {"last_error": detail[:200]}
    if unknown:
        changes["state"] = RefundStep.UNKNOWN
    GatewayRefund.objects.filter(REFUND_OPEN, pk=waiting.pk).update(**changes)


def apply(found: GatewayRefund, status: rules.RefundStatus, *, at: datetime) -> bool:
    """Move a locked refund to what the channel says; whether anything changed. Inside the caller's transaction."""
    if not found.next_query_at:
        return False
    if status.state in ("processing", "missing"):
        if found.state == RefundStep.SENT:
            return False
        payments.refund_sent(refund=found.refund, at=at)
        found.state = RefundStep.SENT
        found.channel_refund_id = status.refund_id or found.channel_refund_id
        found.save(update_fields=["state", "channel_refund_id"])
        return True
    if status.state == "paid":
        found.state, found.channel_refund_id = RefundStep.PAID, status.refund_id or found.out_refund_no
        payments.refund_paid(refund=found.refund, external_id=found.channel_refund_id, at=at)
    else:
        found.state, found.last_error = RefundStep.FAILED, status.reason[:200]
        payments.refund_failed(refund=found.refund, reason=status.reason or "failed", at=at)
        _attention(found, IncidentKind.REFUND_FAILED, status.reason, at)
    found.next_query_at, found.ended_at = None, at
    found.save(update_fields=["state", "channel_refund_id", "last_error", "next_query_at", "ended_at"])
    return True


def _attention(found: GatewayRefund, kind: IncidentKind, detail: str, at: datetime) -> None:
    raise_incident(
        kind=kind,
        provider=found.provider,
        reference=found.out_refund_no,
        at=at,
        order=found.order,
        gateway_refund=found,
        amount_fen=found.amount_fen,
        detail=detail,
    )
