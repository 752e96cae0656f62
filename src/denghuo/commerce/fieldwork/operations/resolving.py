"""Conflicts are decided: the second person proposes, a dispatcher applies what was sent (corrected or not) or puts it aside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from denghuo.commerce.fieldwork import rules
from denghuo.commerce.fieldwork.models import Act, FieldSubmission, FieldTask, Outcome, TaskState
from denghuo.commerce.fieldwork.operations import acts
from denghuo.commerce.fieldwork.operations.carrying import complete, locked
from denghuo.commerce.fieldwork.queries import words
from denghuo.commerce.readings import operations as readings
from denghuo.commerce.readings.models import ReadingState
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff


class CannotBeResolved(Exception):
    """It is decided already, or what was chosen still cannot take effect; the text says why."""


def _open(submission: FieldSubmission) -> FieldSubmission:
    found = (
        FieldSubmission.objects.select_for_update(of=("self",))
        .select_related("device", "staff__unit", "task")
        .get(pk=submission.pk)
    )
    if not found.is_undecided:
        raise CannotBeResolved(_("It is decided already."))
    return found


@transaction.atomic
def propose(*, submission: FieldSubmission, text: str, at: datetime, actor: Staff) -> FieldSubmission:
    """The one who came second says why the own figures should stand; a dispatcher decides.

    Raises:
        CannotBeResolved: it is decided, or was sent by somebody else.
    """
    found = _open(submission)
    if found.staff_id != actor.pk:
        raise CannotBeResolved(_("Somebody else sent it."))
    found.proposal = text.strip()[:300]
    found.save(update_fields=["proposal"])
    return found


def resolve_conflict(
    *,
    submission: FieldSubmission,
    decision: str,
    reason: str,
    at: datetime,
    actor: Staff,
    answers: Mapping[str, Any] | None = None,
) -> FieldSubmission:
    """``decision`` is ``apply`` (with corrected ``answers`` or registers) or ``put_aside``; see these two."""
    if decision == "apply":
        return apply_anyway(submission=submission, answers=answers, reason=reason, at=at, actor=actor)
    return put_aside(submission=submission, reason=reason, at=at, actor=actor)


@transaction.atomic
def put_aside(*, submission: FieldSubmission, reason: str, at: datetime, actor: Staff) -> FieldSubmission:
    """What was there first stands; the task goes back to where it was.

    Raises:
        CannotBeResolved: it is decided already, or no reason is given.
    """
    found = _open(submission)
    _decided(found, reason, at, actor)
    if found.task_id is not None:
        _give_back(found, at)
    audit.record(
        "fieldwork.submission.put_aside",
        subject=found,
        at=at,
        actor=actor,
        reason=reason,
        unit_id=found.unit_id,
    )
    return found


def _give_back(submission: FieldSubmission, at: datetime) -> None:
    assert submission.task is not None
    task = locked(submission.task)
    others = FieldSubmission.objects.filter(
        task=task, outcome=Outcome.CONFLICT, resolved_at__isnull=True
    ).exclude(pk=submission.pk)
    if task.state == TaskState.CONFLICT and not others.exists():
        task.state = rules.state_after_return(
            has_crew=task.crew_id is not None,
            accepted=task.accepted_at is not None and task.crew_id is not None,
            arrived=task.arrived_at is not None and task.crew_id is not None,
        )
        task.version += 1
        task.save(update_fields=["state", "version"])


@transaction.atomic
def apply_anyway(
    *,
    submission: FieldSubmission,
    reason: str,
    at: datetime,
    actor: Staff,
    answers: Mapping[str, Any] | None = None,
) -> FieldSubmission:
    """Let what was sent take effect after all, with ``answers`` (or registers) in the place of those that were sent.

    Raises:
        CannotBeResolved: the task is done by somebody else, or the room that dispatched it still refuses.
    """
    found = _open(submission)
    try:
        with transaction.atomic():
            if found.act == Act.READING:
                _put_reading(found, answers, reason, at, actor)
            elif found.act == Act.COMPLETE and found.task is not None:
                _put_answers(found, found.task, answers, at)
            else:
                acts.perform(found, at=at)
    except rules.AnswersInvalid as invalid:
        raise CannotBeResolved(words.sentences(found.task, invalid)) from invalid
    except DatabaseError:
        raise
    except ValidationError as error:
        raise CannotBeResolved(" ".join(error.messages)) from error
    except Exception as error:
        raise CannotBeResolved(_sentence(error)) from error
    found.outcome = Outcome.APPLIED
    if answers:
        found.theirs = json.dumps({**found.first, "corrected": _texts(answers)}, ensure_ascii=False)
    found.save(update_fields=["outcome", "theirs"])
    _decided(found, reason, at, actor)
    audit.record(
        "fieldwork.submission.applied",
        subject=found,
        at=at,
        actor=actor,
        reason=reason,
        unit_id=found.unit_id,
    )
    return found


def _texts(answers: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in answers.items()}


def _sentence(error: Exception) -> str:
    return str(error) or type(error).__name__


def _decided(submission: FieldSubmission, reason: str, at: datetime, actor: Staff) -> None:
    if len(reason.strip()) < 2:
        raise CannotBeResolved(_("Say why."))
    submission.resolved_at, submission.resolved_by = at, actor
    submission.resolution = reason.strip()[:300]
    submission.save(update_fields=["resolved_at", "resolved_by", "resolution"])


def _put_answers(
    submission: FieldSubmission, task: FieldTask, answers: Mapping[str, Any] | None, at: datetime
) -> None:
    longitude, latitude = acts.position_of(submission.sent)
    kind = rules.find(task.kind)
    sent = acts.with_files(submission, task, submission.sent.get("answers"))
    given = {name: value for name, value in sent.items() if kind.field(name)} | dict(answers or {})
    complete(
        task=task,
        answers=given,
        at=min(submission.made_at, at),
        actor=submission.staff,
        longitude=longitude,
        latitude=latitude,
        past_conflict=True,
    )


def _put_reading(
    submission: FieldSubmission, answers: Mapping[str, Any] | None, reason: str, at: datetime, actor: Staff
) -> None:
    """Figures from the field in the place of those that came first, by the verbs of the readings room."""
    stored = acts.stored_reading(submission)
    texts = dict(answers or {}) or dict(submission.sent.get("registers") or {})
    registers: dict[str, Decimal | int | str | None] = {
        name: Decimal(str(text)) for name, text in texts.items() if text not in (None, "")
    }
    if stored is None:
        sent = {**submission.sent, "registers": texts, "asset_number": ""}
        submission.payload = json.dumps(sent, ensure_ascii=False)
        acts.perform(submission, at=at)
    elif stored.state == ReadingState.ACCEPTED:
        readings.replace_reading(reading=stored, registers=registers, reason=reason, at=at, actor=actor)
    else:
        problem = stored.exceptions.exclude(state="resolved").order_by("id").first()
        if problem is None:
            raise CannotBeResolved(_("The reading that came first is being decided elsewhere."))
        readings.reread(
            problem=problem,
            registers=registers,
            read_date=stored.read_date,
            reason=reason,
            at=at,
            actor=actor,
        )
