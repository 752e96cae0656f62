"""The pages of changes: found by any number, the kinds with their reasons, before and after, the board, scope and rights."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from denghuo.commerce.changes.models import Change, RefusedRequest
from tests.cast import billing
from tests.cast.changes import approved, asked, done, mill, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    def sign_in(username: str):
        client.force_login(person(username))
        return client

    billing.prices()
    return sign_in


def get(client, name: str, *args, status: int = 200, **query) -> str:
    answer = client.get(reverse(f"changes:{name}", args=args), query)
    assert answer.status_code == status, answer.content[:2000]
    return answer.content.decode()


def test_a_clerk_finds_chooses_and_asks(signed_in):
    point, meter = mill()
    client = signed_in("linxiaoyu")
    for number in (point.account.number, point.customer.number, meter.installations.get().meter.asset_number):
        answer = client.get(reverse("changes:new"), {"q": number}, follow=True)
        assert point.number in answer.content.decode()
    page = get(client, "choose", point.pk)
    assert f'href="{reverse("changes:ask", args=[point.pk, "suspend"])}"' in page
    assert "changes/new" in page and reverse("changes:ask", args=[point.pk, "resume"]) not in page
    get(client, "ask", point.pk, "suspend")
    short = {"from_date": "2026-01-01", "until_date": "2026-01-05", "unit_ids": "0"}
    answer = client.post(reverse("changes:ask", args=[point.pk, "suspend"]), short)
    assert answer.status_code == 422 and "not-allowed" in answer.content.decode()
    assert RefusedRequest.objects.count() == 1
    start, end = date(2030, 3, 1), date(2030, 5, 1)
    fine = {"from_date": start.isoformat(), "until_date": end.isoformat(), "unit_ids": "0"}
    answer = client.post(reverse("changes:ask", args=[point.pk, "suspend"]), fine)
    change = Change.objects.get()
    assert answer.status_code == 302 and change.from_date == start
    page = get(client, "change", change.pk)
    assert 'data-testid="preview"' in page and 'data-testid="decide"' not in page
    assert get(client, "list") and get(client, "not-allowed")


@pytest.mark.parametrize(
    "kind", ["reduce", "exchange", "relocate", "move_meter", "remove", "rename", "transfer", "split", "merge", "close", "voltage", "tariff_class"]
)  # fmt: skip
def test_every_kind_has_its_form(signed_in, kind):
    point, _meter = mill()
    assert 'data-testid="ask"' in get(signed_in("linxiaoyu"), "ask", point.pk, kind)


def test_the_supervisor_decides_and_the_engineer_reports(signed_in):
    point, _meter = mill()
    change = asked(point, "suspend", "2026-03-11", until="2026-06-11", unit_ids=frozenset({0}))
    client = signed_in("heyong")
    assert 'data-testid="decide"' in get(client, "change", change.pk)
    assert client.post(reverse("changes:refuse", args=[change.pk]), {"reason": ""}).status_code == 422
    client.post(reverse("changes:approve", args=[change.pk]), {"reason": "同意"})
    client = signed_in("mofan")
    assert 'data-testid="work"' in get(client, "change", change.pk)
    early = client.post(reverse("changes:work", args=[change.pk]), {"on": "2026-03-01"})
    assert early.status_code == 422
    client.post(reverse("changes:work", args=[change.pk]), {"on": "2026-03-11", "seal_number": "F1"})
    change.refresh_from_db()
    assert change.state == "effective"
    assert "630" in get(client, "board") and 'data-testid="written"' in get(client, "change", change.pk)
    page = client.get(reverse("supply:supply-point", args=[point.pk])).content.decode()
    assert change.number in page


def test_transformers_are_registered_and_requests_taken_back(signed_in):
    point, _meter = mill()
    client = signed_in("mofan")
    url = reverse("changes:transformers", args=[point.pk])
    assert client.post(url, {"label": "1号主变", "capacity_kva": "700"}).status_code == 422
    assert client.post(url, {"label": "1号主变", "capacity_kva": "315"}).status_code == 302
    assert "1号主变" in client.get(url).content.decode()
    change = approved(asked(point, "rename", "2026-03-11", name="灯火纺织集团"))
    client = signed_in("linxiaoyu")
    assert client.post(reverse("changes:cancel", args=[change.pk]), {"reason": "客户撤回"}).status_code == 302
    change.refresh_from_db()
    assert change.state == "cancelled"


def test_others_see_nothing(signed_in):
    point, _meter = mill()
    change = done(asked(point, "rename", "2026-03-11", name="灯火纺织集团"))
    from denghuo.foundation.identity.models import Staff
    from tests.cast.customers import unit

    Staff.objects.filter(username="mofan").update(unit=unit("4502"))
    client = signed_in("mofan")
    get(client, "change", change.pk, status=404)
    get(client, "choose", point.pk, status=404)
    assert client.post(reverse("changes:archive", args=[change.pk])).status_code == 404
    assert point.number not in get(client, "list")
