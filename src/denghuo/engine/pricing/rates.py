"""From a price book to rate sets: what a customer of one tariff, voltage and market pays on one day.

A :class:`RateSet` is a list of entries "quantity slot × price"; days with the same rate set are merged, so that a
billing period is cut only where a price that matters to the customer changes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from denghuo.engine.pricing.book import (
    Component,
    CustomerClass,
    Dated,
    Form,
    Group,
    Market,
    Price,
    PriceBook,
    Ratios,
    Tariff,
    TierScheme,
    Tou,
    TouScheme,
    Unit,
    check,
)
from denghuo.engine.pricing.checks import MARKETS_OF, periods_of
from denghuo.engine.pricing.parameters import SETTINGS
from denghuo.engine.pricing.tou import PERIOD_INDEX, day_number, day_of
from denghuo.kernel.quantities import POWER_SCALE, PRICE_SCALE, rounded, scaled

TOTAL_SLOT = 0
TOU_SLOT = 1
TIER_SLOT = 6
NONE = -1

FROM_BOOK = 0
CONTRACT_FLAT = 1
CONTRACT_TOU = 2

LIST_CLASSES = (CustomerClass.RESIDENTIAL, CustomerClass.AGRICULTURAL, CustomerClass.GENERATION)


@dataclass(frozen=True)
class Entry:
    """One possible line: ``slot`` of the usage row times ``price`` (1e-8 yuan; ``None`` where the book has none).

    ``always``: the component has no price at all, so that even a row without energy cannot be priced.
    """

    component: int
    tou: int
    tier: int
    slot: int
    price: int | None
    price_id: str
    origin: int = FROM_BOOK
    always: bool = False


@dataclass(frozen=True)
class RateSet:
    """What applies on a run of days. ``fault`` names why nothing can be priced, if so."""

    tariff: str
    customer_class: CustomerClass | None = None
    form: Form | None = None
    entries: tuple[Entry, ...] = ()
    basic: tuple[Entry, ...] = ()
    tiers: int = NONE
    tou: int = NONE
    pf_from: int = NONE
    settings: tuple[tuple[str, str], ...] = ()
    fault: str = ""


DEMAND_SETTINGS = (
    "demand_over_threshold",
    "demand_over_multiplier",
    "demand_over_reading",
    "demand_floor_ratio",
    "demand_discount_kwh_per_kva",
    "demand_discount_factor",
    "basic_charge_day_divisor",
    "basic_charge_cap",
)


@dataclass
class CompiledBook:
    """A checked book with its indexes; keeps the rate sets it has resolved."""

    book: PriceBook
    rows: dict[tuple[str, str], list[Price]] = field(default_factory=dict)
    thresholds: list[int] = field(default_factory=list)
    price_rows: dict[str, Price] = field(default_factory=dict)
    _known: dict[tuple, list[tuple[int, RateSet]]] = field(default_factory=dict)

    def setting(self, code: str, day: date) -> str:
        """The parameter's value in force, or its default."""
        for item in self.book.parameters:
            if item.code == code and item.in_force(day):
                return str(item.value)
        return SETTINGS[code].default

    def band(self, capacity: int) -> int:
        return bisect_right(self.thresholds, capacity)

    def tariff(self, code: str, day: date) -> Tariff | None:
        return next((t for t in self.book.tariffs if t.code == code and t.in_force(day)), None)

    def customer_class(self, code: str) -> CustomerClass | None:
        return next((t.customer_class for t in self.book.tariffs if t.code == code), None)

    def resolve(
        self, tariff: str, voltage: str, market: str, band: int, first: int, last: int
    ) -> list[tuple[int, RateSet]]:
        """Rate sets of ``[first, last)``: (first day, rate set), in time order, neighbours different."""
        key = (tariff, voltage, market, band, first, last)
        if key not in self._known:
            if len(self._known) > 20_000:
                self._known.clear()
            runs: list[tuple[int, RateSet]] = []
            for day in _edges(self, tariff, first, last):
                rates = _rate_set(self, tariff, voltage, market, band, day_of(day))
                if not runs or runs[-1][1] != rates:
                    runs.append((day, rates))
            self._known[key] = runs
        return self._known[key]


def compile(book: PriceBook) -> CompiledBook:
    """Check a book and index it for pricing.

    Raises:
        BookInvalid: the book does not hold together.
    """
    check(book)
    rows: dict[tuple[str, str], list[Price]] = defaultdict(list)
    for price in book.prices:
        for tariff in price.tariffs:
            rows[tariff, price.component].append(price)
    limits = {
        scaled(limit, POWER_SCALE)
        for scheme in book.tou_schemes
        for rule in scheme.ratios
        for limit in (rule.capacity_kva_from, rule.capacity_kva_below)
        if limit is not None
    }
    return CompiledBook(book, dict(rows), sorted(limits), {price.id: price for price in book.prices})


