"""Numbers that people type: their lengths tell what they name, a check digit catches slips.

The check digit is ISO/IEC 7064 MOD 11,10: it catches every single wrong digit and nearly every swap.

=============== ====== ==========================================
kind            digits example of the whole number
=============== ====== ==========================================
customer        10     customer record 客户编号
supply point    13     户号, the number on the customer plate
account         14     结算户号
bill            18     YYYYMM, serial, check
meter           22     asset number 资产编号 (bar code)
=============== ====== ==========================================
"""

from __future__ import annotations

import enum


class NumberKind(enum.Enum):
    CUSTOMER = 10
    SUPPLY_POINT = 13
    ACCOUNT = 14
    BILL = 18
    METER = 22

    @property
    def digits(self) -> int:
        return self.value


def check_digit(body: str) -> str:
    """The ISO/IEC 7064 MOD 11,10 digit that completes ``body``."""
    if not (body.isascii() and body.isdecimal()):
        raise ValueError(f"digits only: {body!r}")
    product = 10
    for digit in body:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def is_valid(number: str) -> bool:
    """Whether the last digit of ``number`` agrees with the rest."""
    return (
        len(number) > 1 and number.isascii() and number.isdecimal() and check_digit(number[:-1]) == number[-1]
    )


def number(kind: NumberKind, prefix: str, serial: int) -> str:
    """Compose a number: ``prefix``, the zero-padded serial, the check digit.

    Raises:
        ValueError: the serial does not fit the digits that are left.
    """
    room = kind.digits - len(prefix) - 1
    if serial < 0 or room < 1 or len(str(serial)) > room:
        raise ValueError(f"serial {serial} does not fit a {kind.name} number that starts with {prefix!r}")
    body = f"{prefix}{serial:0{room}d}"
    return body + check_digit(body)


def classify(text: str) -> NumberKind | None:
    """What a typed number names, by its length and check digit; ``None`` where it is none of ours."""
    if not (text.isascii() and text.isdecimal()):
        return None
    kind = next((kind for kind in NumberKind if kind.digits == len(text)), None)
    return kind if kind and is_valid(text) else None
