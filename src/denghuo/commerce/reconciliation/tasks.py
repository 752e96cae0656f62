"""Every morning the channels' files of yesterday are set against our books."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from denghuo.commerce.reconciliation import operations
from denghuo.commerce.reconciliation.operations.days import FILE_BY_HOUR
from denghuo.foundation.jobs import rules as jobs


@task()
def reconcile_yesterday() -> None:
    """Compare what is there, mark what is overdue; see ``operations.reconcile_due``."""
    operations.reconcile_due(at=timezone.now())


jobs.schedule("reconciliation.daily", jobs.Daily(hour=FILE_BY_HOUR), reconcile_yesterday)
