"""Every address × method × role against ``security/permissions.yml``.

An address without an entry fails the build (``python tools/permissions_matrix.py`` says which, ``--write`` adds it).
Then the pages themselves are asked, by a visitor and by one holder of every role: who may not must be turned away
before anything is looked up, who may must never see a 403 and never an error of ours.
"""

from __future__ import annotations

import re

import pytest
from django.urls import get_resolver, reverse
from django.urls.exceptions import NoReverseMatch
from tools import permissions_matrix

from denghuo.foundation.identity import rules
from tests.cast import staff

METHODS = ("get", "post")
NEVER_ALLOWED = ("put", "patch", "delete")
SAMPLES = {"int": 999_999, "str": "no-such", "slug": "no-such", "uuid": "00000000-0000-4000-8000-000000000000",
           "calendar_date": "2026-09-08", "path": "no-such"}  # fmt: skip
"""What stands in an address where a record's key belongs: nothing that exists."""


def test_the_file_says_what_the_code_does():
    assert permissions_matrix.differences() == []


def test_every_permission_in_use_exists():
    used = {
        permission
        for access in permissions_matrix.pages_in_code().values()
        if isinstance(access, list)
        for permission in access
    }
    assert used <= set(rules.ALL_PERMISSIONS)


def test_a_new_address_without_an_entry_is_found(monkeypatch):
    pages = permissions_matrix.pages_in_code()
    monkeypatch.setattr(permissions_matrix, "pages_in_code", lambda: pages | {"billing:give-away": "public"})
    assert permissions_matrix.differences() == ["pages: billing:give-away has no entry (code says public)"]


def test_a_page_that_nobody_guards_is_found(monkeypatch):
    pages = permissions_matrix.pages_in_code()
    monkeypatch.setattr(permissions_matrix, "pages_in_code", lambda: pages | {"workbench": None})
    assert any("guarded by nobody" in line for line in permissions_matrix.differences())


def address_of(name: str) -> str:
    """An address of this name with a key of nothing in every place."""
    try:
        return reverse(name)
    except NoReverseMatch:
        pass
    pattern = next(str(entry.pattern) for found, entry in permissions_matrix.patterns() if found == name)
    kwargs = {
        parameter: SAMPLES.get(kind or "str", SAMPLES["str"])
        for kind, parameter in re.findall(r"<(?:(\w+):)?(\w+)>", pattern)
    }
    for guess in ({}, dict.fromkeys(kwargs, "2026-08"), dict.fromkeys(kwargs, "999999")):
        try:
            return reverse(name, kwargs=kwargs | guess)
        except NoReverseMatch:
            continue
    raise AssertionError(f"no address can be made for {name} ({pattern}): add a sample")


PAGES = permissions_matrix.truth().get("pages", {})
OPEN = {name for name, access in PAGES.items() if access == "public"}


@pytest.mark.django_db
def test_a_visitor_is_sent_to_the_sign_in_page_by_every_page_but_the_public_ones(client):
    for name in PAGES.keys() - OPEN:
        address = address_of(name)
        for method in (*METHODS, *NEVER_ALLOWED):
            answer = getattr(client, method)(address)
            assert answer.status_code in (302, 401, 405), (name, method, answer.status_code)
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith("/sign-in"), (name, method)


def expected(access, role: str, roles: dict) -> bool:
    return access in ("public", "signed_in") or bool(set(access) & set(roles[role]))


@pytest.mark.django_db
@pytest.mark.parametrize("role", rules.ROLES)
def test_each_role_gets_exactly_what_the_file_says(client, now, role):
    client.force_login(staff.holder_of(role, now))
    client.raise_request_exception = True
    roles = permissions_matrix.truth()["roles"]
    for name, access in PAGES.items():
        if name in ("identity:sign-out", "api:openapi-view", "api:openapi-json"):
            continue
        address = address_of(name)
        allowed = expected(access, role, roles)
        methods = METHODS if not allowed or role == _tester(access, roles) else ("get",)
        for method in methods:
            answer = getattr(client, method)(address, headers={"Accept-Language": "zh-hans"})
            assert (answer.status_code == 403) is not allowed, (name, method, answer.status_code)
            assert answer.status_code < 500, (name, method)
            if allowed:
                assert "/sign-in" not in answer.headers.get("Location", ""), (name, method)


def _tester(access, roles: dict) -> str:
    """The first role that may: it also tries the writes, with nothing filled in and keys of nothing."""
    return next(role for role in rules.ROLES if expected(access, role, roles))


@pytest.mark.django_db
def test_without_a_token_the_api_answers_nothing(client):
    for name, scopes in permissions_matrix.api_in_code().items():
        assert scopes != "public", name
        method, path = name.split(" ", 1)
        address = "/api/v1" + re.sub(r"\{[^}]*\}", "1", path)
        answer = getattr(client, method.lower())(address)
        assert answer.status_code == 401, (name, answer.status_code)


STORES_NOTHING = {"POST /tariffs/quote"}


def test_every_api_write_takes_an_idempotency_key(client):
    document = client.get("/api/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            name = f"{method.upper()} {path.removeprefix('/api/v1')}"
            keys = {parameter["name"] for parameter in operation.get("parameters", ())}
            assert method == "get" or name in STORES_NOTHING or "Idempotency-Key" in keys, name


def test_the_resolver_has_no_debug_pages():
    names = {name for name, _entry in permissions_matrix.patterns(get_resolver())}
    assert not {name for name in names if name.startswith(("admin", "djdt", "__debug__"))}
