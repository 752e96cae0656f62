"""Bringing an empty database to the point where people can work: tables, search index, price books, calendar."""

from __future__ import annotations

from django.core.management import call_command
from django.utils import timezone

from denghuo.commerce.tariffs import operations as tariffs


def prepare() -> None:
    """Migrate and load the shipped price books; a second call changes nothing."""
    call_command("migrate", interactive=False, verbosity=0)
    tariffs.load_shipped_books(at=timezone.now())
