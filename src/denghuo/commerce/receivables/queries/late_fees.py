"""The late fee of receivables day by day: what ran up, what was charged, what is still due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q

from denghuo.commerce.receivables import rules
from denghuo.commerce.receivables.models import (
    Allocation,
    AllocationSource,
    DisputeHold,
    InstalmentPlan,
    LateFeeWaiver,
    PlanState,
    Receivable,
    ReceivableKind,
    WaiverState,
)
from denghuo.commerce.receivables.rules import parameters
from denghuo.foundation.parameters import queries as parameter_queries

FAR = date(9999, 12, 31)
ONE_DAY = timedelta(days=1)
_FIGURES = [
    parameters.RATE_RESIDENTIAL,
    parameters.RATE_OTHER,
    parameters.RATE_CROSS_YEAR,
    parameters.MINIMUM_YUAN,
    parameters.PAYMENT_DAY_COUNTS,
    parameters.DISPUTE_STOPS_LATE_FEE,
]


def late_fee_first(on: date) -> bool:
    """Whether money pays the late fee of a debt before the debt."""
    return bool(parameter_queries.value(parameters.LATE_FEE_FIRST, on=on))


@dataclass(frozen=True)
class AccruedLateFee:
    """The late fee of one receivable up to a day: its spans, what they add up to, and what was charged of it."""

    receivable: Receivable
    spans: list[rules.Span]
    total_fen: int
    charged_fen: int
    charged_to: date
    until: date

    @property
    def due_fen(self) -> int:
        """Still to be charged; below zero where too much was charged."""
        return self.total_fen - self.charged_fen


@dataclass(frozen=True)
class LateFeeBasis:
    """All that decides the late fee of one debt, read once: any day, and what would be if, follow without a query."""

    receivable: Receivable
    paid: list[tuple[date, int]]
    rates: list[tuple[date, rules.Rates]]
    free: list[tuple[date, date]]
    payment_day_counts: bool
    minimum_fen: int
    charged_fen: int
    charged_to: date

    def accrued(
        self,
        on: date | None,
        *,
        also_paid: Iterable[tuple[date, int]] = (),
        also_free: Iterable[tuple[date, date]] = (),
    ) -> AccruedLateFee:
        """What paying on ``on`` costs; without a day, up to the day to which it was charged."""
        until = self.charged_to if on is None else on if self.payment_day_counts else on - ONE_DAY
        spans = rules.spans(
            due_date=self.receivable.due_date,
            until=until,
            amount_fen=self.receivable.amount_fen,
            paid=[*self.paid, *also_paid],
            payer_class=self.receivable.payer_class,
            rates=self.rates,
            free=[*self.free, *also_free],
            payment_day_counts=self.payment_day_counts,
        )
        total = rules.total_fen(spans, self.minimum_fen)
        return AccruedLateFee(self.receivable, spans, total, self.charged_fen, self.charged_to, until)


def accrued_late_fees(account_id: int, *, on: date) -> list[AccruedLateFee]:
    """The late fees of the open, overdue electricity debts of an account up to ``on``."""
    return accrued_on(
        Receivable.objects.filter(
            account_id=account_id, kind=ReceivableKind.ENERGY, open_fen__gt=0, due_date__lt=on
        ).order_by("due_date", "id"),
        on=on,
    )


def accrued_on(principals: Iterable[Receivable], *, on: date | None) -> list[AccruedLateFee]:
    """The late fees that paying these debts on ``on`` costs, in their order; a handful of queries however many they are.

    Without a day each is counted to the day up to which it was charged: where ``due_fen`` is below zero then, too much
    was charged.
    """
    return [basis.accrued(on) for basis in late_fee_bases(principals)]


def late_fee_bases(principals: Iterable[Receivable]) -> list[LateFeeBasis]:
    """What decides the late fees of these debts, in their order."""
    items = list(principals)
    if not items:
        return []
    ids = [item.pk for item in items]
    figures = parameter_queries.courses(_FIGURES)
    rates = _rates(figures)
    paid: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for receivable_id, day, fen in Allocation.objects.filter(receivable__in=ids).values_list(
        "receivable_id", "value_date", "amount_fen"
    ):
        paid[receivable_id].append((day, fen))
    charged, charged_to = _charged(ids)
    free = _free_days(items, figures[parameters.DISPUTE_STOPS_LATE_FEE.code])
    return [
        LateFeeBasis(
            receivable=item,
            paid=paid[item.pk],
            rates=rates,
            free=free[item.pk],
            payment_day_counts=bool(_on(figures[parameters.PAYMENT_DAY_COUNTS.code], item.due_date)),
            minimum_fen=int(_on(figures[parameters.MINIMUM_YUAN.code], item.due_date) * 100),
            charged_fen=charged.get(item.pk, 0),
            charged_to=charged_to.get(item.pk, item.due_date),
        )
        for item in items
    ]


def _on(course: list[tuple[date, object]], day: date) -> Decimal:
    return [value for since, value in course if since <= day][-1]  # type: ignore[return-value]


def _rates(figures: dict[str, list[tuple[date, object]]]) -> list[tuple[date, rules.Rates]]:
    codes = [parameters.RATE_RESIDENTIAL.code, parameters.RATE_OTHER.code, parameters.RATE_CROSS_YEAR.code]
    days = sorted({day for code in codes for day, _ in figures[code]})
    return [(day, rules.Rates(*(_on(figures[code], day) for code in codes))) for day in days]


def _charged(ids: list[int]) -> tuple[dict[int, int], dict[int, date]]:
    """What was charged of the late fee of each debt, less what was waived, and up to which day."""
    charged: dict[int, int] = defaultdict(int)
    charged_to: dict[int, date] = {}
    owner: dict[int, int] = {}
    for fee in Receivable.objects.filter(principal__in=ids, cancelled_at__isnull=True):
        assert fee.principal_id is not None and fee.to_date is not None
        charged[fee.principal_id] += fee.amount_fen
        charged_to[fee.principal_id] = max(charged_to.get(fee.principal_id, fee.to_date), fee.to_date)
        owner[fee.pk] = fee.principal_id
    for fee_id, fen in Allocation.objects.filter(
        receivable__in=owner, source=AllocationSource.WAIVER
    ).values_list("receivable_id", "amount_fen"):
        charged[owner[fee_id]] -= fen
    return charged, charged_to


def _free_days(
    items: list[Receivable], dispute_stops: list[tuple[date, object]]
) -> dict[int, list[tuple[date, date]]]:
    """Days on which no late fee runs: approved waivers, disputes (as the figure was when they began), agreements free of it."""
    ids = [item.pk for item in items]
    free: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for waiver in LateFeeWaiver.objects.filter(receivable__in=ids, state=WaiverState.APPROVED):
        free[waiver.receivable_id].append((waiver.from_date, waiver.to_date))
    for hold in DisputeHold.objects.filter(receivable__in=ids):
        if _on(dispute_stops, hold.opened_date):
            last = hold.closed_date - ONE_DAY if hold.closed_date else FAR
            free[hold.receivable_id].append((hold.opened_date, last))
    plans = InstalmentPlan.objects.filter(
        Q(state__in=[PlanState.ACTIVE, PlanState.KEPT, PlanState.BROKEN]),
        receivables__in=ids,
        free_of_late_fee=True,
        agreed_date__isnull=False,
    )
    for receivable_id, agreed, ended in plans.values_list("receivables", "agreed_date", "ended_date"):
        assert agreed is not None
        free[receivable_id].append((agreed, ended - ONE_DAY if ended else FAR))
    return free
