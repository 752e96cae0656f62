"""What each act of a phone does: a step, the answers of a task, a reading, or why a meter could not be read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from denghuo.commerce.fieldwork import rules
from denghuo.commerce.fieldwork.models import Act, FieldPhoto, FieldSubmission, FieldTask, Outcome
from denghuo.commerce.fieldwork.operations.carrying import TaskNotOpen, accept, arrive, complete
from denghuo.commerce.fieldwork.operations.dispatching import degrees
from denghuo.commerce.metering.rules import REGISTERS
from denghuo.commerce.readings import operations as readings
from denghuo.commerce.readings.models import EstimateMethod, Reading, ReadingRule, ReadingSource, RouteStop
from denghuo.engine.readings import ABSENT
from denghuo.kernel.periods import Cycle
from denghuo.kernel.quantities import READING_SCALE, InexactQuantity, scaled


class Refused(Exception):
    """It can never be applied as it is: the phone shows the words and lets it be corrected."""


class ReadingDisagrees(rules.Conflict):
    """The meter was read with other figures, or the rules of readings refuse these; ``codes`` are keys of RULES."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        self.codes = codes
        super().__init__("; ".join(str(ReadingRule(code).label) for code in codes))


@dataclass(frozen=True)
class Done:
    outcome: str = Outcome.APPLIED
    words: str = ""


def perform(submission: FieldSubmission, *, at: datetime, answers: Mapping[str, Any] | None = None) -> Done:
    """Do what was sent, in the caller's transaction.

    Raises:
        Refused, rules.AnswersInvalid: it is not well formed.
        TaskNotOpen, rules.Conflict, …: a person must decide.
    """
    sent = submission.sent
    if submission.act in (Act.READING, Act.NOT_READ):
        return _PERFORM[submission.act](submission, sent, at)
    task = submission.task
    if task is None:
        raise Refused(_("There is no such task for you."))
    when = min(submission.made_at, at)
    try:
        if submission.act == Act.ACCEPT:
            accept(task=task, at=when, actor=submission.staff)
        elif submission.act == Act.ARRIVE:
            arrive(task=task, at=when, actor=submission.staff)
        else:
            _complete(submission, task, sent, when)
    except TaskNotOpen as closed:
        if submission.act == Act.COMPLETE:
            if _same(submission, closed.task, sent):
                return Done(Outcome.DUPLICATE, _("The same answers are there already."))
            raise
        raise Refused(str(closed)) from closed
    return Done()


def _complete(submission: FieldSubmission, task: FieldTask, sent: Mapping[str, Any], when: datetime) -> None:
    longitude, latitude = position_of(sent)
    kind = rules.find(task.kind)
    if kind.needs_position and longitude is None and not str(sent.get("no_position", "")).strip():
        raise Refused(_("Say where you are, or why the phone cannot tell."))
    complete(
        task=task,
        answers=with_files(submission, task, sent.get("answers")),
        at=when,
        actor=submission.staff,
        longitude=longitude,
        latitude=latitude,
    )


def with_files(submission: FieldSubmission, task: FieldTask, answers: Any) -> dict[str, Any]:
    """The answers with the ids of kept files in the place of the phone's own ids of its photos."""
    if not isinstance(answers, Mapping):
        raise Refused(_("The answers cannot be understood."))
    kind, found = rules.find(task.kind), dict(answers)
    for asked in kind.form:
        value = found.get(asked.name)
        if asked.type not in rules.FILE_TYPES or value in (None, "", []):
            continue
        names = value if isinstance(value, list) else [value]
        found[asked.name] = photos_of(submission, names, task)
    return found


def photos_of(submission: FieldSubmission, names: list[Any], task: FieldTask | None = None) -> list[int]:
    """Ids of the kept files that the phone calls ``names``; all must have been sent."""
    rows = FieldPhoto.objects.filter(
        device_id=submission.device_id, client_id__in=[str(name) for name in names]
    )
    found = {photo.client_id: photo for photo in rows}
    if len(found) != len({str(name) for name in names}):
        raise Refused(_("A photo has not been sent yet."))
    if task is not None:
        rows.filter(task__isnull=True).update(task=task)
    return [found[str(name)].file_id for name in names]


