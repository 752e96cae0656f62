"""Every rule on the readings that just keep and just break it. kWh in, scaled inside."""

from __future__ import annotations

import numpy as np
import pytest

from denghuo.engine.readings import ABSENT, History, ReadingColumns, Tolerances, judge
from denghuo.engine.readings.history import typical_daily

REGISTERS = (
    "total",
    "sharp",
    "peak",
    "flat",
    "valley",
    "deep",
    "reactive_forward",
    "reactive_reverse",
    "max_demand",
)


def reading(
    opening: dict[str, float],
    closing: dict[str, float],
    *,
    usual: list[int] | None = None,
    days: int = 30,
    digits: int = 6,
    multiplier: int = 1,
    capacity_kva: int | None = None,
    after_estimate: bool = False,
) -> ReadingColumns:
    """One reading; ``usual``: kWh of earlier advances of 30 days each, latest first."""
    usual = usual or []
    day = 20_000
    column = {
        name: (
            np.array([round(opening[name] * 10_000) if name in opening else ABSENT], np.int64),
            np.array([round(closing[name] * 10_000) if name in closing else ABSENT], np.int64),
        )
        for name in REGISTERS
    }
    return ReadingColumns(
        opening={name: pair[0] for name, pair in column.items()},
        closing={name: pair[1] for name, pair in column.items()},
        modulus=np.array([10**digits * 10_000]),
        multiplier=np.array([multiplier]),
        days=np.array([days]),
        end_day=np.array([day]),
        capacity=np.array([ABSENT if capacity_kva is None else capacity_kva * 100]),
        after_estimate=np.array([after_estimate]),
        anchor_total=column["total"][0],
        anchor_days=np.array([days]),
        history=History(
            np.zeros(len(usual), np.int64),
            np.array([day - days - 30 * n for n in range(len(usual))], np.int64),
            np.array([energy * 100 for energy in usual], np.int64),
            np.full(len(usual), 30, np.int64),
        ),
    )


def broken(columns: ReadingColumns, **tolerances: int) -> list[str]:
    return sorted(code for code, rows in judge(columns, Tolerances(**tolerances)).broken.items() if rows[0])


STEADY = [200, 200, 200, 200]


@pytest.mark.parametrize(
    ("closing", "usual", "expected"),
    [
        (1300, STEADY, []),
        (1301, STEADY, ["jump"]),
        (1250, [150, 150, 150], []),
        (1100, STEADY, []),
        (1010, STEADY, ["jump"]),
        (1301, [200, 200], []),
        (1390, [400, 200, 200, 200], []),
        (1000, STEADY, ["zero_after_use"]),
        (1000, [20, 20, 20], []),
        (999, STEADY, ["backwards"]),
    ],
)
def test_jumps_and_zeroes_against_history(closing, usual, expected):
    """±50 % and 100 kWh from the median and from the last month; below 30 kWh a month zero is nothing special."""
    assert broken(reading({"total": 1000}, {"total": closing}, usual=usual)) == expected


def test_the_same_month_last_year_explains_a_season():
    usual = [200] * 11 + [600]
    assert broken(reading({"total": 1000}, {"total": 1600}, usual=usual[:11])) == ["jump"]
    assert broken(reading({"total": 1000}, {"total": 1600}, usual=usual)) == []


@pytest.mark.parametrize(
    ("opening", "closing", "usual", "expected"),
    [
        (9_900, 100, [200, 200, 200], []),
        (9_900, 100, [], ["rollover"]),
        (9_000, 100, [], ["backwards"]),
        (9_900, 950, [200, 200, 200], ["backwards"]),
    ],
)
def test_a_roll_over_is_near_the_top_and_the_bottom_of_the_display(opening, closing, usual, expected):
    assert broken(reading({"total": opening}, {"total": closing}, usual=usual, digits=4)) == expected


def test_a_reading_below_an_estimate_has_a_name_of_its_own():
    assert broken(reading({"total": 500}, {"total": 450}, after_estimate=True)) == ["estimate_too_high"]


@pytest.mark.parametrize(
    ("flat", "expected"), [(40, []), (41, []), (41.1, ["tou_sum"]), (39, []), (38.9, ["tou_sum"])]
)
def test_periods_add_up_within_one_kwh(flat, expected):
    opening = dict.fromkeys(("total", "sharp", "peak", "flat", "valley", "deep"), 0)
    closing = {"total": 100, "sharp": 10, "peak": 30, "flat": flat, "valley": 20, "deep": 0}
    assert broken(reading(opening, closing)) == expected


def test_large_meters_may_differ_by_two_per_mille():
    opening = dict.fromkeys(("total", "peak", "flat", "valley"), 0)
    assert broken(reading(opening, {"total": 10_000, "peak": 5_000, "flat": 3_000, "valley": 2_020})) == []
    assert broken(reading(opening, {"total": 10_000, "peak": 5_000, "flat": 3_000, "valley": 2_021})) == [
        "tou_sum"
    ]


def test_a_total_with_peak_and_valley_only_is_not_summed():
    assert (
        broken(reading({"total": 0, "peak": 0, "valley": 0}, {"total": 100, "peak": 40, "valley": 20})) == []
    )


def test_reactive_demand_and_capacity():
    opening = {"total": 10, "reactive_forward": 0, "max_demand": 0}
    assert broken(reading(opening, {"total": 10, "reactive_forward": 11})) == ["reactive_without_active"]
    assert broken(reading(opening, {"total": 10, "reactive_forward": 10})) == []
    assert (
        broken(reading(opening, {"total": 20, "max_demand": 0.12}, multiplier=1000, capacity_kva=100)) == []
    )
    assert broken(
        reading(opening, {"total": 20, "max_demand": 0.1201}, multiplier=1000, capacity_kva=100)
    ) == ["demand_over_capacity"]
    limit = 8 * 24 * 30 * 1.2
    assert broken(reading({"total": 0}, {"total": limit}, capacity_kva=8)) == []
    assert broken(reading({"total": 0}, {"total": limit + 1}, capacity_kva=8)) == ["energy_over_capacity"]


def test_thresholds_are_data():
    columns = reading({"total": 1000}, {"total": 1301}, usual=STEADY)
    assert broken(columns, jump_percent=60) == []
    assert broken(columns, jump_floor_kwh=500) == []


def test_the_median_looks_at_the_last_twelve_of_each_row():
    rng = np.random.default_rng(7)
    rows, days, energies = [], [], []
    for row in range(50):
        for back in range(int(rng.integers(0, 20))):
            rows.append(row)
            days.append(10_000 - 30 * back)
            energies.append(int(rng.integers(0, 10**6)))
    history = History(
        *(np.array(c, np.int64) for c in (rows, days, energies)), np.full(len(rows), 30, np.int64)
    )
    shuffled = rng.permutation(len(rows))
    history = History(
        *(column[shuffled] for column in (history.row, history.day, history.energy, history.days))
    )
    found = typical_daily(history, 50, np.full(50, 10_030))
    for row in range(50):
        mine = [e * 1000 // 30 for r, e in zip(rows, energies, strict=True) if r == row][:12]
        expected = ABSENT
        if len(mine) >= 3:
            ordered = sorted(mine)
            expected = (ordered[(len(mine) - 1) // 2] + ordered[len(mine) // 2]) // 2
        assert found.median[row] == expected
        assert found.last[row] == (mine[0] if mine else ABSENT)
