"""What people decide about readings that look wrong, and how estimates settle."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from denghuo.commerce.readings import frames, operations, queries
from denghuo.commerce.readings.models import Reading, ReadingException
from denghuo.commerce.readings.operations import ActionNotAllowed, CannotEstimate
from denghuo.foundation.audit.models import Entry
from tests.cast import metering, readings, staff, supply
from tests.cast.customers import unit

pytestmark = pytest.mark.django_db
OCTOBER = readings.noon(date(2025, 10, 2))


@pytest.fixture
def home():
    return metering.hang(supply.wang_xiuying()).metering_point


def problem_of(point, rule: str) -> ReadingException:
    return ReadingException.objects.get(metering_point=point, rule=rule)


def energy(point, *cycles: str) -> Decimal:
    """kWh of the engine's advances of these cycles."""
    rows = [
        row
        for cycle in cycles
        for row in frames.advances(cycle=cycle, metering_point_ids=[point.pk]).to_pylist()
    ]
    return sum(
        (
            Decimal((row["closing_total"] - row["opening_total"]) * row["multiplier"]) / 1_000_000
            for row in rows
        ),
        Decimal(0),
    )


def test_a_jump_is_accepted_with_a_reason_by_a_named_person(home):
    liumin = staff.hire("liumin", OCTOBER)
    readings.read_months(home, "2025-08", [200, 400, 600, 800])
    held = readings.read(home, "2025-12", 1800)
    assert energy(home, "2025-12") == 0
    problem = problem_of(home, "jump")
    assert problem.unit_id == home.supply_point.unit_id

    outcome = operations.accept(exceptions=[problem], reason="新装空调", at=OCTOBER, actor=liumin)

    held.refresh_from_db()
    problem.refresh_from_db()
    assert (held.state, problem.state, problem.action, problem.reason) == (
        "accepted",
        "resolved",
        "accept",
        "新装空调",
    )
    assert outcome.resolved == [problem.pk] and problem.resolved_by == liumin
    assert energy(home, "2025-12") == 1000
    entry = Entry.objects.filter(action="readings.exception.resolved").latest("sequence")
    assert (entry.actor, entry.reason) == (liumin, "新装空调")


def test_a_bulk_acceptance_says_which_it_refused_and_why(home):
    other = metering.hang(supply.li_jianguo(), opening={"total": 500}).metering_point
    readings.read_months(home, "2025-08", [200, 400, 600, 800])
    readings.read(home, "2025-12", 1800)
    readings.read(other, "2025-08", 450)
    outcome = operations.accept(exceptions=ReadingException.objects.all(), reason="核实", at=OCTOBER)
    assert len(outcome.resolved) == 1 and list(outcome.refused) == [problem_of(other, "backwards").pk]
    with pytest.raises(ValidationError):
        operations.accept(exceptions=[problem_of(other, "backwards")], reason=" ", at=OCTOBER)


def test_a_held_reading_that_is_accepted_late_takes_its_place_between_its_neighbours(home):
    readings.read_months(home, "2025-08", [200, 400, 600, 800])
    held = readings.read(home, "2025-12", 1800)
    later = readings.read(home, "2026-01", 2000)
    operations.accept(exceptions=ReadingException.objects.filter(reading=later), reason="核实", at=OCTOBER)
    operations.accept(exceptions=ReadingException.objects.filter(reading=held), reason="核实", at=OCTOBER)
    later.refresh_from_db()
    assert later.previous_id == held.pk
    assert (energy(home, "2025-12"), energy(home, "2026-01")) == (1000, 200)


def test_a_re_read_sets_the_held_reading_aside(home):
    readings.read(home, "2025-08", 300)
    held = readings.read(home, "2025-09", 290)
    new = operations.reread(
        problem=problem_of(home, "backwards"),
        registers={"total": 490},
        read_date=date(2025, 10, 1),
        reason="现场复抄",
        at=OCTOBER,
    )
    held.refresh_from_db()
    new.refresh_from_db()
    assert (held.state, new.state, new.replaces_id) == ("rejected", "accepted", held.pk)
    assert not ReadingException.objects.exclude(state="resolved").exists()


