"""Write tables that nobody's spreadsheet program will execute."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

import xlsxwriter

_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d*)?")


def guarded(cell: str) -> str:
    """Text that a spreadsheet program would take for a formula gets an apostrophe before it; numbers stay."""
    if cell.startswith(_FORMULA_START) and not _PLAIN_NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def unguarded(cell: str) -> str:
    """Take off the apostrophe that ``guarded`` put there."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_START) else cell


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte-order mark, so that Excel shows Chinese."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([guarded(column) for column in columns])
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def write_xlsx(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    notes: Iterable[Sequence[str]] = (),
    notes_title: str = "",
    marked: Sequence[int] = (),
) -> bytes:
    """A workbook whose cells are all text; ``marked`` columns stand out; ``notes`` fill a second sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    head = book.add_format(
        {"bold": True, "bg_color": "#fdf0dc", "border": 1, "border_color": "#d9dce3", "num_format": "@"}
    )
    marked_head = book.add_format(
        {"bold": True, "bg_color": "#fde2e2", "border": 1, "border_color": "#d9dce3"}
    )
    text, wrapped = (
        book.add_format({"num_format": "@"}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    sheet = book.add_worksheet(_sheet_name(title))
    for index, column in enumerate(columns):
        sheet.set_column(index, index, 40 if index in marked else max(12, min(40, 2 * len(column) + 4)), text)
        sheet.write_string(0, index, column, marked_head if index in marked else head)
    for number, row in enumerate(rows, start=1):
        for index, cell in enumerate(row):
            if cell:
                sheet.write_string(number, index, cell, text)
    sheet.freeze_panes(1, 0)
    if notes_title:
        second = book.add_worksheet(_sheet_name(notes_title))
        second.set_column(0, 4, 28, wrapped)
        for number, note in enumerate(notes):
            for index, cell in enumerate(note):
                second.write_string(number, index, cell, head if number == 0 else wrapped)
    book.close()
    return out.getvalue()


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or "1"
