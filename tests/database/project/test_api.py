"""The API's manners: tokens, scopes, problems, idempotent writes and cursors."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import Http404
from django.test import RequestFactory
from ninja import NinjaAPI, Router, Schema

from denghuo.foundation.identity import operations
from denghuo.foundation.identity.api import (
    DecimalText,
    Page,
    Paging,
    Problem,
    Token,
    idempotent,
    keyset_page,
    yuan_text,
)
from denghuo.foundation.identity.models import IdempotentAnswer, OrganisationUnit
from denghuo.foundation.numbering import operations as numbering
from denghuo.project.api import JsonRenderer, _install_problems
from tests.cast import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(now):
    secadmin = staff.hire("secadmin", now)
    _client, token = operations.register_client(
        name="终端", scopes=["readings.enter"], unit=staff.open_units(now)["4501"], at=now, actor=secadmin
    )
    return token


class LampIn(Schema):
    street: str
    watts: Decimal


class LampOut(Schema):
    number: int
    street: str
    watts: DecimalText
    price_yuan: str


class UnitOut(Schema):
    code: str


@pytest.fixture(scope="module")
def lamps():
    """A small API with the real renderer and problems, called without the URLs of the project."""
    api = NinjaAPI(urls_namespace="lamps", renderer=JsonRenderer())
    router = Router(auth=Token("readings.enter"))

    @router.post("/lamps", response={201: LampOut})
    @idempotent
    def light(request, body: LampIn):
        if body.street == "nowhere":
            numbering.allocate("lamp", 100)
            raise Problem(409, "conflict", "no such street")
        number = numbering.allocate("lamp", 1)[0]
        return 201, LampOut(number=number, street=body.street, watts=body.watts, price_yuan=yuan_text(1234))

    @router.get("/units", response=Page[UnitOut])
    def units(request, paging: Paging = None):
        raise Http404

    api.add_router("", router)
    _install_problems(api)
    return {pattern.name: pattern.callback for pattern in api.urls[0] if "lamps" in str(pattern.pattern)}


@pytest.fixture
def post(lamps, token):
    def call(body, key="3f2a-0001", token=token):
        headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
        if key:
            headers["HTTP_IDEMPOTENCY_KEY"] = key
        request = RequestFactory().post(
            "/lamps", json.dumps(body), content_type="application/json", **headers
        )
        return next(iter(lamps.values()))(request)

    return call


LAMP = {"street": "梧桐巷", "watts": "0.50"}


def test_a_write_answers_in_plain_chinese_with_decimals_as_text(post):
    answer = post(LAMP)
    assert answer.status_code == 201
    assert '"梧桐巷"'.encode() in answer.content
    assert json.loads(answer.content) == {
        "number": 1, "street": "梧桐巷", "watts": "0.50", "price_yuan": "12.34",
    }  # fmt: skip


def test_the_same_request_twice_has_one_effect_and_one_answer(post):
    first, second = post(LAMP), post(LAMP)
    assert first.content == second.content
    assert (second.status_code, second["Idempotent-Replay"]) == (201, "true")
    assert numbering.allocate("lamp", 1) == range(2, 3)


def test_the_same_key_with_another_body_is_refused(post):
    post(LAMP)
    answer = post(LAMP | {"watts": "0.51"})
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["code"] == "idempotency_key_reused"
    assert numbering.allocate("lamp", 1) == range(2, 3)


def test_a_refused_write_leaves_nothing_and_may_be_tried_again(post):
    assert post(LAMP | {"street": "nowhere"}).status_code == 409
    assert not IdempotentAnswer.objects.exists()
    assert numbering.allocate("lamp", 1) == range(1, 2)
    assert post(LAMP).status_code == 201


@pytest.mark.parametrize("key", ["", "short", "with a space 123", "x" * 81])
def test_a_write_without_a_proper_key_is_refused(post, key):
    answer = post(LAMP, key=key)
    assert answer.status_code == 422
    assert json.loads(answer.content)["errors"][0]["path"].lower() == "header.idempotency-key"


def test_a_bad_body_says_where_and_what(post):
    answer = post({"street": "梧桐巷", "watts": "much"})
    problem = json.loads(answer.content)
    assert (answer.status_code, problem["code"]) == (422, "invalid_request")
    assert problem["errors"][0]["path"] == "body.body.watts"


def test_tokens_unknown_revoked_or_without_the_scope_are_turned_away(post, token, now):
    assert post(LAMP, token="dh_nonsense").status_code == 401
    secadmin = staff.hire("secadmin", now)
    unit = staff.open_units(now)["4501"]
    client, narrow = operations.register_client(
        name="只读", scopes=["billing.view"], unit=unit, at=now, actor=secadmin
    )
    answer = post(LAMP, token=narrow)
    assert (answer.status_code, json.loads(answer.content)["scopes"]) == (403, ["readings.enter"])
    operations.revoke_client(client=client, at=now + timedelta(hours=1), actor=secadmin, reason="停用")
    assert post(LAMP, token=narrow).status_code == 401


def test_a_token_is_never_stored_and_decisions_are_not_for_machines(token, now):
    from denghuo.foundation.identity.models import ApiClient

    assert token not in str(list(ApiClient.objects.values()))
    with pytest.raises(ValueError, match="billing.approve"):
        operations.register_client(
            name="x", scopes=["billing.approve"], unit=staff.open_units(now)["45"], at=now, actor=None
        )


def test_cursors_walk_a_list_once_whatever_the_page_size(now):
    staff.open_units(now)
    for limit in (1, 2, 3, 4, 5):
        seen, cursor = [], None
        while True:
            page = keyset_page(
                OrganisationUnit.objects.all(), Paging(cursor=cursor, limit=limit), ("kind", "code")
            )
            seen += [row.code for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == ["45", "4503", "4501", "4502"]


@pytest.mark.parametrize("cursor", ["!", "bm90anNvbg", "WzEsMl0", "W251bGxd", "WzFlOTld", "W3t9XQ"])
def test_a_forged_cursor_is_a_clear_problem(now, cursor):
    with pytest.raises(Problem) as refused:
        keyset_page(OrganisationUnit.objects.all(), Paging(cursor=cursor), ("code",))
    assert refused.value.code == "cursor_invalid"


def test_who_am_i(client, token):
    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.json() == {"name": "终端", "scopes": ["readings.enter"], "unit": "4501"}
    assert client.get("/api/v1/me").status_code == 401


def test_the_document_is_openapi_3_1_and_says_how_errors_look(client):
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "default" in document["paths"]["/api/v1/me"]["get"]["responses"]
    assert client.get("/api/v1/docs").status_code == 200


def test_health(client):
    assert client.get("/healthz").json()["status"] == "ok"
