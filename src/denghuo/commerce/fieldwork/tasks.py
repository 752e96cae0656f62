"""Every night: positions that are old enough are thrown away."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from denghuo.commerce.fieldwork import operations
from denghuo.commerce.fieldwork.rules import parameters
from denghuo.foundation.jobs import rules as jobs
from denghuo.foundation.parameters import queries as figures
from denghuo.kernel.periods import day_of


@task()
def forget_positions() -> None:
    """See ``operations.forget_positions``."""
    at = timezone.now()
    days = figures.value(parameters.POSITION_DAYS, on=day_of(at))
    operations.forget_positions(at=at, days=days)


jobs.schedule("fieldwork.forget_positions", jobs.Daily(hour=3, minute=40), forget_positions)
