"""Excel workbooks: looked over as a packed file before a parser sees them."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from denghuo.foundation.imports.frames.tables import (
    HEADER_WITHIN,
    Limits,
    Score,
    Sheet,
    UnreadableFile,
    column_letters,
    with_header,
)
from denghuo.foundation.imports.rules import _, folded

_DAMAGED = _("The workbook is damaged or incomplete; open it in Excel and save it again.")
_HOSTILE = _("The workbook is built in a way that Excel never builds it (%(why)s); it is refused.")
_MEMBERS = 5_000
_BLOCK, _OVERLAP = 1_000_000, 600
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_ADDRESS = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"']")
_ANY_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_WIDE_GAP = re.compile(rb"\s{300}")
_SHARED_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]{0,200}?\bt\s*=\s*[\"']s[\"'][^>]{0,200}>\s*<(?:\w+:)?v>(\d+)<")
_STRING = re.compile(rb"<(?:\w+:)?si>(.*?)</(?:\w+:)?si>", re.DOTALL)
_SHARED_TEXT_LIMIT = 300_000_000


def read_workbook(file: BinaryIO, score: Score, limits: Limits) -> Sheet:
    """The first visible sheet whose headings are known.

    Raises:
        UnreadableFile: damaged, packed to explode, with macros, or without a known heading.
    """
    _look_over(file, limits)
    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
        names = [
            meta.name
            for meta in book.sheets_metadata
            if meta.visible == SheetVisibleEnum.Visible and meta.typ == SheetTypeEnum.WorkSheet
        ]
        sheets = ((name, book.get_sheet_by_name(name)) for name in names)
        chosen = next((sheet for name, sheet in sheets if _known_headings(sheet, score)), None)
        if chosen is None and names:
            chosen = book.get_sheet_by_name(names[0])
    except CalamineError as error:
        raise UnreadableFile(_DAMAGED) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise UnreadableFile(_DAMAGED) from error
        raise
    if chosen is None:
        raise UnreadableFile(_("The workbook has no visible sheet."))
    sheet = with_header(_rows(chosen), score, "xlsx", limits)
    _refuse_merged(chosen, sheet)
    return sheet


def _known_headings(sheet: CalamineSheet, score: Score) -> bool:
    rows = sheet.to_python(nrows=HEADER_WITHIN)
    return any(score([cell_text(cell) for cell in row]) for row in rows)


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    if sheet.start is None:
        return
    top, left = sheet.start
    padding = [""] * left
    for number, row in enumerate(sheet.iter_rows(), 1):
        yield number, padding + [cell_text(cell) for cell in row]


def cell_text(value: Any) -> str:
    """A cell as a person reads it: at most 15 digits, dates in ISO form."""
    if isinstance(value, str):
        return folded(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return format(value, ".15g")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _refuse_merged(calamine: CalamineSheet, sheet: Sheet) -> None:
    for (top, left), (bottom, right) in calamine.merged_cell_ranges or ():
        if bottom + 1 >= sheet.header_number:
            cells = f"{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}"
            raise UnreadableFile(
                _("The cells %(cells)s are merged; split them and fill each one."), cells=cells
            )


def _look_over(file: BinaryIO, limits: Limits) -> None:
    """Refuse what would hurt the parser, from the packed file alone."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _look_over_members(members, limits)
            area, shared_cells, longest = _look_over_contents(archive, members, limits)
            if area > limits.cells:
                raise UnreadableFile(
                    _(
                        "The sheet spans more than %(limit)s cells; remove empty rows and columns or split it."
                    ),
                    limit=limits.cells,
                )
            if shared_cells * longest > _SHARED_TEXT_LIMIT:
                _weigh_shared_text(archive, members)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        ValueError,
        RuntimeError,
    ) as error:
        raise UnreadableFile(_DAMAGED) from error


