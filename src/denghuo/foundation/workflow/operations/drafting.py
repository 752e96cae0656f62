"""Keep what somebody is typing, so that it is there again on another device or after a crash."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from denghuo.foundation.identity.models import Staff
from denghuo.foundation.workflow.models import Draft

LARGEST = 100_000
KEPT = timedelta(days=30)
MOST = 200


class DraftTooLarge(ValueError):
    """More than 100,000 characters."""


def keep_draft(*, staff: Staff, place: str, content: str, at: datetime) -> Draft:
    """Keep the latest of one form; drafts older than 30 days go.

    Raises:
        DraftTooLarge: see there.
    """
    if len(content) > LARGEST:
        raise DraftTooLarge(_("This is too long to be kept as a draft."))
    kept, made = Draft.objects.update_or_create(
        staff=staff, place=place[:200], defaults={"content": content, "saved_at": at}
    )
    if made:
        theirs = Draft.objects.filter(staff=staff)
        theirs.filter(saved_at__lt=at - KEPT).delete()
        surplus = theirs.order_by("-saved_at", "-id").values_list("pk", flat=True)[MOST : MOST + 50]
        Draft.objects.filter(pk__in=list(surplus)).delete()
    return kept


def drop_draft(*, staff: Staff, place: str) -> None:
    """Forget a draft: it was sent, or is not wanted."""
    Draft.objects.filter(staff=staff, place=place[:200]).delete()
