"""The janitor of the payment channels, every minute."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from denghuo.commerce.channels import operations
from denghuo.foundation.jobs import rules as jobs


@task()
def ask_channels() -> None:
    """Ask about the orders and refunds that are due; see ``operations.sweep``."""
    operations.sweep(at=timezone.now())


jobs.schedule("channels.ask", jobs.Every(minutes=1), ask_channels)
