"""Pages of applications: intake, the page at every step, papers, progress without signing in, scope."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from denghuo.commerce.connections import operations, queries
from denghuo.commerce.connections.models import Application
from tests.cast import connections, customers, supply

pytestmark = pytest.mark.django_db


@pytest.fixture
def everybody():
    return connections.town()


def page(client, staff, name, *args, status=200, **data):
    client.force_login(staff)
    url = reverse(f"connections:{name}", args=args)
    answer = client.post(url, data) if data else client.get(url)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def test_an_application_is_taken_in_with_a_new_customer(client, everybody):
    clerk = everybody["linxiaoyu"]
    for kind in (
        "residential",
        "business",
        "temporary",
        "charging",
        "high_dual",
        "pv_enterprise",
        "increase_low",
    ):
        client.force_login(clerk)
        assert client.get(reverse("connections:new") + f"?kind={kind}").status_code == 200
    client.force_login(clerk)
    sent = {
        "customer_kind": "person", "name": "黄小梅", "certificate": "", "phone": "13911112222", "unit": "4501",
        "address": "青云路8号", "capacity_kva": "8", "contact_name": "黄小梅", "contact_phone": "13911112222", "channel": "counter",
        "given": ["identity"],
    }  # fmt: skip
    answer = client.post(reverse("connections:new") + "?kind=residential", sent)
    assert answer.status_code == 302, answer.content.decode()[:4000]
    made = Application.objects.get()
    assert made.customer.name == "黄小梅" and made.documents.get(kind="property").state == "follows"
    # the second time the card is held and is not asked for
    found = client.get(
        reverse("connections:new") + f"?kind=residential&customer={made.customer_id}"
    ).content.decode()
    assert 'value="identity"' not in found and 'value="property"' in found
    refused = client.post(
        reverse("connections:new") + "?kind=residential", {**sent, "given": [], "name": "别人"}
    )
    assert refused.status_code == 422 and Application.objects.count() == 1


def test_the_page_walks_a_home_to_the_archive(client, everybody):
    application = connections.apply("residential")
    engineer, clerk, crew = everybody["mofan"], everybody["linxiaoyu"], everybody["nongjun"]
    assert "act-survey" in page(client, engineer, "application", application.pk)
    page(client, engineer, "dispatch", application.pk, crew="", status=302)
    page(client, engineer, "survey", application.pk, finding="表箱在一楼", status=302)
    assert client.get(reverse("connections:plan-paper", args=[application.pk])).content[:4] == b"%PDF"
    text = page(client, clerk, "application", application.pk)
    assert "act-contract" in text and "plan" in text
    from django.utils import timezone

    page(client, clerk, "contract", application.pk, signed_date=timezone.localdate().isoformat(), status=302)
    assert client.get(reverse("connections:contract-paper", args=[application.pk])).content[:4] == b"%PDF"
    from tests.cast import metering

    meter = metering.meter("total")
    assert "act-meter" in page(client, engineer, "application", application.pk)
    page(client, engineer, "meter", application.pk, meter=meter.asset_number, place="purchase:1", status=302)
    issue = application.meters.get()
    assert "act-install" in page(client, crew, "application", application.pk)
    page(client, crew, "install", application.pk, **{f"o_{issue.pk}_total": "0"}, status=302)
    application.refresh_from_db()
    assert application.state == "archived"
    assert application.number in page(client, clerk, "applications")
    client.force_login(clerk)
    assert (
        application.number
        in client.get(reverse("customers:account", args=[application.account_id])).content.decode()
    )


def test_only_the_senior_role_refuses_and_the_reason_is_told(
    client, everybody, django_capture_on_commit_callbacks
):
    application = connections.apply("business", capacity_kva=Decimal(60))
    engineer, senior = everybody["mofan"], everybody["luoqiang"]
    page(client, everybody["linxiaoyu"], "propose-refusal", application.pk, reason="x", basis="y", status=403)
    page(
        client,
        engineer,
        "propose-refusal",
        application.pk,
        reason="用地属违法建筑",
        basis="《供电营业规则》",
        status=302,
    )
    row = application.refusals.get()
    page(client, engineer, "decide-refusal", application.pk, row.pk, decision="refuse", status=403)
    assert "act-decide-refusal" in page(client, senior, "application", application.pk)
    page(client, senior, "decide-refusal", application.pk, row.pk, decision="refuse", reason="", status=302)
    application.refresh_from_db()
    assert (application.state, application.end_note) == ("refused", "用地属违法建筑")
    assert queries.open_steps([application.pk]) == {}


def test_progress_without_signing_in(client, everybody):
    application = connections.apply("residential")
    url = reverse("connections:progress")
    assert client.get(url).status_code == 200
    right = client.post(url, {"number": application.number, "digits": "8888"})
    assert right.status_code == 200 and "strip-now" in right.content.decode()
    assert "周晓燕" not in right.content.decode() and "青云路" not in right.content.decode()
    for _ in range(5):
        assert client.post(url, {"number": application.number, "digits": "0000"}).status_code == 422
    assert client.post(url, {"number": application.number, "digits": "8888"}).status_code == 429


def test_another_station_does_not_see_it(client, everybody):
    application = connections.apply("residential")
    page(client, everybody["qinchuan"], "application", application.pk, status=404)


def test_the_plan_is_edited_with_a_reason(client, everybody):
    connections.apply("business", capacity_kva=Decimal(40))
    application = connections.surveyed(Application.objects.get())
    engineer = everybody["mofan"]
    text = page(client, engineer, "plan", application.pk)
    assert "380 V" in text
    plan = queries.newest_plan(application)
    data = {name: getattr(plan, name) for name in operations.EDITABLE}
    data = {
        name: ("" if value is None or value is False else value.pk if hasattr(value, "pk") else value)
        for name, value in data.items()
    }
    page(client, engineer, "plan", application.pk, status=422, **{**data, "ct_primary_a": 200, "reason": ""})
    page(
        client,
        engineer,
        "plan",
        application.pk,
        status=302,
        **{**data, "ct_primary_a": 200, "ct_secondary_a": 5, "reason": "预留负荷"},
    )
    plan.refresh_from_db()
    assert plan.multiplier == 40 and "ct_primary_a" in plan.edited


def test_pv_page_and_pause(client, everybody):
    home = supply.household("孙丽", phone="13800138009")
    application = connections.apply(
        "pv_household", home.customer, supply_point=home, capacity_kva=Decimal(10),
        project=operations.Solar(form="household", capacity_kw=Decimal(10), feed_mode="surplus"),
    )  # fmt: skip
    engineer = everybody["mofan"]
    connections.surveyed(application)
    assert "DL/T 2041" in page(client, engineer, "application", application.pk)
    page(client, engineer, "pause", application.pk, pause="customer", note="客户设计中", status=302)
    assert queries.waiting_for_customer(application) is not None
    page(client, engineer, "pause", application.pk, go_on="1", status=302)
    assert queries.waiting_for_customer(application) is None
    assert customers.unit("4501") == application.unit
