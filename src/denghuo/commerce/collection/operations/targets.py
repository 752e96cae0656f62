"""Targets are set; a quarter is assessed, and locked by a second person."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.collection.models import (
    AssessmentRow,
    DebtAge,
    RecoveryAssessment,
    RecoveryTarget,
)
from denghuo.commerce.collection.queries import recovery
from denghuo.commerce.collection.rules import recovery as rules
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.kernel.periods import Cycle, day_of


class TargetCannotBeSet(Exception):
    """The share is none, or the quarter is assessed already; the text says which."""


@transaction.atomic
def set_target(
    *,
    month: Cycle,
    age: DebtAge | str,
    unit: OrganisationUnit,
    staff: Staff | None = None,
    rate: Decimal,
    actor: Staff | None,
    at: datetime,
) -> RecoveryTarget:
    """Set what share is to be received by the end of ``month``, by the unit or by a person in it.

    Raises:
        TargetCannotBeSet: not a share from 0 to 1, or the quarter of the month has been confirmed.
    """
    if not 0 <= rate <= 1:
        raise TargetCannotBeSet(_("A target is a share from 0 to 100 %."))
    quarter = rules.quarter_of(month.first)
    if RecoveryAssessment.objects.filter(quarter=quarter, confirmed_at__isnull=False).exists():
        raise TargetCannotBeSet(_("The quarter %(quarter)s has been assessed.") % {"quarter": quarter})
    wanted: dict[str, object] = {"month": str(month), "age": age, "staff": staff}
    if staff is None:
        wanted["unit"] = unit
    found = RecoveryTarget.objects.select_for_update(of=("self",)).filter(**wanted).first()
    before = found.rate_ppm if found else None
    if found is None:
        found = RecoveryTarget(month=str(month), age=age, unit=unit, staff=staff)
    found.unit, found.rate_ppm, found.set_by, found.set_at = unit, int(rate * 1_000_000), actor, at
    found.save()
    audit.record(
        "collection.target.set",
        subject=found,
        subject_label=f"{month} {staff.name if staff else unit.name}",
        actor=actor,
        at=at,
        changes={"rate_ppm": [before, found.rate_ppm]},
    )
    return found


class AssessmentCannotChange(Exception):
    """It is confirmed, one's own, or the quarter has not ended; the text says which."""


@transaction.atomic
def assess_quarter(*, quarter: str, unit: OrganisationUnit, actor: Staff, at: datetime) -> RecoveryAssessment:
    """Compute the assessment of a quarter for everybody in ``unit``; it can be computed anew until it is confirmed.

    Raises:
        AssessmentCannotChange: the quarter has not ended, or its assessment is confirmed.
        QuarterInvalid: not a quarter.
    """
    month = Cycle.parse(rules.last_month_of(quarter))
    if day_of(at) < month.period.end:
        raise AssessmentCannotChange(_("The quarter has not ended."))
    found, _made = RecoveryAssessment.objects.select_for_update(of=("self",)).get_or_create(
        quarter=quarter, unit=unit, defaults={"made_by": actor, "made_at": at}
    )
    if found.confirmed_at is not None:
        raise AssessmentCannotChange(_("The assessment of this quarter is confirmed."))
    found.made_by, found.made_at = actor, at
    found.save(update_fields=["made_by", "made_at"])
    found.rows.all().delete()
    AssessmentRow.objects.bulk_create(_scored(found, month))
    audit.record("collection.assessment.made", subject=found, actor=actor, at=at, unit_id=unit.code)
    return found


def _scored(assessment: RecoveryAssessment, month: Cycle) -> list[AssessmentRow]:
    scope = assessment.unit_id
    places = recovery.standing(recovery.movements(month, scope=scope), until=str(month))
    given = recovery.targets(month)
    rule = recovery.score_rule(month.period.end - timedelta(days=1))
    rows = []
    for age in DebtAge:
        for staff_id, amounts in recovery.by_person(places, age).items():
            target = given.of_person(staff_id, scope, age)
            rate = rules.rate_ppm(amounts)
            score = rules.score(rate, target if staff_id is not None else None, rule)
            rows.append(
                AssessmentRow(
                    assessment=assessment,
                    staff_id=staff_id,
                    age=age,
                    receivable_fen=amounts.receivable_fen,
                    received_fen=amounts.received_fen,
                    target_ppm=target,
                    rate_ppm=rate,
                    points=score.points,
                    reward_fen=score.reward_fen,
                )
            )
    return rows


@transaction.atomic
def confirm_assessment(*, assessment: RecoveryAssessment, actor: Staff, at: datetime) -> RecoveryAssessment:
    """Lock the assessment: from then on the database refuses any change of it.

    Raises:
        AssessmentCannotChange: confirmed already, or made by the same person.
    """
    found = RecoveryAssessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
    if found.confirmed_at is not None:
        raise AssessmentCannotChange(_("The assessment of this quarter is confirmed."))
    if found.made_by_id == actor.pk:
        raise AssessmentCannotChange(_("Another person must confirm: you made it."))
    found.confirmed_by, found.confirmed_at = actor, at
    found.save(update_fields=["confirmed_by", "confirmed_at"])
    audit.record("collection.assessment.confirmed", subject=found, actor=actor, at=at, unit_id=found.unit_id)
    return found
