"""The dunning board by keyboard, and the worklist on a phone in the dark."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from denghuo.commerce.collection import operations
from tests.browser.conftest import PHONE, until
from tests.cast import collection as cast
from tests.cast import supply
from tests.cast.money import owing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def overdue():
    cast.plans()
    people = cast.people()
    today = timezone.localdate()
    due = today - timedelta(days=20)
    shop = supply.noodle_shop().account
    owing(shop, 120_000, due=due, residential=False)
    operations.give_duty(
        staff=people["zhengjie"], kind="unit", subject=shop.unit, since=due, actor=None, at=cast.moment(due)
    )
    for back in range(19, -1, -1):
        cast.run(today - timedelta(days=back), shop)
    return shop


def test_a_case_is_opened_from_the_board_and_a_promise_recorded_by_keyboard(site, overdue):
    page = site.open(reverse("collection:board"), staff=cast.people()["zhengjie"])
    assert (
        "1,2" in page.locator(".lane-warning, .lane-danger").first.inner_text()
        or page.locator(".case-card").count()
    )
    page.keyboard.press("ArrowDown")
    until(page, "document.activeElement.matches('.case-card')")
    page.keyboard.press("Enter")
    page.get_by_test_id("record").wait_for()
    page.locator("#id_outcome").select_option("promised")
    page.locator("#id_promise_yuan").fill("1200")
    page.locator("#id_promise_date").fill((timezone.localdate() + timedelta(days=3)).isoformat())
    page.get_by_test_id("record-save").click()
    page.locator(".toasts, .note-success, .happenings").first.wait_for()
    assert cast.case_of(overdue).reason == "promise"


def test_the_worklist_and_the_board_fit_a_phone_in_the_dark(site, overdue):
    for name in ("work", "board", "targets"):
        page = site.open(
            reverse(f"collection:{name}"), staff=cast.people()["zhengjie"], viewport=PHONE, theme="dark"
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
