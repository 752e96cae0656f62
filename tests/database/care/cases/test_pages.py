"""Every page opens in both languages, hides other units' matters, and says why it refuses."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from django.urls import reverse

from denghuo.care.cases import operations
from denghuo.care.cases.models import Case, Cause, Topic
from denghuo.foundation.identity.operations import register_client
from tests.cast import cases as cast
from tests.cast import customers, supply
from tests.cast.cases import AT

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
SERIAL = count(1)


@pytest.fixture
def town():
    """One matter of every kind at the first step, and a few further on."""
    point = supply.household()
    found = {kind: cast.received(kind, supply_point=point) for kind in cast.FIRST}
    agent, inspector = cast.agent(), cast.staff("wugang")
    complaint = cast.received("complaint", supply_point=point, at=AT + HOUR)
    operations.record_contact(
        case=complaint, method="phone", reached=True, text="好", at=AT + HOUR, actor=agent
    )
    operations.investigate(
        case=complaint, cause=Cause.objects.get(code="attitude.rude"), findings="属实", admitted=True,
        proposal="致歉", gift="雨伞", gift_value_fen=100, at=AT + 2 * HOUR, actor=inspector,
    )  # fmt: skip
    found["investigated"] = complaint
    repair = cast.received("fault", supply_point=point, at=AT + HOUR)
    if repair.outage_id is None:
        operations.dispatch(case=repair, at=AT + HOUR, actor=cast.staff("qinyong"))
        operations.go_on(case=repair, to="arrived", at=AT + 2 * HOUR, actor=cast.staff("qinyong"))
    found["repair"] = repair
    return found


def urls(town) -> dict[str, str]:
    names = ("cases", "new", "complaints", "repairs", "improvements", "catalogue")
    found = {name: reverse(f"cases:{name}") for name in names}
    found |= {f"case {name}": reverse("cases:case", args=[case.pk]) for name, case in town.items()}
    found["explanation"] = reverse("cases:explanation", args=[town["meter_dispute"].pk])
    found["pdf"] = reverse("cases:explanation-pdf", args=[town["meter_dispute"].pk])
    who = f"{town['fault'].customer_id}-{town['fault'].supply_point_id}"
    found["chosen"] = found["new"] + f"?who={who}&kind=fault"
    found["about"] = reverse("cases:about") + f"?who={who}&kind=fault"
    found["callers"] = reverse("cases:callers") + "?q=王秀英"
    found["topics"] = reverse("cases:topics") + "?kind=complaint"
    found["watch"] = found["complaints"] + "?only=overdue"
    found["customer"] = reverse("customers:customer", args=[town["fault"].customer_id])
    return found


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens(client, town, language):
    person = cast.staff("heyong")
    person.language = language
    person.save()
    client.force_login(person)
    for name, url in urls(town).items():
        answer = client.get(url, headers={"Accept-Language": language})
        assert answer.status_code == 200, name
    for who in ("wugang", "linxiaoyu", "qinyong", "luoqiang"):
        client.force_login(cast.staff(who))
        assert client.get(reverse("cases:case", args=[town["investigated"].pk])).status_code == 200


def test_other_units_find_nothing(client, town):
    client.force_login(cast.staff("weidong"))
    for name, case in town.items():
        assert client.get(reverse("cases:case", args=[case.pk])).status_code == 404, name
    assert client.post(reverse("cases:contact", args=[town["complaint"].pk]), {}).status_code in (403, 404)
    page = client.get(reverse("cases:callers") + "?q=王秀英").content.decode()
    assert "data-caller" not in page
    assert client.get(reverse("cases:catalogue")).status_code == 200


def test_an_intake_from_the_page_and_an_answer_at_once(client, town):
    client.force_login(cast.staff("linxiaoyu"))
    topic = Topic.objects.get(code="enquiry.bill.tier")
    data = {
        "key": "abc", "kind": "enquiry", "topic": topic.pk, "text": "问阶梯", "channel": "counter",
        "caller_phone": "13977110001", "answer": "按年累计", "who": "",
    }  # fmt: skip
    before = Case.objects.count()
    for _again in range(2):
        answer = client.post(reverse("cases:new"), data)
        assert answer.status_code == 302
    assert Case.objects.count() == before + 1
    case = Case.objects.get(key="abc")
    assert case.state == "closed" and case.owner.username == "linxiaoyu" and case.customer is None
    refused = client.post(reverse("cases:new"), {**data, "key": "d", "kind": "meter_dispute"})
    assert refused.status_code == 422 and Case.objects.count() == before + 1


def test_a_refusal_is_shown_on_the_page(client, town):
    client.force_login(cast.staff("heyong"))
    url = reverse("cases:decide", args=[town["investigated"].pk])
    answer = client.post(url, {"reason": "同意"})
    assert answer.status_code == 422 and "整改措施" in answer.content.decode()
    assert client.post(url, {"reason": "同意", "measure": "培训话术"}).status_code == 302
    town["investigated"].complaint.refresh_from_db()
    assert town["investigated"].complaint.decided_by.username == "heyong"
    client.force_login(cast.agent())
    assert client.post(url, {"reason": "同意"}).status_code == 403


def test_topics_and_answers_are_kept_by_a_supervisor(client, town):
    client.force_login(cast.staff("heyong"))
    data = {"code": "enquiry.bill.invoice", "name": "电子发票", "priority": 2, "is_active": "on"}
    client.post(reverse("cases:save-topic"), data)
    assert Topic.objects.get(code="enquiry.bill.invoice").parent.code == "enquiry.bill"
    client.post(
        reverse("cases:save-template"), {"code": "x.y", "kind": "", "title": "坏", "text": "{password}"}
    )
    from denghuo.care.cases.models import AnswerTemplate

    assert not AnswerTemplate.objects.filter(code="x.y").exists()


def test_other_systems_hand_matters_in_and_follow_them(client, town, now):
    def call(method, path="", *, key="", **body):
        _client, token = register_client(
            name=f"portal {next(SERIAL)}", scopes=["cases.view", "cases.intake"], unit=customers.unit("4501"),
            at=now, actor=None,
        )  # fmt: skip
        headers = {"Authorization": f"Bearer {token}", **({"Idempotency-Key": key} if key else {})}
        more = {"data": body, "content_type": "application/json"} if body else {}
        return getattr(client, method)(f"/api/v1/cases{path}", **more, headers=headers)

    point = town["fault"].supply_point
    made = call(
        "post",
        key="k-000001",
        kind="fault",
        topic="fault.meter.dead",
        text="表黑屏",
        supply_point=point.number,
    )
    assert made.status_code == 201, made.content
    number = made.json()["number"]
    assert call("get", f"/{number}").json()["customer"] == point.customer.number
    assert call("get", "/GD0").status_code == 404
    assert call("post", key="k-000002", kind="fault", topic="enquiry.bill.tier", text="x").status_code == 422
    listed = call("get", f"?customer={point.customer.number}&kind=fault").json()["items"]
    assert [row["number"] for row in listed][-1] == number
