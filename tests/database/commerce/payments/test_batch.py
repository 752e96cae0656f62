"""The payments of a file in one go do exactly what they do one by one."""

from __future__ import annotations

from datetime import date

import pytest

from denghuo.commerce.ledger.models import Entry, Posting
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Payment
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.receivables.models import AccountBalance, Receivable
from denghuo.foundation.audit import queries as audit
from tests.cast import customers
from tests.cast.money import noon, owing

pytestmark = pytest.mark.django_db
PAID = date(2026, 3, 12)
DEBTS = (
    ((30_000, date(2026, 3, 20)),),
    ((30_000, date(2026, 3, 20)), (12_345, date(2026, 3, 25))),
    ((50_000, date(2026, 2, 20)), (10_000, date(2026, 3, 20))),  # overdue: with a late fee
    (),
)
AMOUNTS = (30_000, 40_000, 65_000, 8_000)


def a_street():
    """Four accounts with the debts above."""
    customer = customers.person()
    accounts = [customers.account(customer) for _ in DEBTS]
    for account, debts in zip(accounts, DEBTS, strict=True):
        for amount, due in debts:
            owing(account, amount, due=due)
    return accounts


def standing(account):
    balance = AccountBalance.objects.filter(account=account).values_list("prepaid_fen", "open_fen").first()
    debts = Receivable.objects.filter(account=account).order_by("due_date", "kind", "amount_fen")
    entries = Entry.objects.filter(account=account, posting__kind="payment").order_by(
        "ledger_account", "amount_fen"
    )
    return (
        balance,
        list(debts.values_list("kind", "amount_fen", "open_fen", "settled_date")),
        list(entries.values_list("ledger_account", "amount_fen", "posting_date", "unit_id")),
    )


def rows_for(accounts, prefix="A"):
    return [
        payments.Row(account.pk, amount, f"{prefix}{n}")
        for n, (account, amount) in enumerate(zip(accounts, AMOUNTS, strict=True))
    ]


def post_file(accounts, rows):
    return payments.receive_file(rows=rows, channel="bank_debit", at=noon(PAID), unit_id=accounts[0].unit_id)


def test_a_file_does_what_payments_one_by_one_do():
    together, singly = a_street(), a_street()

    made = post_file(together, rows_for(together))
    for account, amount in zip(singly, AMOUNTS, strict=True):
        payments.receive(
            account=account,
            amount_fen=amount,
            channel="bank_debit",
            external_id=f"S{account.pk}",
            at=noon(PAID),
        )

    assert [payment.amount_fen for payment in made] == list(AMOUNTS)
    assert [standing(account) for account in together] == [standing(account) for account in singly]
    assert list(receivables.inconsistencies()) == []
    assert audit.verify().holds


def test_a_file_posted_again_changes_nothing():
    accounts = a_street()
    first = post_file(accounts, rows_for(accounts))
    before = Posting.objects.count()
    again = post_file(accounts, rows_for(accounts))
    assert [payment.pk for payment in again] == [payment.pk for payment in first]
    assert Posting.objects.count() == before


def test_two_payments_of_one_account_in_a_file():
    account = a_street()[1]
    rows = [payments.Row(account.pk, 30_000, "X1"), payments.Row(account.pk, 20_000, "X2")]
    assert len(post_file([account], rows)) == 2
    balance = AccountBalance.objects.get(account=account)
    assert (balance.open_fen, balance.prepaid_fen) == (0, 7_655)
    assert list(receivables.inconsistencies()) == []


def test_a_transaction_known_with_another_amount_books_nothing_of_the_file():
    accounts = a_street()
    post_file(accounts[:1], rows_for(accounts)[:1])
    rows = [payments.Row(accounts[1].pk, 100, "B1"), payments.Row(accounts[0].pk, 1, "A0")]
    with pytest.raises(payments.PaymentDiffers):
        post_file(accounts, rows)
    assert Payment.objects.filter(external_id="B1").count() == 0
