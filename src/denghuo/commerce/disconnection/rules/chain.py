"""The legal chain of a disconnection, step by step: what each step asks for, and from when it is allowed.

Every check reads the facts and answers a ``Refusal`` or nothing. ``STEPS`` lists the checks of a step in the order in
which a lawyer would read them; ``WAIVED`` says which of them a reason other than arrears does not ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta

from denghuo.commerce.disconnection.rules.facts import Calendar, Facts, Limits, Refusal
from denghuo.commerce.disconnection.rules.parameters import LOCAL, ORDINANCE, PROMISE, SUPPLY_RULES
from denghuo.commerce.disconnection.rules.states import (
    APPROVED,
    APPROVERS,
    ARREARS,
    BREACH,
    BUREAU,
    EXECUTED,
    IMMEDIATE,
    NOTICED,
    PROPOSED,
    REQUEST,
    RESTORING,
    SAFETY,
    STATION,
    THEFT,
    WARNED,
)
from denghuo.kernel.periods import BEIJING, day_of

Detail = Mapping[str, str | int]
Check = Callable[[Facts, Limits, Calendar, datetime], Refusal | None]
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
PROCEDURE = f"{SUPPLY_RULES}：停电审批与通知程序"
CIVIL_CODE = "《民法典》第二百零一条、第二百零三条"
IMPORTANT_CUSTOMERS = f"{SUPPLY_RULES}；GB/T 29328-2018"


def start_of(day: date) -> datetime:
    """Midnight in Beijing at which ``day`` begins."""
    return datetime.combine(day, time(), BEIJING)


# --- the debt -------------------------------------------------------------------------------------------------


def owes(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    if facts.overdue_fen > 0:
        return None
    return Refusal("nothing_overdue", ORDINANCE)


def overdue_long_enough(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    """Overdue for more than 30 days: the 31st day after the due date is the first."""
    if facts.oldest_due_date is None:
        return None
    first = start_of(facts.oldest_due_date + timedelta(days=limits.overdue_days + 1))
    if at >= first:
        return None
    detail: Detail = {"days": limits.overdue_days, "due": facts.oldest_due_date.isoformat()}
    return Refusal("not_overdue_long_enough", ORDINANCE, detail, first)


def demanded_in_vain(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    """Demanded, and still unpaid after a reasonable time."""
    if facts.demanded_date is None:
        return Refusal("not_demanded", ORDINANCE)
    first = start_of(facts.demanded_date + timedelta(days=limits.demand_days + 1))
    if at >= first:
        return None
    detail: Detail = {"days": limits.demand_days, "demanded": facts.demanded_date.isoformat()}
    return Refusal("demand_too_fresh", ORDINANCE, detail, first)


def undisputed(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    return Refusal("disputed", LOCAL) if facts.disputed else None


def no_running_plan(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    return Refusal("instalment_plan", LOCAL) if facts.in_plan else None


# --- the customer ---------------------------------------------------------------------------------------------


def not_on_the_protected_list(
    facts: Facts, limits: Limits, calendar: Calendar, at: datetime
) -> Refusal | None:
    return Refusal("protected", LOCAL, {"why": facts.protected}) if facts.protected else None


def no_special_care(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    """Life-support and other households that the bureau does not cut off."""
    if facts.special_care and facts.special_care in limits.protected_care:
        return Refusal("special_care", LOCAL, {"care": facts.special_care})
    return None


# --- how far the order has come -------------------------------------------------------------------------------


def in_state(*states: str) -> Check:
    def check(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
        if facts.state in states:
            return None
        return Refusal("wrong_state", PROCEDURE, {"state": facts.state, "wanted": ",".join(states)})

    return check


def approved(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    if facts.approved_at is not None and facts.approved_at <= at:
        return None
    return Refusal("not_approved", PROCEDURE, {}, facts.approved_at)


def notice_delivered(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    return Refusal("no_notice", PROCEDURE, {"days": limits.notice_days}) if facts.notice_at is None else None


def notice_ends(delivered_at: datetime, limits: Limits) -> datetime:
    """When the days of a notice are over: full days after the day of delivery, or so many times 24 hours."""
    if limits.notice_full_days:
        return start_of(day_of(delivered_at) + timedelta(days=limits.notice_days + 1))
    return delivered_at + timedelta(days=limits.notice_days)


def notice_over(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    if facts.notice_at is None:
        return None
    first = notice_ends(facts.notice_at, limits)
    if at >= first:
        return None
    basis = f"{SUPPLY_RULES}；{CIVIL_CODE}" if limits.notice_full_days else SUPPLY_RULES
    detail: Detail = {"days": limits.notice_days, "delivered": facts.notice_at.isoformat()}
    return Refusal("notice_running", basis, detail, first)


def notice_not_stale(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    """A notice that was never followed by a stop does not hang over a customer for ever."""
    if facts.notice_at is None:
        return None
    last = start_of(day_of(facts.notice_at) + timedelta(days=limits.notice_valid_days + 1))
    return Refusal("notice_stale", LOCAL, {"days": limits.notice_valid_days}) if at >= last else None


def copied_to_the_authority(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    if not facts.is_important or (facts.authority_copied_at is not None and facts.authority_copied_at <= at):
        return None
    detail: Detail = {"importance": facts.importance}
    return Refusal("no_authority_copy", IMPORTANT_CUSTOMERS, detail, facts.authority_copied_at)


def is_important(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    return None if facts.is_important else Refusal("not_important", IMPORTANT_CUSTOMERS)


def inside_the_approved_days(
    facts: Facts, limits: Limits, calendar: Calendar, at: datetime
) -> Refusal | None:
    if facts.window is None:
        return None
    first, last = facts.window
    detail: Detail = {"from": first.isoformat(), "to": last.isoformat()}
    if day_of(at) > last:
        return Refusal("approval_over", PROCEDURE, detail)
    return Refusal("approval_not_yet", PROCEDURE, detail, start_of(first)) if day_of(at) < first else None


def second_notice_given(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    if facts.second_notice_at is not None:
        return None
    return Refusal("no_second_notice", PROCEDURE, {"minutes": limits.second_notice_minutes})


def second_notice_over(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    if facts.second_notice_at is None:
        return None
    first = facts.second_notice_at + timedelta(minutes=limits.second_notice_minutes)
    if at >= first:
        return None
    detail: Detail = {"minutes": limits.second_notice_minutes}
    return Refusal("second_notice_running", SUPPLY_RULES, detail, first)


def second_notice_not_stale(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    if facts.second_notice_at is None:
        return None
    lasts = limits.second_notice_minutes + limits.second_notice_window_minutes
    if at < facts.second_notice_at + timedelta(minutes=lasts):
        return None
    return Refusal("second_notice_stale", LOCAL, {"minutes": limits.second_notice_window_minutes})


# --- days and hours on which nobody is cut off ----------------------------------------------------------------


def calendar_known(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    """Where the holidays of the year (or of the one that begins tomorrow) are not published, nobody can say."""
    day = day_of(at)
    if day >= calendar.until or {day.year, (day + DAY).year} & calendar.unknown_years:
        return Refusal("calendar_unknown", LOCAL, {"year": (day + DAY).year})
    return None


def no_holiday(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    day = day_of(at)
    if limits.quiet_holidays and day in calendar.holidays:
        return Refusal("holiday", LOCAL, {"holiday": calendar.holidays[day]}, start_of(day + DAY))
    return None


def no_eve(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    day = day_of(at)
    if limits.quiet_eves and calendar.is_eve(day):
        return Refusal("eve", LOCAL, {"holiday": calendar.holidays[day + DAY]}, start_of(day + DAY))
    return None


def no_weekend(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    day = day_of(at)
    if limits.quiet_weekends and day not in calendar.holidays and not calendar.is_worked(day):
        return Refusal("weekend", LOCAL, {}, start_of(day + DAY))
    return None


def no_closed_day(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    """Extreme weather, examinations: days that the bureau has set, each with its reason."""
    day = day_of(at)
    if day in calendar.closed:
        return Refusal("closed_day", LOCAL, {"why": calendar.closed[day]}, start_of(day + DAY))
    return None


def no_night(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    """A home below 1 kV is not cut off between the evening and the morning."""
    begins, ends = limits.night_from_hour, limits.night_until_hour
    if not facts.residential_low_voltage or begins == ends:
        return None
    local = at.astimezone(BEIJING)
    dark = local.hour >= begins or local.hour < ends if begins > ends else begins <= local.hour < ends
    if not dark:
        return None
    day = local.date() + DAY if local.hour >= begins > ends else local.date()
    detail: Detail = {"from": f"{begins:02d}:00", "until": f"{ends:02d}:00"}
    return Refusal("night", LOCAL, detail, start_of(day) + timedelta(hours=ends))


# --- restoring ------------------------------------------------------------------------------------------------


def settled(facts: Facts, limits: Limits) -> bool:
    """Nothing overdue is left that is not under dispute, and, where the bureau asks for it, no late fee."""
    principal = facts.overdue_fen - facts.late_fee_fen
    return principal <= 0 and (facts.late_fee_fen <= 0 or not limits.restore_needs_late_fee)


def nothing_left_to_pay(facts: Facts, limits: Limits, calendar: Calendar, at: datetime) -> Refusal | None:
    if settled(facts, limits):
        return None
    return Refusal("still_owed", PROMISE, {"fen": facts.overdue_fen})


# --- the chain ------------------------------------------------------------------------------------------------

DEBT = (owes, overdue_long_enough, demanded_in_vain, undisputed, no_running_plan)
CUSTOMER = (not_on_the_protected_list, no_special_care)
NOTICE = (notice_delivered, notice_over, notice_not_stale, copied_to_the_authority)
QUIET = (calendar_known, no_holiday, no_eve, no_weekend, no_closed_day, no_night)
STOP = (approved, inside_the_approved_days, *DEBT, *CUSTOMER, *NOTICE, *QUIET)

PROPOSE, APPROVE, FIRST_NOTICE, AUTHORITY_COPY = "propose", "approve", "first_notice", "authority_copy"
SECOND_NOTICE, EXECUTE, RESTORE = "second_notice", "execute", "restore"
STEPS: Mapping[str, tuple[Check, ...]] = {
    PROPOSE: (in_state(""), *DEBT, *CUSTOMER),
    APPROVE: (in_state(PROPOSED), *DEBT, *CUSTOMER),
    FIRST_NOTICE: (in_state(APPROVED, NOTICED, WARNED), approved, *DEBT, *CUSTOMER),
    AUTHORITY_COPY: (in_state(APPROVED, NOTICED, WARNED), approved, is_important),
    SECOND_NOTICE: (in_state(NOTICED, WARNED), *STOP),
    EXECUTE: (
        in_state(WARNED), second_notice_given, second_notice_over, second_notice_not_stale, *STOP,
    ),
    RESTORE: (in_state(EXECUTED, RESTORING), nothing_left_to_pay),
}  # fmt: skip
"""``second_notice`` is judged as if supply were stopped when its minutes are over: a warning that could not be
followed by a lawful stop is not given."""

_SECOND = frozenset({second_notice_given, second_notice_over, second_notice_not_stale})
WAIVED: Mapping[str, frozenset[Check]] = {
    ARREARS: frozenset(),
    BREACH: frozenset({*DEBT, nothing_left_to_pay}),
    REQUEST: frozenset({*DEBT, *CUSTOMER, *NOTICE, *QUIET, *_SECOND, nothing_left_to_pay}),
    SAFETY: frozenset({*STOP, *_SECOND, nothing_left_to_pay}),
    THEFT: frozenset({*STOP, *_SECOND, nothing_left_to_pay}),
}
"""Breach of use needs the notices but no debt; the customer's own request only approval; an emergency or a confirmed
theft nothing beforehand, but a report afterwards."""
_FROM_APPROVED = in_state(APPROVED)
_AT_ONCE = in_state("")


def checks(step: str, reason: str) -> tuple[Check, ...]:
    """What ``step`` asks for where supply is to be stopped for ``reason``."""
    found = tuple(check for check in STEPS[step] if check not in WAIVED[reason])
    if step == EXECUTE and reason == REQUEST:
        return (_FROM_APPROVED, *found[1:])
    if step == EXECUTE and reason in IMMEDIATE:
        return (_AT_ONCE, *found[1:])
    return found


def refusals(step: str, facts: Facts, at: datetime, *, limits: Limits, calendar: Calendar) -> list[Refusal]:
    """Everything that forbids ``step`` at ``at``; empty where it is allowed."""
    lead = timedelta(minutes=limits.second_notice_minutes) if step == SECOND_NOTICE else timedelta()
    judged = ((check, check(facts, limits, calendar, at + lead)) for check in checks(step, facts.reason))
    found = [refusal for _, refusal in judged if refusal is not None]
    if not lead:
        return found
    return [
        Refusal(r.code, r.basis, r.detail, r.allowed_from - lead if r.allowed_from else None) for r in found
    ]


def earliest(
    step: str, facts: Facts, after: datetime, *, limits: Limits, calendar: Calendar
) -> datetime | None:
    """The first whole minute from ``after`` on at which ``step`` is allowed if nothing but time passes.

    None where time alone does not help, or where the calendar ends before.
    """
    at = _whole_minute(after)
    while True:
        found = refusals(step, facts, at, limits=limits, calendar=calendar)
        if not found:
            return at
        ends = [refusal.allowed_from for refusal in found]
        if None in ends:
            return None
        at = _whole_minute(max(end for end in ends if end is not None))


def _whole_minute(at: datetime) -> datetime:
    floor = at.replace(second=0, microsecond=0)
    return floor if floor == at else floor + MINUTE


# --- persons and papers ---------------------------------------------------------------------------------------


def level(facts: Facts, limits: Limits) -> str:
    """Who has to approve: the bureau's decision maker for important customers and large debts, else the station."""
    large = facts.reason == ARREARS and facts.overdue_fen > limits.bureau_decides_above_fen
    return BUREAU if facts.is_important or large else STATION


