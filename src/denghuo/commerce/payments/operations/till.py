"""A clerk's shift at the till: open it, count it, confirm it (日结)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.ledger import operations as ledger
from denghuo.commerce.ledger.models import PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import BANK, CASH, CASH_OVER, CASH_SHORT
from denghuo.commerce.payments import queries, rules
from denghuo.commerce.payments.models import Shift, ShiftState
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.periods import day_of

DOCUMENT = "payments.shift"
PAID_IN = "cash"
"""Detail of the bank account (1002) where cash is paid in."""


class ShiftCannotBeOpened(Exception):
    """One is open already, or the change fund is less than the cash in hand by the books."""


class NoOpenShift(Exception):
    """The clerk has no open shift: nothing can be taken or paid out in cash."""


class ShiftCannotBeCounted(Exception):
    """Not open, another clerk's, more paid in than counted, or a difference without a word about it."""


class ShiftCannotBeConfirmed(Exception):
    """Not counted, or by the clerk who counted it."""


@transaction.atomic
def open_shift(*, clerk: Staff, float_fen: int, at: datetime) -> Shift:
    """Begin a shift with a change fund of ``float_fen``: what was kept from the last shift, the rest drawn from the bank.

    Raises:
        ShiftCannotBeOpened: see there.
        PeriodClosed: cash is drawn and the month is closed.
    """
    Staff.objects.select_for_update(no_key=True).get(pk=clerk.pk)
    if queries.open_shift_of(clerk) is not None:
        raise ShiftCannotBeOpened(_("You have an open shift already."))
    kept = queries.expected_fen(clerk)
    if float_fen < kept or float_fen < 0:
        raise ShiftCannotBeOpened(
            _("By the books %(yuan)s yuan are in your hands from before: the change fund is at least that.")
            % {"yuan": f"{kept / 100:.2f}"}
        )
    on = day_of(at)
    shift = Shift.objects.create(
        clerk=clerk, unit_id=clerk.unit_id, business_date=on, float_fen=float_fen, opened_at=at
    )
    drawn = float_fen - kept
    if drawn:
        ledger.post(
            kind=PostingKind.CASH_UP,
            legs=[Leg(CASH, drawn, detail=clerk.username), Leg(BANK, -drawn, detail=PAID_IN)],
            on=on,
            at=at,
            unit_id=clerk.unit_id,
            actor=clerk,
            key=f"shift:{shift.pk}:float",
            document_type=DOCUMENT,
            document_id=shift.pk,
        )
    audit.record(
        "payments.shift.opened", subject=shift, actor=clerk, at=at, changes={"float_fen": [None, float_fen]}
    )
    return shift


def working(clerk: Staff) -> Shift:
    """The open shift of a clerk, locked until the transaction ends.

    Raises:
        NoOpenShift: there is none.
    """
    found = Shift.objects.select_for_update(no_key=True).filter(clerk=clerk, state=ShiftState.OPEN).first()
    if found is None:
        raise NoOpenShift(_("Open your shift first."))
    return found


def _locked(shift: Shift) -> Shift:
    return Shift.objects.select_for_update(no_key=True, of=("self",)).select_related("clerk").get(pk=shift.pk)


