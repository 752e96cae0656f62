"""Pure judgement about customers: their official numbers, how a name is found, what is shown of a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain

from pypinyin import Style, pinyin

from denghuo.kernel import masking

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_KEEP = re.compile(r"[a-z0-9]")

PINYIN_LENGTH = 200
INITIALS_LENGTH = 80

PERSONAL_FIELDS = ("name", "phone", "email", "identity_number", "address")
"""Masked until someone gives a reason to see them (个人信息保护法 art. 28–29; GB/T 35273)."""


def identity_number_is_valid(number: str) -> bool:
    """Whether an 18-character resident identity number carries the right check character (GB 11643-1999)."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number, strict=False))
    return _ID_CHECKS[total % 11] == number[17]


def credit_code_is_valid(code: str) -> bool:
    """Whether an 18-character unified social credit code carries the right check character (GB 32100-2015)."""
    if len(code) != 18 or any(character not in _CREDIT_ALPHABET for character in code):
        return False
    total = sum(w * _CREDIT_ALPHABET.index(c) for w, c in zip(_CREDIT_WEIGHTS, code, strict=False))
    return _CREDIT_ALPHABET[(31 - total % 31) % 31] == code[17]


def pinyin_keys(name: str) -> tuple[str, str]:
    """Full pinyin and initials of a name, lower case and without gaps: 王秀英 → wangxiuying, wxy."""
    found = pinyin(name.casefold(), style=Style.NORMAL, errors=list)  # type: ignore[arg-type]
    readings = list(chain.from_iterable(found))
    full = "".join("".join(_KEEP.findall(reading)) for reading in readings)
    initials = "".join("".join(_KEEP.findall(reading))[:1] for reading in readings)
    return full[:PINYIN_LENGTH], initials[:INITIALS_LENGTH]


def masked(field: str, value: str, *, person: bool) -> str:
    """``value`` of a personal field as it may be shown to anyone; an organisation's name and address are public."""
    if not value:
        return ""
    if not person and field in ("name", "address", "email"):
        return value
    return {
        "name": masking.person_name,
        "phone": masking.phone,
        "email": masking.email,
        "identity_number": masking.identity_number,
        "address": masking.address,
    }[field](value)


def merge(
    base: Mapping[str, object], theirs: Mapping[str, object], mine: Mapping[str, object]
) -> tuple[dict[str, object], tuple[str, ...]]:
    """Join two edits of one record that started from ``base``.

    Returns the joined values and the fields both changed to different values, which a person must decide;
    for those the joined value is ``mine``.
    """
    joined, clashes = dict(theirs), []
    for field, value in mine.items():
        if value == base.get(field):
            continue
        if theirs.get(field) not in (base.get(field), value):
            clashes.append(field)
        joined[field] = value
    return joined, tuple(clashes)