def approval_refusals(
    facts: Facts, at: datetime, *, limits: Limits, approver: int, roles: Iterable[str], why: str
) -> list[Refusal]:
    """What forbids this person to approve: one's own proposal, the wrong level, no reason, days that are over."""
    found = []
    if facts.requested_by == approver:
        found.append(Refusal("own_proposal", PROCEDURE))
    needed = level(facts, limits)
    if not set(roles) & set(APPROVERS[needed]):
        found.append(Refusal("level", LOCAL, {"level": needed}))
    if not why.strip():
        found.append(Refusal("no_reason", PROCEDURE))
    if facts.window is None:
        found.append(Refusal("no_window", PROCEDURE))
    elif facts.window[1] < max(day_of(at), facts.window[0]):
        found.append(Refusal("window_over", PROCEDURE, {"to": facts.window[1].isoformat()}))
    return found


def paper_refusals(
    facts: Facts,
    at: datetime,
    *,
    limits: Limits,
    delivered_at: datetime,
    method: str,
    recipient: str,
    evidence: str,
) -> list[Refusal]:
    """What a proof of delivery lacks: how, to whom, the signature or photo, and a time that can be true."""
    found = [
        Refusal("no_evidence", PROCEDURE, {"field": name})
        for name, value in (("method", method), ("recipient", recipient), ("evidence", evidence))
        if not value.strip()
    ]
    if delivered_at > at:
        found.append(Refusal("delivered_later", PROCEDURE, {}, delivered_at))
    if at - delivered_at > timedelta(hours=limits.record_within_hours):
        found.append(Refusal("recorded_too_late", LOCAL, {"hours": limits.record_within_hours}))
    if facts.approved_at is not None and delivered_at < facts.approved_at:
        found.append(Refusal("delivered_before_approval", PROCEDURE))
    return found
