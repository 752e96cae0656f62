"""What figures look like."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from denghuo.foundation.ui import formats


@pytest.mark.parametrize(
    "fen, text",
    [
        (0, "0.00"),
        (5, "0.05"),
        (123456, "1,234.56"),
        (-1050, "−10.50"),
        (10**17 + 1, "1,000,000,000,000,000.01"),
        (None, "–"),
    ],
)
def test_money(fen, text):
    assert formats.money(fen) == text


@pytest.mark.parametrize(
    "kwh, text",
    [
        ("2761.50", "2,761.5"),
        ("2760.00", "2,760"),
        ("0.01", "0.01"),
        (0, "0"),
        ("-3.20", "−3.2"),
        (None, "–"),
        ("1000000", "1,000,000"),
    ],
)
def test_energy(kwh, text):
    assert formats.energy(None if kwh is None else Decimal(kwh)) == text


@pytest.mark.parametrize(
    "value, decimals, text",
    [
        ("0.53880000", 2, "0.5388"),
        ("0.5", 2, "0.50"),
        ("100", 0, "100"),
        ("100", None, "100"),
        ("1E+3", 0, "1,000"),
        ("0.00000001", 2, "0.00000001"),
    ],
)
def test_nothing_is_hidden_by_formatting(value, decimals, text):
    assert formats.amount(Decimal(value), decimals) == text


def test_days_and_moments_are_those_of_the_installation():
    instant = datetime(2026, 9, 6, 17, 30, tzinfo=UTC)
    assert formats.day(instant) == "2026-09-07"
    assert formats.moment(instant) == "2026-09-07 01:30"
    assert formats.day(date(2026, 9, 7)) == "2026-09-07"
    assert formats.day(None) == formats.moment(None) == "–"


def test_personal_data_is_masked_by_its_kind():
    assert formats.mask("13812345678", "phone") == "138****5678"
    assert formats.mask("王秀英", "name") == "王*英"
    assert formats.mask("", "phone") == "–"
    with pytest.raises(KeyError):
        formats.mask("x", "nothing")
