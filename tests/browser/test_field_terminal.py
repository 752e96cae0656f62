"""The field terminal in a real browser: a shift without a network, and what is sent twice counts once."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.urls import reverse

from denghuo.commerce.fieldwork.models import FieldSubmission, FieldTask
from denghuo.commerce.readings.models import Reading
from tests.browser.conftest import PHONE, until
from tests.cast import billing, metering, readings, supply
from tests.cast import fieldwork as cast
from tests.cast.fieldwork import ELEVEN, PNG

pytestmark = pytest.mark.django_db(transaction=True)
NOT_SENT = "Number(document.getElementById('link').dataset.waiting)"


def a_route():
    """Two meters on 马超's route: the first is read, the second has 300 kWh a month behind it and is open."""
    people = billing.people()
    neighbour = metering.hang(supply.wang_xiuying()).metering_point
    mine = metering.hang(supply.li_jianguo()).metering_point
    readings.read_months(neighbour, "2026-06", [100, 200, 300])
    readings.read_months(mine, "2026-06", [700, 1000])
    route = readings_room().open_route(
        code="R01", name="梧桐巷", unit=mine.supply_point.unit, at=cast.NINE, actor=people["heyong"]
    )
    readings_room().add_stops(route=route, points=[neighbour, mine], at=cast.NINE, actor=people["heyong"])
    readings_room().assign_reader(
        route=route, reader=people["machao"], on=date(2026, 8, 1), at=cast.NINE, actor=people["heyong"]
    )
    return mine


def readings_room():
    from denghuo.commerce.readings import operations

    return operations


@pytest.fixture
def shift(monkeypatch):
    """It is 8 September 2026, 11:00 in Beijing, on the server."""
    monkeypatch.setattr("denghuo.commerce.fieldwork.web.sync.now", lambda: ELEVEN)
    return a_route(), cast.task(crew="machao", details={"联系人": "李先生"})


def test_a_shift_without_a_network(site, shift):
    point, task = shift
    site.expect("ERR_INTERNET_DISCONNECTED")
    site.expect("ERR_FAILED")
    page = site.open(
        reverse("fieldwork:terminal"), staff=billing.people()["machao"], viewport=PHONE, language="zh-hans"
    )
    until(page, "document.documentElement.dataset.ready")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(page, "navigator.serviceWorker.controller")
    page.context.set_offline(True)
    page.reload()
    page.get_by_test_id("task").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    do_the_task(page)
    read_the_meter(page)
    until(page, f"{NOT_SENT} === 4")
    assert FieldSubmission.objects.count() == 0

    page.reload()
    until(page, f"{NOT_SENT} === 4")
    lost = []

    def lose_the_answer(route):
        if lost:
            route.continue_()
        else:
            route.fetch()
            route.abort()
            lost.append(json.loads(route.request.post_data)["items"])

    page.route(f"**{reverse('fieldwork:sync')}", lose_the_answer)
    page.context.set_offline(False)
    page.get_by_test_id("tab-queue").click()
    for _attempt in range(100):
        if lost:
            break
        page.wait_for_timeout(50)
    assert len(lost[0]) == 4 and FieldSubmission.objects.count() == 4
    until(page, f"{NOT_SENT} === 4 && document.getElementById('link').dataset.state === 'offline'")
    page.get_by_test_id("send").click()
    until(page, f"{NOT_SENT} === 0")

    assert FieldSubmission.objects.count() == 4
    assert set(FieldSubmission.objects.values_list("outcome", flat=True)) == {"applied"}
    task = FieldTask.objects.get(pk=task.pk)
    assert task.state == "done" and task.given_answers["note"] == "表箱完好" and task.photos.count() == 1
    assert task.given_answers["photo"] == (task.photos.get().file_id,)
    found = Reading.objects.get(metering_point=point, cycle="2026-08")
    assert (found.total, found.source, found.state) == (1290, "field", "accepted")
    left = page.evaluate(
        "new Promise((done) => { const open = indexedDB.open('denghuo-field');"
        "open.onsuccess = () => { const all = open.result.transaction('photos').objectStore('photos').getAllKeys();"
        "all.onsuccess = () => done(all.result.length); }; })"
    )
    assert left == 0


def do_the_task(page):
    page.get_by_test_id("task").click()
    page.get_by_test_id("accept").click()
    page.get_by_test_id("arrive").click()
    form = page.get_by_test_id("form")
    form.wait_for()
    page.get_by_test_id("complete").click()
    page.locator("[data-wrong=note]:visible").wait_for()
    form.locator("[name=note]").fill("表箱完好")
    page.get_by_test_id("photo-photo").set_input_files(
        files=[{"name": "box.png", "mimeType": "image/png", "buffer": PNG}]
    )
    form.locator(".photo img").wait_for()
    page.get_by_test_id("complete").click()
    page.wait_for_url("**#/tasks")


def read_the_meter(page):
    page.get_by_test_id("tab-reading").click()
    page.get_by_test_id("route").click()
    page.get_by_test_id("stop").nth(1).click()
    total = page.get_by_test_id("reading").locator("[name=total]")
    total.fill("900")
    page.locator("[data-testid=verdict] .callout-warning").wait_for()
    page.get_by_test_id("save-reading").click()
    page.locator("[data-wrong=reason]:visible").wait_for()
    total.fill("1290")
    page.get_by_test_id("save-reading").click()
    page.wait_for_url("**#/route/*")


CHECKS = [
    ("1000", "1300", {}, [], 300),
    ("1000", "900", {}, ["backwards"], None),
    ("999990", "200", {}, ["rollover"], 210),
    ("1000", "1000", {}, ["zero"], 0),
    ("1000", "1600", {}, ["jump"], 600),
    ("1000", "1100", {}, ["jump"], 100),
    ("1000", "1010", {"daily_kwh": 0.5}, [], 10),
    ("1000", "1030", {"multiplier": 10}, [], 300),
]


def test_the_checks_on_the_phone(site):
    page = site.open(reverse("identity:sign-in"))
    stop = {
        "digits": 6, "multiplier": 1, "registers": [{"name": "total"}], "previous_date": "2026-08-01", "daily_kwh": 10.0,
    }  # fmt: skip
    cases = [
        [{**stop, **more, "previous": {"total": before}}, {"total": now}]
        for before, now, more, _odd, _used in CHECKS
    ]
    found = page.evaluate(
        "([cases, limits]) => import('/static/fieldwork/checks.js').then(({judge}) => "
        "cases.map(([stop, values]) => judge(stop, values, '2026-08-31', limits)))",
        [cases, {"jump_percent": 50, "jump_floor_kwh": 20}],
    )
    assert [(one["odd"], one["used_kwh"]) for one in found] == [(odd, used) for *_, odd, used in CHECKS]
    wrong = page.evaluate(
        "([stop]) => import('/static/fieldwork/checks.js').then(({judge}) => "
        "['', '12a', '1000000', '1.23456'].map((text) => judge(stop, {total: text}, '2026-08-31', {}).errors[0][1]))",
        [{**stop, "previous": {}}],
    )
    assert wrong == ["missing", *["not_on_display"] * 3]
