"""What the emulator remembers: orders, refunds and callbacks still to be delivered, in a small file of its own."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS thing (
    kind TEXT NOT NULL, number TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, number)
);
CREATE TABLE IF NOT EXISTS call (
    id INTEGER PRIMARY KEY, due REAL NOT NULL, attempt INTEGER NOT NULL, body TEXT NOT NULL, outcome TEXT NOT NULL
);
"""


class Store:
    """Things are JSON by kind (``wechat-order``, ``alipay-refund`` …) and number."""

    def __init__(self, path: Path | str) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.executescript(TABLES)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def changing(self, kind: str, number: str) -> Iterator[dict[str, Any]]:
        """The thing (empty where there is none), kept as it is left; one change at a time."""
        with self._lock:
            thing = self.find(kind, number) or {}
            yield thing
            if thing:
                self._connection.execute(
                    "INSERT OR REPLACE INTO thing VALUES (?, ?, ?)",
                    (kind, number, json.dumps(thing, ensure_ascii=False)),
                )

    def find(self, kind: str, number: str) -> dict[str, Any] | None:
        with self._lock:
            row = self._connection.execute(
                "SELECT body FROM thing WHERE kind = ? AND number = ?", (kind, number)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Newest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT body FROM thing WHERE kind = ? ORDER BY rowid DESC", (kind,)
            ).fetchall()
        return [json.loads(body) for (body,) in rows]

    def schedule(self, call: dict[str, Any], *, due: float) -> None:
        with self._lock:
            self._connection.execute(
                "INSERT INTO call (due, attempt, body, outcome) VALUES (?, 0, ?, '')",
                (due, json.dumps(call, ensure_ascii=False)),
            )

    def due(self, at: float) -> list[tuple[int, int, dict[str, Any]]]:
        """(id, attempt, call) of every callback whose time has come."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT id, attempt, body FROM call WHERE outcome = '' AND due <= ? ORDER BY due", (at,)
            ).fetchall()
        return [(number, attempt, json.loads(body)) for number, attempt, body in rows]

    def delivered(self, number: int, outcome: str) -> None:
        with self._lock:
            self._connection.execute("UPDATE call SET outcome = ? WHERE id = ?", (outcome, number))

    def postpone(self, number: int, attempt: int, due: float) -> None:
        with self._lock:
            self._connection.execute(
                "UPDATE call SET attempt = ?, due = ? WHERE id = ?", (attempt, due, number)
            )

    def waiting(self) -> int:
        with self._lock:
            return int(self._connection.execute("SELECT count(*) FROM call WHERE outcome = ''").fetchone()[0])
