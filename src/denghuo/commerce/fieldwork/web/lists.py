"""Lists of the office: tasks, what phones sent, and the phones."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.fieldwork import queries, rules
from denghuo.commerce.fieldwork.models import Act, Device, FieldSubmission, FieldTask, Outcome, TaskState
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    TextFilter,
    UnitFilter,
)


@require("fieldwork.view")
class TaskList(ListPage):
    title = _("Field tasks")
    pretitle = _("Field work")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "field-tasks"
    empty_title = _("No task outside yet")
    empty_text = _(
        "Connections, cases, outages and inspections send their tasks here; some are made by hand."
    )
    create_url = reverse_lazy("fieldwork:new")
    create_label = pgettext_lazy("field task", "New task")
    create_permission = "fieldwork.dispatch"
    columns = [
        Column("title", _("Task"), url=lambda row: reverse("fieldwork:task", args=[row.pk])),
        Column("kind", pgettext_lazy("field task", "Kind"), value=lambda row: row.label),
        Column("state", _("State"), kind="badge", tones=rules.TONES),
        Column("crew", pgettext_lazy("field task", "Crew"), value="crew__name"),
        Column("address", _("Address")),
        Column("due_at", pgettext_lazy("field task", "Due"), kind="moment", sort=True),
        Column("dispatched_at", pgettext_lazy("field task", "Dispatched"), kind="moment", hidden=True),
        Column("arrived_at", pgettext_lazy("field task", "Arrived"), kind="moment", hidden=True),
        Column("done_at", pgettext_lazy("field task", "Done"), kind="moment"),
        Column("unit", _("Unit"), value="unit__name", hidden=True),
    ]
    filters = [
        TextFilter("q", _("Title or address"), lookups=("title__icontains", "address__icontains")),
        ChoiceFilter("state", _("State"), choices=TaskState.choices),
        TextFilter("crew", pgettext_lazy("field task", "Crew"), lookups=("crew__name", "crew__username")),
        UnitFilter(),
        DateRangeFilter("due", pgettext_lazy("field task", "Due"), field="due_at", instant=True),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[FieldTask]:
        return queries.visible_tasks(request.user.scope)


def _what(row: FieldSubmission) -> str:
    return row.task.title if row.task else str(row.sent.get("title", ""))


@require("fieldwork.view")
class SubmissionList(ListPage):
    title = pgettext_lazy("field task", "What phones sent")
    pretitle = _("Field work")
    keyset = ("-id",)
    scope_field = "unit_id"
    export_name = "field-submissions"
    empty_title = _("Nothing has been sent yet")
    empty_text = _("Every act on a phone is kept here as it was sent, with what became of it.")
    columns = [
        Column("received_at", pgettext_lazy("field task", "Received"), kind="moment"),
        Column("act", pgettext_lazy("field submission", "Act"), value="get_act_display"),
        Column(
            "what",
            pgettext_lazy("field submission", "About"),
            value=_what,
            url=lambda row: reverse("fieldwork:conflict", args=[row.pk]),
        ),
        Column("staff", pgettext_lazy("field submission", "Who"), value="staff__name"),
        Column("outcome", pgettext_lazy("field task", "Outcome"), kind="badge", tones=rules.OUTCOME_TONES),
        Column("words", pgettext_lazy("field task", "Explanation")),
        Column("made_at", pgettext_lazy("field submission", "Done on site"), kind="moment", hidden=True),
        Column("resolution", pgettext_lazy("field task", "Decision"), hidden=True),
    ]
    filters = [
        ChoiceFilter("outcome", pgettext_lazy("field task", "Outcome"), choices=Outcome.choices),
        ChoiceFilter("act", pgettext_lazy("field submission", "Act"), choices=Act.choices),
        TextFilter(
            "staff", pgettext_lazy("field submission", "Who"), lookups=("staff__name", "staff__username")
        ),
        DateRangeFilter(
            "received", pgettext_lazy("field task", "Received"), field="received_at", instant=True
        ),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[FieldSubmission]:
        return FieldSubmission.objects.select_related("staff", "task")


@require("fieldwork.dispatch")
class DeviceList(ListPage):
    title = pgettext_lazy("field task", "Phones")
    pretitle = _("Field work")
    keyset = ("-last_seen_at", "-id")
    scope_field = "staff__unit__code"
    export_name = "field-phones"
    empty_title = _("No phone has been heard of")
    empty_text = _("A phone appears here when somebody opens the field terminal on it.")
    columns = [
        Column("staff", pgettext_lazy("field device", "Person"), value="staff__name"),
        Column("name", pgettext_lazy("field task", "Phone"), value=str),
        Column("last_seen_at", pgettext_lazy("field task", "Last seen"), kind="moment"),
        Column("waiting", pgettext_lazy("field task", "Not sent yet"), kind="number"),
        Column("consented_at", _("Shares the location since"), kind="moment"),
        Column("first_seen_at", pgettext_lazy("field task", "First seen"), kind="moment", hidden=True),
    ]
    filters = [
        TextFilter(
            "staff", pgettext_lazy("field device", "Person"), lookups=("staff__name", "staff__username")
        )
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Device]:
        return Device.objects.select_related("staff__unit")
