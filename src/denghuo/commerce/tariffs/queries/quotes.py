"""Quotes: what a month of use costs under a book, and what a new version changes for the same customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from denghuo.commerce.tariffs.frames import Enquiry, case_tables
from denghuo.engine.pricing.bill import price
from denghuo.engine.pricing.book import CustomerClass, Form, PriceBook, Tariff
from denghuo.engine.pricing.checks import periods_of
from denghuo.engine.pricing.explain import Trace, explain
from denghuo.engine.pricing.rates import CompiledBook
from denghuo.engine.pricing.tou import DayCalendar
from denghuo.kernel.periods import Cycle

HUNDREDTH = Decimal("0.01")


def quote(enquiry: Enquiry, compiled: CompiledBook, calendar: DayCalendar | None = None) -> Trace:
    """The bill of one enquiry with everything behind it, or the reasons why it cannot be priced.

    Raises:
        InexactQuantity, ValueError: see ``frames.case_tables``.
    """
    return quotes([enquiry], {enquiry.book: compiled}, calendar)[0]


def quotes(
    enquiries: list[Enquiry], books: Mapping[str, CompiledBook], calendar: DayCalendar | None = None
) -> list[Trace]:
    """Price several enquiries at once."""
    tables = case_tables(enquiries)
    priced = price(tables, books, calendar)
    return [explain(tables, priced, case_id) for case_id in range(len(enquiries))]


def yearly_effect(enquiry: Enquiry, compiled: CompiledBook) -> list[Trace]:
    """The same use in each of the twelve months of the enquiry's year, tiers filling up month by month."""
    year = Cycle.parse(enquiry.cycle).year
    months = [
        replace(enquiry, cycle=str(Cycle(year, month)), prior_kwh=enquiry.total_kwh * (month - 1))
        for month in range(1, 13)
    ]
    return quotes(months, {enquiry.book: compiled})


def reactive_for(active_kwh: Decimal, power_factor: Decimal) -> Decimal:
    """Reactive energy (kvarh) that gives this power factor: Q = P·√(1/f² − 1)."""
    return (active_kwh * (1 / power_factor**2 - 1).sqrt()).quantize(HUNDREDTH, ROUND_HALF_UP)


@dataclass(frozen=True)
class StandardCase:
    """A customer whose bill is compared between versions; ``code`` names it for the page."""

    code: str
    enquiry: Enquiry


@dataclass(frozen=True)
class Impact:
    """One standard case under the old and the new version; ``None`` where it cannot be priced."""

    case: StandardCase
    old: Trace | None
    new: Trace

    @property
    def change_yuan(self) -> Decimal | None:
        if self.old is None or self.old.total_yuan is None or self.new.total_yuan is None:
            return None
        return self.new.total_yuan - self.old.total_yuan

    @property
    def change_percent(self) -> Decimal | None:
        change = self.change_yuan
        if change is None or self.old is None or not self.old.total_yuan:
            return None
        return (change / self.old.total_yuan * 100).quantize(HUNDREDTH, ROUND_HALF_UP)


def standard_cases(book: PriceBook, on: date) -> list[StandardCase]:
    """A household of 200 kWh, a shop and a factory on the tariffs that the book has for them on a day."""
    cycle = str(Cycle.of(on))
    out = []
    if tariff := _first(book, on, lambda t: t.customer_class is CustomerClass.RESIDENTIAL and not t.tou):
        enquiry = Enquiry(book.code, tariff.code, "lt1kv", cycle, Decimal(200), capacity_kva=Decimal(8))
        out.append(StandardCase("household", enquiry))
    if tariff := _first(book, on, lambda t: _is_ci(t) and t.form is Form.SINGLE_PART and not t.tou):
        enquiry = Enquiry(book.code, tariff.code, "lt1kv", cycle, Decimal(1500), capacity_kva=Decimal(30))
        out.append(StandardCase("shop", enquiry))
    if tariff := _first(book, on, lambda t: _is_ci(t) and t.form is Form.TWO_PART):
        out.append(StandardCase("factory", _factory(book, tariff, on, cycle)))
    return out


def _factory(book: PriceBook, tariff: Tariff, on: date, cycle: str) -> Enquiry:
    """100,000 kWh behind 630 kVA at 10 kV, spread evenly over the scheme's periods, power factor 0.92."""
    scheme = next((s for s in book.tou_schemes if s.code == tariff.tou and s.in_force(on)), None)
    periods = periods_of(scheme) if scheme else []
    share = (Decimal(100_000) / max(1, len(periods))).quantize(HUNDREDTH)
    spread = {str(period): share for period in periods}
    return Enquiry(
        book.code,
        tariff.code,
        "1-10kv",
        cycle,
        Decimal(100_000),
        by_period=spread,
        billing_mode="capacity",
        capacity_kva=Decimal(630),
        pf_standard=90,
        reactive_kvarh=reactive_for(Decimal(100_000), Decimal("0.92")),
    )


def _is_ci(tariff: Tariff) -> bool:
    return tariff.customer_class is CustomerClass.COMMERCIAL_INDUSTRIAL


def _first(book: PriceBook, on: date, wanted: Callable[[Tariff], bool]) -> Tariff | None:
    return next((tariff for tariff in book.tariffs if tariff.in_force(on) and wanted(tariff)), None)


def impact(old: CompiledBook | None, new: CompiledBook, on: date) -> list[Impact]:
    """The standard cases of ``new`` on a day, priced under both."""
    cases = standard_cases(new.book, on)
    if not cases:
        return []
    enquiries = [case.enquiry for case in cases]
    after = quotes(enquiries, {new.book.code: new})
    before: list[Trace | None] = [None] * len(cases)
    if old is not None:
        before = list(quotes(enquiries, {new.book.code: old}))
    return [Impact(case, b, a) for case, b, a in zip(cases, before, after, strict=True)]
