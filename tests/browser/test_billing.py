"""A clerk starts a run and opens a line of a bill; everything on a phone and in the dark as well."""

from __future__ import annotations

import pytest
from django.urls import reverse

from denghuo.commerce.billing.models import BillingRun
from denghuo.foundation.jobs import operations as jobs
from tests.browser.conftest import PHONE
from tests.cast import billing as cast
from tests.cast import supply

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home():
    cast.prices()
    wang = supply.wang_xiuying()
    point = cast.metered(wang)
    cast.read(point, "2025-08", 180)
    cast.issued("2025-08")
    cast.read(point, "2025-09", 500)
    return wang


def test_a_clerk_starts_a_run_and_sees_why_a_bill_is_what_it_is(site, home):
    liumin = cast.people()["liumin"]
    page = site.open(reverse("billing:new-run"), staff=liumin)
    page.locator("#id_cycle").fill("2025-09")
    page.locator("#id_cycle").dispatch_event("change")
    page.locator("#completeness .callout-success").wait_for()
    page.locator("#run-form button[type=submit]").click()
    page.locator("#standing").wait_for()
    run = BillingRun.objects.order_by("-id").first()
    jobs.drive(run=run.long_run, clock=lambda: cast.moment("2025-10-03"))
    page.reload()
    assert page.get_by_test_id("outcomes").inner_text().count("1") >= 2

    bill = cast.bill_of(home, "2025-09")
    page.goto(site.url + reverse("billing:bill", args=[bill.number]))
    assert f"{bill.total_fen / 100:,.2f}" in page.get_by_test_id("total").inner_text()
    line = page.get_by_test_id("line").first
    line.locator("summary").click()
    assert "×" in line.locator(".why").inner_text()
    assert page.get_by_test_id("comparison").is_visible()


def test_a_bill_fits_a_phone_in_the_dark(site, home):
    bill = cast.bill_of(home, "2025-08")
    page = site.open(
        reverse("billing:bill", args=[bill.number]),
        staff=cast.people()["heyong"],
        viewport=PHONE,
        theme="dark",
        language="en",
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert "Average price" in page.locator("main").inner_text()
