"""Which step of dunning comes next, and on which day. See docs/domain/dunning.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from denghuo.foundation.calendars.rules import BEIJING, Exceptions, is_working

BY_STAFF = frozenset({"phone", "letter", "visit"})
"""Channels that a person works; SMS and app messages are sent by the system."""
PLACEHOLDERS = ("name", "account", "amount", "due_date", "days", "late_fee", "unit", "today")


@dataclass(frozen=True)
class Step:
    """Step ``number`` of a plan, ``days`` after the due date; left out where less than ``least_fen`` is owed."""

    number: int
    days: int
    channel: str
    least_fen: int = 0


@dataclass(frozen=True)
class Next:
    """The step that comes next and the first day on which it may be taken."""

    step: Step
    on: date


def next_step(
    steps: Sequence[Step],
    *,
    due_date: date,
    taken: Mapping[int, date],
    owed_fen: int,
    on: date,
    resting_until: date | None = None,
    exceptions: Exceptions,
    messages_on_holidays: bool = False,
) -> Next | None:
    """The next step of a debt due on ``due_date`` and its day, not before ``on``; None when the plan is at its end.

    A step falls on its day after the due date, but never closer to the step before it than the plan says: who is found
    late is not sent everything at once. It waits out a promise or a pause (``resting_until`` is the last day of it) and
    moves to the next working day; messages may go out on holidays where the bureau allows it.

    Args:
        taken: steps taken for this debt (number → day).
        exceptions: the days that differ from Monday to Friday, for as long as the plan may reach.
    """
    last = max(taken, default=0)
    days_of = {step.number: step.days for step in steps}
    for step in sorted(steps, key=lambda step: step.number):
        if step.number <= last or owed_fen < step.least_fen:
            continue
        day = max(on, due_date + timedelta(days=step.days))
        if last and last in days_of:
            day = max(day, taken[last] + timedelta(days=max(step.days - days_of[last], 1)))
        if resting_until is not None:
            day = max(day, resting_until + timedelta(days=1))
        while not may_contact(
            step.channel, day, exceptions=exceptions, messages_on_holidays=messages_on_holidays
        ):
            day += timedelta(days=1)
        return Next(step, day)
    return None


def may_contact(channel: str, day: date, *, exceptions: Exceptions, messages_on_holidays: bool) -> bool:
    """Whether customers are bothered by this channel on this day."""
    if channel not in BY_STAFF and messages_on_holidays:
        return True
    return is_working(day, exceptions)


def may_contact_at(at: datetime, *, from_hour: int, until_hour: int) -> bool:
    """Whether ``at`` lies in the hours of contact, ``[from_hour, until_hour)`` in Beijing."""
    return from_hour <= at.astimezone(BEIJING).hour < until_hour


class PlanInvalid(ValueError):
    """The steps of a plan contradict each other; ``code`` says how, ``number`` which step (0: the plan)."""

    def __init__(self, code: str, number: int = 0, detail: str = "") -> None:
        super().__init__(f"{code} ({number}) {detail}")
        self.code, self.number, self.detail = code, number, detail


def check_plan(steps: Sequence[Step], texts: Mapping[int, str]) -> None:
    """Raise PlanInvalid unless the steps go forward in time and their texts can be filled.

    Codes: ``no_steps``, ``days_not_rising``, ``day_zero``, ``no_text``, ``unknown_placeholder``.
    """
    if not steps:
        raise PlanInvalid("no_steps")
    before = 0
    for step in sorted(steps, key=lambda step: step.number):
        if step.days < 1:
            raise PlanInvalid("day_zero", step.number)
        if step.days <= before:
            raise PlanInvalid("days_not_rising", step.number)
        before = step.days
        text = texts.get(step.number, "")
        if not text.strip():
            raise PlanInvalid("no_text", step.number)
        if unknown := sorted(set(_names(text)) - set(PLACEHOLDERS)):
            raise PlanInvalid("unknown_placeholder", step.number, ", ".join(unknown))


_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def _names(text: str) -> Iterable[str]:
    return _PLACEHOLDER.findall(text)


def fill(text: str, values: Mapping[str, object]) -> str:
    """``text`` with ``{name}`` and the like replaced; what is not known stays as it is."""
    return _PLACEHOLDER.sub(lambda found: str(values[found[1]]) if found[1] in values else found[0], text)


def action_key(case_id: int, due_date: date, number: int) -> str:
    """The de-duplication key of a step: one a case, debt and step."""
    return f"{case_id}:{due_date:%Y%m%d}:{number}"
