"""Who is overdue, since when, with how much; and who is protected meanwhile. Set-based: one query for any number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from denghuo.commerce.receivables.models import (
    DisputeHold,
    InstalmentPlan,
    PlanState,
    Receivable,
    ReceivableKind,
)

DISPUTE = "dispute"
PLAN = "plan"


@dataclass(frozen=True)
class Overdue:
    """What is overdue on one account on a day, in fen, without the late fee that was not charged yet.

    ``overdue_fen`` holds everything past its due date, ``disputed_fen`` the part of it under dispute, ``late_fee_fen``
    the part that is late fee; ``open_fen`` adds what is not due yet. ``days_overdue`` counts from the oldest due date.
    """

    account_id: int
    unit_id: str
    overdue_fen: int
    disputed_fen: int
    late_fee_fen: int
    open_fen: int
    oldest_due_date: date
    days_overdue: int
    items: int

    @property
    def collectable_fen(self) -> int:
        """Overdue and not under dispute."""
        return self.overdue_fen - self.disputed_fen


def overdue_rows(*, on: date, scope: str = "") -> QuerySet:
    """One row (dict) an account with something overdue on ``on``; a query set to filter, order and slice further."""
    late = Q(due_date__lt=on)
    rows = Receivable.objects.filter(open_fen__gt=0)
    if scope:
        rows = rows.filter(unit__code__startswith=scope)
    return (
        rows.values("account_id")
        .annotate(
            unit=Min("unit_id"),
            overdue_fen=Coalesce(Sum("open_fen", filter=late), 0),
            disputed_fen=Coalesce(Sum("open_fen", filter=late & Q(disputed=True)), 0),
            late_fee_fen=Coalesce(Sum("open_fen", filter=late & Q(kind=ReceivableKind.LATE_FEE)), 0),
            total_fen=Sum("open_fen"),
            oldest_due_date=Min("due_date", filter=late),
            items=Count("id", filter=late),
        )
        .filter(oldest_due_date__isnull=False)
        .order_by("account_id")
    )


def overdue(
    *, on: date, scope: str = "", account_ids: Iterable[int] | None = None, at_least_fen: int = 1
) -> list[Overdue]:
    """Accounts with something overdue on ``on``, below the unit ``scope`` (all where it is empty), by account."""
    rows = overdue_rows(on=on, scope=scope)
    if account_ids is not None:
        rows = rows.filter(account_id__in=list(account_ids))
    if at_least_fen > 1:
        rows = rows.filter(overdue_fen__gte=at_least_fen)
    return [
        Overdue(
            account_id=row["account_id"],
            unit_id=row["unit"],
            overdue_fen=row["overdue_fen"],
            disputed_fen=row["disputed_fen"],
            late_fee_fen=row["late_fee_fen"],
            open_fen=row["total_fen"],
            oldest_due_date=row["oldest_due_date"],
            days_overdue=(on - row["oldest_due_date"]).days,
            items=row["items"],
        )
        for row in rows
    ]


def overdue_accounts(*, on: date, scope: str = "") -> list[int]:
    """The accounts with something overdue on ``on``."""
    rows = Receivable.objects.filter(open_fen__gt=0, due_date__lt=on)
    if scope:
        rows = rows.filter(unit__code__startswith=scope)
    return list(rows.order_by("account_id").values_list("account_id", flat=True).distinct())


def shielded(account_ids: Iterable[int], *, on: date) -> dict[int, list[str]]:
    """Accounts against which no step of collection may be taken on ``on``, with why: ``dispute``, ``plan``.

    A dispute protects while a receivable that is still open is disputed; a plan while it runs. Accounts without
    protection are not in the answer.
    """
    wanted = list(account_ids)
    found: dict[int, list[str]] = defaultdict(list)
    if not wanted:
        return {}
    holds = DisputeHold.objects.filter(
        Q(closed_date__isnull=True) | Q(closed_date__gt=on),
        receivable__account_id__in=wanted,
        receivable__open_fen__gt=0,
        opened_date__lte=on,
    )
    for account in holds.values_list("receivable__account_id", flat=True).distinct().order_by():
        found[account].append(DISPUTE)
    plans = InstalmentPlan.objects.filter(
        Q(ended_date__isnull=True) | Q(ended_date__gt=on),
        account_id__in=wanted,
        state__in=[PlanState.ACTIVE, PlanState.KEPT, PlanState.BROKEN],
        agreed_date__lte=on,
    )
    for account in plans.values_list("account_id", flat=True).distinct().order_by():
        found[account].append(PLAN)
    return dict(found)
