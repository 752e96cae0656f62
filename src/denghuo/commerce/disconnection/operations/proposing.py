"""Propose to stop supply, decide on it by a second person, assign the work, take it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.disconnection import queries, rules
from denghuo.commerce.disconnection.models import (
    DisconnectionOrder,
    OrderPoint,
    OrderState,
    Reason,
    Step,
    WorkKind,
    WorkMethod,
    WorkOrder,
    WorkState,
)
from denghuo.commerce.disconnection.operations.guarding import (
    Refused,
    StepRefused,
    guarded,
    locked,
    move,
    note,
)
from denghuo.commerce.disconnection.rules import Refusal, parameters, switching
from denghuo.commerce.receivables import operations as receivables
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account
from denghuo.records.supply.models import SupplyPoint


@guarded
def propose(
    *,
    account: Account,
    explanation: str,
    at: datetime,
    actor: Staff | None,
    reason: str = Reason.ARREARS,
    supply_points: Sequence[SupplyPoint] = (),
) -> DisconnectionOrder | Refused:
    """Propose to stop supply; nothing happens until another person approves.

    ``supply_points`` of the account are all that are in use unless some are named.

    Raises:
        StepRefused: not overdue long enough, not demanded, under dispute, in a plan, protected, or there is an order.
    """
    receivables.lock([account.pk])
    live = queries.live_order(account.pk)
    facts = replace(
        queries.facts_of_accounts([account.pk], at=at)[account.pk],
        reason=reason,
        state=live.state if live else "",
    )
    on = day_of(at)
    limits, calendar = queries.limits(on), queries.calendar(on, account.unit_id)
    found = rules.refusals(rules.PROPOSE, facts, at, limits=limits, calendar=calendar)
    if not explanation.strip():
        found.append(Refusal("no_reason", rules.chain.PROCEDURE))
    points = list(supply_points) or supplied(account)
    if not points:
        found.append(Refusal("no_supply", rules.chain.PROCEDURE))
    if found:
        return Refused(Step.PROPOSE, account, live, found, at, actor)
    order = create(account, points, facts, rules.level(facts, limits), explanation, at=at, actor=actor)
    note("order.proposed", order, at=at, actor=actor, reason=explanation, owed_fen=order.owed_fen)
    return order


def supplied(account: Account) -> list[SupplyPoint]:
    """The supply points of an account that are in use."""
    return list(account.supply_points.filter(state="active").order_by("number"))


def create(
    account: Account,
    points: Iterable[SupplyPoint],
    facts: rules.Facts,
    level: str,
    explanation: str,
    *,
    at: datetime,
    actor: Staff | None,
    **more: object,
) -> DisconnectionOrder:
    """The row of an order and its supply points."""
    on = day_of(at)
    serial = numbering.allocate(f"disconnection.order.{on:%Y%m}", 1)[0]
    order = DisconnectionOrder.objects.create(
        number=f"TD{on:%Y%m}{serial:06d}",
        account=account,
        unit_id=account.unit_id,
        reason=facts.reason,
        explanation=explanation.strip(),
        importance=facts.importance,
        level=level,
        owed_fen=facts.overdue_fen,
        oldest_due_date=facts.oldest_due_date,
        requested_by=actor,
        requested_at=at,
        **more,
    )
    OrderPoint.objects.bulk_create(OrderPoint(order=order, supply_point=point) for point in points)
    return order


@dataclass(frozen=True)
class Proposed:
    """What became of a list of accounts: orders made, and why the others were refused."""

    orders: list[DisconnectionOrder]
    refused: list[tuple[Account, StepRefused]]


def propose_many(
    *, accounts: Iterable[Account], explanation: str, at: datetime, actor: Staff | None
) -> Proposed:
    """Propose each account on its own: a refused one does not hold up the others."""
    orders, refused = [], []
    for account in accounts:
        try:
            orders.append(propose(account=account, explanation=explanation, at=at, actor=actor))
        except StepRefused as error:
            refused.append((account, error))
    return Proposed(orders, refused)


@guarded
def approve(
    *,
    order: DisconnectionOrder,
    window_from: date,
    window_to: date,
    reason: str,
    at: datetime,
    actor: Staff,
    assignee: Staff | None = None,
) -> DisconnectionOrder | Refused:
    """Approve the stop for the days ``[window_from, window_to]``; the work goes to a switch or a crew.

    Raises:
        StepRefused: one's own proposal, not one's level, no reason or days, or the customer may not be cut off.
    """
    found = locked(order)
    facts = replace(queries.facts_of(found, at=at), window=(window_from, window_to))
    on = day_of(at)
    limits, calendar = queries.limits(on), queries.calendar(on, found.unit_id)
    refused = rules.refusals(rules.APPROVE, facts, at, limits=limits, calendar=calendar)
    refused += rules.approval_refusals(
        facts, at, limits=limits, approver=actor.pk, roles=actor.roles, why=reason
    )
    if window_to < window_from:
        refused.append(Refusal("window_over", rules.chain.PROCEDURE, {"to": window_to.isoformat()}))
    if refused:
        return Refused(Step.APPROVE, found.account, found, refused, at, actor)
    move(
        found,
        OrderState.APPROVED,
        decided_by=actor,
        decided_at=at,
        decision_note=reason.strip(),
        window_from=window_from,
        window_to=window_to,
    )
    WorkOrder.objects.create(
        order=found, kind=WorkKind.CUT, method=method_for(found, on), assignee=assignee, created_at=at
    )
    note("order.approved", found, at=at, actor=actor, reason=reason, before=OrderState.PROPOSED)
    return found


def method_for(order: DisconnectionOrder, on: date) -> WorkMethod:
    """By remote switch where the utility has a port and every meter a switch, else by a crew."""
    port = switching.port(parameter_queries.value(parameters.SWITCH_PORT, on=on))
    return WorkMethod.REMOTE if port is not None and queries.switches(order, on=on) else WorkMethod.FIELD


class OrderCannotBeEnded(Exception):
    """The order has gone too far, or is over already; or no reason was given."""


@transaction.atomic
def reject(*, order: DisconnectionOrder, reason: str, at: datetime, actor: Staff) -> DisconnectionOrder:
    """Decide against a proposal.

    Raises:
        OrderCannotBeEnded: decided already, one's own, or no reason.
    """
    found = locked(order)
    if found.state != OrderState.PROPOSED:
        raise OrderCannotBeEnded(_("This proposal has already been decided."))
    if found.requested_by_id == actor.pk:
        raise OrderCannotBeEnded(_("Another person must decide: you proposed it."))
    if not reason.strip():
        raise OrderCannotBeEnded(_("Give the reason."))
    move(
        found,
        OrderState.REJECTED,
        decided_by=actor,
        decided_at=at,
        decision_note=reason.strip(),
        ended_at=at,
    )
    note("order.rejected", found, at=at, actor=actor, reason=reason, before=OrderState.PROPOSED)
    return found


@transaction.atomic
def cancel(
    *, order: DisconnectionOrder, reason: str, at: datetime, actor: Staff | None
) -> DisconnectionOrder:
    """Give up an order whose supply is still on.

    Raises:
        OrderCannotBeEnded: supply is off, the order is over, or no reason.
    """
    found = locked(order)
    if found.state not in rules.PENDING:
        raise OrderCannotBeEnded(_("Only an order whose supply is still on can be cancelled."))
    if not reason.strip():
        raise OrderCannotBeEnded(_("Give the reason."))
    close(found, reason.strip(), at=at, actor=actor)
    return found


def close(order: DisconnectionOrder, why: str, *, at: datetime, actor: Staff | None) -> None:
    """Cancel a locked order and the work that waits for it."""
    before = order.state
    move(order, OrderState.CANCELLED, ended_at=at, end_note=why)
    WorkOrder.objects.filter(order=order, state__in=[WorkState.WAITING, WorkState.SENDING]).update(
        state=WorkState.CANCELLED, done_at=at, result=why
    )
    note("order.cancelled", order, at=at, actor=actor, reason=why, before=before)


@transaction.atomic
def assign(*, work: WorkOrder, assignee: Staff | None, at: datetime, actor: Staff) -> WorkOrder:
    """Give waiting work to a person, or to everybody of the unit (None).

    Raises:
        OrderCannotBeEnded: the work is done.
    """
    found = WorkOrder.objects.select_for_update(of=("self",)).select_related("order").get(pk=work.pk)
    if found.state != WorkState.WAITING:
        raise OrderCannotBeEnded(_("This work is done already."))
    found.assignee = assignee
    found.save(update_fields=["assignee"])
    note("work.assigned", found.order, at=at, actor=actor, assignee=assignee.name if assignee else "")
    return found


def suggested_window(order: DisconnectionOrder, *, at: datetime) -> tuple[date, date]:
    """From tomorrow until the notice would be stale: what the form of the approval begins with."""
    on = day_of(at)
    days = queries.limits(on).notice_valid_days
    return on + timedelta(days=1), on + timedelta(days=days)
