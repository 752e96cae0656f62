"""Steps and work lists over many running cases, against the bare writes of a step in the same run.

``python benchmarks/processes.py [--cases 100000] [--rounds 300]`` fills a database of its own (``DENGHUO_DATABASE_URL``,
default a new SQLite file). The contracts: completing a step within 30 ms at the 95th percentile, the first page of a
work list within 200 ms, with 100,000 cases running.
"""

from __future__ import annotations

import argparse
import copy
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parents[1])]
MOST_STEP_MS, MOST_PAGE_MS, STEP = 30, 200, 5_000


def fill(cases: int) -> None:
    """One case is walked by the real operation; its rows are then copied."""
    from django.utils import timezone
    from tests.cast import processes as drawn

    from denghuo.foundation.numbering.models import Sequence
    from denghuo.foundation.workflow import operations, rules
    from denghuo.foundation.workflow.models import HumanTask, ProcessInstance
    from denghuo.project.demo import staff

    now = timezone.now()
    units = list(staff.open_units(now))
    rules.handler("test.write", lambda instance, *, at, actor: None)
    operations.approve(definition=operations.draft(xml=drawn.REQUEST, at=now), at=now, actor=None)
    first = operations.start(
        process="test.request",
        subject=Sequence(pk=1, name="x"),
        title="用电申请",
        unit_id="4501",
        at=now,
        actor=None,
    )
    task, dice = first.tasks.get(), random.Random(11)
    for start in range(1, cases, STEP):
        batch = []
        for number in range(start, min(cases, start + STEP)):
            made = copy.copy(first)
            made.pk, made._state = None, copy.copy(first._state)
            made.number, made.subject_id, made.unit_id = f"B{number:08d}", number, dice.choice(units)
            batch.append(made)
        ProcessInstance.objects.bulk_create(batch)
        steps = []
        for made in ProcessInstance.objects.filter(number__in=[made.number for made in batch]).order_by("id"):
            step = copy.copy(task)
            step.pk, step._state, step.instance_id, step.unit_id = (
                None,
                copy.copy(task._state),
                made.pk,
                made.unit_id,
            )
            step.due_at = now + timedelta(minutes=dice.randrange(-3000, 9000))
            steps.append(step)
        HumanTask.objects.bulk_create(steps)


def timed(work: Callable[[Any], object], over: list[Any]) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds."""
    took = []
    for item in over:
        begun = time.perf_counter()
        work(item)
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took), statistics.quantiles(took, n=20)[-1]


def measure(rounds: int) -> bool:
    from django.db import transaction
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from denghuo.foundation.workflow import operations
    from denghuo.foundation.workflow.models import HumanTask, ProcessEvent, ProcessInstance
    from denghuo.project.demo import staff

    now = timezone.now()
    ids = list(
        HumanTask.objects.filter(state="open", step="accept").order_by("id").values_list("pk", flat=True)
    )
    chosen = random.Random(5).sample(ids, rounds)
    tasks = [HumanTask.objects.get(pk=pk) for pk in chosen]

    def bare(task: HumanTask) -> None:
        with transaction.atomic():
            ProcessInstance.objects.select_for_update().get(pk=task.instance_id).save()
            task.save()
            for kind in ("one", "two"):
                ProcessEvent.objects.create(instance_id=task.instance_id, kind=kind, at=now)

    floor = timed(bare, tasks[:100])
    step = timed(lambda task: operations.complete(task=task, at=now, actor=None), tasks)
    clerk = staff.hire("linxiaoyu", now)
    client = Client()
    client.force_login(clerk)
    pages = {
        name: reverse("workflow:tasks") + query
        for name, query in {"my tasks": "", "of my role": "?whose=role"}.items()
    }

    def opened(url: str) -> None:
        assert client.get(url).status_code == 200, url

    print(f"{'floor: the bare writes':28} median {floor[0]:7.1f} ms  p95 {floor[1]:7.1f} ms")
    print(
        f"{'a step completed':28} median {step[0]:7.1f} ms  p95 {step[1]:7.1f} ms  {step[0] / floor[0]:.1f} × floor"
    )
    kept = step[1] <= MOST_STEP_MS
    for name, url in pages.items():
        opened(url)
        found = timed(opened, [url] * 15)
        print(f"{name:28} median {found[0]:7.1f} ms  p95 {found[1]:7.1f} ms")
        kept = kept and found[0] <= MOST_PAGE_MS
    return kept


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--release", action="store_true", help="100,000 cases")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("DENGHUO_HOME", home)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "denghuo.project.settings")
        os.environ.setdefault("DENGHUO_HOSTS", "testserver")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        fill(100_000 if chosen.release else chosen.cases)
        kept = measure(chosen.rounds)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
