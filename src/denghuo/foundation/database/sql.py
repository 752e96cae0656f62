"""SQL by hand, where the object layer costs more than the question: conditions over many keys, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def among(column: str, ids: Iterable[int]) -> tuple[str, list[Any]]:
    """A condition that ``column`` is one of any number of ids, with its one parameter."""
    return _among(column, [int(value) for value in ids])


def among_texts(column: str, values: Iterable[str]) -> tuple[str, list[Any]]:
    """As :func:`among`, for texts."""
    return _among(column, [str(value) for value in values])


def _among(column: str, wanted: list[Any]) -> tuple[str, list[Any]]:
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", [wanted]
    return f"{column} IN (SELECT value FROM json_each(%s))", [json.dumps(wanted)]  # noqa: S608


def fetch(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
