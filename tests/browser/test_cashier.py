"""The counter by keyboard: from the number to the receipt in at most six keys beside digits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from denghuo.commerce.payments.models import Basket, Payment
from tests.browser.conftest import PHONE, until
from tests.cast import billing, customers
from tests.cast.counter import shift
from tests.cast.money import owing

pytestmark = pytest.mark.django_db(transaction=True)


class Keys:
    """Types like a cashier and counts what is not a digit."""

    def __init__(self, page) -> None:
        self.page, self.others = page, 0

    def digits(self, text: str) -> None:
        assert text.replace(".", "").isdecimal()
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.others += 1
        self.page.keyboard.press(key)


@pytest.fixture
def counter():
    zhengjie = billing.people()["zhengjie"]
    day = timezone.localdate()
    home = customers.account(customers.person())
    shop = customers.account(customers.organisation("陈记面馆"))
    owing(home, 18_050, due=day + timedelta(days=9))
    owing(shop, 98_765, due=day - timedelta(days=12), residential=False)
    shift(zhengjie, day)
    return zhengjie, home, shop


def test_number_amount_cash_receipt_in_six_keys(site, counter):
    zhengjie, home, _shop = counter
    page = site.open(reverse("payments:cashier"), staff=zhengjie, language="zh-hans")
    keys = Keys(page)
    until(page, "document.activeElement && document.activeElement.id === 'till-number'")
    keys.digits(home.number)
    keys.press("Enter")
    until(page, "document.activeElement.matches('[data-till-amount]')")
    keys.digits("200")
    keys.press("Enter")
    keys.press("F2")
    until(page, "document.activeElement.id === 'till-tendered'")
    keys.digits("300")
    assert page.get_by_test_id("till-change").inner_text() == "100.00"
    keys.press("Enter")
    page.get_by_test_id("receipt").wait_for()
    assert keys.others <= 6
    made = Basket.objects.get()
    assert (made.total_fen, made.change_fen) == (20_000, 10_000)
    assert "200.00" in page.get_by_test_id("receipt").inner_text()


def test_a_basket_that_was_begun_comes_back_and_is_booked_once(site, counter):
    zhengjie, home, shop = counter
    page = site.open(reverse("payments:cashier"), staff=zhengjie, language="zh-hans")
    until(page, "document.activeElement && document.activeElement.id === 'till-number'")
    for number, amount in ((home.number, "180.50"), (shop.customer.number, "1000")):
        page.keyboard.type(number)
        page.keyboard.press("Enter")
        until(page, "document.activeElement.matches('[data-till-amount]')")
        page.keyboard.type(amount)
        page.keyboard.press("Enter")
    key = page.evaluate("document.getElementById('till').elements.key.value")
    page.reload()
    until(page, "document.querySelectorAll('[data-row]').length === 2")
    assert page.evaluate("document.getElementById('till').elements.key.value") == key
    assert page.get_by_test_id("till-total").inner_text() == "1,180.50"
    page.keyboard.press("F4")
    page.keyboard.type("260907000123")
    page.keyboard.press("Enter")
    page.get_by_test_id("receipt").wait_for()
    assert Payment.objects.count() == 2


def test_the_counter_and_the_count_fit_a_phone(site, counter):
    zhengjie, home, _shop = counter
    page = site.open(reverse("payments:cashier"), staff=zhengjie, viewport=PHONE, theme="dark", language="en")
    until(page, "document.activeElement && document.activeElement.id === 'till-number'")
    page.keyboard.type(home.number)
    page.keyboard.press("Enter")
    page.get_by_test_id("till-row").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(site.url + reverse("payments:my-shift"))
    page.locator("[data-denomination='10000']").fill("3")
    assert page.get_by_test_id("counted").inner_text() == "300.00"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
