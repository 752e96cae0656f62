"""A price book as people read a price notice: class × voltage × tier × period, each figure with what it is made of.

Every figure is added up from the engine's own rate set, so the page shows exactly what a bill is priced with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from denghuo.commerce.tariffs import rules
from denghuo.engine.pricing.book import (
    Component,
    Market,
    PriceBook,
    Tariff,
    TierScheme,
    TierSeason,
    Unit,
    Voltage,
)
from denghuo.engine.pricing.rates import NONE, TIER_SLOT, TOTAL_SLOT, CompiledBook, Entry, RateSet
from denghuo.engine.pricing.tou import PERIODS, day_number
from denghuo.kernel.quantities import PRICE_SCALE, unscaled

FLAT = ""


@dataclass(frozen=True)
class Part:
    """One component of a price, with where its figure comes from."""

    component: Component
    price: Decimal
    price_id: str
    confidence: str
    document: str
    note: str


@dataclass(frozen=True)
class Cell:
    """The all-in price of one period, or what is missing for it."""

    parts: tuple[Part, ...] = ()
    missing: tuple[Component, ...] = ()

    @property
    def price(self) -> Decimal | None:
        return None if self.missing or not self.parts else sum((p.price for p in self.parts), Decimal(0))

    @property
    def confidence(self) -> str:
        """The least sure of its parts."""
        return max((part.confidence for part in self.parts), key=rules.CONFIDENCES.index, default="U")

    @property
    def notes(self) -> list[str]:
        """What is said of its uncertain parts, each remark once."""
        return list(dict.fromkeys(part.note for part in self.parts if part.note and part.confidence == "U"))


@dataclass(frozen=True)
class Row:
    """One line of the table. ``capacity_kva``: the band ``(from, below)`` it is limited to; ``energy_kwh``: the tier's range."""

    voltages: tuple[Voltage, ...]
    tier: int | None
    energy_kwh: tuple[Decimal, Decimal | None] | None
    capacity_kva: tuple[Decimal | None, Decimal | None] | None
    cells: dict[str, Cell]
    capacity: Part | None = None
    demand: Part | None = None

    @property
    def basics(self) -> tuple[Part | None, Part | None]:
        """Prices per kVA and per kW, in the order of the columns."""
        return self.capacity, self.demand


@dataclass(frozen=True)
class Table:
    """What one tariff costs on a day. ``periods`` are the columns, ``[""]`` where one price holds all day."""

    tariff: Tariff
    scheme: TierScheme | None
    season: TierSeason | None
    periods: list[str]
    rows: list[Row] = field(default_factory=list)

    @property
    def has_basic(self) -> bool:
        return any(row.capacity or row.demand for row in self.rows)


def price_tables(compiled: CompiledBook, on: date, *, market: str = Market.AGENT) -> list[Table]:
    """Every tariff in force on a day, in the order of the book."""
    return [_table(compiled, tariff, on, market) for tariff in compiled.book.tariffs if tariff.in_force(on)]


def energy_price(
    compiled: CompiledBook,
    tariff: str,
    voltage: str,
    on: date,
    *,
    period: str = FLAT,
    tier: int | None = None,
) -> Decimal | None:
    """The all-in price of a kWh (agent purchase), or ``None`` where a component is missing."""
    table = next((t for t in price_tables(compiled, on) if t.tariff.code == tariff), None)
    for row in table.rows if table else ():
        if (not row.voltages or voltage in row.voltages) and (tier is None or row.tier in (None, tier)):
            return row.cells[period].price if period in row.cells else None
    return None


def _table(compiled: CompiledBook, tariff: Tariff, on: date, market: str) -> Table:
    book = compiled.book
    scheme = next((s for s in book.tier_schemes if s.code == tariff.tiers and s.in_force(on)), None)
    season = _season(scheme, on)
    found: list[tuple[tuple[Voltage, ...], int | None, RateSet]] = []
    for voltage in Voltage:
        for band in _bands(compiled, tariff):
            rates = _rates(compiled, tariff, voltage, band or 0, on, market)
            if _offered(compiled, tariff, rates, on):
                _merge(found, voltage, band, rates)
    every = {voltage for voltages, _band, _rates in found for voltage in voltages} == set(Voltage)
    bands = {band for _v, band, _r in found}
    periods = _periods([rates for _v, _b, rates in found])
    table = Table(tariff, scheme, season, periods)
    for voltages, band, rates in found:
        shown = () if every and len(found) == len(bands) else voltages
        limits = _limits(compiled, band) if band is not None else None
        table.rows.extend(_rows(compiled, rates, shown, limits, table))
    return table


def _bands(compiled: CompiledBook, tariff: Tariff) -> list[int | None]:
    """Capacity bands that may matter to a tariff; ``[None]`` where only the time-of-use ratio could differ."""
    return list(range(len(compiled.thresholds) + 1)) if tariff.tou and compiled.thresholds else [None]


def _season(scheme: TierScheme | None, on: date) -> TierSeason | None:
    if scheme is None:
        return None
    return next((s for s in scheme.seasons if s.months is None or on.month in s.months), None)


def _rates(compiled: CompiledBook, tariff: Tariff, voltage: str, band: int, on: date, market: str) -> RateSet:
    first = day_number(on)
    return compiled.resolve(tariff.code, voltage, market, band, first, first + 1)[0][1]


def _offered(compiled: CompiledBook, tariff: Tariff, rates: RateSet, on: date) -> bool:
    """Whether the tariff exists at this voltage: nothing it lacks is priced at another voltage that day."""
    for entry in (*rates.entries, *rates.basic):
        if entry.price is None and entry.always:
            code = compiled.book.components[entry.component].code
            rows = compiled.rows.get((tariff.code, code), ())
            if any(row.in_force(on) and row.voltages for row in rows):
                return False
    return not rates.fault


