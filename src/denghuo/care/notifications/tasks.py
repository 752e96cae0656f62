"""Every minute: hand over the messages that are due."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from denghuo.care.notifications import operations
from denghuo.foundation.jobs import rules as jobs


@task()
def deliver_messages() -> None:
    """See ``operations.deliver_waiting``."""
    operations.deliver_waiting(at=timezone.now())


jobs.schedule("notifications.deliver", jobs.Every(minutes=1), deliver_messages)
