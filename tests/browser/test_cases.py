"""A call by the keyboard alone: the caller found by phone, the kind by Alt, the topic, the words, Ctrl+Enter."""

from __future__ import annotations

import pytest
from django.urls import reverse

from denghuo.care.cases.models import Case
from tests.cast import cases as cast
from tests.cast import supply

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_call_is_taken_in_with_the_keyboard(site):
    point = supply.wang_xiuying()
    before = cast.received("complaint", supply_point=point)
    page = site.open(reverse("cases:new"), staff=cast.agent(), language="zh-hans")
    page.get_by_test_id("caller-search").fill(point.customer.phone)
    page.locator("#callers [data-caller]").first.wait_for()
    page.get_by_test_id("caller-search").press("Enter")
    page.get_by_test_id("doubles").get_by_text(before.number).wait_for()
    page.keyboard.press("Alt+2")
    page.locator("[name=topic] optgroup[label='停电']").wait_for(state="attached")
    page.locator("[name=topic]").select_option(label="单户停电")
    page.locator("[name=text]").fill("全家没电，邻居有电")
    page.locator("[name=text]").press("Control+Enter")
    page.get_by_test_id("clocks").wait_for()
    case = Case.objects.latest("id")
    assert case.kind == "fault" and case.supply_point == point and case.owner == cast.agent()
    assert page.get_by_test_id("said").inner_text() == "全家没电，邻居有电"
