"""Every page of receivables: it opens, in both languages, costs no more than before, and hides other units' debts.

``DENGHUO_COUNT_SQL=write`` writes the baseline anew after a change that is meant.
"""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from denghuo.commerce.receivables import operations, queries
from denghuo.commerce.receivables.models import InstalmentPlan, LateFeeWaiver, Receivable
from denghuo.commerce.receivables.rules import equal_parts
from denghuo.foundation.identity.api import Token
from tests.cast import customers, staff, supply
from tests.cast.money import noon, owing, pay

pytestmark = pytest.mark.django_db
BASELINE = Path(__file__).parent / "sql_counts.json"


@pytest.fixture
def town(cashier):
    today = timezone.localdate()
    noodles, wang = supply.noodle_shop().account, supply.wang_xiuying().account
    old = owing(noodles, 1_000_000, due=today - timedelta(days=45), residential=False)
    new = owing(noodles, 500_000, due=today + timedelta(days=5), residential=False)
    home = owing(wang, 12_000, due=today - timedelta(days=400))
    pay(noodles, 200_000, on=today - timedelta(days=10))
    waiver = operations.ask_waiver(
        receivable=old,
        from_date=old.due_date + timedelta(days=1),
        to_date=old.due_date + timedelta(days=10),
        reason="channel_failure",
        note="代扣文件迟到",
        actor=cashier,
        at=noon(today),
    )
    hold = operations.open_dispute(receivable=home, reason="表走快", at=noon(today), actor=cashier)
    total = queries.plan_total(queries.plan_debts(noodles.pk, [old.pk]), on=today)
    plan = operations.propose_plan(
        account=noodles,
        receivables=[old.pk],
        parts=equal_parts(total, 3, today + timedelta(days=10)),
        reason="周转",
        actor=cashier,
        at=noon(today),
    )
    return {"old": old, "new": new, "home": home, "waiver": waiver, "hold": hold, "plan": plan}


def pages(town) -> dict[str, str]:
    of = {
        "arrears": [],
        "arrears-accounts": [],
        "items": [],
        "late-fee": [town["old"].pk],
        "ask-waiver": [town["old"].pk],
        "open-dispute": [town["new"].pk],
        "waivers": [],
        "waiver": [town["waiver"].pk],
        "disputes": [],
        "plans": [],
        "plan": [town["plan"].pk],
        "propose-plan": [town["new"].account_id],
    }
    found = {name: reverse(f"receivables:{name}", args=args) for name, args in of.items()}
    yesterday = timezone.localdate() - timedelta(days=1)
    found["arrears-by-class"] = f"{found['arrears']}?by=tariff_class"
    found["arrears-past"] = f"{found['arrears']}?by=use_nature&on={yesterday}"
    found["accounts-past"] = f"{found['arrears-accounts']}?on={yesterday}&age=31_60"
    found["disputed"] = reverse("receivables:late-fee", args=[town["home"].pk])
    return found


