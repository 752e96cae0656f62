"""Registering and amending customers, contacts, consents, accounts; every write leaves its audit entry and event."""

from __future__ import annotations

import json
from datetime import date

import pytest

from denghuo.foundation.audit import queries as audit
from denghuo.foundation.outbox.models import Message
from denghuo.kernel.identifiers import NumberKind, classify
from denghuo.records.customers import operations, queries
from denghuo.records.customers.models import Customer
from tests.cast import customers, supply

pytestmark = pytest.mark.django_db

HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7*7 }}{% now 'Y' %}",
    "王😀秀𠮷英",
    "\u202eevil\u202c",
    "Robert'); DROP TABLE customers;--",
    "=cmd|' /C calc'!A0",
]


def test_a_registered_customer_has_a_checked_number_and_is_found_at_once():
    customer = customers.person("王秀英")
    assert classify(customer.number) is NumberKind.CUSTOMER
    assert (customer.name_pinyin, customer.name_initials) == ("wangxiuying", "wxy")
    for text in ("王秀", "秀英", "wxy", "wangxiu", "WXY"):
        assert queries.found_by_name(text, scope="45", limit=8) == [customer], text
    assert queries.found_by_digits(customer.number, scope="4501", limit=8) == [customer]
    assert queries.found_by_digits("1380013", scope="4501", limit=8) == [customer]


def test_nobody_is_found_outside_the_data_scope():
    customer = customers.person("李建国", unit_code="4502")
    for scope, found in (("45", [customer]), ("4502", [customer]), ("4501", []), ("450201", [])):
        assert queries.found_by_name("李建国", scope=scope, limit=8) == found
        assert queries.found_by_name("建国", scope=scope, limit=8) == found
        assert queries.found_by_name("ljg", scope=scope, limit=8) == found
        assert queries.found_by_digits(customer.number, scope=scope, limit=8) == found


def test_numbers_follow_each_other():
    first, second = customers.person("周明"), customers.person("孙丽")
    assert int(second.number[:-1]) == int(first.number[:-1]) + 1


def test_registering_is_audited_and_told():
    customer = customers.person()
    (entry,) = audit.history(customer)
    assert (entry.action, entry.unit_id) == ("customers.customer.registered", "4501")
    assert "王秀英" not in entry.subject_label
    assert Message.objects.filter(name="customers.registered").count() == 1


def test_amending_raises_the_version_and_masks_the_audit_trail(now):
    customer = customers.person(phone="13800138001")
    amended = operations.amend(customer=customer, at=now, version=1, name="王秀兰", phone="13900139000")
    assert (amended.version, amended.name_initials) == (2, "wxl")
    assert queries.found_by_name("秀兰", scope="45", limit=8) == [amended]
    assert queries.found_by_name("秀英", scope="45", limit=8) == []
    entry = audit.history(customer)[0]
    assert json.loads(entry.changes) == {
        "name": ["王*英", "王*兰"],
        "phone": ["138****8001", "139****9000"],
    }


def test_an_edit_that_began_before_anothers_is_refused_and_nothing_is_lost(now):
    customer = customers.person()
    operations.amend(customer=customer, at=now, version=1, phone="13900139000")
    with pytest.raises(operations.CustomerChangedMeanwhile) as refusal:
        operations.amend(customer=customer, at=now, version=1, email="w@example.cn")
    assert refusal.value.current.phone == "13900139000"
    assert Customer.objects.get().email == ""


def test_an_amendment_that_changes_nothing_leaves_no_trace(now):
    customer = customers.person()
    assert operations.amend(customer=customer, at=now, name=customer.name).version == 1
    assert audit.history(customer).count() == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_kept_as_they_are(name):
    customer = customers.person(name)
    assert Customer.objects.get(pk=customer.pk).name == name.strip()
    queries.found_by_name(name, scope="45", limit=8)


