"""The menu as the rooms filled it."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from django.urls import reverse

from denghuo.foundation.ui import navigation


class Somebody:
    is_authenticated = True

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def may(self, permission: str) -> bool:
        return permission in self.permissions


@pytest.mark.parametrize("item", navigation.entries(), ids=lambda item: item.url_name)
def test_every_entry_leads_somewhere(item):
    assert reverse(item.url_name)


def test_entries_without_the_permission_are_not_offered():
    request = RequestFactory().get("/")
    request.user = Somebody()
    offered = {item.url for section in navigation.menu(request) for item in section.items}
    forbidden = {reverse(item.url_name) for item in navigation.entries() if item.permission}
    open_to_all = {reverse(item.url_name) for item in navigation.entries() if not item.permission}
    assert offered == open_to_all
    assert forbidden - open_to_all


def test_the_entry_of_the_current_page_is_marked():
    request = RequestFactory().get(reverse("workbench"))
    request.user = Somebody()
    active = [item.url for section in navigation.menu(request) for item in section.items if item.active]
    assert active == ["/"]
