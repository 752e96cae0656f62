"""Payers of the town, the people at the desks, and books that agree after every story."""

from __future__ import annotations

import pytest

from denghuo.commerce.ledger import queries as ledger
from denghuo.commerce.receivables import queries
from tests.cast import customers, staff


@pytest.fixture
def shop():
    """A payer of 2 ‰, and 3 ‰ over the year end."""
    return customers.account(customers.organisation("陈记面馆"))


@pytest.fixture
def cashier():
    return staff.hire("zhengjie", customers.AT)


@pytest.fixture
def supervisor():
    return staff.hire("heyong", customers.AT)


@pytest.fixture(autouse=True)
def books_agree(db):
    yield
    assert list(queries.inconsistencies()) == []
    assert list(ledger.inconsistencies()) == []
