"""A shop is late over the new year because the bank failed; the days are waived by two persons; the rest is paid in parts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from denghuo.commerce.ledger import queries as ledger
from denghuo.commerce.receivables import operations, queries
from denghuo.commerce.receivables.models import InstalmentPlan, LateFeeWaiver
from denghuo.foundation.audit.models import Entry
from denghuo.foundation.identity.api import Token
from tests.cast import customers, staff, supply
from tests.cast.money import noon, owing, pay

pytestmark = pytest.mark.django_db


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(staff.hire(username, customers.AT))
    return client


def owed_by_the_interface(account, monkeypatch, on: date) -> str:
    class Till:
        scope, name, scopes, unit_id = "45", "till", "receivables.view", "45"

    monkeypatch.setattr(Token, "__call__", lambda self, request: Till())
    found = Client().get(f"/api/v1/receivables/accounts/{account.number}", {"on": on.isoformat()})
    return found.json()["total_yuan"]


def test_late_over_the_new_year_waived_and_paid_in_parts(monkeypatch):
    today = timezone.localdate()
    account = supply.noodle_shop().account
    due = today - timedelta(days=40)
    debt = owing(account, 1_000_000, due=due, residential=False)
    zhengjie, heyong = signed_in("zhengjie"), signed_in("heyong")

    # The account page shows the debt and leads to the late fee, day by day, for any day.
    page = zhengjie.get(reverse("customers:account", args=[account.pk])).content.decode()
    late_fee = reverse("receivables:late-fee", args=[debt.pk])
    assert late_fee in page
    before = zhengjie.get(late_fee).context["fee"].total_fen
    assert zhengjie.get(late_fee, {"on": today + timedelta(days=1)}).context["fee"].total_fen > before
    assert sum(span.days for span in zhengjie.get(late_fee).context["fee"].spans) == 40

    # 郑洁 asks that the ten days on which the bank was down do not count; she cannot approve it herself.
    days = {"from_date": due + timedelta(days=1), "to_date": due + timedelta(days=10)}
    ask = reverse("receivables:ask-waiver", args=[debt.pk])
    asked = {**days, "reason": "channel_failure", "note": "代扣系统故障"}
    preview = zhengjie.post(ask, {**asked, "preview": "1"})
    waived = preview.context["effect"].waived_fen
    assert waived > 0 and not LateFeeWaiver.objects.exists()
    assert zhengjie.post(ask, asked).status_code == 302
    waiver = LateFeeWaiver.objects.get()
    decide = reverse("receivables:decide-waiver", args=[waiver.pk])
    assert zhengjie.post(decide, {"decision": "approve"}).status_code == 403

    # 何勇 sees the effect and approves; the interface for programs says the same at once.
    assert heyong.get(reverse("receivables:waiver", args=[waiver.pk])).context["effect"].waived_fen == waived
    heyong.post(decide, {"decision": "approve", "reason": "银行已出具说明"})
    after = queries.owed(account.pk, on=today)
    assert after.total_fen == 1_000_000 + before - waived
    assert owed_by_the_interface(account, monkeypatch, today) == f"{after.total_fen / 100:.2f}"
    assert list(
        Entry.objects.filter(action__startswith="receivables.waiver").order_by("sequence").values_list(
            "action", flat=True
        )
    ) == ["receivables.waiver.asked", "receivables.waiver.approved"]  # fmt: skip

    # The rest in three parts, the first one today.
    propose = reverse("receivables:propose-plan", args=[account.pk])
    zhengjie.post(
        propose,
        {
            "debts": [debt.pk],
            "count": 3,
            "first_date": today,
            "custom": "",
            "free_of_late_fee": "on",
            "reason": "周转",
        },
    )
    plan = InstalmentPlan.objects.get()
    heyong.post(reverse("receivables:decide-plan", args=[plan.pk]), {"decision": "approve"})
    assert queries.shielded([account.pk], on=today) == {account.pk: ["plan"]}
    plan.refresh_from_db()

    for number, part in enumerate(plan.instalments.all()):
        pay(
            account,
            part.amount_fen,
            on=max(part.due_date, today + timedelta(days=1)) + timedelta(days=number),
        )
    ended = plan.instalments.last().due_date + timedelta(days=5)
    assert operations.review_plans(at=noon(ended))["kept"] == 1
    assert queries.owed(account.pk, on=ended).total_fen == 0
    assert queries.shielded([account.pk], on=ended) == {}
    assert [*queries.inconsistencies(), *ledger.inconsistencies()] == []
