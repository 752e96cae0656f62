"""Accepted readings of a cycle as the engine's ``advances``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from denghuo.commerce.readings.frames.rows import columns, days
from denghuo.engine.tables.pricing import ADVANCES, REGISTERS
from denghuo.foundation.database.sql import among, fetch

Case = Literal["account", "supply_point"]
CASE_COLUMN = {"account": "sp.account_id", "supply_point": "sp.id"}
_READING_SCALE = 10_000

_FIXED = 13
_SELECT = f"""
SELECT {{case}}, r.metering_point_id, r.installation_id, p.installation_id, p.read_date, r.read_date,
       i.multiplier, CASE WHEN r.rolled_over THEN m.integer_digits END, r.source, r.max_demand,
       p.kind, p.previous_id, r.id,
       {", ".join(f"p.{name}" for name in REGISTERS)}, {", ".join(f"r.{name}" for name in REGISTERS)}
FROM readings_reading r
JOIN readings_reading p ON p.id = r.previous_id
JOIN metering_installation i ON i.id = r.installation_id
JOIN metering_meter m ON m.id = i.meter_id
JOIN metering_meteringpoint mp ON mp.id = r.metering_point_id
JOIN supply_supplypoint sp ON sp.id = mp.supply_point_id
"""  # noqa: S608 - only column names of this module


def chosen(
    account_ids: Iterable[int] | None,
    supply_point_ids: Iterable[int] | None,
    metering_point_ids: Iterable[int] | None,
) -> tuple[str, list[Any]]:
    """The one scope that was given, as an SQL condition over ``sp`` and ``mp``; none given means everything.

    Raises:
        ValueError: more than one scope.
    """
    given = [
        (column, ids)
        for column, ids in (
            ("sp.account_id", account_ids),
            ("sp.id", supply_point_ids),
            ("mp.id", metering_point_ids),
        )
        if ids is not None
    ]
    if len(given) > 1:
        raise ValueError("give accounts, supply points or metering points, not several of them")
    return among(*given[0]) if given else ("1 = 1", [])


def advances(
    *,
    cycle: str,
    account_ids: Iterable[int] | None = None,
    supply_point_ids: Iterable[int] | None = None,
    metering_point_ids: Iterable[int] | None = None,
    case: Case = "account",
) -> pa.Table:
    """The engine's ``advances`` (``engine.tables.pricing.ADVANCES``) of the readings that close ``cycle``.

    One row from each accepted reading of the cycle back to the reading that closed the cycle before; a meter
    exchange, a change of ratio or a special reading on the way gives more rows that join up. Rows of no length are
    left out. ``modulus`` is set only where a register rolled over, so that the engine refuses any other step back.
    ``estimated``: the reading at the end is an estimate. ``case`` says whose id is ``case_id``.
    """
    scope, params = chosen(account_ids, supply_point_ids, metering_point_ids)
    select = _SELECT.format(case=CASE_COLUMN[case])
    step = fetch(
        f"{select} WHERE r.cycle = %s AND r.state = 'accepted' AND r.kind IN ('regular', 'final') AND {scope}",
        [cycle, *params],
    )
    rows: list[tuple[Any, ...]] = []
    while step:
        rows += [row for row in step if row[2] == row[3] and row[4] != row[5]]
        between = [row[12] for row in step if row[10] not in ("regular", "final") and row[11] is not None]
        if not between:
            break
        step = _earlier(select, between)
    return _table(rows)


def _earlier(select: str, reading_ids: list[int]) -> list[tuple[Any, ...]]:
    """The advances that end where those of ``reading_ids`` start."""
    inside, params = among("later.id", reading_ids)
    return fetch(
        f"{select} WHERE r.id IN (SELECT later.previous_id FROM readings_reading later WHERE {inside})",  # noqa: S608
        params,
    )


def _table(rows: list[tuple[Any, ...]]) -> pa.Table:
    found = columns(rows, _FIXED + 2 * len(REGISTERS))
    digits = pa.array(found[7], pa.int64())
    data: dict[str, Any] = {
        "case_id": pa.array(found[0], pa.int64()),
        "point_id": pa.array(found[1], pa.int64()),
        "start": pa.array(days(found[4]), pa.date32()),
        "end": pa.array(days(found[5]), pa.date32()),
        "multiplier": pa.array(np.array(found[6], np.int64) * 100),
        "modulus": pa.array(
            [None if n is None else 10**n * _READING_SCALE for n in digits.to_pylist()], pa.int64()
        ),
        "max_demand": pa.array(found[9], pa.int64()),
        "estimated": pa.array([source == "estimate" for source in found[8]], pa.bool_()),
    }
    for offset, name in enumerate(REGISTERS):
        data[f"opening_{name}"] = pa.array(found[_FIXED + offset], pa.int64())
        data[f"closing_{name}"] = pa.array(found[_FIXED + len(REGISTERS) + offset], pa.int64())
    table = pa.table([data[name] for name in ADVANCES.names], schema=ADVANCES)
    return table.sort_by([("case_id", "ascending"), ("point_id", "ascending"), ("start", "ascending")])
