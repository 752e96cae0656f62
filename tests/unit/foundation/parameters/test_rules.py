"""What text a parameter takes, and what the regulation says on a day."""

from __future__ import annotations

import contextlib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denghuo.foundation.parameters import rules
from denghuo.foundation.parameters.rules import Parameter, ParameterInvalid

RATE = Parameter("x.rate", "0.001", "decimal", low=Decimal(0), high=Decimal("0.003"))
DAYS = Parameter("x.days", "30", "whole", low=Decimal(1))
FLAG = Parameter("x.flag", "1", "flag")
DAY = Parameter("x.day", "2026-01-01", "day")
WORD = Parameter("x.word", "a", "text", choices=("a", "b"))


@pytest.mark.parametrize(
    "parameter, text, value",
    [
        (RATE, "0.002", Decimal("0.002")),
        (RATE, " 0.003 ", Decimal("0.003")),
        (DAYS, "7", 7),
        (FLAG, "1", True),
        (FLAG, "0", False),
        (DAY, "2026-09-07", date(2026, 9, 7)),
        (WORD, "b", "b"),
    ],
)
def test_what_is_understood(parameter, text, value):
    assert rules.parse(parameter, text) == value


@pytest.mark.parametrize(
    "parameter, text",
    [
        (RATE, "0.0031"), (RATE, "-0.001"), (RATE, "NaN"), (RATE, "Infinity"), (RATE, "x"), (RATE, ""),
        (DAYS, "0"), (DAYS, "7.5"), (FLAG, "yes"), (DAY, "7.9.2026"), (WORD, "c"),
    ],
)  # fmt: skip
def test_what_is_refused(parameter, text):
    with pytest.raises(ParameterInvalid):
        rules.parse(parameter, text)


@given(st.text(max_size=30))
def test_any_text_is_a_value_or_refused(text):
    for parameter in (RATE, DAYS, FLAG, DAY, WORD):
        with contextlib.suppress(ParameterInvalid):
            rules.parse(parameter, text)


MINIMUM = Parameter(
    "x.minimum", "1.00", "decimal", history=((date(2024, 6, 1), "0"), (date(2026, 1, 1), "2.00"))
)


@pytest.mark.parametrize(
    "on, text",
    [
        (date(1996, 1, 1), "1.00"),
        (date(2024, 5, 31), "1.00"),
        (date(2024, 6, 1), "0"),
        (date(2025, 12, 31), "0"),
        (date(2026, 1, 1), "2.00"),
    ],
)
def test_the_regulation_changes_on_its_day(on, text):
    assert rules.regulated(MINIMUM, on) == text


def test_a_code_is_declared_once(monkeypatch):
    monkeypatch.setattr(rules, "_declared", {})
    first = rules.declare("x.days", 30)
    assert rules.declare("x.days", 30) is first and first.kind == "whole" and first.room == "x"
    with pytest.raises(ValueError):
        rules.declare("x.days", 31)
    assert rules.declare("x.flag", True).default == "1"
    assert rules.declare("x.rate", Decimal("0.5")).kind == "decimal"
    assert rules.declare("x.text", "a").kind == "text"
    assert [item.code for item in rules.declared()] == ["x.days", "x.flag", "x.rate", "x.text"]


def test_a_parameter_without_a_name_shows_its_code(monkeypatch):
    monkeypatch.setattr(rules, "_names", {})
    assert (rules.label_of("x.y"), rules.unit_of("x.y")) == ("x.y", "")
    rules.name({"x.y": ("Days", "d")})
    assert (rules.label_of("x.y"), rules.unit_of("x.y")) == ("Days", "d")
