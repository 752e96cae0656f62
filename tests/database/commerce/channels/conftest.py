"""A town with a debtor, and the channels it pays through."""

from __future__ import annotations

from datetime import date

import pytest

from denghuo.commerce.channels import operations
from denghuo.commerce.receivables import queries as receivables
from tests.cast import channels as cast
from tests.cast import customers
from tests.cast.money import owing


@pytest.fixture
def clock():
    return cast.Clock(cast.NOON)


@pytest.fixture
def wang(db):
    """王秀英 owes 123.45 yuan, due in a week."""
    account = customers.account()
    owing(account, 12_345, due=date(2026, 9, 14))
    return account


@pytest.fixture
def emulator(clock):
    with cast.running(clock) as running:
        yield running


@pytest.fixture
def desk(clock):
    """The channels without a network: asked in process, their callbacks handed over by the test."""
    made = cast.counter(clock)
    with operations.replaced(cast.offline(made)):
        yield made


@pytest.fixture(autouse=True)
def _books_agree(request):
    yield
    if "wang" in request.fixturenames:
        assert list(receivables.inconsistencies()) == []
