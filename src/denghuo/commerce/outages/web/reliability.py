"""Reliability: the year as a picture, a month by unit, feeder, area or customer, and how right the announced ends were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from denghuo.commerce.outages import queries
from denghuo.commerce.outages.queries import Month, Reliability
from denghuo.commerce.outages.queries.reliability import GROUPS
from denghuo.commerce.outages.rules import parameters
from denghuo.commerce.outages.rules.reliability import Accuracy, Tally, accuracy
from denghuo.commerce.outages.web.common import now
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import charts
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import BEIJING, Cycle, day_of
from denghuo.records.customers.models import Customer
from denghuo.records.grid.models import Feeder, TransformerArea

MONTHS = 12
SHOWN = 200


@require("outages.view")
@require_GET
def reliability(request: StaffRequest) -> HttpResponse:
    at = now()
    scope = request.user.scope
    last = Cycle.of(day_of(at))
    year = queries.months(last, MONTHS, at=at, scope=scope)
    group = request.GET.get("by", "area")
    group = group if group in GROUPS else "area"
    cycle = _cycle(request.GET.get("month", ""), last)
    found = queries.indices(group, cycle.first, cycle.shifted(1).first, at=at, scope=scope)
    rows = [row for row in found if row.total.customer_minutes or group in ("unit", "feeder")][:SHOWN]
    base = reverse("outages:reliability")
    return render(
        request,
        "outages/reliability.html",
        {
            "page_title": _("Reliability of supply"),
            "year": _year(year),
            "chart": _chart(year),
            "rows": _shown(group, rows),
            "total": figures(queries.total(cycle.first, cycle.shifted(1).first, at=at, scope=scope)),
            "cycle": cycle,
            "months": [str(month.cycle) for month in reversed(year)],
            "group": group,
            "tabs": [
                ("area", _("By transformer area"), f"{base}?by=area&month={cycle}"),
                ("feeder", _("By feeder"), f"{base}?by=feeder&month={cycle}"),
                ("unit", _("By unit"), f"{base}?by=unit&month={cycle}"),
                ("customer", _("By customer"), f"{base}?by=customer&month={cycle}"),
            ],
            "accuracy": _accuracy(at, scope),
        },
    )


def _cycle(text: str, last: Cycle) -> Cycle:
    try:
        return min(Cycle.parse(text), last)
    except ValueError:
        return last


def decimal(value: Fraction | None, places: int) -> Decimal | None:
    """A fraction as people read it, rounded half up."""
    if value is None:
        return None
    shifted = value * 10**places
    whole = (shifted.numerator * 2 + shifted.denominator) // (2 * shifted.denominator)
    return Decimal(whole).scaleb(-places)


def figures(found: Reliability) -> dict[str, Any]:
    """One row ready to show: minutes, times, share."""
    total = found.total
    asai = total.asai
    return {
        "customers": decimal(total.customers, 1),
        "saidi": decimal(total.saidi_minutes, 2),
        "planned": decimal(found.planned.saidi_minutes, 2),
        "fault": decimal(found.fault.saidi_minutes, 2),
        "saifi": decimal(total.saifi, 4),
        "caidi": decimal(total.caidi_minutes, 1),
        "asai": decimal(asai * 100 if asai is not None else None, 4),
        "minutes": total.customer_minutes,
        "interruptions": total.interruptions,
    }


def _year(year: Sequence[Month]) -> dict[str, Any]:
    """Twelve months in one: minutes and times add up over the average number of customers."""
    totals = [month.found.total for month in year if month.found.total.days]
    if not totals:
        return figures(Reliability("", Tally(), Tally(), Tally()))
    parts = [
        Tally(
            sum(tally.customer_minutes for tally in found),
            sum(tally.interruptions for tally in found),
            sum(tally.customer_days for tally in found),
            sum(tally.days for tally in found),
        )
        for found in (
            totals,
            [month.found.planned for month in year if month.found.total.days],
            [month.found.fault for month in year if month.found.total.days],
        )
    ]
    return figures(Reliability("", *parts))


def _chart(year: Sequence[Month]) -> dict[str, Any]:
    return charts.bars(
        [str(month.cycle) for month in year],
        {
            pgettext("outage", "Planned"): [
                decimal(month.found.planned.saidi_minutes, 2) or 0 for month in year
            ],
            pgettext("outage", "Fault"): [decimal(month.found.fault.saidi_minutes, 2) or 0 for month in year],
        },
        unit=_("minutes per customer"),
        stacked=True,
        colours={pgettext("outage", "Planned"): "@info", pgettext("outage", "Fault"): "@danger"},
    )


def _shown(group: str, rows: Sequence[Reliability]) -> list[dict[str, Any]]:
    """Rows with names and links of what they are about."""
    keys = [row.key for row in rows]
    named: dict[Any, tuple[str, str]] = {}
    if group == "area":
        for area in TransformerArea.objects.filter(pk__in=keys):
            named[area.pk] = (area.name, reverse("grid:area", args=[area.pk]))
    elif group == "feeder":
        for feeder in Feeder.objects.filter(pk__in=keys):
            named[feeder.pk] = (feeder.name, reverse("grid:feeder", args=[feeder.pk]))
    elif group == "unit":
        named = {unit.pk: (unit.name, "") for unit in OrganisationUnit.objects.filter(pk__in=keys)}
    else:
        for customer in Customer.objects.filter(pk__in=keys):
            named[customer.pk] = (
                f"{customer.number} {customer.masked_name}",
                reverse("customers:customer", args=[customer.pk]),
            )
    return [
        {
            "name": named.get(row.key, (_("Dedicated transformers"), ""))[0],
            "url": named.get(row.key, ("", ""))[1],
        }
        | figures(row)
        for row in rows
    ]


def _accuracy(at: datetime, scope: str) -> dict[str, Any]:
    start = datetime.combine(
        Cycle.of(day_of(at)).shifted(1 - MONTHS).first, datetime.min.time(), tzinfo=BEIJING
    )
    first, last = queries.first_and_last_errors(start=start, end=at + timedelta(seconds=1), scope=scope)
    tolerance = queries.figure(parameters.ACCURATE_MINUTES, day_of(at))

    def shown(found: Accuracy) -> dict[str, Any]:
        return {
            "outages": found.outages,
            "share": decimal(found.share * 100 if found.share is not None else None, 1),
            "median": decimal(found.median_minutes, 1),
            "mean": decimal(found.mean_absolute_minutes, 1),
        }

    return {
        "tolerance": tolerance,
        "first": shown(accuracy(first, tolerance_minutes=tolerance)),
        "last": shown(accuracy(last, tolerance_minutes=tolerance)),
    }
