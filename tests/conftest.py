"""What every test may ask for."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseOperations


@pytest.fixture
def now() -> datetime:
    """Noon in Beijing on a working Monday: the time of every test that needs just some time."""
    return datetime(2026, 9, 7, 4, 0, tzinfo=UTC)


@pytest.fixture
def threaded_database(
    request: pytest.FixtureRequest, django_db_setup: None, tmp_path: Path
) -> Iterator[None]:
    """A database that several threads may write: PostgreSQL as it is, SQLite as a file in WAL."""
    if connections["default"].vendor != "sqlite":
        request.getfixturevalue("transactional_db")
        yield
        return
    blocker = request.getfixturevalue("django_db_blocker")
    with blocker.unblock():
        memory, settings = connections["default"], connections.settings["default"]
        with memory.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(tmp_path / "threads.sqlite3")])
        kept = settings["NAME"]
        settings["NAME"] = str(tmp_path / "threads.sqlite3")
        connections["default"] = connections.create_connection("default")
        try:
            yield
        finally:
            connections["default"].close()
            settings["NAME"], connections["default"] = kept, memory


@pytest.fixture(scope="session", autouse=True)
def _flush_past_append_only_triggers() -> Iterator[None]:
    """Tests with real commits empty the tables afterwards; on SQLite the append-only triggers step aside for that."""
    original = DatabaseOperations.sql_flush

    def sql_flush(self: DatabaseOperations, style: Any, tables: Any, **options: Any) -> list[str]:
        statements = original(self, style, tables, **options)
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        drops = [f'DROP TRIGGER "{name}"' for name, _sql in triggers]
        return [*drops, *statements, *(sql for _name, sql in triggers)] if statements else []

    DatabaseOperations.sql_flush = sql_flush
    yield
    DatabaseOperations.sql_flush = original


@pytest.fixture
def empty_database_url(tmp_path: Path) -> Iterator[str]:
    """A database of the kind under test that outlives a process: a file, or a new PostgreSQL database."""
    current = settings.DATABASES["default"]
    if current["ENGINE"].endswith("sqlite3"):
        yield f"sqlite:///{tmp_path / 'kills.sqlite3'}"
        return
    name = f"denghuo_kills_{uuid.uuid4().hex[:12]}"
    server = {
        "host": current["HOST"],
        "port": current["PORT"] or "5432",
        "user": current["USER"],
        "password": current["PASSWORD"],
    }
    with psycopg.connect(dbname="postgres", autocommit=True, **server) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    yield f"postgresql://{server['user']}:{server['password']}@{server['host']}:{server['port']}/{name}"
    with psycopg.connect(dbname="postgres", autocommit=True, **server) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
