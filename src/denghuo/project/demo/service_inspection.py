"""Inspections in the town: the plan of the quarter, hidden dangers in every state, a theft charged, a breach in progress.

``play`` once on the last morning, after the stories of money.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal

from denghuo.commerce.disconnection import operations as disconnection
from denghuo.commerce.inspection import operations
from denghuo.commerce.inspection.models import Finding, Rectification, Visit
from denghuo.commerce.inspection.rules import catalogue
from denghuo.commerce.inspection.rules.cycles import Quarter
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.project.demo import cast
from denghuo.records.supply.models import SupplyPoint

PLANNED = date(2026, 7, 1)
AUTHORITY = "灯火市工业和信息化局"
GIVEN, INSPECTED = 60, 36
"""How many visits of the quarter are given out, and how many of them are done."""


def _at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """An hour of a day in Beijing."""
    return datetime(day.year, day.month, day.day, hour - 8, minute, tzinfo=UTC)


def _point(key: str) -> SupplyPoint | None:
    name = next(member.name for member in cast.CAST if member.key == key)
    return SupplyPoint.objects.filter(customer__name=name).order_by("-pk").first()


def play(people: Mapping[str, Staff], *, today: date) -> dict[str, int]:
    """Everything, in calendar time; returns what there is afterwards."""
    story = _Story(people)
    story.secure()
    story.plan()
    story.inspect(today)
    story.dangers()
    story.theft()
    story.breaches()
    return {
        "visits": Visit.objects.count(),
        "findings": Finding.objects.count(),
        "notices": Rectification.objects.count(),
    }


class _Story:
    def __init__(self, people: Mapping[str, Staff]) -> None:
        self.inspector, self.planner = people["wugang"], people["heyong"]

    def secure(self) -> None:
        """The hospital: two feeds, and a generator that is a little too small for its security load."""
        hospital = _point("hospital")
        if hospital is None:
            return
        operations.set_profile(
            supply_point=hospital, security_load_kw=Decimal(400), allowed_break_seconds=30,
            switching_mode="自动投切（ATS）", approval_document="灯政办〔2026〕5号", valid_year=2026,
            contact_name="院务科", contact_phone="10000000000", at=_at(date(2026, 3, 2)), actor=self.planner,
            feeds=[
                {"substation": "110kV城东变电站", "bus": "10kV Ⅰ段", "feeder": "灯火901线", "capacity_kva": Decimal(1600)},
                {"substation": "110kV河西变电站", "bus": "10kV Ⅱ段", "feeder": "河西912线", "capacity_kva": Decimal(1600)},
            ],
            sources=[
                {"kind": "diesel", "name": "1号柴油发电机", "capacity_kw": Decimal(450), "start_seconds": 15,
                 "fuel_hours": 8, "last_test_date": date(2026, 2, 20)},
            ],
        )  # fmt: skip

    def plan(self) -> None:
        """The third quarter, made on its first day, and the most important visits given to 吴刚."""
        unit = OrganisationUnit.objects.get(code="45")
        at = _at(PLANNED)
        operations.plan_quarter(quarter=Quarter.of(PLANNED), unit=unit, at=at, actor=self.planner)
        wanted = self._visits()[:GIVEN]
        operations.assign(visits=wanted, inspector=self.inspector, at=_at(PLANNED, 10), actor=self.planner)

    def _visits(self) -> list[Visit]:
        """Visits of the plan by day; the named cast first, so that a small town has them too."""
        named = {member.name for member in cast.CAST}
        found = Visit.objects.filter(quarter=str(Quarter.of(PLANNED))).select_related(
            "supply_point__customer"
        )
        return sorted(
            found,
            key=lambda v: (
                v.supply_point.customer.name not in named,
                v.planned_date,
                v.supply_point.number,
                v.kind,
            ),
        )

    def inspect(self, today: date) -> None:
        """What was planned until the end of August is done but for a few; three times nobody was met."""
        mine = [visit for visit in self._visits() if visit.inspector_id == self.inspector.pk]
        past = [visit for visit in mine if visit.planned_date < min(today, date(2026, 8, 31))][:INSPECTED]
        for number, visit in enumerate(past):
            day = visit.planned_date
            if number % 12 == 7:
                operations.record_not_met(
                    visit=visit, note="门卫未放行，已约下次时间", at=_at(day, 15), actor=self.inspector
                )
                continue
            if number % 12 == 11:
                continue
            self._record(visit, day, self._faults(visit, number))

    def _faults(self, visit: Visit, number: int) -> list[str]:
        name = visit.supply_point.customer.name
        if visit.kind == "generator":
            return ["capacity"] if name == "灯火镇人民医院" else ["present"]
        told = {
            "灯火镇人民医院": ["plan", "interlock"], "灯火纺织厂": ["tests", "capacitors"],
            "红旗塑料厂": ["tools", "tests"], "灯火铸造有限公司": ["relays"], "灯火商场": ["room"],
        }  # fmt: skip
        if name in told:
            return told[name]
        return ["papers"] if number % 5 == 0 and visit.kind != "lv" else []

    def _record(self, visit: Visit, day: date, faults: list[str]) -> None:
        answers = {
            item.code: catalogue.FAULT if item.code in faults else catalogue.OK
            for item in catalogue.checklist(visit.checklist)
        }
        with suppress(operations.VisitRefused):
            operations.record(
                visit=visit, answers=answers, at=_at(day, 10, 20), actor=self.inspector,
                notes=dict.fromkeys(faults, "现场已拍照"), seen=operations.Seen(companion="值班电工"),
            )  # fmt: skip

    def _notice(
        self, key: str, day: date, *, refused: bool = False, delivered: bool = True
    ) -> Rectification | None:
        """A notice about everything that was found at a member of the cast."""
        point = _point(key)
        if point is None:
            return None
        found = list(
            Finding.objects.filter(
                supply_point=point,
                rectification__isnull=True,
                resolved_at__isnull=True,
                found_at__lte=_at(day, 12),
            )
        )
        if not found:
            return None
        notice = operations.issue(findings=found, at=_at(day, 14), actor=self.inspector, days=10)
        if delivered:
            operations.deliver(
                notice=notice, at=_at(day, 16), actor=self.inspector, refused=refused,
                signatory="" if refused else "设备科负责人", witness="社区居委会 王芳" if refused else "",
            )  # fmt: skip
        return notice

    def dangers(self) -> None:
        """One put right, one overdue, one reported with more time, one refused to sign, one still to be signed."""
        day = self._day
        if mill := self._notice("mill", day("mill")):
            operations.recheck(
                notice=mill, passed=True, note="预防性试验报告合格，电容器已更换", at=_at(date(2026, 8, 28), 10), actor=self.inspector
            )  # fmt: skip
        self._notice("plastics", day("plastics"))
        self._notice("mall", day("mall"), refused=True)
        self._notice("foundry", day("foundry"), delivered=False)
        if hospital := self._notice("hospital", day("hospital")):
            operations.recheck(
                notice=hospital, passed=False, note="双电源闭锁装置未改造，发电机未增容", at=_at(date(2026, 8, 26), 15),
                actor=self.inspector,
            )  # fmt: skip
            operations.report(
                notice=hospital, authority=AUTHORITY, document_number="灯供函〔2026〕28号",
                text="该户为一级重要电力用户，请督促整改。", at=_at(date(2026, 8, 27), 9), actor=self.planner,
            )  # fmt: skip
            operations.tick(
                notice=hospital, duty="serve", note="提供闭锁改造技术方案，上门指导", at=_at(date(2026, 8, 28), 10), actor=self.inspector
            )  # fmt: skip

    def _day(self, key: str) -> date:
        """The day after the last finding at a member of the cast, at the latest in the last days of August."""
        point = _point(key)
        last = Finding.objects.filter(supply_point=point).order_by("-found_at").first()
        found = last.found_at.date() if last else PLANNED
        return min(max(found, date(2026, 7, 10)), date(2026, 8, 24))

    def theft(self) -> None:
        """赵铁柱's wire around the meter: found after a tip, stopped, computed by the rule, approved and charged."""
        point = _point("zhao")
        if point is None:
            return
        day = date(2026, 9, 2)
        case = operations.open_case(
            supply_point=point, kind="theft", form="bypass", found_at=_at(day, 9, 40), at=_at(day, 10),
            description="表前绕越接线用电，2026年3月起月用电量降至往常的五分之一，电能表为单相5(60)A",
            informant="热线举报（编号0902-17）", actor=self.inspector,
        )  # fmt: skip
        for minute, (kind, what) in enumerate(
            (
                ("photo", "表前绕越导线照片（含封印特写）"),
                ("video", "现场检查全程执法记录仪录像"),
                ("data", "采集系统日用电量曲线，2026年3月起突降"),
                ("object", "提取绕越导线一段，已封存"),
            )
        ):
            operations.add_evidence(
                case=case, kind=kind, what=what, at=_at(day, 10, 5 + minute), actor=self.inspector
            )
        operations.sign_record(case=case, signatory="赵铁柱", at=_at(day, 10, 20), actor=self.inspector)
        with suppress(operations.CaseRefused):
            stopped = operations.stop_supply(case=case, at=_at(day, 10, 30), actor=self.inspector).stop_order
            if stopped is not None:
                disconnection.report_afterwards(
                    order=stopped, authority=AUTHORITY, document_number="灯供函〔2026〕30号", at=_at(day, 16), actor=self.planner
                )  # fmt: skip
        operations.compute(
            case=case, values={"method": "meter", "current_a": Decimal(5), "phases": 1, "ct_ratio": 1, "lighting": True},
            at=_at(day, 14), actor=self.inspector,
        )  # fmt: skip
        operations.submit(case=case, at=_at(day, 14, 30), actor=self.inspector)
        decided = date(2026, 9, 3)
        operations.approve(
            case=case, reason="事实清楚，证据充分，计算正确", at=_at(decided, 9), actor=self.planner
        )
        operations.approve_reward(case=case, at=_at(decided, 9, 30), actor=self.planner)

    def breaches(self) -> None:
        """The plastics works with a transformer of its own that nobody agreed to, waiting for approval; a shop in a home."""
        works = _point("plastics")
        if works is not None:
            day = date(2026, 9, 4)
            case = operations.open_case(
                supply_point=works, kind="capacity", found_at=_at(day, 10), at=_at(day, 11), actor=self.inspector,
                description="私自增设100kVA变压器一台并投入运行，安装合同显示2026年7月20日投运",
            )  # fmt: skip
            operations.add_evidence(
                case=case,
                kind="photo",
                what="变压器铭牌与低压侧接线照片",
                at=_at(day, 11, 5),
                actor=self.inspector,
            )
            operations.add_evidence(
                case=case,
                kind="data",
                what="最大需量自7月下旬起超过合同容量",
                at=_at(day, 11, 10),
                actor=self.inspector,
            )
            operations.sign_record(
                case=case,
                refused=True,
                witness="工业园管委会 周洁",
                at=_at(day, 11, 30),
                actor=self.inspector,
            )
            with suppress(operations.CaseRefused):  # a town without the price book's basic charge stops here
                operations.compute(
                    case=case, values={"capacity_kw": Decimal(100), "start_date": "2026-07-20"}, at=_at(day, 15), actor=self.inspector
                )  # fmt: skip
                operations.submit(case=case, at=_at(day, 15, 30), actor=self.inspector)
        home = _point("li")
        if home is not None:
            day = date(2026, 9, 7)
            operations.open_case(
                supply_point=home, kind="class", found_at=_at(day, 9), at=_at(day, 9, 10), actor=self.inspector,
                description="住宅内开设小作坊，居民电价用于经营用电",
            )  # fmt: skip
