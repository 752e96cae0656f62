"""Compensation against a day-by-day oracle, minutes of arrival, the three taboos, answers, the catalogue, the diagrams."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.care.cases.rules import answers, arrival, catalogue, damage, dispute, processes, watch
from denghuo.foundation.identity.rules import ROLES
from denghuo.foundation.workflow import rules as flow
from denghuo.foundation.workflow.rules import diagrams
from tests.oracles import appliances

AT = datetime(2026, 9, 7, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(sorted(damage.LIFE_YEARS)),
    bought=st.dates(date(2010, 1, 1), date(2026, 9, 7)),
    age=st.integers(0, 365 * 15),
    price=st.integers(1, 10_000_000),
    floor=st.integers(0, 30),
)
def test_compensation_is_what_the_slow_count_says(kind, bought, age, price, floor):
    damaged = bought + timedelta(days=age)
    found = damage.compensation(
        kind=kind, bought_date=bought, damaged_date=damaged, price_fen=price, floor_percent=floor
    )
    assert found.amount_fen == appliances.paid_fen(kind, bought, damaged, price, floor)
    assert 0 <= found.amount_fen <= price


@pytest.mark.parametrize(
    ("kind", "bought", "damaged", "price", "repair", "paid", "basis"),
    [
        ("electronic", date(2026, 3, 7), date(2026, 9, 7), 300_000, None, 300_000, "full_price"),
        ("electronic", date(2021, 9, 7), date(2026, 9, 7), 300_000, None, 150_000, "depreciated"),
        ("motor", date(2014, 9, 7), date(2026, 9, 6), 300_000, None, 30_000, "floor"),
        ("lamp", date(2020, 1, 1), date(2026, 9, 7), 20_000, None, 2_000, "floor"),
        ("motor", date(2020, 1, 1), date(2026, 9, 7), 300_000, 40_000, 40_000, "repair"),
        ("resistive", date(2026, 8, 1), date(2026, 9, 7), 30_000, 50_000, 30_000, "full_price"),
    ],
)
def test_compensation_that_an_accountant_can_sign(kind, bought, damaged, price, repair, paid, basis):
    found = damage.compensation(
        kind=kind, bought_date=bought, damaged_date=damaged, price_fen=price, repair_fen=repair
    )
    assert (found.amount_fen, found.basis) == (paid, basis)


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "boat"},
        {"price_fen": 0},
        {"bought_date": date(2026, 9, 8)},
        {"repair_fen": -1},
    ],
)
def test_impossible_facts_are_no_zero(facts):
    usual = {
        "kind": "lamp",
        "bought_date": date(2026, 1, 1),
        "damaged_date": date(2026, 9, 7),
        "price_fen": 1,
    }
    with pytest.raises(damage.DamageImpossible):
        damage.compensation(**{**usual, **facts})


def test_the_day_of_the_damage_does_not_count():
    night = datetime(2026, 9, 1, 15, 59, tzinfo=UTC)
    assert damage.within_time(occurred_at=night, claimed_at=datetime(2026, 9, 8, 15, 59, tzinfo=UTC), days=7)
    assert not damage.within_time(
        occurred_at=night, claimed_at=datetime(2026, 9, 8, 16, 0, tzinfo=UTC), days=7
    )


def test_settlements_follow_the_nearest_unit():
    known = {"45": "rural", "4502": "remote"}
    assert arrival.settlement_of("450201", known) == "remote"
    assert arrival.settlement_of("4501", known) == "rural"
    assert arrival.settlement_of("46", known) == "city"
    limits = arrival.ArrivalLimits({"city": 70}, {"city": 60}, {"city": 180})
    due = arrival.deadlines(settlement="city", called_at=AT, limits=limits)
    assert due.legal_due_at == due.arrive_due_at == AT + timedelta(minutes=70)


def test_the_three_taboos():
    calm = watch.Watched(2, AT + HOUR, AT, AT + 5 * HOUR, None)
    assert watch.taboos(calm, at=AT + 4 * HOUR, passes=2) == []
    silent = watch.Watched(3, AT + HOUR, None, AT + 5 * HOUR, None)
    assert watch.taboos(silent, at=AT + 2 * HOUR, passes=2) == ["passed", "no_contact"]
    late = watch.Watched(0, AT + HOUR, AT, AT + 5 * HOUR, AT + 6 * HOUR)
    assert watch.taboos(late, at=AT + 9 * HOUR, passes=2) == ["overdue"]


def test_answers_are_filled_and_strange_names_found():
    assert answers.filled("{name}：{number}，{amount}", {"name": "王", "number": "GD1"}) == "王：GD1，____"
    assert answers.unknown("{name} {password}") == ["password"]
    for row in catalogue.rows("templates"):
        assert answers.unknown(row["text"]) == [], row["code"]


def test_the_catalogue_hangs_together():
    topics = catalogue.rows("topics")
    codes = [row["code"] for row in topics]
    assert len(set(codes)) == len(codes) and len(codes) > 60
    for row in topics:
        assert row["code"].startswith((row["parent"] or row["kind"]) + ".")
        assert not row["parent"] or row["parent"] in codes
        assert row["parent"] or row["source"] or row["kind"] in {"enquiry", "fault", "complaint", "suggestion", "praise", "tip_off", "request", "damage", "meter_dispute"}  # fmt: skip
    assert {row["kind"] for row in topics} == set(processes.OF_KIND)


@pytest.mark.parametrize("key", sorted(set(processes.OF_KIND.values())))
def test_the_diagrams_are_right_and_their_limits_name_steps(key):
    process = flow.declared()[key]
    diagram, _tree = diagrams.parse(
        process.xml(), lanes=process.lanes, roles={role: role for role in ROLES}, handlers=frozenset()
    )
    assert diagram.problems == []
    steps = {node.id for node in diagram.nodes.values() if node.kind == "userTask"}
    assert {limit.step for limit in process.limits} <= steps | {""}
    assert all(limit.basis and limit.confidence in "KUV" for limit in process.limits)


def test_a_meter_is_right_up_to_its_limit():
    assert dispute.limit_percent("0.5S") == Decimal("0.5") and dispute.limit_percent("?") == 2
    assert dispute.is_right(error_percent=Decimal("-2"), limit=Decimal(2))
    assert not dispute.is_right(error_percent=Decimal("2.001"), limit=Decimal(2))
