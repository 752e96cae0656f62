"""Inspections of the town: important customers with their security facts, notices, a theft behind a by-passed meter."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from denghuo.commerce.inspection import operations
from denghuo.commerce.inspection.models import BreachCase, Rectification, Visit
from denghuo.commerce.inspection.rules import catalogue
from denghuo.records.supply.models import SupplyPoint
from tests.cast import billing, supply

AT = datetime(2026, 9, 1, 2, tzinfo=UTC)
"""Tuesday 1 September 2026, ten in the morning in Beijing."""


def people():
    return billing.people()


def wugang():
    return people()["wugang"]


def heyong():
    return people()["heyong"]


def hospital() -> SupplyPoint:
    return supply.factory(
        "灯火镇人民医院", "人民路100号", terms={"use_nature": "health", "importance": "first"}
    )


def secured(point: SupplyPoint | None = None) -> SupplyPoint:
    """The hospital with two feeds, 400 kW of security load and a diesel generator of 500 kW."""
    point = point or hospital()
    operations.set_profile(
        supply_point=point,
        security_load_kw=Decimal(400),
        allowed_break_seconds=30,
        feeds=[
            {"substation": "城东变", "bus": "Ⅰ段", "feeder": "灯火901线", "capacity_kva": Decimal(1600)},
            {"substation": "河西变", "bus": "Ⅱ段", "feeder": "灯火902线", "capacity_kva": Decimal(1600)},
        ],
        sources=[
            {"kind": "diesel", "name": "1号柴油机", "capacity_kw": Decimal(500), "start_seconds": 15,
             "fuel_hours": 8, "last_test_date": date(2026, 2, 1)},
        ],
        at=AT,
        actor=heyong(),
    )  # fmt: skip
    return point


def visit(point: SupplyPoint | None = None, *, checklist: str = "", on: date = date(2026, 9, 1)) -> Visit:
    return operations.plan_special(
        supply_point=point or hospital(), on=on, reason="专项检查", checklist=checklist, inspector=wugang(), at=AT, actor=heyong()
    )  # fmt: skip


def answers(checklist: str, *faults: str) -> dict[str, str]:
    return {item.code: "fault" if item.code in faults else "ok" for item in catalogue.checklist(checklist)}


def inspected(*faults: str, point: SupplyPoint | None = None, at: datetime = AT) -> Visit:
    found = visit(point)
    return operations.record(visit=found, answers=answers(found.checklist, *faults), at=at, actor=wugang())


def noticed(*faults: str, point: SupplyPoint | None = None, delivered: bool = True) -> Rectification:
    """A notice about faults of an inspection, signed by the customer."""
    found = inspected(*(faults or ("tests",)), point=point)
    notice = operations.issue(findings=found.findings.all(), at=AT, actor=wugang())
    if delivered:
        operations.deliver(notice=notice, signatory="院务科 李强", at=AT, actor=wugang())
    notice.refresh_from_db()
    return notice


def thief() -> SupplyPoint:
    """赵铁柱, whose wire goes around the meter."""
    billing.prices()
    return supply.household("赵铁柱", "榕树街66号")


def theft(point: SupplyPoint | None = None, *, informant: str = "") -> BreachCase:
    """A case with evidence and a signed record."""
    case = operations.open_case(
        supply_point=point or thief(), kind="theft", form="bypass", description="表前绕越接线", found_at=AT, at=AT,
        actor=wugang(), informant=informant,
    )  # fmt: skip
    operations.add_evidence(case=case, kind="photo", what="绕越接线照片", at=AT, actor=wugang())
    operations.sign_record(case=case, signatory="赵铁柱", at=AT, actor=wugang())
    case.refresh_from_db()
    return case


METER = {"method": "meter", "current_a": Decimal(5), "lighting": True}


def submitted(case: BreachCase | None = None, **values) -> BreachCase:
    case = case or theft()
    operations.compute(case=case, values=values or METER, at=AT, actor=wugang())
    return operations.submit(case=case, at=AT, actor=wugang())


def charged(case: BreachCase | None = None, **values) -> BreachCase:
    case = submitted(case, **values)
    return operations.approve(case=case, reason="证据充分", at=AT, actor=heyong())
