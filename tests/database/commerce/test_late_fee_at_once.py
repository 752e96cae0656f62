"""The late fee of one account charged by several at once, while money comes in: charged once, no fen lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connections

from denghuo.commerce.payments import operations as payments
from denghuo.commerce.receivables import operations, queries
from denghuo.commerce.receivables.models import Receivable
from tests.cast import customers
from tests.cast.money import noon, owing

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 1, 10)


def test_late_fee_and_payments_at_once(threaded_database):
    account = customers.account()
    debt = owing(account, 1_000_000, due=date(2025, 12, 10), residential=False)

    def work(number: int) -> None:
        try:
            if number % 2:
                operations.assess(account_id=account.pk, on=DAY, at=noon(DAY))
            else:
                payments.receive(
                    account=account,
                    amount_fen=10_000,
                    channel="wechat",
                    external_id=f"W{number}",
                    at=noon(DAY),
                )
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(16)))
    assert sum(Receivable.objects.filter(principal=debt).values_list("amount_fen", flat=True)) == 72_000
    assert queries.owed(account.pk, on=DAY).total_fen == 1_072_000 - 8 * 10_000
    assert list(queries.inconsistencies()) == []
