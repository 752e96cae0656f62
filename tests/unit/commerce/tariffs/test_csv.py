"""Price rows as CSV: what goes out comes back, and a bad file is refused with row and column."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from denghuo.commerce.tariffs import frames, operations
from denghuo.engine.pricing import parse

GUANGXI = parse(operations.shipped_documents()["cn-gx"])
HEADER = "id,tariffs,component,voltages,tou,tier,price,valid_from,valid_to,basis,confidence,note\n"


def changed(rows: str, **options):
    return frames.book_with_rows(HEADER + rows, GUANGXI, **options)


def refused(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(frames.FileInvalid) as caught:
        frames.book_with_rows(text, GUANGXI)
    return [(problem.row, problem.column, problem.code) for problem in caught.value.problems]


def test_what_is_exported_comes_back_unchanged():
    text = frames.decoded(frames.price_rows_csv(GUANGXI.prices).encode())
    assert frames.book_with_rows(text, GUANGXI, replace=True) == GUANGXI


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_files_of_both_encodings_are_read(encoding):
    row = "gx-res-t1,residential,list_energy,,,1,0.5383,2025-01-01,,gx-16-2021,V1,桂发改价格\n"
    book = frames.book_with_rows(frames.decoded((HEADER + row).encode(encoding)), GUANGXI)
    assert (book.prices[0].price, book.prices[0].note) == (Decimal("0.5383"), "桂发改价格")


def test_rows_are_put_over_the_version_by_id():
    book = changed("gx-res-t1,residential,list_energy,,,1,0.5383,2025-01-01,,gx-16-2021,V1,\n")
    assert len(book.prices) == len(GUANGXI.prices)
    assert book.prices[1:] == GUANGXI.prices[1:]


def test_a_row_is_removed_by_its_mark():
    text = "id,tariffs,component,price,valid_from,basis,remove\ngx-pv,,,,,,x\n"
    book = frames.book_with_rows(text, GUANGXI)
    assert {p.id for p in GUANGXI.prices} - {p.id for p in book.prices} == {"gx-pv"}


def test_text_that_a_spreadsheet_would_run_is_guarded_and_comes_back():
    row = GUANGXI.prices[0].model_copy(update={"note": "=HYPERLINK(1)"})
    text = frames.price_rows_csv([row])
    assert "'=HYPERLINK" in text
    book = frames.book_with_rows(frames.decoded(text.encode()), GUANGXI)
    assert book.prices[0].note == "=HYPERLINK(1)"


def test_a_negative_price_stays_a_number():
    row = next(p for p in GUANGXI.prices if p.id == "gx-sys-cross-subsidy-2026")
    assert ",-0.0017," in frames.price_rows_csv([row])


@pytest.mark.parametrize(
    "rows, row, column, code",
    [
        ("a,residential,list_energy,,,1,0.5x,2025-01-01,,gx-16-2021,V1,\n", 2, "price", "decimal_parsing"),
        ("a,residential,list_energy,,,1,0.5,2025-13-01,,gx-16-2021,V1,\n", 2, "valid_from", "date_from_datetime_parsing"),
        ("a,residential,list_energy,,noon,1,0.5,2025-01-01,,gx-16-2021,V1,\n", 2, "tou", "enum"),
        ("a,residential,list_energy,11kv,,1,0.5,2025-01-01,,gx-16-2021,V1,\n", 2, "voltages", "enum"),
        ("a,residential,list_energy,,,1,0.5,2025-01-01,,nowhere,V1,\n", 2, "basis", "unknown_code"),
        ("a,nobody,list_energy,,,,0.5,2025-01-01,,gx-16-2021,V1,\n", 2, "tariffs", "unknown_code"),
        ("a,residential_shared,list_energy,,,,0.5,2025-01-01,,gx-16-2021,V1,\n", 2, "valid_from", "overlap"),
        ("a,agricultural,list_energy,,,,0.5,2026-01-01,2025-01-01,gx-agri,U,\n", 2, "valid_to", "empty_validity"),
        ("a,residential\n", 2, "", "cells"),
        ("gx-pv,pv_feed_in,feed_in,,,,0.4,2025-01-01,,ndrc-136-2025,U,\n" * 2, 3, "id", "duplicate"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_by_row_and_column(rows, row, column, code):
    assert (row, column, code) in refused(HEADER + rows)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", (1, "id", "missing_column")),
        ("foo,bar\n1,2\n", (1, "foo", "unknown_column")),
        (HEADER.replace("price", "id"), (1, "id", "column_twice")),
        (HEADER, (0, "", "no_rows")),
        (HEADER + '"unclosed\n', (2, "", "csv")),
        ("id,tariffs,component,price,valid_from,basis,remove\nnothing,,,,,,x\n", (2, "remove", "unknown_id")),
    ],
)
def test_a_bad_file_is_refused(text, expected):
    assert expected in refused(text)


@pytest.mark.parametrize(
    "data, code",
    [(b"", "empty"), (b"  \n", "empty"), (b"PK\x03\x04\x00\x00", "binary"), (b"\xff\xfe\xff", "encoding")],
)
def test_what_is_no_text_is_refused(data, code):
    with pytest.raises(frames.FileInvalid) as caught:
        frames.decoded(data)
    assert caught.value.problems[0].code == code


def test_a_huge_file_is_refused_before_it_is_read():
    with pytest.raises(frames.FileInvalid) as caught:
        frames.decoded(b"x" * (frames.MAX_BYTES + 1))
    assert caught.value.problems[0].code == "too_large"


def test_the_template_in_the_documentation_is_read():
    page = (Path(__file__).parents[4] / "docs/reference/price-book-format.md").read_text(encoding="utf-8")
    template = page.split("```csv\n")[1].split("```")[0]
    assert frames.book_with_rows(template, GUANGXI) == GUANGXI
