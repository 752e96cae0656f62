"""Screenshots of the demonstration town for the documentation.

    python tools/screens.py                          builds a small town of its own, serves it, photographs it
    python tools/screens.py --url http://127.0.0.1:8000 --only bill,run

Pictures go to docs/screenshots with a palette of 256 colours: NAME.png in Chinese, light, 1440 pixels wide, other variants
(``--languages``, ``--themes``, ``--widths``) as NAME-LANGUAGE-THEME-WIDTH.png. Needs Playwright and Chromium (DENGHUO_CHROMIUM names another one).
A console error or a breach of the content security policy is printed, and the exit code is then 1.
"""

from __future__ import annotations

import argparse
import base64
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "lamplight-2026"
WATCH = 'addEventListener("securitypolicyviolation", (e) => console.error(`CSP ${e.violatedDirective} ${e.blockedURI}`))'


@dataclass(frozen=True)
class Shot:
    """A page: where it is, who looks, links to follow one after the other, and what to type or open there."""

    name: str
    path: str
    user: str = "liumin"
    follow: tuple[str, ...] = ()
    press: str = ""
    unfold: str = ""
    tallest: int = 1300


FIRST = ".list-table tbody a"
MILL = "/customers/?q=%E7%81%AF%E7%81%AB%E7%BA%BA%E7%BB%87%E5%8E%82"  # 灯火纺织厂
SHOTS = (
    Shot("sign-in", "/sign-in", user=""),
    Shot("workbench", "/"),
    Shot("workbench-supervisor", "/", user="heyong"),
    Shot("customers", "/customers/", user="linxiaoyu", tallest=900),
    Shot("customer", "/customers/", user="linxiaoyu", follow=(FIRST,)),
    Shot("search", "/", user="linxiaoyu", press="王", tallest=900),
    Shot("supply-point", "/supply/", user="linxiaoyu", follow=(FIRST,)),
    Shot("grid", "/grid/"),
    Shot("meter", "/metering/", follow=(FIRST,)),
    Shot("readings", "/readings/", user="machao"),
    Shot("reading-exceptions", "/readings/exceptions"),
    Shot("reading-exception", "/readings/exceptions", follow=(FIRST,)),
    Shot("tariffs", "/tariffs/", user="tangjing"),
    Shot("tariff", "/tariffs/books/cn-gx/", user="tangjing"),
    Shot("tariff-hours", "/tariffs/books/cn-gx/?tab=hours", user="tangjing"),
    Shot("calculator", "/tariffs/calculator/", user="tangjing"),
    Shot("runs", "/billing/runs/"),
    Shot("run", "/billing/runs/", user="heyong", follow=(FIRST,)),
    Shot("exceptions", "/billing/exceptions/?state=waiting", tallest=900),
    Shot("exception", "/billing/exceptions/?state=waiting", follow=(FIRST,)),
    Shot("bills", "/billing/bills/", tallest=900),
    Shot(
        "bill",
        MILL,
        follow=(FIRST, "#panel-bills tbody tr:nth-child(2) a"),
        unfold="details.why, .data-table details",
        tallest=1500,
    ),
    Shot("cashier", "/payments/cashier/", user="zhengjie", tallest=900),
    Shot("arrears", "/receivables/arrears/", user="zhengjie"),
    Shot("late-fee", "/receivables/items/", user="zhengjie", follow=(FIRST,)),
    Shot("dunning", "/collection/", user="zhengjie"),
    Shot("disconnection", "/disconnection/orders/", user="heyong", follow=(FIRST,)),
    Shot("correction", "/corrections/?state=committed", user="heyong", follow=(FIRST,)),
    Shot("reconciliation", "/reconciliation/", user="yejing", tallest=900),
    Shot("ledger", "/ledger/", user="yejing"),
    Shot("invoices", "/invoices/", user="yejing", tallest=900),
    Shot("channels", "/channels/", user="yejing", tallest=900),
    Shot("tasks", "/processes/tasks/roles", user="mofan", tallest=900),
    Shot(
        "process",
        "/processes/cases",
        user="heyong",
        follow=(FIRST,),
        tallest=1500,
    ),
    Shot("process-board", "/processes/board", user="heyong", tallest=900),
    Shot("application", "/connections/", user="mofan", follow=(FIRST,), tallest=1500),
    Shot("changes", "/changes/board", user="mofan", tallest=900),
    Shot("cases", "/cases/", user="chenxin", tallest=900),
    Shot("complaints", "/cases/complaints/", user="heyong", tallest=1000),
    Shot("repairs", "/cases/repairs/", user="qinyong", tallest=900),
    Shot("counter", "/desk/", user="linxiaoyu", tallest=900),
    Shot("appointments", "/appointments/", user="linxiaoyu", tallest=900),
    Shot("outages", "/outages/", user="qinyong", tallest=1000),
    Shot("reliability", "/outages/reliability/", user="heyong"),
    Shot("inspection", "/inspection/", user="heyong", tallest=1000),
    Shot("field-board", "/field/desk/board", user="qinyong", tallest=900),
    Shot("imports", "/imports/"),
    Shot("staff", "/staff/", user="sysadmin"),
    Shot("calendar", "/calendar/", user="sysadmin"),
    Shot("audit", "/audit/", user="auditor", tallest=900),
    Shot("interface", "/interface"),
)
PIXELS = """async (data) => {
  const image = new Image();
  image.src = `data:image/png;base64,${data}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const drawing = canvas.getContext("2d");
  drawing.drawImage(image, 0, 0);
  const bytes = drawing.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return [image.width, image.height, btoa(text)];
}"""


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


