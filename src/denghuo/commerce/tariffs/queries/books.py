"""Price books and their versions."""

from __future__ import annotations

import json
from collections import OrderedDict
from threading import Lock

from django.db.models import QuerySet

from denghuo.commerce.tariffs import rules
from denghuo.commerce.tariffs.models import BookState, PriceBookVersion
from denghuo.engine.pricing.book import PriceBook, parse
from denghuo.engine.pricing.rates import CompiledBook
from denghuo.engine.pricing.rates import compile as compile_book
from denghuo.records.supply.models import SupplyTerms

KEPT_IN_MEMORY = 32

_compiled: OrderedDict[str, CompiledBook] = OrderedDict()
_certainty: dict[str, dict[str, int]] = {}
_lock = Lock()


class NoBookInForce(LookupError):
    """The price book has no version in force."""


def version_in_force(code: str) -> PriceBookVersion | None:
    return PriceBookVersion.objects.filter(book=code, state=BookState.IN_FORCE).first()


def versions(code: str) -> QuerySet[PriceBookVersion]:
    """Every version of a book, newest first."""
    return (
        PriceBookVersion.objects.filter(book=code)
        .select_related("drafted_by", "approved_by", "rejected_by")
        .order_by("-number")
    )


def books() -> list[str]:
    """Codes of every book that has a version, drafts included."""
    return list(PriceBookVersion.objects.order_by("book").values_list("book", flat=True).distinct())


def home_book() -> str:
    """A book that the utility's own supply points are on; empty where there are none yet."""
    return SupplyTerms.objects.order_by("id").values_list("price_book", flat=True).first() or ""


def book_in_force(code: str) -> CompiledBook:
    """The book that bills are priced with now, compiled once for each text.

    Raises:
        NoBookInForce: no version of it is in force.
    """
    found = (
        PriceBookVersion.objects.filter(book=code, state=BookState.IN_FORCE)
        .values_list("pk", "digest")
        .first()
    )
    if found is None:
        raise NoBookInForce(code)
    pk, digest = found
    with _lock:
        if digest in _compiled:
            _compiled.move_to_end(digest)
            return _compiled[digest]
    text = PriceBookVersion.objects.values_list("document", flat=True).get(pk=pk)
    return _keep(digest, text)


def compiled(version: PriceBookVersion) -> CompiledBook:
    """This version's book, compiled once for each text."""
    with _lock:
        if version.digest in _compiled:
            _compiled.move_to_end(version.digest)
            return _compiled[version.digest]
    return _keep(version.digest, version.document)


def book_of(version: PriceBookVersion) -> PriceBook:
    return compiled(version).book


def undecided() -> QuerySet[PriceBookVersion]:
    """Versions on their way into force, newest first, without their text."""
    return (
        PriceBookVersion.objects.filter(state__in=(BookState.DRAFT, BookState.APPROVED))
        .select_related("drafted_by")
        .defer("document")
        .order_by("-drafted_at", "-id")
    )


def certainty() -> list[tuple[PriceBookVersion, dict[str, int]]]:
    """Every version in force with its price rows by confidence mark; texts are read once for each digest."""
    versions = list(
        PriceBookVersion.objects.filter(state=BookState.IN_FORCE).defer("document").order_by("book")
    )
    if unknown := [version.pk for version in versions if version.digest not in _certainty]:
        for digest, text in PriceBookVersion.objects.filter(pk__in=unknown).values_list("digest", "document"):
            marks = (str(price["confidence"]) for price in json.loads(text)["prices"])
            _certainty[digest] = rules.shares(marks)
    return [(version, _certainty[version.digest]) for version in versions]


def _keep(digest: str, text: str) -> CompiledBook:
    book = compile_book(parse(text))
    with _lock:
        _compiled[digest] = book
        while len(_compiled) > KEPT_IN_MEMORY:
            _compiled.popitem(last=False)
    return book
