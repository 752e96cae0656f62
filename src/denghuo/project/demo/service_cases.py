"""Two dozen matters of a year: calls, faults, complaints, damaged appliances, doubted meters; finished, running, late."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from denghuo.care.cases import operations
from denghuo.care.cases.models import Case, Cause, Settlement, Topic
from denghuo.care.cases.operations import Appliance, CaseRefused
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.workflow import operations as workflow
from denghuo.foundation.workflow import queries as processes
from denghuo.kernel.periods import Cycle
from denghuo.records.supply.models import SupplyPoint

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


@dataclass
class Town:
    """The people who work, the homes that call, and today."""

    people: Mapping[str, Staff]
    homes: list[SupplyPoint]
    today: date
    used: int = field(default=0)

    def at(self, days_ago: int, clock: str) -> datetime:
        """An instant so many days before today, at a time of day in Beijing."""
        hour, minute = (int(part) for part in clock.split(":"))
        day = self.today - timedelta(days=days_ago)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)

    def home(self) -> SupplyPoint:
        """The next home that has not called yet; always the same ones."""
        found = self.homes[(self.used * 3 + 2) % len(self.homes)]
        self.used += 1
        return found

    def call(
        self, kind: str, topic: str, text: str, *, at: datetime, who: str = "chenxin", **how: Any
    ) -> Case:
        """A matter taken in by one of us; from the next home unless somebody else is named."""
        if "supply_point" not in how and "unit" not in how:
            how["supply_point"] = self.home()
        how.setdefault("channel", "phone")
        return operations.receive(
            kind=kind,
            topic=Topic.objects.get(code=topic),
            text=text,
            at=at,
            actor=self.people[who],
            **how,
        )


def play(people: Mapping[str, Staff], *, today: date) -> None:
    """Tell the year of the town's matters; does nothing where they are told already."""
    homes = list(
        SupplyPoint.objects.filter(state="active", customer__kind="person")
        .select_related("customer__unit", "account__customer", "unit")
        .order_by("number")[:60]
    )
    homes = _by_turns(homes)
    if not homes or Case.objects.exists():
        return
    operations.bring_in_catalogue()
    town = Town(people, homes, today)
    _settlements(town)
    _enquiries(town)
    _feedback(town)
    _repairs(town)
    _complaints(town)
    _appliances(town)
    _meters(town)


def _by_turns(homes: list[SupplyPoint]) -> list[SupplyPoint]:
    """The homes of the stations one after another, so that every station has its callers."""
    places: dict[str, list[SupplyPoint]] = {}
    for home in homes:
        places.setdefault(home.unit_id, []).append(home)
    turns = itertools.zip_longest(*(places[code] for code in sorted(places)))
    return [home for turn in turns for home in turn if home is not None]


def _settlements(town: Town) -> None:
    for code, kind in (("4501", "city"), ("4502", "rural")):
        unit = OrganisationUnit.objects.filter(code=code).first()
        if unit is not None and not Settlement.objects.filter(unit=unit).exists():
            operations.set_settlement(
                unit=unit, kind=kind, at=town.at(360, "09:00"), actor=town.people["heyong"]
            )


