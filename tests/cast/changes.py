"""Changes of the town's supplies, asked for and carried out by the real operations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from denghuo.commerce.changes import operations
from denghuo.commerce.changes.models import Change
from denghuo.commerce.changes.operations import NewMeter, Wished, Work
from denghuo.commerce.metering.models import MeteringPoint
from denghuo.foundation.identity.models import Staff
from denghuo.records.supply.models import SupplyPoint
from tests.cast import billing, readings, supply


def person(username: str) -> Staff:
    return billing.people()[username]


def noon(day: date | str) -> datetime:
    return readings.noon(date.fromisoformat(day) if isinstance(day, str) else day)


def mill(*, energised_date: date = supply.ENERGISED, **terms: Any) -> tuple[SupplyPoint, MeteringPoint]:
    """The textile mill: 630 kVA, two-part by capacity, with its meter."""
    point = supply.factory(terms=terms, energised_date=energised_date)
    return point, billing.metered(point, registers=billing.TWO_PART_REGISTERS)


def asked(
    point: SupplyPoint,
    kind: str,
    start: str,
    *,
    on: str = "",
    until: str = "",
    by: str = "linxiaoyu",
    **wish: Any,
) -> Change:
    """Taken in on ``on`` (15 days ahead unless said)."""
    first = date.fromisoformat(start)
    day = date.fromisoformat(on) if on else date.fromordinal(first.toordinal() - 15)
    wished = Wished(from_date=first, until_date=date.fromisoformat(until) if until else None, **wish)
    point.refresh_from_db()
    return operations.ask(supply_point=point, kind=kind, wished=wished, at=noon(day), actor=person(by))


def approved(change: Change) -> Change:
    if change.state == "applied":
        operations.approve(change=change, at=change.asked_at, actor=person("heyong"))
    change.refresh_from_db()
    return change


def done(
    change: Change,
    *,
    shown: Mapping[str, Mapping[str, Any]] | None = None,
    new_meters: Mapping[str, NewMeter] | None = None,
    on: str = "",
) -> Change:
    """Approved, and carried out on the day it was asked for."""
    day = date.fromisoformat(on) if on else change.from_date
    work = Work(on=day, shown=shown or {}, new_meters=new_meters or {}, seal_number="F0001")
    return operations.carry_out(
        change=approved(change), work=work, at=max(noon(day), change.asked_at), actor=person("mofan")
    )


def read(change: Change, shown: Mapping[str, Mapping[str, Any]] | None = None, **new: NewMeter) -> Change:
    """Approved, and read for the last time on the day it was asked for."""
    work = Work(on=change.from_date, shown=shown or {}, new_meters=new)
    return operations.take_readings(
        change=approved(change), work=work, at=noon(change.from_date), actor=person("mofan")
    )


def settled(change: Change, day: str) -> Change:
    """The final bill is made by 刘敏 and approved by 何勇; nothing is owed."""
    at = noon(day)
    if operations.make_final_bill(change=change, at=at, actor=person("liumin")) is not None:
        operations.issue_final_bill(change=change, at=at, actor=person("heyong"))
    return change


def filed(change: Change, day: str) -> Change:
    operations.settle(change=change, at=noon(day), actor=person("liumin"))
    return operations.archive(change=change, at=noon(day), actor=person("mofan"))
