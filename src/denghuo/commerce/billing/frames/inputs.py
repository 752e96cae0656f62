"""What a chunk of accounts needs to be priced, read set by set: never a query per account.

A case is a supply point, so ``case_id`` is its id; the cases of one account become the sections of one bill.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from denghuo.commerce.readings import frames as reading_frames
from denghuo.commerce.readings.frames.rows import days
from denghuo.engine.pricing import CompiledBook
from denghuo.engine.tables.pricing import ADJUSTMENTS, CASES, CONTRACT_PRICES, TERMS, CaseTables
from denghuo.foundation.database.sql import among, fetch
from denghuo.kernel.periods import Cycle

EPOCH = np.datetime64("1970-01-01", "D")
LIVE_CONSUMPTION = "b.kind IN ('ordinary', 'final') AND b.state <> 'cancelled'"
DAYS_A_MONTH = 30.44


@dataclass(frozen=True)
class Terms:
    """The terms of one supply point that count for its price, as of the end of its period."""

    book: str
    tariff: str
    customer_class: str
    capacity: int
    two_part: bool
    kept_single_part: bool


@dataclass(frozen=True)
class Problem:
    """Why an account cannot be billed: a stable code and what a person needs to know."""

    case_id: int | None
    code: str
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass
class ChunkInput:
    """Case tables of the accounts that are complete; ``problems`` by account id of those that are not."""

    tables: CaseTables
    terms: dict[int, Terms]
    periods: dict[int, tuple[int, int]]
    case_account: dict[int, int]
    final: set[int]
    problems: dict[int, list[Problem]]


def supply_points(
    account_ids: Iterable[int], cycle: Cycle
) -> list[tuple[int, int, date | str, date | str | None]]:
    """Due supply points of these accounts: (supply point, account, energised, closed); see ``due_supply_points``."""
    scope, params = among("sp.account_id", account_ids)
    other = "odd" if cycle.month % 2 == 0 else "even"
    return fetch(
        f"""
        SELECT sp.id, sp.account_id, sp.energised_date, sp.closed_date
        FROM supply_supplypoint sp
        WHERE {scope} AND sp.energised_date < %s AND (sp.closed_date IS NULL OR sp.closed_date > %s)
        AND NOT EXISTS (
            SELECT 1 FROM metering_meteringpoint mp
            JOIN readings_routestop st ON st.metering_point_id = mp.id
            JOIN readings_readingroute ro ON ro.id = st.route_id
            WHERE mp.supply_point_id = sp.id AND ro.rhythm = %s)
        AND (sp.state <> 'suspended' OR EXISTS (
            SELECT 1 FROM metering_meteringpoint op WHERE op.supply_point_id = sp.id
            AND (op.closed_date IS NULL OR op.closed_date > %s)))
        ORDER BY sp.id
        """,  # noqa: S608 - the condition is built of parameters
        [*params, cycle.period.end.isoformat(), cycle.first.isoformat(), other, cycle.first.isoformat()],
    )


def unread(case_ids: Iterable[int], cycle: Cycle) -> list[tuple[int, str, str]]:
    """Metered points without an accepted reading that closes the cycle: (supply point, point number, code)."""
    scope, params = among("mp.supply_point_id", case_ids)
    rows = fetch(
        f"""
        SELECT mp.supply_point_id, mp.number, r.state
        FROM metering_meteringpoint mp
        LEFT JOIN readings_reading r ON r.metering_point_id = mp.id AND r.cycle = %s
            AND r.kind IN ('regular', 'final') AND r.state IN ('accepted', 'held')
        WHERE {scope} AND mp.measure = 'metered' AND mp.opened_date < %s
            AND (mp.closed_date IS NULL OR mp.closed_date > %s)
            AND (r.state IS NULL OR r.state = 'held')
        """,  # noqa: S608
        [str(cycle), *params, cycle.period.end.isoformat(), cycle.first.isoformat()],
    )
    return [(case, number, "reading_held" if state else "reading_missing") for case, number, state in rows]


def load(account_ids: Sequence[int], cycle: Cycle, books: Mapping[str, CompiledBook]) -> ChunkInput:
    """Everything to price these accounts for ``cycle``."""
    found = supply_points(account_ids, cycle)
    case_account = {row[0]: row[1] for row in found}
    first_days = days([row[2] for row in found]).astype("datetime64[M]").astype(np.int64) + 1970 * 12
    energised = dict(zip(case_account, first_days.tolist(), strict=True))
    problems: dict[int, list[Problem]] = {}

    def park(case: int, code: str, **detail: str) -> None:
        problems.setdefault(case_account[case], []).append(Problem(case, code, detail))

    for case, number, code in unread(case_account, cycle):
        park(case, code, metering_point=number)
    for account in set(account_ids) - set(case_account.values()):
        problems[account] = [Problem(None, "nothing_due")]
    advances = reading_frames.advances(cycle=str(cycle), supply_point_ids=case_account, case="supply_point")
    before = paid_by_others(case_account, cycle)
    advances = _after(advances, before)
    periods = _periods(advances)
    for case in set(case_account) - set(periods):
        if case_account[case] not in problems:
            park(case, "reading_missing" if case in before else "no_period")
    terms_table, terms, household = load_terms(periods)
    for case in set(periods) - set(terms):
        park(case, "no_terms")
    for case, term in terms.items():
        if term.book not in books:
            park(case, "no_price_book", price_book=term.book)
    ready = sorted(case for case in periods if case in terms and case_account[case] not in problems)
    points = reading_frames.points(advances=advances, supply_point_ids=case_account, case="supply_point")
    wanted = pa.array(ready, pa.int64())
    tables = CaseTables(
        cases=_cases(ready, cycle, books, terms, periods, household, energised),
        terms=_only(terms_table, wanted),
        points=_only(points, wanted),
        advances=_only(advances, wanted),
        adjustments=adjustments(ready, cycle),
        contract_prices=contract_prices(ready, periods),
    )
    return ChunkInput(tables, terms, periods, case_account, _closed(found, periods), problems)


def paid_by_others(case_ids: Iterable[int], cycle: Cycle) -> dict[int, date | str]:
    """Until which day another account was billed in ``cycle``: the supply point got another payer on that day (过户)."""
    scope, params = among("s.supply_point_id", case_ids)
    return dict(
        fetch(
            f"""
            SELECT s.supply_point_id, MAX(s.period_end)
            FROM billing_billsection s JOIN billing_bill b ON b.id = s.bill_id
            JOIN supply_supplypoint sp ON sp.id = s.supply_point_id
            WHERE {scope} AND {LIVE_CONSUMPTION} AND b.cycle = %s AND b.account_id <> sp.account_id
            GROUP BY s.supply_point_id
            """,  # noqa: S608
            [*params, str(cycle)],
        )
    )


def _after(advances: pa.Table, before: Mapping[int, date | str]) -> pa.Table:
    """The advances that begin on or after these days."""
    if not before:
        return advances
    limits = dict(zip(before, (days(list(before.values())) - EPOCH).astype(np.int64).tolist(), strict=True))
    cases = advances["case_id"].to_pylist()
    starts = advances["start"].cast(pa.int32()).to_pylist()
    kept = [start >= limits.get(case, start) for case, start in zip(cases, starts, strict=True)]
    return advances.filter(pa.array(kept, pa.bool_()))


def _periods(advances: pa.Table) -> dict[int, tuple[int, int]]:
    """First day and day after the last of each case, from its advances."""
    spans = advances.group_by("case_id").aggregate([("start", "min"), ("end", "max")])
    edges = (spans[name].cast(pa.int32()).to_pylist() for name in ("start_min", "end_max"))
    return dict(zip(spans["case_id"].to_pylist(), zip(*edges, strict=True), strict=True))


def _cases(
    ready: Sequence[int],
    cycle: Cycle,
    books: Mapping[str, CompiledBook],
    terms: Mapping[int, Terms],
    periods: Mapping[int, tuple[int, int]],
    household: Mapping[int, tuple[int | None, int]],
    energised: Mapping[int, int],
) -> pa.Table:
    years = tier_years(ready, terms, cycle, books)
    prior = prior_energy(years, cycle)
    return pa.table(
        {
            "case_id": pa.array(ready, pa.int64()),
            "book": pa.array([terms[case].book for case in ready], pa.string()),
            "cycle": pa.array([str(cycle)] * len(ready), pa.string()),
            "period_start": _days_array([periods[case][0] for case in ready]),
            "period_end": _days_array([periods[case][1] for case in ready]),
            "prior_energy": pa.array([prior.get(case, 0) for case in ready], pa.int64()),
            "tier_months": pa.array(
                [tier_months(years[case], periods[case], energised[case]) for case in ready],
                pa.int16(),
            ),
            "persons": pa.array([household[case][0] for case in ready], pa.int16()),
            "free_energy": pa.array(
                [household[case][1] * _months(*periods[case]) for case in ready], pa.int64()
            ),
        },
        schema=CASES,
    )


def _closed(found: Sequence[tuple[Any, ...]], periods: Mapping[int, tuple[int, int]]) -> set[int]:
    """The supply points that were closed by the end of their period: their bill is the final one."""
    closed = days([row[3] for row in found])
    return {
        row[0]
        for row, day in zip(found, closed, strict=True)
        if not np.isnat(day) and row[0] in periods and int((day - EPOCH).astype(int)) <= periods[row[0]][1]
    }


def _only(table: pa.Table, case_ids: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table["case_id"], value_set=case_ids))


def _days_array(numbers: Sequence[int]) -> pa.Array:
    return pa.array(numbers, pa.int32()).cast(pa.date32())


def _months(start: int, end: int) -> int:
    """Calendar months that a period of so many days stands for; at least one."""
    return max(1, round((end - start) / DAYS_A_MONTH))


def load_terms(
    periods: Mapping[int, tuple[int, int]],
) -> tuple[pa.Table, dict[int, Terms], dict[int, tuple[int | None, int]]]:
    """Terms over each case's period, clipped to it; the terms at its end; persons and free energy a month."""
    scope, params = among("t.supply_point_id", periods)
    rows = fetch(
        f"""
        SELECT t.supply_point_id, t.valid_from, t.valid_to, t.tariff, t.voltage, t.billing_mode, t.capacity_kva,
            t.contract_demand_kw, t.demand_exempt, t.market, t.pf_standard, t.pf_no_reward, t.price_book,
            t.tariff_class, t.household_persons, t.free_energy_kwh, t.kept_single_part
        FROM supply_supplyterms t WHERE {scope} ORDER BY t.supply_point_id, t.valid_from
        """,  # noqa: S608
        params,
    )
    starts = (days([row[1] for row in rows]) - EPOCH).astype(np.int64)
    ends = days([row[2] for row in rows])
    open_end = np.isnat(ends)
    last = np.where(open_end, np.iinfo(np.int32).max, (ends - EPOCH).astype(np.int64))
    kept: list[tuple[Any, ...]] = []
    clipped: list[tuple[int, int]] = []
    terms: dict[int, Terms] = {}
    household: dict[int, tuple[int | None, int]] = {}
    for row, first, until in zip(rows, starts.tolist(), last.tolist(), strict=True):
        start, end = periods[row[0]]
        if first >= end or until <= start:
            continue
        kept.append(row)
        clipped.append((max(first, start), min(until, end)))
        terms[row[0]] = Terms(row[12], row[3], row[13], row[6], row[5] != "single", bool(row[16]))
        household[row[0]] = (row[14], row[15] or 0)
    by_name = list(zip(*kept, strict=True)) if kept else [()] * 17
    table = pa.table(
        [
            pa.array(by_name[0], pa.int64()),
            _days_array([start for start, _ in clipped]),
            _days_array([end for _, end in clipped]),
            pa.array(by_name[3], pa.string()),
            pa.array(by_name[4], pa.string()),
            pa.array(by_name[5], pa.string()),
            pa.array(by_name[6], pa.int64()),
            pa.array(by_name[7], pa.int64()),
            pa.array([bool(value) for value in by_name[8]], pa.bool_()),
            pa.array(by_name[9], pa.string()),
            pa.array(by_name[10], pa.int16()),
            pa.array([bool(value) for value in by_name[11]], pa.bool_()),
        ],
        schema=TERMS,
    )
    return table, terms, household


