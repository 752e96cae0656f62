"""The life of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.database import bulk
from denghuo.foundation.jobs import queries, rules
from denghuo.foundation.jobs.models import ChunkState, LongRun, RunChunk, RunLogLine, RunState

if TYPE_CHECKING:
    from denghuo.foundation.identity.models import Staff


@transaction.atomic
def start(
    *,
    kind: str,
    title: str,
    parameters: Mapping[str, Any],
    chunks: Sequence[rules.ChunkSpec],
    actor: Staff | None,
    unit_id: str,
    at: datetime,
) -> LongRun:
    """Queue a run; a worker takes it up after the caller's transaction commits.

    ``parameters`` and the chunks' payloads are JSON-able. A run without chunks ends at once, its hook included.
    Make chunks of about a second of work (on SQLite a chunk holds the write lock while it works).

    Raises:
        UnknownKind: no worker is registered for ``kind``.
    """
    rules.worker_of(kind)
    run = LongRun.objects.create(
        kind=kind,
        title=title[:160],
        parameters=json.dumps(dict(parameters), ensure_ascii=False),
        total_rows=sum(chunk.rows for chunk in chunks),
        started_by=actor,
        unit_id=unit_id,
        created_at=at,
    )
    count = len(chunks)
    bulk.insert_columns(
        RunChunk,
        {
            "run_id": [run.id] * count,
            "number": range(1, count + 1),
            "payload": [json.dumps(dict(chunk.payload), ensure_ascii=False) for chunk in chunks],
            "rows": [chunk.rows for chunk in chunks],
            "state": [ChunkState.WAITING.value] * count,
            "lease_token": [""] * count,
            "attempts": [0] * count,
            "failures": [0] * count,
            "counters": ["{}"] * count,
            "error": [""] * count,
        },
    )
    write_log(run, "queued", at=at, chunks=count, rows=run.total_rows)
    audit.record("jobs.run.started", subject=run, actor=actor, at=at, unit_id=unit_id)
    if not chunks:
        settle(run_id=run.id, at=at)
        run.refresh_from_db()
    return run


class RunCannotChange(Exception):
    """The run is in a state that does not allow this."""


@transaction.atomic
def pause(*, run: LongRun, actor: Staff | None, at: datetime) -> LongRun:
    """Start no further chunk; chunks in flight are finished.

    Raises:
        RunCannotChange: it is not queued or running.
    """
    return _change(run, (RunState.QUEUED, RunState.RUNNING), RunState.PAUSED, "paused", actor, at)


@transaction.atomic
def resume(*, run: LongRun, actor: Staff | None, at: datetime) -> LongRun:
    """Go on after a pause.

    Raises:
        RunCannotChange: it is not paused.
    """
    return _change(run, (RunState.PAUSED,), RunState.QUEUED, "resumed", actor, at)


@transaction.atomic
def cancel(*, run: LongRun, actor: Staff | None, at: datetime, reason: str = "") -> LongRun:
    """Start no further chunk, ever; what is done stays done.

    Raises:
        RunCannotChange: it has ended.
    """
    run = _change(
        run,
        (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED),
        RunState.CANCELLED,
        "cancelled",
        actor,
        at,
        reason,
    )
    settle(run_id=run.id, at=at)
    run.refresh_from_db()
    return run


@transaction.atomic
def retry_failed(*, run: LongRun, actor: Staff | None, at: datetime) -> LongRun:
    """Give every failed chunk of a failed run a new set of tries.

    Raises:
        RunCannotChange: the run has not failed.
    """
    run = _change(run, (RunState.FAILED,), RunState.QUEUED, "retried", actor, at)
    run.chunks.filter(state=ChunkState.FAILED).update(
        state=ChunkState.WAITING, attempts=0, failures=0, error="", not_before=None, finished_at=None
    )
    LongRun.objects.filter(id=run.id).update(finished_at=None, error="")
    run.refresh_from_db()
    return run


def _change(
    run: LongRun,
    allowed: tuple[RunState, ...],
    state: RunState,
    verb: str,
    actor: Staff | None,
    at: datetime,
    reason: str = "",
) -> LongRun:
    locked = LongRun.objects.select_for_update().get(id=run.id)
    if locked.state not in allowed:
        raise RunCannotChange(
            _("The run is %(state)s, so this is not possible.") % {"state": locked.get_state_display()}
        )
    before, locked.state = locked.state, state
    locked.save(update_fields=["state"])
    write_log(locked, verb, at=at, who=actor.name if actor else "")
    audit.record(
        f"jobs.run.{verb}",
        subject=locked,
        actor=actor,
        at=at,
        changes={"state": [before, state.value]},
        reason=reason,
        unit_id=locked.unit_id,
    )
    return locked


@transaction.atomic
def settle(*, run_id: int, at: datetime) -> bool:
    """End the run if nothing is left to do or in flight: its final state, its counters, its hook. True if it ended now."""
    run = LongRun.objects.select_for_update().get(id=run_id)
    if run.finished_at is not None or run.state == RunState.PAUSED:
        return False
    open_chunks = Q(state=ChunkState.LEASED)
    if run.state != RunState.CANCELLED:
        open_chunks |= Q(state=ChunkState.WAITING)
    if run.chunks.filter(open_chunks).exists():
        return False
    failed = list(
        run.chunks.filter(state=ChunkState.FAILED).order_by("number").values_list("number", "error")
    )
    if run.state != RunState.CANCELLED:
        run.state = RunState.FAILED if failed else RunState.DONE
    run.error = f"{failed[0][0]}: {failed[0][1]}" if failed else ""
    run.result = json.dumps(queries.counters(run), ensure_ascii=False)
    run.started_at = run.started_at or at
    run.finished_at = at
    run.save(update_fields=["state", "error", "result", "started_at", "finished_at"])
    write_log(run, "ended", at=at, state=run.state, failed=len(failed))
    if hook := rules.finished_hook_of(run.kind):
        hook(run, at)
    return True


def write_log(run: LongRun, code: str, *, at: datetime, **values: str | int) -> None:
    """Add a line to the run's log; ``queries.log`` words it."""
    RunLogLine.objects.create(run=run, at=at, code=code, values=json.dumps(values, ensure_ascii=False))
