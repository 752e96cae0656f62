"""An accountant walks from the trial balance to an entry and closes a month; a clerk asks for an invoice on a phone."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from denghuo.commerce.invoicing.models import Invoice
from denghuo.commerce.ledger.models import ClosedPeriod
from tests.browser.conftest import PHONE
from tests.cast import billing as cast
from tests.cast import customers
from tests.cast import invoicing as invoices
from tests.cast.money import owing, pay

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_trial_balance_to_an_entry_and_the_closing_of_a_month(site):
    yejing = cast.people()["yejing"]
    shop = customers.account(customers.organisation("陈记面馆"))
    owing(shop, 30_000, due=date(2026, 3, 20))
    pay(shop, 50_000, on=date(2026, 3, 10))

    page = site.open(
        reverse("ledger:trial-balance") + "?day_from=2026-03-01&day_to=2026-03-31",
        staff=yejing,
        language="en",
    )
    table = page.get_by_test_id("trial-balance")
    assert "500.00" in table.inner_text()
    table.get_by_role("link", name="Electricity receivable").click()
    page.get_by_role("link", name=shop.number).first.click()
    assert page.get_by_test_id("closing").inner_text().startswith("−200.00")

    page.goto(site.url + reverse("ledger:periods"))
    page.get_by_test_id("months").get_by_role("button").click()
    page.locator("#ask-ok").click()
    page.get_by_text("The books of 2026-03 are closed.").wait_for()
    assert ClosedPeriod.objects.get().month == "2026-03"


def test_a_clerk_asks_for_an_invoice_on_a_phone(site):
    bill = invoices.billed()["noodles"]
    page = site.open(
        reverse("billing:bill", args=[bill.number]),
        staff=cast.people()["linxiaoyu"],
        viewport=PHONE,
        theme="dark",
        language="en",
    )
    page.get_by_test_id("invoice").click()
    page.get_by_test_id("ask").click()
    assert f"{bill.total_fen / 100:,.2f}" in page.get_by_test_id("total").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Invoice.objects.get().bill == bill
