"""Regulated figures that a bureau may set: declared by the rooms that use them, with their source and how sure it is.

A room declares its figures once, in ``rules``, and they appear on the page of parameters::

    LATE_RATE = parameters.declare("receivables.late_rate_residential", Decimal("0.001"), basis="供电营业规则")

and says in its pages how they are called: ``parameters.name({"receivables.late_rate_residential": (_("…"), _("a day"))})``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True)
class Parameter:
    """A figure: ``kind`` is decimal, whole, flag, day or text; ``confidence`` as in the price books (V1, V2, C, K, U).

    ``history`` holds values that the regulation itself changed: (valid from, value), newest last; ``default`` holds
    before the first of them.
    """

    code: str
    default: str
    kind: str
    basis: str = ""
    confidence: str = "K"
    low: Decimal | None = None
    high: Decimal | None = None
    choices: tuple[str, ...] = ()
    history: tuple[tuple[date, str], ...] = ()

    @property
    def room(self) -> str:
        return self.code.partition(".")[0]


class ParameterInvalid(ValueError):
    """A value that is not of the parameter's kind, or outside its bounds; the text says what was expected."""


_declared: dict[str, Parameter] = {}


def declare(code: str, default: Any, *, kind: str = "", **facts: Any) -> Parameter:
    """Make a parameter known; ``kind`` follows from the default where it is not said.

    Raises:
        ValueError: another parameter has the code.
    """
    if not kind:
        kind = (
            "flag" if isinstance(default, bool)
            else "whole" if isinstance(default, int)
            else "decimal" if isinstance(default, Decimal)
            else "text"
        )  # fmt: skip
    text = ("1" if default else "0") if kind == "flag" else str(default)
    made = Parameter(code, text, kind, **facts)
    if _declared.setdefault(code, made).default != made.default:
        raise ValueError(f"there is another parameter {code}")
    return _declared[code]


_names: dict[str, tuple[Any, Any]] = {}


def name(names: Mapping[str, tuple[Any, Any]]) -> None:
    """Say how parameters are called on pages: code → (label, unit)."""
    _names.update(names)


def label_of(code: str) -> Any:
    return _names.get(code, (code, ""))[0]


def unit_of(code: str) -> Any:
    return _names.get(code, ("", ""))[1]


def declared() -> list[Parameter]:
    return sorted(_declared.values(), key=lambda parameter: parameter.code)


def find(code: str) -> Parameter:
    """Raises LookupError when no room declared it."""
    return _declared[code]


def parse(parameter: Parameter, text: str) -> Any:
    """The value that ``text`` stands for: Decimal, int, bool, date or str.

    Raises:
        ParameterInvalid: not of the kind, or out of bounds.
    """
    text = text.strip()
    try:
        if parameter.kind == "decimal":
            value: Any = Decimal(text)
            if not value.is_finite():
                raise ValueError(text)
        elif parameter.kind == "whole":
            value = int(text)
        elif parameter.kind == "flag":
            value = {"1": True, "0": False}[text]
        elif parameter.kind == "day":
            value = date.fromisoformat(text)
        else:
            value = text
    except (InvalidOperation, ValueError, KeyError) as error:
        raise ParameterInvalid(f"{parameter.code}: {text!r} is not a {parameter.kind}") from error
    if parameter.choices and text not in parameter.choices:
        raise ParameterInvalid(f"{parameter.code}: {text!r} is none of the choices")
    if parameter.low is not None and value < parameter.low:
        raise ParameterInvalid(f"{parameter.code}: at least {parameter.low}")
    if parameter.high is not None and value > parameter.high:
        raise ParameterInvalid(f"{parameter.code}: at most {parameter.high}")
    return value


def regulated(parameter: Parameter, on: date) -> str:
    """What holds on a day where the bureau set nothing."""
    text = parameter.default
    for since, value in parameter.history:
        if since <= on:
            text = value
    return text