def _tier_year(term: Terms, cycle: Cycle, books: Mapping[str, CompiledBook]) -> Cycle | None:
    """The first month of the tier year that ``cycle`` lies in; ``None`` where the tariff has no yearly tiers."""
    book = books[term.book]
    tariff = book.tariff(term.tariff, cycle.first)
    if tariff is None or tariff.tiers is None:
        return None
    for scheme in book.book.tier_schemes:
        if scheme.code == tariff.tiers and scheme.in_force(cycle.first) and scheme.period == "year":
            back = (cycle.month - scheme.year_start_month) % 12
            return cycle.shifted(-back)
    return None


def tier_years(
    case_ids: Sequence[int], terms: Mapping[int, Terms], cycle: Cycle, books: Mapping[str, CompiledBook]
) -> dict[int, Cycle | None]:
    """The first month of each case's tier year; ``None`` without yearly tiers."""
    known: dict[tuple[str, str], Cycle | None] = {}
    years: dict[int, Cycle | None] = {}
    for case in case_ids:
        term = terms[case]
        key = (term.book, term.tariff)
        if key not in known:
            known[key] = _tier_year(term, cycle, books)
        years[case] = known[key]
    return years


def prior_energy(years: Mapping[int, Cycle | None], cycle: Cycle) -> dict[int, int]:
    """Energy (0.01 kWh) that live bills have already counted in the tier year before ``cycle``."""
    groups: dict[str, list[int]] = {}
    for case, start in years.items():
        if start is not None and start != cycle:
            groups.setdefault(str(start), []).append(case)
    found: dict[int, int] = {}
    for start_text, members in groups.items():
        scope, params = among("s.supply_point_id", members)
        found.update(
            (case, int(energy))
            for case, energy in fetch(
                f"""
                SELECT s.supply_point_id, SUM(s.tier_energy_kwh)
                FROM billing_billsection s JOIN billing_bill b ON b.id = s.bill_id
                WHERE {scope} AND {LIVE_CONSUMPTION} AND b.cycle >= %s AND b.cycle < %s
                GROUP BY s.supply_point_id HAVING SUM(s.tier_energy_kwh) IS NOT NULL
                """,  # noqa: S608
                [*params, start_text, str(cycle)],
            )
        )
    return found


