"""What was receivable and received, by unit and person, debts of this year and of earlier years apart.

Only electricity charges count, without late fee. A debt counts in the month in which it falls due; money counts by its
value date, but not before the debt. What was written off stays receivable; what was cancelled does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection

from denghuo.commerce.collection.models import AssessmentRow, DebtAge, RecoveryTarget
from denghuo.commerce.collection.queries.responsibility import duty_book
from denghuo.commerce.collection.rules import parameters
from denghuo.commerce.collection.rules.duties import Book
from denghuo.commerce.collection.rules.recovery import Amounts, ScoreRule, rate_ppm
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import Cycle

_ROUTES = (
    "SELECT sp.account_id AS account_id, MIN(rs.route_id) AS route_id FROM readings_routestop rs "
    "JOIN metering_meteringpoint mp ON mp.id = rs.metering_point_id "
    "JOIN supply_supplypoint sp ON sp.id = mp.supply_point_id GROUP BY sp.account_id"
)
_OWN = "CASE WHEN own.account_id IS NULL THEN NULL ELSE r.account_id END"
_FROM = (
    "FROM receivables_receivable r JOIN customers_account a ON a.id = r.account_id "
    f"LEFT JOIN ({_ROUTES}) route ON route.account_id = r.account_id "
    "LEFT JOIN collection_collectionduty own ON own.kind = 'account' AND own.account_id = r.account_id "
    "AND own.valid_from <= %s AND (own.valid_to IS NULL OR own.valid_to > %s) "
)
_WHERE = {
    DebtAge.CURRENT: "WHERE r.kind = 'energy' AND r.due_date >= %s AND r.due_date <= %s AND a.unit_id LIKE %s ",
    DebtAge.OLD: (
        "WHERE r.kind = 'energy' AND r.due_date < %s AND (r.open_fen > 0 OR r.settled_date >= %s) "
        "AND a.unit_id LIKE %s "
    ),
}
_MONEY = frozenset({"payment", "prepayment"})


class Movement(NamedTuple):
    """What changed in a month for a person in a unit."""

    unit_id: str
    staff_id: int | None
    age: str
    month: str
    receivable_fen: int
    received_fen: int


def _rows(query: str, parameters_: list[Any]) -> Iterator[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters_)
        while part := cursor.fetchmany(5000):
            yield from part


def movements(month: Cycle, *, scope: str = "") -> list[Movement]:
    """Every movement of the year up to the end of ``month``; who answers is who did on its last day."""
    last = month.period.end - timedelta(days=1)
    first = date(last.year, 1, 1)
    book = duty_book(on=last)
    found: list[Movement] = []
    for age in DebtAge:
        given = [last, last, first, last if age == DebtAge.CURRENT else first, f"{scope}%"]
        found += _charged(age, given, book, first)
        found += _settled(age, given, book, first, last)
    return found


def _charged(age: DebtAge, given: list[Any], book: Book, first: date) -> Iterator[Movement]:
    query = (
        f"SELECT {_OWN}, route.route_id, a.unit_id, SUBSTR(CAST(r.due_date AS TEXT), 1, 7), SUM(r.amount_fen) "
        f"{_FROM}{_WHERE[age]}GROUP BY 1, 2, 3, 4"
    )
    for own, route, unit, due_month, fen in _rows(query, given):
        month = due_month if age == DebtAge.CURRENT else f"{first:%Y-%m}"
        yield Movement(unit, _person(book, own, route, unit), age, month, int(fen), 0)


def _settled(age: DebtAge, given: list[Any], book: Book, first: date, last: date) -> Iterator[Movement]:
    start = f"{first:%Y-%m}"
    query = (
        f"SELECT {_OWN}, route.route_id, a.unit_id, SUBSTR(CAST(r.due_date AS TEXT), 1, 7), "
        "SUBSTR(CAST(al.value_date AS TEXT), 1, 7), al.source, SUM(al.amount_fen) "
        + _FROM.replace(
            "JOIN customers_account",
            "JOIN receivables_allocation al ON al.receivable_id = r.id JOIN customers_account",
        )
        + f"{_WHERE[age]}AND al.value_date <= %s GROUP BY 1, 2, 3, 4, 5, 6"
    )
    for own, route, unit, due_month, value_month, source, amount in _rows(query, [*given, last]):
        person, fen = _person(book, own, route, unit), int(amount)
        if age == DebtAge.OLD and value_month < start:
            yield Movement(unit, person, age, start, -fen, 0)
            continue
        month = max(value_month, due_month if age == DebtAge.CURRENT else start)
        if source in _MONEY:
            yield Movement(unit, person, age, month, 0, fen)
        elif source == "reversal":
            yield Movement(unit, person, age, month, -fen, 0)


def _person(book: Book, own: int | None, route: int | None, unit: str) -> int | None:
    if own is not None:
        return book.responsible(account_id=own, route_id=route, unit_id=unit)
    return book.of_group(route_id=route, unit_id=unit)


class Place(NamedTuple):
    """A line of the tracking page: a person in a unit, with an age of debts."""

    unit_id: str
    staff_id: int | None
    age: str


def standing(found: Iterable[Movement], *, until: str) -> dict[Place, Amounts]:
    """What stands at the end of the month ``until``, by place."""
    sums: dict[Place, Amounts] = defaultdict(Amounts)
    for one in found:
        if one.month <= until:
            place = Place(one.unit_id, one.staff_id, one.age)
            sums[place] = sums[place] + (one.receivable_fen, one.received_fen)
    return {place: amounts for place, amounts in sums.items() if amounts != Amounts()}


def total(places: Mapping[Place, Amounts], **of: object) -> Amounts:
    """The sum of the places whose fields are ``of``."""
    whole = Amounts()
    for place, amounts in places.items():
        if all(getattr(place, name) == value for name, value in of.items()):
            whole = whole + amounts
    return whole


def by_person(places: Mapping[Place, Amounts], age: str) -> dict[int | None, Amounts]:
    """The sums of each person over all units."""
    sums: dict[int | None, Amounts] = defaultdict(Amounts)
    for place, amounts in places.items():
        if place.age == age:
            sums[place.staff_id] = sums[place.staff_id] + amounts
    return dict(sums)


def by_unit(places: Mapping[Place, Amounts], age: str) -> dict[str, Amounts]:
    """The sums of each unit."""
    sums: dict[str, Amounts] = defaultdict(Amounts)
    for place, amounts in places.items():
        if place.age == age:
            sums[place.unit_id] = sums[place.unit_id] + amounts
    return dict(sums)


def rates_by_month(found: list[Movement], months: list[str], age: str) -> list[int | None]:
    """The cumulative rate at the end of each month, in millionths."""
    return [rate_ppm(total(standing(found, until=month), age=age)) for month in months]


@dataclass(frozen=True)
class Targets:
    """The targets of a month: a person's own, else the unit's (the nearest above), else the bureau's figure."""

    persons: Mapping[tuple[int, str], int]
    units: Mapping[tuple[str, str], int]
    default: Mapping[str, int]

    def of_unit(self, unit_id: str, age: str) -> int:
        for length in range(len(unit_id), 0, -1):
            if (unit_id[:length], age) in self.units:
                return self.units[unit_id[:length], age]
        return self.default[age]

    def of_person(self, staff_id: int | None, unit_id: str, age: str) -> int:
        if staff_id is not None and (staff_id, age) in self.persons:
            return self.persons[staff_id, age]
        return self.of_unit(unit_id, age)


