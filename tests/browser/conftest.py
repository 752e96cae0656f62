"""A real Chromium on a real server. Every page is watched: a console error or a CSP violation fails the test.

Chromium is found by DENGHUO_CHROMIUM, at /usr/bin/chromium, or on PATH. Where there is none the tests are skipped and say
so, except in CI, where they fail.

    def test_something(site):
        page = site.open("/billing/", staff=liumin)
        page.get_by_role("button", name="…").click()
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

os.environ.setdefault(
    "DJANGO_ALLOW_ASYNC_UNSAFE", "true"
)  # Playwright's loop lives in the thread of the test

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
_CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_WATCH = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


def chromium_path() -> str | None:
    """Where Chromium is, or None."""
    named = os.environ.get("DENGHUO_CHROMIUM")
    if named:
        return named if os.path.exists(named) else None
    if os.path.exists("/usr/bin/chromium"):
        return "/usr/bin/chromium"
    return next(filter(None, map(shutil.which, _CANDIDATES)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    """The browser, started once."""
    path = chromium_path()
    if path is None:
        message = "no Chromium found: install it or name it in DENGHUO_CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


def until(page: object, expression: str, seconds: float = 15) -> None:
    """Wait until a JavaScript expression holds. (Playwright's own ``wait_for_function`` needs eval, which the CSP forbids.)"""
    end = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < end, f"never true: {expression}"
        page.wait_for_timeout(40)


@dataclass
class Site:
    """The running server and the pages opened on it."""

    url: str
    browser: object
    problems: list[str] = field(default_factory=list)
    contexts: list[object] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def open(
        self,
        path: str = "/",
        *,
        staff: object | None = None,
        viewport: dict[str, int] = DESKTOP,
        language: str = "",
        theme: str = "",
        locale: str = "en-GB",
    ):
        """A fresh page at ``path``; signed in as ``staff`` where one is given (without typing the password)."""
        context = self.browser.new_context(viewport=viewport, locale=locale, timezone_id="Asia/Shanghai")
        self.contexts.append(context)
        context.set_default_timeout(15_000)
        context.set_default_navigation_timeout(40_000)  # the first page of a process also loads the program
        context.add_init_script(_WATCH)
        if theme:
            context.add_init_script(f"try {{ localStorage.setItem('denghuo.theme', '{theme}') }} catch {{}}")
        if language:
            context.add_cookies([{"name": "django_language", "value": language, "url": self.url}])
        if staff is not None:
            context.add_cookies([{"name": "sessionid", "value": session_of(staff), "url": self.url}])
        page = context.new_page()
        page.on("console", lambda message: message.type == "error" and self.problems.append(message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.goto(self.url + path)
        return page

    def expect(self, part: str) -> None:
        """A console error that contains ``part`` is what this test provokes."""
        self.expected.append(part)

    def unexpected(self) -> list[str]:
        return [text for text in self.problems if not any(part in text for part in self.expected)]


def session_of(staff: object) -> str:
    """The key of a new session of ``staff``."""
    from django.test import Client

    client = Client()
    client.force_login(staff)
    return client.cookies["sessionid"].value


@pytest.fixture
def site(live_server, chromium) -> Iterator[Site]:
    """The server on the test database; afterwards: no console error, no CSP violation."""
    running = Site(live_server.url, chromium)
    yield running
    for context in running.contexts:
        context.close()
    time.sleep(0.4)  # a page that closes may still be saving a draft: its tables are emptied only afterwards
    assert not running.unexpected(), "\n".join(running.unexpected())


@pytest.fixture
def liumin(transactional_db):
    """核算员 刘敏 of 灯火供电局."""
    from datetime import UTC, datetime

    from denghuo.foundation.identity.models import OrganisationUnit, RoleAssignment, Staff

    at = datetime(2026, 9, 1, tzinfo=UTC)
    bureau = OrganisationUnit.objects.create(code="45", name="灯火供电局", kind="bureau")
    person = Staff.objects.create(
        username="liumin", name="刘敏", unit=bureau, created_at=at, password_changed_at=at
    )
    person.set_password("denghuo-2026")
    person.save()
    RoleAssignment.objects.create(staff=person, role="billing_clerk", granted_at=at)
    return person
