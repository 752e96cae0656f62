"""Supplies that are applied for: one of every kind, at every stage; one refused, one proposed to be, one late, some archived."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from denghuo.commerce.connections import operations, queries
from denghuo.commerce.connections.models import Application
from denghuo.commerce.metering import operations as metering
from denghuo.commerce.metering.models import Meter
from denghuo.commerce.metering.rules import REQUIRED
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.numbering.operations import allocate
from denghuo.foundation.workflow import operations as workflow
from denghuo.foundation.workflow import queries as processes
from denghuo.kernel.identifiers import NumberKind, number
from denghuo.records.customers import operations as customers
from denghuo.records.customers.models import Customer
from denghuo.records.supply.models import SupplyPoint

STATION = "4501"
REFUSALS = (operations.ActRefused, operations.ApplicationInvalid, operations.NotInThisStep)
ABILITIES = frozenset({"observable", "measurable", "adjustable", "controllable"})
HIGH_PAPERS = ("licence", "property", "load_list", "project_approval", "important_load")


class _Story:
    """One application on its way; each step a day."""

    def __init__(self, people: Mapping[str, Staff], today: date) -> None:
        self.people, self.today = people, today
        self.made: Application | None = None

    def at(self, day: date, hour: int = 9, minute: int = 0) -> datetime:
        """An hour of a day in Beijing."""
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)

    @property
    def application(self) -> Application:
        assert self.made is not None
        self.made.refresh_from_db()
        return self.made

    def apply(self, day: date, kind: str, customer: Customer, hour: int = 9, **facts: Any) -> _Story:
        unit = OrganisationUnit.objects.get(code=STATION)
        self.made = operations.apply(
            **{
                "kind": kind, "customer": customer, "unit": unit, "address": "", "capacity_kva": Decimal(8),
                "contact_name": customer.name[:20], "contact_phone": customer.phone, "at": self.at(day, hour, 12),
                "actor": self.people["linxiaoyu"], "given": ("identity", "licence", "property"), **facts,
            }
        )  # fmt: skip
        return self

    def survey(self, day: date, hour: int = 14, **found: Any) -> _Story:
        operations.record_survey(
            **{
                "application": self.application, "external_works": False, "distance_m": 35, "meter_place": "原表箱空位",
                "finding": "现场具备接电条件", "at": self.at(day, hour, 20), "actor": self.people["mofan"], **found,
            }
        )  # fmt: skip
        return self

    def plan(self, day: date, hour: int = 15, sources: Sequence[operations.SourceGiven] | None = None, **changes: Any) -> _Story:  # fmt: skip
        plan = queries.newest_plan(self.application)
        assert plan is not None
        engineer, at = self.people["mofan"], self.at(day, hour)
        if changes or sources is not None:
            operations.edit_plan(
                plan=plan, reason="按现场勘查核定", at=at, actor=engineer, sources=sources, **changes
            )
        operations.submit_plan(plan=plan, at=self.at(day, hour, 20), actor=engineer)
        return self

    def approve(self, day: date) -> _Story:
        plan = queries.newest_plan(self.application)
        assert plan is not None
        operations.decide_plan(plan=plan, approve=True, reason="方案合理，同意", at=self.at(day, 10), actor=self.people["heyong"])  # fmt: skip
        operations.answer_plan(application=self.application, at=self.at(day, 16), actor=self.people["mofan"])
        return self

    def contract(self, day: date, hour: int = 16) -> _Story:
        operations.sign_contract(
            application=self.application,
            signed_date=day,
            at=self.at(day, hour, 30),
            actor=self.people["linxiaoyu"],
        )
        return self

    def meters(self, day: date, hour: int = 9) -> _Story:
        """A meter out of stock for every place of the plan."""
        application = self.application
        plan = queries.live_plan(application)
        assert plan is not None
        for role, feeder in queries.needed_places(application, plan):
            registers = queries.registers_for(plan, role)
            meter = _meter(registers, plan.phases, self.at(day, hour), self.people["mofan"])
            operations.issue_meter(application=application, meter=meter, role=role, feeder=feeder, at=self.at(day, hour, 5), actor=self.people["mofan"])  # fmt: skip
        return self

    def install(self, day: date, hour: int = 10) -> _Story:
        hung = [
            operations.Hung(issue, dict.fromkeys(REQUIRED[issue.meter.registers], 0), seal_number=f"F{issue.meter_id:06d}")
            for issue in queries.open_issues(self.application)
        ]  # fmt: skip
        operations.record_installation(application=self.application, hung=hung, at=self.at(day, hour, 40), actor=self.people["nongjun"])  # fmt: skip
        return self

    def review(
        self, day: date, kind: str, passed: bool, defects: Sequence[str] = (), hour: int = 10
    ) -> _Story:
        fixed = (
            list(queries.open_defects(self.application, kind).values_list("pk", flat=True)) if passed else []
        )
        operations.record_review(
            application=self.application, kind=kind, passed=passed, defects=defects, fixed=fixed, at=self.at(day, hour), actor=self.people["mofan"]
        )  # fmt: skip
        return self

    def pause(self, day: date, note: str) -> _Story:
        instance = processes.instance_of(self.application)
        assert instance is not None
        workflow.pause(
            instance=instance, reason="customer", note=note, at=self.at(day, 17), actor=self.people["mofan"]
        )
        return self


def _meter(registers: str, phases: int, at: datetime, actor: Staff) -> Meter:
    (serial,) = allocate("demo:meter", 1)
    return metering.register_meter(
        asset_number=number(NumberKind.METER, "4530009", serial), factory_number=f"F{serial:010d}",
        communication_address=f"45{serial:010d}", model="DTZY1296" if phases == 3 else "DDZY1296", phases=phases,
        registers=registers, unit=OrganisationUnit.objects.get(code=STATION),
        accuracy_class="0.5S" if "demand" in registers else "2", verified_date=date(2026, 6, 1), at=at, actor=actor,
    )  # fmt: skip


def _customer(story: _Story, name: str, phone: str, day: date, *, person: bool = False) -> Customer:
    return customers.register(
        kind="person" if person else "organisation", name=name, phone=phone, synthetic=True,
        unit=OrganisationUnit.objects.get(code=STATION), at=story.at(day, 9), actor=story.people["linxiaoyu"],
    )  # fmt: skip


def play(people: Mapping[str, Staff], *, today: date) -> dict[str, int]:
    """Every story, in calendar time; one that the town has no place for is left out."""
    for tell in (
        _home_connected, _home_today, _breakfast_late, _shop_waits_for_contract, _building_site, _charging_pile,
        _workshop_designs, _data_centre, _refused, _refusal_to_decide, _roof, _mall_roof, _noodles_grow,
    ):  # fmt: skip
        _told(tell, _Story(people, today))
    return {"applications": Application.objects.count()}


def _told(tell: Callable[[_Story], None], story: _Story) -> None:
    try:
        with transaction.atomic():
            tell(story)
    except REFUSALS:
        return


def _back(story: _Story, days: int) -> date:
    return story.today - timedelta(days=days)


def _home_connected(story: _Story) -> None:
    """Accepted on Thursday, connected on Friday, and billed with September."""
    day = _back(story, 4)
    who = _customer(story, "韦小芳", "13978810001", day, person=True)
    story.apply(day, "residential", who, address="青秀里5号602", neighbour=_neighbour())
    story.survey(day).contract(day).meters(day + timedelta(1)).install(day + timedelta(1))


def _home_today(story: _Story) -> None:
    day = story.today
    who = _customer(story, "陆建平", "13978810002", day, person=True)
    story.apply(
        day, "residential", who, 8, address="青秀里5号603", neighbour=_neighbour(), given=("identity",)
    )
    operations.dispatch(application=story.application, crew=story.people["nongjun"], at=story.at(day, 8, 30), actor=story.people["mofan"])  # fmt: skip


def _breakfast_late(story: _Story) -> None:
    """The cable outside has not been laid, and the fifteen working days are over."""
    day = _back(story, 28)
    who = _customer(story, "好味早餐店", "13978810003", day)
    story.apply(day, "business", who, address="新华街21号", capacity_kva=Decimal(40), use_nature="shop")
    story.survey(_back(story, 27), external_works=True, finding="需新敷设低压电缆 80 米")
    story.plan(_back(story, 25)).contract(_back(story, 24))


def _shop_waits_for_contract(story: _Story) -> None:
    day = _back(story, 5)
    who = _customer(story, "锦绣服装店", "13978810004", day)
    story.apply(
        day,
        "business",
        who,
        address="中山路112号",
        capacity_kva=Decimal(60),
        use_nature="shop",
        given=("licence",),
    )
    story.survey(_back(story, 4)).plan(_back(story, 3))


def _building_site(story: _Story) -> None:
    day = _back(story, 10)
    who = _customer(story, "灯火建设工程公司", "13978810005", day)
    story.apply(
        day, "temporary", who, address="灯火大道北段工地", capacity_kva=Decimal(100), temporary_until=date(story.today.year, 12, 31),
        given=("licence", "land_permit"),
    )  # fmt: skip
    story.survey(_back(story, 9)).plan(_back(story, 7)).contract(_back(story, 6)).meters(_back(story, 3))


def _charging_pile(story: _Story) -> None:
    day = _back(story, 6)
    who = _customer(story, "梁志强", "13978810006", day, person=True)
    story.apply(
        day, "charging", who, address="桂花苑地下车库B-17", capacity_kva=Decimal(7), given=("identity", "property", "parking", "property_consent"),
    )  # fmt: skip
    story.survey(_back(story, 5), 10).plan(_back(story, 5), 14).contract(_back(story, 4))
    story.meters(_back(story, 3)).install(_back(story, 3))


def _workshop_designs(story: _Story) -> None:
    """High voltage, one source: the first design did not pass, the customer draws again and the clock stands still."""
    day = _back(story, 33)
    who = _customer(story, "恒达五金加工厂", "13978810007", day)
    story.apply(day, "high_single", who, address="工业二路30号", capacity_kva=Decimal(630), given=HIGH_PAPERS)
    story.survey(_back(story, 31)).plan(_back(story, 27)).approve(_back(story, 26))
    operations.charge_fees(application=story.application, fees=[], at=story.at(_back(story, 25)), actor=story.people["linxiaoyu"])  # fmt: skip
    story.contract(_back(story, 24))
    story.review(_back(story, 20), "design", False, ["继电保护定值未提供", "接地网设计缺少电阻计算"])
    story.pause(_back(story, 20), "客户修改设计图纸")


def _data_centre(story: _Story) -> None:
    """First grade of importance: two sources from two substations, the high-reliability fee, waiting for inspection."""
    day = _back(story, 40)
    who = _customer(story, "灯火云数据中心", "13978810008", day)
    story.apply(
        day, "high_dual", who, address="科创路1号", capacity_kva=Decimal(3200), use_nature="large_industry", importance="first",
        own_power_percent=130, given=HIGH_PAPERS,
    )  # fmt: skip
    story.survey(_back(story, 37), external_works=True).plan(_back(story, 19)).approve(_back(story, 18))
    due = queries.high_reliability_fen(story.application, story.today)
    fees = [operations.Fee("high_reliability", due, "第二路电源")] if due else []
    operations.charge_fees(application=story.application, fees=fees, at=story.at(_back(story, 6)), actor=story.people["linxiaoyu"])  # fmt: skip
    story.contract(_back(story, 5))
    story.review(_back(story, 4), "design", False, ["两路电源联锁逻辑未说明"])
    story.review(_back(story, 3), "design", True)


def _refused(story: _Story) -> None:
    day = _back(story, 16)
    who = _customer(story, "临江砂石场", "13978810009", day)
    story.apply(day, "business", who, address="临江路河滩", capacity_kva=Decimal(150), use_nature="industry")
    story.survey(_back(story, 15), finding="场地位于河道管理范围内")
    row = operations.propose_refusal(
        application=story.application, reason="用电地址位于河道管理范围内，水行政主管部门已责令停止使用，暂不能供电；取得合法手续后可随时重新申请。",
        basis="《中华人民共和国河道管理条例》、《供电营业规则》", at=story.at(_back(story, 14), 10), actor=story.people["mofan"],
    )  # fmt: skip
    operations.decide_refusal(refusal=row, refuse=True, note_text="已与水利部门核实", at=story.at(_back(story, 13), 11), actor=story.people["luoqiang"])  # fmt: skip


def _refusal_to_decide(story: _Story) -> None:
    day = _back(story, 6)
    who = _customer(story, "顺达停车场", "13978810010", day)
    story.apply(
        day, "business", who, address="站前路临时停车场", capacity_kva=Decimal(120), use_nature="shop"
    )
    story.survey(_back(story, 5), finding="场地租约本月到期")
    operations.propose_refusal(
        application=story.application, reason="场地使用权证明已到期，请补充有效证明。", basis="《供电营业规则》",
        at=story.at(_back(story, 2), 15), actor=story.people["mofan"],
    )  # fmt: skip


def _neighbour() -> SupplyPoint | None:
    return _points("household").first()


def _points(nature: str) -> Any:
    return (
        SupplyPoint.objects.filter(
            unit_id=STATION, state="active", terms__use_nature=nature, terms__valid_to__isnull=True, metering_points__role="purchase"
        )
        .exclude(metering_points__role="feed_in").select_related("customer", "unit", "account").distinct().order_by("number")
    )  # fmt: skip


def _roof(story: _Story) -> None:
    """A family's roof: accepted with the four abilities, first fed in on Saturday."""
    point = _points("household").filter(customer__kind="person")[3:4].first()
    if point is None:
        return
    project = operations.Solar(
        form="household", capacity_kw=Decimal(12), feed_mode="surplus", abilities=ABILITIES
    )
    story.apply(
        _back(story, 24), "pv_household", point.customer, supply_point=point, capacity_kva=Decimal(12), project=project,
        given=("identity", "roof", "bank_account"),
    )  # fmt: skip
    story.survey(_back(story, 22)).plan(_back(story, 17))
    operations.answer_plan(
        application=story.application, at=story.at(_back(story, 14)), actor=story.people["mofan"]
    )
    story.contract(_back(story, 12)).meters(_back(story, 6)).install(_back(story, 5))
    story.review(_back(story, 2), "completion", True)


def _mall_roof(story: _Story) -> None:
    point = (
        SupplyPoint.objects.filter(customer__name="灯火商场")
        .select_related("customer", "unit")
        .order_by("number")
        .first()
    )
    if point is None:
        return
    project = operations.Solar(
        form="commercial", capacity_kw=Decimal(800), feed_mode="surplus", voltage="1-10kv", own_use_share=Decimal("0.85"), abilities=ABILITIES
    )  # fmt: skip
    story.apply(
        _back(story, 12), "pv_enterprise", point.customer, supply_point=point, capacity_kva=Decimal(800), project=project,
        given=("licence", "roof", "bank_account"),
    )  # fmt: skip
    story.survey(_back(story, 10)).plan(_back(story, 3))


def _noodles_grow(story: _Story) -> None:
    point = (
        SupplyPoint.objects.filter(customer__name="陈记面馆")
        .select_related("customer", "unit")
        .order_by("number")
        .first()
    )
    if point is None:
        return
    story.apply(_back(story, 3), "increase_low", point.customer, supply_point=point, capacity_kva=Decimal(50))
    story.survey(_back(story, 2), finding="新增两台电蒸柜")
