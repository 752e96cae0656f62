"""Billed quantities as scaled integers: exact in Python, numpy, SQLite and PostgreSQL alike.

========== ======= ==================================================
what       scale   one unit of the integer
========== ======= ==================================================
reading    4       0.0001 kWh, kvarh or kW as shown by the meter
energy     2       0.01 kWh or kvarh, after the multiplier
power      2       0.01 kW or kVA (demand, capacity)
price      8       0.00000001 yuan per kWh, kW or kVA
ratio      6       0.000001 (TOU ratio, loss rate, sub-meter share)
========== ======= ==================================================
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

READING_SCALE = 4
ENERGY_SCALE = 2
POWER_SCALE = 2
PRICE_SCALE = 8
RATIO_SCALE = 6


class InexactQuantity(ValueError):
    """A quantity with more decimals than its unit keeps, or not a number at all."""


def scaled(value: Decimal | str | int, scale: int) -> int:
    """The exact integer of ``value`` at ``scale`` decimals.

    Raises:
        InexactQuantity: surplus decimals, not finite, or a float.
    """
    if isinstance(value, float):
        raise InexactQuantity(f"{value!r} is a float; give it as text, Decimal or int")
    try:
        shifted = Decimal(value).scaleb(scale)
        whole = int(shifted)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise InexactQuantity(f"{value!r} is not a number") from error
    if whole != shifted:
        raise InexactQuantity(f"{value} has more than {scale} decimals")
    return whole


def rounded(value: Decimal, scale: int) -> int:
    """The integer of ``value`` at ``scale`` decimals, halves away from zero."""
    return int(value.scaleb(scale).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def unscaled(integer: int, scale: int) -> Decimal:
    """The decimal that ``integer`` stands for."""
    return Decimal(integer).scaleb(-scale)
