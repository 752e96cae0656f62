"""The background worker: long runs, small tasks, schedules and events, in one process.

Start as many as there are processors; they share the work through the database. A worker may be killed at any
instant: what it held is taken up by another one when its lease runs out.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone

from denghuo.foundation.jobs import operations as jobs
from denghuo.foundation.jobs import rules
from denghuo.foundation.jobs.models import RunChunk
from denghuo.foundation.outbox import operations as outbox

log = logging.getLogger("denghuo.worker")

HOUSEKEEPING_SECONDS = 5.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 2.0


def run(
    *,
    once: bool = False,
    stop: threading.Event | None = None,
    clock: Callable[[], datetime] = timezone.now,
    lease_seconds: int = rules.LEASE_SECONDS,
) -> None:
    """Work until SIGTERM or SIGINT (or ``stop``), finishing what is in hand.

    ``once`` does everything that is ready in this thread and returns: for tests and for cron-driven installations.
    """
    worker_id = f"{socket.gethostname()}-{os.getpid()}"[:60]
    if once:
        _housekeep(clock)
        while _step_chunks(clock, lease_seconds) or _step_tasks(worker_id) or _housekeep(clock):
            pass
        return
    stop = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        _stop_on_signals(stop)
    log.info("worker %s is ready", worker_id)
    loops = [
        threading.Thread(target=_loop, args=(stop, step), name=name, daemon=True)
        for name, step in (
            ("chunks", lambda: _step_chunks(clock, lease_seconds)),
            ("tasks", lambda: _step_tasks(worker_id)),
        )
    ]
    for loop in loops:
        loop.start()
    _loop(stop, _every(HOUSEKEEPING_SECONDS, clock))
    for loop in loops:
        loop.join()
    log.info("worker %s has stopped", worker_id)


def _stop_on_signals(stop: threading.Event) -> None:
    def finish(number: int, frame: Any) -> None:
        log.info("%s: finishing what is in hand", signal.Signals(number).name)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, finish)


def _loop(stop: threading.Event, step: Callable[[], int]) -> None:
    """Step while there is work, pause a little longer each time there is none, and outlive a database that is away."""
    pause = FIRST_PAUSE_SECONDS
    while not stop.is_set():
        try:
            worked = step()
        except Exception as error:
            level = logging.WARNING if isinstance(error, OperationalError) else logging.ERROR
            log.log(level, "%s: %s", type(error).__name__, error, exc_info=level == logging.ERROR)
            connection.close()
            worked = 0
        pause = FIRST_PAUSE_SECONDS if worked else min(pause * 1.5, LONGEST_PAUSE_SECONDS)
        if not worked:
            close_old_connections()
            stop.wait(pause)
    connection.close()


def _every(seconds: float, clock: Callable[[], datetime]) -> Callable[[], int]:
    """Events at every step, the rest of the housekeeping every so many seconds."""
    due = time.monotonic()

    def step() -> int:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + seconds
            return _housekeep(clock)
        return outbox.deliver(at=clock()).done

    return step


def _housekeep(clock: Callable[[], datetime]) -> int:
    at = clock()
    return outbox.deliver(at=at).done + jobs.reap(at=at) + len(jobs.tick(at=at))


def _step_tasks(worker_id: str) -> int:
    return int(jobs.run_ready_task(worker_id=worker_id))


def _step_chunks(clock: Callable[[], datetime], lease_seconds: int) -> int:
    chunk = jobs.lease_chunk(at=clock(), seconds=lease_seconds)
    if chunk is None:
        return 0
    try:
        with _heartbeat(chunk, clock, lease_seconds):
            jobs.perform(chunk=chunk, clock=clock)
    except jobs.LeaseLost as lost:
        log.warning("lease lost: %s", lost)
    return 1


@contextmanager
def _heartbeat(chunk: RunChunk, clock: Callable[[], datetime], lease_seconds: int) -> Iterator[None]:
    """Prolong the lease from a second connection while the chunk is worked on."""
    if not jobs.needs_heartbeat() or connection.in_atomic_block:
        yield
        return
    done = threading.Event()

    def beat() -> None:
        while not done.wait(lease_seconds / 3):
            try:
                if not jobs.extend(chunk=chunk, at=clock(), seconds=lease_seconds):
                    break
            except OperationalError as error:
                log.warning("heartbeat: %s", error)
                connection.close()
        connection.close()

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
