"""Customers and supply points for machines: masked, inside the client's units, written once."""

from __future__ import annotations

from itertools import count

import pytest

from denghuo.foundation.identity.operations import register_client
from denghuo.records.customers.models import Customer
from tests.cast import customers, supply

pytestmark = pytest.mark.django_db

READ = ["customers.view", "supply.view"]
SERIAL = count(1)


@pytest.fixture
def call(client, now):
    def request(method, path, *, scopes=READ, of="4501", key="", **body):
        _client, token = register_client(
            name=f"machine {next(SERIAL)}",
            scopes=scopes,
            unit=customers.unit(of),
            at=now,
            actor=None,
        )
        headers = {"Authorization": f"Bearer {token}", **({"Idempotency-Key": key} if key else {})}
        send = getattr(client, method)
        return send(
            f"/api/v1{path}",
            **({"data": body, "content_type": "application/json"} if body else {}),
            headers=headers,
        )

    return request


def test_a_supply_point_is_read_masked_with_its_terms(call):
    point = supply.household()
    body = call("get", f"/supply/{point.number}").json()
    assert (body["customer_name"], body["address"]) == ("王*英", "灯火镇梧桐巷***")
    assert body["terms"]["capacity_kva"] == "8.00"
    assert call("get", f"/supply/{point.number}?on=2025-07-01").json()["terms"] is None
    person = call("get", f"/customers/{point.customer.number}").json()
    assert (person["name"], person["phone"]) == ("王*英", "138****8001")


def test_another_stations_client_finds_nothing(call):
    point = supply.household()
    for path in (f"/supply/{point.number}", f"/customers/{point.customer.number}"):
        assert call("get", path, of="4502").status_code == 404
    for path in ("/supply/", "/customers/"):
        assert call("get", path, of="4502").json()["items"] == []
        assert len(call("get", path).json()["items"]) == 1


def test_customers_are_found_by_name_and_paged(call):
    for name in ("王秀英", "王秀兰", "李建国"):
        customers.person(name)
    assert len(call("get", "/customers/?name=王秀").json()["items"]) == 2
    first = call("get", "/customers/?limit=2").json()
    rest = call("get", f"/customers/?limit=2&cursor={first['next_cursor']}").json()
    assert len(first["items"]) == 2 and len(rest["items"]) == 1 and rest["next_cursor"] is None


def test_a_customer_is_registered_by_a_machine_that_may(call):
    body = {"kind": "person", "name": "孙丽", "unit": "4501", "phone": "13800138009"}
    assert call("post", "/customers/", key="register-1", **body).status_code == 403
    made = call("post", "/customers/", scopes=["customers.edit"], key="register-1", **body)
    assert made.status_code == 200, made.content.decode()
    assert Customer.objects.get().number == made.json()["number"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"unit": "4502"},
        {"kind": "ghost"},
        {"name": ""},
        {"name": "字" * 81},
        {"name": "王\x00英"},
        {"identity_number": "110105194912310021"},
        {"email": "nonsense"},
    ],
)
def test_what_does_not_hold_is_a_problem_and_never_an_error_of_ours(wrong, call):
    body = {"kind": "person", "name": "孙丽", "unit": "4501", **wrong}
    answer = call("post", "/customers/", scopes=["customers.edit"], key="register-2", **body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert not Customer.objects.exists()
