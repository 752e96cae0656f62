"""Instalment plans: how far they are, and what paying in parts would cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum

from denghuo.commerce.receivables import rules
from denghuo.commerce.receivables.models import Allocation, InstalmentPlan, Receivable, ReceivableKind
from denghuo.commerce.receivables.queries.late_fees import FAR, LateFeeBasis, late_fee_bases, late_fee_first
from denghuo.commerce.receivables.rules import parameters
from denghuo.commerce.receivables.rules.plans import Part, Progress
from denghuo.foundation.parameters import queries as parameter_queries


def paid_since(plan: InstalmentPlan) -> int:
    """What has settled the debts of a plan and their late fees since it was agreed, in fen."""
    if plan.decided_at is None or plan.agreed_date is None:
        return 0
    ids = list(plan.receivables.values_list("id", flat=True))
    found = Allocation.objects.filter(
        Q(receivable__in=ids) | Q(receivable__principal__in=ids), posting__posted_at__gt=plan.decided_at
    ).aggregate(fen=Sum("amount_fen"))
    return found["fen"] or 0


def progress(plan: InstalmentPlan, *, on: date) -> list[Progress]:
    """The instalments of a plan and what of each has been met."""
    grace = parameter_queries.value(parameters.PLAN_GRACE_DAYS, on=plan.agreed_date or on)
    parts = [Part(row.due_date, row.amount_fen) for row in plan.instalments.all()]
    return rules.progress(parts, paid_since(plan), on=on, grace_days=int(grace))


@dataclass(frozen=True)
class ProjectedPart:
    """One instalment if it is paid on its day: what of it pays late fee, and what is open afterwards with the late fee."""

    part: Part
    late_fee_fen: int
    left_fen: int


@dataclass(frozen=True)
class Projection:
    """What paying in parts costs: ``late_fee_fen`` runs from the day of the proposal on."""

    total_fen: int
    late_fee_fen: int
    parts: list[ProjectedPart]

    @property
    def left_fen(self) -> int:
        """Open after the last part: the late fee that ran meanwhile."""
        return self.parts[-1].left_fen if self.parts else self.total_fen


def plan_debts(account_id: int, receivable_ids: Iterable[int] | None = None) -> list[Receivable]:
    """Open debts of an account that a plan may cover, with their open late fees: not disputed."""
    rows = Receivable.objects.filter(account_id=account_id, open_fen__gt=0, disputed=False)
    if receivable_ids is not None:
        ids = list(receivable_ids)
        rows = rows.filter(Q(pk__in=ids) | Q(principal__in=ids))
    return list(rows.order_by("due_date", "id"))


def plan_total(debts: Sequence[Receivable], *, on: date) -> int:
    """What a plan over these debts comes to when it is agreed on ``on``: open, with the late fee to that day."""
    energy = [item for item in debts if item.kind == ReceivableKind.ENERGY]
    running = sum(max(basis.accrued(on).due_fen, 0) for basis in late_fee_bases(energy))
    return sum(item.open_fen for item in debts) + running


def projection(
    debts: Sequence[Receivable], parts: Sequence[Part], *, on: date, free_of_late_fee: bool = False
) -> Projection:
    """The plan played through: every part is paid on its day, in the order of payment that holds on ``on``."""
    play = _Play(debts, on=on, free=free_of_late_fee)
    total = play.owed_fen(on)
    played = []
    for part in parts:
        to_fees = play.pay(part)
        played.append(ProjectedPart(part, to_fees, play.owed_fen(part.due_date)))
    paid = sum(part.amount_fen for part in parts)
    return Projection(total, play.owed_fen(parts[-1].due_date) + paid - total if parts else 0, played)


class _Play:
    """Debts in memory that are paid, with the late fee that runs on them."""

    def __init__(self, debts: Sequence[Receivable], *, on: date, free: bool) -> None:
        self.first = late_fee_first(on)
        self.free = [(on, FAR)] if free else []
        self.open = {item.pk: item.open_fen for item in debts}
        self.items = {item.pk: item for item in debts}
        energy = [item for item in debts if item.kind == ReceivableKind.ENERGY]
        self.bases: list[LateFeeBasis] = late_fee_bases(energy)
        self.paid: dict[int, list[tuple[date, int]]] = defaultdict(list)
        self.fees_paid: dict[int, int] = defaultdict(int)

    def running(self, on: date) -> dict[int, int]:
        """Late fee of each debt that was not charged before the play, less what the play paid of it."""
        return {
            basis.receivable.pk: max(
                basis.accrued(on, also_paid=self.paid[basis.receivable.pk], also_free=self.free).due_fen, 0
            )
            - self.fees_paid[basis.receivable.pk]
            for basis in self.bases
        }

    def owed_fen(self, on: date) -> int:
        return sum(self.open.values()) + sum(self.running(on).values())

    def pay(self, part: Part) -> int:
        """Pay a part on its day; returns what of it went to late fees."""
        waiting = [
            rules.Open(item.pk, item.due_date, self.open[item.pk], item.principal_id)
            for item in self.items.values()
        ]
        waiting += [
            rules.Open(-key, part.due_date, fen, key)
            for key, fen in self.running(part.due_date).items()
            if fen > 0
        ]
        to_fees = 0
        for key, fen in rules.allocate(part.amount_fen, waiting, late_fee_first=self.first):
            if key < 0:
                self.fees_paid[-key] += fen
                to_fees += fen
                continue
            self.open[key] -= fen
            self.paid[key].append((part.due_date, fen))
            if self.items[key].principal_id is not None:
                to_fees += fen
        return to_fees
