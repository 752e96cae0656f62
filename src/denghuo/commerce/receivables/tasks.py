"""What receivables do by themselves: every morning running plans are judged."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from denghuo.commerce.receivables import operations
from denghuo.foundation.jobs import rules as jobs


@task()
def review_plans() -> None:
    """End the instalment plans that are kept or broken."""
    operations.review_plans(at=timezone.now())


jobs.schedule("receivables.plans", jobs.Daily(hour=6, minute=30), review_plans)
