"""Reminders and missed appointments every few minutes; recurring visits are booked ahead every night."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from denghuo.care.appointments import operations
from denghuo.foundation.jobs import rules as jobs


@task()
def look_after_appointments() -> None:
    """See ``operations.remind`` and ``mark_missed``."""
    operations.remind(at=timezone.now())
    operations.mark_missed(at=timezone.now())


@task()
def book_visits_ahead() -> None:
    """See ``operations.book_ahead``."""
    operations.book_ahead(at=timezone.now())


jobs.schedule("appointments.look_after", jobs.Every(minutes=5), look_after_appointments)
jobs.schedule("appointments.book_ahead", jobs.Daily(hour=5, minute=20), book_visits_ahead)
