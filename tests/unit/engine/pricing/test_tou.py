"""Hours of the day: half-hour edges, over midnight, weekends, trigger days; 96 points into periods."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from denghuo.engine.pricing.book import TouScheme
from denghuo.engine.pricing.tou import DayCalendar, day_number, energy_by_period, minutes_to_date
from tests.oracles import pricing as oracle
from tests.unit.engine.pricing import world

SCHEMES = [(raw, TouScheme.model_validate(raw)) for raw in world.TOU]
CALENDAR = DayCalendar(
    frozenset(map(date.fromisoformat, world.DAYS["rest_days"])),
    frozenset(map(date.fromisoformat, world.DAYS["work_days"])),
    {code: frozenset(map(date.fromisoformat, days)) for code, days in world.DAYS["triggers"].items()},
)


def test_minutes_of_every_day_of_a_year_agree_with_the_oracle():
    first = date(2026, 1, 1)
    for raw, scheme in SCHEMES:
        to_date = minutes_to_date(scheme, day_number(first), day_number(first) + 365, CALENDAR)
        for offset in range(365):
            hours = oracle.hours_on(raw, first + timedelta(days=offset), {"days": world.DAYS})
            found = (to_date[offset + 1] - to_date[offset]) / 60
            assert found.tolist() == [float(hours[tou]) for tou in world.PERIODS], offset


def test_quarter_hours_are_summed_into_their_periods():
    days = np.array(
        [day_number(date(2026, 6, 19)), day_number(date(2026, 6, 22)), day_number(date(2026, 6, 23))]
    )
    energy = np.arange(3 * 96).reshape(3, 96)
    raw, scheme = SCHEMES[2]
    found = energy_by_period(scheme, days, energy, CALENDAR)
    assert found.sum(axis=1).tolist() == energy.sum(axis=1).tolist()
    for at, day in enumerate((date(2026, 6, 19), date(2026, 6, 22), date(2026, 6, 23))):
        expected = dict.fromkeys(world.PERIODS, 0)
        for quarter in range(96):
            expected[oracle.period_at(raw, day, quarter * 15, {"days": world.DAYS})] += int(
                energy[at, quarter]
            )
        assert found[at].tolist() == list(expected.values()), day


def test_no_days_are_no_energy():
    assert energy_by_period(SCHEMES[0][1], np.array([], np.int64), np.empty((0, 96), np.int64)).shape == (
        0,
        5,
    )
