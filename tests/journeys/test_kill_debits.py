"""kill -9 while a bank's answer is posted: each debit becomes one payment, whole chunks or nothing, and it goes on.

``DENGHUO_KILLS`` sets how often (default 3), ``DENGHUO_SEED`` repeats a failure.
"""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path

import pytest

from tests import prepared
from tests.journeys.test_kill import finished, start

ACCOUNTS, CHUNK = 60, 5

PREPARE = """
import os, sys
os.environ["DENGHUO_DATABASE_URL"] = sys.argv[1]
import django; django.setup()
from datetime import date
from django.core.management import call_command
from django.db import transaction
call_command("migrate", verbosity=0)
from denghuo.commerce.banking import operations
from tests.cast import banking as cast, customers
from tests.cast.money import noon, owing
DAY = date(2026, 9, 10)
with transaction.atomic():
    for number in range(int(sys.argv[2])):
        account = customers.account(customers.person(f"用户{number}"))
        cast.mandate(account)
        owing(account, 1_000 + number, due=date(2026, 9, 1 if number % 4 == 0 else 20))
    batch = cast.batch(DAY)
    first = batch.items.order_by("id").first()
    cast.answered(batch, {first.serial: "0101"})
    operations.start_posting(batch=batch, at=noon(DAY), chunk_items=int(sys.argv[3]))
"""
WORK = """
import json, os, sys
from datetime import date, timedelta
os.environ["DENGHUO_DATABASE_URL"] = sys.argv[1]
import django; django.setup()
from denghuo.commerce.banking import queries
from denghuo.commerce.banking.models import DebitBatch, DebitItem
from denghuo.commerce.ledger import queries as ledger
from denghuo.commerce.payments.models import Payment
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.jobs import operations as jobs
from tests.cast.money import noon

def show():
    batch = DebitBatch.objects.select_related("run").get()
    wrong = [*queries.inconsistencies(), *receivables.inconsistencies(), *ledger.inconsistencies()]
    print(json.dumps({
        "state": batch.state,
        "wrong": wrong,
        "payments": Payment.objects.count(),
        "accounts": Payment.objects.values("account").distinct().count(),
        "posted": DebitItem.objects.filter(state="posted").count(),
        "done": batch.run.done_rows,
    }), flush=True)
    return batch.run

late = noon(date(2026, 9, 10)) + timedelta(minutes=10 * int(sys.argv[2]))
jobs.drive(run=show(), clock=lambda: late)
show()
"""


@pytest.mark.slow
def test_a_killed_posting_makes_each_payment_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DENGHUO_HOME", str(tmp_path))
    seed = int(os.environ.get("DENGHUO_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
    print(f"replay: DENGHUO_SEED={seed} pytest {Path(__file__).name}")
    dice = random.Random(seed)
    url = prepared.file(tmp_path / "debits.sqlite3")
    finished(PREPARE, url, ACCOUNTS, CHUNK)
    kills = int(os.environ.get("DENGHUO_KILLS", "3"))
    for attempt in range(1, kills + 1):
        child = start(WORK, url, attempt)
        assert child.stdout is not None
        found = json.loads(child.stdout.readline())
        assert found["wrong"] == []
        assert found["payments"] == found["posted"] == found["accounts"] == found["done"]
        time.sleep(dice.uniform(0, 0.5))
        child.kill()
        child.communicate()
    _before, end = map(json.loads, finished(WORK, url, kills + 1))
    assert end == {
        "state": "posted", "wrong": [], "payments": ACCOUNTS - 1, "accounts": ACCOUNTS - 1, "posted": ACCOUNTS - 1,
        "done": ACCOUNTS - 1,
    }  # fmt: skip
