"""A run's life: chunks in one transaction with their ``done``, leases by compare-and-set, pause, cancel, dead letters."""

from __future__ import annotations

from datetime import timedelta

import pytest

from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.jobs import operations, queries, rules
from denghuo.foundation.jobs.models import ChunkState, LongRun, RunState

pytestmark = pytest.mark.django_db
ended: list[tuple[int, str]] = []


class Clock:
    def __init__(self, at):
        self.at = at

    def __call__(self):
        return self.at


@rules.chunk_worker("tests.units")
def add_units(run, payload, at):
    for code in payload["codes"]:
        OrganisationUnit.objects.create(code=code, name=code, kind="team")
    if payload.get("poison"):
        raise ValueError("线路编号 9 不存在")
    return {"units": len(payload["codes"])}


@rules.on_finished("tests.units")
def remember(run, at):
    ended.append((run.id, run.state))


def started(now, *chunks) -> LongRun:
    return operations.start(
        kind="tests.units",
        title="新建班组",
        parameters={"reason": "test"},
        chunks=[rules.ChunkSpec({"codes": codes, "poison": poison}, len(codes)) for codes, poison in chunks],
        actor=None,
        unit_id="45",
        at=now,
    )


def test_a_run_is_done_when_its_chunks_are(now):
    run = started(now, (["45A1", "45A2"], False), (["45A3"], False))
    assert (run.state, run.total_rows, run.done_rows) == (RunState.QUEUED, 3, 0)
    first = operations.lease_chunk(at=now)
    operations.perform(chunk=first, clock=lambda: now + timedelta(seconds=1))
    run.refresh_from_db()
    progress = queries.progress(run, at=now + timedelta(seconds=2))
    assert (run.state, run.done_rows, progress.percent) == (RunState.RUNNING, 2, 66)
    assert progress.rows_per_second == 1.0
    assert progress.time_left == timedelta(seconds=1)
    run = operations.drive(run=run, clock=lambda: now + timedelta(seconds=3))
    assert (run.state, run.done_rows, queries.counters(run)) == (RunState.DONE, 3, {"units": 3})
    assert queries.progress(run, at=now).percent == 100
    assert (run.id, "done") in ended
    assert queries.inconsistencies() == []


def test_a_run_without_chunks_ends_at_once(now):
    run = started(now)
    assert run.state == RunState.DONE
    assert (run.id, "done") in ended


def test_an_unknown_kind_is_refused_before_anything_is_written(now):
    with pytest.raises(rules.UnknownKind):
        operations.start(kind="nobody", title="x", parameters={}, chunks=[], actor=None, unit_id="45", at=now)
    assert not LongRun.objects.exists()


def test_a_failing_chunk_leaves_nothing_behind_and_the_others_go_on(now):
    run = started(now, (["45B1"], True), (["45B2"], False))
    clock = Clock(now)
    while chunk := operations.lease_chunk(at=clock()):
        operations.perform(chunk=chunk, clock=clock)
        clock.at += timedelta(minutes=20)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "线路编号 9 不存在" in run.error
    assert not OrganisationUnit.objects.filter(code="45B1").exists()
    assert OrganisationUnit.objects.filter(code="45B2").exists()
    bad = run.chunks.get(number=1)
    assert (bad.state, bad.failures, bad.attempts) == (ChunkState.FAILED, 3, 3)
    assert [chunk.id for chunk in queries.dead_chunks(scope="45")] == [bad.id]
    assert list(queries.dead_chunks(scope="46")) == []
    assert any("线路编号" in line.text for line in queries.log(run))

    bad.payload = '{"codes": ["45B1"]}'
    bad.save()
    run = operations.drive(run=operations.retry_failed(run=run, actor=None, at=clock()), clock=clock)
    assert (run.state, run.done_rows, run.error) == (RunState.DONE, 2, "")


def test_a_failed_chunk_waits_before_its_next_try(now):
    started(now, (["45C1"], True))
    operations.perform(chunk=operations.lease_chunk(at=now), clock=lambda: now)
    assert operations.lease_chunk(at=now + timedelta(seconds=4)) is None
    assert operations.lease_chunk(at=now + timedelta(seconds=5)) is not None


