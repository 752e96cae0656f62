"""Files as people bring them, good and bad."""

from __future__ import annotations

import io
import random
import resource
import time
import zipfile
from datetime import date

import pytest

from denghuo.foundation.imports import frames, rules
from tests.cast.imports import HEADINGS, TEAMS, csv_file, teams, xlsx_file

ROW = ("450101", "抄表一班", "2026-09-07")


def read(file: io.BytesIO, limits: frames.Limits | None = None):
    sheet = frames.read(file, lambda cells: len(rules.recognised(TEAMS.fields, cells)), limits)
    return sheet, list(sheet.rows)


def refusal(file: io.BytesIO, limits: frames.Limits | None = None) -> str:
    with pytest.raises(frames.UnreadableFile) as caught:
        read(file, limits)
    text = str(caught.value)
    assert text
    assert "%(" not in text
    return text


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_text_in_every_usual_dress(encoding, delimiter):
    sheet, rows = read(csv_file([HEADINGS, ROW], encoding, delimiter))
    assert sheet.columns == list(HEADINGS)
    assert rows == [(2, list(ROW))]


def test_the_word_that_fools_notepad():
    """联通 in GB18030 happens to be valid UTF-8; the rest of the file decides."""
    _sheet, rows = read(csv_file([HEADINGS, ("450101", "联通", "")], "gb18030"))
    assert rows[0][1][1] == "联通"


def test_rows_are_numbered_as_excel_numbers_them():
    text = '抄表清单,,\r\n,,\r\n班组编号,班组名称,成立日期\r\n\r\n450101,"上\n下",\r\n450102,b,\r\n'
    sheet, rows = read(io.BytesIO(text.encode()))
    assert sheet.header_number == 3
    assert [(number, cells[1]) for number, cells in rows] == [(5, "上\n下"), (6, "b")]


def test_the_hint_for_excel_is_not_a_row():
    _sheet, rows = read(io.BytesIO("sep=;\r\n班组编号;班组名称\r\n1;a,b\r\n".encode()))
    assert rows == [(3, ["1", "a,b"])]


def test_cells_of_a_workbook_as_a_person_reads_them():
    def fill(book, sheet):
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.merge_range(0, 0, 0, 2, "班组一览")
        sheet.write_row(1, 0, HEADINGS)
        sheet.write_row(2, 0, ["００４５", 0.1 + 0.2])
        sheet.write_datetime(2, 2, date(2026, 9, 7), day)
        sheet.write(4, 0, 45010001.0)
        sheet.write_formula(4, 1, "=1+1", None, "算好的值")
        sheet.write_number(4, 2, 46272)
        sheet.write_string(5, 0, "=1+1")
        sheet.write_number(5, 1, 123456789012345678)

    sheet, rows = read(xlsx_file(fill))
    assert (sheet.header_number, sheet.encoding) == (2, "xlsx")
    assert rows == [
        (3, ["0045", "0.3", "2026-09-07"]),
        (5, ["45010001", "算好的值", "46272"]),
        (6, ["=1+1", "1.23456789012346e+17", ""]),
    ]


def test_the_sheet_with_known_headings_is_taken():
    def fill(book, sheet):
        sheet.write(0, 0, "填写说明")
        book.add_worksheet("清单").write_row(0, 0, HEADINGS)
        book.get_worksheet_by_name("清单").write_row(1, 0, ROW)

    assert read(xlsx_file(fill))[1] == [(2, list(ROW))]


def workbook(rows=(HEADINGS, ROW)) -> io.BytesIO:
    def fill(book, sheet):
        for index, row in enumerate(rows):
            sheet.write_row(index, 0, row)

    return xlsx_file(fill)


def repacked(change) -> io.BytesIO:
    """The workbook with parts changed: ``change(name, content) -> content | None``."""
    out = io.BytesIO()
    with zipfile.ZipFile(workbook()) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if (content := change(name, old.read(name))) is not None:
                new.writestr(name, content)
    out.seek(0)
    return out


def with_part(name: str, content: bytes) -> io.BytesIO:
    out = workbook()
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    out.seek(0)
    return out


def sheet_xml(rows: bytes) -> io.BytesIO:
    whole = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + rows
        + b"</sheetData></worksheet>"
    )
    return repacked(lambda name, old: whole if name.endswith("sheet1.xml") else old)


