"""What a waiver of late-fee days would do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from denghuo.commerce.receivables.models import Receivable
from denghuo.commerce.receivables.queries.late_fees import AccruedLateFee, late_fee_bases


@dataclass(frozen=True)
class WaiverEffect:
    """The late fee of a debt up to a day, before and with the waiver, in fen.

    ``credited_fen`` of what was charged is taken back; ``freed_fen`` of that had been paid and becomes prepayment.
    """

    before: AccruedLateFee
    after: AccruedLateFee
    credited_fen: int
    freed_fen: int

    @property
    def waived_fen(self) -> int:
        return self.before.total_fen - self.after.total_fen


def waiver_effect(receivable: Receivable, from_date: date, to_date: date, *, on: date) -> WaiverEffect:
    """What it changes when no late fee of ``receivable`` runs on ``[from_date, to_date]``, seen on ``on``."""
    (basis,) = late_fee_bases([receivable])
    days = [(from_date, to_date)]
    before, after = basis.accrued(on), basis.accrued(on, also_free=days)
    credited = max(basis.charged_fen - basis.accrued(None, also_free=days).total_fen, 0)
    unpaid = (
        Receivable.objects.filter(principal=receivable, cancelled_at__isnull=True).aggregate(
            fen=Sum("open_fen")
        )["fen"]
        or 0
    )
    return WaiverEffect(before, after, credited, max(credited - unpaid, 0))
