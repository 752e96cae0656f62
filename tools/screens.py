"""Screenshots of the demonstration town for the documentation.

    python tools/screens.py                          builds a small town of its own, serves it, photographs it
    python tools/screens.py --url http://127.0.0.1:8000 --only bill,run

Pictures go to docs/images as NAME-LANGUAGE-THEME-WIDTH.png. Needs Playwright and Chromium (DENGHUO_CHROMIUM names another one).
A console error or a breach of the content security policy is printed, and the exit code is then 1.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "lamplight-2026"
WATCH = 'addEventListener("securitypolicyviolation", (e) => console.error(`CSP ${e.violatedDirective} ${e.blockedURI}`))'


@dataclass(frozen=True)
class Shot:
    """A page: where it is, who looks, and a link or button to follow first."""

    name: str
    path: str
    user: str = "liumin"
    follow: str = ""
    press: str = ""
    full: bool = True


SHOTS = (
    Shot("sign-in", "/sign-in", user=""),
    Shot("workbench", "/"),
    Shot("customers", "/customers/", user="linxiaoyu", full=False),
    Shot("customer", "/customers/", user="linxiaoyu", follow=".list-table tbody a"),
    Shot("search", "/", user="linxiaoyu", press="王", full=False),
    Shot("supply-point", "/supply/", user="linxiaoyu", follow=".list-table tbody a"),
    Shot("grid", "/grid/", user="linxiaoyu"),
    Shot("meter", "/metering/", follow=".list-table tbody a"),
    Shot("readings", "/readings/"),
    Shot("reading-exceptions", "/readings/exceptions"),
    Shot("tariffs", "/tariffs/"),
    Shot("tariff", "/tariffs/books/cn-gx/"),
    Shot("calculator", "/tariffs/calculator/"),
    Shot("runs", "/billing/runs/"),
    Shot("run", "/billing/runs/", follow=".list-table tbody a"),
    Shot("exceptions", "/billing/exceptions/", full=False),
    Shot("bills", "/billing/bills/", full=False),
    Shot("bill", "/billing/bills/", follow=".list-table tbody a"),
    Shot("imports", "/imports/"),
    Shot("staff", "/staff", user="sysadmin"),
    Shot("audit", "/audit/", user="auditor", full=False),
    Shot("interface", "/interface"),
)


def chromium_path() -> str:
    found = os.environ.get("DENGHUO_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        raise SystemExit("no Chromium found: install it or name it in DENGHUO_CHROMIUM")
    return found


@contextmanager
def served_town(customers: int, port: int) -> Iterator[str]:
    """A small demonstration town on a server of its own."""
    with tempfile.TemporaryDirectory(prefix="denghuo-screens-") as home:
        settings = {
            **os.environ,
            "DENGHUO_HOME": home,
            "DENGHUO_DATABASE_URL": f"sqlite:///{home}/town.sqlite3",
        }
        denghuo = [sys.executable, "-c", "from denghuo.project.cli import main; main()"]
        subprocess.run(
            [*denghuo, "demo", "--customers", str(customers), "--no-serve"],
            env=settings,
            cwd=ROOT,
            check=True,
        )
        server = subprocess.Popen([*denghuo, "serve", "--port", str(port)], env=settings, cwd=ROOT)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(f"{url}/sign-in")
            yield url
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_for(url: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > end:
                raise SystemExit(f"{url} did not answer") from None
            time.sleep(0.3)


def sign_in(browser: Browser, url: str, user: str) -> list:
    """The cookies of a signed-in user; none for a visitor."""
    if not user:
        return []
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    page.locator("[name=username]").fill(user)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_load_state()
    if "/sign-in" in page.url:
        raise SystemExit(f"{user} cannot sign in; is this the demonstration town?")
    cookies = context.cookies()
    context.close()
    return cookies


def take(page: Page, url: str, shot: Shot, target: Path) -> bool:
    """Photograph one page; False where the link to follow is not there."""
    page.goto(url + shot.path)
    if shot.follow:
        links = page.locator(shot.follow)
        if not links.count():
            return False
        page.goto(url + (links.first.get_attribute("href") or ""))
    if shot.press:
        page.keyboard.press("/")
        page.keyboard.type(shot.press)
        page.wait_for_timeout(800)
    page.wait_for_timeout(900)  # charts draw themselves
    page.screenshot(path=target, full_page=shot.full)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", help="a running demonstration town; without it one is built and served")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/images")
    parser.add_argument("--only", default="", help="names separated by commas")
    parser.add_argument("--languages", default="zh-hans,en")
    parser.add_argument("--themes", default="light,dark")
    parser.add_argument("--widths", default="1440,390")
    parser.add_argument("--customers", type=int, default=300)
    parser.add_argument("--port", type=int, default=8765)
    options = parser.parse_args()
    if options.url:
        return photograph(options, options.url)
    with served_town(options.customers, options.port) as url:
        return photograph(options, url)


def photograph(options: argparse.Namespace, url: str) -> int:
    options.out.mkdir(parents=True, exist_ok=True)
    wanted = set(filter(None, options.only.split(",")))
    shots = [shot for shot in SHOTS if not wanted or shot.name in wanted]
    variants = [
        (language, theme, int(width))
        for language in options.languages.split(",")
        for theme in options.themes.split(",")
        for width in options.widths.split(",")
    ]
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        cookies = {user: sign_in(browser, url, user) for user in {shot.user for shot in shots}}
        for language, theme, width in variants:
            for shot in shots:
                context = browser.new_context(
                    viewport={"width": width, "height": 900 if width > 600 else 844}
                )
                context.add_cookies(
                    [*cookies[shot.user], {"name": "django_language", "value": language, "url": url}]
                )
                context.add_init_script(f"localStorage.setItem('denghuo.theme', '{theme}'); {WATCH}")
                page = context.new_page()
                name = f"{shot.name}-{language}-{theme}-{width}"
                page.on("console", lambda m, n=name: m.type == "error" and problems.append(f"{n}: {m.text}"))
                page.on("pageerror", lambda e, n=name: problems.append(f"{n}: {e}"))
                if not take(page, url, shot, options.out / f"{name}.png"):
                    problems.append(f"{name}: nothing to follow")
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    problems.append(f"{name}: wider than the screen")
                context.close()
        browser.close()
    print(f"{len(shots) * len(variants)} pages photographed into {options.out}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
