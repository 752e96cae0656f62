"""Database rows as columns: scaled integers and days as they are stored, no object per row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from django.db import connection

from denghuo.engine.readings import ABSENT
from denghuo.engine.readings.advances import Ints


def columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[tuple[Any, ...]]:
    """Rows turned into ``width`` columns, also where there are no rows."""
    return list(zip(*rows, strict=True)) if rows else [()] * width


def integers(values: Sequence[Any]) -> Ints:
    """``ABSENT`` for null."""
    return np.fromiter((ABSENT if value is None else value for value in values), np.int64, len(values))


def days(values: Sequence[Any]) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    """SQLite answers text, PostgreSQL dates; ``NaT`` for null."""
    return np.array(values, dtype="datetime64[D]")


def day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def epoch_day(column: str) -> str:
    """SQL for a date column as whole days since 1970-01-01."""
    if connection.vendor == "postgresql":
        return f"({column} - DATE '1970-01-01')"
    return f"CAST(julianday({column}) - 2440587.5 AS INTEGER)"


def matrix(rows: Sequence[tuple[Any, ...]], width: int) -> Ints:
    """Rows of integers as ``width`` columns of one array, ``ABSENT`` for null."""
    flat = (ABSENT if value is None else value for row in rows for value in row)
    return np.fromiter(flat, np.int64, len(rows) * width).reshape(len(rows), width).T


def nullable(values: Ints) -> list[int | None]:
    """Back to what the database takes."""
    if (values == ABSENT).all():
        return [None] * len(values)
    return [None if value == ABSENT else value for value in values.tolist()]
