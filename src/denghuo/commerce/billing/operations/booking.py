"""Bring issued bills, and reversals, into the ledger: bill = lines = receivable = ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Sum

from denghuo.commerce.billing.models import Bill, BillingRun, BillLine
from denghuo.commerce.ledger.models import Posting, PostingKind
from denghuo.commerce.ledger.rules import Leg, revenue_account
from denghuo.commerce.receivables import operations as receivables
from denghuo.commerce.receivables.models import PayerClass, ReceivableKind
from denghuo.kernel.periods import day_of

DOCUMENT = "billing.bill"


def book_issued(
    *, run: BillingRun, first: int, last: int, at: datetime, actor: Any, use_prepayments: bool = True
) -> None:
    """Charge the bills of a run with ids in ``[first, last]`` that were issued at ``at``: one posting, one receivable a
    bill, revenue by unit and component."""
    bills = list(
        Bill.objects.filter(run=run, id__gte=first, id__lte=last, state="issued", issued_at=at)
        .order_by("id")
        .values_list("id", "number", "account_id", "unit_id", "cycle", "due_date", "total_fen")
    )
    if not bills:
        return
    other = _other_than_residential(run, first, last)
    receivables.charge(
        charges=[
            receivables.Charge(
                account_id=account,
                unit_id=unit,
                kind=ReceivableKind.ENERGY.value,
                payer_class=PayerClass.OTHER.value if bill in other else PayerClass.RESIDENTIAL.value,
                document_type=DOCUMENT,
                document_id=bill,
                document_number=number,
                cycle=cycle,
                due_date=due,
                amount_fen=total,
            )
            for bill, number, account, unit, cycle, due, total in bills
            if due is not None  # as a constraint of issued bills says
        ],
        against=_revenue([bill[0] for bill in bills]),
        kind=PostingKind.BILLS_ISSUED,
        on=day_of(at),
        at=at,
        unit_id=run.unit_id,
        actor=actor,
        key=f"bills:{bills[0][0]}-{bills[-1][0]}",
        document_type="billing.billingrun",
        document_id=run.pk,
        use_prepayments=use_prepayments,
    )


def book_reversed(
    *, bills: Sequence[tuple[Bill, Bill]], reason: str, at: datetime, actor: Any
) -> Posting | None:
    """Take (bill, its reversal) pairs out of the books again; what was paid on them becomes prepayment."""
    first = bills[0][0]
    return receivables.cancel(
        document_type=DOCUMENT,
        charges=[(bill.pk, bill.account_id, bill.total_fen, negative.number) for bill, negative in bills],
        against=_revenue([negative.pk for _, negative in bills]),
        on=day_of(at),
        at=at,
        unit_id=first.unit_id,
        reason=reason,
        actor=actor,
        key=f"reversal:{bills[0][1].pk}",
        document_id=first.pk,
    )


def _revenue(bill_ids: Sequence[int]) -> list[Leg]:
    """The credits that explain these bills, by unit and component."""
    found = (
        BillLine.objects.filter(bill__in=bill_ids)
        .values_list("bill__unit_id", "group", "component")
        .annotate(fen=Sum("amount_fen"))
        .order_by("bill__unit_id", "group", "component")
    )
    return [
        Leg(revenue_account(group), -fen, detail=component, unit_id=unit)
        for unit, group, component, fen in found
    ]


def _other_than_residential(run: BillingRun, first: int, last: int) -> set[int]:
    """Bills with a supply point that is not residential on the last day of the bill."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT b.id FROM billing_bill b JOIN billing_billsection s ON s.bill_id = b.id "
            "JOIN supply_supplyterms t ON t.supply_point_id = s.supply_point_id "
            "WHERE b.run_id = %s AND b.id BETWEEN %s AND %s AND t.valid_from < b.period_end "
            "AND (t.valid_to IS NULL OR t.valid_to >= b.period_end) AND t.tariff_class <> 'residential'",
            [run.pk, first, last],
        )
        return {row[0] for row in cursor.fetchall()}
