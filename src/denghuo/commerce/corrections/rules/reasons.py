"""Why bills are corrected, which facts each reason may change, and the life of a correction."""

from __future__ import annotations

WRONG_MULTIPLIER = "wrong_multiplier"
WIRING = "wiring"
METER_ERROR = "meter_error"
WRONG_TARIFF = "wrong_tariff"
WRONG_CAPACITY = "wrong_capacity"
WRONG_READING = "wrong_reading"
SWAPPED_METERS = "swapped_meters"
WRONG_PF_STANDARD = "wrong_pf_standard"
WRONG_LOSS = "wrong_loss"
WRONG_PRICE = "wrong_price"
THEFT = "theft"
OTHER = "other"

FACTS_OF: dict[str, tuple[str, ...]] = {
    WRONG_MULTIPLIER: ("replace_multiplier",),
    WIRING: ("scale_energy", "add_energy"),
    METER_ERROR: ("add_energy",),
    WRONG_TARIFF: ("replace_terms",),
    WRONG_CAPACITY: ("replace_terms",),
    WRONG_READING: ("replace_reading", "add_energy"),
    SWAPPED_METERS: ("swap_meters",),
    WRONG_PF_STANDARD: ("replace_terms",),
    WRONG_LOSS: ("replace_loss",),
    WRONG_PRICE: ("use_book",),
    THEFT: (),
    OTHER: ("replace_terms", "replace_reading", "add_energy", "scale_energy", "replace_multiplier", "replace_loss"),
}  # fmt: skip
"""A reason → the kinds of facts that may go with it; theft is settled elsewhere and only linked (供电营业规则)."""

OUR_FAULT = frozenset({WRONG_MULTIPLIER, WIRING, WRONG_TARIFF, WRONG_CAPACITY, WRONG_READING, SWAPPED_METERS, WRONG_PF_STANDARD, WRONG_LOSS, WRONG_PRICE})  # fmt: skip
"""Reasons for which the utility writes an apology."""

TRANSITIONS: dict[str, frozenset[str]] = {
    "draft": frozenset({"submitted", "withdrawn"}),
    "submitted": frozenset({"committed", "rejected", "withdrawn"}),
    "committed": frozenset(),
    "rejected": frozenset(),
    "withdrawn": frozenset(),
    "linked": frozenset(),
}


def may_become(state: str, wanted: str) -> bool:
    return wanted in TRANSITIONS[state]
