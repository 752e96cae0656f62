"""Draw up a case of breach or theft: evidence, the record on site, the computation, and to a second person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.inspection import queries
from denghuo.commerce.inspection.models import (
    BreachCase,
    BreachKind,
    BreachLine,
    CaseState,
    Evidence,
    EvidenceKind,
    Visit,
)
from denghuo.commerce.inspection.rules import charges, states
from denghuo.commerce.inspection.rules.charges import Computation
from denghuo.commerce.inspection.rules.processes import BREACH
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.foundation.workflow import operations as workflow
from denghuo.foundation.workflow import queries as workflow_queries
from denghuo.kernel.periods import day_of
from denghuo.records.supply.models import SupplyPoint


class CaseRefused(Exception):
    """The case cannot be drawn up, computed, submitted or decided like that; the text says why."""


@transaction.atomic
def open_case(
    *,
    supply_point: SupplyPoint,
    kind: str,
    description: str,
    found_at: datetime,
    at: datetime,
    actor: Staff | None,
    form: str = "",
    informant: str = "",
    visit: Visit | None = None,
) -> BreachCase:
    """Begin a case: what was found at a supply point, and when.

    Raises:
        CaseRefused: no description, an unknown kind, theft without its form, or found in the future.
    """
    if kind not in BreachKind.values:
        raise CaseRefused(_("Choose what was found."))
    if not description.strip():
        raise CaseRefused(_("Describe what was found."))
    if found_at > at:
        raise CaseRefused(_("It cannot have been found in the future."))
    if (kind == BreachKind.THEFT) != bool(form):
        raise CaseRefused(_("Theft has a form, breach of use has none."))
    on = day_of(at)
    prefix = "QD" if kind == BreachKind.THEFT else "WY"
    (serial,) = numbering.allocate(f"inspection.case.{prefix}{on:%Y%m}", 1)
    made = BreachCase.objects.create(
        number=f"{prefix}{on:%Y%m}{serial:05d}",
        kind=kind,
        form=form,
        supply_point=supply_point,
        unit_id=supply_point.unit_id,
        visit=visit,
        found_at=found_at,
        description=description.strip()[:1000],
        informant=informant.strip()[:60],
        drafted_by=actor,
        drafted_at=at,
    )
    workflow.start(
        process=BREACH.key,
        subject=made,
        title=f"{made.number} {supply_point.number}",
        unit_id=supply_point.unit_id,
        at=at,
        actor=actor,
        customer_id=supply_point.customer_id,
        priority=3 if kind == BreachKind.THEFT else 2,
    )
    note("opened", made, at, actor, kind=kind)
    return made


def note(
    verb: str, case: BreachCase, at: datetime, actor: Staff | None, reason: str = "", **after: Any
) -> None:
    audit.record(
        f"inspection.case.{verb}",
        subject=case,
        at=at,
        actor=actor,
        unit_id=case.unit_id,
        reason=reason,
        changes={name: [None, value] for name, value in after.items()},
    )


def locked(case: BreachCase) -> BreachCase:
    return (
        BreachCase.objects.select_for_update(of=("self",))
        .select_related("supply_point__account", "drafted_by", "submitted_by")
        .get(pk=case.pk)
    )


def move(case: BreachCase, state: str) -> None:
    if not states.may_become(states.CASE, case.state, state):
        raise CaseRefused(
            _("This case is “%(state)s”; that step cannot be done now.") % {"state": case.get_state_display()}
        )
    case.state = state


def draft_of(case: BreachCase) -> BreachCase:
    found = locked(case)
    if found.state != CaseState.DRAFT:
        raise CaseRefused(_("Only a case that is being drawn up can be changed."))
    return found


def step(case: BreachCase, name: str, at: datetime, actor: Staff | None, **how: Any) -> None:
    """Complete the step of the process if it waits."""
    task = workflow_queries.open_task(case, name)
    if task is not None:
        workflow.complete(task=task, at=at, actor=actor, **how)


@transaction.atomic
def add_evidence(
    *,
    case: BreachCase,
    kind: str,
    what: str,
    at: datetime,
    actor: Staff | None,
    file: StoredFile | None = None,
    collected_at: datetime | None = None,
) -> Evidence:
    """Keep a piece of evidence; it is never changed or deleted.

    Raises:
        CaseRefused: no words about what it shows, an unknown kind, or the case is over.
    """
    found = locked(case)
    if kind not in EvidenceKind.values or not what.strip():
        raise CaseRefused(_("Choose the kind of evidence, and say what it shows."))
    if found.state not in states.OPEN_CASE:
        raise CaseRefused(_("This case is over."))
    made = Evidence.objects.create(
        case=found,
        kind=kind,
        note=what.strip()[:300],
        file=file,
        collected_at=collected_at or at,
        collected_by=actor,
    )
    instance = workflow_queries.instance_of(found)
    if file is not None and instance is not None:
        workflow.attach(
            instance=instance, file=file, at=at, actor=actor, kind=f"evidence.{kind}", note=made.note[:200]
        )
    note("evidence_kept", found, at, actor, evidence=kind)
    return made


@transaction.atomic
def sign_record(
    *,
    case: BreachCase,
    at: datetime,
    actor: Staff | None,
    signatory: str = "",
    refused: bool = False,
    witness: str = "",
) -> BreachCase:
    """The record on site was signed by the user, or refused before a witness.

    Raises:
        CaseRefused: no name, no evidence yet, or not being drawn up.
    """
    found = draft_of(case)
    if refused and not witness.strip():
        raise CaseRefused(_("Who refuses to sign does so before a witness: enter the name."))
    if not refused and not signatory.strip():
        raise CaseRefused(_("Enter who signed."))
    if not found.evidence.exists():
        raise CaseRefused(_("Keep at least one piece of evidence first."))
    found.record_signatory, found.record_refused = signatory.strip()[:40], refused
    found.record_witness = witness.strip()[:40]
    found.save(update_fields=["record_signatory", "record_refused", "record_witness"])
    step(found, "record", at, actor)
    note("record_signed", found, at, actor, refused=refused)
    return found


@transaction.atomic
def compute(*, case: BreachCase, values: Mapping[str, Any], at: datetime, actor: Staff | None) -> Computation:
    """Work out what the case costs and keep input, lines and sums; nothing is charged.

    Raises:
        CaseRefused: something is missing or not allowed; the text says what.
    """
    found = draft_of(case)
    plain = queries.breaching.plain(values)
    try:
        made = queries.breaching.effect(found, plain)
    except charges.ClaimRefused as error:
        raise CaseRefused(queries.words.sentence(error)) from error
    keep(found, plain, made)
    note("computed", found, at, actor, backbill_fen=made.backbill_fen, breach_fen=made.breach_fen)
    return made


def keep(case: BreachCase, plain: Mapping[str, str], made: Computation) -> None:
    case.lines.all().delete()
    BreachLine.objects.bulk_create(
        BreachLine(
            case=case,
            position=position,
            part=line.part,
            code=line.code,
            quantity=line.quantity,
            unit=line.unit,
            price=line.price,
            factor=line.factor,
            divisor=line.divisor,
            amount_fen=line.amount_fen,
            basis=line.basis[:160],
            from_date=line.start,
            to_date=line.end,
        )
        for position, line in enumerate(made.lines, 1)
    )
    case.claim = json.dumps(dict(plain), ensure_ascii=False)
    case.trace = json.dumps(
        {
            "start": made.start and made.start.isoformat(),
            "end": made.end and made.end.isoformat(),
            "power_kw": str(made.power_kw),
            "hours_per_day": made.hours_per_day and str(made.hours_per_day),
            "multiplier": made.multiplier is not None and str(made.multiplier),
            "multiplier_max": made.multiplier_max is not None and str(made.multiplier_max),
            "estimated_period": made.estimated_period,
        }
    )
    case.energy_kwh = made.energy_kwh
    case.backbill_fen, case.breach_fen = made.backbill_fen, made.breach_fen
    case.save(update_fields=["claim", "trace", "energy_kwh", "backbill_fen", "breach_fen"])


@transaction.atomic
def submit(*, case: BreachCase, at: datetime, actor: Staff) -> BreachCase:
    """Send the case to a second person.

    Raises:
        CaseRefused: no evidence, no record on site, or not computed.
    """
    found = draft_of(case)
    if not found.evidence.exists():
        raise CaseRefused(_("Keep at least one piece of evidence first."))
    if not (found.record_signatory or (found.record_refused and found.record_witness)):
        raise CaseRefused(_("The record on site is missing: signed, or refused before a witness."))
    if found.total_fen <= 0:
        raise CaseRefused(_("Compute the case first."))
    move(found, CaseState.SUBMITTED)
    found.submitted_by, found.submitted_at = actor, at
    found.save(update_fields=["state", "submitted_by", "submitted_at"])
    step(found, "record", at, actor)
    step(found, "compute", at, actor)
    note("submitted", found, at, actor, backbill_fen=found.backbill_fen, breach_fen=found.breach_fen)
    return found


@transaction.atomic
def drop(*, case: BreachCase, reason: str, at: datetime, actor: Staff) -> BreachCase:
    """End a case that does not hold; it stays on record.

    Raises:
        CaseRefused: no reason, or it was charged.
    """
    found = locked(case)
    if not reason.strip():
        raise CaseRefused(_("Say why it is dropped."))
    move(found, CaseState.DROPPED)
    found.ended_at, found.end_note = at, reason.strip()[:300]
    found.save(update_fields=["state", "ended_at", "end_note"])
    instance = workflow_queries.instance_of(found)
    if instance is not None:
        workflow.cancel(instance=instance, at=at, actor=actor, reason=reason)
    note("dropped", found, at, actor, reason=reason)
    return found
