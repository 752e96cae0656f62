"""Gathering what the rules judge by: debts, demands, protections, terms, calendar. A handful of queries for any number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db.models import Q

from denghuo.commerce.collection import queries as collection
from denghuo.commerce.collection.models import ActionState, DunningAction, MessageState, Outcome
from denghuo.commerce.collection.queries.demands import REACHED
from denghuo.commerce.disconnection.models import DisconnectionOrder, NoCutDay, OrderPoint
from denghuo.commerce.disconnection.rules import IMPORTANT, Calendar, Facts, Limits, parameters
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.receivables.models import Receivable, ReceivableKind
from denghuo.commerce.receivables.queries.overdue import DISPUTE, PLAN
from denghuo.foundation.calendars import queries as calendars
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import day_of
from denghuo.records.supply.models import SupplyTerms, TariffClass

REACH = timedelta(days=120)
"""How far ahead the calendar is loaded; an earliest day beyond it is not computed."""


def limits(on: date) -> Limits:
    """The figures that hold on ``on``: two queries."""
    values = parameter_queries.values(parameters.ALL, on=on)
    found = {code.partition(".")[2]: value for code, value in values.items()}
    above = found.pop("bureau_decides_above_yuan")
    return Limits(
        **found,
        bureau_decides_above_fen=above * 100,
        protected_care=frozenset(collection.protecting_care(on)),
    )


def calendar(on: date, unit_id: str) -> Calendar:
    """The days from ``on`` as they hold for ``unit_id``."""
    return calendars_of(on, [unit_id])[unit_id]


def calendars_of(on: date, unit_ids: Iterable[str]) -> dict[str, Calendar]:
    """The same for many units with one query for the days that the bureau set."""
    until = on + REACH
    worked = calendars.exceptions(on, until)
    holidays = calendars.holidays(on, until + timedelta(days=1))
    unknown = frozenset(calendars.unpublished_years(on, until))
    rows = list(NoCutDay.objects.filter(date__gte=on, date__lt=until).order_by("date"))
    return {
        unit: Calendar(
            until=until,
            worked=worked,
            holidays=holidays,
            closed={row.date: row.reason for row in rows if unit.startswith(row.unit_id)},
            unknown_years=unknown,
        )
        for unit in set(unit_ids)
    }


def facts_of(order: DisconnectionOrder, *, at: datetime) -> Facts:
    """An order and its account as they stand now."""
    return facts_of_orders([order], at=at)[order.pk]


def facts_of_orders(orders: Iterable[DisconnectionOrder], *, at: datetime) -> dict[int, Facts]:
    """Many orders, by id."""
    wanted = list(orders)
    points: dict[int, list[int]] = defaultdict(list)
    for order_id, point in OrderPoint.objects.filter(order__in=wanted).values_list(
        "order_id", "supply_point_id"
    ):
        points[order_id].append(point)
    accounts = facts_of_accounts([order.account_id for order in wanted], at=at)
    return {
        order.pk: replace(
            accounts[order.account_id],
            reason=order.reason,
            state=order.state,
            importance=order.importance,
            requested_by=order.requested_by_id,
            approved_at=order.decided_at if order.state != "rejected" else None,
            window=(order.window_from, order.window_to) if order.window_from and order.window_to else None,
            notice_at=order.notice_at,
            authority_copied_at=order.authority_copied_at,
            second_notice_at=order.second_notice_at,
            executed_at=order.executed_at,
        )
        for order in wanted
    }


def facts_of_accounts(account_ids: Iterable[int], *, at: datetime) -> dict[int, Facts]:
    """What is known of accounts before there is an order, by account."""
    wanted = sorted(set(account_ids))
    on = day_of(at)
    debts = _debts(wanted, on)
    shields = receivables.shielded(wanted, on=on)
    protections = collection.protected(wanted, on=on)
    terms = _terms(wanted, on)
    demands = _first_demands({account: debts[account][2] for account in wanted if account in debts})
    found = {}
    for account in wanted:
        overdue, late_fee, oldest = debts.get(account, (0, 0, None))
        importance, low_voltage_home, care = terms.get(account, ("ordinary", False, ""))
        found[account] = Facts(
            importance=importance,
            special_care="" if care in protections.get(account, []) else care,
            protected=" ".join(protections.get(account, [])),
            residential_low_voltage=low_voltage_home,
            overdue_fen=overdue,
            late_fee_fen=late_fee,
            oldest_due_date=oldest,
            demanded_date=demands.get(account),
            disputed=DISPUTE in shields.get(account, []),
            in_plan=PLAN in shields.get(account, []),
        )
    return found


def _debts(account_ids: list[int], on: date) -> dict[int, tuple[int, int, date | None]]:
    """Overdue and not disputed: everything, the late fee in it, the oldest due date of what is no late fee."""
    found: dict[int, tuple[int, int, date | None]] = {}
    rows = Receivable.objects.filter(
        Q(due_date__lt=on) | Q(kind=ReceivableKind.LATE_FEE),
        account_id__in=account_ids,
        open_fen__gt=0,
        disputed=False,
    )
    for account, kind, fen, due in rows.values_list("account_id", "kind", "open_fen", "due_date"):
        overdue, late_fee, oldest = found.get(account, (0, 0, None))
        if kind == ReceivableKind.LATE_FEE:
            late_fee += fen
        else:
            oldest = due if oldest is None else min(oldest, due)
        found[account] = (overdue + fen, late_fee, oldest)
    return found


def _terms(account_ids: list[int], on: date) -> dict[int, tuple[str, bool, str]]:
    """The highest importance, whether there is a home below 1 kV, and special care at the supply points of accounts."""
    found: dict[int, tuple[str, bool, str]] = {}
    rows = SupplyTerms.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on),
        supply_point__account_id__in=account_ids,
        valid_from__lte=on,
    ).exclude(supply_point__state="closed")
    for account, importance, tariff_class, voltage, care in rows.values_list(
        "supply_point__account_id",
        "importance",
        "tariff_class",
        "voltage",
        "supply_point__customer__special_care",
    ):
        known, home, cared = found.get(account, ("ordinary", False, ""))
        home = home or (tariff_class == TariffClass.RESIDENTIAL and voltage == "lt1kv")
        found[account] = (_higher(known, importance), home, cared or care)
    return found


def _higher(one: str, other: str) -> str:
    ranks = {grade: rank for rank, grade in enumerate((*IMPORTANT, "ordinary"))}
    return min(one, other, key=lambda grade: ranks.get(grade, len(ranks)))


def _first_demands(since: Mapping[int, date | None]) -> dict[int, date]:
    """The first demand that is known to have arrived after the oldest debt of each account fell due."""
    wanted = {account: due for account, due in since.items() if due is not None}
    rows = (
        DunningAction.objects.filter(
            case__account_id__in=wanted, state=ActionState.DONE, done_at__isnull=False
        )
        .exclude(outcome__in=[Outcome.OVERTAKEN, Outcome.SETTLED, Outcome.FAILED])
        .select_related("message", "case")
        .order_by("done_at", "id")
    )
    found: dict[int, date] = {}
    for action in rows:
        account = action.case.account_id
        message = getattr(action, "message", None)
        arrived = message.state == MessageState.SENT if message is not None else action.outcome in REACHED
        assert action.done_at is not None
        day = day_of(action.done_at)
        if arrived and day > wanted[account]:
            found.setdefault(account, day)
    return found
