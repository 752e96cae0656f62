"""The customer page in a real browser: masked until a reason is given, everything in place on desktop and phone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from denghuo.foundation.audit import queries as audit_trail
from tests.browser import audit
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import staff, supply

NOW = datetime(2026, 9, 7, 4, 0, tzinfo=UTC)


@pytest.fixture
def town(transactional_db):
    return {
        "home": supply.wang_xiuying(),
        "mill": supply.textile_mill(),
        "mengfan": staff.hire("mengfan", NOW),
        "liumin": staff.hire("liumin", NOW),
    }


def test_personal_data_is_shown_after_a_reason_and_the_look_is_listed(site, town):
    customer = town["home"].customer
    page = site.open(f"/customers/{customer.pk}", staff=town["mengfan"])
    expect(page.get_by_text("138****8001")).to_be_visible()
    page.locator("[data-reveal$='/reveal/phone']").click()
    page.locator("#ask-reason").fill("客户来电核对")
    page.locator("#ask-ok").click()
    expect(page.get_by_text("13800138001")).to_be_visible()
    page.reload()
    expect(page.get_by_text("13800138001")).to_have_count(0)
    expect(page.get_by_test_id("looks")).to_contain_text("客户来电核对")
    assert audit_trail.history(customer).filter(action=audit_trail.REVEALED).count() == 1


def test_what_is_typed_survives_a_reload(site, town):
    page = site.open("/customers/register", staff=town["mengfan"])
    page.locator("[name=name]").fill("何家豪")
    page.wait_for_timeout(600)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("[name=name]")).to_have_value("何家豪")


def test_the_grid_opens_down_to_the_supply_point(site, town):
    page = site.open("/grid/", staff=town["liumin"])
    for name in ("110kV城东变电站", "10kV梧桐线", "T010101", "A010101"):
        page.locator("summary").filter(has_text=name).last.click(position={"x": 6, "y": 12})
    expect(page.get_by_role("link", name=town["home"].number)).to_be_visible()
    page.get_by_role("link", name=town["home"].number).click()
    expect(page.get_by_test_id("supply-point-number")).to_have_text(town["home"].number)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_usable_by_everybody(site, town, viewport, theme):
    home, mill = town["home"], town["mill"]
    area = home.terms.get().area
    for path in (
        "/customers/",
        f"/customers/{home.customer_id}",
        f"/customers/accounts/{home.account_id}",
        f"/supply/{mill.pk}",
        f"/supply/{mill.pk}/terms",
        "/grid/",
        f"/grid/areas/{area.pk}",
    ):
        page = site.open(path, staff=town["liumin"], viewport=viewport, theme=theme)
        assert audit.problems(page) == [], path
        page.context.close()
