"""Kill workers at random instants and see whether the result is that of an undisturbed run.

Runs as a program of its own, because it forks: ``python -m tests.database.foundation.jobs.kill_driver --seed 7``.
The database is the one of DENGHUO_DATABASE_URL and must be empty or migrated; the test prepares one.
"""

from __future__ import annotations

import argparse
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
    arguments.add_argument("--chunks", type=int, default=100)
    given = arguments.parse_args()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(story(given.seed, given.kills, given.chunks)))


def story(seed: int, kills: int, chunk_count: int) -> dict:
    from django.db import connections
    from django.utils import timezone

    from denghuo.foundation.jobs import operations, queries
    from denghuo.foundation.jobs.models import LongRun

    chance = random.Random(seed)
    undisturbed = start(f"A{seed % 1000}", chunk_count)
    operations.drive(run=undisturbed, clock=timezone.now)
    killed = start(f"B{seed % 1000}", chunk_count)
    done_before = -1
    for number in range(kills):
        connections.close_all()
        workers = [fork_worker() for _ in range(2)]
        time.sleep(chance.uniform(0.01, 0.25))
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
    deadline = time.monotonic() + 60
    while LongRun.objects.get(id=killed.id).finished_at is None and time.monotonic() < deadline:
        from denghuo.project import worker

        worker.run(once=True, lease_seconds=1)
        time.sleep(0.1)
    killed.refresh_from_db()
    undisturbed.refresh_from_db()
    return {
        "undisturbed": picture(undisturbed, "A"),
        "killed": picture(killed, "B"),
        "rows_at_last_kill": done_before,
        "restarts": max(killed.chunks.values_list("attempts", flat=True)),
        "inconsistencies": queries.inconsistencies(),
    }


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
    from denghuo.foundation.jobs import rules

    rules.chunk_worker("tests.kill")(add_units)
    rules.on_finished("tests.kill")(finish)


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


def picture(run, letter: str) -> dict:
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
    }


if __name__ == "__main__":
    main()
