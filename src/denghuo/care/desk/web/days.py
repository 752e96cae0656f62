"""A day at the counter in figures, and the list of tickets."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from denghuo.care.appointments.web.common import day_typed
from denghuo.care.desk import queries
from denghuo.care.desk.models import Business, Ticket, TicketState
from denghuo.care.desk.queries import Day, Row
from denghuo.care.desk.web.common import TONES, now, reason_text
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import charts
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    TextFilter,
    UnitFilter,
)
from denghuo.foundation.ui.lists import export as files
from denghuo.foundation.ui.navigation import crumb
from denghuo.kernel.periods import day_of

FACES = {
    "clerk": (pgettext_lazy("counter", "Clerk"), "clerks"),
    "business": (pgettext_lazy("counter", "Kind of business"), "businesses"),
    "hour": (pgettext_lazy("counter", "Hour"), "hours"),
}
MOST_DAYS = 92


def columns(face: str) -> list[Column]:
    """What the table shows, and the file holds."""
    return [
        Column("label", FACES[face][0]),
        Column("tickets", pgettext_lazy("counter", "Tickets"), kind="number"),
        Column("served", pgettext_lazy("counter", "Served"), kind="number"),
        Column("absent", pgettext_lazy("counter", "Did not come forward"), kind="number"),
        Column("left", pgettext_lazy("counter", "Left"), kind="number"),
        Column("green", pgettext_lazy("counter", "Green channel"), kind="number"),
        Column("wait_average", gettext_lazy("Waiting, average (min)"), kind="number"),
        Column("wait_longest", gettext_lazy("Waiting, longest (min)"), kind="number"),
        Column("items", pgettext_lazy("counter", "Items"), kind="number"),
        Column("service_average", gettext_lazy("Service, average (min)"), kind="number"),
        Column("service_longest", gettext_lazy("Service, longest (min)"), kind="number"),
        Column("exceeded", gettext_lazy("Over the promised time"), kind="number"),
        Column("on_time_percent", gettext_lazy("In time (%)"), kind="number"),
        Column("evaluated", gettext_lazy("Evaluations"), kind="number"),
        Column("score_average", gettext_lazy("Score, average"), kind="number"),
        Column("satisfied_percent", gettext_lazy("Satisfied (%)"), kind="number"),
    ]


@require("desk.serve", "desk.manage")
@require_GET
def day(request: StaffRequest) -> HttpResponseBase:
    """The figures of a hall for a day or several; the file holds exactly the table that is shown."""
    face = request.GET.get("by", "clerk")
    if face not in FACES:
        face = "clerk"
    halls = list(_halls(request.user.scope))
    wanted = request.GET.get("unit") or request.user.unit_id
    unit = next((hall for hall in halls if hall.pk == wanted), halls[0] if halls else request.user.unit)
    start = day_typed(request.GET.get("from", ""), _last_day(unit.pk, day_of(now())))
    until = day_typed(request.GET.get("to", ""), start)
    until = min(max(until, start), start + timedelta(days=MOST_DAYS))
    found = queries.day_figures(unit.pk, start, until + timedelta(days=1))
    rows: list[Row] = getattr(found, FACES[face][1])
    shown = columns(face)
    kind = request.GET.get("export", "")
    if kind in ("csv", "xlsx"):
        name = f"counter-{face}-{start.isoformat()}"
        files.announce(request, name, kind)
        return files.as_csv(shown, rows, name) if kind == "csv" else files.as_xlsx(shown, rows, name)
    query = {"unit": unit.pk, "from": start.isoformat(), "to": until.isoformat()}
    here = reverse("desk:day")
    context = {
        "page_title": _("The day at the counter"),
        "breadcrumbs": [crumb(pgettext("menu", "Counter"), reverse("desk:counter")), crumb(_("Statistics"))],
        "unit": unit,
        "halls": halls,
        "start": start,
        "until": until,
        "total": found.total,
        "rows": rows,
        "columns": shown,
        "face": face,
        "tabs": [
            (key, label, f"{here}?{urlencode({**query, 'by': key})}") for key, (label, _name) in FACES.items()
        ],
        "chart": _chart(found, rows),
        "files": {
            kind: f"{here}?{urlencode({**query, 'by': face, 'export': kind})}" for kind in ("xlsx", "csv")
        },
        "back": _step(here, query, face, start, -1),
        "forward": _step(here, query, face, start, 1),
    }
    return render(request, "desk/day.html", context)


def _halls(scope: str) -> QuerySet[OrganisationUnit]:
    return OrganisationUnit.objects.filter(
        code__startswith=scope, code__in=Ticket.objects.values("unit_id")
    ).order_by("code")


def _last_day(unit_id: str, today: date) -> date:
    """Today, or the last day on which anybody took a ticket."""
    last = Ticket.objects.filter(unit_id=unit_id, day__lte=today).order_by("-day").first()
    return last.day if last else today


def _step(here: str, query: dict[str, str], face: str, start: date, days: int) -> str:
    other = (start + timedelta(days=days)).isoformat()
    return f"{here}?{urlencode({**query, 'by': face, 'from': other, 'to': other})}"


def _chart(found: Day, rows: list[Row]) -> dict[str, Any] | None:
    if not found.total.tickets:
        return None
    return charts.bars(
        [row.label for row in rows],
        {
            _("Waiting, average (min)"): [row.wait_average or 0 for row in rows],
            _("Service, average (min)"): [row.service_average or 0 for row in rows],
        },
        unit=_("min"),
    )


def _minutes(start: str, end: str) -> Any:
    def value(row: Ticket) -> int | None:
        begun, done = getattr(row, start), getattr(row, end)
        return int((done - begun).total_seconds() // 60) if begun and done else None

    return value


def _score(row: Ticket) -> int | None:
    evaluation = getattr(row, "evaluation", None)  # a ticket without one raises an AttributeError
    return evaluation.score if evaluation is not None else None


@require("desk.serve", "desk.manage")
class TicketList(ListPage):
    title = gettext_lazy("Queue tickets")
    pretitle = pgettext_lazy("menu", "Counter")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "tickets"
    empty_title = gettext_lazy("No ticket yet")
    empty_text = gettext_lazy(
        "Tickets are taken at the kiosk of the hall, by a clerk, or for an appointment."
    )
    columns = [
        Column("taken_at", pgettext_lazy("ticket", "Taken"), kind="moment"),
        Column("number", pgettext_lazy("ticket", "Ticket")),
        Column("business", pgettext_lazy("counter", "Kind of business")),
        Column("state", gettext_lazy("State"), kind="badge", tones=TONES),
        Column("why", pgettext_lazy("ticket", "Comes first because"), value=reason_text),
        Column("customer", gettext_lazy("Customer"), value="customer__masked_name"),
        Column("window", pgettext_lazy("counter", "Window")),
        Column("clerk", pgettext_lazy("counter", "Clerk"), value="clerk__name"),
        Column(
            "waited",
            gettext_lazy("Waited (min)"),
            kind="number",
            value=_minutes("taken_at", "first_called_at"),
        ),
        Column("took", gettext_lazy("Took (min)"), kind="number", value=_minutes("serving_at", "ended_at")),
        Column("score", gettext_lazy("Score"), kind="number", value=_score),
        Column("source", pgettext_lazy("ticket", "Taken at"), hidden=True),
        Column("calls", pgettext_lazy("ticket", "Calls"), kind="number", hidden=True),
        Column("transfers", pgettext_lazy("ticket", "Passed on"), kind="number", hidden=True),
        Column("unit", gettext_lazy("Unit"), value="unit__name", hidden=True),
    ]
    filters = [
        TextFilter(
            "q",
            pgettext_lazy("ticket", "Ticket or customer number"),
            lookups=("number", "customer__number__startswith"),
        ),
        ChoiceFilter("state", gettext_lazy("State"), choices=TicketState.choices),
        DateRangeFilter("day", gettext_lazy("Day"), field="day"),
        ChoiceFilter("business", pgettext_lazy("counter", "Kind of business"), choices=Business.choices),
        UnitFilter(),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Ticket]:
        return Ticket.objects.select_related("customer", "clerk", "unit", "evaluation", "appointment")
