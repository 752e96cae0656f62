"""``manage.py reset_administrator USERNAME``: a new one-time password, for whoever holds the server."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from denghuo.foundation.identity import operations
from denghuo.foundation.identity.models import Staff


class Command(BaseCommand):
    help = "Set a one-time password; in the console no administrator can do this to another."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        staff = Staff.objects.select_related("unit").filter(username=username).first()
        if staff is None:
            raise CommandError(f"there is no account {username!r}")
        password = operations.reset_password(
            staff=staff, at=timezone.now(), actor=None, reason="command line of the server"
        )
        self.stdout.write(f"{username}: {password}  (must be changed at the next sign-in)")
