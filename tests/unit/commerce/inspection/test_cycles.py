"""Who is inspected when: every kind, and the plan of a quarter against a walk day by day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.commerce.inspection.rules import catalogue, cycles
from denghuo.commerce.inspection.rules.cycles import Cycles, EmergencyPower, Point, Quarter
from tests.oracles import inspection as oracle

Q3 = Quarter(2026, 3)


@pytest.mark.parametrize(
    ("importance", "voltage", "kind"),
    [
        ("special", "110kv", "first"),
        ("first", "1-10kv", "first"),
        ("second", "1-10kv", "second"),
        ("temporary", "1-10kv", "hv10"),
        ("ordinary", "110kv", "hv35"),
        ("ordinary", "20kv", "hv10"),
        ("ordinary", "lt1kv", "lv"),
    ],
)
def test_the_strictest_cycle_applies(importance, voltage, kind):
    assert cycles.kind_of(importance, voltage) == kind


@given(
    last=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    months=st.sampled_from([1, 3, 6, 12, 24]),
    number=st.integers(1, 4),
)
@settings(max_examples=60)
def test_what_is_due_in_a_quarter_is_what_a_walk_day_by_day_finds(last, months, number):
    quarter = Quarter(2026, number)
    point = Point(1, "45", "ordinary", "1-10kv", date(2020, 1, 1), last)
    due = list(cycles.due_in(quarter, [point], Cycles(hv10=months)))
    expected = oracle.first_due(last, months, quarter.end)
    assert [item.due_date for item in due] == ([expected] if expected else [])
    assert all(item.overdue == (expected < quarter.first) for item in due)
    planned = cycles.planned_dates(due, quarter, quarter.first)
    assert all(
        quarter.first <= day < quarter.end and day >= min(item.due_date, day)
        for day, item in zip(planned, due, strict=True)
    )


def test_a_new_customer_waits_for_the_first_cycle_and_a_generator_has_its_own():
    fresh = Point(1, "45", "first", "1-10kv", date(2026, 6, 15), None, True, date(2026, 2, 1))
    due = {item.kind: item for item in cycles.due_in(Q3, [fresh], Cycles())}
    assert due["first"].due_date == date(2026, 9, 15) and not due["first"].overdue
    assert due["generator"].due_date == date(2026, 8, 1)
    assert not list(cycles.due_in(Quarter(2026, 1), [fresh], Cycles()))


def test_the_sample_is_the_same_every_time_and_about_as_large_as_asked():
    numbers = [f"45{serial:011d}" for serial in range(20_000)]
    sample = {n for n in numbers if cycles.is_sampled(n, Q3, Decimal("0.5"))}
    assert sample == {n for n in numbers if cycles.is_sampled(n, Q3, Decimal("0.5"))}
    assert 60 <= len(sample) <= 140
    assert sample != {n for n in numbers if cycles.is_sampled(n, Q3.shifted(1), Decimal("0.5"))}
    assert all(cycles.is_sampled(n, Q3, Decimal(100)) for n in numbers[:50])
    assert not any(cycles.is_sampled(n, Q3, Decimal(0)) for n in numbers[:50])


def test_what_is_late_is_spread_over_the_rest_of_the_quarter_the_strictest_first():
    old = date(2025, 1, 1)
    points = [Point(n, f"45{n}", "first" if n == 9 else "ordinary", "1-10kv", old) for n in range(10)]
    points.append(Point(99, "4599", "ordinary", "1-10kv", old, date(2026, 3, 20)))
    due = list(cycles.due_in(Q3, points, Cycles(lv_percent=Decimal(0))))
    days = dict(
        zip(
            [item.supply_point_id if item.kind != "generator" else -1 for item in due],
            cycles.planned_dates(due, Q3, date(2026, 7, 15)),
            strict=True,
        )
    )
    assert days[99] == date(2026, 9, 20) and days[9] == date(2026, 7, 15)
    assert sorted(days[n] for n in range(9))[-1] < Q3.end and len({days[n] for n in range(9)}) == 9
    assert cycles.planned_dates([], Q3, date(2026, 7, 15)) == []


def test_quarters():
    assert str(Quarter.of(date(2026, 9, 30))) == "2026Q3"
    assert Quarter(2026, 4).end == date(2027, 1, 1) and Quarter(2026, 1).shifted(-1) == Quarter(2025, 4)
    for bad in ("2026", "2026Q5", "26Q1", "2026q1", "Q1", "xQ1"):
        with pytest.raises(ValueError):
            Quarter.parse(bad)
    assert cycles.add_months(date(2025, 11, 30), 3) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("capacity", "start", "allowed", "faults"),
    [
        (120, 15, 30, []),
        (119, 15, 30, ["too_small"]),
        (120, 31, 30, ["too_slow"]),
        (50, 60, 30, ["too_small", "too_slow"]),
        (120, None, 30, []),
    ],
)
def test_own_emergency_power_carries_120_percent_and_starts_in_time(capacity, start, allowed, faults):
    facts = EmergencyPower(
        Decimal(capacity), Decimal(100), None if start is None else Decimal(start), Decimal(allowed)
    )
    assert cycles.emergency_power_faults(facts, percent=120) == faults


def test_every_line_of_every_checklist_points_to_a_finding():
    for kind, items in catalogue.CHECKLISTS.items():
        assert {item.finding for item in items} <= set(catalogue.FINDINGS), kind
        assert len({item.code for item in items}) == len(items)
    assert all(f.level in catalogue.LEVELS and f.area in catalogue.AREAS for f in catalogue.FINDINGS.values())
    answers = {item.code: "ok" for item in catalogue.checklist("hv10")} | {"tests": "fault"}
    assert catalogue.suggested("hv10", answers) == ["Q01"] and not catalogue.missing("hv10", answers)
    assert catalogue.missing("hv10", {**answers, "tests": "?"}) == ["tests"]
    with pytest.raises(catalogue.FindingUnknown):
        catalogue.finding_type("X99")


def test_months_of_the_oracle():
    assert oracle.first_due(date(2025, 11, 30), 3, date(2026, 12, 1)) == date(2026, 2, 28)
    assert oracle.first_due(date(2026, 1, 1), 3, date(2026, 1, 1) + timedelta(days=30)) is None
