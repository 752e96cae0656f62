"""Price books as text: the canonical JSON, and price rows as CSV.

The format is documented in ``docs/reference/price-book-format.md``.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from denghuo.engine.pricing.book import BookInvalid, Price, PriceBook, Problem, parse, problems_of

CSV_COLUMNS = (
    "id",
    "tariffs",
    "component",
    "voltages",
    "tou",
    "tier",
    "price",
    "valid_from",
    "valid_to",
    "basis",
    "confidence",
    "note",
)
REMOVE = "remove"
MAX_BYTES = 5_000_000
MAX_ROWS = 50_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TEXTS = ("id", "tariffs", "component", "basis", "note")


@dataclass(frozen=True)
class RowProblem:
    """One thing wrong in an uploaded file. ``row`` counts as a spreadsheet does: the header is row 1; 0 is the file."""

    row: int
    column: str
    message: str
    code: str = ""


class FileInvalid(ValueError):
    """An uploaded price file that cannot become a draft; ``problems`` lists why."""

    def __init__(self, problems: list[RowProblem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.row}:{p.column} {p.message}" for p in problems[:5]))


def document_text(book: PriceBook) -> str:
    """The canonical JSON of a book: one row a line, so that two versions compare line by line."""
    data = book.model_dump(mode="json", by_alias=True)
    parts = []
    for key, value in data.items():
        if isinstance(value, list) and value:
            rows = ",\n".join(f"    {_compact(row)}" for row in value)
            parts.append(f"  {_compact(key)}: [\n{rows}\n  ]")
        else:
            parts.append(f"  {_compact(key)}: {_compact(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def decoded(data: bytes) -> str:
    """The text of an uploaded file: UTF-8 (with or without mark) or GB18030.

    Raises:
        FileInvalid: empty, too large, binary, or in another encoding.
    """
    if not data.strip():
        raise FileInvalid([RowProblem(0, "", _("The file is empty."), "empty")])
    if len(data) > MAX_BYTES:
        raise FileInvalid([RowProblem(0, "", _("The file is larger than 5 MB."), "too_large")])
    if b"\x00" in data:
        message = _("This is not a text file. Save the sheet as CSV, or upload the JSON document.")
        raise FileInvalid([RowProblem(0, "", message, "binary")])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    message = _("The file is neither UTF-8 nor GB18030 text.")
    raise FileInvalid([RowProblem(0, "", message, "encoding")])


def price_rows_csv(prices: Iterable[Price]) -> str:
    """Price rows as CSV with a byte-order mark, which spreadsheets need to read Chinese."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for price in prices:
        row = price.model_dump(mode="json")
        writer.writerow([_cell(name, row[name]) for name in CSV_COLUMNS])
    return out.getvalue()


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    text = " ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if name in _TEXTS and text.startswith(_FORMULA) else text


def book_with_rows(text: str, base: PriceBook, *, replace: bool = False) -> PriceBook:
    """``base`` with the price rows of a CSV: a known id changes its row, a new one is added, ``remove`` drops it.

    With ``replace`` the file's rows are all the rows there are.

    Raises:
        FileInvalid: with every problem by row and column.
    """
    found, removed, problems = _read(text)
    if problems:
        raise FileInvalid(problems)
    known = {} if replace else {price.id: price for price in base.prices}
    for row_number, price_id in removed.items():
        if known.pop(price_id, None) is None:
            message = _("There is no price row “%(id)s” to remove.") % {"id": price_id}
            problems.append(RowProblem(row_number, REMOVE, message, "unknown_id"))
    if problems:
        raise FileInvalid(problems)
    rows = {price.id: row for row, price in found.items()}
    known |= {price.id: price for price in found.values()}
    book = base.model_copy(update={"prices": list(known.values())})
    try:
        return parse(book.model_dump(mode="json", by_alias=True))
    except BookInvalid as error:
        ids = list(known)
        raise FileInvalid([_in_file(problem, ids, rows) for problem in error.problems]) from error


def _in_file(problem: Problem, ids: list[str], rows: Mapping[str, int]) -> RowProblem:
    """A problem of the whole book, at the row of the file that it is about (row 0: not in the file)."""
    head, _dot, column = problem.path.partition(".")
    if head.startswith("prices["):
        index = int(head[len("prices[") : -1])
        row = rows.get(ids[index], 0)
        if row:
            return RowProblem(row, column.split("[")[0], problem.message, problem.code)
    return RowProblem(0, problem.path, problem.message, problem.code)


def _read(text: str) -> tuple[dict[int, Price], dict[int, str], list[RowProblem]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    problems: list[RowProblem] = []
    found: dict[int, Price] = {}
    removed: dict[int, str] = {}
    seen: dict[str, int] = {}
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        problems += _header_problems(header)
        if problems:
            return found, removed, problems
        for number, cells in enumerate(reader, start=2):
            if number > MAX_ROWS:
                problems.append(RowProblem(number, "", _("The file has too many rows."), "too_many"))
                break
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                message = _("Expected %(expected)d cells, found %(found)d.") % {
                    "expected": len(header),
                    "found": len(cells),
                }
                problems.append(RowProblem(number, "", message, "cells"))
                continue
            _take_row(number, dict(zip(header, cells, strict=True)), seen, found, removed, problems)
    except csv.Error as error:
        message = _("The file is not proper CSV: %(error)s") % {"error": error}
        problems.append(RowProblem(reader.line_num, "", message, "csv"))
    if not (found or removed or problems):
        problems.append(RowProblem(0, "", _("The file has a header but no rows."), "no_rows"))
    return found, removed, problems


def _header_problems(header: list[str]) -> list[RowProblem]:
    problems = []
    known = {*CSV_COLUMNS, REMOVE}
    for name in header:
        if name not in known:
            message = _("Unknown column “%(name)s”.") % {"name": name[:60]}
            problems.append(RowProblem(1, name[:60], message, "unknown_column"))
    for name in sorted({name for name in header if header.count(name) > 1}):
        problems.append(RowProblem(1, name, _("The column appears twice."), "column_twice"))
    for name in ("id", "tariffs", "component", "price", "valid_from", "basis"):
        if name not in header:
            problems.append(RowProblem(1, name, _("The column is missing."), "missing_column"))
    return problems


def _take_row(
    number: int,
    cells: dict[str, str],
    seen: dict[str, int],
    found: dict[int, Price],
    removed: dict[int, str],
    problems: list[RowProblem],
) -> None:
    cells = {name: _unguarded(cell.strip()) for name, cell in cells.items()}
    price_id = cells["id"]
    if price_id in seen:
        message = _("“%(id)s” is already used in row %(row)d.") % {"id": price_id, "row": seen[price_id]}
        problems.append(RowProblem(number, "id", message, "duplicate"))
        return
    seen[price_id] = number
    if cells.get(REMOVE):
        removed[number] = price_id
        return
    row: dict[str, Any] = {name: cells[name] for name in CSV_COLUMNS if cells.get(name)}
    for name in ("tariffs", "voltages"):
        if name in row:
            row[name] = row[name].split()
    if row.get("tier", "").isascii() and row.get("tier", "").isdecimal():
        row["tier"] = int(row["tier"])
    try:
        found[number] = Price.model_validate(row)
    except ValidationError as error:
        for problem in problems_of(error):
            column = problem.path.split("[")[0].split(".")[0]
            problems.append(RowProblem(number, column, problem.message, problem.code))


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
