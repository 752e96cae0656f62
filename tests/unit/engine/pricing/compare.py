"""Price JSON cases with the engine and with the oracle, in the same plain form."""

from __future__ import annotations

from decimal import Decimal

from denghuo.engine.pricing import Case, CaseTables, DayCalendar, compile, parse, price
from tests.oracles import pricing as oracle
from tests.unit.engine.pricing import world

CALENDAR = Case.model_validate(
    {"book": "x", "period_start": "2026-01-01", "period_end": "2026-02-01", "terms": [{"tariff": "x"}], "points": [{"id": 1}], "days": world.DAYS}
).days.calendar()  # fmt: skip
COMPILED = {code: compile(parse(document)) for code, document in world.BOOKS.items()}


def tables_of(cases: list[dict]) -> CaseTables:
    rows: dict[str, list] = {}
    for at, case in enumerate(cases, 1):
        for name, group in Case.model_validate(case).to_rows(at).items():
            rows.setdefault(name, []).extend(group)
    return CaseTables.from_rows(**rows)


def engine_lines(cases: list[dict], books=None, calendar: DayCalendar = CALENDAR):
    """{case number: (sorted lines, total)}, and exceptions."""
    priced = price(tables_of(cases), COMPILED if books is None else books, calendar)
    out: dict[int, list] = {at: [] for at in range(1, len(cases) + 1)}
    for row in priced.lines.to_pylist():
        out[row["case_id"]].append(
            (
                row["component"],
                row["tou"] or "",
                row["tier"] or 0,
                row["point_id"] or 0,
                Decimal(row["quantity"]).scaleb(-2),
                Decimal(row["price"]).scaleb(-8),
                Decimal(row["amount_fen"]).scaleb(-2),
            )
        )
    return {at: sorted(lines) for at, lines in out.items()}, priced


def oracle_lines(case: dict, book: dict | None = None):
    lines = oracle.bill(book or world.BOOKS[case["book"]], {**case, "days": world.DAYS})
    return sorted(
        (
            line["component"],
            line["tou"] or "",
            line["tier"] or 0,
            line["point"] or 0,
            line["quantity"],
            line["price"],
            line["amount"],
        )
        for line in lines
    )