def take(page: Page, url: str, shot: Shot) -> bytes | None:
    """A picture of one page as PNG, as high as the page up to ``tallest``; None where a link to follow is not there."""
    page.goto(url + shot.path)
    for selector in shot.follow:
        links = page.locator(selector)
        if not links.count():
            return None
        page.goto(url + (links.first.get_attribute("href") or ""))
    if shot.press:
        page.keyboard.press("/")
        page.keyboard.type(shot.press)
        page.wait_for_timeout(800)
    if shot.unfold and page.locator(shot.unfold).count():
        page.locator(f":is({shot.unfold}) > summary").first.click()
    size = page.viewport_size or {"width": 1440, "height": 900}
    height = page.evaluate("document.querySelector('main')?.getBoundingClientRect().bottom + scrollY || 0")
    page.set_viewport_size(
        {"width": size["width"], "height": int(min(max(size["height"], height - 30), shot.tallest))}
    )
    page.wait_for_timeout(1200)  # charts draw themselves
    return page.screenshot()


def with_palette(page: Page, picture: bytes) -> bytes:
    """The picture as PNG with 256 colours: the mean colours of the fullest cells of colour space, each pixel the nearest."""
    width, height, text = page.evaluate(PIXELS, base64.b64encode(picture).decode())
    pixels = np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, 4).astype(np.int32)
    codes, inverse, counts = np.unique(
        pixels[:, 0] << 16 | pixels[:, 1] << 8 | pixels[:, 2], return_inverse=True, return_counts=True
    )
    colours = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1)
    cells, member = np.unique(colours >> 3, axis=0, return_inverse=True)
    filled = np.bincount(member.reshape(-1), weights=counts, minlength=len(cells))
    means = [np.bincount(member.reshape(-1), weights=counts * colours[:, band]) / filled for band in range(3)]
    fullest = np.argsort(-filled, kind="stable")[:224]
    frequent = np.argsort(-counts, kind="stable")[:32]
    palette = np.concatenate([colours[frequent], np.stack(means, axis=1).round().astype(np.int32)[fullest]])
    distances = ((colours[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2)
    rows = distances.argmin(axis=1).astype(np.uint8)[inverse.reshape(-1)].reshape(height, width)
    scanlines = np.concatenate([np.zeros((height, 1), np.uint8), rows], axis=1)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", palette.astype(np.uint8).tobytes())
        + _chunk(b"IDAT", zlib.compress(scanlines.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", help="a running demonstration town; without it one is built and served")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/screenshots")
    parser.add_argument("--only", default="", help="names separated by commas")
    parser.add_argument("--languages", default="zh-hans")
    parser.add_argument("--themes", default="light")
    parser.add_argument("--widths", default="1440")
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
        browser = playwright.chromium.launch(
            executable_path=chromium_path(),
            args=["--no-sandbox", "--lang=zh-CN"],
            env={**os.environ, "LANGUAGE": "zh_CN", "LANG": "zh_CN.UTF-8"},
        )
        blank = browser.new_page()
        cookies = {user: sign_in(browser, url, user) for user in {shot.user for shot in shots}}
        for language, theme, width in variants:
            for shot in shots:
                context = browser.new_context(
                    viewport={"width": width, "height": 900 if width > 600 else 844},
                    locale="zh-CN" if language == "zh-hans" else "en-GB",
                )
                kept = [one for one in cookies[shot.user] if one["name"] != "django_language"]
                context.add_cookies([*kept, {"name": "django_language", "value": language, "url": url}])
                context.add_init_script(f"localStorage.setItem('denghuo.theme', '{theme}'); {WATCH}")
                page = context.new_page()
                plain = (language, theme, width) == ("zh-hans", "light", 1440)
                name = shot.name if plain else f"{shot.name}-{language}-{theme}-{width}"
                page.on("console", lambda m, n=name: m.type == "error" and problems.append(f"{n}: {m.text}"))
                page.on("pageerror", lambda e, n=name: problems.append(f"{n}: {e}"))
                picture = take(page, url, shot)
                if picture is None:
                    problems.append(f"{name}: nothing to follow")
                else:
                    (options.out / f"{name}.png").write_bytes(with_palette(blank, picture))
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
