"""What goes wrong: the power fails before a statement, several reach for the same thing at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.db import OperationalError, connection, connections


class BrokenOff(Exception):
    """The power went."""


@contextmanager
def breaking_off_before(statement: int):
    """Let the statement with this number, and all after it, fail."""
    numbers = count()

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if next(numbers) >= statement and not sql.startswith(("ROLLBACK", "SAVEPOINT", "RELEASE")):
            raise BrokenOff(sql)
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield numbers


def at_once(*acts) -> list[BaseException | None]:
    """Run the acts in threads that start together; what each raised."""
    barrier = threading.Barrier(len(acts))
    raised: list[BaseException | None] = [None] * len(acts)

    def run(number: int) -> None:
        try:
            barrier.wait(timeout=20)
            for attempt in range(60):
                try:
                    acts[number]()
                    break
                except OperationalError:  # SQLite: somebody else writes
                    if attempt == 59:
                        raise
        except BaseException as error:
            raised[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return raised
