"""Writing many rows at once, from columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.db import connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

_BINARY_TYPES = {
    "bigint": "int8",
    "integer": "int4",
    "smallint": "int2",
    "boolean": "bool",
    "varchar": "varchar",
    "text": "text",
    "date": "date",
    "timestamp with time zone": "timestamptz",
    "bytea": "bytea",
    "uuid": "uuid",
    "double precision": "float8",
}
_INTEGERS = (models.IntegerField, models.AutoField)


def insert_columns(model: type[models.Model], columns: Mapping[str, Sequence[Any]]) -> int:
    """Insert rows given as equally long columns keyed by field name; returns how many.

    Columns are lists, ranges, numpy or Arrow arrays. Values are database values: scaled integers, not Decimals;
    aware datetimes; a foreign key may be named with or without ``_id``. PostgreSQL takes them by binary COPY, SQLite
    by one prepared statement, both exactly as ``save()`` would store them. No ``save()``, no signals, no automatic
    defaults: name every column that may not be null. Must run inside a transaction.

    Raises:
        ValueError: columns of different length, an unknown field, or a value that is not the field's kind
            (the database itself refuses what breaks a constraint).
    """
    connection = _writing_connection(model, "insert_columns")
    fields, values, rows = _prepared(model, columns, connection)
    if not rows:
        return 0
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    names = ", ".join(quote(_column(field)) for field in fields)
    with connection.wrap_database_errors, connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            types = [_binary_type(field, connection) for field in fields]
            binary = all(types)
            statement = f"COPY {table} ({names}) FROM STDIN" + (" (FORMAT BINARY)" if binary else "")
            with cursor.cursor.copy(statement) as copy:
                if binary:
                    copy.set_types(types)
                write = copy.write_row
                for row in zip(*values, strict=True):
                    write(row)
        else:
            marks = ", ".join("?" * len(fields))
            cursor.cursor.connection.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
                zip(*values, strict=True),
            )
    return rows


def update_columns(
    model: type[models.Model], keys: Sequence[Any], columns: Mapping[str, Sequence[Any]]
) -> int:
    """Set ``columns`` of the rows whose primary keys are ``keys``, one value a row; returns how many rows changed.

    Values as for ``insert_columns``. Must run inside a transaction.

    Raises:
        ValueError: as for ``insert_columns``.
    """
    connection = _writing_connection(model, "update_columns")
    key_name = model._meta.pk.attname
    fields, values, rows = _prepared(model, {**columns, key_name: keys}, connection)
    if not rows:
        return 0
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(_column(fields[-1]))
    with connection.wrap_database_errors, connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{_array_type(field, connection)}[]" for field in fields)
            names = ", ".join(f"c{index}" for index in range(len(fields)))
            sets = ", ".join(
                f"{quote(_column(field))} = v.c{index}" for index, field in enumerate(fields[:-1])
            )
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM unnest({arrays}) AS v({names})"  # noqa: S608
                f" WHERE {table}.{key} = v.c{len(fields) - 1}",
                [list(column) for column in values],
            )
            return cursor.rowcount
        sets = ", ".join(f"{quote(_column(field))} = ?" for field in fields[:-1])
        done = cursor.cursor.connection.executemany(
            f"UPDATE {table} SET {sets} WHERE {key} = ?",  # noqa: S608
            zip(*values, strict=True),
        )
        return done.rowcount


def _writing_connection(model: type[models.Model], verb: str) -> BaseDatabaseWrapper:
    connection = connections[router.db_for_write(model)]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"{verb} must run inside a transaction")
    connection.ensure_connection()
    return connection


def _prepared(
    model: type[models.Model], columns: Mapping[str, Any], connection: BaseDatabaseWrapper
) -> tuple[list[models.Field], list[Sequence[Any]], int]:
    known: dict[str, models.Field] = {}
    for field in model._meta.concrete_fields:
        known[field.name] = known[field.attname] = field
    if unknown := set(columns) - set(known):
        raise ValueError(f"{model.__name__} has no field {', '.join(sorted(unknown))}")
    fields = [known[name] for name in columns]
    values = [_database_values(known[name], column, connection) for name, column in columns.items()]
    lengths = {len(column) for column in values}
    if len(lengths) > 1:
        sizes = {name: len(column) for name, column in zip(columns, values, strict=True)}
        raise ValueError(f"columns differ in length: {sizes}")
    return fields, values, lengths.pop() if lengths else 0


def _database_values(field: models.Field, column: Any, connection: BaseDatabaseWrapper) -> Sequence[Any]:
    """The column as the driver must see it so that the stored bytes equal what ``save()`` stores."""
    if isinstance(column, range):
        return column
    if hasattr(column, "to_pylist"):
        column = column.to_pylist()
    elif hasattr(column, "tolist"):
        column = column.tolist()
    target = field
    while isinstance(target, models.ForeignKey):
        target = target.target_field
    found = set(map(type, column)) - {type(None)}
    if isinstance(target, models.BooleanField):
        return _converted(field, column, found, bool, found <= {bool}, (bool, int))
    if isinstance(target, _INTEGERS):
        return _converted(field, column, found, int, found <= {int}, (int,))
    if isinstance(target, models.CharField | models.TextField):
        return _converted(field, column, found, _plain_text, found <= {str}, (str,))
    if isinstance(target, models.DateTimeField):
        if not all(issubclass(kind, datetime) for kind in found):
            raise _wrong_kind(field, found)
        adapt = connection.ops.adapt_datetimefield_value
        return column if connection.vendor == "postgresql" else _each_once(column, adapt)
    if isinstance(target, models.DateField):
        if not all(issubclass(kind, date) and not issubclass(kind, datetime) for kind in found):
            raise _wrong_kind(field, found)
        if connection.vendor == "postgresql":
            return column
        return _each_once(column, lambda day: day and day.isoformat())
    return [target.get_db_prep_save(value, connection) for value in column]


def _each_once(column: Sequence[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """``column`` converted; days and times repeat, so each different value is converted once."""
    shown = {value: convert(value) for value in set(column)}
    return [shown[value] for value in column]


def _converted(
    field: models.Field,
    column: Sequence[Any],
    found: set[type],
    convert: Callable[[Any], Any],
    ready: bool,
    allowed: tuple[type, ...],
) -> Sequence[Any]:
    if ready:
        return column
    if all(hasattr(kind, "dtype") or issubclass(kind, allowed) for kind in found):
        return [None if value is None else convert(value) for value in column]
    raise _wrong_kind(field, found)


def _wrong_kind(field: models.Field, found: set[type]) -> ValueError:
    names = ", ".join(sorted(kind.__name__ for kind in found))
    return ValueError(f"{field.model.__name__}.{field.name} cannot hold {names} as a database value")


def _plain_text(value: Any) -> str:
    return str(value.value if isinstance(value, Enum) else value)


def _column(field: models.Field) -> str:
    assert field.column is not None
    return field.column


def _binary_type(field: models.Field, connection: BaseDatabaseWrapper) -> str:
    return _BINARY_TYPES.get(_array_type(field, connection), "")


def _array_type(field: models.Field, connection: BaseDatabaseWrapper) -> str:
    target = field
    while isinstance(target, models.ForeignKey):
        target = target.target_field
    return str(target.rel_db_type(connection) if target is not field else field.db_type(connection)).split(
        "("
    )[0]


def reserve_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """Primary keys for ``count`` new rows, ascending and nobody else's, so that child rows can be built at once.

    Must run inside the transaction that inserts them.
    """
    connection = connections[router.db_for_write(model)]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("reserve_ids must run inside a transaction")
    table, column = model._meta.db_table, _column(model._meta.pk)
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
