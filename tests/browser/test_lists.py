"""Lists in a real browser: filters in the URL, selection, columns, views, phone."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from denghuo.foundation.identity.models import Staff
from tests.browser import audit, listing
from tests.browser.conftest import PHONE, until


@pytest.fixture
def people(liumin, settings):
    """刘敏 and 119 meter readers, listed at /people."""
    settings.ROOT_URLCONF = "tests.browser.listing"
    Staff.objects.bulk_create(
        Staff(
            username=f"reader{number:03d}",
            name="王小明",
            phone="13812345678",
            unit=liumin.unit,
            is_active=number % 2 == 0,
            created_at=datetime(2026, 9, 1, tzinfo=UTC),
        )
        for number in range(119)
    )
    listing.posted.clear()
    return liumin


def rows(page) -> list[str]:
    return page.locator(".list-table tbody tr td:nth-child(2)").all_inner_texts()


def test_a_query_changes_the_rows_and_the_address_and_can_be_gone_back_from(site, people):
    page = site.open("/people", staff=people)
    assert len(rows(page)) == 50
    page.locator(".list-count", has_text="120").wait_for()
    page.locator("#filter-q").fill("reader00")
    page.keyboard.press("Enter")
    until(page, "document.querySelectorAll('.list-table tbody tr').length === 10")
    assert page.url.endswith("/people?q=reader00")
    page.locator("#filter-is_active").select_option("yes")
    page.get_by_role("button", name="查询").click()
    until(page, "document.querySelectorAll('.list-table tbody tr').length === 5")
    page.go_back()
    until(page, "document.querySelectorAll('.list-table tbody tr').length === 10")
    page.reload()
    assert len(rows(page)) == 10
    assert audit.problems(page) == []


def test_forward_and_sort_keep_the_filter(site, people):
    page = site.open("/people?q=reader", staff=people)
    page.locator("a[rel=next]").click()
    page.wait_for_url(re.compile("after="))
    until(page, "document.querySelector('.list-table tbody td a').textContent === 'reader050'")
    page.locator(".sorter").click()
    page.wait_for_url(re.compile("sort=username"))
    page.locator("[aria-sort=ascending] .sorter").click()
    until(page, "document.querySelector('.list-table tbody td a').textContent === 'reader118'")
    assert "q=reader" in page.url


def test_selected_rows_are_counted_and_sent_with_the_reason(site, people):
    page = site.open("/people?q=reader00", staff=people)
    boxes = page.locator("input[name=ids]")
    boxes.nth(0).click()
    boxes.nth(3).click(modifiers=["Shift"])
    assert page.locator("[data-bulk-count]").inner_text() == "4"
    page.locator("[data-bulk-all]").click()
    assert page.locator("[data-bulk-count]").inner_text() == "10"
    page.locator("[data-bulk-bar] .btn-danger").click()
    page.locator("#ask-reason").fill("离职")
    page.locator("#ask-ok").click()
    page.get_by_role("heading", name="done").wait_for()
    assert len(listing.posted) == 1
    assert len(listing.posted[0]["ids"]) == 10 and listing.posted[0]["reason"] == ["离职"]


def test_columns_are_chosen_and_stay_in_the_address(site, people):
    page = site.open("/people?q=reader00", staff=people)
    page.get_by_role("button", name="列设置").click()
    page.locator("[data-columns] input[value=phone]").uncheck()
    page.locator("[data-columns] input[value=created_at]").check()
    page.locator("[data-columns] button").click()
    page.wait_for_url(re.compile("columns="))
    headings = page.locator(".list-table th[scope=col]").all_inner_texts()
    assert headings[-1] == "建档时间" and "电话" not in headings
    page.locator("#filter-q").fill("reader01")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=reader01"))
    assert "columns=" in page.url


def test_a_view_is_saved_and_opened_again(site, people):
    page = site.open("/people?q=reader00&is_active=no", staff=people)
    page.get_by_role("button", name="视图").click()
    page.locator("[data-view-save]").click()
    page.locator("#ask-reason").fill("停用的")
    page.locator("#ask-ok").click()
    until(page, "Object.keys(localStorage).some((key) => key.includes('views'))")
    page.goto(site.url + "/people")
    page.get_by_role("button", name="视图").click()
    page.get_by_role("link", name="停用的").click()
    page.wait_for_url(re.compile("q=reader00&is_active=no"))
    assert len(rows(page)) == 5


def test_personal_data_is_shown_only_for_a_reason(site, people):
    page = site.open("/people?q=reader000", staff=people)
    cell = page.locator("td.cell-masked").first
    assert "王*明" in cell.inner_text()
    cell.locator("[data-reveal]").click()
    page.locator("#ask-reason").fill("核对户主")
    page.locator("#ask-ok").click()
    page.locator("td.cell-masked", has_text="王小明").wait_for()


def test_rows_become_cards_on_a_phone(site, people):
    page = site.open("/people", staff=people, viewport=PHONE)
    assert (
        page.locator(".list-table tbody td").first.evaluate("(cell) => getComputedStyle(cell).display")
        != "table-cell"
    )
    assert audit.problems(page) == []


def test_exports_download_what_is_filtered(site, people):
    page = site.open("/people?q=reader00", staff=people)
    page.get_by_role("button", name="导出").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == 11
