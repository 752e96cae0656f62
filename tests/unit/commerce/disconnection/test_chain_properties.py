"""Random histories of cases and instants, against the minute-by-minute oracle."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.commerce.disconnection import rules
from denghuo.commerce.disconnection.rules import Calendar, Facts, Limits
from denghuo.kernel.periods import BEIJING, day_of
from tests.oracles import disconnection as oracle
from tests.oracles.disconnection import Case

START = datetime(2026, 9, 1, tzinfo=BEIJING)
UNTIL = date(2026, 10, 20)
minutes = st.integers(0, 40 * 24 * 60).map(lambda minute: START + timedelta(minutes=minute))
days = st.dates(date(2026, 8, 25), date(2026, 10, 10))
maybe = st.sampled_from([False, False, False, False, True])


@st.composite
def cases(draw) -> Case:
    approved = draw(st.none() | minutes)
    first = draw(days)
    notice = draw(st.none() | minutes)
    second = draw(st.none() | minutes)
    if draw(st.booleans()):  # a history that got far: the steps in order, each soon after the other
        approved = START + timedelta(minutes=draw(st.integers(0, 3_000)))
        notice = approved + timedelta(minutes=draw(st.integers(0, 3_000)))
        second = notice + timedelta(days=draw(st.integers(6, 14)), minutes=draw(st.integers(0, 1_439)))
        first = date(2026, 9, 1)
    return Case(
        due=draw(st.dates(date(2026, 7, 20), date(2026, 8, 31))),
        demanded=draw(st.none() | st.dates(date(2026, 8, 10), date(2026, 9, 20))),
        approved=approved,
        first_day=first,
        last_day=first + timedelta(days=draw(st.integers(0, 50))),
        notice=notice,
        copy=draw(st.none() | minutes),
        second=second,
        home_below_1kv=draw(st.booleans()),
        important=draw(maybe),
        owes=not draw(maybe),
        disputed=draw(maybe),
        plan=draw(maybe),
        protected=draw(maybe),
        holidays=draw(st.sets(days, max_size=6)),
        worked_in_exchange=draw(st.sets(days, max_size=4)),
        bureau_days=draw(st.sets(days, max_size=4)),
        overdue_days=draw(st.sampled_from([30, 30, 35])),
        demand_days=draw(st.integers(0, 5)),
        notice_days=draw(st.integers(3, 7)),
        full_days=draw(st.booleans()),
        valid_days=draw(st.integers(8, 40)),
        minutes=draw(st.sampled_from([30, 45])),
        window_minutes=draw(st.sampled_from([10, 120, 480])),
        night=draw(st.sampled_from([(17, 8), (0, 6), (22, 5), (8, 8), (12, 14)])),
    )


def told(case: Case) -> tuple[Facts, Limits, Calendar]:
    """The same case in the words of the rules."""
    worked = dict.fromkeys(case.holidays, False)
    worked.update(dict.fromkeys(case.worked_in_exchange - case.holidays, True))
    facts = Facts(
        state="warned",
        importance="first" if case.important else "ordinary",
        protected="medical" if case.protected else "",
        residential_low_voltage=case.home_below_1kv,
        overdue_fen=5_000 if case.owes else 0,
        oldest_due_date=case.due,
        demanded_date=case.demanded,
        disputed=case.disputed,
        in_plan=case.plan,
        requested_by=1,
        approved_at=case.approved,
        window=(case.first_day, case.last_day),
        notice_at=case.notice,
        authority_copied_at=case.copy,
        second_notice_at=case.second,
    )
    limits = Limits(
        overdue_days=case.overdue_days,
        demand_days=case.demand_days,
        notice_days=case.notice_days,
        notice_full_days=case.full_days,
        notice_valid_days=case.valid_days,
        second_notice_minutes=case.minutes,
        second_notice_window_minutes=case.window_minutes,
        night_from_hour=case.night[0],
        night_until_hour=case.night[1],
    )
    calendar = Calendar(
        until=UNTIL,
        worked=worked,
        holidays=dict.fromkeys(case.holidays, "假日"),
        closed=dict.fromkeys(case.bureau_days, "高温红色预警"),
    )
    return facts, limits, calendar


@settings(max_examples=1_200, deadline=None)
@given(case=cases(), at=minutes)
def test_a_stop_is_allowed_exactly_when_the_oracle_says_so(case, at):
    facts, limits, calendar = told(case)
    found = rules.refusals("execute", facts, at, limits=limits, calendar=calendar)
    assert (not found) == oracle.stop_is_lawful(case, at), found


@settings(max_examples=1_200, deadline=None)
@given(case=cases(), after=minutes, seconds=st.sampled_from([0, 0, 17]))
def test_the_earliest_minute_is_the_first_that_the_oracle_allows(case, after, seconds):
    facts, limits, calendar = told(case)
    after += timedelta(seconds=seconds)
    found = rules.earliest("execute", facts, after, limits=limits, calendar=calendar)
    assert found == oracle.first_lawful_stop(case, after, UNTIL)
    noticed = replace(facts, state="noticed", second_notice_at=None)
    found = rules.earliest("second_notice", noticed, after, limits=limits, calendar=calendar)
    assert found == oracle.first_lawful_second_notice(case, after, UNTIL)


@settings(max_examples=600, deadline=None)
@given(case=cases(), instants=st.lists(minutes, min_size=6, max_size=14))
def test_no_sequence_of_accepted_steps_breaks_a_limit(case, instants):
    """Try every next step at random instants; whatever was accepted must, in the end, be lawful in the oracle's eyes."""
    facts, limits, calendar = told(case)
    facts = replace(
        facts,
        state="proposed",
        approved_at=None,
        notice_at=None,
        authority_copied_at=None,
        second_notice_at=None,
    )
    done = replace(case, approved=None, notice=None, copy=None, second=None)

    def allowed(step: str, at: datetime) -> bool:
        return not rules.refusals(step, facts, at, limits=limits, calendar=calendar)

    for at in sorted(instants):
        if facts.state == "proposed" and allowed("approve", at):
            refused = rules.approval_refusals(
                facts, at, limits=limits, approver=2, roles=["decision_maker"], why="x"
            )
            if not refused:
                facts, done.approved = replace(facts, state="approved", approved_at=at), at
        elif facts.state == "approved" and allowed("first_notice", at):
            facts, done.notice = replace(facts, state="noticed", notice_at=at), at
        elif facts.state in ("noticed", "warned") and allowed("execute", at):
            assert oracle.stop_is_lawful(done, at)
            return
        elif facts.state in ("noticed", "warned") and allowed("second_notice", at):
            facts, done.second = replace(facts, state="warned", second_notice_at=at), at
            stop = at + timedelta(minutes=limits.second_notice_minutes)
            assert allowed("execute", stop) and oracle.stop_is_lawful(done, stop)
            if day_of(stop) < UNTIL and allowed("execute", stop):
                return
        elif facts.is_important and facts.authority_copied_at is None and allowed("authority_copy", at):
            facts, done.copy = replace(facts, authority_copied_at=at), at