def tier_months(year: Cycle | None, period: tuple[int, int], energised: int) -> int | None:
    """Months in use in the tier year (yearly tiers) or covered by the bill (monthly tiers); ``None`` where usual.

    ``energised`` counts months since year 0.
    """
    if year is None:
        months = _months(*period)
        return months if months > 1 else None
    months = 12 - (energised - (year.year * 12 + year.month - 1))
    return max(1, months) if months < 12 else None


def adjustments(case_ids: Sequence[int], cycle: Cycle) -> pa.Table:
    scope, params = among("a.supply_point_id", case_ids)
    rows = fetch(
        f"""
        SELECT a.supply_point_id, a.code, a.name, a.amount_fen, a."group", a.in_pf_base
        FROM tariffs_adjustmentline a WHERE {scope} AND a.cycle = %s ORDER BY a.supply_point_id, a.id
        """,  # noqa: S608
        [*params, str(cycle)],
    )
    if not rows:
        return ADJUSTMENTS.empty_table()
    columns = [list(column) for column in zip(*rows, strict=True)]
    columns[5] = [bool(value) for value in columns[5]]
    return pa.table(
        [pa.array(column, kind.type) for column, kind in zip(columns, ADJUSTMENTS, strict=True)],
        schema=ADJUSTMENTS,
    )


