"""Small tasks of Django's task framework made safe (lease, retry, dead letters), and schedules."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker as TaskWorker
from django_tasks_db.models import DBTaskResult

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.jobs import queries, rules
from denghuo.foundation.jobs.models import ChunkState, CronSlot, LongRun, RunChunk, RunState
from denghuo.foundation.jobs.operations.runs import settle

log = logging.getLogger(__name__)


def run_ready_task(*, worker_id: str) -> bool:
    """Take one ready task and run it to its end; False when none is ready. A raised exception is kept on the task."""
    before = DBTaskResult.objects.ready().exists()
    if not before:
        return False
    TaskWorker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=worker_id,
        excluded_queue_names=[],
    ).run()
    return True


def reap(*, at: datetime) -> int:
    """Free what dead workers hold and give failed tasks their next try; returns how many things moved.

    * a task RUNNING longer than its lease is READY again (or a dead letter after ``LEASE_LIMIT`` starts);
    * a FAILED task is READY again after its pause, until ``FAILURE_LIMIT``;
    * a chunk of a paused or cancelled run whose lease ran out is waiting again;
    * a run with nothing left to do ends.
    """
    moved = _reap_tasks(at) + _retry_tasks(at)
    moved += (
        RunChunk.objects.filter(state=ChunkState.LEASED, lease_until__lt=at)
        .exclude(run__state__in=(RunState.QUEUED, RunState.RUNNING))
        .update(state=ChunkState.WAITING, lease_token="", lease_until=None)
    )
    open_runs = LongRun.objects.filter(finished_at__isnull=True).exclude(state=RunState.PAUSED)
    busy = Q(chunks__state__in=(ChunkState.WAITING, ChunkState.LEASED))
    for run_id in open_runs.exclude(busy & ~Q(state=RunState.CANCELLED)).values_list("id", flat=True):
        moved += settle(run_id=run_id, at=at)
    return moved


def _reap_tasks(at: datetime) -> int:
    expired = DBTaskResult.objects.filter(
        status=TaskResultStatus.RUNNING, started_at__lt=at - timedelta(seconds=rules.TASK_LEASE_SECONDS)
    )
    moved = 0
    for task in expired:
        mine = DBTaskResult.objects.filter(
            id=task.id, status=TaskResultStatus.RUNNING, started_at=task.started_at
        )
        if len(task.worker_ids) >= rules.LEASE_LIMIT:
            moved += mine.update(
                status=TaskResultStatus.FAILED, finished_at=at, traceback="The worker died each time."
            )
        else:
            moved += mine.update(status=TaskResultStatus.READY)
    return moved


def _retry_tasks(at: datetime) -> int:
    moved = 0
    for task in DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__lte=at).only(
        "id", "worker_ids", "finished_at"
    ):
        assert task.finished_at is not None
        failures = len(task.worker_ids)
        if failures >= rules.FAILURE_LIMIT or at - task.finished_at < rules.back_off(failures):
            continue
        moved += DBTaskResult.objects.filter(
            id=task.id, status=TaskResultStatus.FAILED, finished_at=task.finished_at
        ).update(status=TaskResultStatus.READY)
    return moved


@transaction.atomic
def retry_task(*, task: DBTaskResult, actor: object, at: datetime) -> None:
    """Take a task out of the dead letters and give it a new set of tries."""
    changed = DBTaskResult.objects.filter(id=task.id, status=TaskResultStatus.FAILED).update(
        status=TaskResultStatus.READY, worker_ids=[], traceback="", exception_class_path=""
    )
    if changed:
        audit.record(
            "jobs.task.retried",
            subject_type="django_tasks_db.dbtaskresult",
            subject_id=str(task.id),
            subject_label=task.task_path,
            actor=actor,
            at=at,
        )


def tick(*, at: datetime) -> list[str]:
    """Start every schedule whose last slot nobody has taken; returns their names.

    The slot and the enqueued task are one transaction: however many workers race, a slot starts once, and a worker
    that was away starts only the last slot it missed. A schedule seen for the first time starts with its next slot.
    """
    started = []
    for schedule in rules.schedules():
        slot_at = schedule.when.latest(at)
        if queries.slot_taken(schedule.name, slot_at):
            continue
        with transaction.atomic():
            first = not CronSlot.objects.filter(name=schedule.name).exists()
            _slot, new = CronSlot.objects.get_or_create(name=schedule.name, slot_at=slot_at)
            if new and not first:
                schedule.task.enqueue()
                started.append(schedule.name)
            CronSlot.objects.filter(name=schedule.name, slot_at__lt=slot_at - timedelta(days=62)).delete()
    return started
