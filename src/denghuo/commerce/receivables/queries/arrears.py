"""Arrears by age: one row for each station, class, use … with what is open in every age, on any day.

Upper rooms add ways to group (the reading route, the person responsible)::

    queries.add_grouping(Grouping("route", _("Reading route"), groups_of=lambda account_ids, on: {account: (key, label)}))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from denghuo.commerce.receivables.models import Allocation, Receivable
from denghuo.commerce.receivables.rules.ageing import AGES, BY_CODE
from denghuo.records.supply.models import SupplyTerms

Groups = Mapping[int, tuple[str, Any]]


@dataclass(frozen=True)
class Grouping:
    """A way to group accounts that another room knows: account → (key, label); accounts it leaves out are "unknown"."""

    code: str
    label: Any
    groups_of: Callable[[Sequence[int], date], Groups]


_groupings: dict[str, Grouping] = {}
OWN = ("unit", "tariff_class", "use_nature", "payer_class", "kind", "cycle")


def add_grouping(grouping: Grouping) -> None:
    """Offer one more way to group the arrears view; called when Django is ready."""
    _groupings[grouping.code] = grouping


def groupings() -> list[Grouping]:
    return list(_groupings.values())


@dataclass
class ArrearsRow:
    """One group: fen open by age code, accounts."""

    key: str
    label: Any = ""
    by_age: dict[str, int] = field(default_factory=dict)
    accounts: int = 0

    @property
    def total_fen(self) -> int:
        return sum(self.by_age.values())

    @property
    def overdue_fen(self) -> int:
        return self.total_fen - self.by_age.get("not_due", 0)


def open_on(*, on: date, today: date, scope: str = "") -> QuerySet[Receivable]:
    """Debts that were open at the end of ``on`` with that amount as ``at_fen``; from ``today`` on as they stand now.

    A past day is what the books said at its end: by posting dates, not value dates.
    """
    rows = Receivable.objects.all()
    if scope:
        rows = rows.filter(unit__code__startswith=scope)
    if on >= today:
        return rows.filter(open_fen__gt=0).annotate(at_fen=F("open_fen"))
    settled = (
        Allocation.objects.filter(receivable=OuterRef("pk"), posting__posting_date__lte=on)
        .order_by()
        .values("receivable")
        .annotate(fen=Sum("amount_fen"))
        .values("fen")
    )
    return (
        rows.filter(charged_date__lte=on)
        .annotate(at_fen=F("amount_fen") - Coalesce(Subquery(settled), 0))
        .filter(at_fen__gt=0)
    )


def of_age(code: str, on: date) -> Q:
    """The debts of one age on ``on``."""
    oldest, newest = BY_CODE[code].due_dates(on)
    found = Q()
    if oldest is not None:
        found &= Q(due_date__gte=oldest)
    if newest is not None:
        found &= Q(due_date__lte=newest)
    return found


def terms_of_account(name: str, on: date, account: str = "account_id") -> Subquery:
    """A classification of the account's first supply point on ``on``."""
    rows = SupplyTerms.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on),
        supply_point__account_id=OuterRef(account),
        valid_from__lte=on,
    )
    return Subquery(rows.order_by("supply_point_id").values(name)[:1])


def arrears_by(group: str, *, on: date, today: date, scope: str = "", unit: str = "") -> list[ArrearsRow]:
    """What is open by age for every group, the largest first. ``unit`` narrows to a unit and those below it.

    Raises:
        LookupError: there is no such grouping.
    """
    rows = open_on(on=on, today=today, scope=scope)
    if unit:
        rows = rows.filter(unit__code__startswith=unit)
    if group in _groupings:
        return _by_account(rows, _groupings[group], on)
    if group not in OWN:
        raise LookupError(group)
    if group in ("tariff_class", "use_nature"):
        accounts = _aged(rows, "account_id", on)
        classes = dict(
            rows.order_by().values_list("account_id").distinct().annotate(found=terms_of_account(group, on))
        )
        return _merged(accounts, {key: (found or "", found or "") for key, found in classes.items()})
    name = "unit_id" if group == "unit" else group
    found = [_row(str(item[name] or ""), item) for item in _aged(rows, name, on)]
    return sorted(found, key=lambda row: -row.total_fen)


def _aged(rows: QuerySet[Receivable], name: str, on: date) -> QuerySet:
    return (
        rows.order_by()
        .values(name)
        .annotate(
            **{f"age_{age.code}": Coalesce(Sum("at_fen", filter=of_age(age.code, on)), 0) for age in AGES},
            accounts=Count("account_id", distinct=True),
        )
    )


def _row(key: str, item: dict[str, Any]) -> ArrearsRow:
    return ArrearsRow(key, key, {age.code: item[f"age_{age.code}"] for age in AGES}, item["accounts"])


def _by_account(rows: QuerySet[Receivable], grouping: Grouping, on: date) -> list[ArrearsRow]:
    items = list(_aged(rows, "account_id", on))
    return _merged(items, grouping.groups_of([item["account_id"] for item in items], on))


def _merged(items: Any, groups: Groups) -> list[ArrearsRow]:
    found: dict[str, ArrearsRow] = {}
    for item in items:
        key, label = groups.get(item["account_id"], ("", ""))
        row = found.setdefault(key, ArrearsRow(key, label, {age.code: 0 for age in AGES}))
        row.accounts += 1
        for age in AGES:
            row.by_age[age.code] += item[f"age_{age.code}"]
    return sorted(found.values(), key=lambda row: -row.total_fen)
