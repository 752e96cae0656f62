"""Rows from columns into the database, beside the database's own INSERT … SELECT of the same rows and ``bulk_create``.

    python benchmarks/bulk.py --rows 100000

The rows are those of an import (text, numbers, states, a foreign key, one index). Every round starts from an empty table;
the figures are medians, the ratio is to the floor of the same run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime

ROUNDS = 3
AT = datetime(2026, 9, 7, 4, 0, tzinfo=UTC)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--release", action="store_true", help="1,000,000 rows")
    chosen = arguments.parse_args()
    rows = 1_000_000 if chosen.release else chosen.rows
    home = tempfile.mkdtemp(prefix="denghuo-bench-")
    os.environ.setdefault("DENGHUO_HOME", home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "denghuo.project.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    made = setup_databases(verbosity=0, interactive=False)
    try:
        figures = measure(rows)
    finally:
        teardown_databases(made, verbosity=0)
    floor = figures["insert … select"]
    print(f"{connection.vendor}, {rows:,} rows, median of {ROUNDS}")
    for name, seconds in figures.items():
        print(
            f"  {name:<16} {seconds:7.2f} s  {rows / seconds:>11,.0f} rows/s  {seconds / floor:5.2f} × the floor"
        )
    print(f"  bulk_create takes {figures['bulk_create'] / figures['insert_columns']:.1f} × insert_columns")


def measure(rows: int) -> dict[str, float]:
    from django.db import connection, transaction

    from denghuo.foundation.database import bulk
    from denghuo.foundation.imports.models import ImportBatch, ImportRow

    batch = ImportBatch.objects.create(
        kind="bench",
        file_name="bench",
        digest="0",
        size_bytes=0,
        encoding="utf-8",
        unit_id="45",
        uploaded_at=AT,
    )
    columns = {
        "batch_id": [batch.id] * rows,
        "number": list(range(rows)),
        "cells": [f'["4501{n:08d}", "2026-09-07", "{n}.25"]' for n in range(rows)],
        "key": [f"4501{n:08d}" for n in range(rows)],
        "state": ["valid"] * rows,
        "errors": ["[]"] * rows,
    }
    names = [ImportRow._meta.get_field(name).column for name in columns]

    def by_columns() -> None:
        bulk.insert_columns(ImportRow, columns)

    def by_objects() -> None:
        made = (
            ImportRow(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)
        )
        ImportRow.objects.bulk_create(made, batch_size=5_000)

    def by_database() -> None:
        with connection.cursor() as cursor:
            listed = ", ".join(names)
            cursor.execute(
                f"INSERT INTO imports_importrow ({listed}) SELECT {listed} FROM source ORDER BY number"
            )

    def timed(work: Callable[[], None]) -> float:
        ImportRow.objects.all().delete()
        began = time.perf_counter()
        with transaction.atomic():
            work()
        return time.perf_counter() - began

    timed(by_columns)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE source AS SELECT * FROM imports_importrow")
    ways = {"insert … select": by_database, "insert_columns": by_columns, "bulk_create": by_objects}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, work in ways.items():
            taken[name].append(timed(work))
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


if __name__ == "__main__":
    main()
