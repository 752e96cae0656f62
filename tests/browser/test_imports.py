"""The import wizard and a run in a real browser: a clerk's file from upload to commit, live progress, buttons."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from denghuo.foundation.imports import rules
from denghuo.foundation.imports.models import ImportBatch
from denghuo.foundation.jobs import operations as jobs
from denghuo.foundation.jobs import rules as job_rules
from denghuo.project import worker
from tests.browser import audit
from tests.browser.conftest import PHONE, until
from tests.cast import imports as cast

AT = datetime(2026, 9, 7, 4, 0, tzinfo=UTC)


@job_rules.chunk_worker("tests.browser", label="演示任务", counters={"rows": "写入行"})
def count_rows(run, payload, at):
    if payload.get("poison"):
        raise ValueError("线路编号不存在")
    return {"rows": 10}


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    monkeypatch.setattr(rules, "_kinds", dict(rules._kinds))
    object.__setattr__(cast.TEAMS, "permission", "readings.import")
    return cast.register()


def file_of(lines) -> dict:
    return {"name": "班组.csv", "mimeType": "text/csv", "buffer": cast.csv_file(lines, "gb18030").getvalue()}


def test_a_clerk_brings_a_file(site, liumin):
    page = site.open("/imports/", staff=liumin)
    page.get_by_test_id("kind-test_teams").click()
    page.locator("input[type=file]").wait_for()
    assert audit.problems(page) == []
    lines = [
        cast.HEADINGS,
        ("450101", "抄表一班", ""),
        ("450102", "抄表二班", "昨天"),
        ("450101", "抄表一班", ""),
    ]
    page.locator("input[type=file]").set_input_files(file_of(lines))
    page.get_by_test_id("send").click()
    counts = page.get_by_test_id("counts")
    assert [counts.get_attribute(f"data-{name}") for name in ("valid", "errors", "duplicates")] == [
        "1",
        "1",
        "1",
    ]
    assert audit.problems(page) == []
    with page.expect_download() as download:
        page.get_by_test_id("refused-xlsx").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.get_by_test_id("commit").click()
    page.get_by_test_id("run").wait_for()
    worker.run(once=True)
    page.get_by_test_id("all-done").wait_for()
    assert page.get_by_test_id("counts").get_attribute("data-committed") == "1"


def test_columns_are_chosen_by_hand_and_a_file_discarded_on_a_phone(site, liumin):
    page = site.open("/imports/new/test_teams", staff=liumin, viewport=PHONE)
    page.locator("input[type=file]").set_input_files(
        file_of([("班组编号", "叫什么"), ("450101", "抄表一班")])
    )
    page.get_by_test_id("send").click()
    page.locator("#column-name").select_option("1")
    assert audit.problems(page) == []
    page.get_by_test_id("save-mapping").click()
    assert page.get_by_test_id("counts").get_attribute("data-valid") == "1"
    page.get_by_test_id("discard").click()
    page.locator("#ask-ok").click()
    page.get_by_test_id("kinds").wait_for()
    assert ImportBatch.objects.get().state == "discarded"


def test_a_run_is_followed_paused_and_resumed(site, liumin):
    run = jobs.start(
        kind="tests.browser", title="八月电费核算", parameters={}, actor=liumin, unit_id="45", at=AT,
        chunks=[job_rules.ChunkSpec({"poison": n == 3}, 10) for n in range(4)],
    )  # fmt: skip
    page = site.open(f"/runs/{run.id}", staff=liumin)
    page.get_by_test_id("pause").click()
    until(page, "document.querySelector('[data-testid=run]').dataset.state === 'paused'")
    page.get_by_test_id("resume").click()
    until(page, "document.querySelector('[data-testid=run]').dataset.state === 'queued'")
    jobs.drive(run=run, clock=lambda: AT)
    until(page, "document.querySelector('[data-testid=run]').dataset.state === 'failed'")
    assert page.get_by_test_id("run").get_attribute("data-done") == "30"
    assert audit.problems(page) == []
    page.get_by_test_id("retry").click()
    assert page.get_by_test_id("run").get_attribute("data-state") == "queued"
    page.goto(site.url + "/runs/")
    assert audit.problems(page) == []
    page.goto(site.url + "/runs/dead-letters")
    assert audit.problems(page) == []
