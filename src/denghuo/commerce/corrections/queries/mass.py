"""Who was billed wrongly in a scope, and what a mass correction would do to them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from denghuo.commerce.billing.models import BillKind, BillLine, BillSection, BillState
from denghuo.commerce.corrections.models import MassCorrection, MassItem, MassOutcome
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.kernel.periods import Cycle
from denghuo.records.supply.models import SupplyTerms, TariffClass

CONSUMPTION = (BillKind.ORDINARY, BillKind.FINAL)
STEPS_FEN = (0, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000)
"""Bounds of the bars of the histogram: 10, 50, 100, 500, 1,000, 5,000 and 10,000 yuan."""


def billed_in_scope(scope: Mapping[str, str], *, first: Cycle, last: Cycle, visible: str) -> list[int]:
    """Supply points with an issued consumption bill of ``first`` … ``last`` that the scope names, by account.

    ``scope`` may name ``unit``, ``route``, ``tariff`` (as billed) and ``price_id`` (a row of the price book).
    """
    sections = BillSection.objects.filter(
        bill__cycle__gte=str(first),
        bill__cycle__lte=str(last),
        bill__kind__in=CONSUMPTION,
        bill__state=BillState.ISSUED,
        bill__unit__code__startswith=visible,
    )
    if scope.get("unit"):
        sections = sections.filter(bill__unit__code__startswith=scope["unit"])
    if scope.get("tariff"):
        sections = sections.filter(tariff=scope["tariff"])
    if scope.get("route"):
        sections = sections.filter(supply_point__metering_points__route_stop__route__code=scope["route"])
    if scope.get("price_id"):
        lines = BillLine.objects.filter(
            price_id=scope["price_id"],
            bill__cycle__gte=str(first),
            bill__cycle__lte=str(last),
            bill__state=BillState.ISSUED,
        )
        sections = sections.filter(supply_point__in=lines.values("supply_point_id"))
    rows = sections.values_list("supply_point__account_id", "supply_point_id").distinct()
    return [point for _account, point in sorted(rows)]


def households(supply_point_ids: Collection[int]) -> set[int]:
    """Those that are residential by the terms in force."""
    rows = SupplyTerms.objects.filter(
        supply_point__in=supply_point_ids, valid_to__isnull=True, tariff_class=TariffClass.RESIDENTIAL
    )
    return set(rows.values_list("supply_point_id", flat=True))


@dataclass(frozen=True)
class OutcomeSum:
    """How many accounts of an outcome, and what it makes together."""

    outcome: str
    count: int
    difference_fen: int


def outcome_sums(mass: MassCorrection) -> dict[str, OutcomeSum]:
    rows = mass.items.values("outcome").annotate(n=Count("id"), fen=Sum("difference_fen")).order_by()
    found = {row["outcome"]: OutcomeSum(row["outcome"], row["n"], row["fen"] or 0) for row in rows}
    return {code: found.get(code, OutcomeSum(code, 0, 0)) for code in MassOutcome.values}


def histogram(mass: MassCorrection) -> list[tuple[int, int | None, int, int]]:
    """(from fen, to fen, winners, losers) by the size of the difference."""
    bounds = [*STEPS_FEN, None]
    aggregates = {}
    for at, low in enumerate(STEPS_FEN):
        high = bounds[at + 1]
        wins, loses = Q(difference_fen__lt=-low), Q(difference_fen__gt=low)
        if high is not None:
            wins &= Q(difference_fen__gte=-high)
            loses &= Q(difference_fen__lte=high)
        aggregates[f"w{at}"] = Count("id", filter=wins & Q(outcome=MassOutcome.WINS))
        aggregates[f"l{at}"] = Count("id", filter=loses & Q(outcome=MassOutcome.LOSES))
    counts = mass.items.aggregate(**aggregates)
    return [(low, bounds[at + 1], counts[f"w{at}"], counts[f"l{at}"]) for at, low in enumerate(STEPS_FEN)]


def extremes(mass: MassCorrection, outcome: str, *, limit: int = 10) -> QuerySet[MassItem]:
    """Those with the largest difference of an outcome."""
    order = "difference_fen" if outcome == MassOutcome.WINS else "-difference_fen"
    return (
        mass.items.filter(outcome=outcome)
        .select_related("account__customer", "supply_point")
        .order_by(order, "id")[:limit]
    )


def scope_rows(mass: MassCorrection) -> dict[str, str]:
    """The scope with the names of units."""
    scope: dict[str, str] = json.loads(mass.scope)
    if scope.get("unit"):
        unit = OrganisationUnit.objects.filter(code=scope["unit"]).first()
        scope["unit"] = f"{scope['unit']} {unit.name}" if unit else scope["unit"]
    return scope
