"""The late fee day by day and the arrears view: on a screen, on a phone, in the dark."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.browser.conftest import PHONE
from tests.cast import customers, staff, supply
from tests.cast.money import owing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def debt():
    due = timezone.localdate() - timedelta(days=30)
    return owing(supply.noodle_shop().account, 1_000_000, due=due, residential=False)


def test_a_cashier_sees_the_days_and_asks_for_a_waiver(site, debt):
    zhengjie = staff.hire("zhengjie", customers.AT)
    page = site.open(reverse("receivables:late-fee", args=[debt.pk]), staff=zhengjie)
    assert page.get_by_test_id("spans").is_visible()
    page.get_by_test_id("waive").click()
    page.locator("#id_note").fill("代扣系统故障")
    page.get_by_test_id("ask").click()
    page.wait_for_url("**/waivers/*/")
    assert page.get_by_test_id("waived").is_visible()


def test_arrears_fit_a_phone_in_the_dark(site, debt):
    page = site.open(
        reverse("receivables:arrears"),
        staff=staff.hire("heyong", customers.AT),
        viewport=PHONE,
        theme="dark",
        language="en",
    )
    assert "10,000.00" in page.get_by_test_id("total").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
