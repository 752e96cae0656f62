"""Why a bill differs from the one before: the difference split into causes that add up to it, to the fen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from denghuo.kernel.money import divide_half_up

CAUSES = ("quantity", "price", "tier", "time_of_use", "basic", "power_factor", "other")
POWER_FACTOR = "power_factor"


@dataclass(frozen=True)
class Charge:
    """One line of a bill: quantity in 0.01 units, price in 1e-8 yuan, amount in fen."""

    group: str
    component: str
    unit: str
    tou: str
    tier: int | None
    quantity: int
    price: int
    amount_fen: int

    @property
    def by_energy(self) -> bool:
        return self.unit == "kwh" and self.group != "adjustment"


@dataclass(frozen=True)
class Cause:
    """``amount_fen`` of the difference that comes from ``code``."""

    code: str
    amount_fen: int


def _tier_premium(charges: list[Charge]) -> int:
    """Fen paid above the price of tier 1 (1e-10 yuan products, rounded once)."""
    first = {(c.component, c.tou): c.price for c in charges if c.tier == 1}
    premium = 0
    for charge in charges:
        if charge.tier and charge.tier > 1:
            base = first.get((charge.component, charge.tou), first.get((charge.component, ""), 0))
            # An adder line carries only the difference to tier 1, so its whole amount is premium.
            above = charge.price - base if charge.price >= base else charge.price
            premium += charge.quantity * above
    return divide_half_up(premium, 10**8)


def causes(
    before: Iterable[Charge], after: Iterable[Charge], *, energy_before: int, energy_after: int
) -> list[Cause]:
    """The causes of ``total(after) − total(before)``; their sum is exactly that difference.

    quantity: the old bill's energy lines scaled to the new energy; price: new quantities at the change of
    price; tier: more or less energy above tier 1 than the scaled old bill; time_of_use: the rest of the energy
    lines (another split over the periods); basic: capacity or demand; power_factor: its line; other:
    everything else. Energy in 0.01 kWh.
    """
    old, new = list(before), list(after)
    old_energy, new_energy = [c for c in old if c.by_energy], [c for c in new if c.by_energy]
    old_fen, new_fen = (sum(c.amount_fen for c in part) for part in (old_energy, new_energy))
    found: dict[str, int] = dict.fromkeys(CAUSES, 0)
    if energy_before > 0:
        scaled = divide_half_up(old_fen * energy_after, energy_before)
        scaled_premium = divide_half_up(_tier_premium(old_energy) * energy_after, energy_before)
        old_price = {(c.component, c.tou, c.tier): c.price for c in old_energy}
        found["price"] = divide_half_up(
            sum(
                c.quantity * (c.price - old_price[key])
                for c in new_energy
                if (key := (c.component, c.tou, c.tier)) in old_price
            ),
            10**8,
        )
    else:
        scaled, scaled_premium = new_fen - _tier_premium(new_energy), 0
    found["quantity"] = scaled - old_fen
    found["tier"] = _tier_premium(new_energy) - scaled_premium
    rest = new_fen - scaled - found["price"] - found["tier"]
    # Without periods the rest is what rounding to the fen leaves; it belongs to the quantity.
    found["time_of_use" if any(c.tou for c in old_energy + new_energy) else "quantity"] += rest

    def amount(charges: list[Charge], wanted: str) -> int:
        return sum(c.amount_fen for c in charges if _kind(c) == wanted)

    for code in ("basic", "power_factor", "other"):
        found[code] = amount(new, code) - amount(old, code)
    return [Cause(code, amount_fen) for code, amount_fen in found.items() if amount_fen]


def _kind(charge: Charge) -> str:
    if charge.by_energy:
        return "energy"
    if charge.component == POWER_FACTOR:
        return "power_factor"
    return "basic" if charge.group == "basic" else "other"
