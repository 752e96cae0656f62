"""Prices of a supply point over the days of a claim, from the price book that bills are made with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import get_language

from denghuo.commerce.inspection.rules import parameters
from denghuo.commerce.inspection.rules.charges import Price, Rates
from denghuo.commerce.tariffs import queries as tariffs
from denghuo.commerce.tariffs.queries.books import NoBookInForce
from denghuo.commerce.tariffs.queries.notice import FLAT, Row
from denghuo.engine.pricing.rates import CompiledBook
from denghuo.engine.pricing.tou import day_number
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.records.supply.models import SupplyPoint, SupplyTerms
from denghuo.records.supply.queries import terms_between

MIDDLE = "flat"


def rates(on: date) -> Rates:
    """The regulated figures of breach and theft that hold on a day."""
    values = parameter_queries.values(parameters.RATE_PARAMETERS, on=on)

    def of(parameter: object) -> Decimal:
        return Decimal(values[parameter.code])  # type: ignore[attr-defined]

    return Rates(
        theft_days=values[parameters.THEFT_DAYS.code],
        power_hours=of(parameters.POWER_HOURS),
        lighting_hours=of(parameters.LIGHT_HOURS),
        theft_multiple=of(parameters.THEFT_MULTIPLE),
        deduct_recorded=values[parameters.DEDUCT.code],
        class_months=values[parameters.CLASS_MONTHS.code],
        class_multiple=of(parameters.CLASS_MULTIPLE),
        capacity_multiple=of(parameters.CAPACITY_MULTIPLE),
        capacity_yuan=of(parameters.CAPACITY_YUAN),
        sealed_multiple=of(parameters.SEALED_MULTIPLE),
        sealed_yuan=of(parameters.SEALED_YUAN),
        device_residential_yuan=of(parameters.DEVICE_RESIDENTIAL_YUAN),
        device_other_yuan=of(parameters.DEVICE_OTHER_YUAN),
        source_yuan=of(parameters.SOURCE_YUAN),
        quota_yuan=of(parameters.QUOTA_YUAN),
        quota_multiple=of(parameters.QUOTA_MULTIPLE),
    )


def energy_prices(point: SupplyPoint, start: date, end: date, *, tariff: str = "") -> list[Price]:
    """The all-in price of a kWh on the days ``[start, end)``: first tier, and the middle hours of time-of-use tariffs.

    ``tariff`` instead of the one that the supply point is on. A day whose price is not complete is left out.
    """

    def price(row: Row) -> Decimal | None:
        cell = row.cells.get(FLAT) or row.cells.get(MIDDLE)
        return cell.price if cell else None

    return _prices(point, start, end, tariff, price)


def basic_prices(point: SupplyPoint, start: date, end: date) -> list[Price]:
    """Yuan a kVA and month on the days ``[start, end)``."""
    return _prices(point, start, end, "", lambda row: row.capacity.price if row.capacity else None)


def _prices(
    point: SupplyPoint, start: date, end: date, tariff: str, price: Callable[[Row], Decimal | None]
) -> list[Price]:
    found: list[Price] = []
    for terms in terms_between([point.pk], start, end).get(point.pk, []):
        first, last = max(terms.valid_from, start), min(terms.valid_to or end, end)
        try:
            book = tariffs.book_in_force(terms.price_book)
        except NoBookInForce:
            continue
        found += _of_terms(book, terms, tariff or terms.tariff, first, last, price)
    return found


def _of_terms(
    book: CompiledBook,
    terms: SupplyTerms,
    tariff: str,
    first: date,
    last: date,
    price: Callable[[Row], Decimal | None],
) -> list[Price]:
    if not any(known.code == tariff for known in book.book.tariffs):
        return []
    name = next(known.name.zh for known in book.book.tariffs if known.code == tariff)
    base = day_number(first)
    runs = book.resolve(tariff, terms.voltage, terms.market, 0, base, day_number(last))
    days = [first + timedelta(days=number - base) for number, _rates in runs]
    found = []
    for day, until in zip(days, [*days[1:], last], strict=True):
        row = _row(book, tariff, terms, day)
        yuan = price(row) if row else None
        if yuan is not None:
            found.append(Price(day, until, yuan, f"{book.book.name.zh} · {name}"))
    return found


def _row(book: CompiledBook, tariff: str, terms: SupplyTerms, day: date) -> Row | None:
    tables = tariffs.price_tables(book, day, market=terms.market)
    table = next((table for table in tables if table.tariff.code == tariff), None)
    for row in table.rows if table else ():
        if (not row.voltages or terms.voltage in row.voltages) and row.tier in (None, 1):
            return row
    return None


def tariff_choices(point: SupplyPoint, on: date) -> list[tuple[str, str]]:
    """Tariffs of the book of a supply point, for the price that a load should have had."""
    terms = point.terms.filter(valid_from__lte=on).order_by("-valid_from").first()
    if terms is None:
        return []
    try:
        book = tariffs.book_in_force(terms.price_book).book
    except NoBookInForce:
        return []
    chinese = (get_language() or "").startswith("zh")
    return [
        (tariff.code, tariff.name.zh if chinese else tariff.name.en)
        for tariff in book.tariffs
        if tariff.in_force(on)
    ]


def constant(yuan: Decimal, basis: str, start: date, end: date) -> Sequence[Price]:
    """A price entered by hand, with where it comes from."""
    return [Price(start, end, yuan, basis)]
