"""What must always be true of corrections; ``denghuo doctor`` asks any time."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F

from denghuo.commerce.billing.models import BillState
from denghuo.commerce.corrections.models import (
    CorrectedBill,
    Correction,
    CorrectionState,
    MassCorrection,
    MassState,
)


def inconsistencies() -> Iterator[str]:
    """One sentence for each broken promise; nothing when all is well."""
    rows = CorrectedBill.objects.select_related("correction", "bill", "reversal")
    for row in rows.exclude(bill__state=BillState.CANCELLED)[:100]:
        yield f"correction {row.correction.number}: bill {row.bill.number} is not cancelled"
    for row in rows.exclude(reversal__reverses=F("bill"))[:100]:
        yield f"correction {row.correction.number}: {row.reversal.number} does not reverse {row.bill.number}"
    for found in Correction.objects.filter(state=CorrectionState.COMMITTED).prefetch_related(
        "corrected_bills__bill", "corrected_bills__replacement"
    ):
        bills = list(found.corrected_bills.all())
        charged = sum(
            (row.replacement.total_fen if row.replacement else 0) - row.bill.total_fen for row in bills
        )
        if charged != found.difference_fen:
            yield f"correction {found.number}: its bills differ by {charged} fen, it says {found.difference_fen}"
    for found in Correction.objects.exclude(state=CorrectionState.COMMITTED).filter(
        corrected_bills__isnull=False
    ):
        yield f"correction {found.number} is {found.state} but replaced bills"
    for mass in MassCorrection.objects.filter(state=MassState.DONE):
        left = mass.items.filter(outcome__in=("wins", "loses"), correction__isnull=True).count()
        if left:
            yield f"mass correction {mass.number} is done, but {left} accounts are not corrected"
