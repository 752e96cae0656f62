"""Who answers for what: given, handed over, ended."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.collection.models import CaseState, CollectionDuty, DunningCase, DutyKind
from denghuo.commerce.collection.queries import responsible
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff


class DutyCannotBeGiven(Exception):
    """The duty overlaps another, or the person has left; the text says which."""


@transaction.atomic
def give_duty(
    *, staff: Staff, kind: DutyKind | str, subject: Any, since: date, actor: Staff | None, at: datetime
) -> CollectionDuty:
    """Let ``staff`` answer for a unit, route or account from ``since``; who did so before ends with that day.

    Raises:
        DutyCannotBeGiven: the person is not active, answers for it already, or it was given later than ``since``.
    """
    if not staff.is_active:
        raise DutyCannotBeGiven(_("%(name)s does not work here any more.") % {"name": staff.name})
    before = (
        CollectionDuty.objects.select_for_update(of=("self",))
        .filter(**{str(kind): subject}, kind=kind, valid_to__isnull=True)
        .first()
    )
    if before is not None:
        if before.staff_id == staff.pk:
            raise DutyCannotBeGiven(_("%(name)s answers for it already.") % {"name": staff.name})
        if before.valid_from >= since:
            raise DutyCannotBeGiven(_("It was given to somebody from a later day."))
        before.valid_to = since
        before.save(update_fields=["valid_to"])
    made = CollectionDuty.objects.create(
        staff=staff, kind=kind, valid_from=since, created_at=at, **{str(kind): subject}
    )
    audit.record(
        "collection.duty.given",
        subject=made,
        subject_label=str(subject),
        actor=actor,
        at=at,
        changes={"staff": [before.staff.name if before else None, staff.name]},
    )
    return made


@transaction.atomic
def end_duty(*, duty: CollectionDuty, on: date, actor: Staff | None, at: datetime) -> CollectionDuty:
    """Let a duty end before ``on``.

    Raises:
        DutyCannotBeGiven: it has ended, or begins then.
    """
    found = CollectionDuty.objects.select_for_update(of=("self",)).get(pk=duty.pk)
    if found.valid_to is not None or on <= found.valid_from:
        raise DutyCannotBeGiven(_("This duty does not run."))
    found.valid_to = on
    found.save(update_fields=["valid_to"])
    audit.record("collection.duty.ended", subject=found, actor=actor, at=at)
    return found


@transaction.atomic
def rotate(*, from_staff: Staff, to_staff: Staff, since: date, actor: Staff | None, at: datetime) -> int:
    """Hand everything one person answers for over to another (轮换), the open cases with it; returns how many duties.

    Raises:
        DutyCannotBeGiven: there is nothing to hand over, or as ``give_duty``.
    """
    running = list(
        CollectionDuty.objects.filter(staff=from_staff, valid_to__isnull=True, valid_from__lt=since).order_by(
            "id"
        )
    )
    if not running or from_staff.pk == to_staff.pk:
        raise DutyCannotBeGiven(_("There is nothing to hand over."))
    for duty in running:
        give_duty(
            staff=to_staff,
            kind=duty.kind,
            subject=duty.account or duty.route or duty.unit,
            since=since,
            actor=actor,
            at=at,
        )
    _hand_cases_over(from_staff, since)
    return len(running)


def _hand_cases_over(from_staff: Staff, since: date) -> None:
    cases = list(
        DunningCase.objects.select_for_update(of=("self",))
        .filter(owner=from_staff)
        .exclude(state=CaseState.CLOSED)
    )
    persons = responsible([case.account_id for case in cases], on=since)
    for case in cases:
        case.owner_id = persons.get(case.account_id)
    DunningCase.objects.bulk_update(cases, ["owner"])
