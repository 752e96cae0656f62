"""A clerk at the counter: the supply point by its number, the kinds with their reasons, a refusal, and the request."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from denghuo.commerce.changes.models import Change, RefusedRequest
from tests.browser.conftest import PHONE
from tests.cast import billing
from tests.cast.changes import mill, person

pytestmark = pytest.mark.django_db(transaction=True)
MORNING = datetime(2026, 3, 2, 2, tzinfo=UTC)


def test_a_suspension_is_refused_then_taken_in(site, monkeypatch):
    for module in ("common", "asking", "changes"):
        monkeypatch.setattr(f"denghuo.commerce.changes.web.{module}.now", lambda: MORNING)
    billing.prices()
    point, _meter = mill()
    page = site.open(reverse("changes:new"), staff=person("linxiaoyu"), viewport=PHONE, language="zh-hans")
    page.get_by_test_id("find").fill(point.number)
    page.keyboard.press("Enter")
    page.get_by_test_id("kind-suspend").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("[name=until_date]").fill("2026-03-12")
    page.locator("[name=unit_ids]").check()
    site.expect("422")
    page.get_by_test_id("ask").click()
    page.get_by_test_id("not-allowed").get_by_text("15 天").first.wait_for()
    assert RefusedRequest.objects.count() == 1
    page.locator("[name=until_date]").fill("2026-06-09")
    page.get_by_test_id("ask").click()
    page.get_by_test_id("preview").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Change.objects.get().until_date.isoformat() == "2026-06-09"
