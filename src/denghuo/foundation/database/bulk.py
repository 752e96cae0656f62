"""Writing many rows at once, from columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connections, models, router, transaction


def insert_columns(model: type[models.Model], columns: Mapping[str, Sequence[Any]]) -> int:
    """Insert rows given as equally long columns keyed by field name; returns how many.

    Values are database values: scaled integers, not Decimals; ``…_id`` keys for foreign keys are accepted by
    attribute name. PostgreSQL takes them by COPY, SQLite by one prepared statement. No ``save()``, no signals,
    no automatic defaults: name every column that may not be null. Must run inside a transaction.

    Raises:
        ValueError: columns of different length or an unknown field.
    """
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise ValueError(f"columns differ in length: { {name: len(v) for name, v in columns.items()} }")
    if not lengths or not (rows := lengths.pop()):
        return 0
    fields = {field.attname: field for field in model._meta.concrete_fields} | {
        field.name: field for field in model._meta.concrete_fields
    }
    if unknown := set(columns) - set(fields):
        raise ValueError(f"{model.__name__} has no field {', '.join(sorted(unknown))}")
    using = router.db_for_write(model)
    connection = connections[using]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("insert_columns must run inside a transaction")
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    names = ", ".join(quote(fields[name].column) for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in zip(*columns.values(), strict=True):
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(columns))
            cursor.cursor.connection.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
                zip(*columns.values(), strict=True),
            )
    return rows


def reserve_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """Primary keys for ``count`` new rows, ascending and nobody else's, so that child rows can be built at once.

    Must run inside the transaction that inserts them.
    """
    connection = connections[router.db_for_write(model)]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("reserve_ids must run inside a transaction")
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [f'"{table}"', column, count],
            )
            return [row[0] for row in cursor.fetchall()]
        quote = connection.ops.quote_name
        cursor.execute(
            f"SELECT MAX(COALESCE((SELECT MAX({quote(column)}) FROM {quote(table)}), 0),"  # noqa: S608
            " COALESCE((SELECT seq FROM sqlite_sequence WHERE name = %s), 0))",
            [table],
        )
        first = cursor.fetchone()[0] + 1
    return range(first, first + count)
