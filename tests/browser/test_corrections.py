"""A clerk corrects a multiplier: number, facts, dry run with its lines, submission; the page fits a phone."""

from __future__ import annotations

import pytest
from django.urls import reverse

from denghuo.commerce.corrections.models import Correction
from tests.browser.conftest import PHONE
from tests.cast import billing as cast
from tests.cast import corrections as story
from tests.cast import supply

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_clerk_sees_the_difference_before_anything_happens(site):
    cast.prices()
    li = supply.household("李建国", "梧桐巷12-302")
    story.bill_months({cast.metered(li): [150, 380, 700]})
    liumin = cast.people()["liumin"]

    page = site.open(reverse("corrections:new"), staff=liumin)
    page.locator("#id_number").fill(li.number)
    page.get_by_test_id("start").locator("button").click()
    page.locator("#id_first").fill("2025-08")
    page.locator("#id_explanation").fill("互感器变比未录入档案")
    page.locator("#id_to_multiplier").fill("2")
    page.get_by_test_id("preview").click()
    page.get_by_test_id("dry-run").wait_for()
    assert page.get_by_test_id("month").count() == 3
    assert not Correction.objects.exists()
    page.get_by_test_id("month").first.locator("[data-expand]").click()
    assert page.locator("#month-2025-08").is_visible()
    page.get_by_test_id("submit").click()
    page.get_by_test_id("months").wait_for()
    asked = Correction.objects.get()
    assert asked.state == "submitted"
    assert f"{asked.difference_fen / 100:,.2f}" in page.get_by_test_id("difference").inner_text()

    phone = site.open(
        reverse("corrections:correction", args=[asked.number]),
        staff=cast.people()["heyong"], viewport=PHONE, theme="dark", language="en",
    )  # fmt: skip
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert phone.get_by_test_id("approve").is_visible()
