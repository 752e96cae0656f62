"""A crew with a phone: the work list, the second notice, and the timer that runs down."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.browser.conftest import PHONE, until
from tests.cast import disconnection as cast
from tests.cast.disconnection import SECOND

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_crew_gives_the_second_notice_and_sees_the_timer(site, monkeypatch):
    for module in ("orders", "field"):
        monkeypatch.setattr(f"denghuo.commerce.disconnection.web.{module}.now", lambda: SECOND)
    order = cast.noticed(cast.debtor())
    page = site.open(
        reverse("disconnection:field"), staff=cast.people()["nongjun"], viewport=PHONE, language="zh-hans"
    )
    page.clock.install(time=SECOND)
    page.reload()
    page.get_by_test_id("work").click()
    page.get_by_test_id("act-second").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("[data-testid=act-second] [name=recipient]").fill("户主本人")
    page.locator("[data-testid=act-second] [name=evidence]").fill("录音 0908")
    page.get_by_test_id("second").click()
    page.get_by_test_id("act-execute").wait_for()
    order.refresh_from_db()
    assert order.state == "warned" and order.second_notice_at == SECOND
    until(
        page,
        "/^00:(30|29):/.test(document.querySelector('[data-testid=timer] [data-countdown]').textContent)",
    )
    site.expect("422")
    page.get_by_test_id("execute").click()
    page.get_by_text("30 分钟").first.wait_for()
    order.refresh_from_db()
    assert order.state == "warned" and order.refused_steps.count() == 1
