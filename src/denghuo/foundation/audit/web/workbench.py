"""The audit trail on the workbench: what was done today that an auditor looks at first."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from denghuo.foundation.audit import queries

SHOWN = 7
REFUSED = "identity.sign_in.failed"


def sensitive_today(request: HttpRequest) -> dict[str, Any]:
    """Figures of today and the newest sensitive entries."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = (
        queries.visible(request.user)
        .filter(at__gte=midnight)
        .aggregate(
            entries=Count("id"),
            sensitive=Count("id", filter=Q(action__in=sorted(queries.SENSITIVE))),
            refused=Count("id", filter=Q(action=REFUSED)),
        )
    )
    newest = [queries.shown(entry) for entry in queries.sensitive(request.user)[:SHOWN]]
    return {"today": today, "rows": newest, "more_url": reverse("audit:trail")}
