"""A failure at every single statement of what moves money: nothing of it remains, and done again it is done once.

Each act is run once to the end to learn how many statements it takes, then broken off before each of them in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum

from denghuo.commerce.billing import operations as billing
from denghuo.commerce.billing.models import Bill
from denghuo.commerce.ledger.models import Entry, Posting
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Payment
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.receivables.models import AccountBalance, Allocation, Receivable
from denghuo.foundation.audit.models import Entry as AuditEntry
from denghuo.foundation.outbox.models import Message
from tests.cast import billing as bills
from tests.cast import customers, readings, supply
from tests.cast.failures import BrokenOff, breaking_off_before
from tests.cast.money import noon, owing, pay

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 10)
TABLES = (Entry, Posting, Payment, Receivable, Allocation, Message, AuditEntry, Bill)


def standing() -> dict[str, Any]:
    """How many rows every book holds, and what the balances come to."""
    return {
        **{table.__name__ + table._meta.app_label: table.objects.count() for table in TABLES},
        "open": Receivable.objects.aggregate(fen=Sum("open_fen"))["fen"],
        "balances": list(
            AccountBalance.objects.order_by("account").values_list("prepaid_fen", "open_fen", "payable_fen")
        ),
        "bills": list(Bill.objects.order_by("id").values_list("state", flat=True)),
    }


def survives_every_failure(act: Callable[[], object]) -> int:
    """Break ``act`` off everywhere, then do it; returns how many places there were."""
    before = standing()
    with transaction.atomic():
        with breaking_off_before(10**9) as numbers:
            act()
        statements = next(numbers)
        transaction.set_rollback(True)
    assert standing() == before
    for statement in range(statements):
        try:
            with transaction.atomic():
                with breaking_off_before(statement):
                    act()
                transaction.set_rollback(True)  # only the end of the transaction was left
        except BrokenOff:
            pass
        assert standing() == before, f"statement {statement} left something behind"
    act()
    assert standing() != before
    assert list(receivables.inconsistencies()) == []
    return statements


@pytest.fixture
def shop(db):
    """Overdue with one debt, another one not yet due."""
    account = customers.account(customers.organisation("陈记面馆"))
    owing(account, 80_000, due=date(2026, 3, 20), residential=False)
    owing(account, 50_000, due=date(2026, 4, 20), residential=False)
    return account


def receive(account, external_id="K1", amount=140_000):
    return payments.receive(
        account=account, amount_fen=amount, channel="transfer", external_id=external_id, at=noon(DAY)
    )


def test_a_payment_with_its_late_fee(shop):
    assert survives_every_failure(lambda: receive(shop)) > 10


def test_a_reversal_whose_surplus_was_used(shop):
    payment = receive(shop)
    owing(shop, 5_000, due=date(2026, 5, 20), residential=False)
    survives_every_failure(
        lambda: payments.reverse(payment=payment, at=noon(DAY + timedelta(days=1)), reason="退票")
    )


def test_a_file_of_payments(shop):
    others = [customers.account(shop.customer) for _ in range(3)]
    for account in others:
        owing(account, 20_000, due=date(2026, 4, 25))
    rows = [payments.Row(account.pk, 20_000, f"F{account.pk}") for account in (shop, *others)]
    survives_every_failure(
        lambda: payments.receive_file(rows=rows, channel="bank_debit", at=noon(DAY), unit_id=shop.unit_id)
    )


def test_issuing_the_bills_of_a_run_and_reversing_one():
    bills.prices()
    home = supply.li_jianguo()
    readings.read_months(bills.metered(home), "2026-02", [300])
    run = bills.run("2026-02")
    bills.release_all(run)
    billing.approve(run=run, actor=bills.people()["heyong"], at=noon(date(2026, 3, 3)))
    pay(home.account, 5_000, on=date(2026, 3, 1))
    clerk = bills.people()["liumin"]
    survives_every_failure(
        lambda: billing.issue(run=run, actor=clerk, at=noon(date(2026, 3, 3)), due_date=date(2026, 3, 18))
    )
    bill = Bill.objects.get()
    asked = billing.ask_reversal(
        bill=bill, reason="抄错", rebill=False, actor=clerk, at=noon(date(2026, 3, 5))
    )
    survives_every_failure(
        lambda: billing.approve_reversal(
            reversal=asked,
            actor=bills.people()["heyong"],
            at=noon(date(2026, 3, 5)),
            due_date=date(2026, 3, 20),
        )
    )
    balance = AccountBalance.objects.get(account=home.account)
    assert (balance.open_fen, balance.prepaid_fen) == (0, 5_000)
