"""Every page of collection: it opens, in both languages, costs no more statements than before, hides other units.

``DENGHUO_COUNT_SQL=write`` writes the baseline anew after a change that is meant.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from denghuo.commerce.collection import operations
from denghuo.commerce.collection.models import DunningAction, DunningCase, DunningPlan, PenaltyNotice
from denghuo.kernel.periods import Cycle
from tests.cast import collection as cast
from tests.cast import supply
from tests.cast.money import owing

pytestmark = pytest.mark.django_db
BASELINE = Path(__file__).parent / "sql_counts.json"


@pytest.fixture
def town():
    cast.plans()
    people = cast.people()
    today = timezone.localdate()
    due = today - timedelta(days=20)
    shop, home = supply.noodle_shop().account, supply.wang_xiuying().account
    old = owing(shop, 120_000, due=due, residential=False)
    owing(home, 9_000, due=due)
    operations.give_duty(
        staff=people["zhengjie"], kind="unit", subject=shop.unit, since=due, actor=None, at=cast.moment(due)
    )
    for back in range(19, -1, -1):
        cast.run(today - timedelta(days=back), shop, home)
    case = cast.case_of(shop)
    asked = operations.ask_write_off(
        account=shop, receivable_ids=[old.pk], reason="bankrupt", evidence="法院裁定书",
        actor=people["zhengjie"], at=timezone.now(),
    )  # fmt: skip
    protection = operations.ask_protection(
        account=shop, reason="hardship", note="社区证明", valid_from=today, valid_to=today + timedelta(days=30),
        actor=people["zhengjie"], at=timezone.now(),
    )  # fmt: skip
    notice = operations.draft_notice(
        customer=home.customer, kind="breach", facts="私自接线", decision="追补电费", decision_number="灯电违〔2026〕1号",
        amount_fen=50_000, publish_from=today, publish_to=today + timedelta(days=30),
        actor=people["heyong"], at=timezone.now(),
    )  # fmt: skip
    operations.set_target(
        month=Cycle(2026, 3), age="current", unit=shop.unit, rate=Decimal("0.999"),
        actor=people["luoqiang"], at=timezone.now(),
    )  # fmt: skip
    assessment = operations.assess_quarter(
        quarter="2026-Q1", unit=people["heyong"].unit, actor=people["luoqiang"], at=timezone.now()
    )
    letter = DunningAction.objects.filter(channel="letter").first()
    return {
        "people": people, "case": case, "write_off": asked, "protection": protection, "notice": notice,
        "assessment": assessment, "letter": letter, "shop": shop,
    }  # fmt: skip


def pages(town) -> dict[str, str]:
    of = {
        "board": [], "cases": [], "letters": [], "messages": [], "plans": [], "protections": [],
        "responsibility": [], "duties": [], "write-offs": [], "old-debts": [], "notices": [],
        "targets": [], "case": [town["case"].pk], "letter": [town["letter"].pk],
        "plan": [DunningPlan.objects.get(code="business").pk], "protection": [town["protection"].pk],
        "write-off": [town["write_off"].pk], "notice": [town["notice"].pk], "assessment": [town["assessment"].pk],
        "candidates": [],
    }  # fmt: skip
    return {name: reverse(f"collection:{name}", args=args) for name, args in of.items()}


FORMS = {
    "zhengjie": ("work", "new-protection", "ask-write-off"),
    "heyong": ("new-plan", "edit-plan", "new-notice"),
    "luoqiang": ("new-duty", "rotate", "set-target"),
}


def test_no_page_costs_more_than_its_baseline(client, town):
    client.force_login(town["people"]["heyong"])
    costs = {}
    for name, url in pages(town).items():
        assert client.get(url, headers={"accept-language": "en"}).status_code == 200, name
        with CaptureQueriesContext(connection) as found:
            assert client.get(url).status_code == 200, name
        skipped = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
        costs[name] = sum(not query["sql"].startswith(skipped) for query in found)
    for who, names in FORMS.items():
        client.force_login(town["people"][who])
        for name in names:
            args = {"edit-plan": [1], "ask-write-off": [town["shop"].number]}.get(name, [])
            if name == "edit-plan":
                args = [DunningPlan.objects.get(code="business").pk]
            assert client.get(reverse(f"collection:{name}", args=args)).status_code == 200, name
    if os.environ.get("DENGHUO_COUNT_SQL") == "write":
        BASELINE.write_text(json.dumps(costs, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    assert {name: cost for name, cost in costs.items() if cost > baseline.get(name, 0)} == {}


def test_cases_outside_the_data_scope_do_not_exist(client, town):
    clerk = town["people"]["heyong"]
    clerk.unit_id = "4502"
    clerk.save(update_fields=["unit"])
    client.force_login(clerk)
    hidden = pages(town)
    for name in ("case", "letter", "protection", "write-off", "notice", "assessment"):
        assert client.get(hidden[name]).status_code == 404, name
    for name in ("board", "cases", "letters", "messages", "write-offs", "responsibility"):
        assert town["shop"].number not in client.get(hidden[name]).content.decode(), name


def test_who_may_not_act_is_refused(client, town):
    client.force_login(town["people"]["yejing"])
    for name, args in (
        ("record", [town["case"].pk]), ("pause", [town["case"].pk]), ("assign", []), ("run-now", []),
        ("decide-write-off", [town["write_off"].pk]), ("recover", [town["write_off"].pk]),
        ("ask-review", [town["notice"].pk]), ("load-shipped", []), ("decide-protection", [town["protection"].pk]),
    ):  # fmt: skip
        assert client.post(reverse(f"collection:{name}", args=args)).status_code == 403, name


def test_lists_are_exported_as_shown(client, town):
    client.force_login(town["people"]["heyong"])
    for name in ("cases", "write-offs", "assessment", "letters"):
        answer = client.get(pages(town)[name] + "?export=csv")
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content).startswith(b"\xef\xbb\xbf"), name


def test_letters_are_printed_in_one_file_and_marked(client, town):
    client.force_login(town["people"]["zhengjie"])
    answer = client.post(reverse("collection:print-letters"), {"ids": [town["letter"].pk]})
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert client.post(reverse("collection:print-letters"), {"ids": []}).status_code == 302


def test_a_contact_is_recorded_on_the_page_and_a_senseless_promise_refused(client, town):
    client.force_login(town["people"]["zhengjie"])
    url = reverse("collection:record", args=[town["case"].pk])
    refused = client.post(url, {"key": "a", "channel": "phone", "outcome": "promised"})
    assert refused.status_code == 422
    by = (timezone.localdate() + timedelta(days=5)).isoformat()
    sent = {
        "key": "b", "channel": "phone", "outcome": "promised", "promise_yuan": "1200", "promise_date": by, "note": "月底",
    }  # fmt: skip
    assert client.post(url, sent).status_code == 302
    assert client.post(url, sent).status_code == 302
    case = DunningCase.objects.get(pk=town["case"].pk)
    assert (case.reason, case.promises.count()) == ("promise", 1)
    assert client.post(reverse("collection:pause", args=[case.pk]), {"note": ""}).status_code == 422
    assert client.post(reverse("collection:pause", args=[case.pk]), {"note": "领导协调"}).status_code == 302
    assert client.post(reverse("collection:resume", args=[case.pk])).status_code == 302
    owner = town["people"]["zhengjie"].pk
    client.post(reverse("collection:assign"), {"ids": [case.pk], "owner": owner, "from": "case"})
    case.refresh_from_db()
    assert case.owner_id == owner


def plan_form(**changed) -> dict[str, str]:
    return {
        "code": "business", "name": "一般工商业催费", "payer_class": "other", "priority": "11",
        "valid_from": timezone.localdate().isoformat(), "steps-TOTAL_FORMS": "2", "steps-INITIAL_FORMS": "0",
        "steps-0-days": "2", "steps-0-channel": "sms", "steps-0-text": "{name}欠费{amount}元",
        "steps-1-days": "9", "steps-1-channel": "visit", "steps-1-text": "上门", **changed,
    }  # fmt: skip


def test_a_plan_is_previewed_and_saved_as_the_next_version(client, town):
    client.force_login(town["people"]["heyong"])
    url = reverse("collection:new-plan")
    seen = client.post(url, plan_form(preview="1"))
    assert seen.status_code == 200 and b'data-testid="preview"' in seen.content
    assert DunningPlan.objects.filter(code="business").count() == 1
    assert client.post(url, plan_form(**{"steps-0-text": "{who}"})).status_code == 422
    assert client.post(url, plan_form(**{"steps-1-days": "2"})).status_code == 422
    assert client.post(url, plan_form()).status_code == 302
    first, second = DunningPlan.objects.filter(code="business").order_by("version")
    assert (first.valid_to, second.version) == (second.valid_from, 2)
    assert town["case"].plan_id == first.pk


def test_a_write_off_is_decided_by_another_person_and_recovered(client, town):
    page, decide = (
        reverse(f"collection:{n}", args=[town["write_off"].pk]) for n in ("write-off", "decide-write-off")
    )
    client.force_login(town["people"]["heyong"])
    assert client.post(decide, {"decision": "approve", "reason": "同意"}).status_code == 302
    town["write_off"].refresh_from_db()
    assert town["write_off"].state == "done"
    client.force_login(town["people"]["zhengjie"])
    assert b'id="recover"' in client.get(page).content
    recover = reverse("collection:recover", args=[town["write_off"].pk])
    assert (
        client.post(recover, {"amount_yuan": "99999", "channel": "transfer", "external_id": "X1"}).status_code
        == 422
    )
    assert (
        client.post(recover, {"amount_yuan": "100", "channel": "transfer", "external_id": "X1"}).status_code
        == 302
    )


def test_a_notice_is_shown_only_after_the_review(client, town):
    client.force_login(town["people"]["heyong"])
    printed = reverse("collection:published-notices")
    assert client.get(printed).status_code == 302
    key = [town["notice"].pk]
    assert client.post(reverse("collection:ask-review", args=key)).status_code == 302
    assert client.get(printed).status_code == 302
    client.force_login(town["people"]["luoqiang"])
    client.post(reverse("collection:review-notice", args=key), {"decision": "approve", "reason": "证据充分"})
    assert PenaltyNotice.objects.get().legal_review == "approved"
    assert client.get(printed).content.startswith(b"%PDF")
    client.force_login(town["people"]["heyong"])
    client.post(reverse("collection:withdraw-notice", args=key), {"reason": "已缴清"})
    assert client.get(printed).status_code == 302


def test_an_assessment_is_confirmed_by_another_person(client, town):
    confirm = reverse("collection:confirm-assessment", args=[town["assessment"].pk])
    client.force_login(town["people"]["luoqiang"])
    client.post(confirm)
    town["assessment"].refresh_from_db()
    assert town["assessment"].confirmed_at is None
    client.force_login(town["people"]["yejing"])
    client.post(confirm)
    town["assessment"].refresh_from_db()
    assert town["assessment"].confirmed_by == town["people"]["yejing"]
