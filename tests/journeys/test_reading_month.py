"""A month of reading at 城东供电所, told through the pages: routes, entry, what is missing, what looks wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from denghuo.commerce.readings import frames, operations
from denghuo.commerce.readings.models import Reading, ReadingException, ReadingRoute
from denghuo.kernel.periods import Cycle
from tests.cast import metering, readings, staff, supply
from tests.cast.customers import unit

pytestmark = pytest.mark.django_db
CYCLE = "2026-08"


@pytest.fixture
def town(now):
    """梧桐巷: two homes and the noodle shop, a year of readings, route W1 of 马超."""
    machao, liumin = staff.hire("machao", now), staff.hire("liumin", now)
    homes = [
        metering.hang(supply.wang_xiuying()).metering_point,
        metering.hang(supply.li_jianguo()).metering_point,
        metering.hang(supply.noodle_shop(), registers="tou").metering_point,
    ]
    for month in range(12):
        cycle = Cycle.parse("2025-08").shifted(month)
        total = 1000 * (month + 1)
        parts = {
            "sharp": total // 10,
            "peak": total * 3 // 10,
            "flat": total * 4 // 10,
            "valley": total * 2 // 10,
        }
        rows = [
            (homes[0].pk, cycle.period.end, {"total": 200 * (month + 1)}),
            (homes[1].pk, cycle.period.end, {"total": 300 * (month + 1)}),
            (homes[2].pk, cycle.period.end, {"total": total, **parts, "deep": 0}),
        ]
        assert readings.record(rows, str(cycle)).counts["accepted"] == 3
    route = operations.open_route(code="W1", name="梧桐巷", unit=unit("4501"), at=now)
    operations.add_stops(route=route, points=homes, at=now)
    operations.assign_reader(route=route, reader=machao, on=date(2026, 1, 1), at=now)
    return {"homes": homes, "route": route, "machao": machao, "liumin": liumin}


def post(client, name: str, /, *args, **data):
    return client.post(reverse(name, args=args), data)


def line(town, place: int):
    return town["route"].stops.get(metering_point=town["homes"][place]).pk


def test_a_reader_enters_a_route_and_the_clerk_decides_what_looks_wrong(client, town, now, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    wang, li, shop = town["homes"]
    client.force_login(town["machao"])
    sheet = client.get(reverse("readings:entry", args=[town["route"].pk]), {"cycle": CYCLE})
    assert sheet.status_code == 200
    assert sheet.content.decode().count("data-line") == 3

    typed = {"cycle": CYCLE, "read_date": "2026-09-01"}
    preview = post(client, "readings:check-line", line(town, 0), total="9000", **typed)
    assert preview.status_code == 200 and "tag-warning" in preview.content.decode()
    assert not Reading.objects.filter(cycle=CYCLE).exists()

    assert post(client, "readings:save-line", line(town, 0), total="2600", **typed).status_code == 200
    assert post(client, "readings:save-line", line(town, 1), total="abc", **typed).status_code == 422
    assert post(client, "readings:save-line", line(town, 1), total="3000", **typed).status_code == 200
    assert Reading.objects.get(metering_point=wang, cycle=CYCLE).state == "accepted"
    assert Reading.objects.get(metering_point=li, cycle=CYCLE).state == "held"

    client.force_login(town["liumin"])
    month = client.get(reverse("readings:month"), {"cycle": CYCLE})
    assert month.context["missing"] == 1 and month.context["open_exceptions"] == 1
    answer = post(client, "readings:raise-missing", cycle=CYCLE)
    assert answer.status_code == 302
    missing = ReadingException.objects.get(rule="missing")
    assert missing.metering_point == shop

    backwards = ReadingException.objects.get(rule="backwards")
    page = client.get(reverse("readings:exception", args=[backwards.pk]))
    assert set(page.context["forms"]) == {"reread", "estimate", "meter_fault"}
    done = post(
        client,
        "readings:reread",
        backwards.pk,
        **{"reread-total": "3910", "reread-read_date": "2026-09-01", "reread-reason": "现场复抄"},
    )
    assert done.status_code == 302
    assert Reading.objects.get(metering_point=li, cycle=CYCLE, state="accepted").total == 3910

    done = post(
        client,
        "readings:estimate",
        missing.pk,
        **{"estimate-method": "last_3", "estimate-reason": "店门紧闭"},
    )
    assert done.status_code == 302
    assert not ReadingException.objects.exclude(state="resolved").exists()
    table = frames.advances(cycle=CYCLE, metering_point_ids=[home.pk for home in town["homes"]])
    assert sorted(table["estimated"].to_pylist()) == [False, False, True]


def test_every_page_of_the_reading_month_opens(client, town, now, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    readings.read(town["homes"][0], CYCLE, 9000)
    problem = ReadingException.objects.get()
    client.force_login(town["liumin"])
    home = town["homes"][0]
    meter = home.installations.get().meter
    reading = Reading.objects.filter(metering_point=home, state="accepted").latest("id")
    addresses = [
        reverse("metering:meters"),
        reverse("metering:register"),
        reverse("metering:meter", args=[meter.pk]),
        reverse("metering:verify", args=[meter.pk]),
        reverse("metering:point", args=[home.pk]),
        reverse("metering:add-point", args=[home.supply_point_id]),
        reverse("metering:exchange", args=[home.pk]),
        reverse("metering:change-ratio", args=[home.pk]),
        reverse("metering:remove", args=[home.pk]),
        *(
            reverse(f"readings:{name}")
            for name in (
                "month",
                "not-read",
                "notices",
                "calendar",
                "routes",
                "open-route",
                "rotation",
                "exceptions",
            )
        ),
        *(
            reverse(f"readings:{name}", args=[town["route"].pk])
            for name in ("route", "schedule", "assign-reader", "add-stops")
        ),
        reverse("readings:exception", args=[problem.pk]),
        reverse("readings:assign", args=[problem.pk]),
        reverse("readings:repair", args=[reading.pk]),
    ]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
    for name in ("readings:exceptions", "readings:routes", "metering:meters"):
        assert client.get(reverse(name), {"export": "csv"}).status_code == 200


def test_another_station_does_not_exist_for_the_reader_of_this_one(client, town, now):
    client.force_login(staff.hire("weidong", now))
    home = town["homes"][0]
    readings.read(home, CYCLE, 9000)
    problem = ReadingException.objects.get()
    for address in (
        reverse("readings:route", args=[town["route"].pk]),
        reverse("readings:entry", args=[town["route"].pk]),
        reverse("readings:exception", args=[problem.pk]),
        reverse("metering:meter", args=[home.installations.get().meter_id]),
        reverse("metering:point", args=[home.pk]),
    ):
        assert client.get(address).status_code == 404, address
    assert post(client, "readings:save-line", line(town, 0), total="1").status_code == 404
    assert post(client, "readings:accept", problem.pk).status_code == 403


def test_the_meter_of_the_shop_is_exchanged_at_the_counter(client, town, now, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    shop = town["homes"][2]
    new = metering.meter("tou")
    client.force_login(town["liumin"])
    address = f"{reverse('metering:exchange', args=[shop.pk])}?asset_number={new.asset_number}"
    closing = {"total": 12100, "sharp": 1210, "peak": 3630, "flat": 4840, "valley": 2420, "deep": 0}
    form = {
        "on": "2026-08-11",
        "reason": "到期轮换",
        "ct_primary_a": "1",
        "ct_secondary_a": "1",
        "pt_ratio": "1",
        **{f"closing_{name}": str(value) for name, value in closing.items()},
        **{f"opening_{name}": "0" for name in ("total", "sharp", "peak", "flat")},
    }
    refused = client.post(address, form)
    assert refused.status_code == 422 and "opening_valley" in refused.context["form"].errors
    assert client.post(address, {**form, "opening_valley": "0"}).status_code == 302
    assert shop.installations.count() == 2
    readings.read(shop, CYCLE, 900, sharp=90, peak=270, flat=360, valley=180, at=now)
    rows = frames.advances(cycle=CYCLE, metering_point_ids=[shop.pk]).to_pylist()
    assert [Decimal(row["closing_total"] - row["opening_total"]) / 10_000 for row in rows] == [100, 900]


HOSTILE = [
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "９９９",
    "1e400",
    "NaN",
    "-5",
    "9" * 60,
    "=1+1",
    "𝟙",
]


def test_hostile_text_in_any_field_is_answered_not_executed(client, town, now, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    for text in HOSTILE:
        client.force_login(town["machao"])
        answer = post(client, "readings:save-line", line(town, 0), total=text, cycle=text, read_date=text)
        assert answer.status_code == 422 and "<script>alert" not in answer.content.decode()
        answer = post(
            client, "readings:save-line", line(town, 0), total=text, cycle=CYCLE, read_date="2026-09-01"
        )
        assert answer.status_code in (200, 422)
        client.force_login(town["liumin"])
        for name in (
            "readings:month",
            "readings:not-read",
            "readings:exceptions",
            "readings:routes",
            "metering:meters",
        ):
            answer = client.get(
                reverse(name), {"cycle": text, "route": text, "q": text, "state": text, "rule": text}
            )
            assert answer.status_code == 200 and "<script>alert" not in answer.content.decode()
        answer = post(
            client,
            "readings:open-route",
            code=text,
            name=text,
            unit="4501",
            reading_day="1",
            rhythm="monthly",
        )
        assert answer.status_code in (302, 422)
        answer = post(client, "readings:add-stops", town["route"].pk, numbers=text)
        assert answer.status_code == 422
        answer = post(client, "readings:accept-many", ids=text, reason=text)
        assert answer.status_code == 302
        answer = post(client, "metering:register", asset_number=text, model=text, unit="4501")
        assert answer.status_code in (302, 422)
        assert ReadingRoute.objects.filter(pk=town["route"].pk).exists()
