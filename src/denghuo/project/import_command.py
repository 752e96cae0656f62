"""``denghuo import KIND FILE``: the import wizard without its pages."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone
from rich.console import Console
from rich.table import Table

from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.imports import frames, operations, queries, rules
from denghuo.foundation.imports.operations import ImportResult

OK, ROWS_REFUSED, BAD_INPUT = 0, 1, 2
SHOWN_ROWS = 20


class BadOption(Exception):
    """An option names nobody, or is not written as it must be."""


def run(
    *,
    kind: str,
    file: str,
    as_json: bool,
    staff: str = "",
    unit: str = "",
    settings: Sequence[str] = (),
    dry_run: bool = False,
    refused: str = "",
) -> int:
    """Import ``file`` and print what became of it; 0 every row is in, 1 some were refused, 2 the file or an option is bad.

    ``settings`` are ``name=value`` for the parameters of the kind; ``refused`` is where to write the refused rows.
    """
    try:
        result = operations.run_file(
            kind=kind,
            path=Path(file),
            parameters=_parameters(kind, settings),
            actor=(person := _person(staff)),
            unit_id=_unit(unit, person),
            clock=timezone.now,
            dry_run=dry_run,
        )
    except operations.MappingIncomplete as error:
        return _refuse(f"the file has no column for: {error}", as_json)
    except operations.SameFileAgain as error:
        return _refuse(f"{error} (import {error.batch.id})", as_json)
    except (operations.FileRefused, BadOption) as error:
        return _refuse(str(error), as_json)
    if refused and result.error_rows + result.duplicate_rows:
        _write_refused(result, Path(refused))
    _print(result, as_json, dry_run)
    if result.error or result.error_rows or result.duplicate_rows:
        return ROWS_REFUSED
    return OK


def _parameters(kind: str, settings: Sequence[str]) -> dict[str, str]:
    try:
        known = {field.name for field in rules.kind_of(kind).parameters}
    except rules.UnknownKind:
        kinds = ", ".join(sorted(k.code for k in rules.kinds())) or "none is installed"
        raise BadOption(f"there is no import kind {kind!r}; known: {kinds}") from None
    given: dict[str, str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or name not in known:
            raise BadOption(
                f"{setting!r} is not name=value of a parameter of {kind}: {', '.join(sorted(known)) or 'it has none'}"
            )
        given[name] = value
    return given


def _person(username: str) -> Staff | None:
    if not username:
        return None
    try:
        return Staff.objects.get(username=username, is_active=True)
    except Staff.DoesNotExist:
        raise BadOption(f"nobody active signs in as {username!r}") from None


def _unit(code: str, person: Staff | None) -> str:
    """The given unit, else the person's, else the root of the organisation."""
    if code:
        if not OrganisationUnit.objects.filter(code=code).exists():
            raise BadOption(f"there is no organisation unit {code!r}")
        return code
    if person is not None:
        return person.scope
    root = OrganisationUnit.objects.filter(parent__isnull=True).order_by("code").first()
    return root.code if root else ""


def _refuse(reason: str, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": reason}, ensure_ascii=False))
    else:
        print(reason, file=sys.stderr)
    return BAD_INPUT


def _write_refused(result: ImportResult, path: Path) -> None:
    columns = [*json.loads(result.batch.columns), "错误原因"]
    rows = ([*row.cells[: len(columns) - 1], row.reason] for row in queries.refused_rows(result.batch))
    write = frames.write_csv if path.suffix.lower() == ".csv" else None
    content = write(columns, rows) if write else frames.write_xlsx(path.stem, columns, rows)
    path.write_bytes(content)


def _print(result: ImportResult, as_json: bool, dry_run: bool) -> None:
    refused = queries.shown_rows(result.batch, states=["error", "duplicate"], limit=SHOWN_ROWS)
    figures: dict[str, Any] = {
        "import": result.batch.id,
        "rows": result.total_rows,
        "committed": result.committed_rows,
        "errors": result.error_rows,
        "duplicates": result.duplicate_rows,
    }
    if as_json:
        figures["refused"] = [{"row": row.number, "reason": row.reason} for row in refused]
        print(json.dumps(figures | ({"error": result.error} if result.error else {}), ensure_ascii=False))
        return
    console = Console()
    table = Table("import", "rows", "valid" if dry_run else "committed", "errors", "duplicates", box=None)
    valid = result.batch.valid_rows if dry_run else result.committed_rows
    counts = (result.batch.id, result.total_rows, valid, result.error_rows, result.duplicate_rows)
    table.add_row(*map(str, counts))
    console.print(table)
    for row in refused:
        console.print(f"  row {row.number}: {row.reason}", markup=False, highlight=False)
    more = result.error_rows + result.duplicate_rows - len(refused)
    if more > 0:
        console.print(f"  … and {more} more", markup=False)
    if result.error:
        console.print(f"broke off: {result.error}", markup=False, style="red")
