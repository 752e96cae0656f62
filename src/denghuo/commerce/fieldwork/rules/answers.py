"""Answers as they come from a phone (plain JSON) and as rooms use them (typed), with what is wrong field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from denghuo.commerce.fieldwork.rules.kinds import Field, Kind

FILE_TYPES = ("photo", "signature")
MOST_DIGITS = 12


@dataclass(frozen=True)
class Problem:
    """Why an answer will not do: ``code`` with the figures of its sentence (see ``queries.words``)."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


class AnswersInvalid(Exception):
    """Answers that are not what the form asks for; ``problems`` by field name (empty name: the form as a whole)."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        super().__init__(", ".join(f"{name}: {problem.code}" for name, problem in problems.items()))
        self.problems = dict(problems)


class _Wrong(Exception):
    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.problem = Problem(code, facts)


def checked(kind: Kind, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers in their plain form, empty ones left out.

    Plain is what JSON can hold: text, ``"yes"``/``"no"``, ISO dates, numbers as text, lists of photo ids, registers as
    texts by name.

    Raises:
        AnswersInvalid: something is missing, unknown or out of bounds.
    """
    problems: dict[str, Problem] = {}
    found: dict[str, Any] = {}
    for name in answers:
        if kind.field(str(name)) is None:
            problems[str(name)[:60]] = Problem("unknown")
    for asked in kind.form:
        try:
            value = _PLAIN[asked.type](asked, answers.get(asked.name))
        except _Wrong as wrong:
            problems[asked.name] = wrong.problem
            continue
        if value not in (None, "", [], {}):
            found[asked.name] = value
        elif asked.required:
            problems[asked.name] = Problem("missing")
    if problems:
        raise AnswersInvalid(problems)
    return found


def typed(kind: Kind, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Checked plain answers as Decimal, bool, date, text, tuple of photo ids, registers as Decimal by name."""
    found: dict[str, Any] = {}
    for name, value in answers.items():
        asked = kind.field(name)
        if asked is None:
            continue
        if asked.type == "number":
            found[name] = Decimal(value)
        elif asked.type == "yes_no":
            found[name] = value == "yes"
        elif asked.type == "date":
            found[name] = date.fromisoformat(value)
        elif asked.type == "photo":
            found[name] = tuple(value)
        elif asked.type == "register_values":
            found[name] = {register: Decimal(text) for register, text in value.items()}
        else:
            found[name] = value
    return found


def plain(kind: Kind, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Typed answers (as a room or a test writes them) in the form that ``checked`` takes."""
    found: dict[str, Any] = {}
    for name, value in answers.items():
        if isinstance(value, bool):
            found[name] = "yes" if value else "no"
        elif isinstance(value, date):
            found[name] = value.isoformat()
        elif isinstance(value, (Decimal, float)) or (isinstance(value, int) and _asks_number(kind, name)):
            found[name] = format(value, "f") if isinstance(value, Decimal) else str(value)
        elif isinstance(value, Mapping):
            found[name] = {register: str(number) for register, number in value.items()}
        elif isinstance(value, tuple):
            found[name] = list(value)
        else:
            found[name] = value
    return found


def _asks_number(kind: Kind, name: str) -> bool:
    asked = kind.field(name)
    return asked is not None and asked.type == "number"


def _text(asked: Field, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Wrong("not_text")
    value = value.replace("\x00", "").strip()
    if len(value) > asked.length:
        raise _Wrong("too_long", most=asked.length)
    return value


def _decimal(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise _Wrong("not_number")
    text = str(value).strip().replace(",", "").replace("，", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _Wrong("not_number") from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or number.adjusted() > MOST_DIGITS or exponent < -6:
        raise _Wrong("not_number")
    return number


def _number(asked: Field, value: Any) -> str:
    number = _decimal(value)
    if number is None:
        return ""
    if asked.low is not None and number < asked.low:
        raise _Wrong("too_low", low=str(asked.low))
    if asked.high is not None and number > asked.high:
        raise _Wrong("too_high", high=str(asked.high))
    return format(number, "f")


def _choice(asked: Field, value: Any) -> str:
    if value in (None, ""):
        return ""
    if value not in asked.options:
        raise _Wrong("not_a_choice")
    return str(value)


def _yes_no(asked: Field, value: Any) -> str:
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value not in ("yes", "no"):
        raise _Wrong("not_a_choice")
    return str(value)


def _date(asked: Field, value: Any) -> str:
    if value in (None, ""):
        return ""
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise _Wrong("not_a_date") from None


def _photos(asked: Field, value: Any) -> list[int]:
    if value in (None, ""):
        return []
    if not isinstance(value, (list, tuple)) or not all(_is_id(one) for one in value):
        raise _Wrong("not_a_photo")
    if len(value) > asked.most:
        raise _Wrong("too_many", most=asked.most)
    return [int(one) for one in value]


def _signature(asked: Field, value: Any) -> int | None:
    if value in (None, "", [], ()):
        return None
    one = value[0] if isinstance(value, (list, tuple)) else value
    if not _is_id(one):
        raise _Wrong("not_a_photo")
    return int(one)


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def _registers(asked: Field, value: Any) -> dict[str, str]:
    if value in (None, ""):
        return {}
    if not isinstance(value, Mapping):
        raise _Wrong("not_number")
    found: dict[str, str] = {}
    for name, text in value.items():
        if name not in asked.registers:
            raise _Wrong("unknown_register", register=str(name)[:40])
        number = _decimal(text)
        if number is None:
            continue
        if number < 0 or -number.as_tuple().exponent > 4:  # type: ignore[operator]
            raise _Wrong("not_a_reading")
        found[name] = format(number, "f")
    return found


_PLAIN: Mapping[str, Callable[[Field, Any], Any]] = {
    "text": _text,
    "long_text": _text,
    "scan": _text,
    "number": _number,
    "choice": _choice,
    "yes_no": _yes_no,
    "date": _date,
    "photo": _photos,
    "signature": _signature,
    "register_values": _registers,
}
