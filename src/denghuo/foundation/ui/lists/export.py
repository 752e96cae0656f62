"""Lists as files: CSV for programs and Excel, xlsx for people. Text can never turn into a formula."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.utils import timezone, translation

from denghuo.foundation.ui import formats
from denghuo.foundation.ui.lists.columns import Column, Plain

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
SHEET_ROWS = 1_048_576
CELL_CHARACTERS = 32_767
_LARGEST_EXACT = 2**53

Listener = Callable[[HttpRequest, str, str], None]
_listeners: list[Listener] = []


def on_export(listener: Listener) -> None:
    """Tell ``listener(request, name, kind)`` of every export, before the first row leaves."""
    if listener not in _listeners:
        _listeners.append(listener)


def announce(request: HttpRequest, name: str, kind: str) -> None:
    for listener in _listeners:
        listener(request, name, kind)


def guarded(text: str) -> str:
    """Text that a spreadsheet will not run: a leading apostrophe where it would start a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_text(value: Plain) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case int() | Decimal():
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
        case datetime():
            return formats.moment(value, seconds=True)
        case date():
            return value.isoformat()
        case _:
            return guarded(str(value))


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_csv(columns: Sequence[Column], rows: Iterable[Any], name: str) -> StreamingHttpResponse:
    """A CSV in UTF-8 with a byte order mark, so that Excel reads the Chinese right."""
    language = translation.get_language()

    def lines() -> Iterator[str]:
        writer = csv.writer(_Line(), lineterminator="\r\n")
        with translation.override(language):
            yield "\ufeff" + writer.writerow([guarded(str(column.label)) for column in columns])
            for row in rows:
                yield writer.writerow([csv_text(column.plain(row)) for column in columns])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def as_xlsx(columns: Sequence[Column], rows: Iterable[Any], name: str) -> FileResponse:
    """A workbook written row by row to a temporary file; a new sheet begins where one is full."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # FileResponse closes it
    _write_workbook(file, columns, rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx")


def _write_workbook(file: IO[bytes], columns: Sequence[Column], rows: Iterable[Any]) -> None:
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    looks = {
        "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#f3efe7"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "figure": book.add_format({"num_format": "#,##0.########"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    sheet, line = _new_sheet(book, columns, looks), 1
    for row in rows:
        if line == SHEET_ROWS:
            sheet, line = _new_sheet(book, columns, looks), 1
        for position, column in enumerate(columns):
            _write_cell(sheet, line, position, column, column.plain(row), looks)
        line += 1
    book.close()


def _new_sheet(book: Any, columns: Sequence[Column], looks: dict[str, Any]) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(columns) - 1, 18)
    for position, column in enumerate(columns):
        sheet.write_string(0, position, str(column.label), looks["head"])
    return sheet


def _write_cell(
    sheet: Any, line: int, position: int, column: Column, value: Plain, looks: dict[str, Any]
) -> None:
    match value:
        case None:
            return
        case datetime():
            local = timezone.localtime(value) if value.tzinfo else value
            sheet.write_datetime(line, position, local.replace(tzinfo=None), looks["moment"])
        case date():
            sheet.write_datetime(line, position, datetime(value.year, value.month, value.day), looks["day"])  # noqa: DTZ001
        case int() | Decimal() if -_LARGEST_EXACT < value < _LARGEST_EXACT and not isinstance(value, bool):
            look = looks["money"] if column.kind in ("money", "yuan") else looks["figure"]
            sheet.write_number(line, position, float(value), look)
        case _:
            sheet.write_string(line, position, str(value)[:CELL_CHARACTERS])
