"""Every day: tell customers whose suspension, temporary transformer or removal ends soon."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from denghuo.commerce.changes import operations
from denghuo.foundation.jobs import rules as jobs


@task()
def warn_of_ends() -> None:
    """See ``operations.warn_of_ends`` and ``start_clocks``."""
    operations.start_clocks(at=timezone.now())
    operations.warn_of_ends(at=timezone.now())


jobs.schedule("changes.warn_of_ends", jobs.Every(minutes=60), warn_of_ends)