def _enquiries(town: Town) -> None:
    agent, people = town.people["chenxin"], town.people
    for days, topic, text, answer in (
        (330, "enquiry.bill.tier", "上月电费比平时高，想问阶梯电价从哪一度开始算第二档。", "居民阶梯按年累计，您家本年已进入第二档，超出部分每度加五分。"),
        (214, "enquiry.bill.tou", "想办峰谷电价，问夜间充电划不划算。", "谷段为零点至八点，您家夜间用电占四成，办理后预计可节省，可在网上申请。"),
        (92, "enquiry.policy.service", "问家里停电多久能有人来。", "城区四十五分钟到场，农村九十分钟，请保留工单编号。"),
        (6, "enquiry.outage.planned", "小区贴了停电通知，问周六几点来电。", "计划八点至十七点停电，提前完工会提前送电。"),
    ):  # fmt: skip
        case = town.call("enquiry", topic, text, at=town.at(days, "10:12"))
        operations.reply(
            case=case, answer=answer, outcome="explained", at=town.at(days, "10:15"), actor=agent
        )
    asked = town.call(
        "request", "request.meter.data", "要近一年的日用电量数据，装修公司算空调容量用。",
        at=town.at(41, "15:20"), who="linxiaoyu", channel="counter",
    )  # fmt: skip
    operations.ask_support(
        case=asked, question="请导出日冻结数据", at=town.at(41, "15:30"), actor=people["linxiaoyu"]
    )
    operations.give_support(
        case=asked, findings="日冻结数据已导出，完整无缺点", at=town.at(40, "10:00"), actor=people["heyong"]
    )
    operations.reply(
        case=asked, answer="近一年日用电量已打印交给您。", outcome="solved", at=town.at(40, "11:05"),
        actor=people["linxiaoyu"],
    )  # fmt: skip
    waiting = town.call(
        "request", "request.home.elderly", "独居老人不会用手机交费，希望每月上门收费。",
        at=town.at(1, "09:40"), who="linxiaoyu", channel="counter",
    )  # fmt: skip
    operations.ask_support(
        case=waiting, question="请安排台区经理每月上门", at=town.at(1, "09:50"), actor=people["linxiaoyu"]
    )
    town.call(
        "enquiry",
        "enquiry.business.pile",
        "想在自家车位装充电桩，物业要供电公司出证明。",
        at=town.at(0, "08:35"),
    )


def _feedback(town: Town) -> None:
    people = town.people
    praise = town.call(
        "praise",
        "praise.staff.repair",
        "夜里十一点暴雨，农军师傅四十分钟赶到把线接好，谢谢。",
        at=town.at(63, "09:05"),
    )
    operations.assess(
        case=praise,
        check_needed=False,
        findings="转达并记入班组月度表扬",
        at=town.at(63, "14:00"),
        actor=people["heyong"],
    )
    operations.reply(
        case=praise, answer="感谢您的肯定，已转达农军师傅。", outcome="taken_up", at=town.at(62, "10:00"),
        actor=people["chenxin"],
    )  # fmt: skip
    idea = town.call(
        "suggestion", "suggestion.service.counter", "营业厅自助机字太小，老人看不清，建议加放大键。",
        at=town.at(120, "16:40"), who="linxiaoyu", channel="counter",
    )  # fmt: skip
    operations.assess(
        case=idea,
        check_needed=False,
        findings="采纳，列入设备改造",
        at=town.at(119, "09:20"),
        actor=people["heyong"],
    )
    operations.reply(
        case=idea, answer="建议已采纳，自助机本季度升级长辈版界面。", outcome="taken_up", at=town.at(116, "10:00"),
        actor=people["linxiaoyu"],
    )  # fmt: skip
    _tips(town)


def _tips(town: Town) -> None:
    people = town.people
    tip = town.call(
        "tip_off", "tip_off.breach.resale", "城东市场房东按一度一块五收电费。", at=town.at(35, "11:30"),
        unit=people["wugang"].unit, channel="12398", external_number="12398-2026-0731",
    )  # fmt: skip
    operations.assess(
        case=tip,
        check_needed=True,
        findings="请用电检查核实转供电价格",
        at=town.at(34, "09:00"),
        actor=people["heyong"],
    )
    operations.check(
        case=tip,
        findings="核实三户加价，已责令退还并抄送市场监管",
        at=town.at(29, "16:00"),
        actor=people["wugang"],
    )
    operations.reply(
        case=tip, answer="举报属实，已责令房东退还多收电费。", outcome="solved", at=town.at(28, "10:00"),
        actor=people["chenxin"],
    )  # fmt: skip
    town.call(
        "tip_off",
        "tip_off.theft.neighbour",
        "隔壁加工坊夜里开机，电表不怎么走，怀疑绕表。",
        at=town.at(2, "20:10"),
    )


