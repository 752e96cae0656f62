"""What must hold of every case at any time; the doctor asks."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q

from denghuo.foundation.workflow.models import (
    ClockPause,
    HumanTask,
    InstanceState,
    ProcessInstance,
    TaskState,
    Timer,
)


def inconsistencies() -> Iterator[str]:
    """Cases that hang, ended cases with open steps, clocks that stand without a pause or run in one."""
    cases = ProcessInstance.objects.annotate(
        waits=Exists(HumanTask.objects.filter(instance=OuterRef("pk"), state=TaskState.OPEN)),
        times=Exists(Timer.objects.filter(instance=OuterRef("pk"), fired_at__isnull=True)),
        stands=Exists(ClockPause.objects.filter(instance=OuterRef("pk"), ended_at__isnull=True)),
    ).order_by("id")
    running = Q(state=InstanceState.RUNNING)
    for wrong, words in (
        (running & Q(waits=False, times=False), "runs and waits for nobody"),
        (~running & Q(waits=True), "has ended and waits for somebody"),
        (running & Q(paused_at__isnull=False, stands=False), "stands still without a pause"),
        (Q(paused_at__isnull=True, stands=True), "runs in a pause"),
    ):
        for number in cases.filter(wrong).values_list("number", flat=True):
            yield f"case {number} {words}"
