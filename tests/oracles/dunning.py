"""Dunning as a person with a wall calendar would do it: one day after the other, one look at each step. Slow and obvious."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta


def diary(
    *,
    steps: list[tuple[int, int, str, int]],
    due: date,
    first_look: date,
    last_look: date,
    owed_fen: int,
    resting: Iterable[tuple[date, date]] = (),
    day_off: Callable[[date], bool],
    messages_on_days_off: bool,
) -> list[tuple[date, int]]:
    """(day, step) of every step taken when somebody looks every day from ``first_look`` to ``last_look``.

    ``steps``: (number, days after the due date, channel, least fen).
    """
    taken: list[tuple[date, int]] = []
    left = sorted(steps)
    planned = {number: days for number, days, _channel, _least in steps}
    day = first_look
    while day <= last_look:
        rests = any(first <= day <= last for first, last in resting)
        while left and owed_fen < left[0][3]:
            left.pop(0)
        if left and not rests:
            number, days, channel, _least = left[0]
            old_enough = (day - due).days >= days
            far_enough = True
            if taken:
                last_day, last_number = taken[-1]
                far_enough = (day - last_day).days >= max(days - planned[last_number], 1)
            closed = day_off(day) and not (channel in ("sms", "app") and messages_on_days_off)
            if old_enough and far_enough and not closed:
                taken.append((day, number))
                left.pop(0)
        day += timedelta(days=1)
    return taken
