"""Customer plates: printed and counted, resolved only by us, refused with a trace."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from denghuo.care.desk import operations, queries
from denghuo.care.desk.models import Plate, PlatePrint
from denghuo.care.desk.operations.plates import keys
from denghuo.care.desk.rules import plate_text
from denghuo.commerce.readings.models import ReadingRoute
from denghuo.foundation.audit.models import Entry
from tests.cast import grid, supply
from tests.cast.appointments import AT
from tests.cast.staff import hire_everyone

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    home = supply.wang_xiuying()
    supply.li_jianguo()
    return hire_everyone(AT), home


def refused() -> list[str]:
    entries = Entry.objects.filter(action="desk.plate.refused").order_by("sequence")
    return [json.loads(entry.changes)["why"][1] for entry in entries]


def code_of(home) -> str:
    return plate_text(Plate.objects.get(supply_point=home, revoked_at=None).reference, keys()[0])


def test_a_sheet_is_printed_and_counted(town, client):
    people, home = town
    client.force_login(people["linxiaoyu"])
    assert client.get(reverse("desk:plates")).status_code == 200
    area = grid.area()
    url = reverse("desk:print-area", args=[area.pk])
    for repeated in (0, 2):
        answer = client.post(url)
        assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
        entry = PlatePrint.objects.first()
        assert (entry.count, entry.repeated, entry.printed_by) == (2, repeated, people["linxiaoyu"])
    assert set(Plate.objects.values_list("printed_times", flat=True)) == {2}
    labels = queries.of_area(area, on=AT.date())
    assert [label.point.number for label in labels] == sorted(label.point.number for label in labels)
    assert all(label.line and label.area == area.name for label in labels)
    route = ReadingRoute.objects.create(code="R1", name="空段", unit_id="4501")
    answer = client.post(reverse("desk:print-route", args=[route.pk]), follow=True)
    assert PlatePrint.objects.count() == 2  # nothing hangs there, nothing is printed
    assert client.get(reverse("desk:prints")).status_code == 200


def test_only_our_staff_resolve_it(town, client):
    people, home = town
    operations.print_sheet(
        kind="point",
        code=home.number,
        name="x",
        unit=home.unit,
        points=[home],
        at=AT,
        actor=people["linxiaoyu"],
    )
    text = code_of(home)
    assert home.number not in text and home.customer.number not in text
    url = reverse("desk:plate", args=[text])
    assert client.get(url).status_code == 302  # to the sign-in page
    client.force_login(people["nongjun"])
    page = client.get(url).content.decode()
    assert home.number in page and home.customer.name not in page and home.address not in page
    look = reverse("desk:plate-reveal", args=[text, "name"])
    assert client.post(look, {"reason": ""}).status_code == 422
    assert client.post(look, {"reason": "抢修上门"}).content.decode() == "王秀英"
    assert (
        Entry.objects.filter(action="audit.revealed").exists()
        or Entry.objects.filter(reason="抢修上门").exists()
    )
    found = client.post(
        reverse("desk:plate-lookup"), json.dumps({"text": text}), content_type="application/json"
    ).json()
    assert (found["supply_point_id"], found["number"]) == (home.pk, home.number)
    client.force_login(people["qinchuan"])  # the other station
    assert client.get(url).status_code == 404
    assert refused() == ["scope"]


def test_what_is_refused_leaves_a_trace(town, client):
    people, home = town
    operations.print_sheet(
        kind="point",
        code=home.number,
        name="x",
        unit=home.unit,
        points=[home],
        at=AT,
        actor=people["linxiaoyu"],
    )
    text = code_of(home)
    plate = Plate.objects.get()
    client.force_login(people["machao"])
    foreign = plate_text(plate.reference, b"another utility")
    unknown = plate_text("A" * 16, keys()[0])
    for wrong in (foreign, unknown, "hello", text[:-1]):
        assert client.get(reverse("desk:plate", args=[wrong])).status_code == 404
    lookup = reverse("desk:plate-lookup")
    for body in (b"", b"[]", b'{"text": 5}', b"\xff"):
        assert client.post(lookup, body, content_type="application/json").status_code == 404
    with pytest.raises(operations.PlateUnknown):
        operations.revoke(plate=plate, reason="", at=AT, actor=people["linxiaoyu"])
    operations.revoke(plate=plate, reason="遗失", at=AT, actor=people["linxiaoyu"])
    assert client.get(reverse("desk:plate", args=[text])).status_code == 404
    assert refused() == ["signature", "unknown", "shape", "shape", *["shape"] * 4, "revoked"]
    operations.print_sheet(
        kind="point",
        code=home.number,
        name="x",
        unit=home.unit,
        points=[home],
        at=AT,
        actor=people["linxiaoyu"],
    )
    assert code_of(home) != text
    assert client.get(reverse("desk:plate", args=[code_of(home)])).status_code == 200
