"""kill -9 at random instants: the result equals that of an undisturbed run, and progress never goes backwards."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
KILLS = int(os.environ.get("DENGHUO_KILLS", "30"))


@pytest.mark.slow
def test_killed_workers_leave_the_result_of_an_undisturbed_run(empty_database_url):
    seed = int(os.environ.get("DENGHUO_SEED", random.randrange(10**6)))
    command = [
        sys.executable,
        "-m",
        "tests.database.foundation.jobs.kill_driver",
        "--seed",
        str(seed),
        "--kills",
        str(KILLS),
    ]
    replay = f"DENGHUO_SEED={seed} DENGHUO_KILLS={KILLS} pytest {Path(__file__).relative_to(ROOT)}"
    print("replay:", replay)
    environment = os.environ | {
        "DENGHUO_DATABASE_URL": empty_database_url,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "denghuo.project.settings_test"),
    }
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{replay}\n{done.stderr[-4000:]}"
    result = json.loads(done.stdout.strip().splitlines()[-1])
    assert result["killed"] == result["undisturbed"], replay
    assert result["killed"]["state"] == "done", replay
    assert result["inconsistencies"] == [], replay
    assert result["restarts"] > 1, f"no kill hit a chunk at work; {replay}"
