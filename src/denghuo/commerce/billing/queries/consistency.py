"""What must always be true of bills and runs; ``denghuo doctor`` asks any time."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from denghuo.commerce.billing.models import Bill, BillingRun, BillLine, BillSection, BillState, RunItem
from denghuo.commerce.billing.rules import LIVE
from denghuo.foundation.database.fields import MoneyField
from denghuo.foundation.jobs.models import RunState


def _sum_of(model: type[BillLine] | type[BillSection], column: str) -> Coalesce:
    rows = model.objects.filter(bill_id=OuterRef("pk")).order_by().values("bill_id")
    return Coalesce(Subquery(rows.annotate(s=Sum(column)).values("s"), output_field=MoneyField()), 0)


def inconsistencies() -> Iterator[str]:
    """One sentence for each broken promise; nothing when all is well."""
    wrong = Bill.objects.annotate(lines_fen=_sum_of(BillLine, "amount_fen")).exclude(lines_fen=F("total_fen"))
    for bill in wrong.order_by("id")[:100]:
        yield f"bill {bill.number}: its lines add up to {bill.lines_fen} fen, it says {bill.total_fen}"
    parted = Bill.objects.annotate(parts_fen=_sum_of(BillSection, "total_fen")).exclude(
        parts_fen=F("total_fen")
    )
    for found in parted.order_by("id")[:100]:
        yield f"bill {found.number}: its sections add up to {found.parts_fen} fen, it says {found.total_fen}"
    twice = (
        Bill.objects.filter(kind__in=("ordinary", "final"), state__in=LIVE)
        .values("account__number", "cycle")
        .annotate(bills=Count("id"))
        .filter(bills__gt=1)
    )
    for row in twice[:100]:
        yield f"account {row['account__number']} has {row['bills']} live bills for {row['cycle']}"
    runs = BillingRun.objects.filter(long_run__state=RunState.DONE).annotate(
        items_count=Coalesce(
            Subquery(
                RunItem.objects.filter(run_id=OuterRef("pk"))
                .order_by()
                .values("run_id")
                .annotate(n=Count("id"))
                .values("n")
            ),
            0,
        )
    )
    for run in runs.exclude(items_count=F("accounts")):
        yield f"billing run {run.id}: {run.accounts} in scope, {run.items_count} billed, skipped or parked"
    reversals = Bill.objects.filter(kind="reversal")
    for reversal in reversals.exclude(reverses__state=BillState.CANCELLED)[:100]:
        yield f"reversal {reversal.number} reverses a bill that is not cancelled"
    for reversal in reversals.exclude(total_fen=-F("reverses__total_fen"))[:100]:
        yield f"reversal {reversal.number} is not the negative of the bill it reverses"
