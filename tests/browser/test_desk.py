"""A window of the hall: opened, a ticket taken, called, served and finished with keys; the hall screen follows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from denghuo.care.desk.models import Ticket
from denghuo.care.desk.web.common import screen_token
from tests.browser import audit
from tests.browser.conftest import PHONE
from tests.cast import customers
from tests.cast.staff import hire_everyone

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_ticket_from_the_kiosk_to_its_end(site):
    customers.unit("4501")
    clerk = hire_everyone(datetime(2026, 9, 1, tzinfo=UTC))["linxiaoyu"]
    page = site.open(reverse("desk:counter"), staff=clerk, language="zh-hans")
    page.get_by_test_id("open-window").locator("input[name=window]").fill("1")
    for box in page.get_by_test_id("open-window").locator("input[type=checkbox]").all():
        box.check()
    page.get_by_test_id("open-window").locator("button.btn-primary").click()
    page.get_by_test_id("idle").wait_for()
    kiosk = site.open(
        reverse("desk:kiosk", args=[screen_token("4503", "kiosk")]), viewport=PHONE, language="zh-hans"
    )
    kiosk.locator("button[name=business]").first.click()
    number = kiosk.get_by_test_id("ticket").inner_text()
    assert audit.problems(page) == []
    page.keyboard.press("n")
    page.get_by_test_id("at-window").get_by_text(number).wait_for()
    hall = site.open(reverse("desk:display", args=[screen_token("4503", "display")]), language="zh-hans")
    hall.get_by_text(number).first.wait_for()
    page.keyboard.press("s")
    page.locator("[data-desk-key=d]").first.wait_for()
    assert audit.problems(page) == []
    page.keyboard.press("d")
    page.get_by_test_id("idle").wait_for()
    assert Ticket.objects.get().state == "done"
