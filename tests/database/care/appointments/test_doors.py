"""Pages and API of appointments: they open, hide other units, refuse with words, and repeat without effect."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.urls import reverse

from denghuo.care.appointments import operations, queries
from denghuo.care.appointments.models import Appointment, DayChange, Opening, Series, Service
from denghuo.foundation.identity import operations as identity
from tests.cast import appointments as cast
from tests.cast import customers, supply
from tests.cast.appointments import AT, TUESDAY, beijing
from tests.cast.staff import hire_everyone

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(monkeypatch):
    for module in ("week", "booking", "appointments", "capacity", "series"):
        monkeypatch.setattr(f"denghuo.care.appointments.web.{module}.now", lambda: AT)
    customers.unit("4501")
    return hire_everyone(AT)


@pytest.fixture
def bill(people):
    service = cast.services()["bill"]
    cast.open_hall(service)
    return service


def test_a_clerk_books_moves_and_cancels(people, bill, client):
    client.force_login(people["linxiaoyu"])
    wang = customers.person()
    week = client.get(reverse("appointments:week")).content.decode()
    assert "09:20" in week
    url = reverse("appointments:book")
    form = {"service": "bill", "unit": "4503", "channel": "counter", "who": wang.number}
    assert client.get(url, form).status_code == 200
    assert client.post(url, form).status_code == 422  # no time chosen
    assert (
        client.post(url, {**form, "who": "12345", "at": beijing(TUESDAY, 9).isoformat()}).status_code == 422
    )
    client.post(url, {**form, "at": beijing(TUESDAY, 9).isoformat()})
    made = Appointment.objects.get()
    assert (made.customer, made.booked_by) == (wang, people["linxiaoyu"])
    page = reverse("appointments:appointment", args=[made.number])
    assert wang.name not in client.get(page).content.decode()
    move = reverse("appointments:move", args=[made.number])
    assert client.get(move).status_code == 200
    assert client.post(move, {"reason": "改期"}).status_code == 422
    client.post(move, {"reason": "改期", "at": beijing(TUESDAY, 9, 40).isoformat()})
    made.refresh_from_db()
    assert made.starts_at == beijing(TUESDAY, 9, 40)
    assert made.number in client.get(reverse("appointments:list")).content.decode()
    client.post(reverse("appointments:arrive", args=[made.number]))
    made.refresh_from_db()
    assert made.state == "booked"  # it is tomorrow
    client.post(reverse("appointments:cancel", args=[made.number]), {"reason": "客户来电"})
    made.refresh_from_db()
    assert (made.state, made.end_reason) == ("cancelled", "客户来电")
    client.force_login(people["machao"])  # another unit sees nothing of the hall
    assert client.get(page).status_code == 404


def test_capacity_is_edited(people, client):
    client.force_login(people["heyong"])
    url = reverse("appointments:capacity", args=["4503"])
    assert client.get(reverse("appointments:capacity-home")).status_code == 200
    client.post(reverse("appointments:save-service", args=["4503"]), {"standard": "1"})
    service = Service.objects.get(code="bill")
    form = {"service": service.pk, "weekdays": ["0", "1"], "opens": "09:00", "closes": "11:00", "capacity": "2",
            "valid_from": "2026-09-07"}  # fmt: skip
    add = reverse("appointments:add-opening", args=["4503"])
    client.post(add, form)
    assert Opening.objects.count() == 2
    assert client.post(add, form).status_code == 422
    assert client.post(add, {**form, "closes": "09:05", "weekdays": ["2"]}).status_code == 422
    change = reverse("appointments:change-day", args=["4503"])
    assert client.post(change, {"date": "2026-09-08", "capacity": "0"}).status_code == 422
    client.post(change, {"date": "2026-09-08", "capacity": "0", "reason": "盘点"})
    assert "盘点" in client.get(url).content.decode()
    client.post(
        reverse("appointments:restore-day", args=["4503", DayChange.objects.get().pk]), {"reason": "取消"}
    )
    assert not DayChange.objects.exists()
    client.post(reverse("appointments:end-opening", args=["4503", Opening.objects.first().pk]))
    assert Opening.objects.filter(valid_to=date(2026, 9, 7)).count() == 1
    client.force_login(people["linxiaoyu"])
    assert client.get(url).status_code == 403


def test_visits_that_come_back(people, client):
    care = cast.services()["door_care"]
    cast.open_crew(care)
    home = supply.wang_xiuying()
    client.force_login(people["linxiaoyu"])
    form = {
        "who": home.number,
        "service": care.pk,
        "unit": "4501",
        "every_weeks": "2",
        "first_date": "2026-09-08",
    }
    start = reverse("appointments:start-visits")
    assert client.post(start, {**form, "who": "77777"}).status_code == 422
    client.post(start, form)
    series = Series.objects.get()
    assert series.appointments.count() == 2
    page = client.get(reverse("appointments:visits")).content.decode()
    assert "AP260908" in page and home.address not in page
    client.post(reverse("appointments:end-visits", args=[series.pk]), {"reason": "搬迁"})
    assert series.appointments.filter(state="cancelled").count() == 2


def test_the_api_books_once(bill, client, monkeypatch):
    monkeypatch.setattr("denghuo.care.appointments.api.timezone.now", lambda: AT)
    _client, token = identity.register_client(
        name="门户",
        scopes=["appointments.view", "appointments.book"],
        unit=customers.unit("45"),
        at=AT,
        actor=None,
    )
    wang = customers.person()
    head = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    base = "/api/v1/appointments"
    services = {row["code"]: row["places"] for row in client.get(f"{base}/services", **head).json()}
    assert (services["bill"], services["expert"]) == (["4503"], [])
    free = client.get(f"{base}/free?service=bill&place=4503&since=2026-09-08&days=1", **head).json()
    assert len(free) == 6 and free[0]["left"] == 1
    body = {"service": "bill", "place": "4503", "starts_at": free[0]["starts_at"], "customer": wang.number}

    def post(path, body, key):
        return client.post(
            base + path, json.dumps(body), content_type="application/json", HTTP_IDEMPOTENCY_KEY=key, **head
        )

    first = post("", body, "key-00000001")
    assert first.status_code == 201, first.content
    assert post("", body, "key-00000001").json() == first.json()
    assert post("", body, "key-00000002").status_code == 409
    assert Appointment.objects.count() == 1
    number = first.json()["number"]
    moved = post(f"/{number}/move", {"starts_at": free[2]["starts_at"], "reason": "改期"}, "key-00000003")
    assert moved.json()["starts_at"] == free[2]["starts_at"]
    assert post(f"/{number}/cancel", {"reason": "不来了"}, "key-00000004").json()["state"] == "cancelled"
    assert post(f"/{number}/cancel", {"reason": "不来了"}, "key-00000005").status_code == 409
    assert client.get(f"{base}/{number}", **head).json()["state"] == "cancelled"
    assert client.get(f"{base}/AP0", **head).status_code == 404
    assert queries.inconsistencies() == []
    assert operations.remind(at=AT) == 0
