"""Small cases that tests bend: one household, one works on two-part tariff."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal

from denghuo.engine.pricing import Case, Trace, compile, explain, parse, price
from tests.unit.engine.pricing import world


def household(**changes) -> dict:
    return {
        "book": "east",
        "period_start": "2026-05-01",
        "period_end": "2026-06-01",
        "terms": [{"tariff": "res-month"}],
        "points": [{"id": 7, "advances": [{"opening": {"total": "100"}, "closing": {"total": "700"}}]}],
        **changes,
    }


READINGS = {
    "opening": {"sharp": "0", "peak": "0", "flat": "0", "valley": "0", "deep": "0", "reactive_forward": "0"},
    "closing": {
        "sharp": "10",
        "peak": "30",
        "flat": "40",
        "valley": "20",
        "deep": "0",
        "reactive_forward": "30",
    },
    "multiplier": "100",
    "max_demand_kw": "4",
}


def works(**changes) -> dict:
    terms = {
        "tariff": "ci-two",
        "voltage": "1-10kv",
        "billing_mode": "capacity",
        "capacity_kva": "1000",
        "market": "agent",
        "power_factor_standard": 90,
    }
    return {
        "book": "east",
        "period_start": "2026-05-01",
        "period_end": "2026-06-01",
        "terms": [terms],
        "points": [{"id": 1, "advances": [deepcopy(READINGS)]}],
        **changes,
    }


def with_terms(case: dict, **changes) -> dict:
    return {**case, "terms": [{**case["terms"][0], **changes}]}


def book_with(*parameters: tuple[str, str]) -> dict:
    return world.book("east", parameters)


def bill(case: dict, book: dict | None = None) -> Trace:
    book = book or world.BOOKS["east"]
    document = Case.model_validate({**case, "book": book["code"], "days": case.get("days", world.DAYS)})
    tables = document.to_tables()
    return explain(tables, price(tables, {book["code"]: compile(parse(book))}, document.days.calendar()), 1)


def refusals(case: dict, book: dict | None = None) -> list[tuple[str, str]]:
    trace = bill(case, book)
    assert trace.exceptions == [] or (trace.lines == [] and trace.total_yuan is None)
    return [(item.code, item.path) for item in trace.exceptions]


def amounts(trace: Trace, component: str) -> list[Decimal]:
    return [line.amount_yuan for line in trace.lines if line.component == component]
