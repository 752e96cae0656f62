"""What this room adds to shared pages: charts and registers of meters, tiles, search, names of its actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.metering.models import Meter, MeteringPoint
from denghuo.commerce.metering.queries import points_of
from denghuo.commerce.metering.rules import REGISTERS
from denghuo.commerce.readings import queries
from denghuo.commerce.readings.models import ReadingException, ReadingSource
from denghuo.commerce.readings.web.forms import register_label
from denghuo.foundation.ui import charts
from denghuo.foundation.ui.extensions import Counter, SearchHit, SearchQuery
from denghuo.records.supply.models import SupplyPoint

ACTIONS = {
    "readings.batch.recorded": _("Readings recorded"),
    "readings.reading.replaced": _("Reading replaced"),
    "readings.reading.estimated": _("Reading estimated"),
    "readings.missing.raised": _("Missing readings put on the worklist"),
    "readings.exception.assigned": _("Reading exception handed over"),
    "readings.exception.resolved": _("Reading exception resolved"),
    "readings.exception.fault_ordered": _("Meter fault order noted"),
    "readings.route.opened": _("Reading route opened"),
    "readings.route.rescheduled": _("Reading day changed"),
    "readings.route.extended": _("Metering points added to the route"),
    "readings.route.reader_assigned": _("Reader assigned"),
}
_SHOWN = 26


def field_labels() -> dict[str, tuple[Any, dict[str, Any]]]:
    """Names of what a batch of readings counts in the audit trail."""
    return {
        "readings.cycle.accepted": (pgettext_lazy("reading state", "Accepted"), {}),
        "readings.cycle.held": (pgettext_lazy("reading state", "Held"), {}),
        "readings.cycle.duplicate": (_("Stored already"), {}),
        "readings.cycle.refused": (_("Refused"), {}),
        "readings.cycle.missing": (_("Not read"), {}),
        "readings.cycle.source": (_("Source"), dict(ReadingSource.choices)),
    }


def chart_of(point: MeteringPoint) -> dict[str, Any] | None:
    """Columns of the last 13 cycles, estimates in their own colour, last year as a dashed line."""
    series = queries.meter_series(point=point)
    if not series.anything:
        return None
    read, guessed, before = pgettext("reading", "Read"), gettext("Estimated"), gettext("A year before")
    option = charts.bars(
        series.cycles,
        {read: series.read_kwh, guessed: series.estimated_kwh},
        unit="kWh",
        stacked=True,
        colours={read: "@accent", guessed: "@chart-4"},
    )
    if any(value is not None for value in series.last_year_kwh):
        line = charts.lines(
            series.cycles, {before: series.last_year_kwh}, dashed=[before], colours={before: "@info"}
        )
        option["series"] += line["series"]
    return option


def _panel(request: HttpRequest, points: list[MeteringPoint]) -> dict[str, Any] | None:
    shown = []
    for point in points:
        chain = queries.chain_of(point, _SHOWN)
        if not chain:
            continue
        names = [name for name in REGISTERS if any(getattr(one, name) is not None for one in chain)]
        shown.append(
            {
                "point": point,
                "chart": chart_of(point),
                "names": [register_label(name) for name in names],
                "rows": [(one, [getattr(one, name) for name in names]) for one in chain],
            }
        )
    return {
        "shown": shown,
        "may_resolve": request.user.may("readings.resolve"),  # type: ignore[union-attr]
    }


def meter_panel(request: HttpRequest, meter: Meter) -> dict[str, Any] | None:
    """Readings of the point where the meter hangs, or hung last."""
    last = meter.installations.order_by("-installed_date", "-id").select_related("metering_point").first()
    return _panel(request, [last.metering_point] if last else [])


def point_panel(request: HttpRequest, point: MeteringPoint) -> dict[str, Any] | None:
    return _panel(request, [point])


def supply_panel(request: HttpRequest, supply_point: SupplyPoint) -> dict[str, Any] | None:
    return _panel(request, [point for point, _current in points_of(supply_point)])


def _open(**conditions: Any) -> list[Counter]:
    count = ReadingException.objects.filter(**conditions).exclude(state="resolved").count()
    if not count:
        return []
    return [
        Counter(
            _("Reading exceptions"), count, url=f"{reverse('readings:exceptions')}?state=open", tone="warning"
        )
    ]


def point_counter(point: MeteringPoint) -> Iterator[Counter]:
    for counter in _open(metering_point=point):
        yield Counter(
            counter.label, counter.value, f"{reverse('readings:exceptions')}?point={point.number}", "warning"
        )


def supply_counter(supply_point: SupplyPoint) -> Iterator[Counter]:
    for counter in _open(metering_point__supply_point=supply_point):
        yield Counter(
            counter.label,
            counter.value,
            f"{reverse('readings:exceptions')}?point={supply_point.number}",
            "warning",
        )


def search_routes(query: SearchQuery, scope: str) -> Iterator[SearchHit]:
    """By code or part of the name."""
    text = query.text.strip()
    if len(text) < 2:
        return
    routes = queries.routes_of(scope)
    found = routes.filter(code__startswith=text) if text.isascii() else routes.filter(name__contains=text)
    for route in found[: query.limit]:
        yield SearchHit(
            kind=_("Reading routes"),
            title=route.name,
            subtitle=route.code,
            url=reverse("readings:route", args=[route.pk]),
            icon="route",
        )
