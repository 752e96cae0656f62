"""Merging, priority, notices and the grouping of fault reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from denghuo.commerce.outages import rules
from denghuo.commerce.outages.rules import grouping, merging, notices, priority
from denghuo.commerce.outages.rules.grouping import Above, Limits, Signal
from denghuo.commerce.outages.rules.merging import Works
from denghuo.foundation.workflow import rules as flow

NINE = datetime(2026, 9, 15, 1, tzinfo=UTC)


def works(transformers, day=0, hours=8, **more):
    begin = NINE + timedelta(days=day)
    return Works(frozenset(transformers), begin, begin + timedelta(hours=hours), **more)


@pytest.mark.parametrize(
    ("other", "verdicts"),
    [
        (works({9}, outage_id=1), []),
        (works({1}, day=31, outage_id=1), []),
        (works({1}, day=29, outage_id=1), ["merge"]),
        (works({1, 2}, outage_id=1, state="approved"), ["merge"]),
        (works({1, 2}, hours=4, outage_id=1, state="approved"), ["does_not_fit"]),
        (works({1, 2}, hours=4, outage_id=1, state="approved", noticed=True), ["noticed"]),
        (works({1}, outage_id=1, state="running"), ["begun"]),
        (works({1}, day=-20, outage_id=1, state="restored"), ["done"]),
        (works({1}, outage_id=7), []),
    ],
)
def test_works_on_the_same_supplies_within_thirty_days_are_merged_or_refused(other, verdicts):
    asked = works({1}, outage_id=7)
    assert [clash.verdict for clash in merging.clashes(asked, [other], days=30)] == verdicts


@pytest.mark.parametrize(
    ("facts", "rank"),
    [
        ({}, 10),
        ({"importance": "special"}, 0),
        ({"importance": "second", "grade": "A"}, 2),
        ({"special_care": "medical"}, 4),
        ({"special_care": "elderly"}, 6),
        ({"use_nature": "health"}, 5),
        ({"grade": "B"}, 9),
        ({"grade": "E"}, 10),
    ],
)
def test_who_is_cut_last_is_restored_first(facts, rank):
    assert priority.rank(priority.Supply(**facts)) == rank


def test_special_and_important_customers_are_treated_before():
    assert [rank for rank in range(11) if priority.needs_treatment(rank)] == list(range(7))


def test_planned_works_are_told_seven_days_ahead_and_the_important_ones_again():
    asked = NINE - timedelta(days=20)
    first, again = notices.schedule("planned", NINE, at=asked, days=7, hours=24, margin_days=1)
    assert (first.audience, first.due_at, first.deadline_at) == (
        "all", NINE - timedelta(days=8), NINE - timedelta(days=7),
    )  # fmt: skip
    assert (again.audience, again.deadline_at) == ("important", NINE - timedelta(hours=24))
    late = notices.schedule(
        "planned", NINE, at=NINE - timedelta(days=7, hours=3), days=7, hours=24, margin_days=1
    )
    assert late[0].due_at == NINE - timedelta(days=7, hours=3)


def test_temporary_works_tell_the_important_ones_a_day_ahead():
    asked = NINE - timedelta(hours=30)
    found = notices.schedule("temporary", NINE, at=asked, days=7, hours=24, margin_days=1)
    assert [(one.audience, one.due_at) for one in found] == [("important", asked), ("all", asked)]
    assert notices.latest_approval("temporary", NINE, days=7, hours=24, important=True) == NINE - timedelta(
        days=1
    )
    assert notices.latest_approval("temporary", NINE, days=7, hours=24, important=False) == NINE
    assert notices.latest_approval("planned", NINE, days=7, hours=24, important=False) == NINE - timedelta(
        days=7
    )


ABOVE = {1: Above(10, 100), 2: Above(10, 100), 3: Above(11, 100), 4: Above(11, 100), 5: Above(12, 101)}
LIMITS = Limits(calls=3, within=timedelta(minutes=30), areas=2, feeders=2)


def reports(*found):
    """(transformer, minute, place) each."""
    return [
        Signal(number, NINE + timedelta(minutes=minute), transformer, str(place))
        for number, (transformer, minute, place) in enumerate(found, 1)
    ]


def suggested(*found):
    return [
        (one.level, one.equipment_id, one.signal_ids)
        for one in grouping.suggestions(reports(*found), ABOVE, LIMITS)
    ]


def test_two_calls_or_three_of_one_home_suggest_nothing():
    assert suggested((1, 0, "a"), (1, 5, "b")) == []
    assert suggested((1, 0, "a"), (1, 5, "a"), (1, 9, "a")) == []
    assert suggested((1, 0, "a"), (1, 20, "b"), (1, 50, "c")) == []


def test_three_homes_suggest_their_transformer():
    assert suggested((1, 0, "a"), (1, 5, "b"), (1, 29, "c")) == [("transformer", 1, (1, 2, 3))]


def test_two_areas_suggest_their_feeder_with_every_report_behind_it():
    one, two = [(1, m, f"a{m}") for m in (0, 5, 9)], [(2, m, f"b{m}") for m in (2, 6, 8)]
    assert suggested(*one, *two) == [("feeder", 10, (1, 2, 3, 4, 5, 6))]


def test_two_feeders_suggest_their_substation():
    every = [(t, m, f"{t}{m}") for t in (1, 2, 3, 4) for m in (0, 5, 9)]
    assert suggested(*every, (5, 3, "x")) == [("substation", 100, tuple(range(1, 13)))]


def test_states_only_go_where_the_table_says():
    assert rules.may_become("proposed", "approved")
    assert not rules.may_become("restored", "running")
    assert not rules.may_become("proposed", "running")


def test_the_process_is_drawn_and_declared():
    assert flow.declared()["outages.planned"].xml().startswith(b"<?xml")
