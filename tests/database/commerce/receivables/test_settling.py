"""Money meets debts, told in calendar time; after each story the books agree with themselves."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from denghuo.commerce.ledger.models import Entry, Posting, PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.receivables import operations as receivables
from denghuo.commerce.receivables import queries
from denghuo.commerce.receivables.models import AccountBalance, Receivable
from tests.cast.money import noon, owing, pay

pytestmark = pytest.mark.django_db


def test_a_shop_pays_late_over_the_year_end(shop):
    debt = owing(shop, 1_000_000, due=date(2025, 12, 10), residential=False)

    owed = queries.owed(shop.pk, on=date(2026, 1, 10))
    assert (owed.open_fen, owed.accrued_fen) == (1_000_000, 72_000)  # regulation 5.1: 420 + 300 yuan

    pay(shop, 1_072_000, on=date(2026, 1, 10))

    debt.refresh_from_db()
    assert (debt.open_fen, debt.settled_date) == (0, date(2026, 1, 10))
    fee = Receivable.objects.get(principal=debt)
    assert (fee.amount_fen, fee.open_fen, fee.from_date, fee.to_date) == (
        72_000, 0, date(2025, 12, 11), date(2026, 1, 10),
    )  # fmt: skip


def test_what_is_left_over_is_prepaid_and_pays_the_next_bill(shop):
    owing(shop, 30_000, due=date(2026, 3, 20))
    pay(shop, 50_000, on=date(2026, 3, 10))
    assert AccountBalance.objects.get(account=shop).prepaid_fen == 20_000

    following = owing(shop, 15_000, due=date(2026, 4, 20))

    assert following.open_fen == 0
    assert AccountBalance.objects.get(account=shop).prepaid_fen == 5_000


def test_a_payment_that_is_undone_opens_its_debt_again_and_what_its_surplus_paid(shop):
    first = owing(shop, 30_000, due=date(2026, 3, 20))
    payment = pay(shop, 50_000, on=date(2026, 3, 10), channel="cheque")
    second = owing(shop, 15_000, due=date(2026, 4, 20))

    payments.reverse(payment=payment, at=noon(date(2026, 4, 8)), reason="退票")

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.open_fen, second.open_fen) == (30_000, 15_000)
    balance = AccountBalance.objects.get(account=shop)
    assert (balance.prepaid_fen, balance.open_fen) == (0, 45_000)


def test_a_cancelled_document_gives_back_what_was_paid_and_its_late_fee(shop):
    debt = owing(shop, 100_000, due=date(2026, 3, 20))
    pay(shop, 101_000, on=date(2026, 3, 30))

    receivables.cancel(
        document_type="test.bill",
        charges=[(debt.document_id, shop.pk, debt.amount_fen, "B-REV")],
        against=[entry_leg(debt)],
        on=date(2026, 4, 2),
        at=noon(date(2026, 4, 2)),
        unit_id=shop.unit_id,
        reason="抄错",
    )

    balance = AccountBalance.objects.get(account=shop)
    assert (balance.prepaid_fen, balance.open_fen) == (101_000, 0)
    assert Receivable.objects.filter(account=shop, cancelled_at__isnull=True).count() == 0


def entry_leg(debt):
    """The debit that takes the revenue of a debt back."""
    revenue = Entry.objects.get(posting=debt.posting, ledger_account__startswith="6")
    return Leg(revenue.ledger_account, -revenue.amount_fen, detail=revenue.detail)


def test_a_payment_whose_debt_was_cancelled_can_still_be_undone(shop):
    debt = owing(shop, 100_000, due=date(2026, 3, 20))
    payment = pay(shop, 100_000, on=date(2026, 3, 10))
    receivables.cancel(
        document_type="test.bill",
        charges=[(debt.document_id, shop.pk, debt.amount_fen, "B-REV")],
        against=[entry_leg(debt)],
        on=date(2026, 3, 12),
        at=noon(date(2026, 3, 12)),
        unit_id=shop.unit_id,
        reason="抄错",
    )
    payments.reverse(payment=payment, at=noon(date(2026, 3, 13)), reason="退票")
    balance = AccountBalance.objects.get(account=shop)
    assert (balance.prepaid_fen, balance.open_fen) == (0, 0)


def test_generation_bought_is_owed_to_the_customer(shop):
    receivables.charge(
        charges=[
            receivables.Charge(
                shop.pk,
                shop.unit_id,
                "energy",
                "other",
                "test.bill",
                7,
                "B7",
                "2026-03",
                date(2026, 4, 1),
                -18_360,
            )
        ],
        against=[Leg("640101", 18_360)],
        kind=PostingKind.BILLS_ISSUED,
        on=date(2026, 3, 15),
        at=noon(date(2026, 3, 15)),
        unit_id=shop.unit_id,
    )
    assert AccountBalance.objects.get(account=shop).payable_fen == 18_360
    assert not Receivable.objects.filter(account=shop).exists()


class TestTheDatabaseRefuses:
    """Whoever asks, on both databases."""

    @pytest.fixture
    def debt(self, shop):
        return owing(shop, 30_000, due=date(2026, 3, 20))

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_entry SET amount_fen = amount_fen + 1",
            "DELETE FROM ledger_entry",
            "UPDATE ledger_posting SET total_fen = total_fen + 1",
            "INSERT INTO ledger_entry (posting_id, posting_date, ledger_account, detail, document_number, amount_fen, unit_id) "
            "SELECT posting_id, posting_date, ledger_account, '', '', 5, unit_id FROM ledger_entry LIMIT 1",
            "UPDATE receivables_receivable SET amount_fen = amount_fen + 1",
            "UPDATE receivables_receivable SET open_fen = amount_fen + 1",
            "DELETE FROM receivables_receivable",
        ],
    )
    def test_changing_the_books(self, debt, statement):
        with (
            pytest.raises((IntegrityError, DatabaseError)) as caught,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert isinstance(caught.value, IntegrityError) or "append-only" in str(caught.value)

    def test_a_posting_that_does_not_balance(self, debt, shop):
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.create(
                posting_id=10**9,
                posting_date=date(2026, 3, 1),
                ledger_account="1001",
                amount_fen=5,
                unit_id=shop.unit_id,
            )
            Posting.objects.create(
                pk=10**9, kind="payment", posting_date=date(2026, 3, 1), total_fen=5, unit_id=shop.unit_id,
                posted_at=noon(date(2026, 3, 1)),
            )  # fmt: skip
