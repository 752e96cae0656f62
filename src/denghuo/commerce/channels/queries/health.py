"""Whether the channels work: what came in last, what was refused, what waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet, Sum

from denghuo.commerce.channels.models import (
    GOOD_VERDICTS,
    OPEN,
    REFUND_OPEN,
    Enquiry,
    GatewayRefund,
    Incident,
    Notification,
    PaymentOrder,
    Verdict,
)
from denghuo.commerce.channels.rules import schedule


@dataclass
class Health:
    """One channel over the last day: callbacks by verdict, orders, and what waits beyond its schedule."""

    provider: str
    last_heard_at: datetime | None = None
    last_answer_at: datetime | None = None
    last_failure_at: datetime | None = None
    heard: int = 0
    refused: list[tuple[str, int]] = field(default_factory=list)
    paid: int = 0
    paid_fen: int = 0
    waiting: int = 0
    forgotten: int = 0
    refunds_waiting: int = 0

    @property
    def refused_count(self) -> int:
        return sum(count for _verdict, count in self.refused)


def health(*, at: datetime) -> dict[str, Health]:
    """Every channel as it stood in the 24 hours before ``at``."""
    found = {provider: Health(provider) for provider in ("wechat", "alipay")}
    day = at - timedelta(days=1)
    _callbacks(found, day)
    _orders(found, day, at)
    _answers(found, day)
    return found


def _callbacks(found: dict[str, Health], day: datetime) -> None:
    for provider, standing in found.items():
        last = (
            Notification.objects.filter(provider=provider, verdict=Verdict.ACCEPTED).order_by("-id").first()
        )
        standing.last_heard_at = last.received_at if last else None
    recent = Notification.objects.filter(received_at__gt=day).values_list("provider", "verdict")
    for provider, verdict, count in recent.annotate(n=Count("id")).order_by("-n"):
        if verdict in GOOD_VERDICTS:
            found[provider].heard += count
        else:
            found[provider].refused.append((str(Verdict(verdict).label), count))


def _orders(found: dict[str, Health], day: datetime, at: datetime) -> None:
    paid = PaymentOrder.objects.filter(state="paid", ended_at__gt=day).values_list("provider")
    for provider, count, fen in paid.annotate(n=Count("id"), fen=Sum("amount_fen")):
        found[provider].paid, found[provider].paid_fen = count, fen
    late = Q(next_query_at__lt=at - schedule.LATE)
    waiting = PaymentOrder.objects.filter(OPEN).values_list("provider")
    for provider, count, forgotten in waiting.annotate(n=Count("id"), late=Count("id", filter=late)):
        found[provider].waiting, found[provider].forgotten = count, forgotten
    refunds = GatewayRefund.objects.filter(REFUND_OPEN).values_list("provider")
    for provider, count in refunds.annotate(n=Count("id")):
        found[provider].refunds_waiting = count


def _answers(found: dict[str, Health], day: datetime) -> None:
    """When the channel answered a question last, and when it did not."""
    asked = Enquiry.objects.filter(asked_at__gt=day, order__isnull=False).values_list("order__provider")
    silent = Q(answer="unreachable")
    for provider, good, bad in asked.annotate(
        good=Max("asked_at", filter=~silent), bad=Max("asked_at", filter=silent)
    ):
        found[provider].last_answer_at, found[provider].last_failure_at = good, bad


def open_incidents(scope: str) -> QuerySet[Incident]:
    return Incident.objects.filter(resolved_at__isnull=True, unit_id__startswith=scope)