@pytest.mark.parametrize(
    "fields, wrong",
    [
        ({"name": "王\x00英"}, "name"),
        ({"name": "字" * 10_000}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "周明", "email": "nonsense"}, "email"),
        ({"name": "周明", "special_care": "unknown"}, "special_care"),
        ({"name": "周明", "identity_number": "110105194912310021"}, "identity_number"),
        ({"name": "周明", "credit_code": "91350100M000100Y43"}, "credit_code"),
        ({"name": "周明", "phone": "1" * 21}, "phone"),
    ],
)
def test_a_field_that_does_not_hold_is_refused_by_name(fields, wrong):
    with pytest.raises(operations.CustomerInvalid) as refusal:
        customers.person(**fields)
    assert wrong in refusal.value.message_dict
    assert not Customer.objects.exists()


def test_an_organisation_with_a_mistyped_credit_code_is_refused():
    with pytest.raises(operations.CustomerInvalid):
        customers.organisation(credit_code="91350100M000100Y44")


def test_search_text_of_any_kind_is_no_error():
    customers.person()
    for text in [*HOSTILE, '"', "*", "AND", "a' b", "\\", "%", "_", "()", "王*", "  ", "-", "王" * 300]:
        queries.found_by_name(text, scope="45", limit=8)
        supply_hits = supply.operations  # the address index takes the same road
        assert supply_hits.ADDRESS_INDEX.ids(text, scope="45", limit=8) == []


def test_a_percent_sign_matches_itself_only():
    customers.person("王秀英")
    plus = customers.person("王50%秀英")
    assert queries.found_by_name("50%秀", scope="45", limit=8) == [plus]


def test_a_contact_needs_a_way_to_be_reached(now):
    customer = customers.organisation()
    with pytest.raises(operations.CustomerInvalid):
        operations.add_contact(
            customer=customer, role="billing", name="郑会计", valid_from=date(2026, 1, 1), at=now
        )
    contact = operations.add_contact(
        customer=customer,
        role="billing",
        name="郑会计",
        phone="13700137000",
        valid_from=date(2026, 1, 1),
        at=now,
    )
    assert list(queries.live_contacts(customer, date(2026, 9, 7))) == [contact]
    assert queries.found_by_digits("13700137000", scope="45", limit=8) == [customer]
    operations.end_contact(contact=contact, on=date(2026, 9, 1), at=now)
    assert not queries.live_contacts(customer, date(2026, 9, 7))


def test_consent_is_given_withdrawn_and_given_again(now):
    customer = customers.person()
    give = {"customer": customer, "purpose": "marketing", "channel": "counter", "at": now}
    operations.give_consent(**give)
    with pytest.raises(operations.ConsentAlreadyGiven):
        operations.give_consent(**give)
    assert queries.may_be_told(customer, "marketing")
    operations.withdraw_consent(customer=customer, purpose="marketing", at=now)
    assert not queries.may_be_told(customer, "marketing")
    with pytest.raises(operations.ConsentNotGiven):
        operations.withdraw_consent(customer=customer, purpose="marketing", at=now)
    operations.give_consent(**give)
    assert customer.consents.count() == 2


def test_an_account_that_still_pays_cannot_close(now):
    point = supply.household()
    with pytest.raises(operations.AccountCannotBeClosed):
        operations.close_account(account=point.account, on=date(2026, 9, 1), at=now)
    supply.operations.close(supply_point=point, on=date(2026, 9, 1), at=now, reason="销户")
    operations.close_account(account=point.account, on=date(2026, 9, 1), at=now)
    with pytest.raises(operations.AccountCannotBeClosed):
        operations.close_account(account=point.account, on=date(2026, 9, 2), at=now)


def test_the_name_index_can_be_made_anew():
    customer = customers.person("赵铁柱")
    operations.NAME_INDEX.put([(customer.pk, "别人")])
    assert queries.found_by_name("铁柱", scope="45", limit=8) == []
    assert operations.rebuild_name_index() == 1
    assert queries.found_by_name("铁柱", scope="45", limit=8) == [customer]