def _look_over_members(members: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    names = [member.filename for member in members]
    if not any(name.lower().endswith("workbook.xml") for name in names):
        raise UnreadableFile(_("This packed file is no .xlsx workbook; save the table as .xlsx or CSV."))
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UnreadableFile(_("The workbook contains macros; save it as .xlsx without macros."))
    if len(names) > _MEMBERS or len(set(names)) != len(names):
        raise UnreadableFile(_HOSTILE, why=f"{len(names)} parts")
    for member in members:
        path = PurePosixPath(member.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in member.filename or ":" in member.filename:
            raise UnreadableFile(_HOSTILE, why=f"a part is named {member.filename[:60]}")
        if member.flag_bits & 1:
            raise UnreadableFile(_("The workbook is protected by a password; save it without one."))
        if member.file_size > 5_000_000 and member.file_size > limits.packing_ratio * max(
            member.compress_size, 1
        ):
            raise UnreadableFile(_HOSTILE, why=f"{member.filename[:60]} unpacks {limits.packing_ratio}-fold")
    if sum(member.file_size for member in members) > limits.unpacked_bytes:
        raise UnreadableFile(
            _("Unpacked, the workbook is larger than %(limit)s MB; split it."),
            limit=limits.unpacked_bytes // 1_000_000,
        )


def _look_over_contents(
    archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo], limits: Limits
) -> tuple[int, int, int]:
    """The largest sheet's area in cells, the number of cells with shared text, and the longest shared text in bytes."""
    area = shared_cells = longest = 0
    for member in members:
        if member.filename.lower().endswith((".rels", "workbook.xml", "styles.xml", "[content_types].xml")):
            _parse_defused(archive.read(member), member.filename)
            continue
        extent = _Extent()
        for block in _blocks(archive, member):
            if _DOCTYPE.search(block):
                raise UnreadableFile(_HOSTILE, why=f"{member.filename[:60]} declares entities")
            if member.filename.lower().endswith("sharedstrings.xml"):
                longest = max(longest, max((len(found) for found in _STRING.findall(block)), default=0))
            elif b"<" in block:
                extent.grow(block)
                shared_cells += block.count(b't="s"') + block.count(b"t='s'")
        area = max(area, extent.area)
    return area, shared_cells, longest


class _Extent:
    """The rectangle that the parser would hold in memory, from the addresses of the cells (or their order)."""

    def __init__(self) -> None:
        self.bottom = self.right = self.rows = self.widest = 0

    def grow(self, block: bytes) -> None:
        if _WIDE_GAP.search(block) and _ANY_CELL.search(block):
            raise UnreadableFile(_HOSTILE, why="blanks between the cells")
        addresses = _ADDRESS.findall(block)
        for letters, digits in set(addresses):
            self.bottom = max(self.bottom, int(digits))
            column = 0
            for letter in letters.upper():
                column = column * 26 + letter - 64
            self.right = max(self.right, column)
        self.rows += len(_ROW.findall(block))
        if len(_ANY_CELL.findall(block)) > len(addresses):
            pieces = _ROW.split(block)
            self.widest = max(self.widest, *(2 * len(_ANY_CELL.findall(piece)) for piece in pieces))

    @property
    def area(self) -> int:
        if not self.widest:
            return self.bottom * self.right
        return max(self.bottom, self.rows) * max(self.right, self.widest)


def _blocks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked part in overlapping blocks, never more than its header says (zipfile checks the rest)."""
    with archive.open(member) as part:
        tail = b""
        while block := part.read(_BLOCK):
            yield tail + block
            tail = block[-_OVERLAP:]


def _parse_defused(content: bytes, name: str) -> None:
    try:
        ElementTree.fromstring(content, forbid_dtd=True)
    except (DefusedXmlException, LookupError) as error:
        raise UnreadableFile(_HOSTILE, why=f"{name[:60]} declares entities") from error
    except ElementTree.ParseError as error:
        raise UnreadableFile(_DAMAGED) from error


def _weigh_shared_text(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse a small file whose cells all repeat a long text: the parser would write each one out."""
    lengths: list[int] = []
    for member in members:
        if member.filename.lower().endswith("sharedstrings.xml"):
            lengths = [len(found) for found in _STRING.findall(archive.read(member))]
    weight = 0
    for member in members:
        if not member.filename.lower().endswith("sharedstrings.xml"):
            for block in _blocks(archive, member):
                for index in _SHARED_CELL.findall(block):
                    weight += lengths[int(index)] if int(index) < len(lengths) else 0
                if weight > _SHARED_TEXT_LIMIT:
                    raise UnreadableFile(_HOSTILE, why="long texts are repeated too often")
