"""What runs, how far it is, and what went wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext, gettext_noop
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from denghuo.foundation.jobs import rules
from denghuo.foundation.jobs.models import ChunkState, CronSlot, LongRun, RunChunk, RunState


def runs(*, scope: str) -> QuerySet[LongRun]:
    """Runs of the units whose code starts with ``scope``, the newest first."""
    return LongRun.objects.filter(unit_id__startswith=scope).select_related("started_by")


@dataclass(frozen=True)
class Progress:
    """How far a run is. ``rows_per_second`` and ``time_left`` are None while nothing is known."""

    done_rows: int
    total_rows: int
    percent: int
    rows_per_second: float | None
    time_left: timedelta | None
    chunks: dict[str, int]
    counters: dict[str, int]
    failed_chunks: int

    @property
    def open_chunks(self) -> int:
        return self.chunks.get(ChunkState.WAITING, 0) + self.chunks.get(ChunkState.LEASED, 0)


def progress(run: LongRun, *, at: datetime) -> Progress:
    """Progress of ``run`` at ``at``; it never goes back, because done chunks are never undone.

    The speed is that of the chunks finished in the last two minutes (or since the start).
    """
    states = dict(run.chunks.values_list("state").annotate(n=Count("id")))
    total, done = run.total_rows, run.done_rows
    speed = _speed(run, at)
    left = None
    if speed and run.state in (RunState.QUEUED, RunState.RUNNING):
        left = timedelta(seconds=round((total - done) / speed))
    ended = run.finished_at is not None and run.state == RunState.DONE
    percent = 100 if ended else (min(99, done * 100 // total) if total else 0)
    return Progress(
        done_rows=done,
        total_rows=total,
        percent=percent,
        rows_per_second=speed,
        time_left=left,
        chunks=states,
        counters=counters(run),
        failed_chunks=states.get(ChunkState.FAILED, 0),
    )


def _speed(run: LongRun, at: datetime) -> float | None:
    """Rows a second."""
    if run.started_at is None:
        return None
    if run.finished_at is not None:
        seconds = (run.finished_at - run.started_at).total_seconds()
        return run.done_rows / seconds if seconds > 0 and run.done_rows else None
    since = max(run.started_at, at - timedelta(minutes=2))
    rows = run.chunks.filter(state=ChunkState.DONE, finished_at__gte=since).aggregate(n=Sum("rows"))["n"]
    seconds = (at - since).total_seconds()
    return rows / seconds if rows and seconds > 0 else None


def counters(run: LongRun) -> dict[str, int]:
    """The counters of the chunks done so far, added up (kept on the run once it has ended)."""
    if run.finished_at is not None and run.result != "{}":
        return json.loads(run.result)
    total: dict[str, int] = {}
    for text in run.chunks.filter(state=ChunkState.DONE).values_list("counters", flat=True):
        for name, value in json.loads(text).items():
            total[name] = total.get(name, 0) + value
    return total


def chunks(run: LongRun) -> QuerySet[RunChunk]:
    """All chunks in order."""
    return run.chunks.order_by("number")


_LINES = {
    "queued": gettext_noop("Queued: %(rows)s rows in %(chunks)s chunks"),
    "paused": gettext_noop("Paused by %(who)s"),
    "resumed": gettext_noop("Resumed by %(who)s"),
    "cancelled": gettext_noop("Cancelled by %(who)s"),
    "retried": gettext_noop("Failed chunks are tried again, asked by %(who)s"),
    "chunk_retry": gettext_noop("Chunk %(number)s failed and will be tried again: %(error)s"),
    "chunk_failed": gettext_noop("Chunk %(number)s failed for good: %(error)s"),
    "ended_done": gettext_noop("Done"),
    "ended_cancelled": gettext_noop("Stopped after the cancellation"),
    "ended_failed": gettext_noop("Ended with %(failed)s failed chunks"),
    "note": "%(text)s",
}


@dataclass(frozen=True)
class LogLine:
    at: datetime
    text: str


def log(run: LongRun, *, limit: int = 100) -> list[LogLine]:
    """The newest lines of the run's log, newest first, in the reader's language."""
    lines = []
    for line in run.log.order_by("-id")[:limit]:
        values = {"who": "—"} | {k: v if v != "" else "—" for k, v in json.loads(line.values).items()}
        code = f"ended_{values['state']}" if line.code == "ended" else line.code
        lines.append(LogLine(line.at, gettext(_LINES.get(code, code)) % values))
    return lines


def dead_chunks(*, scope: str) -> QuerySet[RunChunk]:
    """Chunks that failed for good, of the units whose code starts with ``scope``."""
    return (
        RunChunk.objects.filter(state=ChunkState.FAILED, run__unit_id__startswith=scope)
        .select_related("run")
        .order_by("-run_id", "number")
    )


def dead_tasks() -> QuerySet[DBTaskResult]:
    """Tasks that are not tried again, the newest first."""
    return DBTaskResult.objects.filter(
        Q(status=TaskResultStatus.FAILED),
        id__in=[
            task.id
            for task in DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).only("id", "worker_ids")
            if len(task.worker_ids) >= rules.FAILURE_LIMIT
        ],
    ).order_by("-finished_at")


def slot_taken(name: str, slot_at: datetime) -> bool:
    return CronSlot.objects.filter(name=name, slot_at=slot_at).exists()


def parameters(run: LongRun) -> dict[str, Any]:
    return json.loads(run.parameters)


def inconsistencies() -> list[str]:
    """Runs whose progress does not equal their finished chunks, or that ended with work open (none in a sound database)."""
    found = []
    for run in LongRun.objects.annotate(
        rows=Sum("chunks__rows", filter=Q(chunks__state=ChunkState.DONE)),
        open=Count("chunks", filter=Q(chunks__state__in=(ChunkState.WAITING, ChunkState.LEASED))),
    ):
        if (run.rows or 0) != run.done_rows:
            found.append(f"run {run.id}: {run.done_rows} rows done, its chunks say {run.rows or 0}")
        if run.open and run.finished_at and run.state != RunState.CANCELLED:
            found.append(f"run {run.id} ended with {run.open} chunks open")
    return found
