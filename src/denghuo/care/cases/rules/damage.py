"""What is paid for household appliances that our fault damaged (《居民用户家用电器损坏处理办法》, 1996).

Expected life by kind: electronic 10 years, with a motor 12, heating 5, lamps 2. Within six months of the purchase the
full price is paid, afterwards the price less its age as a share of the life (straight line, by the day), but never less than
a tenth of the price (article 10), even where the life is over. What can be repaired is repaired at our cost, which is
what is paid then, unless that costs more than a new one.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from denghuo.kernel.periods import day_of

BASIS = "《居民用户家用电器损坏处理办法》（电力工业部令第7号）"
LIFE_YEARS: Mapping[str, int] = {"electronic": 10, "motor": 12, "resistive": 5, "lamp": 2}
NEW_MONTHS = 6

FULL, DEPRECIATED, FLOOR, REPAIR = "full_price", "depreciated", "floor", "repair"


@dataclass(frozen=True)
class Compensation:
    """What is paid, and by which sentence: full_price, depreciated, floor or repair."""

    amount_fen: int
    basis: str


class DamageImpossible(ValueError):
    """Facts that cannot be: bought after it was damaged, a price of nothing, an unknown kind."""


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def compensation(
    *,
    kind: str,
    bought_date: date,
    damaged_date: date,
    price_fen: int,
    repair_fen: int | None = None,
    floor_percent: int = 10,
) -> Compensation:
    """What is paid for one appliance, in fen, halves rounded up.

    Raises:
        DamageImpossible: see there.
    """
    if kind not in LIFE_YEARS or price_fen <= 0 or bought_date > damaged_date or (repair_fen or 0) < 0:
        raise DamageImpossible(kind)
    if repair_fen is not None and repair_fen <= price_fen:
        return Compensation(repair_fen, REPAIR)
    if damaged_date <= months_later(bought_date, NEW_MONTHS):
        return Compensation(price_fen, FULL)
    end = months_later(bought_date, 12 * LIFE_YEARS[kind])
    left = Fraction(max(0, (end - damaged_date).days), (end - bought_date).days)
    least = Fraction(floor_percent, 100)
    if left < least:
        return Compensation(_half_up(price_fen * least), FLOOR)
    return Compensation(_half_up(price_fen * left), DEPRECIATED)


def _half_up(exact: Fraction) -> int:
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def within_time(*, occurred_at: datetime, claimed_at: datetime, days: int) -> bool:
    """Whether a claim came within ``days`` days; the day of the damage does not count (民法典 art. 201)."""
    return day_of(claimed_at) <= day_of(occurred_at) + timedelta(days=days)
