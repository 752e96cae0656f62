"""kill -9 of a billing run at any instant: afterwards it goes on, and the result is that of a run nobody killed.

``DENGHUO_KILLS`` sets how often (default 4), ``DENGHUO_SEED`` repeats a failure.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests import prepared

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS, CHUNK = 240, 20

PREPARE = """
import sys
from benchmarks.billing import AT, CYCLE, prepare, town
prepare(sys.argv[1])
from denghuo.commerce.billing import operations
from denghuo.commerce.billing.rules import Scope
from denghuo.kernel.periods import Cycle
from tests.cast import billing as cast
cast.prices()
town(1, int(sys.argv[2]))
operations.start_run(cycle=Cycle.parse(CYCLE), scope=Scope(), actor=None, visible="45", unit_id="45", at=AT,
                     chunk_accounts=int(sys.argv[3]))
"""
WORK = """
import json, os, sys
from datetime import timedelta
os.environ["DENGHUO_DATABASE_URL"] = sys.argv[1]
import django; django.setup()
from benchmarks.billing import AT
from denghuo.commerce.billing import queries
from denghuo.commerce.billing.models import Bill, BillingRun, BillLine, RunItem
from denghuo.foundation.jobs import operations as jobs

def show():
    run = BillingRun.objects.select_related("long_run").get()
    bills, lines = Bill.objects.order_by("account_id"), BillLine.objects.order_by("bill__account_id", "position")
    print(json.dumps({
        "state": run.long_run.state,
        "done_rows": run.long_run.done_rows,
        "items": RunItem.objects.count(),
        "accounts": RunItem.objects.values("account").distinct().count(),
        "wrong": list(queries.inconsistencies()),
        "bills": list(bills.values_list("account_id", "energy_kwh", "total_fen", "state")),
        "numbers": list(Bill.objects.order_by("number").values_list("number", flat=True)),
        "lines": list(lines.values_list("component", "amount_fen")),
    }, default=str), flush=True)
    return run

late = AT + timedelta(minutes=10 * int(sys.argv[2]))
jobs.drive(run=show().long_run, clock=lambda: late)
show()
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "denghuo.project.settings",
        "DENGHUO_SECRET_KEY": "only-for-tests",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
        "DENGHUO_LOG_LEVEL": "ERROR",
    }
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finished(code: str, *arguments: object) -> list[str]:
    child = start(code, *arguments)
    out, err = child.communicate(timeout=300)
    assert child.returncode == 0, err[-3000:]
    return out.splitlines()


def checked(found: dict[str, Any], seen: int) -> int:
    """What must hold after any kill; returns how many accounts are settled."""
    assert found["wrong"] == []
    assert found["accounts"] == found["items"], "one outcome an account"
    assert found["items"] == found["done_rows"] >= seen, (
        "a chunk counts when its bills are there, and never less"
    )
    assert found["items"] % CHUNK == 0, "whole chunks or nothing"
    return found["items"]


@pytest.mark.slow
def test_a_killed_run_ends_like_one_that_nobody_killed(tmp_path, monkeypatch):
    monkeypatch.setenv("DENGHUO_HOME", str(tmp_path))
    seed = int(os.environ.get("DENGHUO_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
    print(f"replay: DENGHUO_SEED={seed} pytest {Path(__file__).name}")
    dice = random.Random(seed)
    killed, calm = (tmp_path / name for name in ("killed.sqlite3", "calm.sqlite3"))
    finished(PREPARE, prepared.file(killed), ACCOUNTS, CHUNK)
    shutil.copy(killed, calm)

    kills = int(os.environ.get("DENGHUO_KILLS", "4"))
    seen = 0
    for attempt in range(1, kills + 1):
        child = start(WORK, f"sqlite:///{killed}", attempt)
        assert child.stdout is not None
        seen = checked(json.loads(child.stdout.readline()), seen)
        time.sleep(dice.uniform(0, 0.6))
        child.kill()
        child.communicate()

    before, end = map(json.loads, finished(WORK, f"sqlite:///{killed}", kills + 1))
    checked(before, seen)
    _start, expected = map(json.loads, finished(WORK, f"sqlite:///{calm}", 1))
    assert end["state"] == "done"
    assert end["items"] == ACCOUNTS
    assert end == expected
