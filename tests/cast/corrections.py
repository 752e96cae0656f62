"""Corrections of the town: years of bills made with right and with wrong facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from denghuo.commerce.billing.models import Bill
from denghuo.commerce.metering.models import MeteringPoint
from denghuo.commerce.readings import operations as readings
from denghuo.commerce.readings.models import ReadingException
from denghuo.kernel.periods import Cycle
from denghuo.records.supply.models import SupplyPoint
from tests.cast import billing

CLERK, SUPERVISOR = "liumin", "heyong"


def clerk():
    return billing.people()[CLERK]


def supervisor():
    return billing.people()[SUPERVISOR]


def bill_months(
    points: Mapping[MeteringPoint, Sequence[int]],
    first: str = "2025-08",
    registers: Callable[[int], Any] = lambda total: total,
) -> None:
    """Read and bill month after month: ``points`` gives each meter's closing totals."""
    cycle = Cycle.parse(first)
    months = max(len(totals) for totals in points.values())
    for at in range(months):
        for point, totals in points.items():
            if at < len(totals):
                billing.read(point, str(cycle.shifted(at)), registers(totals[at]))
        waiting = ReadingException.objects.exclude(state="resolved").filter(cycle=str(cycle.shifted(at)))
        if waiting.exists():
            readings.accept(
                exceptions=waiting, reason="现场核实无误", at=billing.moment(cycle.shifted(at + 1).on_day(2)),
                actor=billing.people()["machao"],
            )  # fmt: skip
        made = billing.run(str(cycle.shifted(at)))
        billing.release_all(made)
        billing.settle(made)


def live_bills(point: SupplyPoint) -> list[Bill]:
    return list(
        Bill.objects.filter(account=point.account, state="issued").exclude(kind="reversal").order_by("cycle")
    )


def lines(bill: Bill) -> list[tuple[Any, ...]]:
    """Everything that a line says, without whose line it is."""
    return [
        (line.position, line.group, line.component, line.tou, line.tier, line.start_date, line.end_date,
         line.quantity, line.unit_name, line.price, line.numerator, line.denominator, line.amount_fen, line.price_id)
        for line in bill.lines.order_by("position")
    ]  # fmt: skip


def sections(bill: Bill) -> list[tuple[Any, ...]]:
    return [
        (s.tariff, s.energy_kwh, s.tier_energy_kwh, s.prior_energy_kwh, s.tier_reached, s.power_factor_percent,
         s.pf_fen, s.demand_kw, s.total_fen)
        for s in bill.sections.order_by("id")
    ]  # fmt: skip
