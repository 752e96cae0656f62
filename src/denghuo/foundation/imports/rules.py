"""What an import kind declares: its columns, how a cell becomes a value, what is checked, how rows are committed.

A room declares its kind in ``tasks.py`` (it is a door to the world) and ``project/wiring.py`` registers it::

    READINGS = rules.ImportKind(
        code="readings", title=_("Meter readings"), permission="readings.import",
        fields=(
            rules.Field("meter", _("Meter number"), aliases=("电能表编号", "表号"), parse=rules.text(20), example="4501000123"),
            rules.Field("total", _("Total register"), aliases=("总示数",), parse=rules.decimal(4), example="12345.67"),
        ),
        key=lambda values: f"{values['meter']}/{values['read_date']}",
        check=check_readings, commit=commit_readings,
    )
    rules.register(READINGS)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated where it is shown."""
    return message


class CellError(ValueError):
    """A cell is not what its column wants. ``message`` is English with ``%(name)s`` places for ``values``."""

    def __init__(self, message: str, **values: str | int) -> None:
        super().__init__(message)
        self.message, self.values = message, values


Parser = Callable[[str], Any]
"""Cell text (full-width folded, trimmed, never empty) → value; raises CellError."""


def text(max_length: int) -> Parser:
    """Text as typed."""

    def parse(cell: str) -> str:
        if len(cell) > max_length:
            raise CellError(_("longer than %(limit)s characters"), limit=max_length)
        return cell

    return parse


def identifier(max_length: int, pattern: str = r"[0-9A-Za-z][0-9A-Za-z-]*") -> Parser:
    """A number that is a name: digits that Excel may have turned into ``12345.0`` or ``1.2E+09`` are refused or mended."""
    compiled = re.compile(pattern)

    def parse(cell: str) -> str:
        if re.fullmatch(r"\d+(\.\d+)?[Ee]\+?\d+", cell):
            raise CellError(_("Excel has shortened this number; format the column as text"))
        cell = re.sub(r"\.0+$", "", cell).replace(" ", "")
        if len(cell) > max_length:
            raise CellError(_("longer than %(limit)s characters"), limit=max_length)
        if not compiled.fullmatch(cell):
            raise CellError(_("not a valid number or code"))
        return cell

    return parse


def decimal(places: int, *, minimum: Decimal | None = None, maximum: Decimal | None = None) -> Parser:
    """An exact decimal number; thousands separators are understood, surplus decimals refused."""

    def parse(cell: str) -> Decimal:
        plain = cell.replace(" ", "")
        if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", plain):
            plain = plain.replace(",", "")
        try:
            value = Decimal(plain)
        except InvalidOperation:
            raise CellError(_("not a number")) from None
        if not value.is_finite() or value.adjusted() > 14:
            raise CellError(_("not a number"))
        if value != round(value, places):
            raise CellError(_("more than %(places)s decimals"), places=places)
        if minimum is not None and value < minimum:
            raise CellError(_("less than %(limit)s"), limit=str(minimum))
        if maximum is not None and value > maximum:
            raise CellError(_("more than %(limit)s"), limit=str(maximum))
        return round(value, places)

    return parse


def integer(*, minimum: int | None = None, maximum: int | None = None) -> Parser:
    """A whole number."""
    exact = decimal(
        0,
        minimum=None if minimum is None else Decimal(minimum),
        maximum=None if maximum is None else Decimal(maximum),
    )
    return lambda cell: int(exact(cell))


_EXCEL_DAY_ZERO = date(1899, 12, 30)
_DAY_FORMS = (
    re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)


def day(cell: str) -> date:
    """2026-09-07, 2026/9/7, 2026.9.7, 2026年9月7日, 20260907, or the serial number Excel keeps (46272)."""
    for form in _DAY_FORMS:
        if found := form.fullmatch(cell):
            try:
                value = date(*map(int, found.groups()))
            except ValueError:
                raise CellError(_("no such day in the calendar")) from None
            if not 1950 <= value.year <= 2100:
                raise CellError(_("the year is out of range"))
            return value
    if re.fullmatch(r"\d{5}(\.0+)?", cell) and 18_264 <= int(cell[:5]) <= 73_415:
        return _EXCEL_DAY_ZERO + timedelta(days=int(cell[:5]))
    raise CellError(_("not a date; write it as 2026-09-07"))


def choice(options: Mapping[str, Any]) -> Parser:
    """One of the words in ``options``, which maps every accepted word to its value."""

    def parse(cell: str) -> Any:
        try:
            return options[cell]
        except KeyError:
            raise CellError(_("must be one of: %(words)s"), words="、".join(map(str, options))) from None

    return parse


boolean: Parser = choice(
    {"是": True, "否": False, "yes": True, "no": False, "1": True, "0": False, "TRUE": True, "FALSE": False}
)


