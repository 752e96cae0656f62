"""Readings of the town, recorded by the real operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time

import numpy as np

from denghuo.commerce.metering.models import MeteringPoint
from denghuo.commerce.readings import operations, rules
from denghuo.commerce.readings.models import Reading, ReadingSource
from denghuo.commerce.readings.operations import ReadingBatch, Recorded
from denghuo.engine.readings import ABSENT
from denghuo.kernel.periods import Cycle
from denghuo.kernel.quantities import READING_SCALE, scaled


def noon(day: date) -> datetime:
    """Noon in Beijing of ``day``."""
    return datetime.combine(day, time(4), UTC)


def read(
    point: MeteringPoint,
    cycle: str,
    total: object | None = None,
    *,
    on: date | None = None,
    source: str = ReadingSource.REMOTE,
    at: datetime | None = None,
    **registers: object,
) -> Reading:
    """The reading that closes ``cycle`` (on the first of the next month unless ``on``), as of noon that day."""
    day = on or rules.reading_date(Cycle.parse(cycle), 1)
    values = registers if total is None else {"total": total, **registers}
    return operations.record_reading(
        point=point, cycle=cycle, read_date=day, registers=values, source=source, at=at or noon(day)
    )


def read_months(point: MeteringPoint, first_cycle: str, totals: Iterable[object]) -> list[Reading]:
    """One reading a month from ``first_cycle`` on, total register only."""
    cycle = Cycle.parse(first_cycle)
    return [read(point, str(cycle.shifted(n)), total) for n, total in enumerate(totals)]


def batch(
    rows: Iterable[tuple[int, date, Mapping[str, object]]], asset_numbers: list[str] | None = None
) -> ReadingBatch:
    """A batch from (metering point id, day, registers)."""
    rows = list(rows)
    names = {name for _, _, registers in rows for name in registers}
    return ReadingBatch(
        metering_point_ids=np.array([pk for pk, _, _ in rows], np.int64),
        read_date=np.array([day for _, day, _ in rows], "datetime64[D]"),
        registers={
            name: np.array(
                [
                    ABSENT if registers.get(name) is None else scaled(registers[name], READING_SCALE)
                    for _, _, registers in rows
                ],
                np.int64,
            )
            for name in names
        },
        asset_numbers=asset_numbers,
    )


def record(rows: Iterable[tuple[int, date, Mapping[str, object]]], cycle: str, **how) -> Recorded:
    """Record a batch as remote readings at noon of the latest day in it."""
    rows = list(rows)
    return operations.record_many(
        **{
            "batch": batch(rows),
            "cycle": cycle,
            "source": ReadingSource.REMOTE,
            "at": noon(max(day for _, day, _ in rows)),
            **how,
        }
    )