def position_of(sent: Mapping[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """Longitude and latitude of the payload, where they make sense."""
    place = sent.get("position")
    if not isinstance(place, Mapping):
        return None, None
    try:
        longitude, latitude = degrees(place.get("longitude")), degrees(place.get("latitude"))
    except (InvalidOperation, ValueError):
        return None, None
    if longitude is None or latitude is None or abs(longitude) > 180 or abs(latitude) > 90:
        return None, None
    return longitude, latitude


def _same(submission: FieldSubmission, task: FieldTask, sent: Mapping[str, Any]) -> bool:
    """Whether the task was done with these very answers (photos aside: every phone has its own)."""
    if task.state != "done":
        return False
    kind = rules.find(task.kind)
    files = {asked.name for asked in kind.form if asked.type in rules.FILE_TYPES}
    mine = {
        k: v for k, v in (sent.get("answers") or {}).items() if k not in files and v not in (None, "", {})
    }
    first = {k: v for k, v in json.loads(task.answers).items() if k not in files}
    return task.done_by_id == submission.staff_id and mine == first


def theirs(submission: FieldSubmission, error: Exception) -> dict[str, Any]:
    """What was there first, for the screen that shows both."""
    if isinstance(error, TaskNotOpen) and error.task.done_at is not None:
        return {
            "who": error.task.done_by.name if error.task.done_by else "",
            "when": error.task.done_at.isoformat(),
            "answers": json.loads(error.task.answers),
        }
    if isinstance(error, ReadingDisagrees) and "duplicate" in error.codes:
        found = stored_reading(submission)
        if found is not None:
            return {
                "who": found.entered_by.name if found.entered_by else "",
                "when": found.entered_at.isoformat(),
                "reading": found.pk,
                "registers": {
                    name: format(getattr(found, name).normalize(), "f")
                    for name in REGISTERS
                    if getattr(found, name) is not None
                },
            }
    return {}


def stored_reading(submission: FieldSubmission) -> Reading | None:
    """The live reading of the meter and cycle that a submission is about."""
    return (
        Reading.objects.filter(
            metering_point_id=submission.metering_point_id,
            cycle=str(submission.sent.get("cycle", "")),
            kind__in=["regular", "final"],
            state__in=["held", "accepted"],
        )
        .select_related("entered_by")
        .order_by("-id")
        .first()
    )


def stop_of(submission: FieldSubmission) -> RouteStop:
    stop = (
        RouteStop.objects.filter(
            metering_point_id=submission.metering_point_id,
            route__unit__code__startswith=submission.staff.scope,
        )
        .select_related("route", "metering_point__supply_point")
        .first()
    )
    if stop is None or not submission.staff.may("readings.enter"):
        raise Refused(_("There is no such meter on your routes."))
    return stop


def registers_of(sent: Mapping[str, Any]) -> dict[str, int]:
    """Scaled registers of a payload. Raises Refused."""
    given = sent.get("registers")
    if not isinstance(given, Mapping) or not given:
        raise Refused(_("Give the total register."))
    found: dict[str, int] = {}
    for name, text in given.items():
        if name not in REGISTERS:
            raise Refused(_("Unknown register: %(name)s") % {"name": str(name)[:20]})
        if text in (None, ""):
            continue
        try:
            value = scaled(Decimal(str(text)), READING_SCALE)
        except (InexactQuantity, InvalidOperation, ValueError) as error:
            raise Refused(_("Give a number with at most four decimals.")) from error
        if not 0 <= value < 2**62:
            raise Refused(_("Give a number with at most four decimals."))
        found[name] = value
    if "total" not in found:
        raise Refused(_("Give the total register."))
    return found


def cycle_and_day(sent: Mapping[str, Any]) -> tuple[str, date]:
    try:
        return str(Cycle.parse(str(sent.get("cycle", "")))), date.fromisoformat(
            str(sent.get("read_date", ""))
        )
    except ValueError as error:
        raise Refused(_("Give the reading date.")) from error


def _reading(submission: FieldSubmission, sent: Mapping[str, Any], at: datetime) -> Done:
    stop, values, (cycle, day) = stop_of(submission), registers_of(sent), cycle_and_day(sent)
    photos_of(submission, list(sent.get("photos") or []))
    asset = str(sent.get("asset_number", ""))[:40]
    recorded = readings.record_many(
        batch=readings.ReadingBatch(
            metering_point_ids=np.array([stop.metering_point_id], np.int64),
            read_date=np.array([day], "datetime64[D]"),
            registers={name: np.array([values.get(name, ABSENT)], np.int64) for name in REGISTERS},
            asset_numbers=[asset],
        ),
        cycle=cycle,
        source=ReadingSource.FIELD,
        at=at,
        actor=submission.staff,
    )
    outcome, codes = recorded.outcomes[0], recorded.rules.get(0, ())
    if outcome == "refused":
        if set(codes) <= {"register_missing", "register_range", "future_date"}:
            raise Refused("; ".join(str(ReadingRule(code).label) for code in codes))
        raise ReadingDisagrees(codes)
    if outcome == "duplicate":
        return Done(Outcome.DUPLICATE, _("The same figures are there already."))
    if outcome == "held":
        names = "; ".join(str(ReadingRule(code).label) for code in codes)
        return Done(Outcome.APPLIED, _("Stored; a clerk looks at it: %(rules)s") % {"rules": names})
    return Done()


def _not_read(submission: FieldSubmission, sent: Mapping[str, Any], at: datetime) -> Done:
    stop, (cycle, day) = stop_of(submission), cycle_and_day(sent)
    photos_of(submission, list(sent.get("photos") or []))
    reason = str(sent.get("reason", "")).strip()[:300]
    if not reason:
        raise Refused(_("Say why the meter could not be read."))
    if sent.get("estimate") is not True:
        return Done(words=_("Noted; the meter stays on the list of what was not read."))
    readings.estimate_reading(
        point=stop.metering_point,
        cycle=cycle,
        read_date=day,
        method=EstimateMethod.LAST_3,
        reason=reason,
        at=at,
        actor=submission.staff,
    )
    return Done(words=_("The cycle is closed with an estimate."))


_PERFORM: Mapping[str, Callable[..., Done]] = {Act.READING: _reading, Act.NOT_READ: _not_read}
