"""What an inspector saw: on the page or on the phone, it is the same verb."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.fieldwork import operations as fieldwork
from denghuo.commerce.fieldwork import queries as field_queries
from denghuo.commerce.fieldwork.rules import Conflict
from denghuo.commerce.inspection.models import Finding, Visit, VisitAnswer, VisitState
from denghuo.commerce.inspection.operations import profiles
from denghuo.commerce.inspection.rules import catalogue, states
from denghuo.commerce.inspection.rules.processes import field_kind
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.periods import day_of
from denghuo.records.supply.models import SupplyPoint

BY_PHONE = "item_"


class VisitRefused(Exception):
    """The visit cannot be recorded like that; the text says why."""


@dataclass(frozen=True)
class Seen:
    """What goes with the answers of a visit."""

    companion: str = ""
    note: str = ""
    photo: StoredFile | None = None
    signature: StoredFile | None = None


@transaction.atomic
def record(
    *,
    visit: Visit,
    answers: Mapping[str, str],
    at: datetime,
    actor: Staff | None,
    notes: Mapping[str, str] | None = None,
    seen: Seen | None = None,
    by_phone: bool = False,
) -> Visit:
    """The checklist is worked through: faults become findings, unless the same is open at the supply point already.

    Raises:
        VisitRefused: it is done or dropped, or a line has no answer.
    """
    found = _open(visit)
    if catalogue.missing(found.checklist, dict(answers)):
        raise VisitRefused(_("Every line of the checklist needs an answer."))
    seen, notes = seen or Seen(), notes or {}
    before = found.state
    found.state, found.done_at, found.done_by = VisitState.DONE, at, actor
    found.companion, found.note = seen.companion.strip()[:40], seen.note.strip()[:500]
    found.photo, found.signature = seen.photo, seen.signature
    if found.inspector_id is None:
        found.inspector = actor
    found.save()
    items = catalogue.checklist(found.checklist)
    VisitAnswer.objects.bulk_create(
        VisitAnswer(
            visit=found, item=item.code, answer=answers[item.code], note=notes.get(item.code, "")[:200]
        )
        for item in items
    )
    made = _findings(
        found,
        {item.finding: notes.get(item.code, "") for item in items if answers[item.code] == catalogue.FAULT},
        at,
        actor,
    )
    if found.checklist == "generator" and answers.get("test") == catalogue.OK:
        profiles.tested(supply_point=found.supply_point, on=day_of(at), at=at, actor=actor)
    if not by_phone:
        _take_off_the_phone(found, at, actor)
    audit.record(
        "inspection.visit.done",
        subject=found,
        at=at,
        actor=actor,
        unit_id=found.unit_id,
        changes={"state": [before, found.state], "findings": [None, made]},
    )
    return found


def _open(visit: Visit) -> Visit:
    found = Visit.objects.select_for_update(of=("self",)).select_related("supply_point").get(pk=visit.pk)
    if found.state not in states.OPEN_VISIT:
        raise VisitRefused(_("This visit was recorded or dropped already."))
    return found


def _findings(visit: Visit, faults: Mapping[str, str], at: datetime, actor: Staff | None) -> int:
    known = set(
        Finding.objects.filter(supply_point_id=visit.supply_point_id, resolved_at__isnull=True).values_list(
            "code", flat=True
        )
    )
    fresh = [(code, note) for code, note in faults.items() if code not in known]
    Finding.objects.bulk_create(
        _finding(visit.supply_point, code, note, at, actor, visit=visit) for code, note in fresh
    )
    return len(fresh)


def _finding(
    point: SupplyPoint,
    code: str,
    note: str,
    at: datetime,
    actor: Staff | None,
    *,
    visit: Visit | None = None,
    photo: StoredFile | None = None,
) -> Finding:
    kind = catalogue.finding_type(code)
    return Finding(
        supply_point=point,
        unit_id=point.unit_id,
        visit=visit,
        code=code,
        area=kind.area,
        level=kind.level,
        text=kind.text,
        basis=kind.basis,
        days=kind.days,
        note=note.strip()[:300],
        photo=photo,
        found_at=at,
        found_by=actor,
    )


@transaction.atomic
def add_finding(
    *,
    supply_point: SupplyPoint,
    code: str,
    note: str,
    at: datetime,
    actor: Staff | None,
    visit: Visit | None = None,
    photo: StoredFile | None = None,
) -> Finding:
    """Something of the catalogue was seen that no line of the checklist asked for.

    Raises:
        VisitRefused: the catalogue does not know it, or the same is open at the supply point.
    """
    if code not in catalogue.FINDINGS:
        raise VisitRefused(_("Choose a finding of the catalogue."))
    if Finding.objects.filter(supply_point=supply_point, code=code, resolved_at__isnull=True).exists():
        raise VisitRefused(_("The same finding is open at this supply point already."))
    made = _finding(supply_point, code, note, at, actor, visit=visit, photo=photo)
    made.save()
    audit.record(
        "inspection.finding.added",
        subject=made,
        at=at,
        actor=actor,
        unit_id=made.unit_id,
        changes={"code": [None, code]},
    )
    return made


@transaction.atomic
def record_not_met(
    *, visit: Visit, note: str, at: datetime, actor: Staff | None, by_phone: bool = False
) -> Visit:
    """Nobody was there, or nobody let the inspector in; the visit stays open.

    Raises:
        VisitRefused: it is done or dropped.
    """
    found = _open(visit)
    before = found.state
    found.state, found.note = VisitState.NOT_MET, note.strip()[:500]
    found.save(update_fields=["state", "note"])
    if not by_phone:
        _take_off_the_phone(found, at, actor)
    audit.record(
        "inspection.visit.not_met",
        subject=found,
        at=at,
        actor=actor,
        unit_id=found.unit_id,
        reason=note,
        changes={"state": [before, found.state]},
    )
    return found


def _take_off_the_phone(visit: Visit, at: datetime, actor: Staff | None) -> None:
    task = field_queries.task_of(visit, field_kind(visit.checklist))
    if task is not None and task.state not in ("done", "cancelled"):
        fieldwork.cancel(task=task, reason=_("Recorded on the page"), at=at, actor=actor)


def from_the_phone(task: Any, answers: Mapping[str, Any], *, at: datetime, actor: Staff | None) -> None:
    """The hook of the field terminal: what was filled in becomes the record of the visit.

    Raises:
        Conflict: it was recorded on a page meanwhile, or a line has no answer.
    """
    visit = Visit.objects.filter(pk=int(task.subject_id)).first()
    try:
        if visit is None:
            raise VisitRefused(_("This visit was recorded or dropped already."))
        note = str(answers.get("note") or "")
        if not answers.get("met"):
            record_not_met(visit=visit, note=note, at=at, actor=actor, by_phone=True)
            return
        given = {
            name.removeprefix(BY_PHONE): value
            for name, value in answers.items()
            if name.startswith(BY_PHONE) and value
        }
        seen = Seen(
            companion=str(answers.get("companion") or ""),
            note=note,
            photo=_file(answers.get("photo")),
            signature=_file(answers.get("signature")),
        )
        record(visit=visit, answers=given, at=at, actor=actor, seen=seen, by_phone=True)
    except VisitRefused as error:
        raise Conflict(str(error)) from error


def _file(value: Any) -> StoredFile | None:
    """The first of the stored files that an answer names."""
    wanted = value[0] if isinstance(value, tuple | list) and value else value
    return StoredFile.objects.filter(pk=wanted).first() if wanted else None