def targets(month: Cycle) -> Targets:
    """What is to be reached by the end of the month."""
    return targets_of([month])[str(month)]


def targets_of(months: Sequence[Cycle]) -> dict[str, Targets]:
    """What is to be reached by the end of each month, in two queries."""
    rows = list(RecoveryTarget.objects.filter(month__in=[str(month) for month in months]))
    figures = parameter_queries.courses([parameters.DEFAULT_TARGET_CURRENT, parameters.DEFAULT_TARGET_OLD])
    found = {}
    for month in months:
        mine = [row for row in rows if row.month == str(month)]
        last = month.period.end - timedelta(days=1)
        default = {
            str(age): int([value for since, value in figures[figure.code] if since <= last][-1] * 1_000_000)
            for age, figure in (
                (DebtAge.CURRENT, parameters.DEFAULT_TARGET_CURRENT),
                (DebtAge.OLD, parameters.DEFAULT_TARGET_OLD),
            )
        }
        found[str(month)] = Targets(
            {(row.staff_id, row.age): row.rate_ppm for row in mine if row.staff_id is not None},
            {(row.unit_id, row.age): row.rate_ppm for row in mine if row.staff_id is None},
            default,
        )
    return found


def decomposition(places: Mapping[Place, Amounts], given: Targets, unit_id: str, age: str) -> int:
    """How much of the unit's target the targets below it leave out, in fen; zero where they add up."""
    inside = {p: a for p, a in places.items() if p.age == age and p.unit_id.startswith(unit_id)}
    wanted = total(inside).receivable_fen * given.of_unit(unit_id, age)
    below = sum(
        amounts.receivable_fen * given.of_person(place.staff_id, place.unit_id, age)
        for place, amounts in inside.items()
    )
    return max(0, -((below - wanted) // 1_000_000))


def score_rule(on: date) -> ScoreRule:
    """What counts in an assessment on a day."""
    codes = [
        parameters.POINTS_PER_TENTH_PERCENT,
        parameters.MOST_POINTS,
        parameters.REWARD_YUAN,
        parameters.DEDUCTION_YUAN_PER_POINT,
    ]
    values = parameter_queries.values(codes, on=on)
    return ScoreRule(*(values[code.code] for code in codes))


def assessment_totals(rows: Iterable[AssessmentRow]) -> dict[str, Amounts]:
    """The sums of an assessment by age of debt."""
    sums: dict[str, Amounts] = defaultdict(Amounts)
    for row in rows:
        sums[row.age] = sums[row.age] + (row.receivable_fen, row.received_fen)
    return dict(sums)
