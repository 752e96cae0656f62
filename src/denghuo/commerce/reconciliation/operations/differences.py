"""Work on a difference: take it, explain it, book what is missing (two persons)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.banking import operations as banking
from denghuo.commerce.banking.models import BankReceipt, ReceiptSource
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.reconciliation.models import (
    DayReconciliation,
    DayState,
    Difference,
    DifferenceKind,
    DifferenceState,
)
from denghuo.commerce.reconciliation.operations.days import settle_state
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.records.customers.models import Account


class DifferenceCannotChange(Exception):
    """The difference is in a state that does not allow this, or something is missing; the text says what."""


def _locked(difference: Difference, *states: DifferenceState) -> Difference:
    day = DayReconciliation.objects.select_for_update(of=("self",)).get(pk=difference.reconciliation_id)
    if day.state == DayState.CLOSED:
        raise DifferenceCannotChange(_("This day is closed."))
    found = Difference.objects.select_for_update(of=("self",)).get(pk=difference.pk)
    found.reconciliation = day
    if found.state not in states:
        raise DifferenceCannotChange(
            _("The difference is in state “%(state)s”, so this is not possible.")
            % {"state": found.get_state_display()}
        )
    return found


def _counted(found: Difference) -> None:
    day = found.reconciliation
    settle_state(day)
    day.save(update_fields=["state", "open_count"])


@transaction.atomic
def claim(*, difference: Difference, at: datetime, actor: Staff) -> Difference:
    """Look after a difference.

    Raises:
        DifferenceCannotChange: it is not open.
    """
    found = _locked(difference, DifferenceState.OPEN)
    found.owner = actor
    found.save(update_fields=["owner"])
    audit.record("reconciliation.difference.claimed", subject=found, actor=actor, at=at)
    return found


@transaction.atomic
def explain(*, difference: Difference, explanation: str, at: datetime, actor: Staff) -> Difference:
    """Say what a difference is and who settles it where; nothing is booked by it.

    Raises:
        DifferenceCannotChange: it is not open, or the explanation says nothing.
    """
    if len(explanation.strip()) < 4:
        raise DifferenceCannotChange(_("Say what the difference is and what was done about it."))
    found = _locked(difference, DifferenceState.OPEN)
    found.state, found.automatic = DifferenceState.EXPLAINED, False
    found.explanation, found.explained_at, found.explained_by = explanation.strip()[:300], at, actor
    found.owner = found.owner or actor
    found.save()
    _counted(found)
    audit.record(
        "reconciliation.difference.explained", subject=found, actor=actor, at=at, reason=found.explanation
    )
    return found


@transaction.atomic
def ask_booking(
    *, difference: Difference, account: Account | None, reason: str, at: datetime, actor: Staff
) -> Difference:
    """Propose to book money that the channel has and we have not. Without an account it goes to receipts to be matched,
    where the channel is a bank.

    Raises:
        DifferenceCannotChange: it is no such difference, no account or no reason is given.
    """
    if not reason.strip():
        raise DifferenceCannotChange(_("Give the reason."))
    found = _locked(difference, DifferenceState.OPEN)
    if found.kind != DifferenceKind.MISSING_OURS or found.record != "payment" or found.file_fen <= 0:
        raise DifferenceCannotChange(_("Only a payment that is missing in our books can be booked."))
    if account is None and found.reconciliation.channel not in ReceiptSource.values:
        raise DifferenceCannotChange(_("Say for which account it is."))
    found.state, found.booking_account, found.explanation = (
        DifferenceState.BOOKING,
        account,
        reason.strip()[:300],
    )
    found.requested_by, found.requested_at, found.owner = actor, at, found.owner or actor
    found.decided_by = found.decided_at = None
    found.save()
    audit.record(
        "reconciliation.booking.asked", subject=found, actor=actor, at=at, reason=reason,
        changes={"account": [None, account.number if account else ""], "amount_fen": [None, found.file_fen]},
    )  # fmt: skip
    return found


@transaction.atomic
def decide_booking(*, difference: Difference, approve: bool, at: datetime, actor: Staff) -> Difference:
    """Book the missing money, or put the difference back on the list.

    Raises:
        DifferenceCannotChange: nothing waits, or the same person asked.
        PaymentDiffers, ReceiptDiffers: the transaction was booked meanwhile, differently.
        PeriodClosed: the month is closed.
    """
    found = _locked(difference, DifferenceState.BOOKING)
    if found.requested_by_id == actor.pk:
        raise DifferenceCannotChange(_("Another person must decide: you asked for it."))
    found.decided_by, found.decided_at = actor, at
    if approve:
        _book(found, at, actor)
        found.state, found.explained_by, found.explained_at = DifferenceState.RESOLVED, found.requested_by, at
    else:
        found.state = DifferenceState.OPEN
    found.save()
    _counted(found)
    action = "reconciliation.booking.approved" if approve else "reconciliation.booking.rejected"
    audit.record(action, subject=found, actor=actor, at=at, reason=found.explanation)
    return found


def _book(found: Difference, at: datetime, actor: Staff) -> None:
    day = found.reconciliation
    note = _("Found by reconciliation of %(day)s") % {"day": day.day}
    receipt: BankReceipt | None = None
    if day.channel in ReceiptSource.values:
        receipt = banking.take_receipt(
            source=day.channel,
            reference=found.external_id,
            amount_fen=found.file_fen,
            value_date=day.day,
            unit_id=day.unit_id,
            at=at,
            actor=actor,
            note=note,
        )
        if found.booking_account is not None:
            parts = [(found.booking_account, found.file_fen)]
            found.payment = banking.match(receipt=receipt, parts=parts, at=at, actor=actor)[0].payment
        return
    assert found.booking_account is not None
    found.payment = payments.receive(
        account=found.booking_account,
        amount_fen=found.file_fen,
        channel=day.channel,
        external_id=found.external_id,
        at=at,
        actor=actor,
        value_date=day.day,
        note=note,
    )
