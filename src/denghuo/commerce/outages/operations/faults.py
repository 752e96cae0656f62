"""Faults: reports are gathered, become one outage of common equipment, get a crew; or prove to be none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.fieldwork import operations as fieldwork
from denghuo.commerce.fieldwork import queries as fieldwork_queries
from denghuo.commerce.fieldwork import rules as fieldwork_rules
from denghuo.commerce.fieldwork.models import FieldTask
from denghuo.commerce.outages import events, queries, rules
from denghuo.commerce.outages.models import (
    AffectedSupply,
    EndEstimate,
    FaultSignal,
    Outage,
    OutageState,
    Source,
)
from denghuo.commerce.outages.operations.common import OutageRefused, locked, next_number, note
from denghuo.commerce.outages.operations.running import restore, take_supply
from denghuo.commerce.outages.queries import Equipment
from denghuo.commerce.outages.rules import parameters
from denghuo.commerce.outages.rules.work import REPAIR
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.ui import formats
from denghuo.kernel.periods import day_of
from denghuo.records.grid.models import Transformer, TransformerArea


@transaction.atomic
def report_fault(
    *,
    key: str,
    at: datetime,
    supply_point_id: int | None = None,
    transformer_area_id: int | None = None,
    case_id: int | None = None,
    source: str = Source.CALL,
) -> FaultSignal | None:
    """Take a report that there is no supply; the same ``key`` again gives the same report.

    It belongs to a running outage at once where there is one (``signal.outage``). None where nothing says which
    transformer it concerns.
    """
    known = FaultSignal.objects.select_related("outage").filter(key=key).first()
    if known is not None:
        return known
    transformer_id = None
    if supply_point_id is not None:
        transformer_id = queries.transformer_of_point(supply_point_id, on=day_of(at))
    if transformer_id is None and transformer_area_id is not None:
        area = TransformerArea.objects.filter(pk=transformer_area_id).first()
        transformer_id = area.transformer_id if area else None
    equipment = (
        Transformer.objects.select_related("feeder__substation").filter(pk=transformer_id or 0).first()
    )
    if equipment is None:
        return None
    made, _new = FaultSignal.objects.get_or_create(
        key=key,
        defaults={
            "source": source,
            "transformer": equipment,
            "supply_point_id": supply_point_id,
            "unit_id": queries.unit_of(equipment),
            "case_id": case_id,
            "reported_at": at,
            "outage": queries.open_on(equipment.pk),
        },
    )
    return made


def record_meter_event(*, key: str, supply_point_id: int, kind: str, at: datetime) -> FaultSignal | None:
    """A meter says that it lost power (``power_off``) or has it again (``power_on``, which withdraws its open reports)."""
    if kind == "power_on":
        FaultSignal.objects.filter(
            supply_point_id=supply_point_id,
            source=Source.METER,
            outage__isnull=True,
            dismissed_at__isnull=True,
        ).update(dismissed_at=at, dismissed_note="power_on")
        return None
    return report_fault(key=key, at=at, supply_point_id=supply_point_id, source=Source.METER)


@transaction.atomic
def confirm_fault(
    *,
    equipment: Equipment,
    at: datetime,
    actor: Staff | None,
    since: datetime | None = None,
    cause: str = "unknown",
    description: str = "",
    expected_at: datetime | None = None,
    crew: Staff | None = None,
) -> Outage:
    """Make a fault outage of this equipment: everything behind it is off since the first report (or ``since``), the open
    reports behind it belong to it, and a crew is sent. Without ``expected_at`` the usual time is announced.

    Raises:
        OutageRefused: a running outage holds this equipment already, or ``since`` lies in the future.
    """
    covered = set(queries.transformers_behind(equipment).values_list("pk", flat=True))
    _not_running(equipment)
    signals = list(
        FaultSignal.objects.select_for_update(of=("self",))
        .filter(outage__isnull=True, dismissed_at__isnull=True, transformer_id__in=covered)
        .filter(reported_at__gt=at - queries.WATCHED, reported_at__lte=at)
        .order_by("reported_at", "id")
    )
    started_at = since or (signals[0].reported_at if signals else at)
    if started_at > at:
        raise OutageRefused(_("The fault begins in the future."))
    usual = timedelta(minutes=queries.figure(parameters.ESTIMATE_MINUTES, day_of(at)))
    expected = expected_at or at + usual
    outage = Outage(
        number=next_number(at),
        kind=rules.FAULT,
        state=OutageState.RUNNING,
        unit_id=queries.unit_of(equipment),
        level=queries.level_of(equipment),
        place=queries.place_of(equipment),
        cause=cause,
        description=description.strip()[:300],
        begins_at=started_at,
        started_at=started_at,
        expected_end_at=expected,
        requested_by=actor,
        requested_at=at,
    )
    setattr(outage, outage.level, equipment)
    outage.save()
    affected = queries.affected(equipment, on=day_of(started_at))
    for row in affected.rows:
        row.outage = outage
    AffectedSupply.objects.bulk_create(affected.rows, batch_size=1000)
    take_supply(outage.affected.all(), started_at)
    FaultSignal.objects.filter(pk__in=[signal.pk for signal in signals]).update(outage=outage)
    EndEstimate.objects.create(outage=outage, expected_at=expected, made_at=at, made_by=actor)
    _send_crew(outage, crew, at, actor)
    cases = tuple(sorted({signal.case_id for signal in signals if signal.case_id}))
    outbox.publish(events.FaultConfirmed(outage.pk, outage.number, cases, expected, at))
    outbox.publish(events.OutageStarted(outage.pk, outage.number, outage.kind, outage.unit_id, started_at))
    note("fault.confirmed", outage, at=at, actor=actor, supplies=len(affected.rows), reports=len(signals))
    return outage


def _not_running(equipment: Equipment) -> None:
    level = queries.level_of(equipment)
    same = Outage.objects.filter(state=OutageState.RUNNING, level=level, **{f"{level}_id": equipment.pk})
    above = queries.open_on(equipment.pk) if level == rules.TRANSFORMER else same.first()
    if above is not None:
        raise OutageRefused(
            _("%(place)s is off already: %(number)s.") % {"place": above.place, "number": above.number}
        )


def _send_crew(outage: Outage, crew: Staff | None, at: datetime, actor: Staff | None) -> FieldTask:
    return fieldwork.dispatch(
        kind=REPAIR.code,
        subject=outage,
        title=f"{outage.place} 故障抢修",
        unit_id=outage.unit_id,
        at=at,
        actor=actor,
        due_at=outage.expected_end_at,
        crew=crew,
        address=outage.place,
        details={"number": outage.number},
        key=f"outage:{outage.pk}:repair",
    )


def repaired(task: FieldTask, answers: Mapping[str, Any], *, at: datetime, actor: Staff | None) -> None:
    """The crew is done: what it found is kept, and supply is restored where it says so."""
    outage = locked(Outage.objects.get(pk=task.subject_id))
    if outage.state != OutageState.RUNNING:
        raise fieldwork_rules.Conflict(_("The outage is over already."))
    outage.cause = answers.get("cause") or outage.cause
    outage.description = (answers.get("found") or outage.description)[:300]
    outage.save(update_fields=["cause", "description"])
    if answers.get("restored") in (True, "yes", "true", "1"):
        restore(outage=outage, restored_at=at, at=at, actor=actor, by_crew=True)


@transaction.atomic
def dismiss(*, signals: Iterable[FaultSignal], reason: str, at: datetime, actor: Staff | None) -> int:
    """These reports are no outage of ours (a tripped switch at home …).

    Raises:
        OutageRefused: no reason.
    """
    if not reason.strip():
        raise OutageRefused(_("Give the reason."))
    return FaultSignal.objects.filter(
        pk__in=[signal.pk for signal in signals], outage__isnull=True, dismissed_at__isnull=True
    ).update(dismissed_at=at, dismissed_note=reason.strip()[:200])


@transaction.atomic
def retract(*, outage: Outage, reason: str, at: datetime, actor: Staff | None) -> Outage:
    """A fault that proves to be none: nobody was without supply, and it counts for nothing.

    Raises:
        OutageRefused: it is no running fault, or no reason.
    """
    found = locked(outage)
    if found.kind != rules.FAULT or found.state != OutageState.RUNNING:
        raise OutageRefused(_("Only a running fault can be taken back."))
    if not reason.strip():
        raise OutageRefused(_("Give the reason."))
    before = found.state
    found.state, found.decision_note, found.ended_at = OutageState.CANCELLED, reason.strip()[:300], at
    found.save()
    points = list(found.affected.values_list("supply_point_id", flat=True))
    found.affected.all().delete()
    for other in Outage.objects.filter(state=OutageState.RUNNING).exclude(pk=found.pk).order_by("started_at"):
        assert other.started_at is not None
        take_supply(other.affected.filter(supply_point_id__in=points), other.started_at)
    FaultSignal.objects.filter(outage=found).update(
        outage=None, dismissed_at=at, dismissed_note=reason.strip()[:200]
    )
    task = fieldwork_queries.task_of(found, REPAIR.code)
    if task is not None and task.state in fieldwork_rules.OPEN:
        fieldwork.cancel(task=task, reason=reason, at=at, actor=actor)
    note("fault.retracted", found, at=at, actor=actor, before=before, reason=reason, until=formats.moment(at))
    return found
