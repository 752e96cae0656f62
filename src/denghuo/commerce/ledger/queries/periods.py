"""Months of the books: what was posted in each, which are closed, which may be closed next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Max, Min, Sum

from denghuo.commerce.ledger.models import ClosedPeriod, Posting
from denghuo.kernel.periods import Cycle


@dataclass(frozen=True)
class Month:
    """One month: how many postings, the sum of their debits, and the closing if there was one."""

    month: Cycle
    postings: int
    debits_fen: int
    closing: ClosedPeriod | None
    ended: bool

    @property
    def last_date(self) -> date:
        return self.month.period.end - timedelta(days=1)


def posted(month: Cycle) -> tuple[int, int]:
    """(postings, debits in fen) of a month."""
    period = month.period
    found = Posting.objects.filter(posting_date__gte=period.start, posting_date__lt=period.end).aggregate(
        count=Count("id"), fen=Sum("total_fen")
    )
    return found["count"], found["fen"] or 0


def months(*, on: date, limit: int = 36) -> list[Month]:
    """The months from the first posting to today, newest first."""
    edges = Posting.objects.aggregate(first=Min("posting_date"), last=Max("posting_date"))
    if edges["first"] is None:
        return []
    closings = {closing.month: closing for closing in ClosedPeriod.objects.select_related("closed_by")}
    first, month = Cycle.of(edges["first"]), Cycle.of(max(edges["last"], on))
    found: list[Month] = []
    while month >= first and len(found) < limit:
        count, fen = posted(month)
        found.append(Month(month, count, fen, closings.get(str(month)), month.period.end <= on))
        month = month.shifted(-1)
    return found


def closable_month(*, on: date) -> Cycle | None:
    """The oldest month that is not closed, if it has ended."""
    edge = Posting.objects.aggregate(first=Min("posting_date"))["first"]
    if edge is None:
        return None
    newest = ClosedPeriod.objects.order_by("-month").first()
    month = Cycle.parse(newest.month).shifted(1) if newest else Cycle.of(edge)
    return month if month.period.end <= on else None
