"""The chain of a disconnection, article by article: what each step refuses, why, and from when it is allowed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from denghuo.commerce.disconnection import rules
from denghuo.commerce.disconnection.rules import Calendar, Facts, Limits, chain, states
from denghuo.kernel.periods import BEIJING

LIMITS = Limits()
CALENDAR = Calendar(
    until=date(2026, 12, 1),
    worked={date(2026, 9, 20): True, date(2026, 10, 10): True}
    | {date(2026, 10, day): False for day in range(1, 8)}
    | {date(2026, 9, 25): False},
    holidays={date(2026, 9, 25): "中秋节", **{date(2026, 10, day): "国庆节" for day in range(1, 8)}},
    closed={date(2026, 9, 9): "台风蓝色预警"},
)


def at(text: str) -> datetime:
    """A time in Beijing, as in ``09-10 10:00``."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=BEIJING)


READY = Facts(
    state="warned",
    residential_low_voltage=True,
    overdue_fen=32_105,
    oldest_due_date=date(2026, 7, 17),
    demanded_date=date(2026, 8, 1),
    requested_by=1,
    approved_at=at("08-28 09:00"),
    window=(date(2026, 9, 1), date(2026, 9, 30)),
    notice_at=at("08-31 10:00"),
    second_notice_at=at("09-10 10:00"),
)


def codes(step: str, facts: Facts, when: str, **how) -> list[str]:
    found = rules.refusals(step, facts, at(when), limits=how.get("limits", LIMITS), calendar=CALENDAR)
    return [refusal.code for refusal in found]


def test_a_complete_chain_is_lawful_in_its_half_hours():
    assert codes("execute", READY, "09-10 10:29") == ["second_notice_running"]
    assert codes("execute", READY, "09-10 10:30") == []
    assert codes("execute", READY, "09-10 12:29") == []
    assert codes("execute", READY, "09-10 12:30") == ["second_notice_stale"]


@pytest.mark.parametrize(
    ("changes", "code", "allowed_from"),
    [
        ({"overdue_fen": 0}, "nothing_overdue", None),
        ({"oldest_due_date": date(2026, 8, 11)}, "not_overdue_long_enough", "09-11 00:00"),
        ({"demanded_date": None}, "not_demanded", None),
        ({"demanded_date": date(2026, 9, 8)}, "demand_too_fresh", "09-12 00:00"),
        ({"disputed": True}, "disputed", None),
        ({"in_plan": True}, "instalment_plan", None),
        ({"protected": "medical"}, "protected", None),
        ({"special_care": "elderly"}, "special_care", None),
        ({"approved_at": None}, "not_approved", None),
        ({"window": (date(2026, 9, 11), date(2026, 9, 30))}, "approval_not_yet", "09-11 00:00"),
        ({"window": (date(2026, 9, 1), date(2026, 9, 9))}, "approval_over", None),
        ({"notice_at": None}, "no_notice", None),
        ({"notice_at": at("09-03 08:00")}, "notice_running", "09-11 00:00"),
        ({"notice_at": at("08-10 10:00")}, "notice_stale", None),
        ({"importance": "first"}, "no_authority_copy", None),
        ({"second_notice_at": None}, "no_second_notice", None),
    ],
)
def test_every_gap_in_the_chain_is_refused_with_its_reason(changes, code, allowed_from):
    found = rules.refusals(
        "execute", replace(READY, **changes), at("09-10 10:30"), limits=LIMITS, calendar=CALENDAR
    )
    (refusal,) = [refusal for refusal in found if refusal.code == code]
    assert refusal.basis
    assert refusal.allowed_from == (at(allowed_from) if allowed_from else None)


