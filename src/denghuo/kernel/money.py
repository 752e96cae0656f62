"""Money: an integer number of fen, and the one way to round to it.

Amounts are ``int`` fen everywhere inside the system; yuan appear only where people and files meet it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

FEN_PER_YUAN = 100
_FEN = Decimal("0.01")


class InexactAmount(ValueError):
    """A sum in yuan that is not a whole number of fen, or not a number at all."""


def fen(yuan: Decimal | str | int) -> int:
    """Convert yuan to fen exactly.

    Raises:
        InexactAmount: more than two decimals, not finite, or a float (floats are never money).
    """
    if isinstance(yuan, float):
        raise InexactAmount(f"{yuan!r} is a float; give yuan as text, Decimal or int")
    try:
        amount = Decimal(yuan)
        scaled = amount * FEN_PER_YUAN
        whole = int(scaled)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise InexactAmount(f"{yuan!r} is not an amount in yuan") from error
    if whole != scaled:
        raise InexactAmount(f"{yuan} yuan is not a whole number of fen")
    return whole


def yuan(amount_fen: int) -> Decimal:
    """Convert fen to yuan with exactly two decimals."""
    return Decimal(amount_fen).scaleb(-2)


def round_half_up(value: Decimal, step: Decimal = _FEN) -> Decimal:
    """Round to ``step``, halves away from zero (四舍五入), as every bill line is rounded."""
    return value.quantize(step, rounding=ROUND_HALF_UP)


def divide_half_up(numerator: int, denominator: int) -> int:
    """Integer division rounded half away from zero; ``denominator`` is positive."""
    if denominator <= 0:
        raise ValueError("denominator must be positive")
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))
