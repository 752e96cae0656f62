"""One chunk at a time: lease it, do it in one transaction, or put it back."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Max, Q

from denghuo.foundation.jobs import rules
from denghuo.foundation.jobs.models import ChunkState, LongRun, RunChunk, RunState
from denghuo.foundation.jobs.operations.runs import settle, write_log

log = logging.getLogger(__name__)


def lease_chunk(
    *, at: datetime, seconds: int = rules.LEASE_SECONDS, run_id: int | None = None, patient: bool = True
) -> RunChunk | None:
    """Take the next free chunk by compare-and-set, from the run that was served longest ago; None if nothing is free.

    A chunk whose lease has run out (its worker died) is free again. With ``run_id`` only that run is served;
    ``patient=False`` does not wait out the pause after a failure.
    """
    active = Q(run__state__in=(RunState.QUEUED, RunState.RUNNING))
    free = Q(state=ChunkState.WAITING)
    if patient:
        free &= Q(not_before__isnull=True) | Q(not_before__lte=at)
    expired = Q(state=ChunkState.LEASED, lease_until__lt=at)
    runs = (
        LongRun.objects.filter(state__in=(RunState.QUEUED, RunState.RUNNING), finished_at__isnull=True)
        .annotate(served_at=Max("chunks__leased_at"))
        .order_by(F("served_at").asc(nulls_first=True), "id")
    )
    if run_id is not None:
        runs = runs.filter(id=run_id)
    for run in runs:
        candidates = run.chunks.filter(free | expired).order_by("number")[:8]
        for chunk in candidates:
            if chunk.attempts >= rules.LEASE_LIMIT:
                _bury(chunk, f"started {chunk.attempts} times without an end", at)
                continue
            token = str(uuid.uuid4())
            with transaction.atomic():
                taken = RunChunk.objects.filter(
                    active, id=chunk.id, state=chunk.state, lease_token=chunk.lease_token
                ).update(
                    state=ChunkState.LEASED,
                    lease_token=token,
                    leased_at=at,
                    lease_until=at + timedelta(seconds=seconds),
                    attempts=F("attempts") + 1,
                )
                if taken:
                    LongRun.objects.filter(id=run.id, state=RunState.QUEUED).update(state=RunState.RUNNING)
                    LongRun.objects.filter(id=run.id, started_at__isnull=True).update(started_at=at)
            if taken:
                return RunChunk.objects.select_related("run").get(id=chunk.id)
    return None


class LeaseLost(Exception):
    """The lease ran out and another worker has the chunk; nothing was written here."""


def drive(*, run: LongRun, clock: Callable[[], datetime]) -> LongRun:
    """Do a run's chunks here and now, beside any worker, until none is free; for the shell. Returns the run as it is.

    A chunk that failed is tried again at once.
    """
    while chunk := lease_chunk(at=clock(), run_id=run.id, patient=False):
        perform(chunk=chunk, clock=clock)
    settle(run_id=run.id, at=clock())
    run.refresh_from_db()
    return run


def perform(*, chunk: RunChunk, clock: Callable[[], datetime]) -> None:
    """Do a leased chunk: its work and its ``done`` in one transaction; then end the run if it was the last.

    An exception of the work is recorded on the chunk, not raised. ``clock`` gives the time of the start (the ``at``
    of the work) and of the end.

    Raises:
        LeaseLost: another worker took over while this one worked; the work was rolled back.
    """
    try:
        with transaction.atomic():
            counters = rules.worker_of(chunk.run.kind)(chunk.run, json.loads(chunk.payload), clock()) or {}
            done = RunChunk.objects.filter(
                id=chunk.id, state=ChunkState.LEASED, lease_token=chunk.lease_token
            ).update(
                state=ChunkState.DONE,
                lease_token="",
                lease_until=None,
                counters=json.dumps(dict(counters)),
                error="",
                finished_at=clock(),
            )
            if not done:
                raise LeaseLost(f"chunk {chunk.number} of run {chunk.run_id}")
            LongRun.objects.filter(id=chunk.run_id).update(done_rows=F("done_rows") + chunk.rows)
    except LeaseLost:
        raise
    except Exception as error:
        log.exception("chunk %s of run %s failed", chunk.number, chunk.run_id)
        put_back(chunk=chunk, error=_readable(error), at=clock())
    settle(run_id=chunk.run_id, at=clock())


@transaction.atomic
def put_back(*, chunk: RunChunk, error: str, at: datetime) -> None:
    """Free a chunk whose work failed, for a later try or for the dead letters."""
    mine = RunChunk.objects.filter(id=chunk.id, state=ChunkState.LEASED, lease_token=chunk.lease_token)
    failures = chunk.failures + 1
    dead = failures >= rules.FAILURE_LIMIT
    changed = mine.update(
        state=ChunkState.FAILED if dead else ChunkState.WAITING,
        lease_token="",
        lease_until=None,
        failures=failures,
        error=error,
        not_before=None if dead else at + rules.back_off(failures),
        finished_at=at if dead else None,
    )
    if changed:
        write_log(
            chunk.run,
            "chunk_failed" if dead else "chunk_retry",
            at=at,
            number=chunk.number,
            error=error[:300],
        )


@transaction.atomic
def _bury(chunk: RunChunk, error: str, at: datetime) -> None:
    buried = RunChunk.objects.filter(id=chunk.id, state=chunk.state, lease_token=chunk.lease_token).update(
        state=ChunkState.FAILED, lease_token="", lease_until=None, error=error, finished_at=at
    )
    if buried:
        write_log(chunk.run, "chunk_failed", at=at, number=chunk.number, error=error)
        settle(run_id=chunk.run_id, at=at)


def extend(*, chunk: RunChunk, at: datetime, seconds: int = rules.LEASE_SECONDS) -> bool:
    """Prolong the lease of a chunk in flight; False when it is no longer ours.

    Needed on PostgreSQL only: on SQLite the working transaction holds the one write lock, so nobody can take over.
    """
    return bool(
        RunChunk.objects.filter(id=chunk.id, state=ChunkState.LEASED, lease_token=chunk.lease_token).update(
            lease_until=at + timedelta(seconds=seconds)
        )
    )


def needs_heartbeat() -> bool:
    return connection.vendor == "postgresql"


def _readable(error: Exception) -> str:
    """The exception's own words; with its type where the words alone say nothing."""
    speaks = str(error) and not isinstance(error, LookupError | AssertionError | TypeError)
    return (str(error) if speaks else f"{type(error).__name__}: {error}")[:2000]