BILLION_LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
BAD_FILES = {
    "empty": lambda: io.BytesIO(b""),
    "only blanks": lambda: io.BytesIO(b" \r\n,,\r\n"),
    "only a heading": lambda: csv_file([HEADINGS]),
    "wrong heading": lambda: csv_file([("户号", "户名"), ("1", "2")]),
    "no heading": lambda: csv_file([ROW]),
    "heading twice": lambda: csv_file([("班组编号", "班组名称", "班组编号"), ROW]),
    "binary": lambda: io.BytesIO(bytes(range(256)) * 40),
    "picture": lambda: io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(2000)),
    "latin-1": lambda: io.BytesIO("班组编号,班组名称\r\n".encode() + b"1,caf\xe9\r\n"),
    "mixed encodings": lambda: io.BytesIO(
        "班组编号,班组名称\r\n".encode() + "1,抄表二班\r\n".encode("gb18030")
    ),
    "open quote": lambda: io.BytesIO('班组编号,班组名称\r\n1,"没有关上\r\n2,b\r\n'.encode()),
    "quote inside": lambda: io.BytesIO('班组编号,班组名称\r\n1,"a"b\r\n'.encode()),
    "NUL inside": lambda: io.BytesIO("班组编号,班组名称\r\n1,a".encode() + b"\r\n" * 5000 + b"2,\0\r\n"),
    "utf-16 cut": lambda: io.BytesIO(csv_file([HEADINGS, ROW], "utf-16").getvalue()[:-1]),
    "huge cell": lambda: csv_file([HEADINGS, ("450101", "x" * 5000, "")]),
    "old xls": lambda: io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)),
    "truncated xlsx": lambda: io.BytesIO(workbook().getvalue()[:-300]),
    "half xlsx": lambda: io.BytesIO(workbook().getvalue()[:1500]),
    "zip, no workbook": lambda: repacked(lambda name, old: None if "workbook" in name else old),
    "no sheet part": lambda: repacked(lambda name, old: None if "sheet1.xml" in name else old),
    "broken xml": lambda: repacked(lambda name, old: old[:-40] if name == "xl/workbook.xml" else old),
    "broken sheet": lambda: repacked(
        lambda name, old: old[: len(old) // 2] + b"<<<" if "sheet1" in name else old
    ),
    "macros": lambda: with_part("xl/vbaProject.bin", b"x" * 100),
    "path upwards": lambda: with_part("../../etc/passwd", b"x"),
    "absolute path": lambda: with_part("/etc/passwd", b"x"),
    "windows path": lambda: with_part("C:\\boot.ini", b"x"),
    "zip bomb": lambda: with_part("xl/media/bomb.bin", bytes(60_000_000)),
    "entities": lambda: repacked(lambda name, old: BILLION_LAUGHS if name == "xl/workbook.xml" else old),
    "entities in the sheet": lambda: repacked(lambda name, old: BILLION_LAUGHS if "sheet1" in name else old),
    "entities in the strings": lambda: repacked(
        lambda name, old: BILLION_LAUGHS if "sharedStrings" in name else old
    ),
    "far corner": lambda: sheet_xml(
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "far corner, hidden address": lambda: sheet_xml(
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c'
        + b" " * 900
        + b'r="XFD1048576"><v>1</v></c></row>'
    ),
    "wide and long without addresses": lambda: sheet_xml(
        b"<row>" + b"<c><v>1</v></c>" * 9000 + b"</row>" + b"<row><c><v>1</v></c></row>" * 9000
    ),
    "merged cells": lambda: xlsx_file(
        lambda book, sheet: (sheet.write_row(0, 0, HEADINGS), sheet.merge_range(1, 0, 2, 0, "450101"))
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_files_are_refused_with_a_reason(name):
    assert refusal(BAD_FILES[name]())


def test_long_texts_repeated_by_every_cell_are_refused():
    long = (
        b"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><si><t>"
        + b"x" * 60_000
        + b"</t></si></sst>"
    )
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 8000))
    start = zipfile.ZipFile(sheet_xml(cells))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in start.namelist():
            new.writestr(name, long if "sharedStrings" in name else start.read(name))
    assert "repeated" in refusal(out)


def test_limits_are_named_in_the_message():
    assert "3 rows" in refusal(csv_file(teams(4)), frames.Limits(rows=3))
    assert "1 MB" in refusal(io.BytesIO(b"x" * 1_000_001), frames.Limits(size_bytes=1_000_000))
    assert "2 columns" in refusal(csv_file([HEADINGS, ROW]), frames.Limits(columns=2))
    assert "cells" in refusal(workbook(teams(20)), frames.Limits(cells=30))


def test_damaged_files_end_in_a_reason_quickly_and_small():
    """Random damage to good files: a table or a readable refusal, never another exception."""
    seed = 20260907
    chance = random.Random(seed)
    originals = [
        workbook(teams(30)).getvalue(),
        csv_file(teams(30), "gb18030").getvalue(),
        csv_file(teams(30)).getvalue(),
    ]
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(100):
        damaged = bytearray(chance.choice(originals))
        for _ in range(chance.randint(1, 12)):
            where = chance.randrange(len(damaged))
            match chance.randrange(4):
                case 0:
                    damaged[where] = chance.randrange(256)
                case 1:
                    del damaged[where : where + chance.randrange(200)]
                case 2:
                    damaged[where:where] = chance.randbytes(chance.randrange(50))
                case 3:
                    damaged[where:where] = damaged[max(0, where - 300) : where]
            damaged = damaged or bytearray(b"x")
        try:
            read(io.BytesIO(bytes(damaged)))
        except frames.UnreadableFile as error:
            assert str(error), f"seed {seed}, file {number}"
    assert time.monotonic() - began < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-x", "@SUM(A1)", "\t=1"])
def test_formulas_are_written_as_text_and_read_back_as_they_were(cell):
    assert frames.guarded(cell) == "'" + cell
    assert frames.unguarded(frames.guarded(cell)) == cell
    written = frames.write_csv(["班组编号", "班组名称"], [("1", cell)])
    assert f",'{cell}" in written.decode()
    assert read(io.BytesIO(written))[1][0][1][1] == rules.folded(cell)
    book = frames.write_xlsx("x", ["班组编号", "班组名称"], [("1", cell)])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert read(io.BytesIO(book))[1][0][1][1] == rules.folded(cell)


@pytest.mark.parametrize("cell", ["-12.50", "+3", "1,234.00", "'t Hart", "abc"])
def test_numbers_and_names_are_left_alone(cell):
    assert frames.guarded(cell) == cell
    assert frames.unguarded(cell) == cell
