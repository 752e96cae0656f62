"""Pages of messages: masked addresses, state of the channels, texts with preview, sent again by who may."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from denghuo.care.notifications import operations, queries
from denghuo.care.notifications.models import Message
from denghuo.care.notifications.rules import parameters, wording
from denghuo.foundation.parameters import operations as parameter_operations
from tests.cast import billing, supply

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 9, 7, 4, tzinfo=UTC)


@pytest.fixture
def messages():
    """One sent by the test provider, one that nobody takes."""
    home = supply.household("李建国", "灯火镇梧桐巷12-302", phone="13800138002", email="li@example.com")
    context = {"account": home.account.number, "when": "9月7日"}
    common = {"customer": home.customer, "context": context, "at": NOON, "account_id": home.account_id}
    stuck = operations.send(template="disconnection.restored", key="a", **common)
    parameter_operations.set_value(
        parameter=parameters.TEST_PROVIDER, text="sms", valid_from=date(2025, 9, 1), reason="演示", actor=None, at=NOON
    )  # fmt: skip
    sent = operations.send(template="disconnection.stopped", key="b", **common)
    operations.deliver_waiting(at=NOON)
    return {"stuck": stuck, "sent": sent, "home": home}


def test_every_page_opens_and_hides_addresses(client, messages):
    urls = [reverse(f"notifications:{name}") for name in ("messages", "inbox", "texts")]
    urls += [reverse("notifications:text", args=["outages.planned"])]
    urls += [reverse("notifications:message", args=[messages[name].pk]) for name in ("stuck", "sent")]
    urls += [reverse("customers:account", args=[messages["home"].account_id])]
    person = billing.people()["heyong"]
    client.force_login(person)
    for language in ("en", "zh-hans"):
        person.language = language
        person.save()
        for url in urls:
            answer = client.get(url)
            assert answer.status_code == 200, url
            if "customers" not in url:
                assert "13800138002" not in answer.content.decode()
                assert "li@example.com" not in answer.content.decode()
    assert client.get(reverse("notifications:text", args=["no.such"])).status_code == 404


def test_a_text_is_previewed_then_saved_or_refused(client, messages):
    client.force_login(billing.people()["heyong"])
    url = reverse("notifications:text", args=["outages.restored"])
    typed = {"subject": "来电", "text": "{place}来电了。", "valid_from": "2026-10-01", "reason": "更简短"}
    page = client.post(url, {**typed, "preview": "1"})
    assert "梧桐巷台区来电了。" in page.content.decode()
    assert queries.wording(wording.OUTAGE_RESTORED, on=date(2026, 10, 1)).since is None
    assert client.post(url, {**typed, "text": "{who}来电了"}).status_code == 422
    assert client.post(url, typed).status_code == 302
    assert queries.wording(wording.OUTAGE_RESTORED, on=date(2026, 10, 1)).text == "{place}来电了。"
    client.force_login(billing.people()["chenxin"])
    assert client.post(url, typed).status_code == 403


def test_what_was_not_sent_is_sent_again_by_who_may(client, messages):
    url = reverse("notifications:again", args=[messages["stuck"].pk])
    client.force_login(billing.people()["chenxin"])
    assert client.post(url).status_code == 403
    client.force_login(billing.people()["heyong"])
    assert client.post(url).status_code == 302
    assert Message.objects.get(pk=messages["stuck"].pk).state in ("waiting", "sent")
    client.post(reverse("notifications:again", args=[messages["sent"].pk]))
    assert Message.objects.get(pk=messages["sent"].pk).state == "sent"


def test_messages_of_other_units_do_not_exist(client, messages):
    person = next(p for p in billing.people().values() if p.unit_id == "4502" and p.may("notifications.view"))
    client.force_login(person)
    assert client.get(reverse("notifications:message", args=[messages["sent"].pk])).status_code == 404
