"""Payments for machines: booked once, read inside the client's units."""

from __future__ import annotations

from datetime import date
from itertools import count

import pytest

from denghuo.commerce.payments.models import Payment
from denghuo.foundation.identity.operations import register_client
from tests.cast import customers
from tests.cast.money import owing, pay

pytestmark = pytest.mark.django_db
SERIAL = count(1)


@pytest.fixture
def call(client, now):
    def request(method, path, *, scopes=("payments.view", "payments.take"), of="4501", key="", **body):
        _client, token = register_client(
            name=f"agency {next(SERIAL)}", scopes=list(scopes), unit=customers.unit(of), at=now, actor=None
        )
        headers = {"Authorization": f"Bearer {token}", **({"Idempotency-Key": key} if key else {})}
        return getattr(client, method)(
            f"/api/v1/payments{path}",
            **({"data": body, "content_type": "application/json"} if body else {}),
            headers=headers,
        )

    return request


@pytest.fixture
def home():
    return customers.account()


def body_for(account, **changes):
    return {
        "account": account.number,
        "amount_yuan": "180.50",
        "channel": "transfer",
        "external_id": "BANK-0001",
        **changes,
    }


def test_a_payment_is_booked_once_and_says_what_it_settled(call, home):
    owing(home, 10_000, due=date(2099, 1, 1), charged=date(2026, 3, 1))
    answer = call("post", "/payments", key="key-00001", **body_for(home))
    assert answer.status_code == 201
    made = answer.json()
    assert (made["amount_yuan"], made["prepaid_yuan"]) == ("180.50", "80.50")
    assert [part["amount_yuan"] for part in made["settled"]] == ["100.00"]
    again = call("post", "/payments", key="key-00002", **body_for(home))
    assert again.json()["number"] == made["number"]
    other = call("post", "/payments", key="key-00003", **body_for(home, amount_yuan="180.51"))
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert Payment.objects.count() == 1
    assert call("get", f"/payments/{made['number']}").json()["settled"] == made["settled"]


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_yuan": "0"},
        {"amount_yuan": "1.001"},
        {"amount_yuan": "-5"},
        {"channel": "cash"},
        {"external_id": "a b"},
        {"value_date": "2999-01-01"},
    ],
)
def test_what_is_not_a_payment_is_refused(call, home, changes):
    assert call("post", "/payments", key="key-00001", **body_for(home, **changes)).status_code == 422
    assert not Payment.objects.exists()


def test_other_units_find_nothing(call, home):
    made = pay(home, 1_000, on=date(2026, 3, 1))
    assert call("get", f"/payments/{made.number}", of="4502").status_code == 404
    assert call("get", "/payments", of="4502").json()["items"] == []
    assert call("post", "/payments", key="key-00001", of="4502", **body_for(home)).status_code == 404
    assert (
        call("post", "/payments", key="key-00001", scopes=["payments.view"], **body_for(home)).status_code
        == 403
    )


def test_the_list_is_filtered_and_paged(call, home):
    for day in (1, 2, 3):
        pay(home, 1_000 * day, on=date(2026, 3, day))
    first = call("get", "/payments?limit=2").json()
    rest = call("get", f"/payments?limit=2&cursor={first['next_cursor']}").json()
    assert [item["amount_yuan"] for item in first["items"] + rest["items"]] == ["10.00", "20.00", "30.00"]
    since = call("get", "/payments?since=2026-03-02&until=2026-03-03").json()["items"]
    assert [item["amount_yuan"] for item in since] == ["20.00"]
