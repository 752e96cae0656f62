"""What has to be inspected, by whom, and how far the plan has come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from denghuo.commerce.inspection.models import EmergencySource, SecurityProfile, Visit, VisitState
from denghuo.commerce.inspection.rules import cycles, parameters, states
from denghuo.commerce.inspection.rules.cycles import Cycles, EmergencyPower, Point, Quarter
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import day_of
from denghuo.records.supply.models import SupplyPoint, SupplyTerms
from denghuo.records.supply.queries import holding_on

GENERAL = ("first", "second", "hv35", "hv10", "special")


def cycles_on(on: date) -> Cycles:
    """The cycles that hold on a day."""
    values = parameter_queries.values(parameters.CYCLE_PARAMETERS, on=on)
    return Cycles(
        first=values[parameters.FIRST_MONTHS.code],
        second=values[parameters.SECOND_MONTHS.code],
        hv35=values[parameters.HV35_MONTHS.code],
        hv10=values[parameters.HV10_MONTHS.code],
        generator=values[parameters.GENERATOR_MONTHS.code],
        lv_percent=values[parameters.LV_PERCENT.code],
    )


def points(scope: str, on: date) -> Iterator[Point]:
    """Every supply point in use of the units that start with ``scope``, with its grade, voltage and last visits on ``on``."""
    general = _last(scope, GENERAL)
    generator = _last(scope, ("generator",))
    owners = set(
        EmergencySource.objects.filter(
            removed_date__isnull=True, profile__supply_point__unit__code__startswith=scope
        ).values_list("profile__supply_point_id", flat=True)
    )
    rows = (
        SupplyTerms.objects.filter(
            holding_on(on),
            supply_point__state="active",
            supply_point__energised_date__isnull=False,
            supply_point__unit__code__startswith=scope,
        )
        .exclude(tariff_class="generation")
        .order_by("supply_point_id")
        .values_list(
            "supply_point_id",
            "supply_point__number",
            "importance",
            "voltage",
            "supply_point__energised_date",
        )
    )
    for pk, number, importance, voltage, energised in rows.iterator(chunk_size=5_000):
        assert energised is not None  # the query leaves the others out
        # an important customer without any source of its own is looked at too: that is what has to be found
        needs = pk in owners or importance in ("special", "first", "second")
        yield Point(
            pk, number, importance, voltage, energised, general.get(pk), needs, generator.get(pk)
        )  # fmt: skip


def _last(scope: str, kinds: Iterable[str]) -> dict[int, date]:
    rows = (
        Visit.objects.filter(state=VisitState.DONE, kind__in=list(kinds), unit__code__startswith=scope)
        .values("supply_point_id")
        .annotate(last=Max("done_at"))
        .order_by()
    )
    return {row["supply_point_id"]: day_of(row["last"]) for row in rows}


def open_pairs(scope: str) -> set[tuple[int, str]]:
    """(supply point, kind) of visits that are planned and not done."""
    found = Visit.objects.filter(state__in=states.OPEN_VISIT, unit__code__startswith=scope)
    return set(found.order_by().values_list("supply_point_id", "kind"))


def visible_visits(scope: str) -> QuerySet[Visit]:
    return Visit.objects.filter(unit__code__startswith=scope).select_related(
        "supply_point__customer", "inspector"
    )


def mine(staff: Staff) -> QuerySet[Visit]:
    """What an inspector still has to look at, soonest first."""
    return (
        visible_visits(staff.scope)
        .filter(inspector=staff, state__in=states.OPEN_VISIT)
        .order_by("planned_date", "id")
    )


def inspectors(scope: str) -> QuerySet[Staff]:
    """Inspectors who work in units of the scope, or above it."""
    return (
        Staff.objects.filter(
            is_active=True, role_assignments__role="inspector", role_assignments__revoked_at__isnull=True
        )
        .filter(Q(unit__code__startswith=scope) | Q(unit__code__in=_above(scope)))
        .distinct()
        .order_by("username")
    )


def _above(scope: str) -> list[str]:
    return [scope[:length] for length in range(2, len(scope) + 1, 2)]


@dataclass
class BoardMonth:
    """A month of a quarter: its visits, how many are done, how many late."""

    first: date
    visits: list[Visit] = field(default_factory=list)
    done: int = 0
    late: int = 0


@dataclass
class InspectorLoad:
    name: str
    staff_id: int | None
    total: int = 0
    done: int = 0
    late: int = 0


def board(
    scope: str, quarter: Quarter, *, on: date, inspector: str = "", kind: str = ""
) -> tuple[list[BoardMonth], list[InspectorLoad]]:
    """The plan of a quarter by month, and by inspector."""
    found = visible_visits(scope).filter(
        planned_date__gte=quarter.first, planned_date__lt=quarter.end
    ).exclude(state=VisitState.CANCELLED)  # fmt: skip
    loads: dict[int | None, InspectorLoad] = {}
    months = [BoardMonth(cycles.add_months(quarter.first, offset)) for offset in range(3)]
    for visit in found.order_by("planned_date", "id"):
        load = loads.setdefault(
            visit.inspector_id,
            InspectorLoad(visit.inspector.name if visit.inspector else "", visit.inspector_id),
        )
        done, late = visit.state == VisitState.DONE, is_late(visit, on)
        load.total, load.done, load.late = load.total + 1, load.done + done, load.late + late
        if (inspector and str(visit.inspector_id or "none") != inspector) or (kind and visit.kind != kind):
            continue
        month = months[visit.planned_date.month - quarter.first.month]
        month.visits.append(visit)
        month.done, month.late = month.done + done, month.late + late
    return months, sorted(loads.values(), key=lambda load: (load.staff_id is None, load.name))


def is_late(visit: Visit, on: date) -> bool:
    return visit.state in states.OPEN_VISIT and max(visit.due_date, visit.planned_date) < on


def profile_of(supply_point_id: int) -> SecurityProfile | None:
    return (
        SecurityProfile.objects.filter(supply_point_id=supply_point_id)
        .prefetch_related("feeds", "sources")
        .first()
    )


def emergency_faults(profile: SecurityProfile, on: date) -> list[str]:
    """What is wrong with the own emergency power, by the figures of the profile."""
    sources = [source for source in profile.sources.all() if source.removed_date is None]
    if not sources:
        return ["none"]
    starts = [source.start_seconds for source in sources if source.start_seconds is not None]
    percent = parameter_queries.value(parameters.EMERGENCY_PERCENT, on=on)
    found = cycles.emergency_power_faults(
        EmergencyPower(
            sum((source.capacity_kw for source in sources), start=profile.security_load_kw * 0),
            profile.security_load_kw,
            min(starts) if starts else None,  # type: ignore[arg-type]
            profile.allowed_break_seconds,  # type: ignore[arg-type]
        ),
        percent=percent,
    )
    months = parameter_queries.value(parameters.GENERATOR_MONTHS, on=on)
    last = max((source.last_test_date for source in sources if source.last_test_date), default=None)
    if last is None or cycles.add_months(last, months) < on:
        found.append("not_tested")
    return found


def candidates(scope: str, on: date) -> QuerySet[Any]:
    """Important supply points, with and without a security profile."""
    profile = SecurityProfile.objects.filter(supply_point=OuterRef("pk"))
    important = SupplyTerms.objects.filter(holding_on(on), supply_point=OuterRef("pk")).exclude(
        importance="ordinary"
    )
    return (
        SupplyPoint.objects.filter(Exists(important), unit__code__startswith=scope)
        .annotate(has_profile=Exists(profile))
        .select_related("customer")
        .order_by("number")
    )


def counts(scope: str, staff: Staff, on: date) -> tuple[int, int]:
    """Open visits of a person, and how many of them are late; one query."""
    found = Visit.objects.filter(inspector=staff, state__in=states.OPEN_VISIT).aggregate(
        total=Count("pk"), late=Count("pk", filter=Q(planned_date__lt=on, due_date__lt=on))
    )
    return found["total"], found["late"]
