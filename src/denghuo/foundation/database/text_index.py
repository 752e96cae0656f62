"""Finding Chinese text inside names and addresses, on an index, on both databases.

Chinese has no spaces, so a text is indexed by its characters and by every pair of neighbours; a query of two or
more characters must have all its pairs. SQLite keeps the tokens in an FTS5 table, PostgreSQL in a ``tsvector``
column under a GIN index; the tokens are the same. The tables belong to no model: a migration makes them
(:meth:`TextIndex.migration`), operations keep them true (:meth:`TextIndex.put`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, migrations, models

_WORDS = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
_CHUNK = 5_000


def _runs(text: str) -> list[str]:
    return _WORDS.findall(unicodedata.normalize("NFKC", text).casefold())


def _is_word(run: str) -> bool:
    return run.isascii()


def index_tokens(text: str) -> list[str]:
    """What a text is indexed by: whole Latin words and numbers; every character and pair of the rest."""
    tokens: dict[str, None] = {}
    for run in _runs(text):
        if _is_word(run):
            tokens[run] = None
            continue
        tokens.update(dict.fromkeys(run))
        tokens.update(dict.fromkeys(a + b for a, b in zip(run, run[1:], strict=False)))
    return list(tokens)


def query_tokens(text: str) -> list[str]:
    """What a text must have to answer a query: whole words, and pairs (a lone character stands for itself)."""
    tokens: dict[str, None] = {}
    for run in _runs(text):
        if _is_word(run) or len(run) == 1:
            tokens[run] = None
        else:
            tokens.update(dict.fromkeys(a + b for a, b in zip(run, run[1:], strict=False)))
    return list(tokens)


def after_prefix(prefix: str) -> str:
    """The first text, in code point order, that no longer starts with ``prefix``."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1) if prefix else ""


def starts_with(field: str, prefix: str) -> models.Q:
    """A prefix condition that uses the index of ``field`` (SQLite's LIKE does not, PostgreSQL's does)."""
    if connection.vendor == "sqlite":
        return models.Q(**{f"{field}__gte": prefix, f"{field}__lt": after_prefix(prefix)})
    return models.Q(**{f"{field}__startswith": prefix})


class TextIndex:
    """The index ``table`` over ``column`` of ``owner`` (a database table with ``id`` and ``unit_id``)."""

    def __init__(self, table: str, *, owner: str, column: str) -> None:
        self.table, self.owner, self.column = table, owner, column

    def migration(self) -> migrations.RunPython:
        """The operation that makes (and unmakes) the index table."""

        def forwards(apps: Any, schema_editor: Any) -> None:
            if schema_editor.connection.vendor == "sqlite":
                schema_editor.execute(
                    f'CREATE VIRTUAL TABLE "{self.table}" USING fts5(tokens, detail=none, columnsize=0)'
                )
            else:
                schema_editor.execute(
                    f'CREATE TABLE "{self.table}" (rowid bigint PRIMARY KEY, tokens tsvector NOT NULL)'
                )
                schema_editor.execute(
                    f'CREATE INDEX "{self.table}_tokens" ON "{self.table}" USING gin (tokens) '
                    "WITH (fastupdate = off)"
                )

        def backwards(apps: Any, schema_editor: Any) -> None:
            schema_editor.execute(f'DROP TABLE "{self.table}"')

        return migrations.RunPython(forwards, backwards)

    def put(self, texts: Iterable[tuple[int, str]]) -> None:
        """Index these (id, text) pairs, replacing what was known of them."""
        rows = [(key, index_tokens(text)) for key, text in texts]
        if not rows:
            return
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.executemany(
                    f'REPLACE INTO "{self.table}" (rowid, tokens) VALUES (%s, %s)',  # noqa: S608
                    [(key, " ".join(tokens)) for key, tokens in rows],
                )
            else:
                cursor.executemany(
                    f'INSERT INTO "{self.table}" (rowid, tokens) VALUES (%s, array_to_tsvector(%s)) '  # noqa: S608
                    "ON CONFLICT (rowid) DO UPDATE SET tokens = excluded.tokens",
                    rows,
                )

    def rebuild(self) -> int:
        """Index every row of the owner anew, after rows were written in bulk; returns how many."""
        with connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{self.table}"')  # noqa: S608
        done, last = 0, 0
        while True:
            with connection.cursor() as cursor:
                cursor.execute(
                    f'SELECT id, "{self.column}" FROM "{self.owner}" WHERE id > %s ORDER BY id LIMIT %s',  # noqa: S608
                    [last, _CHUNK],
                )
                rows = cursor.fetchall()
            if not rows:
                if connection.vendor == "postgresql":
                    with connection.cursor() as cursor:
                        cursor.execute(f'ANALYZE "{self.table}", "{self.owner}"')
                return done
            self.put(rows)
            done, last = done + len(rows), rows[-1][0]

    def ids(self, text: str, *, scope: str, limit: int) -> list[int]:
        """Owner rows of the data scope whose column contains ``text``, at most ``limit``."""
        return [row[0] for row in self._matches(text, scope, limit)]

    def _matches(self, text: str, scope: str, limit: int) -> Sequence[tuple[int]]:
        tokens = query_tokens(text)
        if not tokens:
            return []
        pattern = re.sub(r"([\\%_])", r"\\\1", text)
        if connection.vendor == "sqlite":
            query = " AND ".join(f'"{token}"' for token in tokens)
            begin, match = "", f'"{self.table}" MATCH %s AND'
            source = f'"{self.table}" JOIN "{self.owner}" o ON o.id = "{self.table}".rowid'
        else:  # found first, joined afterwards: the planner does not know how rare a token is and would scan the owner
            query = " & ".join(f"'{token}'" for token in tokens)
            begin = (
                f'WITH hits AS MATERIALIZED (SELECT rowid FROM "{self.table}" WHERE tokens @@ %s::tsquery)'  # noqa: S608
            )
            source, match = f'hits JOIN "{self.owner}" o ON o.id = hits.rowid', ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"{begin} SELECT o.id FROM {source} WHERE {match} o.\"{self.column}\" LIKE %s ESCAPE '\\' "  # noqa: S608
                "AND o.unit_id LIKE %s LIMIT %s",
                [query, f"%{pattern}%", f"{scope}%", limit],
            )
            return cursor.fetchall()
