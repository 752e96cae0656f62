"""Publishing grades: by a model for many customers, by a person for one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Customer
from denghuo.records.ratings import events, rules
from denghuo.records.ratings.models import Grade

BY_HAND = "by_hand"
CHUNK = 2_000
LONGEST_DAYS = 366


class GradeInvalid(ValueError):
    """An unknown kind or letter, no evidence, a day ahead, or an end that does not hold; the text says which."""


@dataclass(frozen=True)
class Graded:
    """What a model says of one customer; ``evidence`` is a sentence that people can check."""

    customer_id: int
    grade: str
    evidence: str


@transaction.atomic
def publish(
    *, kind: str, model: str, as_of: date, grades: Iterable[Graded], at: datetime, actor: Staff | None = None
) -> int:
    """Publish the grades that ``model`` computed as of a day; returns how many. Earlier publications stay as they are.

    Raises:
        GradeInvalid: an unknown kind or letter, a grade without evidence, or a day that has not come.
    """
    rows = [
        Grade(
            customer_id=item.customer_id,
            kind=kind,
            grade=item.grade,
            model=model,
            as_of=as_of,
            evidence=item.evidence.strip()[:500],
            published_at=at,
            published_by=actor,
        )
        for item in grades
    ]
    _check(kind, model, as_of, rows, at)
    if not rows:
        return 0
    Grade.objects.bulk_create(rows, batch_size=CHUNK)
    outbox.publish(events.GradesPublished(kind=kind, model=model, count=len(rows), published_at=at))
    audit.record(
        "ratings.grades.published",
        subject_type="ratings.grade",
        subject_id=f"{kind}:{as_of.isoformat()}",
        subject_label=f"{kind} {as_of.isoformat()}",
        at=at,
        actor=actor,
        changes={"model": [None, model], "count": [None, len(rows)]},
    )
    return len(rows)


def _check(kind: str, model: str, as_of: date, rows: list[Grade], at: datetime) -> None:
    if kind not in rules.KINDS:
        raise GradeInvalid(_("There is no such kind of grade."))
    if not model.strip():
        raise GradeInvalid(_("Say which model graded."))
    if as_of > day_of(at):
        raise GradeInvalid(_("A grade cannot be of a day that has not come."))
    if any(row.grade not in rules.LETTERS for row in rows):
        raise GradeInvalid(_("A grade is A, B, C or D."))
    if any(not row.evidence for row in rows):
        raise GradeInvalid(_("Every grade needs its evidence."))


@transaction.atomic
def set_by_hand(
    *, customer: Customer, kind: str, grade: str, reason: str, expires_on: date, at: datetime, actor: Staff
) -> Grade:
    """Give a customer a grade that holds over the model's until ``expires_on``, for a reason.

    Raises:
        GradeInvalid: an unknown kind or letter, no reason, or an end that is past or more than a year ahead.
    """
    today = day_of(at)
    if not reason.strip():
        raise GradeInvalid(_("Give the reason."))
    if not today < expires_on <= date.fromordinal(today.toordinal() + LONGEST_DAYS):
        raise GradeInvalid(_("A grade set by hand ends within a year, after today."))
    row = Grade(
        customer=customer,
        kind=kind,
        grade=grade,
        model=BY_HAND,
        as_of=today,
        expires_on=expires_on,
        by_hand=True,
        evidence=reason.strip()[:500],
        published_at=at,
        published_by=actor,
    )
    _check(kind, BY_HAND, today, [row], at)
    row.save(force_insert=True)
    outbox.publish(events.GradesPublished(kind=kind, model=BY_HAND, count=1, published_at=at))
    audit.record(
        "ratings.grade.set_by_hand",
        subject=customer,
        at=at,
        actor=actor,
        reason=reason.strip(),
        changes={"kind": [None, kind], "grade": [None, grade], "expires_on": [None, expires_on.isoformat()]},
        unit_id=customer.unit_id,
    )
    return row
