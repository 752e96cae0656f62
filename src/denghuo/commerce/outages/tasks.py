"""Every few minutes: send out the notices that are due."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from denghuo.commerce.outages import operations
from denghuo.foundation.jobs import rules as jobs


@task()
def announce() -> None:
    """See ``operations.publish_due_notices``."""
    operations.publish_due_notices(at=timezone.now())


jobs.schedule("outages.announce", jobs.Every(minutes=5), announce)
