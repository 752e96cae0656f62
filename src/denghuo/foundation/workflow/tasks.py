"""Every minute: fire the timers of diagrams, look at the clocks."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from denghuo.foundation.jobs import rules as jobs
from denghuo.foundation.workflow import operations


@task()
def look_after_processes() -> None:
    """See ``operations.fire_timers`` and ``operations.ring``."""
    operations.fire_timers(at=timezone.now())
    operations.ring(at=timezone.now())


jobs.schedule("workflow.look_after_processes", jobs.Every(minutes=1), look_after_processes)
