"""Billing of the town: prices in force, supply points with their meters, runs and bills made by the real operations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from denghuo.commerce.billing import operations
from denghuo.commerce.billing.models import Bill, BillingRun
from denghuo.commerce.billing.rules import DueDate, Scope
from denghuo.commerce.metering.models import MeteringPoint
from denghuo.commerce.tariffs.models import BookState, PriceBookVersion
from denghuo.commerce.tariffs.operations import load_shipped_books
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.jobs import operations as jobs
from denghuo.kernel.periods import Cycle
from denghuo.records.supply.models import SupplyPoint
from tests.cast import metering, readings, staff
from tests.cast.customers import AT

DUE = DueDate(days=15)
TWO_PART_REGISTERS = "tou_reactive_demand"


def people() -> dict[str, Staff]:
    """Everybody of the town, by user name."""
    if not Staff.objects.filter(username="liumin").exists():
        staff.hire_everyone(AT)
    return {person.username: person for person in Staff.objects.all()}


def prices() -> PriceBookVersion:
    """The town's price book, drafted by 唐静 and approved by 罗强."""
    found = PriceBookVersion.objects.filter(book="cn-gx", state=BookState.IN_FORCE).first()
    if found is None:
        everybody = people()
        found = load_shipped_books(
            at=AT, drafted_by=everybody["tangjing"], approved_by=everybody["luoqiang"], codes={"cn-gx"}
        )[0]
    return found


def metered(supply_point: SupplyPoint, *, registers: str = "total", **how) -> MeteringPoint:
    """A meter from zero at ``supply_point``; returns its metering point."""
    return metering.hang(supply_point, registers=registers, **how).metering_point


def readings_of(total: int, *, reactive: int = 0, demand: int | None = None) -> dict[str, object]:
    """Registers of a meter with periods: the total split 4 : 4 : 2 over peak, flat and valley."""
    peak, flat = total * 4 // 10, total * 4 // 10
    values: dict[str, object] = {
        "total": total,
        "sharp": 0,
        "peak": peak,
        "flat": flat,
        "valley": total - peak - flat,
        "deep": 0,
        "reactive_forward": reactive,
        "reactive_reverse": 0,
    }
    return values if demand is None else {**values, "max_demand": demand}


def read(point: MeteringPoint, cycle: str, total: int | Mapping[str, object]) -> None:
    if isinstance(total, Mapping):
        readings.read(point, cycle, **total)
    else:
        readings.read(point, cycle, total)


def moment(day: date | str, hour_utc: int = 4) -> datetime:
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime(day.year, day.month, day.day, hour_utc, tzinfo=UTC)


def run(
    cycle: str, *, actor: Staff | None = None, at: datetime | None = None, scope: str = "", **how
) -> BillingRun:
    """A run done to its end; by default by 核算员 刘敏 on the third day of the next month."""
    month = Cycle.parse(cycle)
    at = at or moment(month.shifted(1).on_day(3))
    started = operations.start_run(
        cycle=month, scope=Scope.parse(scope), actor=actor or people()["liumin"], at=at, **how
    )
    jobs.drive(run=started.long_run, clock=lambda: at)
    started.refresh_from_db()
    return started


def issued(cycle: str, *, scope: str = "") -> BillingRun:
    """A run of the cycle, approved by 班长 何勇 and issued by 刘敏 the day after."""
    made = run(cycle, scope=scope)
    settle(made)
    return made


def release_all(made: BillingRun, reason: str = "现场核实，用电属实") -> int:
    """Every exception of the run's bills released with one reason."""
    waiting = list(made.exceptions.filter(state="open", bill__isnull=False))
    at = moment(Cycle.parse(made.cycle).shifted(1).on_day(3), 6)
    return (
        operations.release(exceptions=waiting, actor=people()["liumin"], at=at, reason=reason)
        if waiting
        else 0
    )


def settle(made: BillingRun) -> None:
    """Approve by 何勇 and issue by 刘敏 whatever the run has drafted."""
    everybody = people()
    at = moment(Cycle.parse(made.cycle).shifted(1).on_day(4))
    operations.approve(run=made, actor=everybody["heyong"], at=at)
    operations.issue(run=made, actor=everybody["liumin"], at=at, due_date=DUE.of(at.date()))


def bill_of(supply_point: SupplyPoint, cycle: str, **filters) -> Bill:
    """The live consumption bill of a supply point's account."""
    return (
        Bill.objects.filter(account=supply_point.account, cycle=cycle, **filters)
        .exclude(kind__in=("reversal", "feed_in"))
        .exclude(state="cancelled")
        .get()
    )
