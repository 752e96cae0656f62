"""Protection by decision: asked for with its evidence, approved by another person."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.collection.models import ProtectedCustomer, ProtectionState
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account


class ProtectionCannotBeDecided(Exception):
    """It is decided, one's own, or says nothing; the text says which."""


@transaction.atomic
def ask_protection(
    *,
    account: Account,
    reason: str,
    note: str,
    valid_from: date,
    valid_to: date,
    actor: Staff,
    at: datetime,
) -> ProtectedCustomer:
    """Ask that an account be protected from ordinary dunning and from disconnection.

    Raises:
        ProtectionCannotBeDecided: no evidence, days in the wrong order, or asked for already.
    """
    if not note.strip():
        raise ProtectionCannotBeDecided(_("Name the evidence."))
    if valid_to < valid_from:
        raise ProtectionCannotBeDecided(_("The last day lies before the first."))
    if ProtectedCustomer.objects.filter(account=account, state=ProtectionState.REQUESTED).exists():
        raise ProtectionCannotBeDecided(_("A protection of this account is waiting for approval already."))
    made = ProtectedCustomer.objects.create(
        account=account,
        reason=reason,
        note=note,
        valid_from=valid_from,
        valid_to=valid_to,
        requested_by=actor,
        requested_at=at,
    )
    audit.record("collection.protection.asked", subject=made, actor=actor, at=at, reason=note)
    return made


@transaction.atomic
def decide_protection(
    *, protection: ProtectedCustomer, approve: bool, actor: Staff, at: datetime
) -> ProtectedCustomer:
    """Approve or reject it.

    Raises:
        ProtectionCannotBeDecided: decided already, or one's own.
    """
    found = ProtectedCustomer.objects.select_for_update(of=("self",)).get(pk=protection.pk)
    if found.state != ProtectionState.REQUESTED:
        raise ProtectionCannotBeDecided(_("This has been decided already."))
    if found.requested_by_id == actor.pk:
        raise ProtectionCannotBeDecided(_("Another person must decide: you asked for it."))
    found.state = ProtectionState.APPROVED if approve else ProtectionState.REJECTED
    found.decided_by, found.decided_at = actor, at
    found.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record(
        "collection.protection.approved" if approve else "collection.protection.rejected",
        subject=found,
        actor=actor,
        at=at,
    )
    return found


@transaction.atomic
def end_protection(
    *, protection: ProtectedCustomer, reason: str, actor: Staff, at: datetime
) -> ProtectedCustomer:
    """Let an approved protection end with this day.

    Raises:
        ProtectionCannotBeDecided: it does not run, or no reason is given.
    """
    found = ProtectedCustomer.objects.select_for_update(of=("self",)).get(pk=protection.pk)
    on = day_of(at)
    if found.state != ProtectionState.APPROVED or not found.valid_from <= on <= found.valid_to:
        raise ProtectionCannotBeDecided(_("This protection does not run."))
    if not reason.strip():
        raise ProtectionCannotBeDecided(_("Give the reason."))
    before, found.valid_to = found.valid_to, on
    found.save(update_fields=["valid_to"])
    audit.record(
        "collection.protection.ended",
        subject=found,
        actor=actor,
        at=at,
        reason=reason,
        changes={"valid_to": [before.isoformat(), on.isoformat()]},
    )
    return found
