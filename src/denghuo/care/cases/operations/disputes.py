"""A doubted meter: check it, and where it is wrong draft the correction of the bills."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.care.cases import events, queries, rules
from denghuo.care.cases.models import Case, CaseKind, DisputeResult, MeterDispute
from denghuo.care.cases.operations.stepping import CaseRefused, note, open_case, save, step
from denghuo.care.cases.rules.outside import METER_CHECK
from denghuo.commerce.corrections import operations as corrections
from denghuo.commerce.corrections.rules.calculators import meter_error
from denghuo.commerce.corrections.rules.facts import AddEnergy
from denghuo.commerce.corrections.rules.parameters import METER_ERROR_PERIOD_FACTOR
from denghuo.commerce.fieldwork import operations as fieldwork
from denghuo.commerce.fieldwork.models import FieldTask
from denghuo.commerce.fieldwork.rules import Conflict
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import Cycle, day_of


@transaction.atomic
def send_to_check(*, case: Case, at: datetime, actor: Staff, crew: Staff | None = None) -> FieldTask:
    """Put the check on the phone of a crew; entering the result at the desk stays possible.

    Raises:
        CaseRefused: no dispute, over, or the crew works elsewhere.
    """
    found = open_case(case)
    if found.kind != CaseKind.METER_DISPUTE:
        raise CaseRefused(_("This is no meter dispute."))
    try:
        task = fieldwork.dispatch(
            kind=METER_CHECK.code,
            subject=found,
            title=found.title,
            unit_id=found.unit_id,
            at=at,
            actor=actor,
            key=f"{METER_CHECK.code}.{found.pk}",
            due_at=found.answer_due_at,
            crew=crew,
            address=found.address,
            supply_point_id=found.supply_point_id,
            details={"number": found.number, "text": found.text[:300]},
        )
    except fieldwork.CrewNotSuitable as error:
        raise CaseRefused(str(error)) from error
    note("dispute.sent", found, at=at, actor=actor, crew=crew.name if crew else "")
    return task


@transaction.atomic
def record_check(
    *,
    case: Case,
    error_percent: Decimal,
    certificate: str,
    at: datetime,
    actor: Staff,
    wiring_wrong: bool = False,
    accuracy_class: str = "",
    text: str = "",
) -> MeterDispute:
    """The result of the check: within the limit of its class, beyond it, or wrongly wired.

    Raises:
        CaseRefused: no dispute, no certificate, an error of −100 % or less, or not at that step.
    """
    found = open_case(case)
    if found.kind != CaseKind.METER_DISPUTE:
        raise CaseRefused(_("This is no meter dispute."))
    if not certificate.strip():
        raise CaseRefused(_("Give the number of the certificate."))
    if error_percent <= -100:
        raise CaseRefused(
            _("An error of −100 % means that the meter stands still: correct by a normal month.")
        )
    dispute: MeterDispute = found.dispute
    grade = accuracy_class or queries.accuracy_class(dispute.supply_point)
    limit = rules.dispute.limit_percent(grade)
    right = not wiring_wrong and rules.dispute.is_right(error_percent=error_percent, limit=limit)
    if wiring_wrong:
        result = DisputeResult.WIRING
    else:
        result = DisputeResult.RIGHT if right else DisputeResult.WRONG
    step(found, "check", at=at, actor=actor, data={"meter_wrong": not right}, result=str(result.label))
    save(
        dispute,
        checked_at=at,
        checked_by=actor,
        accuracy_class=grade[:6],
        limit_percent=limit,
        error_percent=error_percent,
        result=result,
        certificate=certificate.strip()[:60],
        note=text.strip()[:300],
    )
    outbox.publish(
        events.MeterChecked(
            case_id=found.pk,
            number=found.number,
            supply_point_id=dispute.supply_point_id,
            customer_id=found.customer_id,
            right=right,
            at=at,
        )
    )
    note("dispute.checked", found, at=at, actor=actor, error_percent=str(error_percent), result=str(result))
    return dispute


def crew_checked(task: FieldTask, answers: Mapping[str, Any], *, at: datetime, actor: Staff) -> None:
    """Hook of the phone.

    Raises:
        Conflict: the result was entered at the desk in the meantime.
    """
    try:
        record_check(
            case=Case.objects.get(pk=task.subject_id),
            error_percent=Decimal(answers["error_percent"]),
            wiring_wrong=bool(answers["wiring_wrong"]),
            certificate=answers["certificate"],
            text=answers.get("note", ""),
            at=at,
            actor=actor,
        )
    except CaseRefused as error:
        raise Conflict(str(error)) from error


@transaction.atomic
def draft_correction(*, case: Case, first: Cycle, last: Cycle, at: datetime, actor: Staff) -> MeterDispute:
    """Draft the correction of a meter beyond its limit: ΔW = −W·γ/(1+γ) of every billed month, times ½ of the time.

    The draft goes its own way through commerce/corrections, with its second person, its letter and its refund. Wrong
    wiring is drafted there by hand and linked with ``link_correction``.

    Raises:
        CaseRefused: the meter is right, nothing was billed in these months, or corrections refuses.
    """
    found = open_case(case)
    dispute: MeterDispute = found.dispute
    if dispute.result != DisputeResult.WRONG or dispute.error_percent is None:
        raise CaseRefused(_("Only a meter beyond its limit is corrected by its error."))
    factor = parameter_queries.value(METER_ERROR_PERIOD_FACTOR, on=day_of(at))
    facts = [
        AddEnergy(
            cycle=cycle,
            registers={
                "total": meter_error(
                    recorded_kwh=energy, error_percent=dispute.error_percent, period_factor=factor
                ).energy_kwh
            },
        )
        for cycle, energy in queries.energy_by_cycle(dispute.supply_point, first, last)
        if energy > 0
    ]
    if not facts:
        raise CaseRefused(_("Nothing was billed in these months."))
    try:
        correction = corrections.draft(
            supply_point=dispute.supply_point,
            reason="meter_error",
            explanation=_("Meter checked for %(number)s: error %(error)s %%, limit %(limit)s %%.")
            % {"number": found.number, "error": dispute.error_percent, "limit": dispute.limit_percent},
            first=first,
            last=last,
            facts=facts,
            document=dispute.certificate,
            apology=True,
            actor=actor,
            at=at,
        )
    except corrections.CorrectionRefused as error:
        raise CaseRefused(str(error)) from error
    return _linked(found, dispute, correction, at, actor)


@transaction.atomic
def link_correction(*, case: Case, correction: Any, at: datetime, actor: Staff) -> MeterDispute:
    """A correction drafted by hand belongs to this dispute.

    Raises:
        CaseRefused: the meter is right, or the correction belongs to another supply point.
    """
    found = open_case(case)
    dispute: MeterDispute = found.dispute
    if dispute.result not in (DisputeResult.WRONG, DisputeResult.WIRING):
        raise CaseRefused(_("The meter is right: nothing is corrected."))
    if correction.supply_point_id != dispute.supply_point_id:
        raise CaseRefused(_("This correction belongs to another supply point."))
    return _linked(found, dispute, correction, at, actor)


def _linked(case: Case, dispute: MeterDispute, correction: Any, at: datetime, actor: Staff) -> MeterDispute:
    save(dispute, correction=correction)
    step(case, "correct", at=at, actor=actor, result=correction.number)
    note("dispute.corrected", case, at=at, actor=actor, correction=correction.number)
    return dispute
