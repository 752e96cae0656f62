"""An import kind for tests: teams of the organisation, and the files that people bring."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter

from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.imports import rules

HEADINGS = ("班组编号", "班组名称", "成立日期")


def check_teams(rows, context):
    """A team lies in the importer's part of the organisation and does not exist yet."""
    existing = dict(
        OrganisationUnit.objects.filter(code__in=[row.values["code"] for row in rows]).values_list(
            "code", "name"
        )
    )
    for row in rows:
        code = row.values["code"]
        if not code.startswith(context.unit_id):
            yield rules.RowProblem(row.number, "outside your unit", "code")
        elif existing.get(code) == row.values["name"]:
            yield rules.RowProblem(row.number, "exists already", duplicate=True)
        elif code in existing:
            yield rules.RowProblem(row.number, "has another name: %(name)s", "name", {"name": existing[code]})


def commit_teams(rows, context):
    OrganisationUnit.objects.bulk_create(
        OrganisationUnit(code=row.values["code"], name=row.values["name"], kind="team") for row in rows
    )
    return {"teams": len(rows)}


TEAMS = rules.ImportKind(
    code="test_teams",
    title="班组",
    permission="identity.unit.manage",
    fields=(
        rules.Field("code", "班组编号", ("编号", "team code"), parse=rules.identifier(16), example="450101"),
        rules.Field("name", "班组名称", ("名称",), parse=rules.text(60), example="抄表一班"),
        rules.Field("founded", "成立日期", ("日期",), required=False, parse=rules.day, example="2026-09-07"),
    ),
    key=lambda values: values["code"],
    check=check_teams,
    commit=commit_teams,
    chunk_rows=50,
)


def register() -> rules.ImportKind:
    return rules.register(TEAMS)


def csv_file(rows: Sequence[Sequence[str]], encoding: str = "utf-8", delimiter: str = ",") -> io.BytesIO:
    text = "".join(delimiter.join(row) + "\r\n" for row in rows)
    return io.BytesIO(text.encode(encoding))


def xlsx_file(fill: Callable[[Any, Any], None]) -> io.BytesIO:
    """A workbook whose first sheet ``fill(book, sheet)`` has filled."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(book, book.add_worksheet("数据"))
    book.close()
    out.seek(0)
    return out


def teams(count: int, first: int = 1) -> list[tuple[str, str, str]]:
    """Rows with headings."""
    return [
        HEADINGS,
        *((f"45{number:06d}", f"班组{number}", "2026-09-07") for number in range(first, first + count)),
    ]
