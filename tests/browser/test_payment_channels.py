"""A clerk shows a code, the customer pays on the phone page of the emulator, and the page says so by itself."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from denghuo.commerce.channels import operations
from denghuo.commerce.channels.models import PaymentOrder
from tests.browser.conftest import PHONE
from tests.cast import billing, customers
from tests.cast import channels as cast
from tests.cast.money import owing

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_code_is_shown_paid_and_the_page_goes_on(site):
    people = billing.people()
    account = customers.account()
    owing(account, 8_880, due=date(2027, 1, 20), charged=timezone.localdate())
    clock = cast.Clock(timezone.now())
    desk = cast.counter(clock)
    with operations.replaced(cast.offline(desk)):
        page = site.open(
            reverse("channels:new-order", args=[account.number]), staff=people["zhengjie"], viewport=PHONE
        )
        page.locator("input[value=wechat]").check()
        page.locator("input[value=code]").check()
        page.get_by_test_id("new-order").locator(".btn-primary").click()
        page.get_by_test_id("code").locator("svg").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        order = PaymentOrder.objects.get()
        desk.pay("wechat", order.out_trade_no, "silent")
        operations.hear(envelope=cast.told(desk, order), at=clock.now)
        page.locator("a[href*='/payments/'].btn-primary").first.wait_for(timeout=20_000)
        assert "88.80" in page.locator("main").inner_text()
