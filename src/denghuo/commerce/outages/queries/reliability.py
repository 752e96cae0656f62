"""Reliability indices by grid, unit, customer and month: two set-based statements each, exact."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    DateField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Greatest, Least

from denghuo.commerce.outages import rules
from denghuo.commerce.outages.models import AffectedSupply, minute_of
from denghuo.commerce.outages.queries.outages import figure
from denghuo.commerce.outages.rules import parameters
from denghuo.commerce.outages.rules.reliability import Tally
from denghuo.kernel.periods import Cycle
from denghuo.records.supply.models import SupplyState, SupplyTerms

BEIJING_HOURS = 8
GROUPS = {
    "unit": ("unit_id", "supply_point__unit_id"),
    "area": ("area_id", "area_id"),
    "feeder": ("feeder_id", "fed_by_feeder"),
    "customer": ("customer_id", "supply_point__customer_id"),
}
"""Group → its field at the affected supply, and at the terms of supply."""


@dataclass(frozen=True)
class Reliability:
    """One group in one period: everything, and the planned and the fault part of the minutes."""

    key: Any
    total: Tally
    planned: Tally
    fault: Tally


def bounds(first: date, until: date) -> tuple[int, int]:
    """Days in Beijing as whole minutes since 1970."""
    shift = timedelta(hours=BEIJING_HOURS)
    return tuple(  # type: ignore[return-value]
        minute_of(datetime.fromisoformat(f"{day}T00:00:00+00:00") - shift) for day in (first, until)
    )


def lost(
    group: str, first: date, until: date, *, at: datetime, scope: str = ""
) -> dict[Any, dict[str, tuple[int, int]]]:
    """Key → kind → (customer minutes, interruptions) in ``[first, until)``; spells that last count until ``at``."""
    start, end = bounds(first, until)
    end = min(end, minute_of(at))
    name = GROUPS[group][0]
    rows = _lost_rows(start, end, figure(parameters.SHORT_MINUTES, first), scope)
    found: dict[Any, dict[str, tuple[int, int]]] = {}
    if end <= start:
        return found
    for row in (
        rows.order_by()
        .values(name, "kind_of")
        .annotate(
            minutes=Sum(Least(F("until"), Value(end)) - Greatest(F("off_minute"), Value(start))),
            times=Count("id", filter=Q(off_minute__gte=start, continues=False)),
        )
    ):
        found.setdefault(row[name], {})[row["kind_of"]] = (row["minutes"], row["times"])
    return found


def _lost_rows(start: int, end: int, short: int, scope: str) -> QuerySet[Any]:
    rows = AffectedSupply.objects.filter(off_minute__lt=end)
    if scope:
        rows = rows.filter(unit__pk__startswith=scope)
    return (
        rows.annotate(
            until=Coalesce("on_minute", Value(end), output_field=BigIntegerField()),
            kind_of=F("outage__kind"),
        )
        .filter(until__gt=start)
        .filter(Q(on_minute__isnull=True) | Q(on_minute__gt=F("off_minute") + short))
    )


def served_days(group: str, first: date, until: date, *, scope: str = "") -> dict[Any, int]:
    """Key → days for which supplies were in service in ``[first, until)``, summed over the supplies."""
    name = GROUPS[group][1]
    rows = SupplyTerms.objects.exclude(supply_point__state=SupplyState.PLANNED).filter(valid_from__lt=until)
    if scope:
        rows = rows.filter(supply_point__unit__pk__startswith=scope)
    if group == "area":
        rows = rows.filter(area__isnull=False)
    day = DateField()
    rows = rows.annotate(
        fed_by_feeder=Coalesce("area__transformer__feeder_id", "transformer__feeder_id"),
        begin=Greatest(F("valid_from"), Value(first, output_field=day), output_field=day),
        finish=Least(
            Coalesce("valid_to", Value(until, output_field=day)),
            Coalesce("supply_point__closed_date", Value(until, output_field=day)),
            Value(until, output_field=day),
            output_field=day,
        ),
    ).filter(finish__gt=F("begin"))
    length = ExpressionWrapper(F("finish") - F("begin"), output_field=DurationField())
    return {
        row[name]: row["served"].days
        for row in rows.order_by().values(name).annotate(served=Sum(length))
        if row[name] is not None
    }


def indices(group: str, first: date, until: date, *, at: datetime, scope: str = "") -> list[Reliability]:
    """Every group that was served in ``[first, until)``, the most minutes lost first."""
    until_known = min(until, (at + timedelta(hours=BEIJING_HOURS)).date() + timedelta(days=1))
    days = max((until_known - first).days, 0)
    served = served_days(group, first, until_known, scope=scope) if days else {}
    found = lost(group, first, until_known, at=at, scope=scope)
    found.pop(None, None)  # supplies behind their own transformer belong to no area
    made = []
    for key in {*served, *found}:
        by_kind = found.get(key, {})
        made.append(_reliability(key, by_kind, served.get(key, 0), days))
    return sorted(made, key=lambda row: (-row.total.customer_minutes, str(row.key)))


def _reliability(key: Any, by_kind: dict[str, tuple[int, int]], served: int, days: int) -> Reliability:
    def part(*kinds: str) -> Tally:
        pairs = [by_kind.get(kind, (0, 0)) for kind in kinds]
        return Tally(sum(m for m, _n in pairs), sum(n for _m, n in pairs), served, days)

    return Reliability(key, part(*rules.ANNOUNCED, rules.FAULT), part(*rules.ANNOUNCED), part(rules.FAULT))


def total(first: date, until: date, *, at: datetime, scope: str = "") -> Reliability:
    """All supplies of a scope in one row."""
    rows = indices("unit", first, until, at=at, scope=scope)
    days = rows[0].total.days if rows else 0
    empty = Tally(days=days)
    return Reliability(
        scope,
        sum((row.total for row in rows), empty),
        sum((row.planned for row in rows), empty),
        sum((row.fault for row in rows), empty),
    )


@dataclass(frozen=True)
class Month:
    cycle: Cycle
    found: Reliability = field(repr=False)


def months(last: Cycle, count: int, *, at: datetime, scope: str = "") -> list[Month]:
    """The last ``count`` months, oldest first."""
    return [
        Month(cycle, total(cycle.first, cycle.shifted(1).first, at=at, scope=scope))
        for cycle in (last.shifted(-back) for back in range(count - 1, -1, -1))
    ]
