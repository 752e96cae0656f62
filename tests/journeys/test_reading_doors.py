"""Readings through the machine's doors: a file through the import wizard, a batch from a terminal through the API."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from denghuo.commerce.readings.models import Reading, ReadingException
from denghuo.foundation.identity import operations as identity
from denghuo.foundation.imports.models import ImportBatch
from denghuo.kernel.periods import Cycle
from denghuo.project import worker
from tests.cast import metering, readings, staff, supply

CYCLE = "2026-08"
SAMPLE = Path(__file__).parents[2] / "docs" / "reference" / "samples" / "readings.csv"


@pytest.fixture
def town(now):
    """A home and the noodle shop with a year of readings."""
    home = metering.hang(supply.wang_xiuying()).metering_point
    shop = metering.hang(supply.noodle_shop(), registers="tou").metering_point
    for month in range(12):
        cycle, total = Cycle.parse("2025-08").shifted(month), 1000 * (month + 1)
        parts = {
            "sharp": total // 10,
            "peak": total * 3 // 10,
            "flat": total * 4 // 10,
            "valley": total * 2 // 10,
        }
        rows = [
            (home.pk, cycle.period.end, {"total": 200 * (month + 1)}),
            (shop.pk, cycle.period.end, {"total": total, **parts, "deep": 0}),
        ]
        readings.record(rows, str(cycle))
    return home, shop


def counts(client, batch) -> dict[str, str]:
    page = client.get(reverse("imports:batch", args=[batch.id])).content.decode()
    return dict(re.findall(r'data-(\w+)="(\w+)"', re.search(r'data-testid="counts"([^>]*)>', page).group(1)))


def upload(client, content: bytes, name: str = "示数.csv", cycle: str = CYCLE):
    data = {"file": SimpleUploadedFile(name, content), "cycle": cycle}
    return client.post(reverse("imports:new", args=["readings"]), data)


@pytest.mark.django_db(transaction=True)
def test_the_golden_sample_is_imported_and_sending_it_again_changes_nothing(client, town, now, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    home, shop = town
    client.force_login(staff.hire("machao", now))
    content = SAMPLE.read_text("utf-8").format(
        HOME=home.number, SHOP=shop.installations.get().meter.asset_number
    )
    assert upload(client, content.encode("gb18030")).status_code == 302
    batch = ImportBatch.objects.get()
    assert counts(client, batch)["valid"] == "2"
    assert not Reading.objects.filter(cycle=CYCLE).exists()
    client.post(reverse("imports:commit", args=[batch.id]))
    worker.run(once=True)
    assert counts(client, batch)["committed"] == "2"
    assert set(Reading.objects.filter(cycle=CYCLE).values_list("state", "source")) == {("accepted", "file")}

    upload(client, (content + "\n").encode(), "又一份.csv")
    again = counts(client, ImportBatch.objects.first())
    assert (again["valid"], again["duplicates"]) == ("0", "2")


@pytest.mark.django_db(transaction=True)
def test_every_bad_row_is_named_and_no_row_is_lost(client, town, now, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    home, shop = town
    client.force_login(staff.hire("machao", now))
    lines = [
        "计量点,现场表号,抄表日期,总示数,峰示数",
        f"{home.number},,2026-09-01,2600.00001,",
        f"{shop.number},,2026-09-01,13000,",
        "450199999999901,,2026-09-01,1,",
        f"{home.number},4530001000000000999999,2026-09-01,2600,",
        "=cmd|' /C calc'!A0,,2026-09-01,1,",
        "4.5E+14,,2026-09-01,1,",
    ]
    upload(client, "\n".join(lines).encode("utf-8-sig"))
    found = counts(client, ImportBatch.objects.get())
    assert found["total"] == "6" and found["valid"] == "0"
    assert int(found["errors"]) + int(found["duplicates"]) == 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"PK\x03\x04 cut short",
        "没有这样的列\n1\n".encode(),
        b"\xff\xfe\x00",
        b"a" * 70_000,
    ],
)
def test_files_that_are_no_readings_are_answered_with_words(client, town, now, content):
    client.force_login(staff.hire("machao", now))
    answer = upload(client, content, "示数.xlsx" if content.startswith(b"PK") else "示数.csv")
    assert answer.status_code in (302, 422)
    assert not Reading.objects.filter(cycle=CYCLE).exists()
    assert upload(client, b"x", cycle="2026-13").status_code == 422


@pytest.fixture
def terminal(now):
    unit = staff.open_units(now)["4501"]
    _client, token = identity.register_client(
        name="集抄主站", scopes=["readings.enter", "readings.view"], unit=unit, at=now, actor=None
    )
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


def send(client, terminal, body: dict, key: str = "batch-000001"):
    return client.post(
        "/api/v1/readings/batches",
        json.dumps(body),
        content_type="application/json",
        HTTP_IDEMPOTENCY_KEY=key,
        **terminal,
    )


@pytest.mark.django_db
def test_a_terminal_sends_a_batch_and_learns_the_fate_of_every_row(client, town, terminal, now, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    home, shop = town

    def row(point: str, total: str, **registers: str) -> dict:
        return {"point": point, "read_date": "2026-09-01", "registers": {"total": total, **registers}}

    parts = {"sharp": "1300", "peak": "3900", "flat": "5200", "valley": "2600", "deep": "0"}
    body = {
        "cycle": CYCLE,
        "readings": [row(home.number, "2100"), row(shop.number, "13000", **parts), row("1", "5")],
    }
    answer = send(client, terminal, body)
    assert answer.status_code == 200
    found = answer.json()
    assert [one["outcome"] for one in found["rows"]] == ["held", "accepted", "refused"]
    assert [one["rules"] for one in found["rows"]] == [["backwards"], [], ["unknown_point"]]
    assert (found["accepted"], found["held"], found["refused"], found["duplicate"]) == (1, 1, 1, 0)
    assert ReadingException.objects.get().rule == "backwards"

    replay = send(client, terminal, body)
    assert replay.json() == found and replay["Idempotent-Replay"] == "true"
    second = send(client, terminal, body, key="batch-000002").json()
    assert [one["outcome"] for one in second["rows"]] == ["duplicate", "duplicate", "refused"]
    listed = client.get("/api/v1/readings", {"cycle": CYCLE}, **terminal).json()
    assert len(listed["items"]) == 2 and listed["items"][0]["registers"]["total"] == "2100.0000"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"cycle": "2026-8"},
        {"readings": []},
        {"readings": [{"point": "1", "read_date": "2026-02-30", "registers": {"total": "1"}}]},
        {"readings": [{"point": "1", "read_date": "2026-09-01", "registers": {"total": "-1"}}]},
        {"readings": [{"point": "1", "read_date": "2026-09-01", "registers": {"total": "1.00001"}}]},
        {"readings": [{"point": "1", "read_date": "2026-09-01", "registers": {"total": "NaN"}}]},
    ],
)
def test_a_batch_that_is_no_batch_is_a_problem_with_a_path(client, terminal, change):
    body = {
        "cycle": CYCLE,
        "readings": [{"point": "1", "read_date": "2026-09-01", "registers": {"total": "1"}}],
    }
    answer = send(client, terminal, {**body, **change})
    assert answer.status_code == 422 and answer.json()["code"] == "invalid_request"


@pytest.mark.django_db
def test_a_terminal_of_another_station_cannot_reach_this_meter(client, town, now):
    unit = staff.open_units(now)["4502"]
    _client, token = identity.register_client(
        name="河西主站", scopes=["readings.enter", "readings.view"], unit=unit, at=now, actor=None
    )
    terminal = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    row = {"point": town[0].number, "read_date": "2026-09-01", "registers": {"total": "2600"}}
    found = send(client, terminal, {"cycle": CYCLE, "readings": [row]}).json()
    assert found["rows"][0]["rules"] == ["unknown_point"]
    assert client.get("/api/v1/readings", {"cycle": "2026-07"}, **terminal).json()["items"] == []
