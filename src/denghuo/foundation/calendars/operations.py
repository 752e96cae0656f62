"""Changing which days are worked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.calendars import queries
from denghuo.foundation.calendars.models import CalendarDay, DaySource


class ReasonMissing(Exception):
    """A working day is changed only with a reason: deadlines hang on it."""


@transaction.atomic
def set_day(
    *,
    on: date,
    is_working: bool,
    reason: str,
    at: datetime,
    actor: Any,
    holiday: str = "",
    source: str = DaySource.BUREAU,
) -> CalendarDay:
    """Say that a day is worked or not, whatever the published calendar says.

    ``source`` is ``published`` when the bureau copies a State Council notice that the installed calendar does not
    know yet; the year then counts as published.

    Raises:
        ReasonMissing: no reason.
    """
    if not reason.strip():
        raise ReasonMissing
    before = queries.day(on)
    day, _created = CalendarDay.objects.update_or_create(
        date=on, defaults={"is_working": is_working, "holiday": holiday, "source": source}
    )
    audit.record(
        "calendars.day.set",
        subject=day,
        subject_label=on.isoformat(),
        at=at,
        actor=actor,
        reason=reason.strip(),
        changes={
            "is_working": [before.is_working, is_working],
            "holiday": [str(before.holiday), holiday],
            "source": [before.source, source],
        },
    )
    return day


@transaction.atomic
def clear_day(*, on: date, reason: str, at: datetime, actor: Any) -> None:
    """Take the bureau's change back; the day is again what the published calendar says.

    Raises:
        ReasonMissing: no reason.
    """
    if not reason.strip():
        raise ReasonMissing
    row = CalendarDay.objects.filter(date=on).first()
    if row is None:
        return
    before = queries.day(on)
    row.delete()
    after = queries.day(on)
    audit.record(
        "calendars.day.cleared",
        subject_type="calendars.calendarday",
        subject_id=on.isoformat(),
        subject_label=on.isoformat(),
        at=at,
        actor=actor,
        reason=reason.strip(),
        changes={"is_working": [before.is_working, after.is_working]},
    )