def _edges(compiled: CompiledBook, tariff: str, first: int, last: int) -> list[int]:
    """Days of ``[first, last)`` on which something that may matter to the tariff begins or ends."""
    book = compiled.book
    versions = [t for t in book.tariffs if t.code == tariff]
    dated: list[Dated] = [*versions]
    dated += [s for s in book.tier_schemes if any(s.code == t.tiers for t in versions)]
    schemes = [s for s in book.tou_schemes if any(s.code == t.tou for t in versions)]
    dated += schemes
    dated += [p for p in book.parameters if p.code in DEMAND_SETTINGS or p.code == "agent_price_penalty"]
    dated += [row for (code, _), rows in compiled.rows.items() if code == tariff for row in rows]
    edges = {first}
    for item in dated:
        edges |= {day_number(item.valid_from)} | ({day_number(item.valid_to)} if item.valid_to else set())
    if any(rule.months is not None for scheme in schemes for rule in scheme.ratios):
        edges |= {day for day in range(first, last) if day_of(day).day == 1}
    return sorted(day for day in edges if first <= day < last)


def _rate_set(compiled: CompiledBook, code: str, voltage: str, market: str, band: int, day: date) -> RateSet:
    book = compiled.book
    tariff = compiled.tariff(code, day)
    if tariff is None:
        known = any(t.code == code for t in book.tariffs)
        return RateSet(code, fault="tariff_not_in_force" if known else "tariff_unknown")
    tiers = _position(book.tier_schemes, tariff.tiers, day)
    tou = _position(book.tou_schemes, tariff.tou, day)
    if (tariff.tiers and tiers == NONE) or (tariff.tou and tou == NONE):
        fault = "tier_scheme_missing" if tariff.tiers and tiers == NONE else "tou_scheme_missing"
        return RateSet(code, tariff.customer_class, tariff.form, fault=fault)
    if tariff.customer_class in LIST_CLASSES:
        market = Market.LIST
    maker = _Maker(compiled, tariff, voltage, Market(market), band, day, tiers, tou)
    entries = list(maker.entries())
    if not maker.market_fits():
        return RateSet(code, tariff.customer_class, tariff.form, fault="market_unfit")
    settings: tuple[tuple[str, str], ...] = ()
    if tariff.form is Form.TWO_PART:
        settings = tuple((name, compiled.setting(name, day)) for name in DEMAND_SETTINGS)
    basic = {index for index, c in enumerate(book.components) if c.unit is not Unit.KWH}
    return RateSet(
        code,
        tariff.customer_class,
        tariff.form,
        tuple(entry for entry in entries if entry.component not in basic),
        tuple(entry for entry in entries if entry.component in basic),
        tiers,
        tou,
        NONE if tariff.pf_from_kva is None else rounded(tariff.pf_from_kva, POWER_SCALE),
        settings,
    )


def _position(schemes: list, code: str | None, day: date) -> int:
    found = (index for index, s in enumerate(schemes) if s.code == code and s.in_force(day))
    return next(found, NONE)


