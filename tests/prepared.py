"""The migrated database, made once and copied: building it takes half a minute, a copy takes a moment.

The copy is keyed by the content of every migration, so that it is never stale. On SQLite it is a file in the temporary
folder, on PostgreSQL a database of the server under test. Runs that start together wait for the first to make it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import django
import psycopg
from django.apps import apps
from django.core import management
from django.db import connections

FOLDER = Path(tempfile.gettempdir()) / f"denghuo-tests-{os.getuid()}"


@cache
def _key() -> str:
    digest = hashlib.sha256(django.get_version().encode())
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        for migration in sorted((Path(app.path) / "migrations").glob("*.py")):
            digest.update(f"{app.label}/{migration.name}".encode() + migration.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone() -> Iterator[None]:
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def copied() -> Iterator[None]:
    """Inside, Django's ``create_test_db`` copies the prepared database instead of migrating."""
    with _alone():
        connection = connections["default"]
        if connection.vendor == "sqlite":
            with _instead_of_migrating(_from_file):
                yield
        else:
            name = _prepared_on_server(connection.settings_dict)
            if name is None:
                yield
                _keep_on_server(connection.settings_dict)
            else:
                connection.settings_dict["TEST"]["TEMPLATE"] = name
                with _instead_of_migrating(lambda _migrate: None):
                    yield


@contextmanager
def _instead_of_migrating(fill: Any) -> Iterator[None]:
    original = management.call_command

    def call_command(command: str, *args: Any, **options: Any) -> Any:
        if command != "migrate":
            return original(command, *args, **options)
        return fill(lambda: original(command, *args, **options))

    management.call_command = call_command
    try:
        yield
    finally:
        management.call_command = original


def _from_file(migrate: Any) -> None:
    connection, kept = connections["default"], FOLDER / f"{_key()}.sqlite3"
    if not kept.exists():
        migrate()
        unfinished = kept.with_suffix(".part")
        unfinished.unlink(missing_ok=True)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(unfinished)])
        unfinished.rename(kept)
        return
    connection.ensure_connection()
    with sqlite3.connect(f"file:{kept}?mode=ro", uri=True) as source:
        source.backup(connection.connection)
    source.close()


def outside(path: Path) -> str:
    """The URL of another prepared database that outlives a process: ``path`` on SQLite, a new name on PostgreSQL.

    Where nothing is prepared yet it is empty; whoever uses it migrates in any case.
    """
    connection = connections["default"]
    if connection.vendor == "sqlite":
        return file(path)
    settings = connection.settings_dict
    name, template = f"denghuo_kills_{uuid.uuid4().hex[:12]}", _prepared_on_server(settings) or "template1"
    with _server(settings) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return (
        f"postgresql://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{name}"
    )


def file(path: Path) -> str:
    """The URL of another prepared SQLite database, whatever database is under test; empty where none is prepared yet."""
    kept = FOLDER / f"{_key()}.sqlite3"
    if kept.exists():
        shutil.copy(kept, path)
    return f"sqlite:///{path}"


def remove(url: str) -> None:
    """Drop a database made by ``outside``; a file goes with the folder it lies in."""
    if url.startswith("postgresql:"):
        with _server(connections["default"].settings_dict) as admin:
            admin.execute(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')


def _server(settings: dict[str, Any]) -> psycopg.Connection[Any]:
    return psycopg.connect(
        dbname="postgres",
        autocommit=True,
        host=settings["HOST"],
        port=settings["PORT"] or "5432",
        user=settings["USER"],
        password=settings["PASSWORD"],
    )


def _prepared_on_server(settings: dict[str, Any]) -> str | None:
    name = f"denghuo_prepared_{_key()}"
    with _server(settings) as admin:
        return (
            name if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() else None
        )


def _keep_on_server(settings: dict[str, Any]) -> None:
    connections["default"].close()
    with _server(settings) as admin:
        admin.execute(f'CREATE DATABASE "denghuo_prepared_{_key()}" TEMPLATE "{settings["NAME"]}"')
