"""What must always be true of bills and runs; ``denghuo doctor`` asks any time."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Count, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from denghuo.commerce.billing.models import Bill, BillingRun, BillLine, BillSection, BillState, RunItem
from denghuo.commerce.billing.rules import LIVE
from denghuo.commerce.ledger.rules import revenue_account
from denghuo.commerce.ledger.rules.chart import PAYABLE_GENERATION, RECEIVABLE
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
    yield from _books()


_CHARGED = """
    SELECT b.number, b.total_fen, COALESCE(r.amount_fen, 0) FROM billing_bill b
    LEFT JOIN receivables_receivable r ON r.document_type = 'billing.bill' AND r.document_id = b.id
    AND r.principal_id IS NULL
    WHERE b.issued_at IS NOT NULL AND b.kind <> 'reversal' AND b.total_fen > 0
    AND COALESCE(r.amount_fen, 0) <> b.total_fen
"""
_ENTERED = """
    SELECT b.number, b.total_fen, COALESCE(x.fen, 0) FROM billing_bill b LEFT JOIN (
        SELECT e.document_number, SUM(e.amount_fen) AS fen FROM ledger_entry e
        JOIN ledger_posting p ON p.id = e.posting_id
        WHERE p.kind IN ('bills_issued', 'bill_reversed')
        AND p.document_type IN ('billing.billingrun', 'billing.bill') AND e.ledger_account IN (%s, %s)
        GROUP BY e.document_number
    ) x ON x.document_number = b.number
    WHERE b.issued_at IS NOT NULL AND COALESCE(x.fen, 0) <> b.total_fen
"""
_REVENUE = """
    SELECT e.ledger_account, e.detail, SUM(e.amount_fen) FROM ledger_entry e
    JOIN ledger_posting p ON p.id = e.posting_id
    WHERE p.kind IN ('bills_issued', 'bill_reversed')
    AND p.document_type IN ('billing.billingrun', 'billing.bill') AND e.account_id IS NULL
    GROUP BY e.ledger_account, e.detail
"""


def _books() -> Iterator[str]:
    """Bill = receivable = ledger; the lines of issued bills = the entries on the accounts that explain them."""
    with connection.cursor() as cursor:
        for sentence, query, given in (
            ("bill {0}: it says {1} fen, its receivable {2}", _CHARGED, []),
            ("bill {0}: it says {1} fen, the ledger {2}", _ENTERED, [RECEIVABLE, PAYABLE_GENERATION]),
        ):
            cursor.execute(query, given)
            for row in cursor.fetchmany(100):
                yield sentence.format(*row)
        cursor.execute(_REVENUE)
        booked = {(code, detail): -int(fen) for code, detail, fen in cursor.fetchall()}
    billed: dict[tuple[str, str], int] = {}
    lines = BillLine.objects.filter(bill__issued_at__isnull=False).order_by()
    for group, component, fen in lines.values_list("group", "component").annotate(fen=Sum("amount_fen")):
        key = (revenue_account(group), component)
        billed[key] = billed.get(key, 0) + fen
    for key in sorted(billed.keys() | booked.keys()):
        if billed.get(key, 0) != booked.get(key, 0):
            yield (
                f"lines of issued bills add up to {billed.get(key, 0)} fen of {key[1]}, "
                f"the ledger has {booked.get(key, 0)} on {key[0]}"
            )
