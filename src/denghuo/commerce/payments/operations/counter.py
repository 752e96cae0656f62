"""Take money at the counter: one basket, one or several accounts, one receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from denghuo.commerce.payments import rules
from denghuo.commerce.payments.models import Basket, Channel, Cheque, ChequeState, Shift
from denghuo.commerce.payments.operations.receiving import receive
from denghuo.commerce.payments.operations.till import working
from denghuo.commerce.receivables import operations as receivables
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account


@dataclass(frozen=True)
class BasketRow:
    """What is paid for one account; ``only`` limits it to some receivables."""

    account: Account
    amount_fen: int
    only: tuple[int, ...] | None = None


@dataclass(frozen=True)
class ChequeFacts:
    number: str
    bank: str
    drawer: str


class BasketImpossible(Exception):
    """What was typed cannot be taken; the text says what is wrong."""


class BasketDiffers(Exception):
    """The key was used for another basket: nothing is booked."""


@transaction.atomic
def take(
    *,
    key: str,
    rows: Sequence[BasketRow],
    channel: Channel | str,
    at: datetime,
    actor: Staff,
    tendered_fen: int | None = None,
    reference: str = "",
    cheque: ChequeFacts | None = None,
    payer: str = "",
) -> Basket:
    """Book what one person pays in one go; ``key`` is made by the caller, the same key gives the same basket again.

    Raises:
        NoOpenShift: the clerk has no open shift.
        BasketImpossible: no rows, an account twice, an amount that is not above zero, too little given, or no reference.
        BasketDiffers: the key was used for other rows.
        PaymentDiffers, PeriodClosed: as in ``receive``.
    """
    total = sum(row.amount_fen for row in rows)
    if known := _known(key, rows, channel):
        return known
    shift = working(actor)  # the clerk's own takings come one after the other
    if known := _known(key, rows, channel):
        return known
    _check(rows, str(channel), total, tendered_fen, reference, cheque)
    on = day_of(at)
    receivables.lock([row.account.pk for row in rows])
    basket = _basket(key, shift, str(channel), total, tendered_fen, reference, on, at, actor)
    if cheque is not None and channel == Channel.CHEQUE:
        _keep_cheque(basket, cheque)
    single = len(rows) == 1 and bool(reference)
    for place, row in enumerate(rows, 1):
        receive(
            account=row.account,
            amount_fen=row.amount_fen,
            channel=channel,
            external_id=reference if single else f"{reference or basket.number}-{place}",
            at=at,
            actor=actor,
            basket=basket,
            payer=payer,
            only=row.only,
            clerk=shift.clerk,
        )
    return basket


def _known(key: str, rows: Sequence[BasketRow], channel: Channel | str) -> Basket | None:
    known = Basket.objects.filter(key=key).first()
    if known is None:
        return None
    booked = set(known.payments.values_list("account_id", "amount_fen"))
    if booked != {(row.account.pk, row.amount_fen) for row in rows} or known.channel != channel:
        raise BasketDiffers(
            _("This was booked already as receipt %(number)s with other amounts.") % {"number": known.number}
        )
    return known


def _check(
    rows: Sequence[BasketRow],
    channel: str,
    total: int,
    tendered_fen: int | None,
    reference: str,
    cheque: ChequeFacts | None,
) -> None:
    if not rows:
        raise BasketImpossible(_("Name at least one account."))
    if len({row.account.pk for row in rows}) < len(rows):
        raise BasketImpossible(_("An account is named twice."))
    if any(row.amount_fen <= 0 for row in rows):
        raise BasketImpossible(_("Every amount must be above zero."))
    if channel not in rules.AT_THE_COUNTER:
        raise BasketImpossible(_("This channel is not booked by hand."))
    if tendered_fen is not None and rules.change_fen(total, tendered_fen) < 0:
        raise BasketImpossible(_("Less was given than is to be paid."))
    if channel == Channel.CARD and not reference.strip():
        raise BasketImpossible(_("Give the reference number of the POS slip."))
    if channel == Channel.CARD and Basket.objects.filter(channel=channel, reference=reference).exists():
        raise BasketImpossible(_("This POS slip has been booked already."))
    if channel == Channel.CHEQUE and (cheque is None or not cheque.number.strip() or not cheque.bank.strip()):
        raise BasketImpossible(_("Give the number and the bank of the cheque."))


def _basket(
    key: str,
    shift: Shift,
    channel: str,
    total: int,
    tendered_fen: int | None,
    reference: str,
    on: date,
    at: datetime,
    actor: Staff,
) -> Basket:
    number = f"S{on:%Y%m%d}{numbering.allocate(f'payments.basket.{on:%Y%m%d}', 1)[0]:06d}"
    given = tendered_fen if channel == Channel.CASH else None
    try:
        with transaction.atomic():
            return Basket.objects.create(
                key=key,
                number=number,
                shift=shift,
                channel=channel,
                reference=reference,
                total_fen=total,
                tendered_fen=given,
                change_fen=rules.change_fen(total, given),
                unit_id=actor.unit_id,
                received_at=at,
                received_by=actor,
            )
    except IntegrityError as error:  # another clerk, the same key, the same instant
        raise BasketDiffers(_("This was booked already by another person.")) from error


def _keep_cheque(basket: Basket, cheque: ChequeFacts) -> None:
    waiting = Cheque.objects.filter(bank=cheque.bank, number=cheque.number).exclude(state=ChequeState.BOUNCED)
    if waiting.exists():
        raise BasketImpossible(_("This cheque has been taken already."))
    Cheque.objects.create(
        basket=basket,
        number=cheque.number,
        bank=cheque.bank,
        drawer=cheque.drawer,
        amount_fen=basket.total_fen,
    )
