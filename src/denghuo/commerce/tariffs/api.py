"""Price books for machines: what is in force, any version, and a stateless quote with its explanation."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from denghuo.commerce.tariffs import queries
from denghuo.commerce.tariffs.models import PriceBookVersion
from denghuo.engine.pricing import BookInvalid, TableInvalid, explain, price
from denghuo.engine.pricing import compile as compile_book
from denghuo.engine.pricing.case import Case
from denghuo.engine.pricing.explain import Trace
from denghuo.engine.pricing.rates import CompiledBook
from denghuo.engine.pricing.tou import DayCalendar
from denghuo.foundation.identity.api import Problem, Token

router = Router(auth=Token("tariffs.view"), tags=["tariffs"])
CASE_ID = 1
LONGEST_DAYS = 400


class VersionOut(Schema):
    """A version of a price book; ``digest`` is the SHA-256 of its document."""

    id: int
    book: str
    number: int
    name: str
    state: str
    digest: str
    note: str
    drafted_at: datetime
    approved_at: datetime | None
    in_force_at: datetime | None


class BookOut(Schema):
    """A price book with the version in force (null while there is none)."""

    code: str
    in_force: VersionOut | None
    versions: int


class DocumentOut(Schema):
    """A version with its whole document, as docs/reference/price-book-format.md describes it."""

    version: VersionOut
    document: dict[str, Any]


class WindowOut(Schema):
    start: str = Field(examples=["08:00"])
    end: str = Field(examples=["24:00"])
    period: str = Field(examples=["peak"])


class HoursOut(Schema):
    """Hours of each time-of-use scheme of the book in force on a day, day triggers applied."""

    book: str
    on: date
    schemes: dict[str, list[WindowOut]]


@router.get("/books", response=list[BookOut])
def books(request: HttpRequest) -> list[dict[str, Any]]:
    """Every price book."""
    out = []
    for code in queries.books():
        versions = queries.versions(code)
        current = next((version for version in versions if version.state == "in_force"), None)
        out.append({"code": code, "in_force": current, "versions": len(versions)})
    return out


@router.get("/books/{code}", response=DocumentOut)
def book(request: HttpRequest, code: str) -> dict[str, Any]:
    """The version in force of a book."""
    found = queries.version_in_force(code)
    if found is None:
        raise Problem(404, "not_found", f"no version of {code!r} is in force")
    return {"version": found, "document": json.loads(found.document)}


@router.get("/books/{code}/versions/{number}", response=DocumentOut)
def version(request: HttpRequest, code: str, number: int) -> dict[str, Any]:
    """One version of a book, in force or not."""
    found = None
    if 0 < number < 2**31:
        found = PriceBookVersion.objects.filter(book=code, number=number).first()
    if found is None:
        raise Problem(404, "not_found", f"{code!r} has no version {number}")
    return {"version": found, "document": json.loads(found.document)}


@router.get("/books/{code}/hours", response=HoursOut)
def hours(request: HttpRequest, code: str, on: date) -> dict[str, Any]:
    """Hours of the time-of-use periods on a day."""
    compiled = _compiled(code)
    if not 1900 <= on.year <= 9000:
        raise Problem(422, "invalid_request", "the day is out of range")
    calendar = queries.day_calendar(code, on, date.fromordinal(on.toordinal() + 1))
    schemes = {
        scheme.code: [
            {"start": start, "end": end, "period": str(period)}
            for start, end, period in queries.tou_windows(scheme, on, calendar)
        ]
        for scheme in queries.schemes_on(compiled.book, on)
    }
    return {"book": code, "on": on, "schemes": schemes}


@router.post("/quote", response=Trace)
def quote(request: HttpRequest, case: Case) -> Trace:
    """Price one case and explain every line; nothing is stored.

    The body is the document of ``denghuo quote``: its ``book`` is a code, priced with the version in force, or a
    whole price book. A case that cannot be priced answers with ``exceptions`` and no lines.
    """
    compiled, calendar = _priced_with(case)
    try:
        tables = case.to_tables(CASE_ID)
        priced = price(tables, {case.book_code: compiled}, calendar)
    except (TableInvalid, ValueError, OverflowError) as error:
        raise Problem(422, "invalid_request", str(error)) from error
    return explain(tables, priced, CASE_ID)


def _priced_with(case: Case) -> tuple[CompiledBook, DayCalendar]:
    if (case.period_end - case.period_start).days > LONGEST_DAYS:
        raise Problem(422, "invalid_request", f"a period has at most {LONGEST_DAYS} days")
    given = case.days.calendar()
    if isinstance(case.book, str):
        compiled = _compiled(case.book)
        if "days" in case.model_fields_set:
            return compiled, given
        return compiled, queries.day_calendar(case.book, case.period_start, case.period_end)
    try:
        return compile_book(case.book), given
    except BookInvalid as error:
        problems = [{"path": p.path, "code": p.code, "message": p.message} for p in error.problems]
        raise Problem(422, "invalid_request", str(error), errors=problems) from error


def _compiled(code: str) -> CompiledBook:
    try:
        return queries.book_in_force(code)
    except queries.NoBookInForce as error:
        raise Problem(404, "not_found", f"no version of {code!r} is in force") from error