def _merge(
    found: list[tuple[tuple[Voltage, ...], int | None, RateSet]],
    voltage: Voltage,
    band: int | None,
    rates: RateSet,
) -> None:
    """Put together what costs the same: capacity bands first, then neighbouring voltages."""
    for index, (voltages, known, same) in enumerate(found):
        if same == rates and voltage in voltages:
            found[index] = (voltages, None if known != band else known, same)
            return
    for index, (voltages, known, same) in enumerate(found):
        if same == rates and known in (band, None):
            found[index] = ((*voltages, voltage), known, same)
            return
    found.append(((voltage,), band, rates))


def _limits(compiled: CompiledBook, band: int) -> tuple[Decimal | None, Decimal | None] | None:
    if not compiled.thresholds:
        return None
    edges = [None, *(unscaled(limit, 2) for limit in compiled.thresholds), None]
    return edges[band], edges[band + 1]


def _periods(rate_sets: list[RateSet]) -> list[str]:
    used = {entry.tou for rates in rate_sets for entry in rates.entries if entry.tou != NONE}
    priced = {
        entry.tou
        for rates in rate_sets
        for entry in rates.entries
        if entry.tou != NONE and entry.price is not None
    }
    return [str(tou) for at, tou in enumerate(PERIODS) if at in used & priced] or [FLAT]


def _rows(
    compiled: CompiledBook,
    rates: RateSet,
    voltages: tuple[Voltage, ...],
    limits: tuple[Decimal | None, Decimal | None] | None,
    table: Table,
) -> Iterator[Row]:
    basic = {
        compiled.book.components[e.component].unit: _part(compiled, e)
        for e in rates.basic
        if e.price is not None
    }
    bounds = table.season.bounds_kwh if table.season else []
    edges: list[Decimal | None] = [Decimal(0), *bounds, None]
    tiered = table.scheme is not None and len(bounds) > 0
    for number in range(1, len(bounds) + 2):
        yield Row(
            voltages,
            number if tiered else None,
            (edges[number - 1] or Decimal(0), edges[number]) if tiered else None,
            limits,
            {period: _cell(compiled, rates, period, number) for period in table.periods},
            basic.get(Unit.KVA_MONTH),
            basic.get(Unit.KW_MONTH),
        )


def _cell(compiled: CompiledBook, rates: RateSet, period: str, tier: int) -> Cell:
    parts, missing = [], []
    for entry in rates.entries:
        component = compiled.book.components[entry.component]
        if component.from_contract or not _counts(entry, period, tier):
            continue
        if entry.price is None:
            missing.append(component)
        else:
            parts.append(_part(compiled, entry))
    return Cell(tuple(parts), tuple(missing))


def _counts(entry: Entry, period: str, tier: int) -> bool:
    if entry.slot == TOTAL_SLOT:
        return True
    if entry.slot >= TIER_SLOT:
        return entry.tier == tier
    return period != FLAT and str(PERIODS[entry.tou]) == period


def _part(compiled: CompiledBook, entry: Entry) -> Part:
    rows = [compiled.price_rows[name] for name in entry.price_id.split(" - ") if name in compiled.price_rows]
    row = max(rows, key=lambda row: rules.CONFIDENCES.index(row.confidence))
    return Part(
        compiled.book.components[entry.component],
        unscaled(entry.price or 0, PRICE_SCALE),
        entry.price_id,
        row.confidence,
        row.basis,
        row.note,
    )


@dataclass(frozen=True)
class Coverage:
    """From when to when a tariff can be priced, and days in between on which it cannot (first day, last day)."""

    tariff: Tariff
    start: date
    end: date | None
    gaps: list[tuple[date, date]]


def coverage(compiled: CompiledBook, start: date, end: date) -> list[Coverage]:
    """What of ``[start, end)`` each tariff can be priced for, probed at every date on which a figure changes."""
    out: list[Coverage] = []
    for code in dict.fromkeys(tariff.code for tariff in compiled.book.tariffs):
        out += _covered(compiled, code, start, end)
    return out


def _covered(compiled: CompiledBook, code: str, start: date, end: date) -> Iterator[Coverage]:
    edges = {start}
    for (tariff, _component), rows in compiled.rows.items():
        if tariff == code:
            edges |= {day for row in rows for day in (row.valid_from, row.valid_to) if day}
    edges |= {
        day for t in compiled.book.tariffs if t.code == code for day in (t.valid_from, t.valid_to) if day
    }
    days = sorted(day for day in edges if start <= day < end)
    spans: list[tuple[date, date, bool]] = []
    for first, following in zip(days, [*days[1:], end], strict=True):
        tariff_then = compiled.tariff(code, first)
        complete = tariff_then is not None and _complete(compiled, tariff_then, first)
        if spans and spans[-1][2] == complete:
            spans[-1] = (spans[-1][0], following, complete)
        else:
            spans.append((first, following, complete))
    good = [span for span in spans if span[2]]
    if good:
        tariff_last = compiled.tariff(code, good[-1][0])
        assert tariff_last is not None
        gaps = [
            (first, following - timedelta(days=1))
            for first, following, complete in spans
            if not complete and good[0][0] < first < good[-1][1]
        ]
        yield Coverage(tariff_last, good[0][0], None if good[-1][1] == end else good[-1][1], gaps)


def _complete(compiled: CompiledBook, tariff: Tariff, on: date) -> bool:
    return any(
        row.cells and all(not cell.missing for cell in row.cells.values())
        for row in _table(compiled, tariff, on, Market.AGENT).rows
    )


def confidence_shares(book: PriceBook) -> dict[str, int]:
    """Price rows by confidence mark."""
    return rules.shares(str(price.confidence) for price in book.prices)
