"""Every minute: send commands to switches, look after settled accounts, flag restorations that are late."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from denghuo.commerce.disconnection import operations
from denghuo.foundation.jobs import rules as jobs


@task()
def look_after_supply() -> None:
    """See ``operations.sweep``, ``perform_waiting`` and ``escalate_late``."""
    operations.sweep(at=timezone.now())
    operations.perform_waiting(at=timezone.now())
    operations.escalate_late(at=timezone.now())


jobs.schedule("disconnection.look_after_supply", jobs.Every(minutes=1), look_after_supply)
