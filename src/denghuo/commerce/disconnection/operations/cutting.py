"""Stop supply: by a crew, by a remote switch, or at once in an emergency."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from denghuo.commerce.collection.models import CaseReason
from denghuo.commerce.collection.operations import resting as collection
from denghuo.commerce.disconnection import events, queries, rules
from denghuo.commerce.disconnection.models import (
    DisconnectionOrder,
    Notice,
    NoticeKind,
    OrderPoint,
    OrderState,
    Step,
    WorkKind,
    WorkMethod,
    WorkOrder,
    WorkState,
)
from denghuo.commerce.disconnection.operations import proposing
from denghuo.commerce.disconnection.operations.guarding import Refused, guarded, locked, move, note
from denghuo.commerce.disconnection.rules import Facts, Refusal
from denghuo.commerce.receivables import operations as receivables
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account
from denghuo.records.supply.models import SupplyPoint


def refusals_now(order: DisconnectionOrder, at: datetime) -> list[Refusal]:
    """What forbids to stop supply at this instant, with everything looked up anew."""
    on = day_of(at)
    return rules.refusals(
        rules.EXECUTE,
        queries.facts_of(order, at=at),
        at,
        limits=queries.limits(on),
        calendar=queries.calendar(on, order.unit_id),
    )


@guarded
def execute(
    *,
    order: DisconnectionOrder,
    at: datetime,
    actor: Staff | None,
    reading_note: str = "",
    photo: str = "",
) -> DisconnectionOrder | Refused:
    """The crew stops supply: everything is checked again, under the lock that payments take too.

    Raises:
        StepRefused: it is not lawful at this instant, or it has been paid meanwhile.
    """
    found = locked(order)
    if refused := refusals_now(found, at):
        return Refused(Step.EXECUTE, found.account, found, refused, at, actor)
    before = found.state
    move(found, OrderState.EXECUTED, executed_at=at, executed_by=actor)
    _work_done(found, at, actor, method=WorkMethod.FIELD, reading_note=reading_note, photo=photo)
    stopped(found, at=at, actor=actor, before=before)
    return found


def _work_done(order: DisconnectionOrder, at: datetime, actor: Staff | None, **facts: object) -> None:
    work = WorkOrder.objects.filter(
        order=order, kind=WorkKind.CUT, state__in=[WorkState.WAITING, WorkState.SENDING]
    ).first()
    work = work or WorkOrder(order=order, kind=WorkKind.CUT, created_at=at)
    for name, value in facts.items():
        setattr(work, name, value)
    work.state, work.done_at, work.done_by = WorkState.DONE, at, actor
    work.save()


def stopped(order: DisconnectionOrder, *, at: datetime, actor: Staff | None, before: str) -> None:
    """What follows a stop: its supply points are off, everybody may hear of it, it is on record."""
    OrderPoint.objects.filter(order=order).update(off_at=order.executed_at)
    collection.stop(
        account_id=order.account_id, reason=CaseReason.DISCONNECTED, note=order.number, at=at, actor=actor
    )
    outbox.publish(events.SupplyStopped(order_id=order.pk, account_id=order.account_id, stopped_at=at))
    note("supply.stopped", order, at=at, actor=actor, reason=order.explanation, before=before)


@guarded
def command_stop(*, order: DisconnectionOrder, at: datetime, actor: Staff | None) -> WorkOrder | Refused:
    """Decide that the remote switch is opened now; ``switches.perform`` sends the command after this is committed.

    From here on the order counts as stopped at ``at``: a payment that comes later leads to a restoration.

    Raises:
        StepRefused: it is not lawful at this instant, it has been paid meanwhile, or there is no switch.
    """
    found = locked(order)
    refused = refusals_now(found, at)
    if proposing.method_for(found, day_of(at)) != WorkMethod.REMOTE:
        refused.append(Refusal("no_switch", rules.chain.LOCAL))
    if refused:
        return Refused(Step.EXECUTE, found.account, found, refused, at, actor)
    before = found.state
    move(found, OrderState.CUTTING, executed_at=at, executed_by=actor)
    work, _made = WorkOrder.objects.get_or_create(
        order=found,
        kind=WorkKind.CUT,
        state=WorkState.WAITING,
        defaults={"method": WorkMethod.REMOTE, "created_at": at},
    )
    work.method, work.state, work.done_by = WorkMethod.REMOTE, WorkState.SENDING, actor
    work.save(update_fields=["method", "state", "done_by"])
    note("switch.ordered", found, at=at, actor=actor, before=before)
    return work


@guarded
def stop_at_once(
    *,
    account: Account,
    reason: str,
    explanation: str,
    evidence: str,
    at: datetime,
    actor: Staff | None,
    supply_points: Sequence[SupplyPoint] = (),
) -> DisconnectionOrder | Refused:
    """Stop supply without notice in an emergency or on confirmed theft; the report is due within some hours.

    Raises:
        StepRefused: another reason, no evidence, or the account has an order already.
    """
    receivables.lock([account.pk])
    live = queries.live_order(account.pk)
    facts = queries.facts_of_accounts([account.pk], at=at)[account.pk]
    facts = Facts(
        **{**facts.__dict__, "reason": reason, "state": live.state if live else ""},
    )
    on = day_of(at)
    limits = queries.limits(on)
    found = [Refusal("needs_the_chain", rules.chain.PROCEDURE)] if reason not in rules.IMMEDIATE else []
    if not found:
        calendar = queries.calendar(on, account.unit_id)
        found = rules.refusals(rules.EXECUTE, facts, at, limits=limits, calendar=calendar)
    for name, value in (("reason", explanation), ("evidence", evidence)):
        if not value.strip():
            found.append(Refusal("no_evidence", rules.chain.PROCEDURE, {"field": name}))
    points = list(supply_points) or proposing.supplied(account)
    if not points:
        found.append(Refusal("no_supply", rules.chain.PROCEDURE))
    if found:
        return Refused(Step.EXECUTE, account, live, found, at, actor)
    order = proposing.create(
        account,
        points,
        facts,
        rules.level(facts, limits),
        explanation,
        at=at,
        actor=actor,
        state=OrderState.EXECUTED,
        executed_at=at,
        executed_by=actor,
        report_due_at=at + timedelta(hours=limits.report_hours),
    )
    _work_done(order, at, actor, method=WorkMethod.FIELD, photo=evidence[:120])
    stopped(order, at=at, actor=actor, before="")
    return order


@transaction.atomic
def withdraw_stop(order: DisconnectionOrder, *, at: datetime, why: str) -> None:
    """The switch did not open: supply is still on, and the order is where it was before the command."""
    warned = Notice.objects.filter(order=order, kind=NoticeKind.SECOND).exists()
    state = OrderState.WARNED if warned else OrderState.APPROVED
    move(order, state, executed_at=None, executed_by=None)
    note("switch.failed", order, at=at, actor=None, reason=why, before=OrderState.CUTTING)
