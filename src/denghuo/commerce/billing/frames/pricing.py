"""Books and calendars for a chunk, pricing it, and pricing it again from its archive."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from denghuo.commerce.billing.models import CalculationArchive
from denghuo.commerce.tariffs import queries as tariffs
from denghuo.commerce.tariffs.models import BookState, PriceBookVersion
from denghuo.engine.pricing import CaseTables, CompiledBook, DayCalendar, PricedTables, price
from denghuo.engine.tables.pricing import OUTPUT_SCHEMAS


@dataclass(frozen=True)
class Books:
    """Price books by code with the version each was compiled from, and the kinds of day by book."""

    compiled: dict[str, CompiledBook]
    versions: dict[str, int]
    calendars: dict[str, DayCalendar]

    def notes(self) -> tuple[str, str]:
        """What an archive keeps: versions and day calendars as JSON text."""
        days = {
            code: {
                "rest_days": sorted(day.isoformat() for day in calendar.rest_days),
                "work_days": sorted(day.isoformat() for day in calendar.work_days),
                "triggers": {
                    trigger: sorted(day.isoformat() for day in dates)
                    for trigger, dates in sorted(calendar.triggers.items())
                },
            }
            for code, calendar in self.calendars.items()
        }
        return json.dumps(self.versions, sort_keys=True), json.dumps(days, ensure_ascii=False, sort_keys=True)


def books_in_force() -> dict[str, tuple[int, CompiledBook]]:
    """Every price book in force: code → (version id, compiled book)."""
    return {
        version.book: (version.pk, tariffs.compiled(version))
        for version in PriceBookVersion.objects.filter(state=BookState.IN_FORCE)
    }


def with_calendars(books: Mapping[str, tuple[int, CompiledBook]], start: date, end: date) -> Books:
    """Add the kinds of day of ``[start, end)``."""
    return Books(
        {code: compiled for code, (_, compiled) in books.items()},
        {code: version for code, (version, _) in books.items()},
        {code: tariffs.day_calendar(code, start, end) for code in books},
    )


def price_cases(tables: CaseTables, books: Books) -> PricedTables:
    """Price the cases book by book (each has its own days), in the order of the books."""
    named = tables.cases["book"].to_pylist()
    codes = sorted(set(named))
    if len(codes) <= 1:
        return price(tables, books.compiled, books.calendars.get(codes[0]) if codes else None)
    ids = tables.cases["case_id"].to_pylist()
    parts = [
        price(
            tables.filter(case for case, name in zip(ids, named, strict=True) if name == code),
            books.compiled,
            books.calendars.get(code),
        )
        for code in codes
    ]
    joined = {
        name: pa.concat_tables([getattr(part, name) for part in parts]).unify_dictionaries()
        for name in OUTPUT_SCHEMAS
    }
    return PricedTables(**joined, books=books.compiled)


def replay(
    archive: CalculationArchive, case_ids: Iterable[int] | None = None
) -> tuple[CaseTables, PricedTables]:
    """Price archived cases again with the versions and days of their own time.

    Raises:
        TableInvalid: the archive is damaged.
    """
    tables = CaseTables.from_ipc(bytes(archive.tables))
    if case_ids is not None:
        tables = tables.filter(case_ids)
    return tables, price_cases(tables, books_of(archive, set(tables.cases["book"].to_pylist())))


def books_of(archive: CalculationArchive, codes: Iterable[str]) -> Books:
    """The versions of these price books, and the kinds of day, that an archive was priced with."""
    wanted = set(codes)
    ids = {code: pk for code, pk in json.loads(archive.books).items() if code in wanted}
    versions = PriceBookVersion.objects.in_bulk(ids.values())
    return Books(
        {code: tariffs.compiled(versions[pk]) for code, pk in ids.items()},
        ids,
        {code: _calendar(days) for code, days in json.loads(archive.day_triggers).items()},
    )


def _calendar(days: Mapping[str, object]) -> DayCalendar:
    def dates(texts: Iterable[str]) -> frozenset[date]:
        return frozenset(date.fromisoformat(text) for text in texts)

    return DayCalendar(
        rest_days=dates(days["rest_days"]),  # type: ignore[arg-type]
        work_days=dates(days["work_days"]),  # type: ignore[arg-type]
        triggers={code: dates(texts) for code, texts in days["triggers"].items()},  # type: ignore[attr-defined]
    )
