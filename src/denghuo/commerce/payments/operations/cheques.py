"""What becomes of a cheque: the bank pays it, or it comes back (退票)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from denghuo.commerce.ledger import operations as ledger
from denghuo.commerce.ledger.models import PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import BANK, CHEQUES
from denghuo.commerce.payments import events
from denghuo.commerce.payments.models import Cheque, ChequeState, PaymentState
from denghuo.commerce.payments.operations.receiving import reverse
from denghuo.commerce.receivables import operations as receivables
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import day_of

DOCUMENT = "payments.cheque"


class ChequeCannotBeDecided(Exception):
    """It has cleared or bounced already, or nothing of it is left."""


def _presented(cheque: Cheque) -> Cheque:
    found = Cheque.objects.select_related("basket").get(pk=cheque.pk)
    receivables.lock(found.basket.payments.values_list("account_id", flat=True))
    found = Cheque.objects.select_for_update(of=("self",)).select_related("basket").get(pk=cheque.pk)
    if found.state != ChequeState.PRESENTED:
        raise ChequeCannotBeDecided(_("This cheque has cleared or bounced already."))
    return found


@transaction.atomic
def clear_cheque(*, cheque: Cheque, at: datetime, actor: Staff | None) -> Cheque:
    """The bank has paid: the money is in the bank account.

    Raises:
        ChequeCannotBeDecided: see there.
        PeriodClosed: the month is closed.
    """
    found = _presented(cheque)
    live = found.basket.payments.filter(state=PaymentState.RECEIVED)
    fen = live.aggregate(fen=Sum("amount_fen"))["fen"]
    if not fen:
        raise ChequeCannotBeDecided(_("Every payment of this cheque has been reversed."))
    found.posting = ledger.post(
        kind=PostingKind.CHANNEL,
        legs=[Leg(BANK, fen, detail="cheque"), Leg(CHEQUES, -fen)],
        on=day_of(at),
        at=at,
        unit_id=found.basket.unit_id,
        actor=actor,
        key=f"cheque:{found.pk}:cleared",
        document_type=DOCUMENT,
        document_id=found.pk,
    )
    found.state, found.decided_at, found.decided_by = ChequeState.CLEARED, at, actor
    found.save(update_fields=["state", "decided_at", "decided_by", "posting"])
    audit.record("payments.cheque.cleared", subject=found, actor=actor, at=at)
    return found


@transaction.atomic
def bounce_cheque(*, cheque: Cheque, reason: str, at: datetime, actor: Staff | None) -> Cheque:
    """The cheque came back: its payments are reversed, the debts are open again.

    Raises:
        ChequeCannotBeDecided: decided already, or no reason.
        PaymentCannotBeReversed: its prepayment has been refunded or moved away.
        PeriodClosed: the month is closed.
    """
    if not reason.strip():
        raise ChequeCannotBeDecided(_("Give the reason."))
    found = _presented(cheque)
    for payment in found.basket.payments.filter(state=PaymentState.RECEIVED).order_by("id"):
        reverse(
            payment=payment,
            at=at,
            reason=_("Cheque %(number)s bounced: %(reason)s") % {"number": found.number, "reason": reason},
            actor=actor,
        )
    found.state, found.decided_at, found.decided_by = ChequeState.BOUNCED, at, actor
    found.bounce_reason = reason
    found.save(update_fields=["state", "decided_at", "decided_by", "bounce_reason"])
    outbox.publish(events.ChequeBounced(cheque_id=found.pk, amount_fen=found.amount_fen, bounced_at=at))
    audit.record("payments.cheque.bounced", subject=found, actor=actor, at=at, reason=reason)
    return found
