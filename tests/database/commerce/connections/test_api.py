"""Applications for machines: taken in once a key, followed by number, inside the client's units."""

from __future__ import annotations

from itertools import count

import pytest

from denghuo.commerce.connections.models import Application
from denghuo.foundation.identity.operations import register_client
from tests.cast import connections, customers

pytestmark = pytest.mark.django_db
SERIAL = count(1)


@pytest.fixture
def call(client, now):
    def request(method, path="", *, of="45", key="", **body):
        _client, token = register_client(
            name=f"window {next(SERIAL)}", scopes=["connections.view", "connections.apply"], unit=customers.unit(of), at=now, actor=None
        )  # fmt: skip
        headers = {
            "Authorization": f"Bearer {request.token or token}",
            **({"Idempotency-Key": key} if key else {}),
        }
        request.token = request.token or token
        more = {"data": body, "content_type": "application/json"} if body else {}
        return getattr(client, method)(f"/api/v1/connections{path}", **more, headers=headers)

    request.token = ""
    return request


def body_for(customer, **changes):
    return {
        "kind": "residential", "customer": customer.number, "unit": "4501", "address": "青云路9号", "capacity_kva": "8",
        "contact_name": "周晓燕", "contact_phone": "13800138888", "documents": ["identity"], **changes,
    }  # fmt: skip


def test_an_application_is_taken_in_once(call):
    connections.town()
    customer = customers.person("周晓燕")
    first = call("post", key="apply-0001", **body_for(customer))
    assert first.status_code == 201, first.content
    again = call("post", key="apply-0001", **body_for(customer))
    assert again.json() == first.json() and Application.objects.count() == 1
    made = first.json()
    assert made["missing_documents"] == ["property"] and made["stages"][1]["state"] == "now"
    assert call("get", f"/{made['number']}").json()["state"] == "running"
    assert [row["number"] for row in call("get", f"?customer={customer.number}").json()["items"]] == [
        made["number"]
    ]


def test_what_does_not_hold_is_refused_in_words(call):
    connections.town()
    customer = customers.person("周晓燕")
    missing = call("post", key="refuse-0001", **body_for(customer, documents=[]))
    assert missing.status_code == 422 and Application.objects.count() == 0
    assert call("post", key="refuse-0002", **body_for(customer, unit="9901")).status_code == 404
    pv = call("post", key="refuse-0003", **body_for(customer, kind="pv_household"))
    assert pv.status_code == 422


def test_another_unit_sees_nothing(call):
    connections.town()
    application = connections.apply("residential")
    assert call("get", f"/{application.number}", of="4502").status_code == 404
