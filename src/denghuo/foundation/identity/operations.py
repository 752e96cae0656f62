"""Hiring, rights and signing in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity import rules
from denghuo.foundation.identity.models import (
    ApiClient,
    OrganisationUnit,
    RoleAssignment,
    SignInAttempt,
    Staff,
    UnitKind,
)


class UnitCannotBeOpened(Exception):
    """Its code does not continue the code of its parent."""


class RoleRefused(Exception):
    """The role may not be given. ``reason`` is a code of ``rules.Conflict``, ``oneself``, ``held`` or ``disabled``."""

    def __init__(self, reason: str, other_role: str = "") -> None:
        super().__init__(f"{reason} {other_role}".strip())
        self.reason = reason
        self.other_role = other_role


class OwnAccount(Exception):
    """Nobody changes, disables or resets the own account."""


class AdministratorAccount(Exception):
    """One administrator neither closes nor takes over the account of another.

    Take the role back first (security administrator), or use ``manage.py reset_administrator`` on the server.
    """


class SignInRefused(Exception):
    """User name and password do not match, or the account is disabled; the page does not say which."""


class TooManyTries(Exception):
    """Signing in is slowed down; ``wait_seconds`` more."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(f"wait {wait_seconds} s")
        self.wait_seconds = wait_seconds


class WrongPassword(Exception):
    """The present password was not given correctly."""


@transaction.atomic
def open_unit(
    *,
    code: str,
    name: str,
    kind: str,
    parent: OrganisationUnit | None,
    at: datetime,
    actor: Staff | None = None,
) -> OrganisationUnit:
    """Add a node to the organisation tree.

    Raises:
        UnitCannotBeOpened: the code does not start with the parent's, only the top has no parent, or it exists.
    """
    if parent is not None and (not code.startswith(parent.code) or code == parent.code):
        raise UnitCannotBeOpened(f"{code} does not continue {parent.code}")
    if parent is None and kind != UnitKind.BUREAU:
        raise UnitCannotBeOpened(f"{code} has no parent")
    if OrganisationUnit.objects.filter(code=code).exists():
        raise UnitCannotBeOpened(f"{code} exists")
    unit = OrganisationUnit.objects.create(code=code, name=name, kind=kind, parent=parent)
    audit.record(
        "identity.unit.opened",
        subject=unit,
        at=at,
        actor=actor,
        unit_id=code,
        changes={"name": [None, name], "kind": [None, kind]},
    )
    return unit


@transaction.atomic
def rename_unit(*, unit: OrganisationUnit, name: str, at: datetime, actor: Staff) -> None:
    old, unit.name = unit.name, name
    unit.save(update_fields=["name"])
    audit.record(
        "identity.unit.renamed",
        subject=unit,
        at=at,
        actor=actor,
        unit_id=unit.code,
        changes={"name": [old, name]},
    )


@transaction.atomic
def employ(
    *,
    username: str,
    name: str,
    unit: OrganisationUnit,
    password: str,
    at: datetime,
    actor: Staff | None = None,
    phone: str = "",
    must_change_password: bool = True,
) -> Staff:
    """Open an account without any role; the security administrator gives the roles.

    Raises:
        ValidationError: the password is too weak.
    """
    staff = Staff(
        username=username,
        name=name,
        unit=unit,
        phone=phone,
        must_change_password=must_change_password,
        password_changed_at=at,
        created_at=at,
    )
    validate_password(password, staff)
    staff.password = make_password(password)
    staff.save()
    audit.record(
        "identity.staff.employed",
        subject=staff,
        at=at,
        actor=actor,
        changes={"username": [None, username], "name": [None, name], "unit": [None, unit.code]},
    )
    return staff


@transaction.atomic
def edit_staff(
    *, staff: Staff, name: str, phone: str, unit: OrganisationUnit, at: datetime, actor: Staff
) -> None:
    """Change a person's name, telephone or unit; the unit decides what the person sees.

    Raises:
        OwnAccount: on oneself.
    """
    if actor.pk == staff.pk:
        raise OwnAccount
    wanted = {"name": name, "phone": phone, "unit_id": unit.code}
    changes = {
        field: [getattr(staff, field), value]
        for field, value in wanted.items()
        if getattr(staff, field) != value
    }
    if not changes:
        return
    staff.name, staff.phone, staff.unit = name, phone, unit
    staff.save(update_fields=["name", "phone", "unit"])
    audit.record("identity.staff.edited", subject=staff, at=at, actor=actor, changes=changes)


