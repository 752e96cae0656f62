"""The daily run: cases are opened, closed, stopped and taken one step further, many accounts at a time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from denghuo.commerce.collection import queries, rules
from denghuo.commerce.collection.models import (
    ActionState,
    CaseReason,
    CaseState,
    ContactChannel,
    DunningAction,
    DunningCase,
    DunningMessage,
    DunningPlan,
    MessageState,
    Outcome,
    PaymentPromise,
    PromiseState,
)
from denghuo.commerce.collection.operations import resting
from denghuo.commerce.collection.queries import facts
from denghuo.commerce.collection.rules import parameters
from denghuo.commerce.collection.rules import plans as plan_rules
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.receivables.queries.overdue import DISPUTE, PLAN
from denghuo.foundation.calendars import queries as calendars
from denghuo.foundation.database import bulk
from denghuo.foundation.jobs import operations as jobs
from denghuo.foundation.jobs import rules as job_rules
from denghuo.foundation.jobs.models import LongRun
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.records.customers.models import Account

KIND = "collection.daily"
CHUNK = 1000
HORIZON_DAYS = 200
_MOVING = (
    "state", "reason", "due_date", "overdue_fen", "taken_number", "next_number", "next_date", "paused_until",
)  # fmt: skip
KEPT_BY_STAFF = frozenset({CaseReason.DISCONNECTED})


@transaction.atomic
def start_daily_run(*, on: date, at: datetime, actor: Any = None, unit_id: str = "") -> LongRun:
    """Start the run of a day over every account that is overdue or has an open case; the unfinished run is returned
    where there is one. Running a day twice changes nothing the second time."""
    unfinished = LongRun.objects.filter(kind=KIND, finished_at__isnull=True).first()
    if unfinished is not None:
        return unfinished
    accounts = sorted(
        {
            *receivables.overdue_accounts(on=on, scope=unit_id),
            *DunningCase.objects.exclude(state=CaseState.CLOSED)
            .filter(unit__code__startswith=unit_id)
            .values_list("account_id", flat=True),
        }
    )
    return jobs.start(
        kind=KIND,
        title=f"{on}",
        parameters={"on": on.isoformat()},
        chunks=[
            job_rules.ChunkSpec({"on": on.isoformat(), "accounts": part}, rows=len(part))
            for part in queries.batched(accounts, CHUNK)
        ],
        actor=actor,
        unit_id=unit_id,
        at=at,
    )


@dataclass
class _Day:
    """What the accounts of a chunk are like on a day."""

    on: date
    at: datetime
    overdue: dict[int, receivables.Overdue]
    shields: dict[int, list[str]]
    protections: dict[int, list[str]]
    exceptions: dict[date, bool]
    messages_on_holidays: bool
    promised: set[int] = field(default_factory=set)
    counters: Counter[str] = field(default_factory=Counter)


@transaction.atomic
def work_accounts(*, account_ids: Iterable[int], on: date, at: datetime) -> dict[str, int]:
    """Bring the cases of these accounts to where they stand on ``on``; safe to repeat.

    Returns counters: opened, closed, stopped, resumed, broken (promises), and the steps taken by channel.
    """
    wanted = list(account_ids)
    cases = list(
        DunningCase.objects.select_for_update(of=("self",))
        .exclude(state=CaseState.CLOSED)
        .filter(account_id__in=wanted)
        .select_related("plan")
        .order_by("account_id")
    )
    rows = {row.account_id: row for row in receivables.overdue(on=on, account_ids=wanted)}
    day = _Day(
        on=on,
        at=at,
        overdue=rows,
        shields=receivables.shielded(rows, on=on),
        protections=queries.protected(rows, on=on),
        exceptions=calendars.exceptions(on - timedelta(days=1), on + timedelta(days=HORIZON_DAYS)),
        messages_on_holidays=bool(parameter_queries.value(parameters.MESSAGES_ON_HOLIDAYS, on=on)),
    )
    _judge_promises(cases, day)
    cases = _close(cases, day)
    cases += _open([account for account in rows if account not in {case.account_id for case in cases}], day)
    stopped = [case for case in cases if _settle_state(case, day)]
    resting.drop_waiting(stopped, at=at)
    _take_steps(cases, day)
    bulk.update_columns(
        DunningCase,
        [case.pk for case in cases],
        {name: [getattr(case, name) for case in cases] for name in _MOVING},
    )
    return dict(day.counters)


def _judge_promises(cases: Sequence[DunningCase], day: _Day) -> None:
    grace = timedelta(days=int(parameter_queries.value(parameters.PROMISE_GRACE_DAYS, on=day.on)))
    waiting = list(
        PaymentPromise.objects.filter(case__in=cases, state=PromiseState.OPEN).select_related("case")
    )
    paid = facts.paid_since({promise.case.account_id: promise.made_at for promise in waiting})
    for promise in waiting:
        if paid.get(promise.case.account_id, 0) >= promise.amount_fen:
            promise.state = PromiseState.KEPT
        elif day.on > promise.promised_date + grace:
            promise.state = PromiseState.BROKEN
        else:
            day.promised.add(promise.case_id)
            continue
        promise.judged_at = day.at
        day.counters[str(promise.state)] += 1
    PaymentPromise.objects.bulk_update(
        [promise for promise in waiting if promise.judged_at], ["state", "judged_at"]
    )


def _close(cases: list[DunningCase], day: _Day) -> list[DunningCase]:
    """Close what is paid, and what was begun under a plan that the customer must not be dunned by any more."""
    paid = [case for case in cases if case.account_id not in day.overdue]
    changed = [
        case
        for case in cases
        if case.account_id in day.overdue
        and (case.plan is not None and case.plan.for_protected) != (case.account_id in day.protections)
        and case.reason != CaseReason.DISCONNECTED
        and case.plan is not None
    ]
    resting.close_rows(paid, reason=CaseReason.PAID, at=day.at)
    resting.close_rows(changed, reason=CaseReason.PROTECTED, at=day.at)
    day.counters["closed"] += len(paid) + len(changed)
    gone = {case.pk for case in (*paid, *changed)}
    return [case for case in cases if case.pk not in gone]


def _open(account_ids: list[int], day: _Day) -> list[DunningCase]:
    if not account_ids:
        return []
    debtors = facts.debtors(
        {account: day.overdue[account] for account in account_ids}, day.protections, day.on
    )
    scopes = facts.plan_scopes(day.on)
    owners = queries.responsible(account_ids, on=day.on)
    units = dict(Account.objects.filter(pk__in=account_ids).values_list("pk", "unit_id"))
    made = [
        DunningCase(
            account_id=account,
            unit_id=units[account],
            plan_id=plan_rules.choose(scopes, debtors[account], day.on),
            owner_id=owners.get(account),
            due_date=day.overdue[account].oldest_due_date,
            overdue_fen=day.overdue[account].overdue_fen,
            opened_date=day.on,
            opened_at=day.at,
        )
        for account in account_ids
    ]
    DunningCase.objects.bulk_create(made)
    day.counters["opened"] += len(made)
    plans = DunningPlan.objects.in_bulk({case.plan_id for case in made if case.plan_id})
    for case in made:
        case.plan = plans.get(case.plan_id) if case.plan_id else None
    return made


def _settle_state(case: DunningCase, day: _Day) -> bool:
    """Whether the case runs, rests or is stopped on this day, and what is overdue; True where it stops now."""
    row = day.overdue[case.account_id]
    if case.due_date != row.oldest_due_date:
        case.due_date, case.taken_number = row.oldest_due_date, 0
    case.overdue_fen = row.overdue_fen
    before = case.state
    if case.reason in KEPT_BY_STAFF:
        return False
    shield = day.shields.get(case.account_id, [])
    if case.plan_id is None:
        reason = CaseReason.PROTECTED if case.account_id in day.protections else CaseReason.NO_PLAN
        case.state, case.reason = CaseState.STOPPED, reason
    elif DISPUTE in shield:
        case.state, case.reason = CaseState.STOPPED, CaseReason.DISPUTED
    elif PLAN in shield:
        case.state, case.reason = CaseState.STOPPED, CaseReason.INSTALMENTS
    elif case.reason == CaseReason.BY_HAND and (case.paused_until is None or case.paused_until >= day.on):
        return False
    elif case.pk in day.promised:
        case.state, case.reason = CaseState.PAUSED, CaseReason.PROMISE
    else:
        case.state, case.reason, case.paused_until = CaseState.RUNNING, "", None
    if case.state == CaseState.STOPPED and before != CaseState.STOPPED:
        day.counters["stopped"] += 1
        return True
    if case.state == CaseState.RUNNING and before != CaseState.RUNNING:
        day.counters["resumed"] += 1
    return False


def _take_steps(cases: Sequence[DunningCase], day: _Day) -> None:
    """Let every running case take the step that falls on this day, and say which one comes next."""
    running = [case for case in cases if case.state == CaseState.RUNNING]
    for case in cases:
        if case.state == CaseState.STOPPED or case.plan_id is None:
            case.next_number = case.next_date = None
    plans = facts.steps_of({case.plan_id for case in running if case.plan_id})
    taken = facts.taken_steps(running)
    due: list[tuple[DunningCase, Any]] = []
    for case in running:
        assert case.plan_id is not None
        steps = plans[case.plan_id]
        coming = _next(case, steps, taken[case.pk], day)
        if coming is not None and coming.on == day.on:
            due.append((case, steps[coming.step.number]))
            taken[case.pk] = {**taken[case.pk], coming.step.number: day.on}
            case.taken_number = coming.step.number
            coming = _next(case, steps, taken[case.pk], day)
        case.next_number = coming.step.number if coming else None
        case.next_date = coming.on if coming else None
    if due:
        _overtake([case for case, _ in due], day)
        _write(due, day)


def _next(case: DunningCase, steps: dict[int, Any], taken: dict[int, date], day: _Day) -> rules.Next | None:
    return rules.next_step(
        [rules.Step(step.number, step.days, step.channel, step.least_fen) for step in steps.values()],
        due_date=case.due_date,
        taken=taken,
        owed_fen=case.overdue_fen,
        on=day.on,
        exceptions=day.exceptions,
        messages_on_holidays=day.messages_on_holidays,
    )


def _overtake(cases: Sequence[DunningCase], day: _Day) -> None:
    late = DunningAction.objects.filter(case__in=cases, state=ActionState.WAITING, message__isnull=True)
    day.counters["overtaken"] += late.update(
        state=ActionState.DROPPED, outcome=Outcome.OVERTAKEN, done_at=day.at
    )


def _write(due: Sequence[tuple[DunningCase, Any]], day: _Day) -> None:
    """The actions of the steps, and a message for each that the system sends."""
    demands = facts.demands_of([case.account_id for case, _ in due], on=day.on)
    actions = []
    for case, step in due:
        demand = demands[case.account_id]
        actions.append(
            DunningAction(
                case=case,
                step=step,
                number=step.number,
                channel=step.channel,
                key=rules.action_key(case.pk, case.due_date, step.number),
                debt_date=case.due_date,
                due_date=day.on,
                owed_fen=demand.owed_fen,
                text=rules.fill(step.text, demand.values),
                debts=json.dumps(demand.debts, ensure_ascii=False),
                created_at=day.at,
            )
        )
        day.counters[step.channel] += 1
    DunningAction.objects.bulk_create(actions)
    messages = []
    unreachable = []
    for action in actions:
        if action.channel in rules.BY_STAFF:
            continue
        demand = demands[action.case.account_id]
        to = demand.phone if action.channel == ContactChannel.SMS else demand.values["account"]
        messages.append(
            DunningMessage(
                action=action,
                channel=action.channel,
                to=to,
                text=action.text,
                state=MessageState.WAITING if to else MessageState.FAILED,
                error="" if to else "no_address",
                created_at=day.at,
            )
        )
        if not to:
            unreachable.append(action.pk)
    DunningMessage.objects.bulk_create(messages)
    DunningAction.objects.filter(pk__in=unreachable).update(
        state=ActionState.DONE, outcome=Outcome.FAILED, done_at=day.at
    )
