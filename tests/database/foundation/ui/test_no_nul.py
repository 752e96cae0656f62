"""NUL characters never reach the database: pages refuse them with 400, the API with 422."""

from __future__ import annotations

import pytest

from tests.cast import staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/search?q=a%00b", "/customers/?q%00=1", "/sign-in%00"])
def test_an_address_with_nul_is_refused(client, now, address):
    client.force_login(staff.hire("liumin", now))
    assert client.get(address).status_code == 400


def test_a_form_with_nul_is_refused(client):
    assert client.post("/sign-in", {"username": "a\x00b", "password": "x"}).status_code == 400


def test_a_form_without_nul_is_answered(client):
    assert client.post("/sign-in", {"username": "某人", "password": "x"}).status_code == 422
