"""Every night: tickets that still wait from a day that is over have left."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from denghuo.care.desk import operations
from denghuo.foundation.jobs import rules as jobs
from denghuo.kernel.periods import day_of


@task()
def close_yesterday() -> None:
    """See ``operations.close_day``."""
    now = timezone.now()
    operations.close_day(before=day_of(now), at=now)


jobs.schedule("desk.close_yesterday", jobs.Daily(hour=0, minute=10), close_yesterday)
