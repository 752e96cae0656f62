"""The audit trail as the audit administrator reads it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from denghuo.foundation.audit import operations, queries
from denghuo.foundation.audit.models import Entry, Head
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import ChoiceFilter, Column, DateRangeFilter, ListPage, TextFilter

RECENT = 10_000


def _entry_url(row: Entry) -> str:
    return reverse("audit:entry", args=[row.sequence])


@require("audit.view")
class Trail(ListPage):
    model = Entry
    title = gettext_lazy("Audit trail")
    pretitle = gettext_lazy("Administration")
    keyset = ("-sequence",)
    export_name = "audit"
    export_permission = "audit.verify"
    template_name = "audit/trail.html"
    columns: ClassVar[list[Column]] = [
        Column("sequence", gettext_lazy("No."), kind="number", url=_entry_url),
        Column("at", gettext_lazy("Time"), kind="moment"),
        Column("actor_label", gettext_lazy("Who"), value=queries.actor_text),
        Column(
            "action",
            gettext_lazy("What"),
            value=lambda row: queries.action_label(row.action),
            url=_entry_url,
        ),
        Column(
            "subject_label", gettext_lazy("Record"), value=lambda row: row.subject_label or row.subject_id
        ),
        Column("reason", gettext_lazy("Reason")),
        Column("unit_id", gettext_lazy("Unit")),
        Column("address", gettext_lazy("Address")),
        Column("code", gettext_lazy("Action code"), value="action", hidden=True),
        Column("subject_type", gettext_lazy("Kind of record"), hidden=True),
        Column("subject_id", gettext_lazy("Id of the record"), hidden=True),
    ]
    filters: ClassVar[list[Any]] = [
        TextFilter(
            "who", gettext_lazy("Who"), lookups=("actor_label__startswith", "actor__username__startswith")
        ),
        ChoiceFilter("action", gettext_lazy("What"), choices=lambda request: queries.action_choices()),
        DateRangeFilter("at", gettext_lazy("Time"), instant=True),
        TextFilter("subject", gettext_lazy("Record"), lookups=("subject_label__startswith", "subject_id")),
        TextFilter("kind", gettext_lazy("Kind of record"), lookups=("subject_type__startswith",)),
        TextFilter("unit", gettext_lazy("Unit code"), lookups=("unit_id__startswith",)),
        TextFilter("address", gettext_lazy("Address"), lookups=("address__startswith",)),
    ]
    empty_title = gettext_lazy("No entry fits")

    def queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        return queries.visible(request.user)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"may_verify": request.user.may("audit.verify")}  # type: ignore[union-attr]


@require("audit.view")
def entry(request: HttpRequest, sequence: int) -> HttpResponse:
    """One entry with old and new values side by side and its place in the chain."""
    row = get_object_or_404(queries.visible(request.user), sequence=sequence)
    return render(
        request,
        "audit/entry.html",
        {
            "page_title": _("Entry %(number)s") % {"number": sequence},
            "breadcrumbs": [(_("Audit trail"), reverse("audit:trail")), (str(sequence), None)],
            "item": queries.shown(row),
            "same_record": _about_the_same(request, row),
            "facts": [
                (_("Who"), queries.actor_text(row)),
                (_("Time"), timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S")),
                (_("Address"), row.address),
                (_("Record"), row.subject_label),
                (_("Kind of record"), row.subject_type),
                (_("Id of the record"), row.subject_id),
                (_("Unit"), row.unit_id),
                (_("Action code"), row.action),
                (_("Reason"), row.reason),
            ],
        },
    )


def _about_the_same(request: HttpRequest, row: Entry) -> list[queries.ShownEntry]:
    if not row.subject_id:
        return []
    others = queries.visible(request.user).filter(subject_type=row.subject_type, subject_id=row.subject_id)
    return [queries.shown(other) for other in others.exclude(pk=row.pk)[:20]]


@require("audit.verify")
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Follow the chain, all of it or the newest entries, and say what was found; the check itself is recorded."""
    head = Head.objects.first()
    whole = request.POST.get("extent") == "all"
    since = 1 if whole or head is None else max(1, head.sequence - RECENT)
    verdict = queries.verify(since=since)
    operations.record(
        "audit.chain.verified",
        at=timezone.now(),
        actor=request.user,
        changes={
            "from": [None, since],
            "checked": [None, verdict.checked],
            "broken_at": [None, verdict.broken_at],
        },
    )
    return render(
        request,
        "audit/verdict.html",
        {
            "page_title": _("Check of the chain"),
            "verdict": verdict,
            "since": since,
            "why": WHY.get(verdict.why, ""),
        },
    )


WHY = {
    "missing": gettext_lazy("The entry is missing or out of order."),
    "not linked": gettext_lazy("The entry does not name the seal of the one before."),
    "changed": gettext_lazy("The entry does not fit its own seal: it was changed afterwards."),
    "cut off": gettext_lazy("The last entries were cut off."),
}