@transaction.atomic
def count_shift(
    *,
    shift: Shift,
    counts: Mapping[int, int],
    deposit_fen: int,
    at: datetime,
    actor: Staff,
    note: str = "",
) -> Shift:
    """Close the till with what is in it: pieces by denomination; ``deposit_fen`` of it is paid in at the bank.

    Raises:
        ShiftCannotBeCounted: see there.
        CountInvalid: a denomination that does not exist, or fewer than no pieces.
    """
    found = _locked(shift)
    if found.state != ShiftState.OPEN:
        raise ShiftCannotBeCounted(_("This shift has been counted already."))
    if found.clerk_id != actor.pk:
        raise ShiftCannotBeCounted(_("Only the clerk who works in it counts the till."))
    counted = rules.counted_fen(counts)
    if not 0 <= deposit_fen <= counted:
        raise ShiftCannotBeCounted(_("Not more can be paid in at the bank than was counted."))
    found.expected_fen = queries.expected_fen(found.clerk)
    if counted != found.expected_fen and not note.strip():
        raise ShiftCannotBeCounted(_("The till does not agree with the books: say in the note why."))
    found.counted_fen, found.deposited_fen = counted, deposit_fen
    found.state, found.counted_at, found.note = ShiftState.COUNTED, at, note
    found.counts = rules.counts_text(counts)
    found.save(
        update_fields=[
            "state", "expected_fen", "counted_fen", "deposited_fen", "counted_at", "note", "counts",
        ]
    )  # fmt: skip
    audit.record(
        "payments.shift.counted",
        subject=found,
        actor=actor,
        at=at,
        reason=note,
        changes={
            "expected_fen": [None, found.expected_fen],
            "counted_fen": [None, counted],
            "deposited_fen": [None, deposit_fen],
        },
    )
    return found


def _counted(shift: Shift, actor: Staff) -> Shift:
    found = _locked(shift)
    if found.state != ShiftState.COUNTED:
        raise ShiftCannotBeConfirmed(_("This shift is not waiting for confirmation."))
    if found.clerk_id == actor.pk:
        raise ShiftCannotBeConfirmed(_("Another person must confirm: you counted it."))
    return found


@transaction.atomic
def confirm_shift(*, shift: Shift, at: datetime, actor: Staff) -> Shift:
    """Accept a cash-up: its difference is booked to cash surplus or shortage, the cash paid in to the bank.

    Raises:
        ShiftCannotBeConfirmed: see there.
        PeriodClosed: the month is closed.
    """
    found = _counted(shift, actor)
    assert found.counted_fen is not None and found.expected_fen is not None
    difference = rules.difference_fen(found.expected_fen, found.counted_fen)
    paid_in = found.deposited_fen or 0
    till = found.clerk.username
    legs = [
        Leg(CASH, difference, detail=till),
        Leg(CASH_OVER if difference > 0 else CASH_SHORT, -difference),
        Leg(CASH, -paid_in, detail=till),
        Leg(BANK, paid_in, detail=PAID_IN),
    ]
    if difference or paid_in:
        found.posting = ledger.post(
            kind=PostingKind.CASH_UP,
            legs=legs,
            on=day_of(at),
            at=at,
            unit_id=found.unit_id,
            actor=actor,
            key=f"shift:{found.pk}:confirmed",
            document_type=DOCUMENT,
            document_id=found.pk,
            reason=found.note,
        )
    found.state, found.confirmed_by, found.confirmed_at = ShiftState.CONFIRMED, actor, at
    found.save(update_fields=["state", "confirmed_by", "confirmed_at", "posting"])
    audit.record(
        "payments.shift.confirmed",
        subject=found,
        actor=actor,
        at=at,
        changes={"difference_fen": [None, difference], "deposited_fen": [None, paid_in]},
    )
    return found


@transaction.atomic
def send_back(*, shift: Shift, reason: str, at: datetime, actor: Staff) -> Shift:
    """Let the clerk count again: the shift is open as before.

    Raises:
        ShiftCannotBeConfirmed: not counted, one's own, no reason, or the clerk works in another shift already.
    """
    found = _counted(shift, actor)
    if not reason.strip():
        raise ShiftCannotBeConfirmed(_("Give the reason."))
    if queries.open_shift_of(found.clerk) is not None:
        raise ShiftCannotBeConfirmed(_("The clerk has opened another shift meanwhile."))
    before = found.counted_fen
    found.state, found.counted_at, found.expected_fen, found.counted_fen = ShiftState.OPEN, None, None, None
    found.deposited_fen = None
    found.save(update_fields=["state", "counted_at", "expected_fen", "counted_fen", "deposited_fen"])
    audit.record(
        "payments.shift.sent_back",
        subject=found,
        actor=actor,
        at=at,
        reason=reason,
        changes={"counted_fen": [before, None]},
    )
    return found
