"""Refunds that people pay out: cash from the till, a transfer at the bank, a slip of the card terminal."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.payments import queries
from denghuo.commerce.payments.models import Channel, Refund
from denghuo.commerce.payments.operations.refunding import RefundDiffers, refund_paid
from denghuo.commerce.payments.operations.till import working
from denghuo.foundation.identity.models import Staff


@transaction.atomic
def hand_out(*, refund: Refund, at: datetime, actor: Staff, reference: str = "") -> Refund:
    """Pay a refund at the counter: in cash from the clerk's till, or to the card with the slip's ``reference``.

    Raises:
        NoOpenShift: the clerk has no open shift.
        RefundDiffers: another channel, not approved, no reference of a card, or not enough cash in the till.
        PeriodClosed: the month is closed.
    """
    shift = working(actor)
    if refund.channel == Channel.CARD:
        if not reference.strip():
            raise RefundDiffers(_("Give the reference number of the POS slip."))
        return refund_paid(refund=refund, external_id=reference.strip(), at=at, actor=actor, shift=shift)
    if refund.channel != Channel.CASH:
        raise RefundDiffers(_("This refund is not paid at the counter."))
    if queries.expected_fen(actor) < refund.amount_fen:
        raise RefundDiffers(_("There is not enough cash in your till."))
    return refund_paid(refund=refund, external_id=refund.number, at=at, actor=actor, shift=shift)


@transaction.atomic
def mark_transferred(*, refund: Refund, bank_reference: str, at: datetime, actor: Staff) -> Refund:
    """The bank has carried out the transfer.

    Raises:
        RefundDiffers: another channel, not approved, or no reference.
        PeriodClosed: the month is closed.
    """
    if refund.channel != Channel.TRANSFER:
        raise RefundDiffers(_("This refund is not a bank transfer."))
    if not bank_reference.strip():
        raise RefundDiffers(_("Give the number of the bank's transaction."))
    return refund_paid(refund=refund, external_id=bank_reference.strip(), at=at, actor=actor)
