"""What may be shown in public."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from denghuo.commerce.collection.models import LegalReview, PenaltyNotice


def published_notices(*, on: date, scope: str = "") -> QuerySet[PenaltyNotice]:
    """Entries that the legal review approved, within their days and not withdrawn: nothing else is ever shown."""
    return PenaltyNotice.objects.filter(
        legal_review=LegalReview.APPROVED,
        withdrawn_at__isnull=True,
        publish_from__lte=on,
        publish_to__gte=on,
        unit__code__startswith=scope,
    ).order_by("-publish_from", "id")
