"""Kill workers at random instants and see whether the result is that of an undisturbed run.

Runs as a program of its own, because it forks: ``python -m tests.database.foundation.jobs.kill_driver --seed 7``.
The database is the one of DENGHUO_DATABASE_URL and must be empty or migrated; the test prepares one.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import random
import signal
import sys
import time


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--kills", type=int, default=20)
    arguments.add_argument("--chunks", type=int, default=40)
    given = arguments.parse_args()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(story(given.seed, given.kills, given.chunks)))


def story(seed: int, kills: int, chunk_count: int) -> dict:
    """A run and an import, once undisturbed and once under kills; what both left behind."""
    from django.db import connections
    from django.db.models import Max
    from django.utils import timezone

    from denghuo.foundation.imports import queries as imports
    from denghuo.foundation.jobs import operations, queries
    from denghuo.foundation.jobs.models import LongRun, RunChunk
    from denghuo.project import worker

    chance = random.Random(seed)
    good, bad = f"A{seed % 1000}", f"B{seed % 1000}"
    undisturbed, calm_file = start(good, chunk_count), bring(good, chunk_count)
    operations.drive(run=undisturbed, clock=timezone.now)
    while (calm_file := advance(calm_file)).state != "committed":
        operations.drive(run=calm_file.run, clock=timezone.now)
    killed, killed_file = start(bad, chunk_count), bring(bad, chunk_count)
    done_before = 0
    for number in range(kills):
        connections.close_all()
        workers = [fork_worker() for _ in range(2)]
        time.sleep(chance.uniform(0.02, 0.4))
        victim = chance.randrange(2)
        os.kill(workers[victim], signal.SIGKILL)
        os.waitpid(workers[victim], 0)
        time.sleep(chance.uniform(0, 0.03))
        os.kill(workers[1 - victim], signal.SIGKILL if number % 2 else signal.SIGTERM)
        os.waitpid(workers[1 - victim], 0)
        done = LongRun.objects.get(id=killed.id).done_rows
        if done < done_before:
            raise SystemExit(f"progress went backwards: {done_before} -> {done}")
        done_before = done
        killed_file = advance(killed_file)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        killed_file = advance(killed_file)
        if LongRun.objects.filter(finished_at__isnull=True).exists():
            worker.run(once=True, lease_seconds=1)
            time.sleep(0.1)
        elif killed_file.state == "committed":
            break
    for run in (killed, undisturbed):
        run.refresh_from_db()
    restarts = RunChunk.objects.aggregate(most=Max("attempts"))["most"]
    return {
        "undisturbed": picture(undisturbed, calm_file),
        "killed": picture(killed, killed_file),
        "rows_at_last_kill": done_before,
        "restarts": restarts,
        "inconsistencies": [*queries.inconsistencies(), *imports.inconsistencies()],
    }


def bring(prefix: str, chunk_count: int):
    """A file with good rows, rows in error and rows twice, checked and committed by workers."""
    from django.utils import timezone

    from denghuo.foundation.imports import operations
    from tests.cast import imports as cast

    lines = [cast.HEADINGS]
    for number in range(chunk_count * 10):
        day = "never" if number % 17 == 3 else "2026-09-07"
        lines.append(
            (f"{prefix}i{number - number % 13 // 12:05d}", f"name {number - number % 13 // 12}", day)
        )
    batch = operations.stage(
        kind="tests_slow_teams",
        file=cast.csv_file(lines),
        file_name="teams.csv",
        parameters={},
        actor=None,
        unit_id=prefix,
        at=timezone.now(),
    )
    return operations.check(batch=batch, actor=None, at=timezone.now(), inline=False)


def advance(batch):
    """Commit the file as soon as it is checked."""
    from django.utils import timezone

    from denghuo.foundation.imports import operations

    batch.refresh_from_db()
    if batch.state == "checked":
        operations.commit(batch=batch, actor=None, at=timezone.now())
        batch.refresh_from_db()
    return batch


def start(prefix: str, chunk_count: int):
    from django.utils import timezone

    from denghuo.foundation.identity.models import OrganisationUnit
    from denghuo.foundation.jobs import operations, rules

    register()
    OrganisationUnit.objects.create(code=f"{prefix}T", name="0", kind="bureau")
    chunks = [
        rules.ChunkSpec({"prefix": prefix, "number": n, "count": 1 + n % 4}, 1 + n % 4)
        for n in range(chunk_count)
    ]
    return operations.start(
        kind="tests.kill",
        title=prefix,
        parameters={},
        chunks=chunks,
        actor=None,
        unit_id="45",
        at=timezone.now(),
    )


def register() -> None:
    from denghuo.foundation.imports import rules as import_rules
    from denghuo.foundation.jobs import rules
    from tests.cast import imports as cast

    rules.chunk_worker("tests.kill")(add_units)
    rules.on_finished("tests.kill")(finish)
    kind = dataclasses.replace(cast.TEAMS, code="tests_slow_teams", commit=commit_slowly, chunk_rows=20)
    if "tests_slow_teams" not in [known.code for known in import_rules.kinds()]:
        import_rules.register(kind)


def commit_slowly(rows, context):
    from tests.cast import imports as cast

    written = cast.commit_teams(rows, context)
    time.sleep(0.02)
    return written


def add_units(run, payload, at):
    """Insert rows, and add their number to a total that a doubled or half chunk would spoil."""
    from denghuo.foundation.identity.models import OrganisationUnit

    prefix, number, count = payload["prefix"], payload["number"], payload["count"]
    total = OrganisationUnit.objects.select_for_update().get(code=f"{prefix}T")
    for index in range(count):
        OrganisationUnit.objects.create(
            code=f"{prefix}-{number}-{index}", name=str(number * index), kind="team"
        )
        time.sleep(0.01)
    total.name = str(int(total.name) + count)
    total.save()
    return {"units": count, "odd": number % 2}


def finish(run, at):
    from denghuo.foundation.identity.models import OrganisationUnit

    OrganisationUnit.objects.create(code=f"{run.title}F", name=run.state, kind="hall")


def fork_worker() -> int:
    child = os.fork()
    if child:
        return child
    try:
        from denghuo.project import worker

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        worker.run(lease_seconds=1)
    finally:
        os._exit(0)


def picture(run, batch) -> dict:
    from denghuo.foundation.identity.models import OrganisationUnit

    rows = OrganisationUnit.objects.filter(code__startswith=run.title).order_by("code")
    return {
        "rows": [
            [code[len(run.title) :], name, kind]
            for code, name, kind in rows.values_list("code", "name", "kind")
        ],
        "state": run.state,
        "done_rows": run.done_rows,
        "total_rows": run.total_rows,
        "counters": json.loads(run.result),
        "chunks": sorted(run.chunks.values_list("number", "state", "counters")),
        "file": [batch.state, batch.valid_rows, batch.error_rows, batch.duplicate_rows, batch.committed_rows],
        "file_rows": list(batch.rows.order_by("number").values_list("number", "state", "errors")),
    }


if __name__ == "__main__":
    main()
