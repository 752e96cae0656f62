"""A notice to rectify, from its issue to the day it is put right: signed, extended, looked at again, reported."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.inspection import events
from denghuo.commerce.inspection.models import (
    AuthorityReport,
    Duty,
    DutyTick,
    Extension,
    Finding,
    Recheck,
    Rectification,
    RectificationState,
)
from denghuo.commerce.inspection.rules import states
from denghuo.commerce.inspection.rules.catalogue import LEVELS
from denghuo.commerce.inspection.rules.processes import RECTIFICATION
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.calendars import queries as calendars
from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.workflow import operations as workflow
from denghuo.foundation.workflow import queries as workflow_queries
from denghuo.kernel.periods import day_of
from denghuo.records.supply.queries import terms_on

LONGEST_DAYS = 250


class RectificationRefused(Exception):
    """The step cannot be done now, or something is missing; the text says why."""


@transaction.atomic
def issue(
    *,
    findings: Iterable[Finding],
    at: datetime,
    actor: Staff | None,
    days: int | None = None,
    inspector: Staff | None = None,
) -> Rectification:
    """Write a notice about findings of one supply point; ``days`` are working days, by default the fewest of them.

    Raises:
        RectificationRefused: no finding, of several supply points, or one that a notice was issued about already.
    """
    found = list(
        Finding.objects.select_for_update(of=("self",))
        .filter(pk__in=[finding.pk for finding in findings])
        .select_related("supply_point")
        .order_by("pk")
    )
    if not found or len({finding.supply_point_id for finding in found}) != 1:
        raise RectificationRefused(_("Choose findings of one supply point."))
    if any(finding.rectification_id or finding.resolved_at for finding in found):
        raise RectificationRefused(_("A notice was issued about one of these findings already."))
    days = min(finding.days for finding in found) if days is None else days
    if not 1 <= days <= LONGEST_DAYS:
        raise RectificationRefused(_("Give between 1 and 250 working days."))
    point, on = found[0].supply_point, day_of(at)
    terms = terms_on(point, on)
    (serial,) = numbering.allocate(f"inspection.notice.{on:%Y%m}", 1)
    made = Rectification.objects.create(
        number=f"ZG{on:%Y%m}{serial:05d}",
        supply_point=point,
        unit_id=point.unit_id,
        visit_id=found[0].visit_id,
        importance=terms.importance if terms else "ordinary",
        level=max((finding.level for finding in found), key=LEVELS.index),
        issued_at=at,
        issued_by=actor,
        due_date=calendars.due_date(on, days),
        inspector=inspector or actor,
    )
    Finding.objects.filter(pk__in=[finding.pk for finding in found]).update(rectification=made)
    workflow.start(
        process=RECTIFICATION.key,
        subject=made,
        title=f"{made.number} {point.number}",
        unit_id=point.unit_id,
        at=at,
        actor=actor,
        owner=inspector or actor,
        customer_id=point.customer_id,
        priority=3 if made.level == "major" else 2,
    )
    outbox.publish(
        events.RectificationIssued(made.pk, point.pk, point.customer_id, point.account_id, made.due_date, at)
    )
    _audit("issued", made, at, actor, due_date=made.due_date.isoformat(), findings=len(found))
    return made


def _audit(
    verb: str, notice: Rectification, at: datetime, actor: Staff | None, reason: str = "", **after: Any
) -> None:
    audit.record(
        f"inspection.rectification.{verb}",
        subject=notice,
        at=at,
        actor=actor,
        unit_id=notice.unit_id,
        reason=reason,
        changes={name: [None, value] for name, value in after.items()},
    )


def locked(notice: Rectification) -> Rectification:
    return (
        Rectification.objects.select_for_update(of=("self",)).select_related("supply_point").get(pk=notice.pk)
    )


def _move(notice: Rectification, state: str) -> None:
    if not states.may_become(states.RECTIFICATION, notice.state, state):
        raise RectificationRefused(
            _("This notice is “%(state)s”; that step cannot be done now.")
            % {"state": notice.get_state_display()}
        )
    notice.state = state


def _step(notice: Rectification, step: str, at: datetime, actor: Staff | None, **how: Any) -> None:
    """Complete the step of the process if it waits."""
    task = workflow_queries.open_task(notice, step)
    if task is not None:
        workflow.complete(task=task, at=at, actor=actor, **how)


@transaction.atomic
def deliver(
    *,
    notice: Rectification,
    at: datetime,
    actor: Staff | None,
    signatory: str = "",
    signature: StoredFile | None = None,
    refused: bool = False,
    witness: str = "",
) -> Rectification:
    """The customer has the notice: signed by somebody with a name, or refused before a witness with a name.

    Raises:
        RectificationRefused: neither of them, or it was delivered already.
    """
    found = locked(notice)
    if refused and not witness.strip():
        raise RectificationRefused(_("Who refuses to sign does so before a witness: enter the name."))
    if not refused and not signatory.strip():
        raise RectificationRefused(_("Enter who signed."))
    _move(found, RectificationState.DELIVERED)
    found.delivered_at, found.signatory, found.signature = at, signatory.strip()[:40], signature
    found.refused, found.witness = refused, witness.strip()[:40]
    found.save()
    DutyTick.objects.get_or_create(
        rectification=found,
        duty=Duty.NOTIFY,
        defaults={"done_at": at, "done_by": actor, "note": found.number},
    )
    _step(found, "deliver", at, actor, result=found.witness if refused else found.signatory)
    _audit("delivered", found, at, actor, refused=refused)
    return found


@transaction.atomic
def extend(*, notice: Rectification, to_date: date, reason: str, at: datetime, actor: Staff) -> Rectification:
    """Give more time, with the reason.

    Raises:
        RectificationRefused: no reason, not later than now, or the notice is not running.
    """
    found = locked(notice)
    if not reason.strip():
        raise RectificationRefused(_("Say why there is more time."))
    if not found.is_open or found.delivered_at is None:
        raise RectificationRefused(_("Only a notice that was delivered and is open can be extended."))
    if to_date <= max(found.due_date, day_of(at)):
        raise RectificationRefused(_("The new day lies after the old one, and after today."))
    before = found.due_date
    Extension.objects.create(
        rectification=found,
        from_date=before,
        to_date=to_date,
        reason=reason.strip()[:300],
        extended_at=at,
        extended_by=actor,
    )
    found.due_date = to_date
    found.save(update_fields=["due_date"])
    _step(found, "follow_up", at, actor, result=_("Extended until %(day)s") % {"day": to_date.isoformat()})
    audit.record(
        "inspection.rectification.extended",
        subject=found,
        at=at,
        actor=actor,
        unit_id=found.unit_id,
        reason=reason,
        changes={"due_date": [before.isoformat(), to_date.isoformat()]},
    )
    return found


@transaction.atomic
def recheck(
    *,
    notice: Rectification,
    passed: bool,
    note: str,
    at: datetime,
    actor: Staff | None,
    photo: StoredFile | None = None,
) -> Rectification:
    """Look again: put right closes the notice and its findings, otherwise it is reported or extended.

    Raises:
        RectificationRefused: no words about what was seen, or the notice does not wait for it.
    """
    found = locked(notice)
    if not note.strip():
        raise RectificationRefused(_("Say what was seen."))
    state = found.state
    if state == RectificationState.REPORTED and not passed:
        pass  # it stays reported; that it was looked at again is on record
    else:
        _move(found, RectificationState.CLOSED if passed else RectificationState.FAILED)
    Recheck.objects.create(
        rectification=found,
        passed=passed,
        note=note.strip()[:300],
        photo=photo,
        checked_at=at,
        checked_by=actor,
    )
    if passed:
        found.closed_at = at
        Finding.objects.filter(rectification=found, resolved_at__isnull=True).update(resolved_at=at)
    found.save(update_fields=["state", "closed_at"])
    _finish_step(found, passed, note, at, actor)
    if passed:
        point = found.supply_point
        late = day_of(at) > found.due_date
        outbox.publish(events.RectificationClosed(found.pk, point.customer_id, point.account_id, late, at))
    _audit("rechecked", found, at, actor, reason=note, passed=passed, state=found.state)
    return found


def _finish_step(notice: Rectification, passed: bool, note: str, at: datetime, actor: Staff | None) -> None:
    if workflow_queries.open_task(notice, "recheck") is None:
        _step(notice, "follow_up", at, actor, result=note[:200])
    _step(notice, "recheck", at, actor, data={"passed": passed}, result=note[:200])


@transaction.atomic
def report(
    *,
    notice: Rectification,
    authority: str,
    document_number: str,
    at: datetime,
    actor: Staff | None,
    text: str = "",
) -> AuthorityReport:
    """Report to the power administration; for a major danger at once, otherwise when it was not put right.

    Raises:
        RectificationRefused: not delivered or closed, no authority or number, or the number was used.
    """
    found = locked(notice)
    if not authority.strip() or not document_number.strip():
        raise RectificationRefused(_("Enter the authority and the number of the document."))
    if AuthorityReport.objects.filter(document_number=document_number.strip()).exists():
        raise RectificationRefused(_("This document number was used already."))
    late = found.due_date < day_of(at)
    if not found.is_open or not (late or found.level == "major" or found.state in ("failed", "reported")):
        raise RectificationRefused(
            _("It is reported when it was not put right in time, or when the danger is major.")
        )
    made = AuthorityReport.objects.create(
        rectification=found,
        authority=authority.strip()[:60],
        document_number=document_number.strip()[:40],
        text=text.strip()[:500],
        reported_at=at,
        reported_by=actor,
    )
    if found.state == RectificationState.FAILED:
        _move(found, RectificationState.REPORTED)
        found.save(update_fields=["state"])
        _step(found, "follow_up", at, actor, result=made.document_number)
    DutyTick.objects.get_or_create(
        rectification=found,
        duty=Duty.REPORT,
        defaults={"done_at": at, "done_by": actor, "note": made.document_number},
    )
    point = found.supply_point
    outbox.publish(events.RectificationReported(found.pk, point.customer_id, point.account_id, at))
    _audit("reported", found, at, actor, document_number=made.document_number)
    return made


@transaction.atomic
def tick(*, notice: Rectification, duty: str, note: str, at: datetime, actor: Staff | None) -> DutyTick:
    """Service was given, or the customer was supervised: one of the four duties is done.

    Raises:
        RectificationRefused: no words, not one of these two, or done already.
    """
    found = locked(notice)
    if duty not in (Duty.SERVE, Duty.SUPERVISE):
        raise RectificationRefused(
            _("Notifying and reporting are ticked by the notice and the report themselves.")
        )
    if not note.strip():
        raise RectificationRefused(_("Say what was done."))
    made, fresh = DutyTick.objects.get_or_create(
        rectification=found, duty=duty, defaults={"done_at": at, "done_by": actor, "note": note.strip()[:200]}
    )
    if not fresh:
        raise RectificationRefused(_("This was ticked already."))
    _audit("ticked", found, at, actor, reason=note, duty=duty)
    return made


@transaction.atomic
def withdraw(*, notice: Rectification, reason: str, at: datetime, actor: Staff) -> Rectification:
    """Take back a notice that was not delivered; its findings wait for another.

    Raises:
        RectificationRefused: no reason, or it was delivered.
    """
    found = locked(notice)
    if not reason.strip():
        raise RectificationRefused(_("Say why it is taken back."))
    _move(found, RectificationState.WITHDRAWN)
    found.end_note = reason.strip()[:300]
    found.save(update_fields=["state", "end_note"])
    Finding.objects.filter(rectification=found).update(rectification=None)
    instance = workflow_queries.instance_of(found)
    if instance is not None:
        workflow.cancel(instance=instance, at=at, actor=actor, reason=reason)
    _audit("withdrawn", found, at, actor, reason=reason)
    return found
