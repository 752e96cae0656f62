"""Small tasks: leases, retries, dead letters; schedules: once a slot."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.jobs import operations, queries, rules
from denghuo.project import worker

pytestmark = pytest.mark.django_db(transaction=True)


@task()
def open_team(code: str) -> str:
    OrganisationUnit.objects.create(code=code, name=code, kind="team")
    return code


@task()
def always_fails() -> None:
    raise RuntimeError("没有这条线路")


@task()
def nightly() -> None:
    pass


def only_task() -> DBTaskResult:
    return DBTaskResult.objects.get()


def test_a_task_runs_once():
    open_team.enqueue("45X1")
    assert operations.run_ready_task(worker_id="w1")
    assert not operations.run_ready_task(worker_id="w1")
    assert OrganisationUnit.objects.filter(code="45X1").exists()
    assert only_task().status == TaskResultStatus.SUCCESSFUL


def test_a_task_of_a_dead_worker_is_ready_again_after_its_lease():
    open_team.enqueue("45X2")
    only_task().claim("dead worker")
    at = only_task().started_at
    operations.reap(at=at + timedelta(seconds=rules.TASK_LEASE_SECONDS - 1))
    assert only_task().status == TaskResultStatus.RUNNING
    operations.reap(at=at + timedelta(seconds=rules.TASK_LEASE_SECONDS + 1))
    assert only_task().status == TaskResultStatus.READY
    assert operations.run_ready_task(worker_id="w2")
    assert OrganisationUnit.objects.filter(code="45X2").exists()


def test_a_failing_task_is_retried_with_pauses_and_then_rests_among_the_dead_letters():
    always_fails.enqueue()
    for tries in range(1, rules.FAILURE_LIMIT + 1):
        assert operations.run_ready_task(worker_id="w")
        failed = only_task()
        assert (failed.status, len(failed.worker_ids)) == (TaskResultStatus.FAILED, tries)
        operations.reap(at=failed.finished_at + rules.back_off(tries) - timedelta(seconds=1))
        assert only_task().status == TaskResultStatus.FAILED
        operations.reap(at=failed.finished_at + rules.back_off(tries))
    assert only_task().status == TaskResultStatus.FAILED
    assert [dead.id for dead in queries.dead_tasks()] == [only_task().id]
    operations.retry_task(task=only_task(), actor=None, at=timezone.now())
    assert only_task().status == TaskResultStatus.READY
    assert list(queries.dead_tasks()) == []


@pytest.fixture
def schedules(monkeypatch):
    own: dict[str, rules.Schedule] = {}
    monkeypatch.setattr(rules, "_schedules", own)
    return own


def test_a_schedule_starts_once_a_slot_and_catches_up_once(schedules, now):
    rules.schedule("night", rules.Daily(hour=2), nightly)
    assert operations.tick(at=now) == [], "a new schedule waits for its next slot"
    assert operations.tick(at=now + timedelta(hours=1)) == []
    assert operations.tick(at=now + timedelta(days=1)) == ["night"]
    assert operations.tick(at=now + timedelta(days=1)) == []
    assert operations.tick(at=now + timedelta(days=9)) == ["night"], "eight missed nights start once"
    assert DBTaskResult.objects.count() == 2


@pytest.fixture
def shared_database():
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads need a database that they can share")


def test_racing_schedulers_start_a_slot_once(schedules, now, shared_database):
    rules.schedule("race", rules.Every(minutes=5), nightly)
    operations.tick(at=now)
    started: list[str] = []

    def race():
        started.extend(operations.tick(at=now + timedelta(minutes=5)))
        connections.close_all()

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert started == ["race"]


def test_the_worker_empties_everything_once(schedules, now):
    open_team.enqueue("45X3")
    worker.run(once=True)
    assert OrganisationUnit.objects.filter(code="45X3").exists()


def test_the_worker_stops_when_told(shared_database):
    open_team.enqueue("45X4")
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, kwargs={"stop": stop})
    thread.start()
    for _ in range(100):
        if OrganisationUnit.objects.filter(code="45X4").exists():
            break
        stop.wait(0.05)
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert only_task().status == TaskResultStatus.SUCCESSFUL
