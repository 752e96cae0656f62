"""The published calendar, the bureau's changes on top, and years that nobody has published yet."""

from __future__ import annotations

from datetime import date

import pytest

from denghuo.foundation.audit import queries as audit
from denghuo.foundation.calendars import operations, queries
from denghuo.foundation.calendars.models import CalendarDay, DaySource
from tests.cast import staff

pytestmark = pytest.mark.django_db


def test_national_day_2026_is_off_and_its_exchange_days_are_worked():
    assert not queries.is_working(date(2026, 10, 5))
    assert queries.is_working(date(2026, 9, 20))
    assert queries.day(date(2026, 9, 20)).kind == "make_up"
    assert queries.day(date(2026, 10, 1)).kind == "holiday"
    assert queries.due_date(date(2026, 9, 30), 3) == date(2026, 10, 10)


def test_a_typhoon_day_moves_deadlines_and_is_audited(now):
    sysadmin = staff.hire("sysadmin", now)
    on = date(2026, 9, 8)
    operations.set_day(on=on, is_working=False, reason="台风停工", at=now, actor=sysadmin)
    assert queries.due_date(date(2026, 9, 7), 1) == date(2026, 9, 9)
    assert queries.day(on).kind == "closed"
    row = CalendarDay.objects.get(date=on)
    entry = audit.history(row).get()
    assert (entry.action, entry.reason, entry.actor) == ("calendars.day.set", "台风停工", sysadmin)
    operations.clear_day(on=on, reason="台风改道", at=now, actor=sysadmin)
    assert queries.is_working(on)
    assert audit.verify().holds


def test_a_day_is_not_changed_without_a_reason(now):
    with pytest.raises(operations.ReasonMissing):
        operations.set_day(on=date(2026, 9, 8), is_working=False, reason=" ", at=now, actor=None)


def test_a_year_not_yet_published_falls_back_to_monday_to_friday_and_says_so(now):
    assert not queries.is_published(2027)
    assert queries.unpublished_years(date(2026, 12, 1), date(2027, 2, 1)) == [2027]
    assert queries.unpublished_years(date(2026, 12, 1), date(2027, 1, 1)) == []
    assert queries.is_working(date(2027, 10, 1))
    operations.set_day(
        on=date(2027, 1, 1),
        is_working=False,
        holiday="New Year's Day",
        reason="国务院办公厅通知",
        at=now,
        actor=None,
        source=DaySource.PUBLISHED,
    )
    assert queries.is_published(2027)
    assert queries.holidays(date(2027, 1, 1), date(2027, 2, 1)) == {date(2027, 1, 1): "New Year's Day"}


def test_a_year_has_every_day_once_in_weeks_that_start_on_monday():
    months = queries.year(2026)
    days = [day for month in months for week in month.weeks for day in week if day]
    assert [day.date for day in days] == [
        date.fromordinal(date(2026, 1, 1).toordinal() + i) for i in range(365)
    ]
    assert all(len(week) == 7 for month in months for week in month.weeks)
    assert all(
        day.date.weekday() == i
        for month in months
        for week in month.weeks
        for i, day in enumerate(week)
        if day
    )
    assert sum(month.working_days for month in months) == sum(day.is_working for day in days)
