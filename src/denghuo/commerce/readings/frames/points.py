"""Metering points with their loss terms as the engine's ``points``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

import pyarrow as pa

from denghuo.commerce.readings.frames.advances import CASE_COLUMN, Case, chosen
from denghuo.commerce.readings.frames.rows import columns, day
from denghuo.engine.tables.pricing import HOURS_SCALE, POINTS
from denghuo.foundation.database.sql import fetch

_THIRTIETHS = 30

_SQL = """
SELECT {case}, mp.id, mp.role, mp.parent_id, mp.measure, mp.ratio, mp.fixed_energy_kwh, mp.tariff, mp.feeder,
       mp.opened_date, mp.closed_date, lt.valid_from, lt.valid_to, lt.method, lt.iron_loss_kw, lt.copper_ratio,
       lt.energised_hours_a_day, lt.reactive_iron_kvar, lt.reactive_copper_factor, lt.line_loss_ratio,
       lt.rated_capacity_kva, lt.load_loss_kw, lt.shift_factor
FROM metering_meteringpoint mp
JOIN supply_supplypoint sp ON sp.id = mp.supply_point_id
LEFT JOIN supply_lossterms lt ON lt.supply_point_id = sp.id
WHERE mp.opened_date < %s AND {scope}
ORDER BY mp.id, lt.valid_from
"""
_WIDTH = 23
_OPENED, _CLOSED, _LOSS_FROM, _LOSS_TO = 9, 10, 11, 12


@dataclass(frozen=True)
class _Span:
    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days


def points(
    *,
    advances: pa.Table,
    account_ids: Iterable[int] | None = None,
    supply_point_ids: Iterable[int] | None = None,
    metering_point_ids: Iterable[int] | None = None,
    case: Case = "account",
) -> pa.Table:
    """The engine's ``points`` (``engine.tables.pricing.POINTS``) that go with ``advances`` of the same scope and case.

    A metered point appears where it has an advance; a fixed share or quantity where its main point has one and it
    is agreed on the last day. Loss terms are those in force on that day, with ``hours`` = energised hours a day ×
    days of the advances. A fixed quantity is that of one month for each month billed, by thirtieths for a part.
    """
    scope, params = chosen(account_ids, supply_point_ids, metering_point_ids)
    spans = _spans(advances)
    if not spans:
        return POINTS.empty_table()
    latest = max(span.end for span in spans.values())
    rows = fetch(_SQL.format(case=CASE_COLUMN[case], scope=scope), [latest.isoformat(), *params])
    return _table(_in_force(rows, spans))


def _spans(advances: pa.Table) -> dict[int, _Span]:
    grouped = advances.group_by("point_id").aggregate([("start", "min"), ("end", "max")])
    return {
        point: _Span(start, end)
        for point, start, end in zip(
            grouped["point_id"].to_pylist(),
            grouped["start_min"].to_pylist(),
            grouped["end_max"].to_pylist(),
            strict=True,
        )
    }


def _in_force(
    rows: Sequence[tuple[Any, ...]], spans: Mapping[int, _Span]
) -> list[tuple[tuple[Any, ...], _Span, bool]]:
    """One row a point: (row, days billed, whether its loss terms hold). Rows come by point and start of loss terms."""
    chosen_rows: dict[int, tuple[tuple[Any, ...], _Span, bool]] = {}
    for row in rows:
        point, parent, measure = row[1], row[3], row[4]
        span = spans.get(point if measure == "metered" else parent)
        if span is None:
            continue
        end = span.end
        if measure != "metered" and not (
            day(row[_OPENED]) < end and (row[_CLOSED] is None or day(row[_CLOSED]) >= end)
        ):
            continue
        holds = (
            row[_LOSS_FROM] is not None
            and day(row[_LOSS_FROM]) < end
            and (row[_LOSS_TO] is None or day(row[_LOSS_TO]) >= end)
        )
        if holds or point not in chosen_rows:
            chosen_rows[point] = (row, span, holds)
    return list(chosen_rows.values())


def _months(days: int) -> Fraction:
    """How many months of a fixed quantity ``days`` are: whole months where they are about that long, else thirtieths."""
    whole = round(Fraction(days, 1) / Fraction(3044, 100))
    if whole and abs(days - whole * Fraction(3044, 100)) <= 3:
        return Fraction(whole)
    return Fraction(days, _THIRTIETHS)


def _quantity(monthly: int | None, days: int) -> int | None:
    return None if monthly is None else floor(monthly * _months(days) + Fraction(1, 2))


def _table(found: Sequence[tuple[tuple[Any, ...], _Span, bool]]) -> pa.Table:
    rows = columns([row for row, _, _ in found], _WIDTH)
    spans = [span for _, span, _ in found]
    holds = [holds for _, _, holds in found]

    def loss(index: int) -> pa.Array:
        return pa.array(
            [(value or 0) if ok else 0 for value, ok in zip(rows[index], holds, strict=True)],
            pa.int64(),
        )

    data = {
        "case_id": pa.array(rows[0], pa.int64()),
        "point_id": pa.array(rows[1], pa.int64()),
        "role": pa.array(rows[2], pa.string()),
        "parent_point_id": pa.array(rows[3], pa.int64()),
        "measure": pa.array(rows[4], pa.string()),
        "ratio": pa.array(rows[5], pa.int64()),
        "fixed_energy": pa.array(
            [_quantity(value, span.days) for value, span in zip(rows[6], spans, strict=True)], pa.int64()
        ),
        "tariff": pa.array([tariff or None for tariff in rows[7]], pa.string()),
        "feeder": pa.array(rows[8], pa.int16()),
        "loss_method": pa.array(
            [method if ok else "none" for method, ok in zip(rows[13], holds, strict=True)], pa.string()
        ),
        "iron_kw": loss(14),
        "copper_ratio": loss(15),
        "hours": pa.array(
            [
                (hours if ok else 24) * span.days * 10**HOURS_SCALE
                for hours, span, ok in zip(rows[16], spans, holds, strict=True)
            ],
            pa.int64(),
        ),
        "no_load_kvar": loss(17),
        "kq": loss(18),
        "line_loss_ratio": loss(19),
        "rated_kva": loss(20),
        "load_loss_kw": loss(21),
        "shift_factor": loss(22),
    }
    return pa.table([data[name] for name in POINTS.names], schema=POINTS)
