"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_django
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseOperations
from django.test.utils import setup_databases, teardown_databases

from tests import prepared


@pytest.fixture
def now() -> datetime:
    """Noon in Beijing on a working Monday: the time of every test that needs just some time."""
    return datetime(2026, 9, 7, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """The database of the tests: a copy of one that was migrated before."""
    with django_db_blocker.unblock(), prepared.copied():
        databases = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    yield
    with django_db_blocker.unblock():
        teardown_databases(databases, verbosity=0)


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
    """A database of the kind under test, without a row, that outlives a process: a file, or a new PostgreSQL database."""
    url = prepared.outside(tmp_path / "kills.sqlite3")
    yield url
    prepared.remove(url)
