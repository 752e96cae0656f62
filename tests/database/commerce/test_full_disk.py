"""The disk is full in the middle of a payment: a clear refusal, nothing half saved, and exact totals once there is room."""

from __future__ import annotations

from datetime import date

import psycopg.errors
import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory

from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Payment
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.ui.web import errors
from tests.cast import customers
from tests.cast.money import noon, owing

DAY = date(2026, 4, 10)


def pay_until_it_fails(account) -> int:
    booked = 0
    for number in range(5_000):
        payments.receive(
            account=account, amount_fen=100, channel="transfer", external_id=f"T{number}", at=noon(DAY)
        )
        booked = number + 1
    return booked


@pytest.mark.slow
def test_payments_on_a_full_disk(threaded_database):
    if connection.vendor != "sqlite":
        pytest.skip("needs a database of its own whose room can be limited")
    account = customers.account()
    owing(account, 10_000_000, due=date(2026, 4, 20))
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 16}")
    with pytest.raises(OperationalError) as refused:
        pay_until_it_fails(account)
    assert refused.value.__cause__.sqlite_errorname == "SQLITE_FULL"
    booked = Payment.objects.count()
    assert booked > 0
    assert list(receivables.inconsistencies()) == []

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1073741823")
    for number in range(booked + 20):
        payments.receive(
            account=account, amount_fen=100, channel="transfer", external_id=f"T{number}", at=noon(DAY)
        )
    assert Payment.objects.count() == booked + 20
    assert receivables.owed(account.pk, on=DAY).open_fen == 10_000_000 - 100 * (booked + 20)
    assert list(receivables.inconsistencies()) == []


def page_for(error: Exception) -> str:
    try:
        raise error
    except OperationalError:
        answer = errors.server_error(RequestFactory().get("/payments/cashier/"))
    return f"{answer.status_code} {answer.content.decode()}"


def test_the_page_says_that_the_disk_is_full_and_that_nothing_was_saved():
    full = OperationalError("could not extend file")
    full.__cause__ = psycopg.errors.DiskFull()
    assert page_for(full).startswith("503")
    assert page_for(OperationalError("something else")).startswith("500")
