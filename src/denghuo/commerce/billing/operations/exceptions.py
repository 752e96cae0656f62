"""The worklist of billing exceptions: who takes one, what is decided, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.billing.models import (
    Bill,
    BillingException,
    BillingExceptionState,
    BillState,
    Severity,
)
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff

WAITING = (BillingExceptionState.OPEN, BillingExceptionState.REREAD)


class ExceptionIsClosed(Exception):
    """Somebody has decided it already."""


class ReasonMissing(Exception):
    """A decision needs a reason that an auditor can read."""


def _locked(exception: BillingException) -> BillingException:
    found = (
        BillingException.objects.select_for_update(of=("self",)).select_related("bill").get(pk=exception.pk)
    )
    if found.state not in WAITING:
        raise ExceptionIsClosed(_("This exception has already been decided."))
    return found


@transaction.atomic
def claim(*, exception: BillingException, actor: Staff, at: datetime) -> BillingException:
    """Put one's name on an exception so that nobody works on it twice; claiming again takes it over.

    Raises:
        ExceptionIsClosed: it is decided.
    """
    found = _locked(exception)
    before, found.owner = found.owner, actor
    found.save(update_fields=["owner"])
    audit.record(
        "billing.exception.claimed",
        subject=found,
        actor=actor,
        at=at,
        changes={"owner": [str(before) if before else None, str(actor)]},
    )
    return found


@transaction.atomic
def release(*, exceptions: Iterable[BillingException], actor: Staff, at: datetime, reason: str) -> int:
    """Let the bills of these exceptions go on, each with the same reason; returns how many were released.

    A held bill becomes a draft again when nothing else holds it. Exceptions without a bill (parked accounts)
    cannot be released: there is nothing to release.

    Raises:
        ReasonMissing: no reason.
        ExceptionIsClosed: one was decided meanwhile.
        NothingToRelease: one of them is a parked account.
    """
    if not reason.strip():
        raise ReasonMissing(_("Give the reason."))
    bills: set[int] = set()
    released = []
    for exception in exceptions:
        found = _locked(exception)
        if found.bill_id is None:
            raise NothingToRelease(
                _(
                    "Account %(number)s has no bill to release: complete its readings or records, then bill again."
                )
                % {"number": found.account.number}
            )
        found.state, found.reason, found.resolved_at = BillingExceptionState.RELEASED, reason, at
        found.owner = found.owner or actor
        found.save(update_fields=["state", "reason", "resolved_at", "owner"])
        bills.add(found.bill_id)
        released.append(found)
    _free(bills)
    audit.record_many(
        [
            audit.Fact(
                "billing.exception.released",
                subject=found,
                changes={"state": ["open", "released"]},
                reason=reason,
                unit_id=found.unit_id,
            )
            for found in released
        ],
        at=at,
        actor=actor,
    )
    return len(released)


class NothingToRelease(Exception):
    """A parked account has no bill; only completing its data helps."""


def _free(bill_ids: Iterable[int]) -> None:
    waiting = set(
        BillingException.objects.filter(
            bill_id__in=bill_ids, state__in=WAITING, severity=Severity.HOLD
        ).values_list("bill_id", flat=True)
    )
    Bill.objects.filter(pk__in=set(bill_ids) - waiting, state=BillState.HELD).update(state=BillState.DRAFT)


@transaction.atomic
def ask_reread(*, exception: BillingException, actor: Staff, at: datetime, reason: str) -> BillingException:
    """The meter must be read again: the bill, if there is one, is taken back, so that its reading may be replaced.

    The next run of the cycle bills the account with what was read, and closes the exception.

    Raises:
        ReasonMissing: no reason.
        ExceptionIsClosed: it is decided.
    """
    if not reason.strip():
        raise ReasonMissing(_("Give the reason."))
    found = _locked(exception)
    _take_back(found, actor, reason)
    found.state, found.reason, found.owner = BillingExceptionState.REREAD, reason, found.owner or actor
    found.save(update_fields=["state", "reason", "owner"])
    audit.record("billing.exception.reread_asked", subject=found, actor=actor, at=at, reason=reason)
    return found


@transaction.atomic
def bill_again(*, exception: BillingException, actor: Staff, at: datetime, reason: str) -> BillingException:
    """Take the held or drafted bill back: it is cancelled, and the next run of the cycle bills the account anew.

    Raises:
        ReasonMissing: no reason.
        ExceptionIsClosed: it is decided.
        NothingToRelease: there is no bill to take back.
    """
    if not reason.strip():
        raise ReasonMissing(_("Give the reason."))
    found = _locked(exception)
    if found.bill is None:
        raise NothingToRelease(_("There is no bill to take back; the next run bills this account."))
    _take_back(found, actor, reason)
    found.refresh_from_db()
    audit.record(
        "billing.exception.bill_again",
        subject=found,
        actor=actor,
        at=at,
        reason=reason,
        changes={"bill": [found.bill.number if found.bill else None, None]},
    )
    return found


def _take_back(found: BillingException, actor: Staff, reason: str) -> None:
    """Cancel the account's undecided bills of the run; whatever waited for them waits for the next run."""
    if found.bill_id is None:
        return
    Bill.objects.filter(
        account_id=found.account_id,
        cycle=found.cycle,
        run_id=found.run_id,
        state__in=(BillState.DRAFT, BillState.HELD),
    ).update(state=BillState.CANCELLED)
    BillingException.objects.filter(
        account_id=found.account_id, cycle=found.cycle, run_id=found.run_id, state__in=WAITING
    ).update(state=BillingExceptionState.REBILL, reason=reason, owner=actor)
