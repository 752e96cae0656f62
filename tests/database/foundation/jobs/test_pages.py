"""The pages of the runs: who sees them, what the buttons do, how the fragment follows a run."""

from __future__ import annotations

import pytest
from django.urls import reverse

from denghuo.foundation.jobs import operations, rules
from denghuo.foundation.jobs.models import RunState
from tests.cast import staff

pytestmark = pytest.mark.django_db


@rules.chunk_worker("tests.pages", label="演示", counters={"rows": "写入行"})
def count_rows(run, payload, at):
    if payload.get("poison"):
        raise ValueError('<script>alert("1")</script>')
    return {"rows": 5}


@pytest.fixture
def clerk(client, now):
    person = staff.hire("liumin", now)
    client.force_login(person)
    return person


def started(now, *, unit_id="45", poison=False):
    return operations.start(
        kind="tests.pages",
        title="八月核算 <b>",
        parameters={},
        chunks=[rules.ChunkSpec({}, 5), rules.ChunkSpec({"poison": poison}, 5)],
        actor=None,
        unit_id=unit_id,
        at=now,
    )


def test_the_run_page_follows_the_run_and_stops_at_its_end(client, clerk, now):
    run = started(now)
    page = client.get(reverse("jobs:run", args=[run.id]))
    assert page.status_code == 200
    assert b"hx-trigger" in page.content.split(b'data-testid="run"')[1][:400]
    assert b"<b>" not in page.content
    operations.drive(run=run, clock=lambda: now)
    fragment = client.get(reverse("jobs:progress", args=[run.id])).content.decode()
    assert "hx-get" not in fragment
    assert 'data-state="done"' in fragment
    assert 'data-done="10"' in fragment
    assert "写入行" in fragment


def test_pause_resume_cancel_by_buttons(client, clerk, now):
    run = started(now)
    fragment = client.post(reverse("jobs:steer", args=[run.id, "pause"]), headers={"HX-Request": "true"})
    assert b'data-state="paused"' in fragment.content
    assert client.post(reverse("jobs:steer", args=[run.id, "resume"])).status_code == 302
    assert client.post(reverse("jobs:steer", args=[run.id, "cancel"])).status_code == 302
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    again = client.post(reverse("jobs:steer", args=[run.id, "pause"]), follow=True)
    assert again.status_code == 200
    assert client.post(reverse("jobs:steer", args=[run.id, "explode"])).status_code == 404
    assert client.get(reverse("jobs:steer", args=[run.id, "pause"])).status_code == 405


def test_what_failed_is_shown_with_its_reason_and_no_markup(client, clerk, now):
    run = operations.drive(run=started(now, poison=True), clock=lambda: now)
    assert run.state == RunState.FAILED
    for page in (reverse("jobs:run", args=[run.id]), reverse("jobs:dead-letters")):
        content = client.get(page).content.decode()
        assert "&lt;script&gt;" in content
        assert "<script>alert" not in content
    assert client.post(reverse("jobs:steer", args=[run.id, "retry"])).status_code == 302
    run.refresh_from_db()
    assert run.state == RunState.QUEUED


def test_runs_of_another_station_do_not_exist(client, now):
    run = started(now, unit_id="4502")
    client.force_login(staff.hire("machao", now))
    assert client.get(reverse("jobs:progress", args=[run.id])).status_code == 404


def test_a_clerk_without_the_right_is_refused(client, now):
    run = started(now)
    client.force_login(staff.hire("zhengjie", now))
    assert client.get(reverse("jobs:runs")).status_code == 403
    assert client.post(reverse("jobs:steer", args=[run.id, "cancel"])).status_code == 403


def test_the_list_costs_the_same_for_many_runs(client, clerk, now, django_assert_max_num_queries):
    for _ in range(30):
        started(now)
    client.get(reverse("jobs:runs"))
    with django_assert_max_num_queries(15):
        page = client.get(reverse("jobs:runs"))
    assert page.status_code == 200