def test_no_page_costs_more_than_its_baseline(client, town, cashier):
    client.force_login(cashier)
    costs = {}
    for name, url in pages(town).items():
        assert client.get(url, headers={"accept-language": "en"}).status_code == 200, name
        with CaptureQueriesContext(connection) as found:
            assert client.get(url).status_code == 200, name
        skipped = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
        costs[name] = sum(not query["sql"].startswith(skipped) for query in found)
    if os.environ.get("DENGHUO_COUNT_SQL") == "write":
        BASELINE.write_text(json.dumps(costs, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    assert {name: cost for name, cost in costs.items() if cost > baseline.get(name, 0)} == {}


def test_debts_outside_the_data_scope_do_not_exist(client, town, cashier):
    cashier.unit = customers.unit("4502")
    cashier.save(update_fields=["unit"])
    client.force_login(cashier)
    hidden = pages(town)
    for name in ("late-fee", "ask-waiver", "open-dispute", "waiver", "plan", "propose-plan"):
        assert client.get(hidden[name]).status_code == 404, name
    for name in ("arrears-accounts", "items", "waivers", "disputes", "plans"):
        assert town["old"].account.number not in client.get(hidden[name]).content.decode(), name
    assert client.post(reverse("receivables:close-dispute", args=[town["hold"].pk])).status_code == 404


def test_a_counter_clerk_looks_but_waives_nothing(client, town):
    client.force_login(staff.hire("linxiaoyu", customers.AT))
    assert client.get(pages(town)["late-fee"]).status_code == 200
    assert client.get(pages(town)["ask-waiver"]).status_code == 403
    for name, item in (("decide-waiver", "waiver"), ("decide-plan", "plan")):
        assert client.post(reverse(f"receivables:{name}", args=[town[item].pk])).status_code == 403


def test_four_eyes_on_a_waiver_through_the_web(client, town, cashier, supervisor):
    url = reverse("receivables:decide-waiver", args=[town["waiver"].pk])
    client.force_login(supervisor)
    page = client.get(reverse("receivables:waiver", args=[town["waiver"].pk])).content.decode()
    assert 'data-testid="approve"' in page
    assert client.post(url, {"decision": "approve", "reason": "同意"}).status_code == 302
    waiver = LateFeeWaiver.objects.get()
    # 10 days × 20.00 were paid ten days ago: taken back, and the money meets the debt
    assert (waiver.state, waiver.effect_fen, waiver.credited_fen) == ("approved", 20_000, 20_000)


def test_a_plan_is_previewed_proposed_and_agreed(client, town, cashier, supervisor):
    client.force_login(cashier)
    operations.reject_plan(plan=town["plan"], actor=supervisor, at=noon(timezone.localdate()), note="重提")
    today = timezone.localdate()
    url = reverse("receivables:propose-plan", args=[town["old"].account_id])
    asked = {
        "debts": [town["old"].pk],
        "count": 4,
        "first_date": today + timedelta(days=7),
        "custom": "",
        "reason": "周转",
    }
    preview = client.post(url, {**asked, "preview": "1"})
    assert preview.status_code == 200 and 'data-testid="projection"' in preview.content.decode()
    assert client.post(url, {**asked, "custom": "hier 5"}).status_code == 422
    assert (
        client.post(url, {**asked, "custom": f"{today} 1.00\n{today + timedelta(days=9)} 2.00"}).status_code
        == 422
    )
    answer = client.post(url, asked)
    assert answer.status_code == 302
    client.force_login(supervisor)
    plan = InstalmentPlan.objects.first()
    client.post(reverse("receivables:decide-plan", args=[plan.pk]), {"decision": "approve"})
    plan.refresh_from_db()
    assert plan.state == "active"


def test_a_dispute_is_opened_and_closed_at_the_desk(client, town):
    client.force_login(staff.hire("linxiaoyu", customers.AT))
    url = reverse("receivables:open-dispute", args=[town["new"].pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "电价分类不对"}).status_code == 302
    hold = Receivable.objects.get(pk=town["new"].pk).disputes.get()
    client.post(reverse("receivables:close-dispute", args=[hold.pk]), {"outcome": "核实无误"})
    hold.refresh_from_db()
    assert hold.outcome == "核实无误"


def test_the_file_of_arrears_is_what_the_screen_shows(client, town, cashier):
    client.force_login(cashier)
    url = reverse("receivables:arrears")
    shown = client.get(url).context
    body = b"".join(client.get(url, {"export": "csv"}).streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(body)))
    assert len(lines) == 1 + len(shown["rows"]) + 1
    for line, row in zip(lines[1:-1], shown["rows"], strict=True):
        assert line[0] == str(row["label"])
        assert [round(float(cell) * 100) for cell in line[2:9]] == [fen for fen, _url in row["cells"]]
    assert round(float(lines[-1][10]) * 100) == shown["total"].total_fen
    assert shown["total"].total_fen == sum(Receivable.objects.values_list("open_fen", flat=True))


@pytest.mark.parametrize("group", ["unit", "tariff_class", "use_nature", "payer_class", "kind", "cycle"])
def test_every_grouping_adds_up_and_leads_to_its_accounts(client, town, cashier, group):
    client.force_login(cashier)
    context = client.get(reverse("receivables:arrears"), {"by": group}).context
    assert context["total"].total_fen == sum(Receivable.objects.values_list("open_fen", flat=True))
    for row in context["rows"]:
        listed = client.get(row["url"]).context["page"].rows
        assert sum(account.shown_fen for account in listed if group in ("payer_class", "kind", "cycle")) in (
            0,
            row["total_fen"],
        )
        assert len(listed) == row["accounts"]


def test_arrears_of_a_past_day_are_what_the_books_said(town):
    today = timezone.localdate()
    past = today - timedelta(days=20)
    rows = queries.arrears_by("unit", on=past, today=today)
    assert sum(row.total_fen for row in rows) == 1_000_000 + 500_000 + 12_000 - (
        0 if town["new"].charged_date <= past else 500_000
    )


def test_another_room_may_group_by_what_it_knows(town, monkeypatch):
    monkeypatch.setattr("denghuo.commerce.receivables.queries.arrears._groupings", {})
    queries.add_grouping(
        queries.Grouping("route", "Route", lambda accounts, on: {town["home"].account_id: ("R1", "城东一线")})
    )
    rows = queries.arrears_by("route", on=timezone.localdate(), today=timezone.localdate())
    assert {row.key: row.accounts for row in rows} == {"": 1, "R1": 1}


def test_the_interface_for_programs_says_what_is_owed_today(client, town, monkeypatch):
    class Client:
        scope, name, scopes, unit_id = "45", "park", "receivables.view", "45"

    monkeypatch.setattr(Token, "__call__", lambda self, request: Client())
    account = town["old"].account
    found = client.get(f"/api/v1/receivables/accounts/{account.number}").json()
    owed = queries.owed(account.pk, on=timezone.localdate())
    assert round(float(found["total_yuan"]) * 100) == owed.total_fen
    assert (
        sum(round(float(item["running_late_fee_yuan"]) * 100) for item in found["items"])
        == owed.accrued_fen
        > 0
    )
    assert client.get("/api/v1/receivables/accounts/123").status_code == 404
    assert client.get(f"/api/v1/receivables/accounts/{account.number}?on=9999-12-31").status_code == 422


def test_the_customer_page_shows_money_in_one_statement(client, town, cashier):
    client.force_login(cashier)
    account = town["old"].account
    with CaptureQueriesContext(connection) as found:
        body = client.get(reverse("customers:customer", args=[account.customer_id])).content.decode()
    assert sum("receivables_accountbalance" in query["sql"] for query in found) == 1
    assert account.number in body


def test_the_account_page_shows_every_open_debt_with_its_running_late_fee(client, town, cashier):
    client.force_login(cashier)
    account = town["old"].account
    body = client.get(reverse("customers:account", args=[account.pk])).content.decode()
    assert 'data-testid="open-items"' in body
    assert reverse("receivables:late-fee", args=[town["old"].pk]) in body
