"""Recording readings of a whole cycle, judged by every rule, beside the raw insert of the same rows.

    python benchmarks/readings.py [--points 20000] [--release] [--database postgresql://…]

Metering points with a year of history get one reading each through ``record_many``; the floor writes the same rows with
``insert_columns`` alone. Then ``frames.advances`` reads the cycle back for the engine. Bar: at most 12 times the floor.

A PostgreSQL database named here (or in DENGHUO_BENCH_POSTGRESQL) is emptied first: give it one of its own.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
CYCLES = [f"2025-{month:02d}" for month in range(9, 13)] + [f"2026-{month:02d}" for month in range(1, 9)]
AT = datetime(2026, 9, 3, 4, 0, tzinfo=UTC)
BAR = 12.0


def history(points: int) -> None:
    """Eleven accepted readings for each of ``points`` synthetic metering points."""
    from benchmarks.billing import town
    from django.db import transaction

    from denghuo.commerce.readings.models import Reading
    from denghuo.foundation.database.bulk import insert_columns
    from denghuo.foundation.identity.models import OrganisationUnit
    from denghuo.kernel.periods import Cycle

    OrganisationUnit.objects.get_or_create(code="4501", defaults={"name": "城东供电所", "kind": "station"})
    town(1, points)
    ids = np.arange(1, points + 1)
    usual = 80 + ids % 400
    with transaction.atomic():
        for number, cycle in enumerate(CYCLES[:-1]):
            first = 10_000_000 + number * points
            insert_columns(
                Reading,
                {
                    "id": (first + ids).tolist(),
                    "installation_id": ids.tolist(),
                    "metering_point_id": ids.tolist(),
                    "cycle": [str(Cycle.parse(cycle).shifted(12))] * points,
                    "read_date": [Cycle.parse(cycle).period.end + timedelta(days=365)] * points,
                    "kind": ["regular"] * points,
                    "source": ["remote"] * points,
                    "state": ["accepted"] * points,
                    "previous_id": (ids * 2 + 1).tolist() if not number else (first - points + ids).tolist(),
                    "rolled_over": [False] * points,
                    "advance_kwh": (usual * 100).tolist(),
                    "advance_days": [30] * points,
                    "estimate_method": [""] * points,
                    "entered_at": [AT] * points,
                    "total": (10_000_0000 + (number + 2) * usual * 10_000).tolist(),
                },
            )


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--points", type=int, default=20_000)
    arguments.add_argument("--release", action="store_true", help="100,000 points")
    arguments.add_argument("--database", default=os.environ.get("DENGHUO_BENCH_POSTGRESQL", ""))
    given = arguments.parse_args()
    points = 100_000 if given.release else given.points
    from benchmarks.billing import prepare, seconds

    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        prepare(given.database or f"sqlite:///{folder}/readings.sqlite3")
        from django.db import connection, transaction

        from denghuo.commerce.readings import frames, operations
        from denghuo.commerce.readings.models import Reading
        from denghuo.foundation.database.bulk import insert_columns

        history(points)
        ids = np.arange(1, points + 1)
        day = date(2027, 9, 1)
        batch = operations.ReadingBatch(
            metering_point_ids=ids,
            read_date=np.full(points, np.datetime64(day)),
            registers={"total": 10_000_0000 + (len(CYCLES) + 1) * (80 + ids % 400) * 10_000},
        )
        counts = {}

        def record() -> None:
            recorded = operations.record_many(batch=batch, cycle="2027-08", source="remote", at=AT, today=day)
            counts.update(recorded.counts)

        spent = seconds(record)
        names = [field.attname for field in Reading._meta.concrete_fields if field.attname != "id"]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(names)} FROM readings_reading WHERE cycle = '2027-08'")
            columns = dict(zip(names, map(list, zip(*cursor.fetchall(), strict=True)), strict=True))
        columns["cycle"] = ["2027-09"] * points
        columns["read_date"] = [day] * points
        columns["entered_at"] = [AT] * points
        columns["rolled_over"] = [bool(value) for value in columns["rolled_over"]]

        def raw() -> None:
            with transaction.atomic():
                insert_columns(Reading, columns)

        floor = seconds(raw)
        table = None

        def read_back() -> None:
            nonlocal table
            table = frames.advances(cycle="2027-08")

        back = seconds(read_back)
        ratios.append(spent / floor)
        print(f"{connection.vendor}: {points:,} readings, each with a year of history; {counts}")
        print(f"  record_many        {spent:7.2f} s  {points / spent:10,.0f} readings/s")
        print(f"  raw insert (floor) {floor:7.2f} s  ratio {spent / floor:.1f} (bar {BAR})")
        print(f"  frames.advances    {back:7.2f} s  {table.num_rows / back:10,.0f} rows/s")
        connection.close()
    return int(max(ratios) > BAR)


if __name__ == "__main__":
    sys.exit(main())
