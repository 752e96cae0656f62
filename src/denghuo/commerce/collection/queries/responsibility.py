"""Who answers for which account, and what stands open by person and by route."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db.models import Min, Q

from denghuo.commerce.collection.models import CollectionDuty, DutyKind
from denghuo.commerce.collection.rules import duties
from denghuo.commerce.readings.models import ReadingRoute, RouteStop
from denghuo.commerce.receivables.queries import Overdue, overdue
from denghuo.foundation.identity.models import Staff
from denghuo.records.customers.models import Account

PART = 20_000


def duty_book(*, on: date) -> duties.Book:
    """The duties that hold on ``on``: one query, whatever the number of accounts."""
    rows = CollectionDuty.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)
    return duties.book(
        (
            duties.Duty(
                row.staff_id,
                row.kind,
                {
                    DutyKind.UNIT: row.unit_id,
                    DutyKind.ROUTE: row.route_id,
                    DutyKind.ACCOUNT: row.account_id,
                }[DutyKind(row.kind)],  # type: ignore[arg-type]
                row.valid_from,
                row.valid_to,
            )
            for row in rows
        ),
        on,
    )


def routes_of(account_ids: Iterable[int]) -> dict[int, int]:
    """The reading route of each account: the first of those its meters lie on."""
    found: dict[int, int] = {}
    for part in batched(account_ids, PART):
        rows = RouteStop.objects.filter(metering_point__supply_point__account_id__in=part).order_by()
        found.update(
            rows.values_list("metering_point__supply_point__account_id").annotate(first=Min("route_id"))
        )
    return found


def batched(ids: Iterable[int], size: int) -> Iterator[list[int]]:
    """``ids`` in lists of at most ``size``: a statement takes so many parameters and no more."""
    rest = iter(ids)
    while part := list(islice(rest, size)):
        yield part


def responsible(account_ids: Iterable[int], *, on: date) -> dict[int, int | None]:
    """The person who answers for each account, by id."""
    wanted = list(account_ids)
    book = duty_book(on=on)
    routes = routes_of(wanted)
    units: dict[int, str] = {}
    for part in batched(wanted, PART):
        units.update(Account.objects.filter(pk__in=part).values_list("pk", "unit_id"))
    return {
        account: book.responsible(account_id=account, route_id=routes.get(account), unit_id=units[account])
        for account in wanted
        if account in units
    }


@dataclass
class Standing:
    """What is overdue under one person or on one route."""

    key: int | None
    name: str
    accounts: int = 0
    overdue_fen: int = 0
    over_30_fen: int = 0
    over_90_fen: int = 0

    def add(self, row: Overdue) -> None:
        self.accounts += 1
        self.overdue_fen += row.overdue_fen
        self.over_30_fen += row.overdue_fen if row.days_overdue > 30 else 0
        self.over_90_fen += row.overdue_fen if row.days_overdue > 90 else 0


def arrears_by_responsibility(*, on: date, scope: str = "") -> tuple[list[Standing], list[Standing]]:
    """What is overdue by person responsible and by route, most first; the key None is what nobody answers for."""
    rows = overdue(on=on, scope=scope)
    accounts = [row.account_id for row in rows]
    persons, routes = responsible(accounts, on=on), routes_of(accounts)
    by_person: dict[int | None, Standing] = defaultdict(lambda: Standing(None, ""))
    by_route: dict[int | None, Standing] = defaultdict(lambda: Standing(None, ""))
    for row in rows:
        by_person[persons.get(row.account_id)].add(row)
        by_route[routes.get(row.account_id)].add(row)
    staff = dict(Staff.objects.filter(pk__in=[key for key in by_person if key]).values_list("pk", "name"))
    names = dict(
        ReadingRoute.objects.filter(pk__in=[key for key in by_route if key]).values_list("pk", "name")
    )
    return _named(by_person, staff), _named(by_route, names)


def _named(found: dict[int | None, Standing], names: dict[int, str]) -> list[Standing]:
    for key, standing in found.items():
        standing.key, standing.name = key, names.get(key, "") if key is not None else ""
    return sorted(found.values(), key=lambda standing: (-standing.overdue_fen, standing.key or 0))