@pytest.mark.parametrize(
    ("when", "code", "allowed_from"),
    [
        ("09-09 10:00", "closed_day", "09-10 00:00"),  # a typhoon, set by the bureau
        ("09-12 10:00", "weekend", "09-13 00:00"),
        ("09-20 10:00", None, None),  # a Sunday worked in exchange (调休)
        ("09-24 10:00", "eve", "09-25 00:00"),
        ("09-25 10:00", "holiday", "09-26 00:00"),
        ("09-30 10:00", "eve", "10-01 00:00"),
        ("09-10 16:59", None, None),
        ("09-10 17:00", "night", "09-11 08:00"),
        ("09-11 07:59", "night", "09-11 08:00"),
        ("09-11 08:00", None, None),
    ],
)
def test_days_and_hours_without_disconnection(when, code, allowed_from):
    facts = replace(READY, second_notice_at=at(when) - timedelta(minutes=40))
    found = rules.refusals("execute", facts, at(when), limits=LIMITS, calendar=CALENDAR)
    assert [refusal.code for refusal in found] == ([code] if code else [])
    if code:
        assert found[0].allowed_from == at(allowed_from)


def test_a_business_may_be_cut_in_the_evening():
    shop = replace(READY, residential_low_voltage=False, second_notice_at=at("09-10 17:30"))
    assert codes("execute", shop, "09-10 18:00") == []


def test_where_next_years_holidays_are_not_published_nobody_can_say():
    calendar = replace(CALENDAR, until=date(2027, 3, 1), unknown_years=frozenset({2027}))
    facts = replace(READY, window=(date(2026, 9, 1), date(2027, 1, 30)))
    for when in (datetime(2026, 12, 31, 10, tzinfo=BEIJING), datetime(2027, 1, 5, 10, tzinfo=BEIJING)):
        found = rules.refusals("execute", facts, when, limits=LIMITS, calendar=calendar)
        assert "calendar_unknown" in [refusal.code for refusal in found]


def test_the_second_notice_is_given_only_where_the_stop_would_be_lawful():
    noticed = replace(READY, state="noticed", second_notice_at=None)
    assert codes("second_notice", noticed, "09-10 07:29") == ["night"]
    assert codes("second_notice", noticed, "09-10 07:30") == []
    assert codes("second_notice", noticed, "09-10 16:30") == ["night"]
    earliest = rules.earliest("second_notice", noticed, at("09-07 12:00"), limits=LIMITS, calendar=CALENDAR)
    assert earliest == at("09-08 07:30")
    assert codes("second_notice", replace(noticed, notice_at=at("09-03 08:00")), "09-10 23:30") == ["night"]


def test_the_earliest_minute_passes_over_a_weekend_and_a_holiday():
    facts = replace(READY, state="noticed", second_notice_at=None, notice_at=at("09-16 09:00"))
    # 7 whole days end on the 23rd; the 24th is the eve of Mid-autumn, 25th holiday, 26th and 27th weekend
    assert rules.earliest("second_notice", facts, at("09-16 09:00"), limits=LIMITS, calendar=CALENDAR) == at(
        "09-28 07:30"
    )


def test_seven_times_24_hours_is_the_other_way_to_count():
    limits = replace(LIMITS, notice_full_days=False)
    facts = replace(READY, notice_at=at("09-03 10:00"))
    assert codes("execute", facts, "09-10 10:30", limits=limits) == []
    assert rules.notice_ends(at("09-03 10:00"), limits) == at("09-10 10:00")
    assert rules.notice_ends(at("09-03 10:00"), LIMITS) == at("09-11 00:00")


def test_a_step_out_of_turn_is_refused():
    for step, state in (("approve", "noticed"), ("first_notice", "proposed"), ("second_notice", "approved")):
        found = codes(step, replace(READY, state=state), "09-10 10:00")
        assert found[0] == "wrong_state"
    assert codes("propose", replace(READY, state="proposed"), "09-10 10:00") == ["wrong_state"]


