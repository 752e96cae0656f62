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
    for row in Notification.objects.values("provider").annotate(
        last=Max("received_at", filter=Q(verdict__in=GOOD_VERDICTS))
    ):
        found[row["provider"]].last_heard_at = row["last"]
    recent = Notification.objects.filter(received_at__gt=day)
    for row in recent.values("provider", "verdict").annotate(n=Count("id")).order_by("-n"):
        standing = found[row["provider"]]
        if row["verdict"] in GOOD_VERDICTS:
            standing.heard += row["n"]
        else:
            standing.refused.append((Verdict(row["verdict"]).label, row["n"]))
    paid = PaymentOrder.objects.filter(state="paid", ended_at__gt=day)
    for row in paid.values("provider").annotate(n=Count("id"), fen=Sum("amount_fen")):
        found[row["provider"]].paid, found[row["provider"]].paid_fen = row["n"], row["fen"]
    late = Q(next_query_at__lt=at - schedule.LATE)
    waiting = PaymentOrder.objects.filter(OPEN).values("provider")
    for row in waiting.annotate(n=Count("id"), late=Count("id", filter=late)):
        found[row["provider"]].waiting, found[row["provider"]].forgotten = row["n"], row["late"]
    for row in GatewayRefund.objects.filter(REFUND_OPEN).values("provider").annotate(n=Count("id")):
        found[row["provider"]].refunds_waiting = row["n"]
    answers = Enquiry.objects.filter(asked_at__gt=day, order__isnull=False).values("order__provider")
    silent = Q(answer="unreachable")
    for row in answers.annotate(good=Max("asked_at", filter=~silent), bad=Max("asked_at", filter=silent)):
        standing = found[row["order__provider"]]
        standing.last_answer_at, standing.last_failure_at = row["good"], row["bad"]
    return found


def open_incidents(scope: str) -> QuerySet[Incident]:
    return Incident.objects.filter(resolved_at__isnull=True, unit_id__startswith=scope)
