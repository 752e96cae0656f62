"""Every billing page: it opens, in both languages, costs no more statements than before, and hides other units' bills.

``DENGHUO_COUNT_SQL=write`` writes the baseline anew after a change that is meant.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from denghuo.commerce.billing import operations
from denghuo.commerce.billing.models import BillingException
from denghuo.foundation.identity.api import Token
from tests.cast import billing as cast
from tests.cast import supply

pytestmark = pytest.mark.django_db

BASELINE = Path(__file__).parent / "sql_counts.json"


@pytest.fixture
def town():
    cast.prices()
    wang, mill, unread = supply.wang_xiuying(), supply.textile_mill(), supply.li_jianguo()
    home, works = cast.metered(wang), cast.metered(mill, registers=cast.TWO_PART_REGISTERS)
    cast.metered(unread)
    cast.read(home, "2025-08", 180)
    cast.read(works, "2025-08", cast.readings_of(120_000, reactive=90_000, demand=420))
    run = cast.issued("2025-08")
    cast.read(home, "2025-09", 400)
    trial = cast.run("2025-09", dry_run=True)
    bill = cast.bill_of(mill, "2025-08")
    reversal = operations.ask_reversal(
        bill=bill, reason="倍率录错", rebill=True, actor=cast.people()["liumin"], at=cast.moment("2025-10-05")
    )
    parked = BillingException.objects.filter(account=unread.account).first()
    return {"run": run, "trial": trial, "bill": bill, "wang": wang, "reversal": reversal, "parked": parked}


def pages(town) -> dict[str, str]:
    of = {
        "runs": [],
        "new-run": [],
        "run": [town["run"].pk],
        "run-live": [town["run"].pk],
        "run-items": [town["run"].pk],
        "exceptions": [],
        "exception": [town["parked"].pk],
        "bills": [],
        "bill": [town["bill"].number],
        "bill-pdf": [town["bill"].number],
        "reverse-bill": [cast.bill_of(town["wang"], "2025-08").number],
        "reversals": [],
        "reversal": [town["reversal"].pk],
        "gate": [],
        "prints": [],
    }
    found = {name: reverse(f"billing:{name}", args=args) for name, args in of.items()}
    found["completeness"] = reverse("billing:completeness") + "?cycle=2025-09&kind=&codes="
    found["trial"] = reverse("billing:run", args=[town["trial"].pk])
    return found


def test_no_page_costs_more_than_its_baseline(client, town):
    client.force_login(cast.people()["liumin"])
    costs = {}
    for name, url in pages(town).items():
        assert client.get(url, headers={"accept-language": "en"}).status_code == 200, name
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200, name
        skipped = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
        costs[name] = sum(not query["sql"].startswith(skipped) for query in queries)
    if os.environ.get("DENGHUO_COUNT_SQL") == "write":
        BASELINE.write_text(json.dumps(costs, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    assert {name: cost for name, cost in costs.items() if cost > baseline.get(name, 0)} == {}


def test_bills_outside_the_data_scope_do_not_exist(client, town):
    clerk = cast.people()["liumin"]
    clerk.unit_id = "4502"
    clerk.save(update_fields=["unit"])
    client.force_login(clerk)
    hidden = pages(town)
    for name in ("run", "run-items", "exception", "bill", "bill-pdf", "reverse-bill", "reversal"):
        assert client.get(hidden[name]).status_code == 404, name
    for name in ("bills", "exceptions", "reversals"):
        assert town["bill"].number not in client.get(hidden[name]).content.decode()


def test_a_cashier_looks_but_starts_nothing(client, town):
    client.force_login(cast.people()["zhengjie"])
    assert client.get(reverse("billing:new-run")).status_code == 403
    for name in ("approve-run", "issue-run", "discard-run"):
        assert client.post(reverse(f"billing:{name}", args=[town["run"].pk])).status_code == 403


def test_the_interface_for_programs_gives_bill_lines_and_trace(client, town, monkeypatch):
    class Client:
        scope, name, scopes, unit_id = "45", "park", "billing.view", "45"

    monkeypatch.setattr(Token, "__call__", lambda self, request: Client())
    number = town["bill"].number
    listed = client.get("/api/v1/billing/bills", {"cycle": "2025-08"}).json()
    assert number in [bill["number"] for bill in listed["items"]]
    bill = client.get(f"/api/v1/billing/bills/{number}").json()
    cents = sum(round(float(line["amount_yuan"]) * 100) for line in bill["lines"])
    assert cents == round(float(bill["total_yuan"]) * 100) == town["bill"].total_fen
    (trace,) = client.get(f"/api/v1/billing/bills/{number}/trace").json()
    assert len(trace["lines"]) == len(bill["lines"])
    assert client.get("/api/v1/billing/bills/202508000000000000").status_code == 404
