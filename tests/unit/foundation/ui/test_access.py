"""Who is let in, who is sent to the sign-in page, who sees the 403 page."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.views import View

from denghuo.foundation.ui.access import may, public, require, signed_in


class Clerk:
    is_authenticated = True

    def may(self, permission: str) -> bool:
        return permission == "billing.run.start"


def ask(view, user, path="/page?x=1", **headers):
    request = RequestFactory().get(path, headers=headers)
    request.user = user
    return view(request)


def page(request):
    return HttpResponse("in")


@require("billing.run.start")
class Page(View):
    def get(self, request):
        return HttpResponse("in")


class Child(Page):
    def get(self, request):
        return HttpResponse("child")


VIEWS = [require("billing.run.start")(page), Page.as_view(), require("other", "billing.run.start")(page)]


@pytest.mark.parametrize("view", [*VIEWS, signed_in(page), public(page)])
def test_a_clerk_with_the_permission_is_let_in(view):
    assert ask(view, Clerk()).content == b"in"


@pytest.mark.parametrize("view", [*VIEWS, signed_in(page), Page.as_view()])
def test_a_visitor_is_sent_to_the_sign_in_page_and_back(view):
    answer = ask(view, AnonymousUser())
    assert answer.status_code == 302
    assert answer["Location"].endswith("?next=/page%3Fx%3D1")


@pytest.mark.parametrize(
    "view", [require("tariffs.book.approve")(page), require("tariffs.book.approve")(Child).as_view()]
)
def test_another_permission_is_refused(view):
    with pytest.raises(PermissionDenied):
        ask(view, Clerk())


def test_htmx_is_told_to_load_the_sign_in_page():
    answer = ask(
        signed_in(page), AnonymousUser(), **{"HX-Request": "true", "HX-Current-URL": "http://x/bills"}
    )
    assert answer.status_code == 401 and "next=http%3A//x/bills" in answer["HX-Redirect"]


def test_every_guard_leaves_its_mark():
    assert [
        view.access.kind for view in (signed_in(page), public(page), Page.as_view(), Child.as_view())
    ] == [
        "signed_in",
        "public",
        "permission",
        "permission",
    ]
    assert VIEWS[2].access.permissions == ("other", "billing.run.start")
    assert not hasattr(page, "access")


def test_require_without_a_permission_is_a_mistake():
    with pytest.raises(ValueError):
        require()


def test_nobody_may_anything():
    assert not may(AnonymousUser(), None)
    assert may(Clerk(), None) and may(Clerk(), "billing.run.start") and not may(Clerk(), "other")
