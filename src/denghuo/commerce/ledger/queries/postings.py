"""Postings and entries as people look them up."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from denghuo.commerce.ledger.models import Entry, Posting
from denghuo.commerce.ledger.rules import CHART


def entries_in_scope(visible: str) -> QuerySet[Entry]:
    """Entries of units below ``visible``."""
    return Entry.objects.filter(unit__code__startswith=visible)


def postings_in_scope(visible: str) -> QuerySet[Posting]:
    """Postings made for units below ``visible``."""
    return Posting.objects.filter(unit__code__startswith=visible)


def posting_in_scope(pk: int, *, visible: str) -> Posting:
    """The posting, if it or any of its entries belongs to a unit below ``visible``.

    Raises:
        Posting.DoesNotExist: there is none.
    """
    found = Posting.objects.select_related("unit", "posted_by", "reverses", "reversed_by").get(pk=pk)
    if found.unit_id.startswith(visible) or entries_in_scope(visible).filter(posting=found).exists():
        return found
    raise Posting.DoesNotExist(pk)


@dataclass(frozen=True)
class PostingPart:
    """The entries of a posting on one ledger account, detail and side."""

    code: str
    detail: str
    entries: int
    debit_fen: int
    credit_fen: int


def parts(posting: Posting, *, visible: str) -> list[PostingPart]:
    """A posting in short, debits first; entries outside ``visible`` are left out."""
    rows = entries_in_scope(visible).filter(posting=posting)
    debits = _sums(rows.filter(amount_fen__gt=0))
    credits = _sums(rows.filter(amount_fen__lt=0))
    return [
        *(PostingPart(code, detail, count, fen, 0) for code, detail, count, fen in debits),
        *(PostingPart(code, detail, count, 0, -fen) for code, detail, count, fen in credits),
    ]


def _sums(rows: QuerySet[Entry]) -> list[tuple[str, str, int, int]]:
    found = (
        rows.order_by()
        .values_list("ledger_account", "detail")
        .annotate(count=Count("id"), fen=Sum("amount_fen"))
    )
    place = {code: number for number, code in enumerate(CHART)}
    return sorted(found, key=lambda row: (place.get(row[0], len(place)), row[1]))
