"""Bringing an empty database to the point where people can work: tables, price books, the first account."""

from __future__ import annotations

import sys

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from denghuo.commerce.tariffs import operations as tariffs
from denghuo.foundation.identity import operations as identity
from denghuo.foundation.identity.models import OrganisationUnit, RoleAssignment
from denghuo.foundation.identity.rules import ROLES


def prepare() -> None:
    """Migrate and load the shipped price books; a second call changes nothing."""
    call_command("migrate", interactive=False, verbosity=0)
    tariffs.load_shipped_books(at=timezone.now())


def create_first_staff(username: str, name: str, role: str, unit_code: str, password: str) -> int:
    """Open an account with a role while no account has one yet; afterwards the security administrator gives roles.

    Returns the exit code: 0 done, 2 refused with the reason printed.
    """
    now = timezone.now()
    if role not in ROLES:
        return _refuse(f"There is no role {role!r}. Roles: {', '.join(ROLES)}")
    if RoleAssignment.objects.filter(revoked_at__isnull=True, role="security_admin").exists():
        return _refuse("There is a security administrator already; add staff in the console.")
    try:
        with transaction.atomic():
            unit = OrganisationUnit.objects.filter(code=unit_code).first() or identity.open_unit(
                code=unit_code, name=unit_code, kind="bureau", parent=None, at=now
            )
            staff = identity.employ(username=username, name=name, unit=unit, password=password, at=now)
            identity.grant(staff=staff, role=role, at=now)
    except ValidationError as error:
        return _refuse("; ".join(error.messages))
    print(f"{username} may sign in as {role}; the password must be changed at the first sign-in.")
    return 0


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 2