@dataclass(frozen=True)
class Field:
    """A column that a kind understands.

    ``label`` heads the template; ``aliases`` are other headings that are recognised (any language, case and spaces
    do not matter). A missing or empty cell of a field that is not ``required`` gives ``None``.
    """

    name: str
    label: Any
    aliases: Sequence[str] = ()
    required: bool = True
    parse: Parser = attribute(default=text(200))
    example: str = ""
    note: Any = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A parsed row: ``number`` as Excel numbers it, ``values`` by field name (``None`` for an empty optional cell)."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row is not committed. ``field`` names the cell, or is empty for the row as a whole.

    ``duplicate`` marks a row whose effect is there already: counted apart from the errors.
    """

    number: int
    message: str
    field: str = ""
    values: Mapping[str, str | int] = attribute(default_factory=dict)
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """Who imports, what part of the organisation they may touch, with which parameters (parsed), and when."""

    batch_id: int
    actor: Any
    unit_id: str
    parameters: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class ImportKind:
    """One kind of file.

    ``key(values)`` identifies what a row is about; a second row with the same key in a file is a duplicate.
    ``check(rows, context)`` yields the problems of a slice of rows; it is set-based (a few queries for the slice,
    never one a row), must respect ``context.unit_id`` (codes that start with it) and writes nothing.
    ``commit(rows, context)`` writes a slice of checked rows; it runs inside the chunk's transaction, which has just
    called ``check`` again on the same rows, so that what became wrong since the dry run is refused, not written.
    It may return counters to show on the run's page.
    """

    code: str
    title: Any
    permission: str
    fields: tuple[Field, ...]
    key: Callable[[Mapping[str, Any]], str]
    check: Callable[[Sequence[Row], Context], Iterable[RowProblem]]
    commit: Callable[[Sequence[Row], Context], Mapping[str, int] | None]
    parameters: tuple[Field, ...] = ()
    notes: tuple[Any, ...] = ()
    description: Any = ""
    chunk_rows: int = 2_000


_kinds: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> ImportKind:
    """Make a kind known; called by ``project/wiring.py``.

    Raises:
        ValueError: another kind has the code.
    """
    if _kinds.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"there is another import kind {kind.code}")
    return kind


class UnknownKind(LookupError):
    """No such import kind."""


def kind_of(code: str) -> ImportKind:
    """Raises UnknownKind."""
    try:
        return _kinds[code]
    except KeyError:
        raise UnknownKind(code) from None


def recognised(fields: Sequence[Field], headings: Sequence[str]) -> dict[str, int]:
    """Field name → column index, by label, name and aliases; a heading fills one field only."""
    found: dict[str, int] = {}
    for index, heading in enumerate(headings):
        if plain := _plain_heading(heading):
            for known in fields:
                words = (known.name, str(known.label), *known.aliases)
                if known.name not in found and plain in map(_plain_heading, words):
                    found[known.name] = index
                    break
    return found


def _plain_heading(heading: str) -> str:
    """Headings are compared without case, blanks, the mark of a required column, and what stands in brackets."""
    return re.sub(r"[（(].*?[)）]|[\s*＊_：:]", "", str(heading)).lower()


def cell_value(field: Field, cell: str) -> Any:
    """The value of a folded cell; ``None`` for an empty optional one. Raises CellError."""
    if not cell:
        if field.required:
            raise CellError(_("is missing"))
        return None
    return field.parse(cell)


def parsed_row(
    kind: ImportKind, number: int, cells: Sequence[str], mapping: Mapping[str, int], width: int
) -> tuple[dict[str, Any], list[RowProblem]]:
    """The values of a row by field name, and every cell that is wrong."""
    values: dict[str, Any] = {}
    problems: list[RowProblem] = []
    for known in kind.fields:
        index = mapping.get(known.name)
        try:
            values[known.name] = cell_value(known, "" if index is None else cells[index])
        except CellError as error:
            problems.append(RowProblem(number, error.message, known.name, error.values))
    if len(cells) > width:
        problems.append(RowProblem(number, _("the row has more cells than there are headings")))
    return values, problems


def kinds() -> list[ImportKind]:
    return list(_kinds.values())


_NARROW = {0x3000: " ", 0xA0: " ", 0xFEFF: None, 0x200B: None} | {
    code: chr(code - 0xFEE0)
    for code in (
        *range(0xFF10, 0xFF1A),
        *range(0xFF21, 0xFF3B),
        *range(0xFF41, 0xFF5B),
        *map(ord, "．－／：＋％"),
    )
}


def folded(cell: str) -> str:
    """Cell text with full-width letters, digits and spaces made narrow, control characters dropped, trimmed.

    Chinese punctuation stays: a shop's name keeps its full-width brackets.
    """
    plain = cell if cell.isascii() else cell.translate(_NARROW)
    return "".join(c for c in plain if c.isprintable() or c in "\n\t").strip()
