"""Rows of terms and losses as columns for the price engine (``engine/tables/pricing.py``).

Set-based: one query for any number of supply points. Scaled integers, and days since 1970, are read as the database
keeps them, without a Decimal or a date in between.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection

from denghuo.records.supply.models import LossTerms, SupplyTerms

_EPOCH = date(1970, 1, 1)
_ENDLESS = 2_000_000
STANDARD_MONTH_DAYS = 30
"""A whole month counts as 720 hours of transformer loss (regulation 6.5)."""

TERM_COLUMNS: dict[str, pa.DataType] = {
    "tariff": pa.string(),
    "voltage": pa.string(),
    "billing_mode": pa.string(),
    "capacity": pa.int64(),
    "contract_demand": pa.int64(),
    "demand_exempt": pa.bool_(),
    "market": pa.string(),
    "pf_standard": pa.int16(),
    "pf_no_reward": pa.bool_(),
    "price_book": pa.string(),
    "persons": pa.int16(),
    "free_energy_a_month": pa.int64(),
}
_TERM_SQL = (
    "tariff, voltage, billing_mode, capacity_kva, contract_demand_kw, demand_exempt, market, pf_standard, "
    "pf_no_reward, price_book, household_persons, free_energy_kwh"
)
LOSS_COLUMNS: dict[str, pa.DataType] = {
    "loss_method": pa.string(),
    "iron_kw": pa.int64(),
    "copper_ratio": pa.int64(),
    "no_load_kvar": pa.int64(),
    "kq": pa.int64(),
    "line_loss_ratio": pa.int64(),
    "rated_kva": pa.int64(),
    "load_loss_kw": pa.int64(),
    "shift_factor": pa.int64(),
}
_LOSS_SQL = (
    "method, iron_loss_kw, copper_ratio, reactive_iron_kvar, reactive_copper_factor, line_loss_ratio, "
    "rated_capacity_kva, load_loss_kw, shift_factor"
)


def terms(supply_point_ids: Iterable[int], start: date, end: date) -> pa.Table:
    """The terms that hold on any day of [start, end), clipped to it, by supply point and day.

    Columns: ``supply_point_id``, ``start``, ``end`` (date32), those of the engine's ``terms`` table, and
    ``price_book``, ``persons``, ``free_energy_a_month`` (0.01 kWh; null = none). A supply point that is energised or
    closed inside the period has rows for its part only; one that is not supplied at all has none.
    """
    rows = _rows(SupplyTerms._meta.db_table, _TERM_SQL, supply_point_ids, start, end)
    return _table(rows, TERM_COLUMNS, start, end)


def case_terms(table: pa.Table) -> pa.Table:
    """:func:`terms` as the engine's ``terms`` table, where the supply point is the case."""
    surplus = ["price_book", "persons", "free_energy_a_month"]
    return table.drop_columns(surplus).rename_columns(
        [
            "case_id" if name == "supply_point_id" else name
            for name in table.column_names
            if name not in surplus
        ]
    )


def loss(supply_point_ids: Iterable[int], start: date, end: date) -> pa.Table:
    """How losses are added in [start, end): one row for each supply point with loss terms.

    Columns: ``supply_point_id``, the loss columns of the engine's ``points`` table, ``hours`` (0.01 h; 720 for a
    whole month of 24 hours a day, otherwise the days it was energised) and ``rows``: with more than one, the
    parameters changed inside the period and those of its last day are given.
    """
    rows = _rows(
        LossTerms._meta.db_table, f"{_LOSS_SQL}, energised_hours_a_day", supply_point_ids, start, end
    )
    table = _table(rows, {**LOSS_COLUMNS, "hours_a_day": pa.int64()}, start, end)
    ids = table["supply_point_id"].to_numpy()
    first = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]]) if len(ids) else np.array([], dtype=np.int64)
    last = np.r_[first[1:], len(ids)] - 1 if len(ids) else first
    count = np.diff(np.r_[first, len(ids)]) if len(ids) else first
    days = (table["end"].cast(pa.int32()).to_numpy() - table["start"].cast(pa.int32()).to_numpy()).astype(
        np.int64
    )
    day_hours = days * table["hours_a_day"].to_numpy()
    energised_days = np.add.reduceat(days, first) if len(ids) else days
    hours = np.add.reduceat(day_hours, first) if len(ids) else day_hours
    if _is_whole_month(start, end):
        daily = table["hours_a_day"].to_numpy()[last] if len(ids) else day_hours
        whole = (energised_days == (end - start).days) & (count == 1)
        hours = np.where(whole, STANDARD_MONTH_DAYS * daily, hours)
    chosen = table.take(pa.array(last)).drop_columns(["start", "end", "hours_a_day"])
    for name in LOSS_COLUMNS:
        if name != "loss_method":
            column = chosen[name].fill_null(0)
            chosen = chosen.set_column(chosen.column_names.index(name), name, column)
    return chosen.append_column("hours", pa.array(hours * 100, pa.int64())).append_column(
        "rows", pa.array(count, pa.int64())
    )


def _is_whole_month(start: date, end: date) -> bool:
    return (
        start.day == 1 and end.day == 1 and (end.year * 12 + end.month) - (start.year * 12 + start.month) == 1
    )


def _rows(table: str, columns: str, ids: Iterable[int], start: date, end: date) -> Sequence[tuple[Any, ...]]:
    wanted = [int(key) for key in ids]
    sqlite = connection.vendor == "sqlite"
    days = "CAST(julianday({0}) - 2440587.5 AS INTEGER)" if sqlite else "({0} - DATE '1970-01-01')"
    inside = "IN (SELECT value FROM json_each(%s))" if sqlite else "= ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT supply_point_id, {days.format('valid_from')}, {days.format('valid_to')}, {columns} "  # noqa: S608
            f'FROM "{table}" WHERE supply_point_id {inside} AND valid_from < %s AND (valid_to IS NULL OR valid_to > %s) '
            "ORDER BY supply_point_id, valid_from",
            [json.dumps(wanted) if sqlite else wanted, end, start],
        )
        return cursor.fetchall()


def _table(
    rows: Sequence[tuple[Any, ...]], columns: dict[str, pa.DataType], start: date, end: date
) -> pa.Table:
    ids, begins, ends, *rest = zip(*rows, strict=True) if rows else [()] * (3 + len(columns))
    low, high = (start - _EPOCH).days, (end - _EPOCH).days
    from_days = np.maximum(np.array(begins, dtype=np.int32), low)
    to_days = np.minimum(np.array([_ENDLESS if day is None else day for day in ends], dtype=np.int32), high)
    arrays = [
        pa.array(ids, pa.int64()),
        pa.array(from_days, pa.int32()).cast(pa.date32()),
        pa.array(to_days, pa.int32()).cast(pa.date32()),
        *(
            pa.array([bool(value) for value in values] if pa.types.is_boolean(kind) else values, kind)
            for values, kind in zip(rest, columns.values(), strict=True)
        ),
    ]
    return pa.table(arrays, names=["supply_point_id", "start", "end", *columns])
