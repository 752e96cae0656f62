"""A case in the browser: the drawing with its marks and its maker's mark, the conversation, a draft that survives, a phone."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from denghuo.foundation.workflow import operations, rules
from denghuo.foundation.workflow.models import Draft, Remark
from denghuo.foundation.workflow.rules import processes
from tests.browser.conftest import PHONE, until
from tests.cast import processes as drawn
from tests.cast import staff as cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(transactional_db, monkeypatch):
    at = timezone.now()
    units = cast.open_units(at)
    monkeypatch.setattr(processes, "_handlers", dict(processes._handlers))
    rules.handler("test.write", lambda instance, *, at, actor: None)
    definition = operations.draft(xml=drawn.REQUEST, at=at)
    operations.approve(definition=definition, at=at, actor=None)
    clerk = cast.hire("linxiaoyu", at)
    case = operations.start(
        process="test.request", subject=units["4501"].staff.model(pk=1), title="梧桐巷用电申请", unit_id="4501", at=at, actor=clerk
    )  # fmt: skip
    operations.complete(task=case.tasks.get(step="accept"), at=at, actor=clerk)
    return case


def test_a_case_is_drawn_talked_about_and_read_on_a_phone(site, case):
    clerk = cast.hire("linxiaoyu", timezone.now())
    page = site.open(reverse("workflow:case", args=[case.pk]), staff=clerk, language="zh-hans")
    page.locator("[data-flow][data-drawn=yes]").wait_for()
    for element, mark in (("accept", "done"), ("survey", "current"), ("refused", "next")):
        assert page.locator(f"[data-element-id={element}].flow-{mark}").count() == 1, element
    page.locator(".flow-note strong").first.wait_for()
    seen = page.evaluate(
        """() => {
          const mark = document.querySelector('.bjs-powered-by'), box = mark.getBoundingClientRect();
          mark.scrollIntoView({block: 'center'});
          const at = mark.getBoundingClientRect();
          const top = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);
          return box.width > 20 && box.height > 8 && mark.contains(top) && getComputedStyle(mark).opacity === '1';
        }"""
    )
    assert seen, "the mark of bpmn.io must be wholly visible"
    page.locator("[data-testid=remark] textarea").fill("房产证明天补")
    until(page, "localStorage.length > 0")
    page.wait_for_timeout(1800)
    assert Draft.objects.get().place == f"case-{case.pk}-remark"
    # another browser of the same person finds what was typed here
    other = site.open(
        reverse("workflow:case", args=[case.pk]), staff=clerk, language="zh-hans", viewport=PHONE
    )
    other.locator(".draft-notice").wait_for()
    assert other.locator("[data-testid=remark] textarea").input_value() == "房产证明天补"
    assert other.evaluate("document.documentElement.scrollWidth <= innerWidth")
    other.locator(
        "[data-testid=remark] button[type=submit], [data-testid=remark] .form-buttons button"
    ).click()
    other.get_by_test_id("talk").get_by_text("房产证明天补").wait_for()
    until(other, "true")
    assert Remark.objects.get().text == "房产证明天补"
    other.wait_for_timeout(400)
    assert not Draft.objects.exists()
