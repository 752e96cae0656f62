"""Emergency repair: send a crew to where it is dark, follow its minutes, or wait for the outage that explains it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.care.cases import events, queries, rules
from denghuo.care.cases.models import Case, CaseKind, FaultSide, Repair
from denghuo.care.cases.operations.stepping import CaseRefused, note, open_case, save, step, waits_for
from denghuo.care.cases.rules.outside import REPAIR
from denghuo.commerce.fieldwork import operations as fieldwork
from denghuo.commerce.fieldwork import queries as tasks
from denghuo.commerce.fieldwork.models import FieldTask
from denghuo.commerce.fieldwork.rules import Conflict
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import day_of

STEPS = ("accepted", "arrived", "found", "restored")


def _repair(case: Case) -> Repair:
    if case.kind != CaseKind.FAULT:
        raise CaseRefused(_("Only a fault is repaired."))
    return Repair.objects.select_for_update(of=("self",)).get(case=case)


@transaction.atomic
def dispatch(
    *,
    case: Case,
    at: datetime,
    actor: Staff,
    station: OrganisationUnit | None = None,
    crew: Staff | None = None,
) -> Repair:
    """Send a crew of ``station`` (the unit of the place unless said). Its phone shows the task at once.

    Raises:
        CaseRefused: sent already, or the crew works elsewhere.
    """
    found = open_case(case)
    repair = _repair(found)
    station = station or repair.station
    step(found, "dispatch", at=at, actor=actor, data={"by_outage": False}, result=station.name)
    save(repair, station=station, crew=crew, dispatched_at=at, dispatched_by=actor)
    try:
        fieldwork.dispatch(
            kind=REPAIR.code,
            subject=found,
            title=found.title,
            unit_id=station.pk,
            at=at,
            actor=actor,
            key=f"{REPAIR.code}.{found.pk}",
            due_at=repair.arrive_due_at,
            crew=crew,
            address=found.address,
            supply_point_id=found.supply_point_id,
            details={"number": found.number, "caller": found.caller_name, "text": found.text[:300]},
        )
    except fieldwork.CrewNotSuitable as error:
        raise CaseRefused(str(error)) from error
    _tell(found, "dispatched", station.name, at)
    note("repair.dispatched", found, at=at, actor=actor, station=station.name, crew=crew.name if crew else "")
    return repair


def _tell(case: Case, name: str, text: str, at: datetime) -> None:
    outbox.publish(
        events.RepairMoved(
            case_id=case.pk, number=case.number, customer_id=case.customer_id, step=name, text=text, at=at
        )
    )


@transaction.atomic
def go_on(
    *,
    case: Case,
    to: str,
    at: datetime,
    actor: Staff | None,
    fault: str = "",
    side: str = "",
    work: str = "",
    estimated_at: datetime | None = None,
) -> Repair:
    """The crew accepted, arrived, found the fault or restored supply. What lies between is filled with the same minute.

    Raises:
        CaseRefused: not dispatched, known already, earlier than the step before, or no words where they are needed.
    """
    found = open_case(case)
    repair = _repair(found)
    if to not in STEPS or not waits_for(found, "repair"):
        raise CaseRefused(_("No crew is on its way for this matter."))
    if getattr(repair, f"{to}_at") is not None:
        raise CaseRefused(_("This is recorded already."))
    for name in STEPS[: STEPS.index(to) + 1]:
        if getattr(repair, f"{name}_at") is None:
            setattr(repair, f"{name}_at", at)
    moments = [repair.dispatched_at, *(getattr(repair, f"{name}_at") for name in STEPS)]
    known = [moment for moment in moments if moment is not None]
    if known != sorted(known):
        raise CaseRefused(_("The minutes are not in order."))
    if to in ("found", "restored"):
        repair.fault, repair.side = fault.strip() or repair.fault, side or repair.side
        if not repair.fault or repair.side not in FaultSide.values:
            raise CaseRefused(_("Say what was found, and whose installation it is."))
    if repair.arrived_at is not None and repair.restore_due_at is None:
        repair.restore_due_at = rules.arrival.restore_due(
            settlement=repair.settlement,
            arrived_at=repair.arrived_at,
            limits=queries.arrival_limits(on=day_of(at)),
        )
    repair.estimated_at = estimated_at or repair.estimated_at
    if to == "restored":
        repair.work = work.strip()[:300]
        if not repair.work:
            raise CaseRefused(_("Write what was done."))
    repair.save()
    if to == "arrived" and found.contacted_at is None:
        save(found, contacted_at=at)
    if to == "restored":
        step(found, "repair", at=at, actor=actor, result=repair.work)
        _call_off(found, _("Entered at the desk."), at, actor)
    _tell(found, to, repair.fault if to == "found" else "", at)
    note(f"repair.{to}", found, at=at, actor=actor, reason=fault or work)
    return repair


def _call_off(case: Case, why: str, at: datetime, actor: Staff | None) -> None:
    """Take the task from the phone, where the desk was first."""
    task = tasks.task_of(case, REPAIR.code)
    if task is not None and task.state in ("waiting", "assigned", "accepted", "arrived"):
        fieldwork.cancel(task=task, reason=why, at=at, actor=actor)


def crew_stepped(task: FieldTask, name: str, *, at: datetime, actor: Staff) -> None:
    """Hook of the phone: accepted or arrived. Said late or twice it changes nothing."""
    case = Case.objects.filter(pk=task.subject_id).first()
    if case is None or not case.is_open:
        return
    repair = Repair.objects.get(case=case)
    if getattr(repair, f"{name}_at") is None and repair.restored_at is None:
        if repair.crew_id is None:
            save(repair, crew=actor)
        go_on(case=case, to=name, at=at, actor=actor)


def crew_done(task: FieldTask, answers: Mapping[str, Any], *, at: datetime, actor: Staff) -> None:
    """Hook of the phone: supply is back.

    Raises:
        Conflict: the matter ended at the desk in the meantime.
    """
    case = Case.objects.get(pk=task.subject_id)
    try:
        go_on(
            case=case,
            to="restored",
            at=at,
            actor=actor,
            fault=answers["fault"],
            side=answers["side"],
            work=answers["work"],
        )
    except CaseRefused as error:
        raise Conflict(str(error)) from error


@transaction.atomic
def join_outage(
    *, case_ids: Collection[int], outage_id: int, at: datetime, actor: Staff | None = None
) -> int:
    """These faults are part of an outage: their crews are called off, they wait for its end. How many were new."""
    joined = 0
    wanted = Case.objects.filter(pk__in=case_ids, kind=CaseKind.FAULT, outage_id__isnull=True)
    for case in wanted.order_by("pk"):
        if not case.is_open:
            continue
        found = open_case(case)
        repair = _repair(found)
        save(found, outage_id=outage_id)
        if repair.restored_at is not None:
            continue
        save(repair, by_outage=True)
        if waits_for(found, "dispatch"):
            step(found, "dispatch", at=at, actor=actor, data={"by_outage": True})
        note("repair.joined_outage", found, at=at, actor=actor, outage=outage_id)
        joined += 1
    return joined


@transaction.atomic
def outage_over(*, outage_id: int, restored_at: datetime, at: datetime) -> int:
    """An outage is over: the faults that waited for it are restored, and their follow-up calls are due."""
    ended = 0
    for case in Case.objects.filter(outage_id=outage_id, kind=CaseKind.FAULT).order_by("pk"):
        if not case.is_open:
            continue
        found = open_case(case)
        repair = _repair(found)
        if repair.restored_at is not None:
            continue
        save(repair, restored_at=max(restored_at, found.received_at))
        for name in ("outage", "repair"):
            if waits_for(found, name):
                step(found, name, at=at, actor=None)
        _call_off(found, _("The outage is over."), at, None)
        _tell(found, "restored", "", restored_at)
        note("repair.restored", found, at=at, actor=None)
        ended += 1
    return ended
