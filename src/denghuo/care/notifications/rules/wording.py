"""The messages of the rooms below: outages, connections, dunning, stopping and restoring supply."""

from __future__ import annotations

from denghuo.care.notifications.rules.templates import CHANNELS, EMAIL, SMS, Template, declare

_OUTAGE = {"contact": "outage", "channels": CHANNELS}
_WORKS = (
    ("place", "梧桐巷台区"),
    ("begin", "9月15日08:30"),
    ("end", "9月15日17:00"),
    ("number", "TD2609070001"),
)

OUTAGE_PLANNED = declare(
    Template(
        "outages.planned",
        subject="计划停电通知",
        text="【灯火供电】因{reason}，您的用电地址（户号{point}，{place}）计划于{begin}至{end}停电。请提前做好准备，重要设备请备好应急电源。编号{number}。",
        fields=("point", "place", "begin", "end", "reason", "number"),
        sample=(*_WORKS, ("point", "4500000000017"), ("reason", "线路检修")),
        **_OUTAGE,  # type: ignore[arg-type]
    )
)
OUTAGE_CHANGED = declare(
    Template(
        "outages.delayed",
        subject="停电时间变更通知",
        text="【灯火供电】{place}的停电工作（编号{number}）时间有变：{reason}。新的停电时间为{begin}至{end}，给您带来不便，敬请谅解。",
        fields=("place", "begin", "end", "reason", "number"),
        sample=(*_WORKS, ("reason", "现场发现电缆绝缘受损")),
        quiet=False,
        useful_minutes=720,
        **_OUTAGE,  # type: ignore[arg-type]
    )
)
OUTAGE_CANCELLED = declare(
    Template(
        "outages.cancelled",
        subject="计划停电取消通知",
        text="【灯火供电】原定{begin}至{end}的停电（{place}，编号{number}）已取消，您的用电不受影响。原因：{reason}。",
        fields=("place", "begin", "end", "reason", "number"),
        sample=(*_WORKS, ("reason", "天气原因")),
        **_OUTAGE,  # type: ignore[arg-type]
    )
)
OUTAGE_FAULT = declare(
    Template(
        "outages.fault",
        subject="故障停电通知",
        text="【灯火供电】{place}发生故障停电（编号{number}），抢修人员已出发，预计{end}恢复供电。",
        fields=("place", "end", "number"),
        sample=(("place", "梧桐巷台区"), ("end", "9月7日16:00"), ("number", "TD2609070001")),
        quiet=False,
        useful_minutes=120,
        **_OUTAGE,  # type: ignore[arg-type]
    )
)
OUTAGE_RESTORED = declare(
    Template(
        "outages.restored",
        subject="恢复供电通知",
        text="【灯火供电】{place}已于{end}恢复供电（编号{number}）。如您家中仍无电，请先检查空气开关，再拨打95598。",
        fields=("place", "end", "number"),
        sample=(("place", "梧桐巷台区"), ("end", "9月7日15:42"), ("number", "TD2609070001")),
        useful_minutes=240,
        **_OUTAGE,  # type: ignore[arg-type]
    )
)

_APPLICATION = {"channels": CHANNELS}
_NUMBER = (("number", "YK2609070001"),)
CONNECTION_ACCEPTED = declare(
    Template(
        "connections.accepted",
        subject="用电申请已受理",
        text="【灯火供电】您的用电申请（编号{number}）已受理。{missing}办理进度可随时查询。",
        fields=("number", "missing"),
        sample=(*_NUMBER, ("missing", "还需补充：身份证明。")),
        **_APPLICATION,  # type: ignore[arg-type]
    )
)
CONNECTION_PLAN = declare(
    Template(
        "connections.plan_answered",
        subject="供电方案已答复",
        text="【灯火供电】您的用电申请（编号{number}）供电方案已答复，请查收并确认。",
        fields=("number",),
        sample=_NUMBER,
        **_APPLICATION,  # type: ignore[arg-type]
    )
)
CONNECTION_FEES = declare(
    Template(
        "connections.fees_charged",
        subject="用电申请费用通知",
        text="【灯火供电】您的用电申请（编号{number}）应交费用{amount}元，收费依据可在申请详情中查看。",
        fields=("number", "amount"),
        sample=(*_NUMBER, ("amount", "1,200.00")),
        **_APPLICATION,  # type: ignore[arg-type]
    )
)
CONNECTION_DEFECTS = declare(
    Template(
        "connections.defects",
        subject="检验意见通知",
        text="【灯火供电】您的用电申请（编号{number}）{kind}发现以下问题：{defects}。整改后请告知我们复验。",
        fields=("number", "kind", "defects"),
        sample=(*_NUMBER, ("kind", "竣工检验"), ("defects", "接地电阻偏大")),
        **_APPLICATION,  # type: ignore[arg-type]
    )
)
CONNECTION_REFUSED = declare(
    Template(
        "connections.refused",
        subject="用电申请未予受理",
        text="【灯火供电】您的用电申请（编号{number}）未能通过。原因：{reason}。依据：{basis}。如有异议，请拨打95598或12398。",
        fields=("number", "reason", "basis"),
        sample=(*_NUMBER, ("reason", "用电地址未取得合法权属"), ("basis", "《供电营业规则》")),
        **_APPLICATION,  # type: ignore[arg-type]
    )
)
CONNECTION_ENERGISED = declare(
    Template(
        "connections.energised",
        subject="已送电",
        text="【灯火供电】您的用电申请（编号{number}）已于{day}送电，感谢您的支持。",
        fields=("number", "day"),
        sample=(*_NUMBER, ("day", "9月7日")),
        **_APPLICATION,  # type: ignore[arg-type]
    )
)

DEMAND = declare(
    Template(
        "collection.demand",
        subject="电费催缴通知",
        text="{text}",
        fields=("text",),
        channels=(SMS, EMAIL),
        contact="billing",
        sample=(("text", "【灯火供电】您户电费120.50元已逾期，请尽快交纳。"),),
    )
)
SUPPLY_STOPPED = declare(
    Template(
        "disconnection.stopped",
        subject="停电通知",
        text="【灯火供电】您户（结算户{account}）已于{when}停止供电。结清费用后24小时内恢复供电，详询95598。",
        fields=("account", "when"),
        contact="billing",
        sample=(("account", "45000000000012"), ("when", "9月7日10:34")),
        quiet=False,
    )
)
SUPPLY_RESTORED = declare(
    Template(
        "disconnection.restored",
        subject="恢复供电通知",
        text="【灯火供电】您户（结算户{account}）已于{when}恢复供电。",
        fields=("account", "when"),
        contact="billing",
        sample=(("account", "45000000000012"), ("when", "9月7日15:20")),
        useful_minutes=720,
    )
)
ADVICE = declare(
    Template(
        "notifications.advice",
        subject="用电服务推介",
        text="【灯火供电】{text} 回复T退订。",
        fields=("text",),
        channels=(SMS, EMAIL),
        purpose="marketing",
        sample=(("text", "峰谷电价已开放申请，夜间充电更省钱。"),),
    )
)

__all__ = [
    "ADVICE", "CONNECTION_ACCEPTED", "CONNECTION_DEFECTS", "CONNECTION_ENERGISED", "CONNECTION_FEES",
    "CONNECTION_PLAN", "CONNECTION_REFUSED", "DEMAND", "OUTAGE_CANCELLED", "OUTAGE_CHANGED", "OUTAGE_FAULT",
    "OUTAGE_PLANNED", "OUTAGE_RESTORED", "SUPPLY_RESTORED", "SUPPLY_STOPPED", "Template",
]  # fmt: skip
