"""Readings come in: accepted, held, refused or known already."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from denghuo.commerce.metering.operations import Transformers
from denghuo.commerce.readings import frames
from denghuo.commerce.readings.models import Reading, ReadingException
from denghuo.commerce.readings.operations import ReadingRefused
from tests.cast import metering, readings, supply

pytestmark = pytest.mark.django_db
FIRST = date(2025, 9, 1)


@pytest.fixture
def home():
    return metering.hang(supply.wang_xiuying(), opening={"total": 100}).metering_point


def rules_of(reading: Reading) -> list[str]:
    return sorted(ReadingException.objects.filter(reading=reading).values_list("rule", flat=True))


def test_a_month_is_read_and_becomes_an_advance_for_the_engine(home):
    reading = readings.read(home, "2025-08", "358.25")

    assert (reading.state, reading.advance_kwh, reading.advance_days) == ("accepted", Decimal("258.25"), 31)
    table = frames.advances(cycle="2025-08", account_ids=[home.supply_point.account_id])
    assert table.num_rows == 1
    row = table.to_pylist()[0]
    assert (row["case_id"], row["point_id"]) == (home.supply_point.account_id, home.pk)
    assert (row["start"], row["end"]) == (date(2025, 8, 1), date(2025, 9, 1))
    assert (row["opening_total"], row["closing_total"], row["multiplier"]) == (1_000_000, 3_582_500, 100)
    assert row["modulus"] is None and row["opening_peak"] is None and row["estimated"] is False
    points = frames.points(advances=table, account_ids=[home.supply_point.account_id]).to_pylist()
    assert [(p["point_id"], p["measure"], p["loss_method"]) for p in points] == [(home.pk, "metered", "none")]


def test_the_same_reading_again_changes_nothing_and_another_is_refused(home):
    first = readings.read(home, "2025-08", 300)
    assert readings.read(home, "2025-08", 300).pk == first.pk
    with pytest.raises(ReadingRefused) as refused:
        readings.read(home, "2025-08", 301)
    assert refused.value.rules == ("duplicate",)
    assert Reading.objects.filter(cycle="2025-08", kind="regular").count() == 1


def test_what_cannot_be_a_reading_of_this_point_is_refused_with_every_reason(home):
    readings.read(home, "2025-08", 300)
    cases = [
        (home.pk, date(2030, 1, 1), {"total": 400}),
        (home.pk, date(2025, 9, 1), {"total": 400}),
        (home.pk, date(2025, 10, 1), {"total": 1_000_000}),
        (home.pk, date(2025, 10, 1), {"peak": 5}),
        (home.pk, date(2025, 7, 1), {"total": 400}),
        (9_999_999, date(2025, 10, 1), {"total": 400}),
    ]
    found = [
        readings.record([case], "2025-09", at=readings.noon(date(2025, 10, 1)), today=date(2025, 10, 1)).rules
        for case in cases
    ]
    assert [codes.get(0) for codes in found] == [
        ("future_date",),
        ("out_of_order",),
        ("register_range",),
        ("register_missing", "register_range"),
        ("no_meter",),
        ("no_meter",),
    ]


def test_the_meter_that_was_seen_must_be_the_one_that_hangs_there(home):
    recorded = readings.record(
        [(home.pk, FIRST, {"total": 200})],
        "2025-08",
        batch=readings.batch([(home.pk, FIRST, {"total": 200})], asset_numbers=["4530001000000000999999"]),
    )
    assert (recorded.outcomes, recorded.rules) == (["refused"], {0: ("wrong_meter",)})


def test_one_bad_row_does_not_hold_up_the_others(home):
    other = metering.hang(supply.li_jianguo()).metering_point
    recorded = readings.record(
        [
            (home.pk, FIRST, {"total": 90}),
            (other.pk, FIRST, {"total": 260}),
            (other.pk, FIRST, {"total": 260}),
        ],
        "2025-08",
    )
    assert recorded.outcomes == ["held", "accepted", "duplicate"]
    assert recorded.rules == {0: ("backwards",)}
    assert recorded.counts == {"accepted": 1, "held": 1, "duplicate": 1, "refused": 0}


def test_a_jump_against_a_steady_history_is_held_and_named(home):
    readings.read_months(home, "2025-08", [300, 500, 700, 900])
    reading = readings.read(home, "2025-12", 2000)
    assert (reading.state, rules_of(reading)) == ("held", ["jump"])
    detail = ReadingException.objects.get(reading=reading).detail
    assert '"advance_kwh": "1100.00"' in detail


def test_no_use_after_regular_use_is_held(home):
    readings.read_months(home, "2025-08", [300, 500, 700, 900])
    assert rules_of(readings.read(home, "2025-12", 900)) == ["zero_after_use"]


def test_a_meter_that_passes_its_highest_value_goes_on_counting():
    home = metering.hang(supply.wang_xiuying(), opening={"total": 9_100}, integer_digits=4).metering_point
    readings.read_months(home, "2025-08", [9_300, 9_500, 9_700, 9_900])
    reading = readings.read(home, "2025-12", 110)
    assert (reading.state, reading.rolled_over, reading.advance_kwh) == ("accepted", True, Decimal(210))
    row = frames.advances(cycle="2025-12", metering_point_ids=[home.pk]).to_pylist()[0]
    assert (row["modulus"], row["opening_total"], row["closing_total"]) == (
        100_000_000,
        99_000_000,
        1_100_000,
    )


def test_periods_that_do_not_add_up_reactive_alone_and_demand_over_the_capacity():
    mill = metering.hang(
        supply.textile_mill(), registers="tou_reactive_demand", transformers=Transformers(150, 5, 100)
    ).metering_point
    tou = {"sharp": 10, "peak": 30, "flat": 40, "valley": 20, "deep": 0}
    rest = {"reactive_forward": 20, "reactive_reverse": 0, "max_demand": "0.15"}
    good = readings.read(mill, "2025-08", 100, **tou, **rest)
    assert good.advance_kwh == Decimal(100 * 3000)

    rows = {name: value * 2 for name, value in tou.items()}
    wrong = readings.read(mill, "2025-09", 210, **rows, **{**rest, "max_demand": "0.5"})
    assert rules_of(wrong) == ["demand_over_capacity", "tou_sum"]


def test_an_advance_no_capacity_could_deliver_is_held(home):
    """8 kVA day and night for 31 days is 5,952 kWh."""
    assert rules_of(readings.read(home, "2025-08", 100 + 8_000)) == ["energy_over_capacity"]


def test_a_batch_leaves_one_line_in_the_audit_trail(home, django_assert_max_num_queries):
    with django_assert_max_num_queries(24):
        readings.record([(home.pk, FIRST, {"total": 300})], "2025-08")
