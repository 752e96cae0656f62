"""Whether a checked meter is right: its error against the limit of its accuracy class."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

LIMITS: Mapping[str, Decimal] = {
    "0.2S": Decimal("0.2"), "0.5S": Decimal("0.5"), "D": Decimal("0.2"), "C": Decimal("0.5"), "B": Decimal(1),
    "A": Decimal(2), "0.2": Decimal("0.2"), "0.5": Decimal("0.5"), "1": Decimal(1), "2": Decimal(2), "3": Decimal(3),
}  # fmt: skip
"""Basic error in percent by class of an active-energy meter (JJG 596; classes A to D of the IR46 meters)."""
OTHERWISE = Decimal(2)


def limit_percent(accuracy_class: str) -> Decimal:
    """The limit of a class; that of class 2 where the class is not known."""
    return LIMITS.get(accuracy_class.strip(), OTHERWISE)


def is_right(*, error_percent: Decimal, limit: Decimal) -> bool:
    return abs(error_percent) <= limit