def test_one_chunk_has_one_holder_until_the_lease_runs_out(now):
    started(now, (["45D1"], False))
    first = operations.lease_chunk(at=now, seconds=60)
    assert operations.lease_chunk(at=now + timedelta(seconds=59)) is None
    second = operations.lease_chunk(at=now + timedelta(seconds=61))
    assert second.id == first.id
    assert second.lease_token != first.lease_token
    with pytest.raises(operations.LeaseLost):
        operations.perform(chunk=first, clock=lambda: now + timedelta(seconds=62))
    assert not OrganisationUnit.objects.filter(code="45D1").exists(), (
        "the work of the lost lease is rolled back"
    )
    operations.perform(chunk=second, clock=lambda: now + timedelta(seconds=63))
    assert OrganisationUnit.objects.filter(code="45D1").exists()


def test_a_heartbeat_keeps_the_lease(now):
    started(now, (["45D2"], False))
    chunk = operations.lease_chunk(at=now, seconds=60)
    assert operations.extend(chunk=chunk, at=now + timedelta(seconds=50), seconds=60)
    assert operations.lease_chunk(at=now + timedelta(seconds=100)) is None
    assert operations.lease_chunk(at=now + timedelta(seconds=111)) is not None
    assert not operations.extend(chunk=chunk, at=now + timedelta(seconds=112))


def test_a_chunk_that_kills_every_worker_goes_to_the_dead_letters(now):
    run = started(now, (["45E1"], False), (["45E2"], False))
    at = now
    for _ in range(rules.LEASE_LIMIT):
        chunk = operations.lease_chunk(at=at)
        assert chunk.number == 1
        at += timedelta(minutes=10)
    assert operations.lease_chunk(at=at).number == 2
    assert run.chunks.get(number=1).state == ChunkState.FAILED


def test_pause_resume_cancel(now):
    run = started(now, (["45F1"], False), (["45F2"], False), (["45F3"], False))
    chunk = operations.lease_chunk(at=now)
    run = operations.pause(run=run, actor=None, at=now)
    assert operations.lease_chunk(at=now) is None
    operations.perform(chunk=chunk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, run.done_rows) == (RunState.PAUSED, 1), "what was in flight is finished and counted"
    with pytest.raises(operations.RunCannotChange):
        operations.pause(run=run, actor=None, at=now)
    run = operations.resume(run=run, actor=None, at=now)
    chunk = operations.lease_chunk(at=now)
    run = operations.cancel(run=run, actor=None, at=now)
    assert (run.state, run.finished_at) == (RunState.CANCELLED, None), "a chunk is still in flight"
    operations.perform(chunk=chunk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, run.done_rows) == (RunState.CANCELLED, 2)
    assert run.finished_at == now
    assert (run.id, "cancelled") in ended
    assert operations.lease_chunk(at=now + timedelta(days=1)) is None
    with pytest.raises(operations.RunCannotChange):
        operations.resume(run=run, actor=None, at=now)


def test_a_cancelled_run_whose_worker_died_is_ended_by_the_reaper(now):
    run = started(now, (["45G1"], False))
    operations.lease_chunk(at=now, seconds=60)
    operations.cancel(run=run, actor=None, at=now)
    operations.reap(at=now + timedelta(seconds=30))
    run.refresh_from_db()
    assert run.finished_at is None
    operations.reap(at=now + timedelta(seconds=90))
    run.refresh_from_db()
    assert run.finished_at == now + timedelta(seconds=90)
    assert queries.inconsistencies() == []


def test_the_run_served_longest_ago_is_served_next(now):
    big = started(now, *[([f"45H{n}"], False) for n in range(5)])
    small = started(now, (["45I1"], False))
    served = [operations.lease_chunk(at=now + timedelta(seconds=n)).run_id for n in range(3)]
    assert served == [big.id, small.id, big.id]


def test_the_log_reads_in_the_language_of_the_reader(now, settings):
    run = started(now, (["45J1"], False))
    run = operations.drive(run=run, clock=lambda: now)
    lines = [line.text for line in queries.log(run)]
    assert len(lines) == 2
    assert all("%(" not in line for line in lines)
