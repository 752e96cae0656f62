"""Read a CSV file or an Excel workbook without trusting it."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO

from denghuo.foundation.imports.frames.tables import Limits, Score, Sheet, UnreadableFile, with_header
from denghuo.foundation.imports.frames.workbooks import read_workbook
from denghuo.foundation.imports.frames.writing import unguarded
from denghuo.foundation.imports.rules import _, folded

__all__ = ["Limits", "Sheet", "UnreadableFile", "read"]

_DELIMITERS = (",", "\t", ";", "|")
_OLE = b"\xd0\xcf\x11\xe0"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read(file: BinaryIO, score: Score, limits: Limits | None = None) -> Sheet:
    """The table in ``file``, whatever its name says: the content decides whether it is a workbook or text.

    Rows are read as the result is iterated; the iteration can raise UnreadableFile as well.

    Raises:
        UnreadableFile: with a message that says what to do.
    """
    limits = limits or Limits()
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if not size:
        raise UnreadableFile(_("The file is empty."))
    if size > limits.size_bytes:
        raise UnreadableFile(
            _("The file is larger than %(limit)s MB; split it and send the parts."),
            limit=limits.size_bytes // 1_000_000,
        )
    head = file.read(8)
    file.seek(0)
    if head.startswith(b"PK"):
        return read_workbook(file, score, limits)
    if head.startswith(_OLE):
        raise UnreadableFile(
            _("This is an old .xls workbook or one with a password; save it as .xlsx without a password.")
        )
    encoding = _encoding(file)
    return with_header(_records(file, encoding), score, encoding.replace("-sig", ""), limits)


def _encoding(file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(4096)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    if b"\0" in head:
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) > 0.2 * len(head) / 2 and min(even, odd) < 0.02 * len(head):
            return "utf-16-le" if odd > even else "utf-16-be"
        raise UnreadableFile(_("This is neither a text file nor an .xlsx workbook."))
    return _encoding_of_lines(file)


def _encoding_of_lines(file: BinaryIO) -> str:
    """UTF-8 or GB18030, judged line by line so that a file that mixes both is found out."""
    file.seek(0)
    utf8_line = gb_line = 0
    chinese_in_utf8 = False
    for number, line in enumerate(file, start=1):
        if b"\0" in line:
            raise UnreadableFile(_("Line %(line)s holds bytes that are no text."), line=number)
        if line.isascii():
            continue
        try:
            decoded = line.decode()
            utf8_line = utf8_line or number
            chinese_in_utf8 = chinese_in_utf8 or any(c > "\u07ff" for c in decoded)
        except UnicodeDecodeError:
            _refuse_unless_gb18030(line, number)
            gb_line = gb_line or number
    if gb_line and chinese_in_utf8:
        raise UnreadableFile(
            _(
                "The file mixes two encodings: line %(utf8)s is UTF-8, line %(gb)s is GB18030. Save it again in one."
            ),
            utf8=utf8_line,
            gb=gb_line,
        )
    return "gb18030" if gb_line else "utf-8"


def _refuse_unless_gb18030(line: bytes, number: int) -> None:
    try:
        decoded = line.decode("gb18030")
    except UnicodeDecodeError:
        decoded = "\ufffd"
    if any(unicodedata.category(c) in ("Co", "Cn") or c == "\ufffd" for c in decoded if not c.isascii()):
        raise UnreadableFile(
            _("Line %(line)s is neither UTF-8 nor GB18030 text; save the file as UTF-8 CSV or as .xlsx."),
            line=number,
        )


def _records(file: BinaryIO, encoding: str) -> Iterator[tuple[int, list[str]]]:
    """Records with their numbers; a cell with line breaks is one row, as Excel counts."""
    file.seek(0)
    delimiter, skip = _delimiter(file, encoding)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    number = 0
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=delimiter, strict=True), start=1):
            if number > skip:
                yield number, [folded(unguarded(cell)) for cell in cells]
    except csv.Error as error:
        raise UnreadableFile(
            _("Row %(row)s is not well-formed CSV (%(why)s); look for a quotation mark without its partner."),
            row=number + 1,
            why=str(error),
        ) from error
    except UnicodeError as error:
        raise UnreadableFile(
            _("The text breaks off in the middle of a character after row %(row)s."), row=number
        ) from error
    finally:
        text.detach()


def _delimiter(file: BinaryIO, encoding: str) -> tuple[str, int]:
    """The delimiter that gives the first rows the most columns, and how many rows to skip (Excel's ``sep=;``)."""
    sample = codecs.getincrementaldecoder(encoding)(errors="replace").decode(file.read(65_536))
    first = sample.split("\n", 1)[0].strip()
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], 1
    lines = sample.splitlines()[:20]

    def columns(delimiter: str) -> int:
        try:
            return max((len(cells) for cells in csv.reader(lines, delimiter=delimiter)), default=0)
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=lambda delimiter: (columns(delimiter), -_DELIMITERS.index(delimiter))), 0
