"""A dispatcher asks for works: the clash and the customers affected appear while the form is being filled in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from denghuo.commerce.outages.models import Outage
from denghuo.commerce.outages.web import common, outages, requests
from tests.browser.conftest import PHONE
from tests.cast import grid, supply
from tests.cast import outages as cast
from tests.cast.outages import ASKED

pytestmark = pytest.mark.django_db(transaction=True)


def test_works_are_merged_from_the_live_check(site, monkeypatch):
    for module in (common, outages, requests):
        monkeypatch.setattr(module, "now", lambda: ASKED + timedelta(hours=2))
    supply.wang_xiuying()
    host = cast.asked()
    page = site.open(reverse("outages:request"), staff=cast.people()["qinyong"], language="zh-hans")
    page.locator("[name=equipment]").fill(grid.area().code)
    page.locator("[name=begins_at]").fill("2026-09-20T08:30")
    page.locator("[name=ends_at]").fill("2026-09-20T16:30")
    page.locator("[name=description]").fill("公变调档")
    page.get_by_test_id("clash").wait_for()
    page.locator("[name=merge_into]").check()
    page.get_by_test_id("send").click()
    page.get_by_text("已合并").first.wait_for()
    assert Outage.objects.get(merged_into=host).state == "merged"
    phone = site.open(
        reverse("outages:outage", args=[host.number]),
        staff=cast.people()["heyong"],
        viewport=PHONE,
        language="zh-hans",
    )
    phone.get_by_test_id("act-approve").locator("summary").click()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.get_by_test_id("act-approve").get_by_role("button").click()
    phone.get_by_test_id("notices").wait_for()
    host.refresh_from_db()
    assert host.state == "approved"
