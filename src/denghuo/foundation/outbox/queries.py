"""What is waiting to be heard."""

from __future__ import annotations

from django.db.models import QuerySet

from denghuo.foundation.outbox import rules
from denghuo.foundation.outbox.models import Delivery


def dead() -> QuerySet[Delivery]:
    """Deliveries that failed too often and wait for a person, oldest first."""
    return (
        Delivery.objects.filter(done_at__isnull=True, attempts__gte=rules.ATTEMPTS)
        .select_related("message")
        .order_by("message_id", "id")
    )


def waiting() -> QuerySet[Delivery]:
    """Deliveries that will still be tried, oldest first."""
    return (
        Delivery.objects.filter(done_at__isnull=True, attempts__lt=rules.ATTEMPTS)
        .select_related("message")
        .order_by("message_id", "id")
    )
