"""红旗塑料厂: from a complaint about a multiplier to corrected bills, a refund, a letter, and a right next bill."""

from __future__ import annotations

import pytest
from django.urls import reverse

from denghuo.commerce.billing import queries as billing
from denghuo.commerce.corrections import queries as corrections
from denghuo.commerce.corrections.models import Correction
from denghuo.commerce.ledger import queries as ledger
from denghuo.commerce.metering.operations import Transformers
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.receivables.models import AccountBalance
from tests.cast import billing as cast
from tests.cast import corrections as story
from tests.cast import money, supply
from tests.cast.metering import hang

pytestmark = pytest.mark.django_db


def books_agree():
    assert list(billing.inconsistencies()) == []
    assert list(receivables.inconsistencies()) == []
    assert list(ledger.inconsistencies()) == []
    assert list(corrections.inconsistencies()) == []


@pytest.fixture
def plastics():
    """Three months billed with the multiplier 40; 20 is right: the current transformers are 100/5."""
    cast.prices()
    works = supply.factory("红旗塑料厂", "灯火镇工业路9号")
    meter = hang(works, registers=cast.TWO_PART_REGISTERS, transformers=Transformers(200, 5)).metering_point
    registers = lambda total: cast.readings_of(total, reactive=total * 6 // 10, demand=6)  # noqa: E731
    story.bill_months({meter: [2_000, 4_200, 6_300]}, registers=registers)
    return works, meter, registers


def test_a_wrong_multiplier_from_complaint_to_refund(client, plastics):
    works, meter, registers = plastics
    for bill in story.live_bills(works):
        money.pay(works.account, bill.total_fen, on=bill.due_date)
    before = sum(bill.total_fen for bill in story.live_bills(works))

    client.force_login(cast.people()["liumin"])
    started = client.post(reverse("corrections:new"), {"number": works.number, "reason": "wrong_multiplier"})
    url = started["Location"]
    facts = {
        "first": "2025-08", "last": "2025-10", "explanation": "客户投诉电费偏高，现场核实互感器为100/5，档案为200/5",
        "document": "投诉工单 TS-20251105-01", "from_multiplier": 40, "to_multiplier": 20, "correct_record": "on",
        "settlement": "refund", "channel": "transfer", "beneficiary": "红旗塑料厂", "bank": "灯火农商行",
        "bank_account": "6222000000000001", "apology": "on",
    }  # fmt: skip
    dry = client.post(url, {**facts, "act": "preview"})
    effect = dry.context["effect"]
    assert len(effect.changed) == 3
    assert effect.difference_fen < 0
    assert not Correction.objects.exists(), "a dry run writes nothing"
    page = client.post(url, {**facts, "act": "submit"})
    (asked,) = Correction.objects.all()
    assert (asked.state, asked.difference_fen) == ("submitted", effect.difference_fen)
    decide = reverse("corrections:decide", args=[asked.number])
    assert client.post(decide, {"decision": "approve", "due_date": "2025-11-30"}).status_code == 403

    client.force_login(cast.people()["heyong"])
    client.post(decide, {"decision": "approve", "due_date": "2026-12-30", "note": "现场照片已核"})
    asked.refresh_from_db()
    assert asked.state == "committed"
    bills = story.live_bills(works)
    assert sum(bill.total_fen for bill in bills) == before + effect.difference_fen
    assert all(bill.replaces.state == "cancelled" for bill in bills)
    assert asked.refund.amount_fen == -effect.difference_fen
    balance = AccountBalance.objects.get(account=works.account)
    assert balance.open_fen == 0, "what was paid has paid the new bills"
    books_agree()
    for name in ("notice", "letter"):
        assert client.get(reverse(f"corrections:{name}", args=[asked.number])).content.startswith(b"%PDF")
    assert asked.number in client.get(reverse("billing:bill", args=[bills[0].number])).content.decode()

    # The record is right, so the next bill is right by itself.
    assert meter.installations.get().multiplier == 20
    story.bill_months({meter: [8_300]}, "2025-11", registers)
    november = story.live_bills(works)[-1]
    assert november.sections.get().energy_kwh == 2_000 * 20
    books_agree()
    assert page.status_code == 302


def test_too_little_was_billed_and_it_is_paid_in_parts(client, plastics):
    works, _meter, _registers = plastics
    first = story.live_bills(works)[0]
    client.force_login(cast.people()["liumin"])
    started = client.post(reverse("corrections:new"), {"number": first.number, "reason": "wrong_multiplier"})
    client.post(
        started["Location"],
        {
            "first": "2025-08", "last": "2025-10", "explanation": "互感器实为300/5", "from_multiplier": 40,
            "to_multiplier": 60, "settlement": "instalments", "instalments": 3, "act": "submit",
        },
    )  # fmt: skip
    (asked,) = Correction.objects.all()
    client.force_login(cast.people()["heyong"])
    client.post(
        reverse("corrections:decide", args=[asked.number]), {"decision": "approve", "due_date": "2026-12-30"}
    )
    asked.refresh_from_db()
    assert asked.state == "committed"
    assert asked.difference_fen > 0
    assert asked.plan is not None
    assert sum(part.amount_fen for part in asked.plan.instalments.all()) == asked.plan.total_fen
    books_agree()
