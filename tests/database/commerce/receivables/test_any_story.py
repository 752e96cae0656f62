"""Whatever happens to an account in whatever order, its books agree and the late fee charged is the oracle's to the fen."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import REVENUE_ENERGY
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Payment
from denghuo.commerce.receivables import operations, queries
from denghuo.commerce.receivables.models import DisputeHold, LateFeeWaiver, Receivable
from tests.cast.money import noon, owing, pay
from tests.oracles.late_fee import Debt, late_fee_fen

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
START = date(2025, 11, 1)
RATES = [(date.min, Fraction(1, 1000), Fraction(2, 1000), Fraction(3, 1000))]

STEP = st.tuples(
    st.sampled_from(
        [
            "bill",
            "pay",
            "pay",
            "pay",
            "pay_before",
            "only",
            "bounce",
            "cancel",
            "waive",
            "dispute",
            "settle",
            "assess",
        ]
    ),
    st.integers(1, 14),
    st.integers(1, 200_000),
    st.integers(0, 30),
)


class _Undone(Exception):
    """Ends the example: everything it wrote is rolled back."""


class Story:
    """One account, one day after the other."""

    def __init__(self, account, asks, decides) -> None:
        self.account, self.asks, self.decides, self.day = account, asks, decides, START

    def debts(self) -> list[Receivable]:
        rows = Receivable.objects.filter(
            account=self.account, principal__isnull=True, cancelled_at__isnull=True
        )
        return list(rows.order_by("id"))

    def step(self, kind: str, days: int, fen: int, pick: int) -> None:
        self.day += timedelta(days=days)
        debts = self.debts()
        debt = debts[pick % len(debts)] if debts else None
        if kind == "bill":
            owing(
                self.account,
                fen,
                due=self.day + timedelta(days=pick % 10),
                charged=self.day,
                residential=pick % 2 == 0,
            )
        elif kind == "pay":
            pay(self.account, fen, on=self.day)
        elif kind == "pay_before":
            pay(self.account, fen, on=self.day, value_date=self.day - timedelta(days=pick))
        elif kind == "only" and debt is not None:
            pay(self.account, fen, on=self.day, only=[debt.pk])
        elif kind == "assess":
            operations.assess(account_id=self.account.pk, on=self.day, at=noon(self.day))
        elif kind == "bounce":
            found = Payment.objects.filter(account=self.account, state="received").order_by("id")
            if found:
                payments.reverse(payment=found[pick % len(found)], at=noon(self.day), reason="退票")
        elif debt is not None:
            getattr(self, kind)(debt, pick)

    def cancel(self, debt: Receivable, pick: int) -> None:
        operations.cancel(
            document_type=debt.document_type,
            charges=[(debt.document_id, debt.account_id, debt.amount_fen, "REV")],
            against=[Leg(REVENUE_ENERGY, debt.amount_fen, detail="energy")],
            on=self.day,
            at=noon(self.day),
            unit_id=debt.unit_id,
            reason="抄错",
        )

    def waive(self, debt: Receivable, pick: int) -> None:
        first = debt.due_date + timedelta(days=1 + pick // 3)
        try:
            waiver = operations.ask_waiver(
                receivable=debt,
                from_date=first,
                to_date=first + timedelta(days=pick),
                reason="policy",
                note="试",
                actor=self.asks,
                at=noon(self.day),
            )
        except operations.WaiverRefused:
            return
        operations.approve_waiver(waiver=waiver, actor=self.decides, at=noon(self.day))

    def dispute(self, debt: Receivable, pick: int) -> None:
        if not debt.disputed and debt.open_fen:
            operations.open_dispute(receivable=debt, reason="试", at=noon(self.day))

    def settle(self, debt: Receivable, pick: int) -> None:
        for hold in DisputeHold.objects.filter(receivable__account=self.account, closed_at__isnull=True):
            operations.close_dispute(hold=hold, outcome="试", at=noon(self.day))

    def check(self) -> None:
        operations.assess(account_id=self.account.pk, on=self.day, at=noon(self.day))
        assert list(queries.inconsistencies()) == []
        for basis in queries.late_fee_bases(self.debts()):
            debt = basis.receivable
            until = self.day if debt.open_fen else max(basis.charged_to, debt.due_date)
            expected = late_fee_fen(
                Debt(
                    due_date=debt.due_date,
                    amount_fen=debt.amount_fen,
                    residential=debt.payer_class == "residential",
                    payments=basis.paid,
                    rates=RATES,
                    free=self.free(debt),
                ),
                until,
            )
            assert basis.charged_fen == expected, (debt.document_number, basis.charged_fen, expected)

    def free(self, debt: Receivable) -> list[tuple[date, date]]:
        waivers = LateFeeWaiver.objects.filter(receivable=debt, state="approved")
        days = [(waiver.from_date, waiver.to_date) for waiver in waivers]
        for hold in debt.disputes.all():
            last = hold.closed_date - timedelta(days=1) if hold.closed_date else date.max
            days.append((hold.opened_date, last))
        return days


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(st.lists(STEP, min_size=3, max_size=12))
def test_whatever_happens_the_books_agree(shop, cashier, supervisor, steps):
    with pytest.raises(_Undone), transaction.atomic():
        story = Story(shop, cashier, supervisor)
        owing(shop, 150_000, due=START + timedelta(days=5), charged=START, residential=False)
        for step in steps:
            story.step(*step)
        story.check()
        raise _Undone
