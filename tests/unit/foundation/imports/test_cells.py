"""How a cell becomes a value."""

from __future__ import annotations

from datetime import date

import pytest

from denghuo.foundation.imports import rules


@pytest.mark.parametrize(
    "cell, value",
    [
        ("2026-09-07", date(2026, 9, 7)),
        ("2026/9/7", date(2026, 9, 7)),
        ("2026.09.07", date(2026, 9, 7)),
        ("2026年9月7日", date(2026, 9, 7)),
        ("20260907", date(2026, 9, 7)),
        ("46272", date(2026, 9, 7)),
        ("46272.0", date(2026, 9, 7)),
        ("2026-09-07 00:00:00", date(2026, 9, 7)),
        ("2028-02-29", date(2028, 2, 29)),
    ],
)
def test_days(cell, value):
    assert rules.day(cell) == value


@pytest.mark.parametrize(
    "cell", ["2026-02-29", "7.9.2026", "09/07/26", "soon", "1026-09-07", "99999", "2026-13-01"]
)
def test_what_is_no_day(cell):
    with pytest.raises(rules.CellError):
        rules.day(cell)


@pytest.mark.parametrize(
    "cell, value",
    [
        ("12", "12.0000"),
        ("1,234.5", "1234.5000"),
        ("-0.5", "-0.5000"),
        ("1e3", "1000.0000"),
        ("+7", "7.0000"),
        (".5", "0.5000"),
    ],
)
def test_decimals(cell, value):
    assert str(rules.decimal(4)(cell)) == value


@pytest.mark.parametrize(
    "cell", ["1,23", "12..3", "NaN", "Infinity", "1e400", "十二", "0.12345", "=1+1", "1 2a", "--1"]
)
def test_what_is_no_decimal(cell):
    with pytest.raises(rules.CellError):
        rules.decimal(4)(cell)


def test_bounds_are_part_of_the_message():
    with pytest.raises(rules.CellError) as caught:
        rules.integer(minimum=1, maximum=31)("32")
    assert caught.value.values == {"limit": "31"}


@pytest.mark.parametrize(
    "cell, value",
    [("45010001", "45010001"), ("45010001.0", "45010001"), ("A-12", "A-12"), ("4501 0001", "45010001")],
)
def test_identifiers(cell, value):
    assert rules.identifier(20)(cell) == value


@pytest.mark.parametrize("cell", ["1.23456789012346e+17", "1E+20", "12;3", "=12", "'", "x" * 21, "-1"])
def test_what_is_no_identifier(cell):
    with pytest.raises(rules.CellError):
        rules.identifier(20)(cell)


def test_full_width_digits_become_narrow_and_chinese_brackets_stay():
    assert rules.folded("　４５０１－Ａ　 ") == "4501-A"
    assert rules.folded("陈记（面馆），店") == "陈记（面馆），店"
    assert rules.folded("a\u200bb\x00\x1b") == "ab"


def test_headings_are_recognised_whatever_their_dress():
    fields = (
        rules.Field("meter", "电能表编号", ("表号", "meter no")),
        rules.Field("total", "总示数", ("示数(总)",)),
    )
    assert rules.recognised(fields, ["* 表 号（必填）", "总示数(kWh)"]) == {"meter": 0, "total": 1}
    assert rules.recognised(fields, ["METER NO", "METER"]) == {"meter": 0}
    assert rules.recognised(fields, ["", "用户"]) == {}


def test_a_row_with_surplus_cells_is_an_error_not_a_shift():
    kind = rules.ImportKind("k", "k", "p", (rules.Field("a", "a"),), str, lambda r, c: (), lambda r, c: None)
    values, problems = rules.parsed_row(kind, 7, ["x", "", "y"], {"a": 0}, 2)
    assert values == {"a": "x"}
    assert [(p.number, p.field) for p in problems] == [(7, "")]


def test_one_kind_a_code():
    kind = rules.ImportKind("once", "k", "p", (), str, lambda r, c: (), lambda r, c: None)
    assert rules.register(kind) is rules.register(kind)
    with pytest.raises(ValueError, match="another"):
        rules.register(rules.ImportKind("once", "k", "p", (), str, lambda r, c: (), lambda r, c: None))
    with pytest.raises(rules.UnknownKind):
        rules.kind_of("nothing")
