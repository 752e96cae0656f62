"""Amounts in capitals, as an accountant writes them."""

from __future__ import annotations

import pytest

from denghuo.kernel.capital_amount import DIGITS, chinese_capital_amount


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (11, "壹角壹分"),
        (100, "壹元整"),
        (101, "壹元零壹分"),
        (110, "壹元壹角整"),
        (1000, "壹拾元整"),
        (1010, "壹拾元零壹角整"),
        (10_000, "壹佰元整"),
        (10_500, "壹佰零伍元整"),
        (100_100, "壹仟零壹元整"),
        (123_456, "壹仟贰佰叁拾肆元伍角陆分"),
        (1_000_000, "壹万元整"),
        (1_000_100, "壹万零壹元整"),
        (1_050_000, "壹万零伍佰元整"),
        (10_500_000, "壹拾万伍仟元整"),
        (39_345_972, "叁拾玖万叁仟肆佰伍拾玖元柒角贰分"),
        (10_000_000_000, "壹亿元整"),
        (10_000_010_000, "壹亿零壹佰元整"),
        (10_001_000_000, "壹亿零壹万元整"),
        (1_000_000_000_000, "壹佰亿元整"),
        (10**14, "壹万亿元整"),
        (-253_509, "负贰仟伍佰叁拾伍元零玖分"),
    ],
)
def test_an_amount_in_capitals(fen, text):
    assert chinese_capital_amount(fen) == text


def _value(text: str) -> int:
    """Read capitals back, digit by digit: slow and obvious."""
    sign = -1 if text.startswith("负") else 1
    total = section = digit = 0
    large = 0
    for sign_character in text.removeprefix("负"):
        if sign_character in DIGITS:
            digit = DIGITS.index(sign_character)
        elif sign_character in "拾佰仟":
            section += digit * 10 ** ("拾佰仟".index(sign_character) + 1)
            digit = 0
        elif sign_character == "万":
            total += (section + digit) * 10_000
            section = digit = 0
        elif sign_character == "亿":
            large = (total + section + digit) * 10**8
            total = section = digit = 0
        elif sign_character == "元":
            large, total, section, digit = (large + total + section + digit) * 100, 0, 0, 0
        elif sign_character == "角":
            large, digit = large + digit * 10, 0
        elif sign_character == "分":
            large, digit = large + digit, 0
    return sign * large


@pytest.mark.parametrize("seed", range(20))
def test_capitals_read_back_to_the_same_amount(seed):
    import random

    numbers = random.Random(seed)
    for _ in range(200):
        fen = numbers.randrange(-(10 ** numbers.randrange(1, 16)), 10 ** numbers.randrange(1, 16))
        text = chinese_capital_amount(fen)
        assert _value(text) == fen, text
        assert "零零" not in text


def test_too_large_an_amount_is_refused():
    with pytest.raises(ValueError, match="10\\^16"):
        chinese_capital_amount(10**18)
