"""``denghuo bill run``: what it prints, its exit codes, and that it can be repeated."""

from __future__ import annotations

import json

import pytest

from denghuo.project import bill_command
from tests.cast import billing as cast
from tests.cast import supply

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    cast.prices()
    wang = supply.wang_xiuying()
    point = cast.metered(wang)
    return wang, point


def run(capsys, **options) -> tuple[int, dict]:
    code = bill_command.run(as_json=True, **{"cycle": "2025-08", **options})
    return code, json.loads(capsys.readouterr().out)


def test_a_cycle_is_billed_and_a_repetition_changes_nothing(home, capsys):
    wang, point = home
    cast.read(point, "2025-08", 180)
    code, said = run(capsys)
    assert (code, said["billed"], said["in_scope"], said["state"]) == (0, 1, 1, "done")
    assert said["total_yuan"] == str(cast.bill_of(wang, "2025-08").total_fen / 100)
    code, said = run(capsys)
    assert (code, said["billed"], said["skipped"]) == (0, 0, 1)


def test_parked_accounts_give_exit_code_1_and_the_reason(home, capsys):
    code, said = run(capsys)
    assert code == 1
    assert said["reasons"] == [{"outcome": "parked", "reason": "reading_missing", "accounts": 1}]


@pytest.mark.parametrize(
    "wrong",
    [
        {"cycle": "2025-13"},
        {"cycle": "August"},
        {"scope": ["town:1"]},
        {"scope": ["unit:99"]},
        {"scope": ["unit:4501", "account:1"]},
        {"scope": ["account:'; DROP TABLE"]},
    ],
)
def test_bad_input_gives_exit_code_2_and_a_message(home, capsys, wrong):
    code, said = run(capsys, **wrong)
    assert code == 2
    assert said["error"]


def test_people_read_a_table(home, capsys):
    _wang, point = home
    cast.read(point, "2025-08", 180)
    assert bill_command.run(cycle="2025-08", dry_run=True) == 0
    out = capsys.readouterr().out
    assert "trial run" in out
    assert "billed" in out
