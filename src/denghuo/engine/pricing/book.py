"""The price book: tariffs as data, effective-dated, each figure with its legal basis and confidence.

One document describes one price area. Prices are decimals written as text (``"0.538"``), in yuan per unit;
energy is in kWh; every validity is half-open: ``valid_from`` is the first day in force and ``valid_to`` the
first day no longer in force (``null``: until further notice).

* A *tariff* says who pays which components, with which tiers and time-of-use scheme, and which of them float.
* A *price* row says what a component costs for some tariffs, voltages, time-of-use period and tier. Prices
  are given as published (the full price of each tier); a row without ``voltages`` holds for every voltage
  unless a row of that voltage exists; a row without ``tou`` is the flat price, which floats when the tariff
  says so.
* A *tier scheme* (阶梯) holds bounds, a *time-of-use scheme* (分时) holds hours and ratios, *parameters* hold
  the switches of rules that differ between provinces (see ``denghuo.engine.pricing.parameters``).

Read one with :func:`parse`; it raises :class:`BookInvalid`, whose problems carry a path, what was found and
what was expected.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from denghuo.engine.pricing.book_models import (
    CODE,
    ChainedRatio,
    Component,
    Confidence,
    CustomerClass,
    Dated,
    DayRule,
    Document,
    Exact,
    Form,
    Group,
    ManyPersons,
    Market,
    Name,
    Parameter,
    Price,
    PriceBook,
    Problem,
    Ratios,
    Tariff,
    TierScheme,
    TierSeason,
    Tou,
    TouScheme,
    TouSeason,
    Unit,
    Voltage,
    Window,
)
from denghuo.engine.pricing.checks import problems

__all__ = [
    "BookInvalid",
    "CODE",
    "ChainedRatio",
    "Component",
    "Confidence",
    "CustomerClass",
    "Dated",
    "DayRule",
    "Document",
    "Exact",
    "Form",
    "Group",
    "ManyPersons",
    "Market",
    "Name",
    "Parameter",
    "Price",
    "PriceBook",
    "Problem",
    "Ratios",
    "Tariff",
    "TierScheme",
    "TierSeason",
    "Tou",
    "TouScheme",
    "TouSeason",
    "Unit",
    "Voltage",
    "Window",
    "check",
    "parse",
    "path_of",
    "problems_of",
]


class BookInvalid(ValueError):
    """A price book that cannot be used; ``problems`` says why, one entry each."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        shown = "; ".join(str(problem) for problem in problems[:5])
        more = f" (and {len(problems) - 5} more)" if len(problems) > 5 else ""
        super().__init__(shown + more)


def parse(document: Mapping[str, Any] | str | bytes) -> PriceBook:
    """Read and fully check a price book given as JSON text or as decoded JSON.

    Raises:
        BookInvalid: not JSON, or anything wrong in the structure, the references or the figures.
    """
    if isinstance(document, str | bytes):
        try:
            document = json.loads(document, parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            raise BookInvalid([Problem("", "not_json", f"not JSON: {error}")]) from error
    try:
        book = PriceBook.model_validate(document)
    except ValidationError as error:
        raise BookInvalid(problems_of(error)) from error
    check(book)
    return book


def check(book: PriceBook) -> None:
    """Check references and figures across the whole book.

    Raises:
        BookInvalid: with every problem found.
    """
    found = problems(book)
    if found:
        raise BookInvalid(found)


def problems_of(error: ValidationError) -> list[Problem]:
    """Pydantic's errors as problems with a path such as ``prices[3].price``."""
    out = []
    for item in error.errors(include_url=False):
        path = path_of(item["loc"])
        found = item.get("input")
        shown = (
            "" if isinstance(found, dict | list) or item["type"] == "missing" else f", found {found!r:.80}"
        )
        out.append(Problem(path, item["type"], f"{item['msg']}{shown}"))
    return out


def path_of(location: tuple[int | str, ...]) -> str:
    """A pydantic location as text: ``("prices", 3, "price")`` → ``prices[3].price``."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif not any(mark in part for mark in "[(-"):
            text += f".{part}" if text else part
    return text
