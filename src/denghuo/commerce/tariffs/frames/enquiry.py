"""What somebody asks the calculator, as a case for the price engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from denghuo.engine.tables.pricing import TOU_PERIODS, CaseTables
from denghuo.kernel.periods import Cycle
from denghuo.kernel.quantities import ENERGY_SCALE, POWER_SCALE, PRICE_SCALE, READING_SCALE, scaled


@dataclass(frozen=True)
class Enquiry:
    """One month of use by one customer. Energies in kWh, capacity in kVA, demand in kW, reactive in kvarh.

    ``energy_kwh`` is the total; ``by_period`` splits it where the meter has time-of-use registers (its sum is then the
    total). ``prior_kwh``: used earlier in the tier year.
    """

    book: str
    tariff: str
    voltage: str
    cycle: str
    energy_kwh: Decimal = Decimal(0)
    by_period: Mapping[str, Decimal] = field(default_factory=dict)
    prior_kwh: Decimal = Decimal(0)
    persons: int | None = None
    free_kwh: Decimal = Decimal(0)
    market: str = "agent"
    billing_mode: str = "single"
    capacity_kva: Decimal = Decimal(0)
    contract_kw: Decimal | None = None
    demand_kw: Decimal | None = None
    pf_standard: int = 0
    reactive_kvarh: Decimal | None = None
    contract_prices: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def total_kwh(self) -> Decimal:
        return sum(self.by_period.values(), Decimal(0)) if self.by_period else self.energy_kwh


def case_tables(enquiries: Sequence[Enquiry]) -> CaseTables:
    """The enquiries as cases 0, 1, 2 … for ``denghuo.engine.pricing.price``.

    Raises:
        InexactQuantity: a figure has more decimals than its unit keeps.
        ValueError: a cycle is not ``YYYY-MM``.
    """
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("cases", "terms", "points", "advances", "contract_prices")
    }
    for case_id, enquiry in enumerate(enquiries):
        _add(rows, case_id, enquiry)
    return CaseTables.from_rows(**{name: values for name, values in rows.items() if values})


def _add(rows: dict[str, list[dict[str, Any]]], case_id: int, enquiry: Enquiry) -> None:
    period = Cycle.parse(enquiry.cycle).period
    rows["cases"].append(
        {
            "case_id": case_id,
            "book": enquiry.book,
            "cycle": enquiry.cycle,
            "period_start": period.start,
            "period_end": period.end,
            "prior_energy": scaled(enquiry.prior_kwh, ENERGY_SCALE),
            "persons": enquiry.persons,
            "free_energy": scaled(enquiry.free_kwh, ENERGY_SCALE),
        }
    )
    rows["terms"].append(
        {
            "case_id": case_id,
            "start": period.start,
            "end": period.end,
            "tariff": enquiry.tariff,
            "voltage": enquiry.voltage,
            "billing_mode": enquiry.billing_mode,
            "capacity": scaled(enquiry.capacity_kva, POWER_SCALE),
            "contract_demand": _scaled(enquiry.contract_kw, POWER_SCALE),
            "market": enquiry.market,
            "pf_standard": enquiry.pf_standard,
        }
    )
    rows["points"].append({"case_id": case_id, "point_id": case_id + 1})
    rows["advances"].append(
        {
            "case_id": case_id,
            "point_id": case_id + 1,
            "start": period.start,
            "end": period.end,
            "max_demand": _scaled(enquiry.demand_kw, READING_SCALE),
            **_registers(enquiry),
        }
    )
    rows["contract_prices"] += [
        {"case_id": case_id, "component": component, "price": scaled(price, PRICE_SCALE)}
        for component, price in enquiry.contract_prices.items()
    ]


def _registers(enquiry: Enquiry) -> dict[str, int]:
    used = {"total": enquiry.total_kwh}
    if enquiry.by_period:
        used |= {tou: enquiry.by_period.get(tou, Decimal(0)) for tou in TOU_PERIODS}
    if enquiry.reactive_kvarh is not None:
        used |= {"reactive_forward": enquiry.reactive_kvarh, "reactive_reverse": Decimal(0)}
    out = {}
    for register, quantity in used.items():
        out[f"opening_{register}"] = 0
        out[f"closing_{register}"] = scaled(quantity, READING_SCALE)
    return out


def _scaled(value: Decimal | None, scale: int) -> int | None:
    return None if value is None else scaled(value, scale)