def _repair(
    town: Town,
    days: int,
    clock: str,
    minutes: tuple[int, ...],
    topic: str,
    text: str,
    words: tuple[str, str, str],
    **how: Any,
) -> Case:
    """A repair with its minutes after the call: sent, accepted, arrived, restored; fewer leave it under way."""
    start = town.at(days, clock)
    case = town.call("fault", topic, text, at=start, **how)
    fault, side, work = words
    dispatcher = town.people["qinyong"]
    crew = town.people["nongjun"] if case.unit_id == "4501" else town.people["qinchuan"]
    if minutes and case.outage_id is None:
        operations.dispatch(case=case, crew=crew, at=start + minutes[0] * MINUTE, actor=dispatcher)
        for name, after in zip(("accepted", "arrived", "restored"), minutes[1:], strict=False):
            more: dict[str, Any] = {"fault": fault, "side": side, "work": work} if name == "restored" else {}
            operations.go_on(case=case, to=name, at=start + after * MINUTE, actor=dispatcher, **more)
    return case


def _repairs(town: Town) -> None:
    agent = town.people["chenxin"]
    done = (
        (287, "19:32", (2, 4, 31, 88), "fault.outage.single", "全家没电，邻居有电。", ("接户线烧断", "supplier", "更换接户线并紧固"), 5),
        (171, "06:50", (3, 5, 62, 121), "fault.outage.single", "一早起来没电，空开没跳。", ("电表出线端子烧蚀", "supplier", "更换端子座"), 3),
        (77, "21:15", (1, 3, 28, 49), "fault.meter.switch", "开空调就跳闸。", ("客户线路过载", "customer", "协助隔离故障线路，建议改线"), 4),
        (23, "13:05", (2, 3, 39, 75), "fault.quality.low", "电压低，空调启动不了。", ("末端负荷过重", "supplier", "调整三相负荷并列入改造"), 4),
    )  # fmt: skip
    for days, clock, minutes, topic, text, words, mark in done:
        case = _repair(town, days, clock, minutes, topic, text, words)
        case.refresh_from_db()
        if case.repair.restored_at is not None:
            operations.follow_up(
                case=case,
                satisfaction=mark,
                text="回访已来电正常",
                at=town.at(days - 1, "10:00"),
                actor=agent,
            )
    _repair(
        town,
        1,
        "22:40",
        (2, 5, 40, 96),
        "fault.danger.box",
        "楼道表箱冒火花。",
        ("表箱进线松动", "supplier", "紧固并更换绝缘"),
    )
    _repair(town, 0, "08:02", (2, 4, 37), "fault.meter.dead", "电表没有显示。", ("", "", ""))
    _repair(town, 0, "08:40", (3,), "fault.quality.flicker", "灯一直闪。", ("", "", ""))
    _repair(town, 0, "08:55", (), "fault.meter.switch", "表后开关合不上。", ("", "", ""))


def _complaint(
    town: Town, days: int, topic: str, text: str, findings: tuple[str, str, bool, str], **how: Any
) -> Case:
    """A complaint up to the investigation."""
    made = {
        name: how.pop(name) for name in ("gift", "gift_value_fen", "refund_fen", "apology") if name in how
    }
    case = town.call("complaint", topic, text, at=town.at(days, "09:20"), **how)
    operations.record_contact(
        case=case, method="phone", reached=True, text="已致电了解情况，承诺五个工作日内答复",
        at=town.at(days, "15:10"), actor=town.people["chenxin"],
    )  # fmt: skip
    cause, words, admitted, proposal = findings
    operations.investigate(
        case=case,
        cause=Cause.objects.get(code=cause),
        findings=words,
        admitted=admitted,
        proposal=proposal,
        at=town.at(days - 1, "16:00"),
        actor=town.people["wugang"],
        **made,
    )
    return case