@transaction.atomic
def grant(
    *, staff: Staff, role: str, at: datetime, actor: Staff | None = None, reason: str = ""
) -> RoleAssignment:
    """Give a role. ``actor`` is None only while the first administrators of an installation are made.

    Raises:
        RoleRefused: to oneself, to a disabled account, twice, or against the separation of duties.
    """
    staff = Staff.objects.select_for_update().select_related("unit").get(pk=staff.pk)
    if role not in rules.PERMISSIONS:
        raise RoleRefused("unknown")
    if actor is not None and actor.pk == staff.pk:
        raise RoleRefused("oneself")
    if not staff.is_active:
        raise RoleRefused("disabled")
    held = staff.roles
    if role in held:
        raise RoleRefused("held", role)
    if broken := rules.conflicts(held, role):
        raise RoleRefused(broken[0].reason, next(iter(broken[0].roles - {role})))
    assignment = RoleAssignment.objects.create(staff=staff, role=role, granted_by=actor, granted_at=at)
    audit.record(
        "identity.role.granted",
        subject=staff,
        at=at,
        actor=actor,
        reason=reason,
        changes={"role": [None, role]},
    )
    return assignment


@transaction.atomic
def revoke(*, assignment: RoleAssignment, at: datetime, actor: Staff, reason: str) -> None:
    """Take a role back; it stays in the record as revoked.

    Raises:
        RoleRefused: from oneself.
    """
    if actor.pk == assignment.staff_id:
        raise RoleRefused("oneself")
    assignment = RoleAssignment.objects.select_for_update().get(pk=assignment.pk)
    if assignment.revoked_at is not None:
        return
    assignment.revoked_at, assignment.revoked_by = at, actor
    assignment.save(update_fields=["revoked_at", "revoked_by"])
    audit.record(
        "identity.role.revoked",
        subject=assignment.staff,
        at=at,
        actor=actor,
        reason=reason,
        changes={"role": [assignment.role, None]},
    )


@transaction.atomic
def disable(*, staff: Staff, at: datetime, actor: Staff, reason: str) -> None:
    """Close an account now: every session ends with it.

    Raises:
        OwnAccount: on oneself.
        AdministratorAccount: on another administrator.
    """
    _refuse_own_and_administrators(staff, actor)
    staff.is_active, staff.sessions_valid_from = False, at
    staff.save(update_fields=["is_active", "sessions_valid_from"])
    audit.record(
        "identity.staff.disabled",
        subject=staff,
        at=at,
        actor=actor,
        reason=reason,
        changes={"is_active": [True, False]},
    )


def _refuse_own_and_administrators(staff: Staff, actor: Staff) -> None:
    if actor.pk == staff.pk:
        raise OwnAccount
    if staff.roles & rules.ADMINISTRATORS:
        raise AdministratorAccount


@transaction.atomic
def enable(*, staff: Staff, at: datetime, actor: Staff, reason: str) -> None:
    """Open a disabled account again; sessions from before stay dead.

    Raises:
        OwnAccount: on oneself.
    """
    if actor.pk == staff.pk:
        raise OwnAccount
    staff.is_active = True
    staff.save(update_fields=["is_active"])
    audit.record(
        "identity.staff.enabled",
        subject=staff,
        at=at,
        actor=actor,
        reason=reason,
        changes={"is_active": [False, True]},
    )


@transaction.atomic
def reset_password(*, staff: Staff, at: datetime, actor: Staff | None, reason: str) -> str:
    """Set a one-time password that must be changed at the next sign-in, and return it; every session ends.

    ``actor`` is None on the server's own command line.

    Raises:
        OwnAccount: on oneself.
        AdministratorAccount: on another administrator.
    """
    if actor is not None:
        _refuse_own_and_administrators(staff, actor)
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    _set_password(staff, password, at, must_change=True)
    audit.record("identity.password.reset", subject=staff, at=at, actor=actor, reason=reason)
    return password


@transaction.atomic
def change_password(*, staff: Staff, present: str, new: str, at: datetime) -> None:
    """Change one's own password; every session from before ends, so the caller signs in again.

    Raises:
        WrongPassword: ``present`` is not the present one.
        ValidationError: ``new`` is too weak or the same as before.
    """
    if not check_password(present, staff.password):
        raise WrongPassword
    validate_password(new, staff)
    _set_password(staff, new, at, must_change=False)
    audit.record("identity.password.changed", subject=staff, at=at, actor=staff)


