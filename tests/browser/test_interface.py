"""The shell and its components in a real browser."""

from __future__ import annotations

import re

import pytest

from denghuo.foundation.ui import extensions
from tests.browser import audit
from tests.browser.conftest import DESKTOP, PHONE, until


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
@pytest.mark.parametrize(
    "language, viewport", [("zh-hans", DESKTOP), ("en", PHONE)], ids=["desktop-zh", "phone-en"]
)
def test_every_component_is_accessible_in_every_theme(site, liumin, theme, language, viewport):
    page = site.open("/interface", staff=liumin, theme=theme, language=language, viewport=viewport)
    until(page, "document.querySelectorAll('[data-chart] svg').length === 3")
    assert audit.problems(page) == []
    assert page.locator("html").get_attribute("data-theme") == theme


def test_the_workbench_and_the_search_page_are_accessible(site, liumin):
    for path in ("/", "/search?q=nobody"):
        assert audit.problems(site.open(path, staff=liumin, viewport=PHONE)) == []


def test_chinese_is_spoken_until_somebody_switches(site, liumin):
    page = site.open("/", staff=liumin, locale="en-US")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    page.get_by_role("button", name="English").click()
    until(page, "document.documentElement.lang === 'en'")
    page.goto(site.url + "/interface")
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_theme_and_the_type_size_are_kept(site, liumin):
    page = site.open("/", staff=liumin)
    page.get_by_test_id("display-menu").click()
    page.locator("[data-theme-choice=dark]").click()
    page.get_by_test_id("display-menu").click()
    page.locator("[data-large-type]").click()
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "19px"


def test_the_palette_opens_by_key_and_goes_where_the_arrow_points(site, liumin):
    def provider(query, scope):
        return [
            extensions.SearchHit("Customer", f"{query.text}{n}", scope, f"/search?q=hit{n}") for n in range(3)
        ]

    with extensions.empty_registry():
        extensions.search(provider)
        page = site.open("/", staff=liumin)
        page.keyboard.press("/")
        page.keyboard.type("王")
        page.locator(".palette .hit").nth(2).wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert page.locator(".hit[aria-selected=true] .hit-title").inner_text() == "王1"
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("hit1"))
        page.keyboard.press("Control+k")
        assert page.locator("#palette").is_visible()
        page.keyboard.press("Escape")
        assert page.locator("#palette").is_hidden()


def test_the_first_tab_offers_to_skip_to_the_content(site, liumin):
    page = site.open("/", staff=liumin)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_menu_slides_in_on_a_phone_and_out_by_escape(site, liumin):
    page = site.open("/", staff=liumin, viewport=PHONE)
    assert not page.locator("#side").is_visible()
    page.locator("[data-side-open]").click()
    page.locator("#side .side-link").first.wait_for(state="visible")
    page.keyboard.press("Escape")
    page.locator("#side").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.hasAttribute('data-side-open')")


def test_a_dangerous_action_asks_for_a_reason_before_it_is_sent(site, liumin):
    page = site.open("/interface", staff=liumin)
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.post_data))
    page.get_by_test_id("danger").click()
    page.locator("#ask-ok").click()
    assert page.locator("#ask-error").is_visible() and sent == []
    page.keyboard.press("Escape")
    page.get_by_test_id("danger").click()
    page.locator("#ask-reason").fill("倍率错误")
    with page.expect_navigation():
        page.locator("#ask-ok").click()
    assert len(sent) == 1 and "reason=%E5%80%8D%E7%8E%87%E9%94%99%E8%AF%AF" in sent[0]


def test_what_was_typed_comes_back_and_can_be_discarded(site, liumin):
    page = site.open("/interface", staff=liumin)
    page.locator("#id_name").fill("王秀英")
    page.locator("#id_note").fill("家里没人")
    until(page, "Object.keys(localStorage).some((key) => key.includes('draft'))")
    again = page.context.new_page()
    again.goto(site.url + "/interface")
    again.locator(".draft-notice").wait_for()
    assert again.locator("#id_name").input_value() == "王秀英"
    again.locator("[data-draft-discard]").click()
    assert again.locator("#id_name").input_value() == ""
    again.reload()
    assert again.locator(".draft-notice").count() == 0


def test_a_sent_form_leaves_no_draft_behind(site, liumin):
    page = site.open("/interface", staff=liumin)
    page.locator("#id_name").fill("王秀英")
    page.get_by_test_id("sample-form").locator(".btn-primary").click()
    page.locator(".field-error").first.wait_for()
    assert page.locator("#id_name").input_value() == "王秀英"
    assert page.locator(".draft-notice").count() == 0
    page.goto(site.url + "/")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.includes('draft'))") == []


def test_the_drawer_follows_a_job_to_its_end(site, liumin):
    page = site.open("/interface", staff=liumin)
    page.locator("[data-drawer-url]").click()
    page.locator("#drawer [data-testid=job] progress[value='100']").wait_for()
    page.keyboard.press("Escape")
    page.locator("#drawer").wait_for(state="hidden")


def test_charts_follow_the_theme(site, liumin):
    page = site.open("/interface", staff=liumin, theme="light")
    strokes = (
        "[...document.querySelectorAll('[data-chart] svg path')].map((p) => p.getAttribute('stroke')).join()"
    )
    until(page, "document.querySelectorAll('[data-chart] svg').length === 3")
    light = page.evaluate(strokes)
    page.evaluate("denghuoTheme.set('denghuo.theme', 'dark')")
    until(page, f"document.querySelectorAll('[data-chart] svg').length === 3 && ({strokes}) !== {light!r}")


def test_a_missing_page_is_told_kindly(site, liumin):
    site.expect("404")
    page = site.open("/no/such/page", staff=liumin)
    assert page.locator(".error-code").inner_text() == "404"
    assert audit.problems(page) == []


def test_signing_in_by_hand(site, liumin):
    page = site.open("/interface")
    page.locator("[name=username]").fill("liumin")
    page.locator("[name=password]").fill("denghuo-2026")
    page.locator("main button[type=submit]").click()
    page.wait_for_url(re.compile("/interface$"))
    assert page.get_by_test_id("user-menu").is_visible()
