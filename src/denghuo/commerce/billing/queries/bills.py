"""Bills as people look them up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from denghuo.commerce.billing.models import Bill, BillKind, BillLine, BillState
from denghuo.commerce.billing.rules import LIVE
from denghuo.commerce.billing.rules.compare import Cause, Charge, causes
from denghuo.commerce.readings.models import Reading
from denghuo.kernel.periods import Cycle
from denghuo.kernel.quantities import ENERGY_SCALE, PRICE_SCALE, scaled
from denghuo.records.customers.models import Account

CONSUMPTION = (BillKind.ORDINARY, BillKind.FINAL)


def bills_in_scope(visible: str) -> QuerySet[Bill]:
    """Every bill of accounts below the unit ``visible``."""
    return Bill.objects.filter(unit__code__startswith=visible)


def bill_by_number(number: str, *, visible: str) -> Bill:
    """The bill with everything its page shows.

    Raises:
        Bill.DoesNotExist: no such bill below the unit ``visible``.
    """
    return (
        bills_in_scope(visible)
        .select_related("account__customer", "unit", "run__created_by", "reverses", "replaces")
        .get(number=number)
    )


def account_bills(account: Account, *, limit: int = 12) -> list[Bill]:
    """The newest bills of an account."""
    return list(Bill.objects.filter(account=account).order_by("-cycle", "-id")[:limit])


@dataclass(frozen=True)
class MonthOfUse:
    cycle: str
    energy_kwh: Decimal
    total_fen: int
    estimated: bool


def months_of_use(account_ids: list[int], *, until: str, months: int = 12) -> dict[int, list[MonthOfUse]]:
    """Energy and money of the live consumption bills of the ``months`` cycles up to ``until``, oldest first."""
    first = str(Cycle.parse(until).shifted(1 - months))
    rows = (
        Bill.objects.filter(
            account_id__in=account_ids,
            cycle__gte=first,
            cycle__lte=until,
            kind__in=CONSUMPTION,
            state__in=LIVE,
        )
        .order_by("cycle")
        .values_list("account_id", "cycle", "energy_kwh", "total_fen", "estimated")
    )
    found: dict[int, list[MonthOfUse]] = {account_id: [] for account_id in account_ids}
    for account_id, cycle, energy_kwh, total_fen, estimated in rows:
        found[account_id].append(MonthOfUse(cycle, energy_kwh, total_fen, estimated))
    return found


@dataclass(frozen=True)
class Comparison:
    """A bill beside the one before it; the causes add up to ``difference_fen``."""

    before: Bill
    difference_fen: int
    energy_difference_kwh: Decimal
    causes: list[Cause]


def comparison(bill: Bill, lines: list[BillLine]) -> Comparison | None:
    """What changed since the last live bill of the same account; ``None`` for the first bill."""
    if bill.kind not in CONSUMPTION:
        return None
    before = (
        Bill.objects.filter(
            account_id=bill.account_id, cycle__lt=bill.cycle, kind__in=CONSUMPTION, state__in=LIVE
        )
        .order_by("-cycle")
        .first()
    )
    if before is None:
        return None
    return Comparison(
        before=before,
        difference_fen=bill.total_fen - before.total_fen,
        energy_difference_kwh=bill.energy_kwh - before.energy_kwh,
        causes=causes(
            charges(before.lines.all()),
            charges(lines),
            energy_before=scaled(before.energy_kwh, ENERGY_SCALE),
            energy_after=scaled(bill.energy_kwh, ENERGY_SCALE),
        ),
    )


def charges(lines: list[BillLine] | QuerySet[BillLine]) -> list[Charge]:
    return [
        Charge(
            group=line.group,
            component=line.component,
            unit=line.unit_name,
            tou=line.tou,
            tier=line.tier,
            quantity=scaled(line.quantity, ENERGY_SCALE),
            price=scaled(line.price, PRICE_SCALE),
            amount_fen=line.amount_fen,
        )
        for line in lines
    ]


def bill_on(reading: Reading) -> str:
    """The number of the live bill that rests on a reading; empty where there is none."""
    found = Bill.objects.filter(
        account__supply_points__metering_points=reading.metering_point_id,
        cycle=reading.cycle,
        kind__in=CONSUMPTION,
        state__in=LIVE,
    ).first()
    return found.number if found else ""


def cancellable(bill: Bill) -> bool:
    """Whether a reversal may be asked for."""
    return bill.state == BillState.ISSUED and bill.kind != BillKind.REVERSAL
