"""Messages: once a key, by the channel that reaches the customer, at a decent hour, tried again, never told twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.test import override_settings

from denghuo.care.notifications import operations, queries, rules
from denghuo.care.notifications.models import Message, MessageState, Reason
from denghuo.care.notifications.operations import NotTaken, inbox
from denghuo.care.notifications.rules import parameters, wording
from denghuo.foundation.parameters import operations as parameter_operations
from tests.cast import billing, customers

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 9, 7, 4, tzinfo=UTC)
NIGHT = datetime(2026, 9, 7, 14, tzinfo=UTC)
RESTORED = {"place": "梧桐巷台区", "end": "9月7日12:00", "number": "TD2609070001"}


@pytest.fixture(autouse=True)
def _empty_inbox():
    inbox.empty()
    yield
    inbox.empty()


@pytest.fixture
def _test_sms(db):
    parameter_operations.set_value(
        parameter=parameters.TEST_PROVIDER, text="sms", valid_from=date(2025, 9, 1), reason="演示", actor=None, at=NOON
    )  # fmt: skip


def tell(customer, *, at=NOON, key="outage:1:restored", template="outages.restored", context=None):
    return operations.send(template=template, customer=customer, context=context or RESTORED, at=at, key=key)


@pytest.mark.usefixtures("_test_sms")
def test_one_message_a_key_goes_out_once():
    wang = customers.person("王秀英", phone="13800138001")
    message = tell(wang)
    assert (message.channel, message.state) == ("sms", MessageState.WAITING)
    assert tell(wang) is None
    assert operations.deliver_waiting(at=NOON) == {"sent": 1, "failed": 0, "given_up": 0}
    assert operations.deliver_waiting(at=NOON)["sent"] == 0
    message.refresh_from_db()
    assert (message.state, message.provider, message.reference) == ("sent", "test", f"test:{message.pk}")
    assert message.masked_address == "138****8001"
    assert len(inbox.taken) == 1


def test_without_a_provider_or_an_address_it_says_so():
    only_phone = tell(customers.person("李建国", phone="13800138002"))
    assert (only_phone.state, only_phone.reason, only_phone.channel) == ("suppressed", "no_provider", "sms")
    nothing = tell(customers.person("张无址", phone=""), key="other")
    assert (nothing.state, nothing.reason) == ("suppressed", "no_address")


@override_settings(SMTP_URL="smtp://mail.example.com")
def test_an_e_mail_leaves_through_the_mail_server():
    customer = customers.organisation("陈记面馆", email="chen@example.com")
    message = tell(customer)
    assert message.channel == "email"
    operations.deliver_waiting(at=NOON)
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [(["chen@example.com"], "恢复供电通知")]
    message.refresh_from_db()
    assert (message.provider, message.state) == ("smtp", "sent")


@pytest.mark.usefixtures("_test_sms")
def test_quiet_hours_wait_or_make_it_worthless():
    customer = customers.person("王秀英", phone="13800138001")
    late = tell(customer, at=NIGHT)
    assert (late.state, late.reason) == ("suppressed", Reason.QUIET)
    context = {"number": "YK1"}
    waits = tell(customer, at=NIGHT, template="connections.plan_answered", context=context, key="a")
    assert waits.next_try_at == datetime(2026, 9, 8, 0, tzinfo=UTC)
    assert operations.deliver_waiting(at=NIGHT)["sent"] == 0
    urgent = tell(customer, at=NIGHT, template="outages.fault", key="b", context=RESTORED)
    assert urgent.next_try_at == NIGHT


@pytest.mark.usefixtures("_test_sms")
def test_marketing_needs_consent_and_service_does_not():
    customer = customers.person("王秀英", phone="13800138001")
    refused = tell(customer, template="notifications.advice", context={"text": "峰谷电价"})
    assert (refused.state, refused.reason) == ("suppressed", Reason.NO_CONSENT)
    with pytest.raises(operations.CannotSendAgain):
        operations.send_again(message=refused, at=NOON, actor=None)
    customer.consents.create(purpose="marketing", channel="counter", given_at=NOON - timedelta(days=1))
    agreed = tell(customer, template="notifications.advice", context={"text": "峰谷电价"}, key="second")
    assert agreed.state == MessageState.WAITING


@pytest.mark.usefixtures("_test_sms")
def test_a_failure_is_tried_again_and_given_up_in_the_end():
    message = tell(customers.person("王秀英", phone="13800138001"), template="outages.planned", context={
        **RESTORED, "point": "4500000000017", "begin": "9月15日", "reason": "检修"
    })  # fmt: skip
    at = NOON
    for attempt in range(1, rules.ATTEMPTS + 1):
        inbox.refuse.append(RuntimeError("line is busy"))
        assert operations.deliver_waiting(at=at)["sent"] == 0
        message.refresh_from_db()
        assert message.attempts == attempt
        if message.next_try_at is not None:
            assert operations.deliver_waiting(at=message.next_try_at - timedelta(seconds=1))["failed"] == 0
            at = message.next_try_at
    assert (message.state, message.reason) == ("given_up", Reason.TRIED)
    operations.send_again(message=message, at=at, actor=billing.people()["heyong"])
    assert operations.deliver_waiting(at=at)["sent"] == 1


@pytest.mark.usefixtures("_test_sms")
def test_a_refusal_for_good_is_not_tried_again():
    message = tell(customers.person("王秀英", phone="13800138001"))
    inbox.refuse.append(NotTaken("no such number", for_good=True))
    operations.deliver_waiting(at=NOON)
    message.refresh_from_db()
    assert (message.state, message.reason, message.error) == ("given_up", Reason.REFUSED, "no such number")


@pytest.mark.usefixtures("_test_sms")
def test_a_worker_that_died_in_between_tells_nobody_twice():
    message = tell(customers.person("王秀英", phone="13800138001"))
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENDING, handed_at=NOON, next_try_at=None)
    assert operations.deliver_waiting(at=NOON + timedelta(minutes=5))["sent"] == 0
    assert operations.deliver_waiting(at=NOON + timedelta(minutes=11))["given_up"] == 1
    message.refresh_from_db()
    assert (message.state, message.reason) == ("given_up", Reason.NO_ANSWER)
    assert not inbox.taken


@pytest.mark.usefixtures("_test_sms")
def test_a_message_that_is_late_is_worth_nothing():
    message = tell(customers.person("王秀英", phone="13800138001"))
    operations.deliver_waiting(at=NOON + timedelta(hours=5))
    message.refresh_from_db()
    assert (message.state, message.reason) == ("given_up", Reason.TOO_LATE)


@pytest.mark.usefixtures("_test_sms")
def test_the_contact_for_outages_is_told_in_the_customers_place():
    customer = customers.organisation("灯火纺织厂", phone="13800138008")
    customer.contacts.create(role="outage", name="农电工", phone="13900139009", valid_from=date(2025, 1, 1))
    customer.contacts.create(
        role="outage",
        name="前任",
        phone="13700137007",
        valid_from=date(2025, 1, 1),
        valid_to=date(2026, 1, 1),
    )
    message = tell(customer)
    assert (message.recipient, message.address) == ("农电工", "13900139009")


def test_a_text_is_changed_from_a_day_on_and_strictly():
    actor = billing.people()["heyong"]
    common = {"code": "outages.restored", "subject": "", "at": NOON, "actor": actor, "reason": "更简短"}
    with pytest.raises(operations.TextRefused):
        operations.set_text(text="{who}，来电了", valid_from=date(2026, 10, 1), **common)
    operations.set_text(text="{place}已来电。", valid_from=date(2026, 10, 1), **common)
    assert queries.wording(wording.OUTAGE_RESTORED, on=date(2026, 9, 30)).text.startswith("【灯火供电】")
    assert queries.wording(wording.OUTAGE_RESTORED, on=date(2026, 10, 1)).text == "{place}已来电。"
    message = tell(customers.person("王秀英", phone="13800138001"), at=NOON + timedelta(days=30))
    assert message.text == "梧桐巷台区已来电。"
