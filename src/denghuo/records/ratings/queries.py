"""Reading published grades."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from django.db.models import QuerySet

from denghuo.records.ratings import rules
from denghuo.records.ratings.models import Grade

CHUNK = 500


def grades(customer_ids: Iterable[int], kind: str = "value", *, on: date) -> dict[int, str]:
    """The grade of each customer that has one on ``on`` (A is best)."""
    return {customer_id: row.grade for customer_id, row in in_force(customer_ids, kind, on=on).items()}


def in_force(customer_ids: Iterable[int], kind: str, *, on: date) -> dict[int, Grade]:
    """The publication that holds for each customer on ``on``; see ``rules.in_force``."""
    wanted, found = sorted(set(customer_ids)), {}
    for start in range(0, len(wanted), CHUNK):
        rows = Grade.objects.filter(
            customer_id__in=wanted[start : start + CHUNK], kind=kind, as_of__lte=on
        ).order_by("customer_id", "id")
        for customer_id, group in groupby(rows, key=lambda row: row.customer_id):
            if (row := rules.in_force(group, on)) is not None:
                found[customer_id] = row
    return found


def of_customer(customer_id: int, *, on: date) -> list[Grade]:
    """What holds for one customer, one row a kind, in the order of ``rules.KINDS``."""
    rows = list(Grade.objects.filter(customer_id=customer_id, as_of__lte=on).select_related("published_by"))
    chosen = (rules.in_force((row for row in rows if row.kind == kind), on) for kind in rules.KINDS)
    return [row for row in chosen if row is not None]


def visible(scope: str) -> QuerySet[Grade]:
    """Publications about customers of the data scope."""
    return Grade.objects.filter(customer__unit__code__startswith=scope)


def superseded(rows: Iterable[Grade], *, on: date) -> Iterator[int]:
    """The ids among ``rows`` that no longer hold on ``on``."""
    shown = list(rows)
    for kind in {row.kind for row in shown}:
        live = {row.pk for row in in_force([row.customer_id for row in shown], kind, on=on).values()}
        yield from (row.pk for row in shown if row.kind == kind and row.pk not in live)
