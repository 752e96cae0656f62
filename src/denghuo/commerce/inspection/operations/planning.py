"""Make the plan of a quarter, give visits to inspectors, plan one outside it, drop one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.fieldwork import operations as fieldwork
from denghuo.commerce.fieldwork import queries as field_queries
from denghuo.commerce.inspection import queries
from denghuo.commerce.inspection.models import Visit, VisitState
from denghuo.commerce.inspection.rules import catalogue, cycles, states
from denghuo.commerce.inspection.rules.cycles import Quarter
from denghuo.commerce.inspection.rules.processes import field_kind
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.kernel.periods import day_of
from denghuo.records.supply.models import SupplyPoint
from denghuo.records.supply.queries import terms_on

BATCH = 2_000


class PlanRefused(Exception):
    """The plan cannot be made or changed like that; the text says why."""


@dataclass(frozen=True)
class Planned:
    """How many visits a plan gained, and how many of what is due it held already."""

    made: int
    known: int


@transaction.atomic
def plan_quarter(*, quarter: Quarter, unit: OrganisationUnit, at: datetime, actor: Staff | None) -> Planned:
    """Put everything that falls due in ``quarter`` in the unit and those below it into the plan, once.

    What is planned already, or still open from an earlier quarter, is left alone; running it again adds only what is
    new. Set-based: some queries and one insert for each 2,000 rows, however many supply points there are.

    Raises:
        PlanRefused: the quarter is over.
    """
    on = day_of(at)
    if quarter.end <= on:
        raise PlanRefused(_("%(quarter)s is over.") % {"quarter": quarter})
    terms_day = max(on, quarter.first)
    still_open = queries.planning.open_pairs(unit.code)
    due = [
        item
        for item in cycles.due_in(
            quarter, queries.planning.points(unit.code, terms_day), queries.planning.cycles_on(terms_day)
        )
        if (item.supply_point_id, item.kind) not in still_open
    ]
    units: dict[int, str] = dict(
        SupplyPoint.objects.filter(unit__code__startswith=unit.code).values_list("pk", "unit_id")
        if len(due) > BATCH
        else SupplyPoint.objects.filter(pk__in=[item.supply_point_id for item in due]).values_list(
            "pk", "unit_id"
        )
    )
    in_plan = Visit.objects.filter(quarter=str(quarter), unit__code__startswith=unit.code)
    before = in_plan.count()
    Visit.objects.bulk_create(
        (
            Visit(
                supply_point_id=item.supply_point_id,
                unit_id=units[item.supply_point_id],
                kind=item.kind,
                checklist=item.kind,
                quarter=str(quarter),
                due_date=item.due_date,
                planned_date=planned_date,
                planned_at=at,
                planned_by=actor,
            )
            for item, planned_date in zip(due, cycles.planned_dates(due, quarter, on), strict=True)
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    made = in_plan.count() - before
    audit.record(
        "inspection.plan.made",
        subject=unit,
        at=at,
        actor=actor,
        unit_id=unit.code,
        reason=str(quarter),
        changes={"visits": [before, before + made]},
    )
    return Planned(made, len(due) - made)


@transaction.atomic
def plan_special(
    *,
    supply_point: SupplyPoint,
    on: date,
    reason: str,
    at: datetime,
    actor: Staff | None,
    inspector: Staff | None = None,
    checklist: str = "",
) -> Visit:
    """A visit outside the plan: a tip-off, an event to be kept supplied, a complaint.

    Raises:
        PlanRefused: no reason, or an unknown checklist.
    """
    if not reason.strip():
        raise PlanRefused(_("Say why it is inspected."))
    if not checklist:
        terms = terms_on(supply_point, on)
        checklist = cycles.kind_of(terms.importance, terms.voltage) if terms else cycles.LV
    if checklist not in catalogue.CHECKLISTS:
        raise PlanRefused(_("Choose a checklist."))
    visit = Visit.objects.create(
        supply_point=supply_point,
        unit_id=supply_point.unit_id,
        kind="special",
        checklist=checklist,
        due_date=on,
        planned_date=on,
        reason=reason.strip()[:200],
        planned_at=at,
        planned_by=actor,
    )
    if inspector is not None:
        _give([visit], inspector, at, actor)
    audit.record(
        "inspection.visit.planned",
        subject=visit,
        at=at,
        actor=actor,
        reason=reason,
        unit_id=visit.unit_id,
        changes={"planned_date": [None, on.isoformat()]},
    )
    return visit


@transaction.atomic
def assign(
    *,
    visits: Iterable[Visit],
    inspector: Staff,
    at: datetime,
    actor: Staff | None,
    planned_date: date | None = None,
) -> int:
    """Give open visits to an inspector, who finds them on the phone; returns how many.

    Raises:
        PlanRefused: the person inspects nothing, or does not see the unit of one of them.
    """
    found = list(
        Visit.objects.select_for_update(of=("self",))
        .filter(pk__in=[visit.pk for visit in visits], state__in=states.OPEN_VISIT)
        .select_related("supply_point")
        .order_by("pk")
    )
    if not inspector.may("inspection.work"):
        raise PlanRefused(_("%(name)s does not inspect.") % {"name": inspector.name})
    if any(not visit.unit_id.startswith(inspector.scope) for visit in found):
        raise PlanRefused(_("%(name)s does not work in that unit.") % {"name": inspector.name})
    if planned_date is not None:
        for visit in found:
            visit.planned_date = planned_date
    _give(found, inspector, at, actor)
    audit.record_many(
        [
            audit.Fact(
                "inspection.visit.assigned",
                subject=visit,
                unit_id=visit.unit_id,
                changes={"inspector": [None, inspector.name]},
            )
            for visit in found
        ],
        at=at,
        actor=actor,
    )
    return len(found)


def _give(visits: Iterable[Visit], inspector: Staff, at: datetime, actor: Staff | None) -> None:
    for visit in visits:
        visit.inspector = inspector
        visit.save(update_fields=["inspector", "planned_date"])
        point = visit.supply_point
        day = visit.planned_date
        task = field_queries.task_of(visit, field_kind(visit.checklist))
        if task is not None and task.state not in ("done", "cancelled"):
            fieldwork.assign(task=task, crew=inspector, at=at, actor=actor)
            continue
        fieldwork.dispatch(
            kind=field_kind(visit.checklist),
            subject=visit,
            title=f"{visit.get_kind_display()} {point.number}",
            unit_id=visit.unit_id,
            at=at,
            actor=actor,
            key=f"inspection.visit:{visit.pk}:{field_queries.tasks_of(visit).count()}",
            due_at=datetime(day.year, day.month, day.day, 10, tzinfo=UTC),
            crew=inspector,
            address=point.address,
            supply_point_id=point.pk,
        )


@transaction.atomic
def cancel(*, visit: Visit, reason: str, at: datetime, actor: Staff | None) -> Visit:
    """Take a visit off the plan.

    Raises:
        PlanRefused: no reason, or it is done.
    """
    found = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    if not reason.strip():
        raise PlanRefused(_("Say why it is dropped."))
    if not states.may_become(states.VISIT, found.state, VisitState.CANCELLED):
        raise PlanRefused(_("It has been inspected already."))
    before = found.state
    found.state, found.reason = VisitState.CANCELLED, reason.strip()[:200]
    found.save(update_fields=["state", "reason"])
    task = field_queries.task_of(found, field_kind(found.checklist))
    if task is not None and task.state not in ("done", "cancelled"):
        fieldwork.cancel(task=task, reason=reason, at=at, actor=actor)
    audit.record(
        "inspection.visit.dropped",
        subject=found,
        at=at,
        actor=actor,
        reason=reason,
        unit_id=found.unit_id,
        changes={"state": [before, found.state]},
    )
    return found