def _answered(
    town: Town, case: Case, days: int, answer: str, mark: int, *, measure: str = "", owner: str = "machao"
) -> None:
    people = town.people
    operations.decide(
        case=case, approved=True, reason="同意处理意见", measure=measure, measure_owner=people[owner],
        at=town.at(days, "10:00"), actor=people["heyong"],
    )  # fmt: skip
    operations.reply(
        case=case, answer=answer, outcome="solved" if measure else "unfounded", accepted=mark > 2,
        at=town.at(days, "15:00"), actor=people["chenxin"],
    )  # fmt: skip
    operations.follow_up(
        case=case, satisfaction=mark, text="回访完成", at=town.at(days - 1, "10:30"), actor=people["chenxin"]
    )


def _complaints(town: Town) -> None:
    people = town.people
    misread = _complaint(
        town, 245, "complaint.business.reading", "表上才三千多度，账单按四千多收。",
        ("quality.reading", "抄表员将 3 误录为 4，已现场复核表码。", True, "更正电费，上门致歉"),
        apology=True, gift="保温杯", gift_value_fen=3900,
    )  # fmt: skip
    _answered(
        town, misread, 243, "抄错表码属实，已更正电费并致歉。", 4, measure="抄表机录入增加与上月比对提示"
    )
    operations.give_gift(case=misread, at=town.at(242, "17:00"), actor=people["linxiaoyu"])
    item = misread.improvements.get()
    operations.finish_improvement(
        item=item, text="比对提示已上线", at=town.at(230, "16:00"), actor=people["machao"]
    )
    operations.verify_improvement(
        item=item, text="客户连续三月账单无误，认可", at=town.at(150, "11:00"), actor=people["chenxin"]
    )
    wrongly = _complaint(
        town, 133, "complaint.cut.notice", "停电没有通知，冰箱里的东西坏了。",
        ("none.customer", "核查为客户内部跳闸，当日无停电记录。", False, "解释原因，协助联系电工"),
    )  # fmt: skip
    _answered(town, wrongly, 131, "经查当日线路未停电，为您家内部开关跳闸。", 3)
    _twice(town)
    _passed_around(town)
    _waiting(town)


def _twice(town: Town) -> None:
    """A customer who complains of the same again: it goes higher."""
    people, home = town.people, town.home()
    first = _complaint(
        town, 39, "complaint.cut.frequent", "一个月停了五次电，孩子没法上网课。", supply_point=home,
        findings=("supply.frequent", "馈线树障引起跳闸三次、检修两次。", True, "清障并补偿误工"),
        apology=True, refund_fen=10_000,
    )  # fmt: skip
    _answered(
        town,
        first,
        37,
        "已安排清理树障，向您致歉并补偿一百元。",
        2,
        measure="城东馈线树障清理，雨季前巡线一次",
        owner="nongjun",
    )
    again = town.call(
        "complaint", "complaint.cut.frequent", "说清了树障，这周又停两次，要求领导答复！", supply_point=home,
        at=town.at(6, "10:05"),
    )  # fmt: skip
    operations.record_contact(
        case=again, method="phone", reached=True, text="班长已致电，承诺上门", at=town.at(6, "16:00"),
        actor=people["heyong"],
    )  # fmt: skip


def _waiting(town: Town) -> None:
    """Complaints under way today: one nobody has called about, one sent back, one just taken in."""
    people = town.people
    town.call(
        "complaint", "complaint.service.attitude", "柜台让我跑了三趟，每次要的材料都不一样。", at=town.at(3, "11:15"),
        channel="12398", external_number="12398-2026-0902",
    )  # fmt: skip
    slow = _complaint(
        town, 9, "complaint.business.bill", "夏天电费翻倍，要求重算。",
        ("none.customer", "电表校验合格，空调负荷增加。", False, "提供十三个月用电说明"),
    )  # fmt: skip
    operations.decide(
        case=slow, approved=False, reason="请补充去年同期对比", at=town.at(7, "17:00"), actor=people["heyong"]
    )
    town.call(
        "complaint", "complaint.service.counter", "周一上午排队一个半小时只开两个窗口。", at=town.at(0, "08:50"),
        who="linxiaoyu", channel="counter",
    )  # fmt: skip


