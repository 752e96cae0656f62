"""Database rows as columns: scaled integers and days as they are stored, no object per row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
from django.db import connection

from denghuo.engine.readings import ABSENT
from denghuo.engine.readings.advances import Ints


def among(column: str, ids: Iterable[int]) -> tuple[str, list[Any]]:
    """An SQL condition that ``column`` is one of any number of ids, with its one parameter."""
    wanted = [int(value) for value in ids]
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", [wanted]
    return f"{column} IN (SELECT value FROM json_each(%s))", [json.dumps(wanted)]  # noqa: S608


def fetch(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


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


def among_texts(column: str, values: Iterable[str]) -> tuple[str, list[Any]]:
    """As :func:`among`, for texts."""
    wanted = [str(value) for value in values]
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", [wanted]
    return f"{column} IN (SELECT value FROM json_each(%s))", [json.dumps(wanted)]  # noqa: S608


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
