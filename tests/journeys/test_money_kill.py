"""kill -9 of what posts money, and of the PostgreSQL backend that serves it: the books end as if nobody had.

``DENGHUO_KILLS`` sets how often (default 8), ``DENGHUO_SEED`` repeats a failure. Backends are killed where
``DENGHUO_KILL_BACKENDS=1`` says that the server is ours alone.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import money_driver

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("DENGHUO_KILLS", "8"))


def killed_day(url: str, *options: str) -> dict[str, Any]:
    seed = int(os.environ.get("DENGHUO_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
    print(f"replay: DENGHUO_SEED={seed} DENGHUO_KILLS={KILLS} pytest {Path(__file__).relative_to(ROOT)}")
    command = [
        sys.executable,
        "-m",
        "tests.journeys.money_driver",
        "--seed",
        str(seed),
        "--kills",
        str(KILLS),
        *options,
    ]
    environment = os.environ | {
        "DENGHUO_DATABASE_URL": url,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "DJANGO_SETTINGS_MODULE": "denghuo.project.settings_test",
    }
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def undisturbed() -> dict[str, Any]:
    money_driver.prepare()
    return json.loads(json.dumps(money_driver.expected(), default=str))


def proves_itself(found: dict[str, Any], calm: dict[str, Any]) -> None:
    assert found["wrong"] == []
    assert found["exit"] == 0
    assert found["killed"] >= 1, "no kill hit the work"
    assert calm["inconsistencies"] == [] and calm["audit"]
    assert found["books"] == calm


@pytest.mark.slow
@pytest.mark.django_db
def test_killed_workers_leave_the_books_of_an_undisturbed_day(empty_database_url):
    proves_itself(killed_day(empty_database_url), undisturbed())


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.skipif(
    os.environ.get("DENGHUO_KILL_BACKENDS") != "1", reason="needs a PostgreSQL server of its own"
)
def test_killed_backends_leave_the_books_of_an_undisturbed_day(empty_database_url):
    calm = undisturbed()
    from django.db import connection

    connection.close()  # the server restarts and takes this connection with it
    proves_itself(killed_day(empty_database_url, "--backends"), calm)
