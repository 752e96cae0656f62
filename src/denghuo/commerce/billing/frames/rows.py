"""Priced tables as the columns of bills, sections and lines: numpy and Arrow all the way, no row objects.

Everything here is in the order of the bills: ``bill`` columns hold positions in the list of bills (their ids are
given when they are written).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from denghuo.engine.tables.pricing import MAX_TIERS, PricedTables
from denghuo.kernel.identifiers import NumberKind

Ints = NDArray[np.int64]
CONSUMPTION, FEED_IN = 0, 1


def bill_numbers(cycle: str, serials: Sequence[int]) -> list[str]:
    """Bill numbers ``YYYYMM`` + serial + check digit (ISO/IEC 7064 MOD 11,10), for a whole block at once.

    Raises:
        ValueError: a serial does not fit.
    """
    prefix = cycle.replace("-", "")
    room = NumberKind.BILL.digits - len(prefix) - 1
    values = np.asarray(serials, dtype=np.int64)
    if len(values) and (values.min() < 0 or values.max() >= 10**room):
        raise ValueError(f"a bill serial has at most {room} digits")
    body = np.empty((len(values), NumberKind.BILL.digits), dtype=np.uint8)
    for column, digit in enumerate(prefix):
        body[:, column] = int(digit)
    for column in range(room):
        body[:, len(prefix) + column] = values // 10 ** (room - 1 - column) % 10
    product = np.full(len(values), 10, dtype=np.int64)
    for column in range(NumberKind.BILL.digits - 1):
        total = (body[:, column] + product) % 10
        product = np.where(total == 0, 10, total) * 2 % 11
    body[:, -1] = (11 - product) % 10
    text = (body + ord("0")).view(f"S{NumberKind.BILL.digits}").ravel()
    return text.astype(str).tolist()


def ints(table: pa.Table, name: str, absent: int = 0) -> Ints:
    """A column as int64, nulls as ``absent``."""
    column = table[name]
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    column = column.cast(pa.int64())
    if column.null_count:
        column = pc.fill_null(column, absent)
    return column.to_numpy()


def optional_ints(table: pa.Table, name: str) -> list[int | None]:
    return table[name].to_pylist()


def texts(table: pa.Table, name: str) -> list[str]:
    """A dictionary-encoded or plain text column as Python strings (shared, not copied); null is empty."""
    column = table[name].combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    words = [word or "" for word in column.dictionary.to_pylist()] + [""]
    codes = pc.fill_null(column.indices, len(words) - 1).to_numpy(zero_copy_only=False)
    return np.array(words, dtype=object)[codes].tolist()


def dates(days: Ints) -> list[date]:
    """Days since 1970 as dates (one object for each different day)."""
    if not len(days):
        return []
    unique, codes = np.unique(days, return_inverse=True)
    return unique.astype("datetime64[D]").astype(object)[codes].tolist()


@dataclass(frozen=True)
class BillRows:
    """Bills of some priced cases, columns in step; ``account`` holds positions in the accounts of the chunk."""

    account: Ints
    kind: Ints
    period_start: Ints
    period_end: Ints
    energy: Ints
    total_fen: Ints
    estimated: NDArray[np.bool_]
    section_bill: Ints
    section_case: Ints
    line_bill: Ints
    line_row: Ints
    line_position: Ints

    def __len__(self) -> int:
        return len(self.account)


def bill_rows(
    priced: PricedTables, case_account: dict[int, int], periods: dict[int, tuple[int, int]]
) -> BillRows:
    """Group priced cases into bills: one consumption bill an account, and one feed-in settlement where power was sold.

    ``case_account`` gives each case its account's position, ``periods`` its first and last day (days since 1970).
    """
    sections = priced.sections
    cases = ints(sections, "case_id")
    case_of_line = ints(priced.lines, "case_id")
    sold_line = np.array([group == "feed_in" for group in texts(priced.lines, "group")], dtype=bool)
    account = np.array([case_account[case] for case in cases.tolist()], dtype=np.int64)
    start = np.array([periods[case][0] for case in cases.tolist()], dtype=np.int64)
    end = np.array([periods[case][1] for case in cases.tolist()], dtype=np.int64)
    order = np.argsort(cases, kind="stable")
    line_case = order[np.searchsorted(cases[order], case_of_line)] if len(cases) else case_of_line
    sells = np.zeros(len(cases), dtype=bool)
    sells[line_case[sold_line]] = True
    buys = ~sells | (ints(sections, "purchase_fen") != 0) | (ints(sections, "energy") != 0)
    buys[line_case[~sold_line]] = True
    section_case = np.concatenate([np.flatnonzero(buys), np.flatnonzero(sells)])
    section_kind = np.concatenate(
        [np.full(int(buys.sum()), CONSUMPTION), np.full(int(sells.sum()), FEED_IN)]
    ).astype(np.int64)
    key = account[section_case] * 2 + section_kind
    keys, section_bill = np.unique(key, return_inverse=True)
    line_key = account[line_case] * 2 + sold_line
    line_bill = np.searchsorted(keys, line_key)
    line_order = np.argsort(line_bill, kind="stable")
    line_bill = line_bill[line_order]
    first_line = np.searchsorted(line_bill, np.arange(len(keys)))
    total, kwh, estimated = _sums(sections, section_case, section_kind, section_bill, len(keys))
    bill_start = np.full(len(keys), np.iinfo(np.int64).max)
    bill_end = np.zeros(len(keys), np.int64)
    np.minimum.at(bill_start, section_bill, start[section_case])
    np.maximum.at(bill_end, section_bill, end[section_case])
    return BillRows(
        account=keys // 2,
        kind=keys % 2,
        period_start=bill_start,
        period_end=bill_end,
        energy=kwh,
        total_fen=total,
        estimated=estimated > 0,
        section_bill=section_bill,
        section_case=section_case,
        line_bill=line_bill,
        line_row=line_order,
        line_position=np.arange(len(line_bill)) - first_line[line_bill] + 1,
    )


def _sums(
    sections: pa.Table, section_case: Ints, section_kind: Ints, section_bill: Ints, bills: int
) -> tuple[Ints, Ints, Ints]:
    """Fen, energy and the number of estimated sections by bill."""
    sold = section_kind == FEED_IN

    def added(bought: Ints, fed_in: Ints) -> Ints:
        sums = np.zeros(bills, np.int64)
        np.add.at(sums, section_bill, np.where(sold, fed_in[section_case], bought[section_case]))
        return sums

    estimated = np.asarray(sections["estimated"].to_pylist(), dtype=np.int64)
    return (
        added(ints(sections, "purchase_fen"), ints(sections, "feed_in_fen")),
        added(ints(sections, "energy"), ints(sections, "feed_in_energy")),
        added(estimated, estimated),
    )


def tier_columns(sections: pa.Table) -> tuple[Ints, Ints]:
    """Energy counted in tiers and the highest tier reached (0: no tiers), one row a section."""
    energies = np.stack([ints(sections, f"tier{n}_energy") for n in range(1, MAX_TIERS + 1)])
    used = energies > 0
    reached = np.where(used.any(axis=0), MAX_TIERS - np.argmax(used[::-1], axis=0), 0)
    return energies.sum(axis=0), reached.astype(np.int64)


def section_columns(
    priced: PricedTables, rows: BillRows, *, tariff: Sequence[str], book_version: Sequence[int], days: Any
) -> dict[str, Sequence[Any]]:
    """The columns of ``BillSection`` but for the ids; ``tariff``, ``book_version`` and ``days`` (first and last
    day) are in the order of the priced sections."""
    sections, at = priced.sections, rows.section_case
    sold = rows.kind[rows.section_bill] == FEED_IN
    tier_energy, reached = tier_columns(sections)
    has_tiers = reached > 0
    taken = sections.take(pa.array(at))

    def unless_sold(values: Ints, known: NDArray[np.bool_]) -> list[int | None]:
        keep = known[at] & ~sold
        return [value if ok else None for value, ok in zip(values[at].tolist(), keep.tolist(), strict=True)]

    def plain(name: str) -> list[int | None]:
        values = taken[name].to_pylist()
        return [None if feed_in else value for value, feed_in in zip(values, sold.tolist(), strict=True)]

    starts, ends = days
    return {
        "supply_point_id": ints(sections, "case_id")[at].tolist(),
        "book_version_id": [book_version[case] for case in at.tolist()],
        "tariff": [tariff[case] for case in at.tolist()],
        "period_start": dates(np.asarray(starts)[at]),
        "period_end": dates(np.asarray(ends)[at]),
        "energy_kwh": np.where(
            sold, ints(sections, "feed_in_energy")[at], ints(sections, "energy")[at]
        ).tolist(),
        "tier_energy_kwh": unless_sold(tier_energy, has_tiers),
        "prior_energy_kwh": plain("tier_prior"),
        "tier_reached": unless_sold(reached, has_tiers),
        "reactive_kvarh": unless_sold(ints(sections, "reactive"), ints(sections, "reactive") != 0),
        "power_factor_percent": plain("power_factor"),
        "pf_fen": np.where(sold, 0, ints(sections, "pf_fen")[at]).tolist(),
        "demand_kw": plain("metered_demand"),
        "total_fen": np.where(
            sold, ints(sections, "feed_in_fen")[at], ints(sections, "purchase_fen")[at]
        ).tolist(),
        "estimated": taken["estimated"].to_pylist(),
    }


def line_columns(priced: PricedTables, rows: BillRows) -> dict[str, Sequence[Any]]:
    """The columns of ``BillLine`` but for the bill's id."""
    lines = priced.lines.take(pa.array(rows.line_row))
    return {
        "supply_point_id": ints(lines, "case_id").tolist(),
        "metering_point_id": optional_ints(lines, "point_id"),
        "position": rows.line_position.tolist(),
        "group": texts(lines, "group"),
        "component": texts(lines, "component"),
        "name": texts(lines, "note"),
        "tou": texts(lines, "tou"),
        "tier": optional_ints(lines, "tier"),
        "start_date": dates(ints(lines, "start")),
        "end_date": dates(ints(lines, "end")),
        "quantity": ints(lines, "quantity").tolist(),
        "unit_name": texts(lines, "unit"),
        "price": ints(lines, "price").tolist(),
        "numerator": ints(lines, "numerator").tolist(),
        "denominator": ints(lines, "denominator").tolist(),
        "amount_fen": ints(lines, "amount_fen").tolist(),
        "in_pf_base": lines["in_pf_base"].to_pylist(),
        "price_id": texts(lines, "price_id"),
    }
