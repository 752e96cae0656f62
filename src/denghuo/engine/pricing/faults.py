"""Why a case cannot be priced: one row each with a stable code, a path and the figures for the message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from denghuo.engine.pricing.exact import Ints
from denghuo.engine.tables.pricing import EXCEPTIONS

# code → English message; the parameters in braces come with every row of that code. Pages translate by code.
MESSAGES: dict[str, str] = {
    "book_unknown": "there is no price book {book!r}",
    "cycle_invalid": "a billing month is written YYYY-MM, found {found!r}",
    "period_invalid": "the period must end after it starts: {start} to {end}",
    "terms_missing": "no terms (tariff, voltage, billing mode) are known for the period",
    "terms_gap": "terms must join up over the period: expected {expected}, found {found}",
    "points_missing": "the case has no metering point",
    "readings_missing": "the metering point has no reading in the period",
    "readings_gap": "readings must join up over the period: expected {expected}, found {found}",
    "readings_unexpected": "a {measure} point has no readings of its own",
    "value_unknown": "unknown {field} {found!r}, expected one of: {expected}",
    "value_missing": "{field} is needed here",
    "value_out_of_range": "{field} must be between {low} and {high}, found {found}",
    "point_parent": "the parent metering point must be another purchase point of the case",
    "point_cycle": "sub-meters refer to each other in a circle",
    "register_incomplete": "register {register} has only one of its two readings",
    "reading_negative": "register {register} shows {found}, which is below zero",
    "reading_backwards": "register {register} went from {opening} back to {closing} and may not roll over",
    "reading_beyond_register": "register {register} shows {found} but starts again at {modulus}",
    "register_missing": "register {register} is needed and the meter has none",
    "tou_registers_missing": "tariff {tariff} needs the {register} register in this period and the meter has none",
    "tou_sum_mismatch": "period registers sum to {sum} kWh but the total register gives {total} kWh",
    "quantity_too_large": "{field} is beyond what can be priced: {found}",
    "tariff_unknown": "the book has no tariff {tariff!r}",
    "tariff_not_in_force": "tariff {tariff!r} is not in force on {date}",
    "tier_scheme_missing": "the tier scheme of tariff {tariff!r} is not in force on {date}",
    "tou_scheme_missing": "the time-of-use scheme of tariff {tariff!r} is not in force on {date}",
    "tariff_role": "tariff {tariff!r} ({customer_class}) does not fit a {role} point",
    "missing_price": "no price of {component} for {tariff}, {voltage}, {tou}, {tier} on {date}",
    "contract_price_missing": "the contract has no price of {component} ({tou})",
    "contract_price_unused": "the contract price of {component} ({tou}) fits no line",
    "contract_price_twice": "the contract prices {component} ({tou}) twice",
    "prior_energy_missing": "yearly tiers need the energy already used in the tier year",
    "tier_season_mixed": "the months of the bill have different numbers of tiers",
    "billing_mode_missing": "tariff {tariff!r} is two-part and needs a billing mode, found {found}",
    "billing_mode_unexpected": "tariff {tariff!r} is single-part and has no basic charge, found {found}",
    "contract_demand_missing": "billing by contract demand needs the contract value",
    "demand_missing": "billing by demand needs a maximum demand reading in every part of the period",
    "submeter_exceeds_parent": "sub-meters use {deducted} kWh but their parent has only {available} kWh ({tou})",
    "power_factor_standard_missing": "capacity {capacity} kVA needs a power-factor standard and none is set",
    "reactive_missing": "the power factor needs reactive readings and the meter has none",
    "power_factor_undefined": "reactive energy {reactive} kvarh without active energy: a human must look",
    "free_energy_exceeds": "free energy {free} kWh needs a residential tariff and there is none in the case",
}


def message(code: str, parameters: dict[str, str]) -> str:
    """The English sentence of an exception row."""
    return MESSAGES[code].format(**parameters)


@dataclass
class Faults:
    """Collects exception rows; the loops run over faulty rows only."""

    case_id: Ints
    rows: list[tuple[int, str, str, dict[str, str]]] = field(default_factory=list)
    bad: Any = None

    def __post_init__(self) -> None:
        self.bad = np.zeros(len(self.case_id), bool)

    def add(
        self,
        code: str,
        case: Ints,
        path: str | Callable[[int], str] = "",
        parameters: Callable[[int], dict[str, object]] | None = None,
    ) -> None:
        """One row for each of ``case`` (row numbers); ``path`` and ``parameters`` get the position in it."""
        self.bad[case] = True
        for at, number in enumerate(case.tolist()):
            where = path if isinstance(path, str) else path(at)
            given = parameters(at) if parameters is not None else {}
            self.rows.append((number, code, where, {key: str(value) for key, value in given.items()}))

    def table(self) -> pa.Table:
        rows = sorted(self.rows, key=lambda row: row[0])
        return pa.table(
            [
                pa.array([int(self.case_id[row[0]]) for row in rows], pa.int64()),
                pa.array([row[1] for row in rows], pa.string()),
                pa.array([row[2] for row in rows], pa.string()),
                pa.array([list(row[3].items()) for row in rows], pa.map_(pa.string(), pa.string())),
            ],
            schema=EXCEPTIONS,
        )