@dataclass
class _Maker:
    """Builds the entries of one rate set."""

    compiled: CompiledBook
    tariff: Tariff
    voltage: str
    market: Market
    band: int
    day: date
    tiers: int
    tou: int

    @property
    def scheme(self) -> TouScheme | None:
        return self.compiled.book.tou_schemes[self.tou] if self.tou != NONE else None

    @property
    def tier_scheme(self) -> TierScheme | None:
        return self.compiled.book.tier_schemes[self.tiers] if self.tiers != NONE else None

    def entries(self) -> Iterator[Entry]:
        for index, component in enumerate(self.compiled.book.components):
            if not self._pays(component):
                continue
            if component.markets and not MARKETS_OF[self.market] & set(component.markets):
                continue
            prices = self._prices(component)
            if component.unit is not Unit.KWH:
                yield self._entry(index, prices.get((None, None)), TOTAL_SLOT)
            elif component.from_contract:
                yield from self._contract(index, prices)
            elif not prices:
                yield Entry(index, NONE, 0, TOTAL_SLOT, None, "", always=True)
            else:
                yield from self._energy(index, component, prices)

    def market_fits(self) -> bool:
        """Whether a component sold by market (energy by agent, by contract) is there for this market."""
        sold = [c for c in self.compiled.book.components if c.markets and self._pays(c)]
        return not sold or any(MARKETS_OF[self.market] & set(c.markets or ()) for c in sold)

    def _pays(self, component: Component) -> bool:
        if self.tariff.components is not None:
            return component.code in self.tariff.components
        contract = component.from_contract and self.tariff.customer_class not in LIST_CLASSES
        return contract or (self.tariff.code, component.code) in self.compiled.rows

    def _prices(self, component: Component) -> dict[tuple[Tou | None, int | None], Price]:
        """The component's rows in force, those of the voltage before those of every voltage."""
        rows = [
            row
            for row in self.compiled.rows.get((self.tariff.code, component.code), ())
            if row.in_force(self.day)
        ]
        own = [row for row in rows if row.voltages and self.voltage in row.voltages]
        return {(row.tou, row.tier): row for row in own or [row for row in rows if row.voltages is None]}

    def _entry(self, index: int, row: Price | None, slot: int, tou: int = NONE, tier: int = 0) -> Entry:
        if row is None:
            return Entry(index, tou, tier, slot, None, "", always=slot == TOTAL_SLOT)
        return Entry(index, tou, tier, slot, self._money(index, row.price), row.id)

    def _money(self, index: int, price: Decimal, decimals: int = PRICE_SCALE) -> int:
        group = self.compiled.book.components[index].group
        if self.market is Market.AGENT_PENALTY and group is Group.ENERGY:
            price *= Decimal(self.compiled.setting("agent_price_penalty", self.day))
        step = Decimal(1).scaleb(-decimals)
        return rounded(price.quantize(step, rounding=ROUND_HALF_UP), PRICE_SCALE)

    def _contract(self, index: int, prices: dict) -> Iterator[Entry]:
        flat = prices.get((None, None))
        price = None if flat is None else self._money(index, flat.price)
        price_id = "" if flat is None else flat.id
        yield Entry(index, NONE, 0, TOTAL_SLOT, price, price_id, CONTRACT_FLAT)
        if self.scheme is not None:
            for at in PERIOD_INDEX.values():
                yield Entry(index, at, 0, TOU_SLOT + at, None, "", CONTRACT_TOU)

    def _energy(self, index: int, component: Component, prices: dict) -> Iterator[Entry]:
        tiered = any(tier for _, tier in prices) and self.tier_scheme is not None
        by_tou = any(tou for tou, _ in prices)
        floats = component.code in self.tariff.floats
        if self.scheme is not None and (by_tou or floats):
            yield from self._by_period(index, prices, floats)
        elif tiered and self.tier_scheme is not None and self.tier_scheme.lines == "full":
            for tier in sorted({tier or 1 for _, tier in prices}):
                yield self._entry(index, _base(prices, None, tier), TIER_SLOT + tier - 1, tier=tier)
            return
        else:
            yield self._entry(index, _base(prices, None), TOTAL_SLOT)
        if tiered:
            yield from self._adders(index, prices)

    def _by_period(self, index: int, prices: dict, floats: bool) -> Iterator[Entry]:
        """One entry for every period, so that energy in a period without a price is noticed."""
        assert self.scheme is not None
        flat = _base(prices, None)
        ratios = self._ratios() if floats and flat is not None else None
        used = periods_of(self.scheme)
        for tou, at in PERIOD_INDEX.items():
            own = _base(prices, tou)
            ratio = ratios.ratio(tou) if ratios is not None and tou in used else None
            if own is None and ratio is not None and flat is not None:
                price = self._money(index, flat.price * ratio, self.scheme.price_decimals)
                yield Entry(index, at, 0, TOU_SLOT + at, price, flat.id)
            else:
                yield self._entry(index, own, TOU_SLOT + at, tou=at)

    def _ratios(self) -> Ratios | None:
        assert self.scheme is not None
        for rule in self.scheme.ratios:
            low = 0 if rule.capacity_kva_from is None else scaled(rule.capacity_kva_from, POWER_SCALE)
            high = rule.capacity_kva_below
            within = self.band >= self.compiled.band(low) if low else True
            if high is not None:
                within = within and self.band < self.compiled.band(scaled(high, POWER_SCALE))
            month = rule.months is None or self.day.month in rule.months
            if within and month and (rule.voltages is None or self.voltage in rule.voltages):
                return rule
        return None

    def _adders(self, index: int, prices: dict) -> Iterator[Entry]:
        """What higher tiers cost more than tier 1; the same in every period, as the book's checks made sure."""
        tou = next(tou for tou, tier in prices if tier)
        first = prices[tou, 1]
        for tier in sorted(t for p, t in prices if p == tou and t and t > 1):
            row = prices[tou, tier]
            price = rounded(row.price - first.price, PRICE_SCALE)
            yield Entry(index, NONE, tier, TIER_SLOT + tier - 1, price, f"{row.id} - {first.id}")


def _base(prices: dict, tou: Tou | None, tier: int = 1) -> Price | None:
    if tier == 1:
        return prices.get((tou, None)) or prices.get((tou, 1))
    return prices.get((tou, tier))