def contract_prices(case_ids: Sequence[int], periods: Mapping[int, tuple[int, int]]) -> pa.Table:
    """Contract prices in force on the last day of each case's period."""
    scope, params = among("c.supply_point_id", case_ids)
    rows = fetch(
        f"""
        SELECT c.supply_point_id, c.component, c.tou, c.price, c.valid_from, c.valid_to
        FROM tariffs_contractprice c WHERE {scope} ORDER BY c.supply_point_id, c.id
        """,  # noqa: S608
        params,
    )
    first = days([row[4] for row in rows])
    until = days([row[5] for row in rows])
    kept = []
    for row, start, end in zip(rows, first, until, strict=True):
        last_day = EPOCH + np.timedelta64(periods[row[0]][1] - 1, "D")
        if start <= last_day and (np.isnat(end) or last_day < end):
            kept.append((row[0], row[1], row[2] or None, row[3]))
    if not kept:
        return CONTRACT_PRICES.empty_table()
    return pa.table(
        [
            pa.array(column, kind.type)
            for column, kind in zip(zip(*kept, strict=True), CONTRACT_PRICES, strict=True)
        ],
        schema=CONTRACT_PRICES,
    )


def history(case_ids: Sequence[int], cycles: Sequence[str]) -> dict[tuple[int, str], tuple[Any, ...]]:
    """Live consumption of these supply points in ``cycles``:
    (supply point, cycle) → (energy, start, end, total fen, estimated, tier reached)."""
    scope, params = among("s.supply_point_id", case_ids)
    marks = ", ".join(["%s"] * len(cycles))
    rows = fetch(
        f"""
        SELECT s.supply_point_id, b.cycle, s.energy_kwh, s.period_start, s.period_end, s.total_fen, s.estimated,
            s.tier_reached
        FROM billing_billsection s JOIN billing_bill b ON b.id = s.bill_id
        WHERE {scope} AND {LIVE_CONSUMPTION} AND b.cycle IN ({marks})
        """,  # noqa: S608
        [*params, *cycles],
    )
    return {(row[0], row[1]): row[2:] for row in rows}