def test_breach_needs_the_notices_but_no_debt_and_emergencies_only_a_report():
    breach = replace(READY, reason="breach", overdue_fen=0, oldest_due_date=None, demanded_date=None)
    assert codes("execute", breach, "09-10 10:30") == []
    assert codes("execute", replace(breach, notice_at=None), "09-10 10:30") == ["no_notice"]
    for reason in ("safety", "theft"):
        assert codes("execute", Facts(reason=reason), "09-12 23:00") == []
        assert codes("execute", Facts(reason=reason, state="executed"), "09-12 23:00") == ["wrong_state"]
    request = Facts(reason="request", state="approved", approved_at=at("09-01 09:00"))
    assert codes("execute", request, "09-12 09:00") == []
    assert codes("execute", replace(request, approved_at=None), "09-12 09:00") == ["not_approved"]


def test_supply_is_restored_when_the_debt_and_the_late_fee_are_paid():
    off = replace(READY, state="executed", overdue_fen=1_200, late_fee_fen=1_200)
    assert codes("restore", off, "09-11 10:00") == ["still_owed"]
    assert codes("restore", off, "09-11 10:00", limits=replace(LIMITS, restore_needs_late_fee=False)) == []
    assert codes("restore", replace(off, overdue_fen=0, late_fee_fen=0), "09-11 10:00") == []
    assert codes("restore", replace(READY, overdue_fen=0), "09-11 10:00") == ["wrong_state"]


def approval(
    facts: Facts, *, approver: int = 2, roles=("supervisor",), why: str = "连续催收无果"
) -> list[str]:
    found = rules.approval_refusals(
        facts, at("09-01 09:00"), limits=LIMITS, approver=approver, roles=roles, why=why
    )
    return [refusal.code for refusal in found]


def test_who_may_approve():
    assert approval(READY) == []
    assert approval(READY, approver=1) == ["own_proposal"]
    assert approval(READY, why=" ") == ["no_reason"]
    assert approval(READY, roles=("cashier",)) == ["level"]
    assert approval(replace(READY, overdue_fen=5_000_001)) == ["level"]
    assert approval(replace(READY, importance="second")) == ["level"]
    assert approval(replace(READY, importance="second"), roles=("decision_maker",)) == []
    assert approval(replace(READY, window=None)) == ["no_window"]
    assert approval(replace(READY, window=(date(2026, 8, 1), date(2026, 8, 31)))) == ["window_over"]


def test_a_proof_of_delivery_is_complete_and_plausible():
    def paper(
        delivered: str, *, method="in_person", recipient="本人", evidence="签收单0031", noted="08-31 11:00"
    ):
        return [
            refusal.code
            for refusal in rules.paper_refusals(
                READY,
                at(noted),
                limits=LIMITS,
                delivered_at=at(delivered),
                method=method,
                recipient=recipient,
                evidence=evidence,
            )
        ]

    assert paper("08-31 10:00") == []
    assert paper("08-31 10:00", evidence="") == ["no_evidence"]
    assert paper("08-31 11:01") == ["delivered_later"]
    assert paper("08-29 10:59") == ["recorded_too_late"]
    assert paper("08-28 08:59", noted="08-28 10:00") == ["delivered_before_approval"]


def test_the_table_of_states_ends_everywhere():
    for state in states.LIVE:
        assert states.TRANSITIONS[state]
    assert not {"restored", "cancelled", "rejected"} & set(states.TRANSITIONS)
    assert not states.may_become("proposed", "executed")
    assert not states.may_become("noticed", "executed")


def test_every_reason_has_its_chain():
    assert set(chain.WAIVED) == {"arrears", "breach", "request", "safety", "theft"}
    for reason in chain.WAIVED:
        for step in chain.STEPS:
            assert chain.checks(step, reason)


def test_an_emulated_switch_and_meters_without_one():
    from denghuo.commerce.disconnection.rules import switching

    switch = switching.EmulatedSwitch()
    assert switch.position("m") == "closed"
    assert (switch.open("m"), switch.open("m"), switch.position("m")) == ("open", "open", "open")
    switch.lose("m")
    with pytest.raises(switching.SwitchUnreachable):
        switch.close("m")
    switch.find("m")
    assert switch.close("m") == "closed"
    assert switching.has_switch("DDZY1234") and not switching.has_switch("DTZ341")
    assert switching.port("none") is None and switching.port("emulated") is switching.emulator
