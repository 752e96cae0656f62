"""What a phone sends is kept first and applied then: a replay changes nothing, and nothing is lost when it cannot be applied."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from denghuo.commerce.fieldwork import events, rules
from denghuo.commerce.fieldwork.models import Act, Device, FieldSubmission, FieldTask, Outcome, TaskState
from denghuo.commerce.fieldwork.operations import acts
from denghuo.commerce.fieldwork.queries import words
from denghuo.commerce.fieldwork.rules import parameters
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.parameters import queries as figures
from denghuo.kernel.periods import day_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Item:
    """One thing done on a phone: ``act`` is one of ``models.Act``; ``payload`` as docs/reference/field-sync.md has it."""

    client_id: str
    act: str
    made_at: datetime
    task_id: int | None = None
    metering_point_id: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


def receive(*, device: Device, item: Item, at: datetime) -> FieldSubmission:
    """Keep ``item`` and apply it; the same ``client_id`` again answers what became of it the first time."""
    submission = _kept(device, item, at)
    if submission.outcome != Outcome.RECEIVED or submission.resolved_at is not None:
        return submission
    return apply(submission=submission, at=at)


def _kept(device: Device, item: Item, at: datetime) -> FieldSubmission:
    known = FieldSubmission.objects.filter(device=device, client_id=item.client_id).first()
    if known is not None:
        return known
    staff = device.staff
    task = FieldTask.objects.filter(pk=item.task_id or 0, unit__code__startswith=staff.scope).first()
    try:
        with transaction.atomic():
            return FieldSubmission.objects.create(
                device=device,
                client_id=item.client_id,
                staff=staff,
                unit_id=task.unit_id if task else staff.unit_id,
                act=item.act,
                task=task,
                metering_point_id=item.metering_point_id,
                payload=json.dumps(item.payload, ensure_ascii=False),
                made_at=plausible(item.made_at, at),
                received_at=at,
            )
    except IntegrityError:
        return FieldSubmission.objects.get(device=device, client_id=item.client_id)


def plausible(made_at: datetime, at: datetime) -> datetime:
    """When it was done: the phone's clock, unless that lies in the future or further back than a shift can."""
    hours = figures.value(parameters.CLOCK_HOURS, on=day_of(at))
    return made_at if at - timedelta(hours=hours) <= made_at <= at else at


@transaction.atomic
def apply(*, submission: FieldSubmission, at: datetime) -> FieldSubmission:
    """Let a kept submission take effect, once; what cannot goes to the conflict screen with words."""
    submission = (
        FieldSubmission.objects.select_for_update(of=("self",))
        .select_related("device", "staff__unit", "task")
        .get(pk=submission.pk)
    )
    if submission.outcome != Outcome.RECEIVED:
        return submission
    try:
        with transaction.atomic():
            done = acts.perform(submission, at=at)
        submission.outcome, submission.words = done.outcome, done.words[:600]
    except acts.Refused as refused:
        submission.outcome, submission.words = Outcome.REFUSED, str(refused)[:600]
    except rules.AnswersInvalid as invalid:
        submission.outcome = Outcome.REFUSED
        submission.words = words.sentences(submission.task, invalid)[:600]
    except Exception as error:
        _disagree(submission, error)
    submission.save(update_fields=["outcome", "words", "theirs"])
    if submission.outcome == Outcome.CONFLICT:
        _to_a_person(submission, at)
    return submission


def _disagree(submission: FieldSubmission, error: Exception) -> None:
    submission.outcome = Outcome.CONFLICT
    if type(error).__module__.startswith("denghuo."):
        submission.words = str(error)[:600]
    else:
        logger.exception("field submission %s could not be applied", submission.pk)
        submission.words = _("The system could not apply it (%(kind)s). It is kept; decide below.") % {
            "kind": type(error).__name__
        }
    submission.theirs = json.dumps(acts.theirs(submission, error), ensure_ascii=False)


def _to_a_person(submission: FieldSubmission, at: datetime) -> None:
    task = submission.task
    if task is not None and submission.act == Act.COMPLETE:
        live = FieldTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
        if live.state in rules.OPEN:
            live.state, live.version = TaskState.CONFLICT, live.version + 1
            live.save(update_fields=["state", "version"])
    outbox.publish(events.SubmissionInConflict(submission.pk, submission.unit_id, at))
    audit.record(
        "fieldwork.submission.in_conflict",
        subject=submission,
        at=at,
        actor=submission.staff,
        unit_id=submission.unit_id,
        reason=submission.words[:300],
    )