def _passed_around(town: Town) -> None:
    """A complaint that went from hand to hand: the first of the three taboos."""
    people = town.people
    case = town.call(
        "complaint", "complaint.grid.works", "路口挖开两个月不回填，谁都说不归他管。", at=town.at(12, "14:30")
    )
    task = processes.open_task(case, "contact")
    if task is None:
        return
    for turn, why in enumerate(("转业扩班", "转运检班", "转回客服", "请再核")):
        at = town.at(12, "15:00") + turn * 5 * HOUR
        workflow.transfer(task=task, to=people["chenxin"], reason=why, at=at, actor=people["heyong"])


def _appliances(town: Town) -> None:
    people = town.people
    paid = town.call(
        "damage", "damage.neutral", "电压突然升高，电视机和冰箱坏了。", at=town.at(88, "08:30"),
        occurred_at=town.at(89, "20:10"),
    )  # fmt: skip
    bought = town.today - timedelta(days=88)
    operations.inspect(
        case=paid, liable=True, findings="低压零线断线，实测电压 312 V，影响三户",
        appliances=[
            Appliance("液晶电视", "electronic", bought - timedelta(days=365 * 4), 329_900),
            Appliance("冰箱", "motor", bought - timedelta(days=100), 259_900),
            Appliance("机顶盒", "electronic", bought - timedelta(days=365 * 2), 29_900, 8_000),
        ],
        at=town.at(88, "16:30"), actor=people["wugang"],
    )  # fmt: skip
    operations.decide_damage(
        case=paid, approved=True, reason="属实，按办法赔偿", at=town.at(86, "10:00"), actor=people["heyong"]
    )
    operations.reply(
        case=paid, answer="经核实为零线断线造成，按购置年限折旧赔偿，请持身份证到营业厅领取。", outcome="solved",
        at=town.at(86, "15:00"), actor=people["chenxin"],
    )  # fmt: skip
    town.call(
        "damage", "damage.overvoltage", "打雷那晚路由器和空调主板烧了。", at=town.at(1, "10:20"),
        occurred_at=town.at(4, "21:00"),
    )  # fmt: skip


def _meters(town: Town) -> None:
    people = town.people
    right = town.call(
        "meter_dispute", "meter_dispute.rise", "就两个人住，七月用了六百多度，肯定是表快了。",
        at=town.at(27, "09:10"), who="linxiaoyu", channel="counter",
    )  # fmt: skip
    operations.record_check(
        case=right, error_percent=Decimal("0.42"), certificate="JD2026-0813", text="误差在 ±2% 以内",
        at=town.at(25, "15:00"), actor=people["wugang"],
    )  # fmt: skip
    operations.reply(
        case=right, answer="经现场校验电表误差 +0.42%，合格；用电量变化说明已打印给您。", outcome="explained",
        at=town.at(24, "10:00"), actor=people["linxiaoyu"],
    )  # fmt: skip
    wrong = town.call(
        "meter_dispute",
        "meter_dispute.fast",
        "出差半个月没人在家，电表照样走得飞快。",
        at=town.at(5, "10:45"),
    )
    operations.record_check(
        case=wrong, error_percent=Decimal("6.80"), certificate="JD2026-0904", text="误差 +6.80%，超出 ±2%",
        at=town.at(3, "16:10"), actor=people["wugang"],
    )  # fmt: skip
    last = Cycle(town.today.year, town.today.month).shifted(-1)
    try:
        operations.draft_correction(
            case=wrong, first=last.shifted(-1), last=last, at=town.at(2, "09:30"), actor=people["liumin"]
        )
    except CaseRefused:
        """Nothing was billed at this home: the step waits for the clerk."""
    town.call("meter_dispute", "meter_dispute.swapped", "怀疑和对门的表装反了。", at=town.at(0, "09:05"))
