"""The months of a whole service area, and how its newest run stands: what the workbench shows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.core.cache import cache
from django.db.models import Count, Max, Sum

from denghuo.commerce.billing.models import Bill, BillingRun, BillKind, BillState, ItemOutcome, RunItem
from denghuo.commerce.billing.rules import LIVE
from denghuo.kernel.periods import Cycle

KEPT_SECONDS = 600
CONSUMPTION = (BillKind.ORDINARY, BillKind.FINAL)


@dataclass(frozen=True)
class MonthBilled:
    """One cycle of all live consumption bills."""

    cycle: str
    bills: int
    energy_kwh: Decimal
    total_fen: int


def months_billed(visible: str, *, months: int = 12) -> list[MonthBilled]:
    """The newest ``months`` cycles below the unit ``visible``, oldest first; two statements, one while nothing is new.

    The sums are kept until another bill is written, at most for ``KEPT_SECONDS``.
    """
    newest = Bill.objects.filter(unit__code__startswith=visible).aggregate(id=Max("id"), cycle=Max("cycle"))
    if newest["cycle"] is None:
        return []
    key = f"billing.months.{visible}.{newest['id']}.{months}"
    kept: list[MonthBilled] | None = cache.get(key)
    if kept is None:
        kept = [
            MonthBilled(row["cycle"], row["bills"], row["energy"], row["total"])
            for row in Bill.objects.filter(
                unit__code__startswith=visible,
                cycle__gte=str(Cycle.parse(newest["cycle"]).shifted(1 - months)),
                kind__in=CONSUMPTION,
                state__in=LIVE,
            )
            .order_by("cycle")
            .values("cycle")
            .annotate(bills=Count("id"), energy=Sum("energy_kwh"), total=Sum("total_fen"))
        ]
        cache.set(key, kept, KEPT_SECONDS)
    return kept


@dataclass(frozen=True)
class Standing:
    """How the newest run of the newest cycle stands, counted in accounts."""

    run: BillingRun
    issued: int
    approved: int
    drafted: int
    held: int
    parked: int
    skipped: int
    cancelled: int

    @property
    def waiting(self) -> int:
        settled = (
            self.issued
            + self.approved
            + self.drafted
            + self.held
            + self.cancelled
            + self.parked
            + self.skipped
        )
        return max(0, self.run.accounts - settled)


def standing(visible: str) -> Standing | None:
    """The newest real run below the unit ``visible``; three statements."""
    run = (
        BillingRun.objects.filter(unit__code__startswith=visible, dry_run=False, long_run__isnull=False)
        .order_by("-cycle", "-id")
        .first()
    )
    if run is None:
        return None
    states = dict(
        Bill.objects.filter(run=run, kind__in=CONSUMPTION)
        .values_list("state")
        .annotate(bills=Count("id"))
        .order_by()
    )
    outcomes = dict(
        RunItem.objects.filter(run=run).values_list("outcome").annotate(accounts=Count("id")).order_by()
    )
    return Standing(
        run=run,
        issued=states.get(BillState.ISSUED, 0),
        approved=states.get(BillState.APPROVED, 0),
        drafted=states.get(BillState.DRAFT, 0),
        held=states.get(BillState.HELD, 0),
        cancelled=states.get(BillState.CANCELLED, 0),
        parked=outcomes.get(ItemOutcome.PARKED, 0),
        skipped=outcomes.get(ItemOutcome.SKIPPED, 0),
    )