def test_a_re_read_that_confirms_the_figure_is_accepted_and_one_that_is_worse_waits_again(home):
    readings.read_months(home, "2025-08", [200, 400, 600, 800])
    readings.read(home, "2025-12", 1800)
    confirmed = operations.reread(
        problem=problem_of(home, "jump"),
        registers={"total": 1800},
        read_date=date(2026, 1, 1),
        reason="复抄",
        at=readings.noon(date(2026, 1, 3)),
    )
    confirmed.refresh_from_db()
    assert confirmed.state == "accepted"
    readings.read(home, "2026-01", 1700)
    again = operations.reread(
        problem=problem_of(home, "backwards"),
        registers={"total": 1600},
        read_date=date(2026, 2, 1),
        reason="复抄",
        at=readings.noon(date(2026, 2, 3)),
    )
    assert again.state == "held"
    assert ReadingException.objects.exclude(state="resolved").get().reading_id == again.pk


@pytest.mark.parametrize(
    ("method", "total"), [("last_3", "1004.5454"), ("zero", "800"), ("last_12", "1003.2786")]
)
def test_a_missing_reading_is_estimated_by_the_chosen_method(home, method, total):
    """Aug–Nov 2025 used 200 kWh each; daily averages over 91 and 122 days, times 31 days of December."""
    readings.read_months(home, "2025-08", [200, 400, 600, 800])
    route = operations.open_route(code="R1", name="梧桐巷", unit=unit("4501"), at=OCTOBER)
    operations.add_stops(route=route, points=[home], at=OCTOBER)
    january = readings.noon(date(2026, 1, 2))
    assert operations.raise_missing(cycle="2025-12", at=january) == 1
    assert operations.raise_missing(cycle="2025-12", at=january) == 0

    reading = operations.estimate(
        problem=problem_of(home, "missing"), method=method, reason="门闭", at=january
    )
    expected = {"last_3": Decimal(800) + (Decimal(600) / 91 * 31).quantize(Decimal("0.0001"), "ROUND_DOWN")}
    expected["last_12"] = Decimal(800) + (Decimal(800) / 122 * 31).quantize(Decimal("0.0001"), "ROUND_DOWN")
    expected["zero"] = Decimal(800)
    assert reading.total == expected[method]
    assert (reading.source, reading.estimate_method, reading.state) == ("estimate", method, "accepted")
    row = frames.advances(cycle="2025-12", metering_point_ids=[home.pk]).to_pylist()[0]
    assert row["estimated"] is True


def test_the_next_actual_reading_settles_an_estimate(home):
    readings.read_months(home, "2025-08", [200, 400, 600])
    operations.estimate_reading(
        point=home,
        cycle="2025-11",
        read_date=date(2025, 12, 1),
        method="last_3",
        reason="门闭",
        at=readings.noon(date(2025, 12, 2)),
    )
    readings.read(home, "2025-12", 1037)
    assert energy(home, "2025-11", "2025-12") == 1037 - 600


def test_an_actual_reading_below_the_estimates_settles_them_all(home):
    """Two months estimated at 200 kWh, then the meter shows that the family was away: 61 kWh in three months."""
    readings.read_months(home, "2025-08", [200, 400, 600])
    for cycle, day in (("2025-11", date(2025, 12, 1)), ("2025-12", date(2026, 1, 1))):
        operations.estimate_reading(
            point=home, cycle=cycle, read_date=day, method="last_3", reason="门闭", at=readings.noon(day)
        )
    actual = readings.read(home, "2026-01", 661)
    problem = problem_of(home, "estimate_too_high")
    with pytest.raises(ActionNotAllowed):
        operations.estimate(problem=problem, method="zero", reason="?", at=readings.noon(date(2026, 2, 2)))

    operations.correct_estimate(problem=problem, reason="按实结算", at=readings.noon(date(2026, 2, 2)))

    actual.refresh_from_db()
    assert actual.state == "accepted"
    assert energy(home, "2025-11", "2025-12", "2026-01") == 61
    chain = Reading.objects.filter(metering_point=home, state="accepted", read_date__gt=date(2025, 11, 1))
    assert [one.estimate_method for one in chain.order_by("read_date")] == [
        "interpolated",
        "interpolated",
        "",
    ]


