"""An inspector works through a checklist on a phone and issues the notice about what was found."""

from __future__ import annotations

import pytest
from django.urls import reverse

from denghuo.commerce.inspection.models import Rectification
from tests.browser.conftest import PHONE
from tests.cast import inspection as cast
from tests.cast.inspection import AT

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_checklist_and_its_notice_on_a_phone(site, monkeypatch):
    for module in ("common", "plan", "visits", "notices"):
        monkeypatch.setattr(f"denghuo.commerce.inspection.web.{module}.now", lambda: AT)
    cast.visit(cast.secured(), checklist="generator")
    page = site.open(reverse("inspection:mine"), staff=cast.wugang(), viewport=PHONE, language="zh-hans")
    page.get_by_test_id("visit").click()
    page.get_by_test_id("checklist").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name in ("present", "start", "test", "fuel", "separation"):
        page.locator(f"[name=item_{name}][value=ok]").check()
    page.locator("[name=item_capacity][value=fault]").check()
    page.locator("[name=note_capacity]").fill("铭牌 300 kW")
    page.get_by_test_id("record").click()
    page.get_by_test_id("act-issue").wait_for()
    page.locator("[data-testid=act-issue] button.btn-primary").click()
    page.get_by_test_id("process-panel").wait_for()
    notice = Rectification.objects.get()
    assert notice.findings.get().code == "E02" and notice.findings.get().note == "铭牌 300 kW"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
