"""Bringing an empty database to the point where people can work: tables, the first account, the first prices."""

from __future__ import annotations

import sys

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from denghuo.commerce.tariffs import operations as tariffs
from denghuo.foundation.identity import operations as identity
from denghuo.foundation.identity.models import OrganisationUnit, RoleAssignment, Staff
from denghuo.foundation.identity.rules import ROLES


def prepare() -> None:
    """Create or upgrade the tables; a second call changes nothing."""
    call_command("migrate", interactive=False, verbosity=0)
    print("The database is ready.")


def draft_prices(book: str, username: str) -> int:
    """Draft a shipped price book in the name of a tariff clerk; a second person approves it in the console.

    Returns the exit code: 0 done, 2 refused with the reason printed.
    """
    clerk = Staff.objects.filter(username=username, is_active=True).first()
    if clerk is None or not clerk.may("tariffs.draft"):
        return _refuse(f"{username!r} is nobody who may draft prices")
    try:
        version = tariffs.draft_shipped_book(code=book, drafted_by=clerk, at=timezone.now())
    except (tariffs.NoSuchBook, tariffs.NothingChanged) as error:
        return _refuse(str(error))
    print(f"{version} is drafted. A second person approves it and puts it in force under Tariffs.")
    return 0


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
