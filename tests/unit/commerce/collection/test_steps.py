"""Which step comes when: examples a supervisor can sign, and any plan against the diary of a patient person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.commerce.collection import rules
from denghuo.commerce.collection.rules.plans import SHIPPED, Debtor, Scope, choose, fits
from denghuo.commerce.collection.rules.steps import PlanInvalid, Step
from tests.oracles import dunning as oracle

MONDAY = date(2026, 3, 2)
PLAN = [Step(1, 1, "sms"), Step(2, 4, "phone"), Step(3, 9, "letter")]


def coming(taken: dict[int, date], on: date, **how):
    how = {"owed_fen": 100, "exceptions": {}, **how}
    return rules.next_step(PLAN, due_date=MONDAY, taken=taken, on=on, **how)


@pytest.mark.parametrize(
    ("taken", "on", "number", "day"),
    [
        ({}, MONDAY, 1, date(2026, 3, 3)),
        ({}, date(2026, 3, 3), 1, date(2026, 3, 3)),
        ({}, date(2026, 3, 7), 1, date(2026, 3, 9)),  # found on a Saturday
        ({1: date(2026, 3, 3)}, date(2026, 3, 3), 2, date(2026, 3, 6)),
        ({1: date(2026, 4, 1)}, date(2026, 4, 1), 2, date(2026, 4, 6)),  # late, three days apart, a Saturday
        ({1: date(2026, 3, 3), 2: date(2026, 3, 6)}, date(2026, 3, 6), 3, date(2026, 3, 11)),
    ],
)
def test_when_a_step_falls(taken, on, number, day):
    found = coming(taken, on)
    assert (found.step.number, found.on) == (number, day)


def test_a_plan_comes_to_its_end():
    assert coming({1: MONDAY, 2: MONDAY, 3: MONDAY}, MONDAY) is None


def test_a_promise_is_waited_out():
    assert coming({}, MONDAY, resting_until=date(2026, 3, 10)).on == date(2026, 3, 11)


def test_a_small_debt_skips_a_step():
    plan = [Step(1, 1, "sms"), Step(2, 4, "letter", 5_000), Step(3, 9, "visit")]
    found = rules.next_step(
        plan, due_date=MONDAY, taken={1: date(2026, 3, 3)}, owed_fen=4_999, on=date(2026, 3, 3), exceptions={}
    )
    assert (found.step.number, found.on) == (3, date(2026, 3, 11))


def test_the_spring_festival_is_respected():
    off = {date(2026, 3, 3) + timedelta(days=n): False for n in range(7)}
    assert coming({}, MONDAY, exceptions=off).on == date(2026, 3, 10)
    assert coming({}, MONDAY, exceptions=off, messages_on_holidays=True).on == date(2026, 3, 3)


channels = st.sampled_from(["sms", "app", "phone", "letter", "visit"])
plans = st.lists(
    st.tuples(st.integers(1, 6), channels, st.sampled_from([0, 0, 5_000])), min_size=1, max_size=6
)


@settings(max_examples=300, deadline=None)
@given(
    plan=plans,
    late=st.integers(0, 30),
    owed=st.sampled_from([4_000, 10_000]),
    rest=st.none() | st.tuples(st.integers(0, 25), st.integers(0, 15)),
    offs=st.sets(st.integers(0, 60), max_size=12),
    free=st.booleans(),
)
def test_the_daily_run_does_what_a_patient_person_would(plan, late, owed, rest, offs, free):
    days, steps = 0, []
    for number, (gap, channel, least) in enumerate(plan, start=1):
        days += gap
        steps.append(Step(number, days, channel, least))
    off = {MONDAY + timedelta(days=n): False for n in offs}
    first, last = MONDAY + timedelta(days=late), MONDAY + timedelta(days=80)
    spell = (MONDAY + timedelta(days=rest[0]), MONDAY + timedelta(days=sum(rest))) if rest else None
    taken: dict[int, date] = {}
    day = first
    while day <= last:
        resting = spell[1] if spell and spell[0] <= day <= spell[1] else None
        found = rules.next_step(
            steps, due_date=MONDAY, taken=taken, owed_fen=owed, on=day, resting_until=resting, exceptions=off,
            messages_on_holidays=free,
        )  # fmt: skip
        if found and found.on == day:
            taken[found.step.number] = day
        day += timedelta(days=1)
    wanted = oracle.diary(
        steps=[(s.number, s.days, s.channel, s.least_fen) for s in steps],
        due=MONDAY,
        first_look=first,
        last_look=last,
        owed_fen=owed,
        resting=[spell] if spell else [],
        day_off=lambda one: off.get(one, one.weekday() < 5) is False,
        messages_on_days_off=free,
    )
    assert sorted((when, number) for number, when in taken.items()) == wanted


@settings(max_examples=100, deadline=None)
@given(plan=plans, on=st.integers(0, 60))
def test_the_day_announced_is_the_day_it_is_taken(plan, on):
    days, steps = 0, []
    for number, (gap, channel, _least) in enumerate(plan, start=1):
        days += gap
        steps.append(Step(number, days, channel))
    day = MONDAY + timedelta(days=on)
    found = rules.next_step(steps, due_date=MONDAY, taken={}, owed_fen=1, on=day, exceptions={})
    again = rules.next_step(steps, due_date=MONDAY, taken={}, owed_fen=1, on=found.on, exceptions={})
    assert again == found and found.on >= day


@pytest.mark.parametrize(
    ("steps", "texts", "code"),
    [
        ([], {}, "no_steps"),
        ([Step(1, 0, "sms")], {1: "x"}, "day_zero"),
        ([Step(1, 5, "sms"), Step(2, 5, "sms")], {1: "x", 2: "x"}, "days_not_rising"),
        ([Step(1, 5, "sms")], {1: "  "}, "no_text"),
        ([Step(1, 5, "sms")], {1: "{who}"}, "unknown_placeholder"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(steps, texts, code):
    with pytest.raises(PlanInvalid) as refused:
        rules.check_plan(steps, texts)
    assert refused.value.code == code


def test_the_shipped_plans_are_sound():
    for shipped in SHIPPED:
        steps = [Step(n, days, channel) for n, (days, channel, _t) in enumerate(shipped["steps"], start=1)]
        rules.check_plan(steps, {n: t for n, (_d, _c, t) in enumerate(shipped["steps"], start=1)})


def test_placeholders_are_filled_and_nothing_else():
    assert rules.fill("{name}欠{amount}元 {other} {0}", {"name": "王*英", "amount": "1.00"}) == (
        "王*英欠1.00元 {other} {0}"
    )
    assert rules.fill("{name}", {"name": "{amount}", "amount": "9"}) == "{amount}"


def test_the_hours_of_contact_are_those_of_beijing():
    def at(hour: int) -> datetime:
        return datetime(2026, 3, 2, (hour - 8) % 24, tzinfo=UTC)

    assert [hour for hour in range(24) if rules.may_contact_at(at(hour), from_hour=9, until_hour=20)] == list(
        range(9, 20)
    )


SHOP = Debtor("other", frozenset({"commercial_industrial"}), False, False, 10_000)


def test_the_plan_with_the_highest_priority_that_fits_is_used():
    every = Scope(1, 10, "all", MONDAY)
    large = Scope(2, 30, "large", MONDAY, from_fen=5_000)
    gentle = Scope(3, 50, "protected", MONDAY, for_protected=True)
    assert choose([every, large, gentle], SHOP, MONDAY) == 2
    assert choose([every, gentle], Debtor("other", frozenset(), False, True, 1), MONDAY) == 3
    assert choose([gentle], SHOP, MONDAY) is None


@pytest.mark.parametrize(
    ("plan", "fitting"),
    [
        ({"payer_class": "residential"}, False),
        ({"tariff_class": "commercial_industrial"}, True),
        ({"grade": "important"}, False),
        ({"grade": "ordinary"}, True),
        ({"from_fen": 10_001}, False),
        ({"below_fen": 10_000}, False),
        ({"valid_to": MONDAY}, False),
    ],
)
def test_conditions_of_a_plan(plan, fitting):
    assert (
        fits(Scope(**{"plan_id": 1, "priority": 1, "code": "x", "valid_from": MONDAY, **plan}), SHOP, MONDAY)
        is fitting
    )
