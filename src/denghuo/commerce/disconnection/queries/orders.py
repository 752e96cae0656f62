"""Orders as people ask about them: who is off, what waits, which minute comes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from denghuo.commerce.disconnection import rules
from denghuo.commerce.disconnection.models import (
    DisconnectionOrder,
    OrderPoint,
    OrderState,
    RestoreOrder,
    WorkOrder,
    WorkState,
)
from denghuo.commerce.disconnection.queries import facts as gathering
from denghuo.commerce.disconnection.rules import Calendar, Facts, Limits, Refusal, chain, switching
from denghuo.commerce.metering.models import Installation
from denghuo.commerce.receivables.models import Receivable, ReceivableKind
from denghuo.commerce.receivables.queries.overdue import overdue_rows
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account


@dataclass(frozen=True)
class Off:
    """A supply point that is off: since when, by which order, and whether it is being restored."""

    supply_point_id: int
    order_id: int
    number: str
    reason: str
    off_at: datetime
    restoring: bool


def disconnected(supply_point_ids: Iterable[int], on: date) -> dict[int, Off]:
    """Those of these supply points that are off at the end of the day ``on``, by id. Their readings and bills go on."""
    end = chain.start_of(on + timedelta(days=1))
    rows = OrderPoint.objects.filter(
        Q(on_at__isnull=True) | Q(on_at__gte=end),
        supply_point_id__in=list(supply_point_ids),
        off_at__lt=end,
    ).select_related("order")
    found = {}
    for row in rows:
        assert row.off_at is not None
        found[row.supply_point_id] = Off(
            row.supply_point_id,
            row.order_id,
            row.order.number,
            row.order.reason,
            row.off_at,
            row.order.state == OrderState.RESTORING,
        )
    return found


def visible_orders(scope: str) -> QuerySet[DisconnectionOrder]:
    return DisconnectionOrder.objects.filter(unit__code__startswith=scope).select_related(
        "account__customer", "unit", "requested_by", "decided_by"
    )


def live_order(account_id: int) -> DisconnectionOrder | None:
    """The order of an account that is not over."""
    return DisconnectionOrder.objects.filter(account_id=account_id, state__in=rules.LIVE).first()


NEXT_STEP = {
    OrderState.PROPOSED: rules.APPROVE,
    OrderState.APPROVED: rules.FIRST_NOTICE,
    OrderState.NOTICED: rules.SECOND_NOTICE,
    OrderState.WARNED: rules.EXECUTE,
    OrderState.EXECUTED: rules.RESTORE,
    OrderState.RESTORING: rules.RESTORE,
}


@dataclass(frozen=True)
class Outlook:
    """An order with its next step: what forbids it now, and from which minute it is allowed if only time passes."""

    order: DisconnectionOrder
    facts: Facts
    limits: Limits
    step: str
    refusals: list[Refusal]
    allowed_from: datetime | None

    @property
    def is_ready(self) -> bool:
        return not self.refusals and bool(self.step)


def next_step(order: DisconnectionOrder, facts: Facts) -> str:
    """The step that comes next; the copy to the authority before the second notice, straight on for a request."""
    if order.state == OrderState.APPROVED and order.reason == "request":
        return rules.EXECUTE
    if order.state == OrderState.NOTICED and facts.is_important and facts.authority_copied_at is None:
        return rules.AUTHORITY_COPY
    return NEXT_STEP.get(OrderState(order.state), "")


def outlooks(orders: Iterable[DisconnectionOrder], *, at: datetime) -> list[Outlook]:
    """The next step of many orders; the number of queries does not grow with them."""
    wanted = list(orders)
    if not wanted:
        return []
    on = day_of(at)
    limits = gathering.limits(on)
    calendars = gathering.calendars_of(on, [order.unit_id for order in wanted])
    known = gathering.facts_of_orders(wanted, at=at)
    return [_outlook(order, known[order.pk], limits, calendars[order.unit_id], at) for order in wanted]


def _outlook(
    order: DisconnectionOrder, facts: Facts, limits: Limits, calendar: Calendar, at: datetime
) -> Outlook:
    step = next_step(order, facts)
    if not step:
        return Outlook(order, facts, limits, "", [], None)
    refused = rules.refusals(step, facts, at, limits=limits, calendar=calendar)
    allowed = rules.earliest(step, facts, at, limits=limits, calendar=calendar)
    return Outlook(order, facts, limits, step, refused, allowed)


@dataclass(frozen=True)
class Candidate:
    """An overdue account: whether a disconnection may be proposed, and if not, why."""

    account: Account
    facts: Facts
    refusals: list[Refusal]

    @property
    def is_legal(self) -> bool:
        return not self.refusals


def candidates(*, at: datetime, scope: str = "", limit: int = 300) -> list[Candidate]:
    """Overdue accounts without a live order, oldest debt first: legal ones before the others."""
    on = day_of(at)
    limits = gathering.limits(on)
    busy = set(DisconnectionOrder.objects.filter(state__in=rules.LIVE).values_list("account_id", flat=True))
    rows = overdue_rows(on=on, scope=scope).order_by("oldest_due_date", "account_id")
    chosen = [row["account_id"] for row in rows[: limit + len(busy)] if row["account_id"] not in busy][:limit]
    known = gathering.facts_of_accounts(chosen, at=at)
    accounts = Account.objects.select_related("customer", "unit").in_bulk(chosen)
    calendars = gathering.calendars_of(on, {account.unit_id for account in accounts.values()})
    found = [
        Candidate(
            accounts[account],
            known[account],
            rules.refusals(
                rules.PROPOSE,
                known[account],
                at,
                limits=limits,
                calendar=calendars[accounts[account].unit_id],
            ),
        )
        for account in chosen
    ]
    return sorted(found, key=lambda candidate: bool(candidate.refusals))


def switches(order: DisconnectionOrder, *, on: date) -> list[str] | None:
    """The asset numbers of the remote switches that stop this order; None where a supply point has none."""
    points = list(order.points.values_list("supply_point_id", flat=True))
    rows = Installation.objects.filter(
        Q(removed_date__isnull=True) | Q(removed_date__gt=on),
        metering_point__supply_point_id__in=points,
        metering_point__parent__isnull=True,
        metering_point__role="purchase",
        installed_date__lte=on,
    ).values_list("metering_point__supply_point_id", "meter__asset_number", "meter__model")
    found = list(rows)
    if {point for point, _, _ in found} != set(points):
        return None
    if not all(switching.has_switch(model) for _, _, model in found):
        return None
    return sorted(number for _, number, _ in found)


def open_work(scope: str) -> QuerySet[WorkOrder]:
    """Work that waits for a crew, what is due first before the rest."""
    return (
        WorkOrder.objects.filter(order__unit__code__startswith=scope, state=WorkState.WAITING, method="field")
        .select_related("order__account__customer", "order__unit", "assignee")
        .order_by("due_at", "id")
    )


def late_restorations(*, at: datetime) -> QuerySet[RestoreOrder]:
    """Supply that should be on again and is not."""
    return RestoreOrder.objects.filter(restored_at__isnull=True, due_at__lt=at).select_related("order")


def inconsistencies() -> Iterator[str]:
    """What must never be: a settled account that is off and not being restored; points that disagree with their order."""
    off = DisconnectionOrder.objects.filter(state=OrderState.EXECUTED, reason="arrears").select_related(
        "account"
    )
    for order in off:
        assert order.executed_at is not None
        owed = Receivable.objects.filter(
            Q(due_date__lt=day_of(order.executed_at)) | Q(kind=ReceivableKind.LATE_FEE),
            account_id=order.account_id,
            open_fen__gt=0,
            disputed=False,
        )
        if not owed.exists():
            yield f"order {order.number}: account {order.account.number} is settled, and supply is off"
    wrong = OrderPoint.objects.filter(
        Q(off_at__isnull=True, order__state__in=["executed", "restoring", "restored"])
        | Q(off_at__isnull=False, order__state__in=rules.PENDING)
        | Q(on_at__isnull=True, order__state=OrderState.RESTORED)
    )
    for number in wrong.values_list("order__number", flat=True):
        yield f"order {number}: its supply points say something else"