def test_periods_of_an_estimate_add_up_to_its_total():
    shop = metering.hang(supply.noodle_shop(), registers="tou").metering_point
    readings.read(shop, "2025-08", 300, sharp=31, peak=101, flat=99, valley=66, deep=3)
    reading = operations.estimate_reading(
        point=shop,
        cycle="2025-09",
        read_date=date(2025, 10, 1),
        method="last_3",
        reason="门闭",
        at=OCTOBER,
    )
    parts = [reading.sharp, reading.peak, reading.flat, reading.valley, reading.deep]
    assert sum(parts) == reading.total


def test_there_is_no_estimate_without_history(home):
    with pytest.raises(CannotEstimate):
        operations.estimate_reading(
            point=home,
            cycle="2025-08",
            read_date=date(2025, 9, 1),
            method="last_year",
            reason="门闭",
            at=OCTOBER,
        )


def test_a_meter_check_keeps_the_exception_in_hand(home):
    readings.read_months(home, "2025-08", [200, 400, 600, 800])
    readings.read(home, "2025-12", 800)
    liumin = staff.hire("liumin", OCTOBER)
    operations.order_meter_check(
        problem=problem_of(home, "zero_after_use"),
        order_reference="GZ20260105001",
        reason="疑似停走",
        at=OCTOBER,
        actor=liumin,
    )
    problem = problem_of(home, "zero_after_use")
    assert (problem.state, problem.order_reference, problem.owner) == ("in_hand", "GZ20260105001", liumin)
    with pytest.raises(ValidationError):
        operations.order_meter_check(problem=problem, order_reference=" ", reason="", at=OCTOBER)


def test_what_is_read_later_leaves_the_not_read_list(home):
    route = operations.open_route(code="R1", name="梧桐巷", unit=unit("4501"), at=OCTOBER)
    operations.add_stops(route=route, points=[home], at=OCTOBER)
    operations.raise_missing(cycle="2025-09", at=OCTOBER)
    assert [stop.metering_point for stop in queries.not_read(cycle="2025-09", routes=[route])] == [home]
    readings.read(home, "2025-09", 200)
    assert queries.not_read(cycle="2025-09", routes=[route]) == []
    assert problem_of(home, "missing").action == "read"
    (progress,) = queries.coverage(cycle="2025-09", routes=[route])
    assert (progress.due, progress.read, progress.missing, progress.percent) == (1, 1, 0, 100)
    figures = queries.quality(cycle="2025-09", scope="45")
    assert (figures.read_rate, figures.on_time_rate, figures.estimated_rate) == (10_000, 10_000, 0)


def test_six_months_behind_a_locked_door_lead_to_a_notice(home):
    route = operations.open_route(code="R1", name="梧桐巷", unit=unit("4501"), at=OCTOBER)
    operations.add_stops(route=route, points=[home], at=OCTOBER)
    readings.read(home, "2025-08", 200)
    for month, day in enumerate(
        [date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)], start=9
    ):
        cycle = f"2025-{month:02d}" if month < 13 else "2026-01"
        operations.estimate_reading(
            point=home, cycle=cycle, read_date=day, method="last_3", reason="门闭", at=readings.noon(day)
        )
    assert queries.notice_list(cycle="2026-01", scope="45") == []
    (unread,) = queries.notice_list(cycle="2026-02", scope="45")
    assert (unread.point, unread.cycles, unread.last_actual) == (home, 6, date(2025, 9, 1))