def _set_password(staff: Staff, password: str, at: datetime, *, must_change: bool) -> None:
    staff.password = make_password(password)
    staff.must_change_password = must_change
    staff.password_changed_at = staff.sessions_valid_from = at
    staff.save(
        update_fields=["password", "must_change_password", "password_changed_at", "sessions_valid_from"]
    )


@transaction.atomic
def choose_language(*, staff: Staff, language: str) -> None:
    """Keep the language a person reads; not audited, it concerns nobody else."""
    Staff.objects.filter(pk=staff.pk).update(language=language)


def sign_in(*, username: str, password: str, address: str, at: datetime) -> Staff:
    """Check a user name and a password, slow down guessing, and note the try.

    Raises:
        TooManyTries: by ``rules.pause_seconds``; the password was not looked at.
        SignInRefused: unknown, wrong or disabled; the time taken is the same.
    """
    username = username.strip()[:150]
    if (wait := _wait_seconds(username, address, at)) > 0:
        raise TooManyTries(wait)
    staff = Staff.objects.select_related("unit").filter(username=username).first()
    if staff is None:
        make_password(password)
        good = False
    else:
        good = check_password(password, staff.password, setter=_rehash(staff)) and staff.is_active
    with transaction.atomic():
        SignInAttempt.objects.create(username=username, address=address, at=at, succeeded=good)
        if staff is not None:
            action = "identity.sign_in.succeeded" if good else "identity.sign_in.failed"
            audit.record(action, subject=staff, at=at, actor=staff if good else None)
    if staff is None or not good:
        raise SignInRefused
    return staff


def _rehash(staff: Staff) -> Callable[[str], None]:
    def setter(raw: str) -> None:
        Staff.objects.filter(pk=staff.pk).update(password=make_password(raw))

    return setter


def _wait_seconds(username: str, address: str, at: datetime) -> int:
    recent = SignInAttempt.objects.filter(
        at__gt=at - timedelta(seconds=rules.FAILURE_MEMORY_SECONDS), at__lte=at
    )
    last_success = (
        recent.filter(username=username, succeeded=True).order_by("-at").values_list("at", flat=True).first()
    )
    by_user = recent.filter(username=username, succeeded=False)
    if last_success:
        by_user = by_user.filter(at__gt=last_success)
    by_address = recent.filter(address=address, succeeded=False)
    last = max(
        (
            value
            for value in (
                by_user.order_by("-at").values_list("at", flat=True).first(),
                by_address.order_by("-at").values_list("at", flat=True).first(),
            )
            if value
        ),
        default=None,
    )
    if last is None:
        return 0
    pause = rules.pause_seconds(by_user.count(), by_address.count())
    return max(0, int((last + timedelta(seconds=pause) - at).total_seconds()))


def sign_out(*, staff: Staff, at: datetime) -> None:
    audit.record("identity.sign_out", subject=staff, at=at, actor=staff)


@transaction.atomic
def register_client(
    *, name: str, scopes: list[str], unit: OrganisationUnit, at: datetime, actor: Staff | None
) -> tuple[ApiClient, str]:
    """Let a machine call the API; the token is returned here once and never again, only its hash is kept.

    Raises:
        ValueError: a scope that machines may not have.
    """
    if unknown := set(scopes) - set(rules.API_SCOPES):
        raise ValueError(f"not for machines: {', '.join(sorted(unknown))}")
    token = f"dh_{secrets.token_urlsafe(32)}"
    client = ApiClient.objects.create(
        name=name, token_hash=token_hash(token), scopes=" ".join(sorted(scopes)), unit=unit, created_at=at
    )
    audit.record(
        "identity.api_client.registered",
        subject=client,
        subject_label=name,
        at=at,
        actor=actor,
        changes={"scopes": [None, client.scopes], "unit": [None, unit.code]},
    )
    return client, token


@transaction.atomic
def revoke_client(*, client: ApiClient, at: datetime, actor: Staff, reason: str) -> None:
    """Its token stops working at once."""
    client.revoked_at = at
    client.save(update_fields=["revoked_at"])
    audit.record(
        "identity.api_client.revoked",
        subject=client,
        subject_label=client.name,
        at=at,
        actor=actor,
        reason=reason,
    )


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
