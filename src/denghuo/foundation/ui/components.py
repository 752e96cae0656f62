"""The vocabulary of the components: tones, and the known state codes with the tone and label each one has."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

TONES = ("neutral", "accent", "info", "success", "warning", "danger")

# state code → tone; codes are shared by all rooms, so one colour means one thing everywhere
STATE_TONES = {
    "neutral": (
        "draft", "drafted", "closed", "cancelled", "canceled", "retired", "scrapped", "revoked", "superseded",
        "discarded", "archived", "inactive", "disabled", "withdrawn", "expired", "removed", "skipped", "in_stock",
        "not_read", "ended", "terminated", "reversed", "dismissed",
    ),
    "info": (
        "new", "planned", "staged", "queued", "ready", "submitted", "scheduled", "assigned", "checked", "priced",
        "open", "calculated", "uploaded", "received", "received_read", "proposed", "reviewed",
    ),
    "accent": (
        "running", "in_progress", "processing", "committing", "pricing", "issuing", "checking", "paused",
        "pausing", "working",
        "sent",
    ),
    "success": (
        "active", "approved", "issued", "paid", "done", "succeeded", "successful", "completed", "complete",
        "committed", "valid", "accepted", "confirmed", "energised", "installed", "in_force", "passed", "resolved",
        "finished", "read", "good", "settled", "published", "in_service", "normal",
        "posted", "matched",
        "cleared",
    ),
    "warning": (
        "pending", "waiting", "estimated", "suspended", "suspect", "parked", "partial", "partly_paid", "warning",
        "duplicate", "needs_review", "review", "held", "awaiting_approval", "to_approve", "questionable", "medium",
        "requested", "counted", "presented",
    ),
    "danger": (
        "error", "failed", "rejected", "overdue", "cut_off", "disconnected", "blocked", "invalid", "exception",
        "faulty", "stopped", "unpaid", "missing", "high", "critical", "broken",
        "bounced",
    ),
}  # fmt: skip
_TONE_OF = {code: tone for tone, codes in STATE_TONES.items() for code in codes}
STATE_LABELS = {
    "draft": _("Draft"),
    "active": _("Active"),
    "closed": _("Closed"),
    "running": _("Running"),
    "paused": _("Paused"),
    "done": _("Done"),
    "succeeded": _("Succeeded"),
    "failed": _("Failed"),
    "error": _("Error"),
    "pending": _("Pending"),
    "approved": _("Approved"),
    "rejected": _("Rejected"),
    "cancelled": _("Cancelled"),
    "issued": _("Issued"),
    "paid": _("Paid"),
    "overdue": _("Overdue"),
    "suspended": _("Suspended"),
    "valid": _("Valid"),
    "queued": _("Queued"),
    "new": _("New case"),
    "estimated": _("Estimated"),
    "exception": _("Exception"),
}


def tone_of(state: Any) -> str:
    """The tone of a state code; neutral for one that is not known."""
    return _TONE_OF.get(str(getattr(state, "value", state)).lower(), "neutral")


def label_of(state: Any) -> Any:
    """The label of a ``Choices`` member, of a well-known code, or the code itself."""
    if hasattr(state, "label"):
        return state.label
    return STATE_LABELS.get(str(state), str(state))
