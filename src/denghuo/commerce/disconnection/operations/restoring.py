"""Restore supply: by itself when the debt is settled, with a clock; or by decision."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import pgettext

from denghuo.commerce.disconnection import events, queries, rules
from denghuo.commerce.disconnection.models import (
    DisconnectionOrder,
    OrderPoint,
    OrderState,
    Reason,
    RestoreCause,
    RestoreOrder,
    Step,
    WorkKind,
    WorkMethod,
    WorkOrder,
    WorkState,
)
from denghuo.commerce.disconnection.operations import proposing
from denghuo.commerce.disconnection.operations.guarding import Refused, guarded, locked, move, note
from denghuo.commerce.disconnection.rules import Refusal
from denghuo.commerce.receivables import operations as receivables
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.ui import formats
from denghuo.kernel.periods import day_of


@transaction.atomic
def settle(*, account_id: int, settled_at: datetime, at: datetime) -> DisconnectionOrder | None:
    """Let a settled account have its supply: a pending order is cancelled, an executed one is restored.

    Safe to call at any time and again: an account that still owes is left alone. The clock runs from ``settled_at``.
    """
    receivables.lock([account_id])
    order = queries.live_order(account_id)
    if order is None or order.reason != Reason.ARREARS:
        return None
    order = locked(order)
    if order.state not in (*rules.PENDING, OrderState.EXECUTED):
        return None
    if not rules.settled(queries.facts_of(order, at=at), queries.limits(day_of(at))):
        return None
    if order.state in rules.PENDING:
        proposing.close(order, pgettext("disconnection", "Paid"), at=at, actor=None)
    else:
        begin(order, RestoreCause.SETTLED, settled_at=settled_at, at=at, actor=None)
    return order


def sweep(*, at: datetime) -> int:
    """Look at every live order again, in case a message was lost or a debt went away without a payment."""
    done = 0
    orders = list(
        DisconnectionOrder.objects.filter(
            reason=Reason.ARREARS, state__in=[*rules.PENDING, OrderState.EXECUTED]
        )
    )
    known = queries.facts_of_orders(orders, at=at)
    limits = queries.limits(day_of(at))
    for order in orders:
        if rules.settled(known[order.pk], limits):
            done += settle(account_id=order.account_id, settled_at=at, at=at) is not None
    return done


def begin(
    order: DisconnectionOrder,
    cause: RestoreCause,
    *,
    settled_at: datetime,
    at: datetime,
    actor: Staff | None,
    why: str = "",
) -> RestoreOrder:
    """Start the clock of a locked order that is executed, and give the work to the switch or a crew."""
    on = day_of(at)
    limits = queries.limits(on)
    method = proposing.method_for(order, on)
    made = RestoreOrder.objects.create(
        order=order,
        cause=cause,
        note=why,
        settled_at=settled_at,
        due_at=settled_at + timedelta(hours=limits.restore_hours),
        started_by=actor,
    )
    remote = method == WorkMethod.REMOTE
    WorkOrder.objects.create(
        order=order,
        kind=WorkKind.RESTORE,
        method=method,
        state=WorkState.SENDING if remote else WorkState.WAITING,
        created_at=at,
        due_at=settled_at + timedelta(minutes=limits.remote_minutes) if remote else made.due_at,
    )
    move(order, OrderState.RESTORING)
    note(
        "restoration.started",
        order,
        at=at,
        actor=actor,
        reason=why,
        before=OrderState.EXECUTED,
        due_at=formats.moment(made.due_at),
    )
    return made


@guarded
def decide_restoration(
    *, order: DisconnectionOrder, reason: str, at: datetime, actor: Staff, despite_debt: bool = False
) -> RestoreOrder | Refused:
    """Start a restoration by hand: the debt is settled, the cause is removed, or the utility decides so.

    Raises:
        StepRefused: supply is not off, or it is still owed and ``despite_debt`` is not given with a reason.
    """
    found = locked(order)
    on = day_of(at)
    facts, limits = queries.facts_of(found, at=at), queries.limits(on)
    refused = rules.refusals(
        rules.RESTORE, facts, at, limits=limits, calendar=queries.calendar(on, found.unit_id)
    )
    if despite_debt and reason.strip():
        refused = [refusal for refusal in refused if refusal.code != "still_owed"]
    if not refused and found.state != OrderState.EXECUTED:
        refused = [
            Refusal("wrong_state", rules.chain.PROCEDURE, {"state": found.state, "wanted": "executed"})
        ]
    if found.reason != Reason.ARREARS and not reason.strip():
        refused.append(Refusal("no_reason", rules.chain.PROCEDURE))
    if refused:
        return Refused(Step.RESTORE, found.account, found, refused, at, actor)
    cause = RestoreCause.SETTLED if found.reason == Reason.ARREARS else RestoreCause.REMOVED
    if despite_debt:
        cause = RestoreCause.DECISION
    return begin(found, cause, settled_at=at, at=at, actor=actor, why=reason.strip())


@guarded
def restore(
    *,
    order: DisconnectionOrder,
    at: datetime,
    actor: Staff | None,
    reading_note: str = "",
    photo: str = "",
) -> DisconnectionOrder | Refused:
    """The crew has switched supply on again.

    Raises:
        StepRefused: no restoration is under way.
    """
    found = locked(order)
    if found.state != OrderState.RESTORING:
        refusal = Refusal(
            "wrong_state", rules.chain.PROCEDURE, {"state": found.state, "wanted": OrderState.RESTORING}
        )
        return Refused(Step.RESTORE, found.account, found, [refusal], at, actor)
    WorkOrder.objects.filter(
        order=found, kind=WorkKind.RESTORE, state__in=[WorkState.WAITING, WorkState.SENDING]
    ).update(
        state=WorkState.DONE,
        method=WorkMethod.FIELD,
        done_at=at,
        done_by=actor,
        reading_note=reading_note,
        photo=photo,
    )
    restored(found, at=at, actor=actor)
    return found


def restored(order: DisconnectionOrder, *, at: datetime, actor: Staff | None) -> None:
    """What follows when supply is on again."""
    move(order, OrderState.RESTORED, restored_at=at, ended_at=at)
    OrderPoint.objects.filter(order=order).update(on_at=at)
    clock = RestoreOrder.objects.get(order=order)
    clock.restored_at = at
    clock.save(update_fields=["restored_at"])
    outbox.publish(
        events.SupplyRestored(
            order_id=order.pk, account_id=order.account_id, late=clock.was_late, restored_at=at
        )
    )
    note("supply.restored", order, at=at, actor=actor, before=OrderState.RESTORING, late=clock.was_late)


def escalate_late(*, at: datetime) -> int:
    """Flag every restoration whose time is over, once; returns how many."""
    return sum(_escalate(late.pk, at) for late in queries.late_restorations(at=at).filter(escalated_at=None))


@transaction.atomic
def _escalate(restoration_id: int, at: datetime) -> int:
    late = (
        RestoreOrder.objects.select_for_update(of=("self",))
        .select_related("order")
        .filter(pk=restoration_id, escalated_at__isnull=True, restored_at__isnull=True)
        .first()
    )
    if late is None:
        return 0
    late.escalated_at = at
    late.save(update_fields=["escalated_at"])
    order = late.order
    outbox.publish(
        events.RestorationLate(
            order_id=order.pk, account_id=order.account_id, unit_id=order.unit_id, noticed_at=at
        )
    )
    note("restoration.late", order, at=at, actor=None, before=order.state, due_at=formats.moment(late.due_at))
    return 1
