"""The price pages in a real browser: two people change a price, the calculator answers while one types."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from denghuo.commerce.tariffs import operations
from tests.browser import audit
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import staff

NOW = datetime(2026, 9, 7, 4, 0, tzinfo=UTC)
TIER_1 = (
    "id,tariffs,component,voltages,tou,tier,price,valid_from,valid_to,basis,confidence,note\n"
    "gx-res-t1,residential,list_energy,,,1,0.5383,2025-01-01,,gx-16-2021,V2,\n"
)


@pytest.fixture
def people(transactional_db):
    found = {name: staff.hire(name, NOW) for name in ("tangjing", "luoqiang", "machao")}
    operations.load_shipped_books(
        at=NOW, drafted_by=found["tangjing"], approved_by=found["luoqiang"], codes={"cn-gx", "cn-gd", "cn-js"}
    )
    return found


def test_a_price_changes_hands(site, people):
    page = site.open("/tariffs/books/cn-gx/", staff=people["tangjing"])
    page.locator("a[href*='drafts/new']").click()
    page.set_input_files("#id_file", {"name": "rows.csv", "mimeType": "text/csv", "buffer": TIER_1.encode()})
    page.fill("#id_note", "居民第一档调整")
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".rise").first).to_contain_text("2.00")
    expect(page.locator(".diff-changed")).to_contain_text("1.89 %")
    page.get_by_test_id("save").locator("button.btn-primary").click()
    page.get_by_test_id("decision").wait_for()
    address = page.url
    assert page.locator("button[name=decision]").count() == 0

    page = site.open(address.removeprefix(site.url), staff=people["luoqiang"])
    page.locator("button[value=approve]").click()
    page.locator("button[value=put_in_force]").click()
    page.locator("#ask-ok").click()
    expect(page.get_by_test_id("decision")).to_have_count(0)

    page = site.open("/tariffs/books/cn-gx/?on=2026-09-07", staff=people["machao"])
    assert "0.5383" in page.locator("#residential").inner_text()


def test_the_calculator_answers_while_one_types(site, people):
    page = site.open("/tariffs/calculator/?book=cn-gx&cycle=2026-08", staff=people["machao"])
    assert "105.66" in page.get_by_test_id("total").inner_text()
    page.fill("#id_energy_kwh", "3500")
    expect(page.get_by_test_id("total")).to_contain_text("1,868.05")
    page.locator("details.why summary").first.click()
    assert "3120" in page.locator(".why-text").first.inner_text()

    page.select_option("#id_tariff", "ci_two_part")
    page.wait_for_selector("#id_kwh_peak")
    page.fill("#id_kwh_peak", "50000")
    expect(page.locator("#answer")).to_contain_text("50000.00 kWh")
    page.select_option("#id_billing_mode", "actual_demand")
    page.wait_for_selector("#id_demand_kw")
    page.get_by_test_id("problems").wait_for()


def test_a_price_opens_to_what_it_is_made_of(site, people):
    page = site.open("/tariffs/books/cn-gx/?on=2026-08-15", staff=people["machao"])
    page.locator("#ci_two_part details.price summary").first.click()
    parts = page.locator("#ci_two_part .price-parts").first
    assert parts.is_visible()
    assert parts.locator("tbody tr").count() == 14


@pytest.mark.parametrize(
    "language, viewport, theme",
    [("zh-hans", DESKTOP, "light"), ("en", PHONE, "dark")],
    ids=["desktop-zh-light", "phone-en-dark"],
)
def test_the_pages_are_accessible(site, people, language, viewport, theme):
    for path in (
        "/tariffs/",
        "/tariffs/books/cn-js/?on=2026-08-15",
        "/tariffs/books/cn-js/?tab=hours&on=2026-08-15",
        "/tariffs/books/cn-gx/?tab=basis",
        "/tariffs/books/cn-gx/?tab=versions",
        "/tariffs/calculator/?book=cn-gx&tariff=ci_two_part&cycle=2026-08",
        "/tariffs/days/?book=cn-gd&year=2026",
        "/tariffs/drafts/new/",
    ):
        page = site.open(path, staff=people["tangjing"], viewport=viewport, language=language, theme=theme)
        assert audit.problems(page) == [], path
