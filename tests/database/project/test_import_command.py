"""``denghuo import``: exit codes, what it prints, and that a dry run writes nothing."""

from __future__ import annotations

import json

import pytest

from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.imports import queries, rules
from denghuo.foundation.imports.models import ImportBatch
from denghuo.project import import_command
from tests.cast import imports as cast
from tests.cast import staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    monkeypatch.setattr(rules, "_kinds", dict(rules._kinds))
    return cast.register()


@pytest.fixture
def bring(tmp_path, capsys, now):
    staff.open_units(now)

    def run(content, name="班组.csv", kind="test_teams", **options):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        code = import_command.run(kind=kind, file=str(path), as_json=True, **options)
        return code, json.loads(capsys.readouterr().out)

    return run


def test_every_row_is_in(bring):
    code, said = bring(cast.csv_file(cast.teams(120)).getvalue())
    assert code == 0
    assert (said["rows"], said["committed"], said["errors"], said["duplicates"]) == (120, 120, 0, 0)
    assert OrganisationUnit.objects.filter(kind="team").count() == 120
    assert queries.inconsistencies() == []


def test_refused_rows_are_told_and_written(bring, tmp_path):
    lines = [*cast.teams(3), ("450000009", "甲", "昨天"), ("46", "别局", "")]
    out = tmp_path / "refused.csv"
    code, said = bring(cast.csv_file(lines).getvalue(), refused=str(out))
    assert code == 1
    assert [row["row"] for row in said["refused"]] == [5, 6]
    assert said["committed"] == 3
    assert "错误原因" in out.read_text("utf-8-sig")


def test_a_dry_run_writes_nothing(bring):
    content = cast.csv_file(cast.teams(3)).getvalue()
    code, said = bring(content, dry_run=True)
    assert (code, said["committed"]) == (0, 0)
    assert not OrganisationUnit.objects.filter(kind="team").exists()
    code, said = bring(content)
    assert (code, said["committed"]) == (0, 3), "after a dry run the same file is taken up where it stands"


@pytest.mark.parametrize(
    "content, options",
    [
        (None, {}),
        (b"", {}),
        (b"PK\x03\x04", {}),
        ("户号\r\n1\r\n".encode(), {}),
        ("班组编号,备注\r\n1,2\r\n".encode(), {}),
        ("班组编号,班组名称\r\n1,2\r\n".encode(), {"kind": "nothing"}),
        ("班组编号,班组名称\r\n1,2\r\n".encode(), {"staff": "nobody"}),
        ("班组编号,班组名称\r\n1,2\r\n".encode(), {"unit": "99"}),
        ("班组编号,班组名称\r\n1,2\r\n".encode(), {"settings": ["month=9"]}),
    ],
)
def test_bad_input_ends_with_2_and_a_reason(bring, content, options):
    code, said = bring(content, **options)
    assert code == 2
    assert said["error"]
    assert not OrganisationUnit.objects.filter(kind="team").exists()


def test_the_same_file_twice_is_bad_input(bring):
    content = cast.csv_file(cast.teams(1)).getvalue()
    assert bring(content)[0] == 0
    code, said = bring(content)
    assert code == 2
    assert str(ImportBatch.objects.get().id) in said["error"]


def test_for_people_it_prints_a_table(tmp_path, capsys, now):
    staff.open_units(now)
    path = tmp_path / "a.csv"
    path.write_bytes(cast.csv_file([*cast.teams(1), ("46", "别局", "")]).getvalue())
    assert import_command.run(kind="test_teams", file=str(path), as_json=False) == 1
    assert "row 3" in capsys.readouterr().out
