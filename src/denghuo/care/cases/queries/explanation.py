"""Why a right meter shows more: the same customer's own bills of thirteen months, taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from denghuo.commerce.billing.models import BillSection
from denghuo.commerce.billing.rules import LIVE
from denghuo.commerce.metering import queries as metering
from denghuo.kernel.periods import Cycle
from denghuo.records.supply.models import SupplyPoint

MONTHS = 13
CONSUMPTION = ("ordinary", "final")
OTHERWISE = "2"


@dataclass(frozen=True)
class Month:
    """One billed month of a supply point."""

    cycle: str
    energy_kwh: Decimal
    days: int
    tier: int | None
    total_fen: int
    estimated: bool
    price_version: int

    @property
    def a_day_kwh(self) -> Decimal:
        return (self.energy_kwh / self.days).quantize(Decimal("0.01")) if self.days else Decimal(0)

    @property
    def yuan_a_kwh(self) -> Decimal | None:
        """The average price of the month, in yuan to four places."""
        if not self.energy_kwh:
            return None
        return (Decimal(self.total_fen) / 100 / self.energy_kwh).quantize(Decimal("0.0001"))


@dataclass(frozen=True)
class Explanation:
    """What the bills say about a rise. ``reasons`` are codes; the pages and the paper have the words.

    more_than_last_month, more_than_last_year, less_than_last_year, longer_period, higher_tier, price_changed,
    estimated_before (the month before was an estimate, which this one makes up for), as_usual.
    """

    months: list[Month]
    this: Month | None
    last: Month | None
    year_ago: Month | None
    reasons: list[str]


def explanation(point: SupplyPoint, *, until: str) -> Explanation:
    """The thirteen months up to ``until``, and why the last of them differs from the others."""
    months = _months(point, until)
    if not months:
        return Explanation([], None, None, None, [])
    this = months[-1]
    by_cycle = {month.cycle: month for month in months}
    last = months[-2] if len(months) > 1 else None
    year_ago = by_cycle.get(str(Cycle.parse(this.cycle).shifted(-12)))
    return Explanation(months, this, last, year_ago, _reasons(this, last, year_ago))


def _months(point: SupplyPoint, until: str) -> list[Month]:
    first = str(Cycle.parse(until).shifted(1 - MONTHS))
    rows = (
        BillSection.objects.filter(
            supply_point=point,
            bill__cycle__gte=first,
            bill__cycle__lte=until,
            bill__kind__in=CONSUMPTION,
            bill__state__in=list(LIVE),
        )
        .select_related("bill")
        .order_by("bill__cycle", "period_start", "id")
    )
    months: dict[str, Month] = {}
    for row in rows:
        before = months.get(row.bill.cycle)
        days = (row.period_end - row.period_start).days
        tier = max(
            (value for value in (row.tier_reached, before.tier if before else None) if value), default=None
        )
        months[row.bill.cycle] = Month(
            cycle=row.bill.cycle,
            energy_kwh=row.energy_kwh + (before.energy_kwh if before else 0),
            days=days + (before.days if before else 0),
            tier=tier,
            total_fen=row.total_fen + (before.total_fen if before else 0),
            estimated=row.estimated or (before.estimated if before else False),
            price_version=row.book_version_id,
        )
    return [months[cycle] for cycle in sorted(months)]


def _reasons(this: Month, last: Month | None, year_ago: Month | None) -> list[str]:
    found = []
    if last is not None:
        if this.a_day_kwh > last.a_day_kwh:
            found.append("more_than_last_month")
        if this.days > last.days:
            found.append("longer_period")
        if this.tier and last.tier and this.tier > last.tier:
            found.append("higher_tier")
        if this.price_version != last.price_version:
            found.append("price_changed")
        if last.estimated and not this.estimated:
            found.append("estimated_before")
    if year_ago is not None:
        more = this.a_day_kwh > year_ago.a_day_kwh
        found.append("more_than_last_year" if more else "less_than_last_year")
    return found or ["as_usual"]


def energy_by_cycle(point: SupplyPoint, first: Cycle, last: Cycle) -> list[tuple[str, Decimal]]:
    """Billed energy of a supply point by month, oldest first."""
    sums: dict[str, Decimal] = {}
    rows = BillSection.objects.filter(
        supply_point=point,
        bill__cycle__gte=str(first),
        bill__cycle__lte=str(last),
        bill__kind__in=CONSUMPTION,
        bill__state__in=list(LIVE),
    ).values_list("bill__cycle", "energy_kwh")
    for cycle, energy in rows:
        sums[cycle] = sums.get(cycle, Decimal(0)) + energy
    return sorted(sums.items())


def last_billed_cycle(point: SupplyPoint) -> str | None:
    """The newest month billed at a supply point."""
    return (
        BillSection.objects.filter(supply_point=point, bill__kind__in=CONSUMPTION, bill__state__in=list(LIVE))
        .order_by("-bill__cycle")
        .values_list("bill__cycle", flat=True)
        .first()
    )


def accuracy_class(point: SupplyPoint) -> str:
    """The class of the meter that hangs at a supply point; class 2 where none does."""
    for _point, hanging in metering.points_of(point):
        if hanging is not None:
            return str(hanging.meter.accuracy_class)
    return OTHERWISE
