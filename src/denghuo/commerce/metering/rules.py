"""What a meter must show, how it is multiplied and when it must be verified."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

TOU_REGISTERS = ("sharp", "peak", "flat", "valley", "deep")
ENERGY_REGISTERS = ("total", *TOU_REGISTERS, "reactive_forward", "reactive_reverse")
REGISTERS = (*ENERGY_REGISTERS, "max_demand")

_TOU = frozenset({"total", "peak", "flat", "valley"})
# Registers that a reading must carry. Sharp and deep valley exist only where the province has such hours.
REQUIRED: dict[str, frozenset[str]] = {
    "total": frozenset({"total"}),
    "peak_valley": frozenset({"total", "peak", "valley"}),
    "tou": _TOU,
    "tou_reactive": _TOU | {"reactive_forward"},
    "tou_reactive_demand": _TOU | {"reactive_forward", "max_demand"},
}
ALLOWED: dict[str, frozenset[str]] = {
    "total": frozenset({"total"}),
    "peak_valley": frozenset({"total", "peak", "valley"}),
    "tou": frozenset({"total", *TOU_REGISTERS}),
    "tou_reactive": frozenset({"total", *TOU_REGISTERS, "reactive_forward", "reactive_reverse"}),
    "tou_reactive_demand": frozenset(REGISTERS),
}
# JJG 596-2012: active meters of class 0.2S and 0.5S six years, class 1 and 2 eight years.
VERIFICATION_YEARS: dict[str, int] = {"0.2S": 6, "0.5S": 6, "1": 8, "2": 8}
_DEFAULT_VERIFICATION_YEARS = 8
_LARGEST_DEMAND = Decimal(10**6)

_MOVES: dict[str, frozenset[str]] = {
    "in_stock": frozenset({"installed", "scrapped"}),
    "installed": frozenset({"removed"}),
    "removed": frozenset({"in_stock", "installed", "scrapped"}),
    "scrapped": frozenset(),
}


def may_become(state: str, target: str) -> bool:
    """Whether a meter in ``state`` may go to ``target``; a removed meter may hang again or go back to stock."""
    return target in _MOVES.get(state, frozenset())


def multiplier(ct_primary_a: int, ct_secondary_a: int, pt_ratio: int) -> int | None:
    """CT ratio × PT ratio, or None where the CT ratio is not a whole number (no such transformer exists)."""
    if min(ct_primary_a, ct_secondary_a, pt_ratio) < 1 or ct_primary_a % ct_secondary_a:
        return None
    return ct_primary_a // ct_secondary_a * pt_ratio


def missing_registers(register_set: str, given: Mapping[str, object]) -> list[str]:
    """Names that ``register_set`` requires and ``given`` lacks, in the order of the meter's display."""
    present = {name for name, value in given.items() if value is not None}
    return [name for name in REGISTERS if name in REQUIRED[register_set] - present]


def foreign_registers(register_set: str, given: Mapping[str, object]) -> list[str]:
    """Names in ``given`` that a meter of ``register_set`` does not have."""
    return [name for name, value in given.items() if value is not None and name not in ALLOWED[register_set]]


def out_of_range(values: Mapping[str, Decimal | None], integer_digits: int) -> list[str]:
    """Registers that are negative or that a display of ``integer_digits`` cannot show."""
    limit = Decimal(10**integer_digits)
    return [
        name
        for name, value in values.items()
        if value is not None and not 0 <= value < (_LARGEST_DEMAND if name == "max_demand" else limit)
    ]


def verification_due(verified: date, accuracy_class: str) -> date:
    """The day until which a verification holds (JJG 596-2012)."""
    years = VERIFICATION_YEARS.get(accuracy_class.upper(), _DEFAULT_VERIFICATION_YEARS)
    try:
        return verified.replace(year=verified.year + years)
    except ValueError:  # 29 February
        return verified.replace(year=verified.year + years, day=28)
