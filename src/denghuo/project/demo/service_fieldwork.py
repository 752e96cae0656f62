"""Work outside in the town: what the crews did these days, what they have to do this morning, and two conflicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from denghuo.commerce.fieldwork import operations as fieldwork
from denghuo.commerce.fieldwork.models import FieldSubmission, FieldTask
from denghuo.commerce.fieldwork.operations import Item
from denghuo.commerce.fieldwork.rules import own
from denghuo.commerce.metering.rules import REGISTERS
from denghuo.commerce.readings.models import Reading
from denghuo.foundation.identity.models import Staff
from denghuo.records.supply.models import SupplyPoint

WEST, SOUTH = 108.3400, 22.8000
"""South-west corner of the town's drawing; the town is invented and so is the place."""
PHONES = {"nongjun": "农军的手机", "qinchuan": "秦川的手机", "machao": "马超的抄表机"}


@dataclass(frozen=True)
class _Errand:
    """A task by hand: days back, hour, who, what, and how far it came."""

    back: int
    hour: int
    who: str
    title: str
    kind: str
    reached: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


_GOOD = {"condition": "good", "remark": "箱门完好，封印齐全"}
_WATCH = {"condition": "watch", "load_kw": "186", "remark": "接线端子发热，建议一个月内复查"}
ERRANDS = (
    _Errand(4, 9, "nongjun", "表箱巡视：梧桐巷", own.PATROL.code, "done", _GOOD),
    _Errand(3, 14, "qinchuan", "台区巡视", own.PATROL.code, "done", _WATCH),
    _Errand(3, 10, "machao", "补封表箱", own.ERRAND.code, "done", {"report": "补封两处，旧封已收回", "finished": "yes"}),
    _Errand(1, 15, "nongjun", "清理表箱前杂物", own.ERRAND.code, "done", {"report": "已与户主一起清理", "finished": "yes"}),
    _Errand(1, 16, "qinchuan", "核对表号与户号", own.PATROL.code, "done", _GOOD),
    _Errand(0, 7, "nongjun", "漏电保护器试验", own.ERRAND.code, "assigned", note="上次试验不动作，带备件"),
    _Errand(0, 8, "nongjun", "高峰负荷实测", own.PATROL.code, "arrived", note="与客户约好上午"),
    _Errand(0, 8, "nongjun", "更换表箱锁", own.ERRAND.code, "accepted"),
    _Errand(0, 8, "qinchuan", "台区夜间跳闸查因", own.PATROL.code, "arrived", note="连续两晚"),
    _Errand(0, 8, "qinchuan", "接户线下垂处理", own.ERRAND.code, "assigned"),
    _Errand(0, 8, "machao", "电量突增现场核实", own.PATROL.code, "accepted", note="比上月多一倍"),
    _Errand(0, 8, "machao", "户号牌更换", own.ERRAND.code, "assigned"),
    _Errand(0, 8, "", "台区巡视", own.PATROL.code, "waiting", note="谁先到谁接"),
)  # fmt: skip


def _at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """An hour of a day in Beijing."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)


def play(people: Mapping[str, Staff], *, today: date) -> None:
    """Everything that crews did up to nine o'clock of ``today``."""
    points = {unit: _points(unit) for unit in ("4501", "4502")}
    for number, errand in enumerate(ERRANDS):
        unit = people[errand.who].unit_id if errand.who else "4501"
        if points.get(unit):
            _tell(people, errand, points[unit][number % len(points[unit])], number, today)
    if points["4501"]:
        _two_on_one_task(people, points["4501"][-1], today)
        _two_on_one_meter(people, today)
    _whereabouts(people, today)


def _points(unit_id: str) -> list[SupplyPoint]:
    return list(SupplyPoint.objects.filter(unit_id=unit_id, state="active").order_by("number")[:40:3])


def _dispatch(
    people: Mapping[str, Staff],
    title: str,
    kind: str,
    point: SupplyPoint,
    number: int,
    at: datetime,
    **how: Any,
) -> FieldTask:
    return fieldwork.dispatch(
        kind=kind,
        subject=point,
        title=title,
        unit_id=point.unit_id,
        at=at,
        actor=people["qinyong"],
        address=point.address,
        supply_point_id=point.pk,
        longitude=round(WEST + 0.0031 * (number * 7 % 11), 6),
        latitude=round(SOUTH + 0.0027 * (number * 5 % 13), 6),
        key=f"demo:{number}",
        **how,
    )


def _send(
    people: Mapping[str, Staff], who: str, act: str, task: FieldTask | None, at: datetime, **how: Any
) -> FieldSubmission:
    device = fieldwork.meet(key=f"demo-{who}", staff=people[who], at=at, name=PHONES[who])
    point = how.pop("metering_point_id", None)
    name = f"{act}-{task.pk if task else point}"
    item = Item(f"demo-{name}", act, at, task.pk if task else None, point, how)
    return fieldwork.receive(device=device, item=item, at=at + timedelta(minutes=2))


def _tell(people: Mapping[str, Staff], errand: _Errand, point: SupplyPoint, number: int, today: date) -> None:
    day = today - timedelta(days=errand.back)
    at = _at(day, errand.hour)
    task = _dispatch(
        people, errand.title, errand.kind, point, number, at - timedelta(minutes=50),
        due_at=at + timedelta(hours=1 if errand.hour < 8 else 8),
        crew=people[errand.who] if errand.who else None,
        details={"注意": errand.note} if errand.note else None,
    )  # fmt: skip
    steps = ("accepted", "arrived", "done")
    if errand.reached not in steps:
        return
    last = steps.index(errand.reached)
    _send(people, errand.who, "accept", task, at)
    if last >= 1:
        _send(people, errand.who, "arrive", task, at + timedelta(minutes=25))
    if last == 2:
        place = {"longitude": float(task.longitude or 0) + 0.0001, "latitude": float(task.latitude or 0)}
        _send(
            people, errand.who, "complete", task, at + timedelta(minutes=48),
            answers=dict(errand.answers), position=place,
        )  # fmt: skip


def _two_on_one_task(people: Mapping[str, Staff], point: SupplyPoint, today: date) -> None:
    """农军 and 马超 were both without a network; 农军's phone was first."""
    at = _at(today - timedelta(days=1), 17)
    task = _dispatch(people, "暴雨后表箱检查", own.PATROL.code, point, len(ERRANDS), at - timedelta(hours=3))
    place = {"longitude": float(task.longitude or 0), "latitude": float(task.latitude or 0)}
    _send(people, "nongjun", "complete", task, at, answers=_GOOD, position=place)
    second = _send(
        people, "machao", "complete", task, at + timedelta(minutes=20),
        answers={"condition": "danger", "remark": "箱内进水，已断开客户侧开关"}, position=place,
    )  # fmt: skip
    if second.is_undecided:
        fieldwork.propose(
            submission=second,
            text="我晚到二十分钟，雨又大了，箱内有水，请以我为准",
            at=at,
            actor=people["machao"],
        )


def _two_on_one_meter(people: Mapping[str, Staff], today: date) -> None:
    """A meter that was read remotely, read again on site with another figure."""
    found = (
        Reading.objects.filter(
            state="accepted", kind="regular", metering_point__supply_point__unit_id="4501",
            metering_point__route_stop__isnull=False, installation__meter__registers="total",
        )
        .order_by("-cycle", "metering_point__number")
        .first()
    )  # fmt: skip
    if found is None or found.total is None:
        return
    seen = {name: str(getattr(found, name)) for name in REGISTERS if getattr(found, name) is not None}
    seen["total"] = str(int(found.total) + 12)
    _send(
        people, "nongjun", "reading", None, _at(today, 8, 20), metering_point_id=found.metering_point_id,
        title=found.metering_point.supply_point.address, cycle=found.cycle, read_date=found.read_date.isoformat(),
        registers=seen, reason="客户要求现场核对", photos=[],
    )  # fmt: skip


def _whereabouts(people: Mapping[str, Staff], today: date) -> None:
    """农军 agreed to be seen this morning; the others did not."""
    at = _at(today, 8, 5)
    device = fieldwork.meet(key="demo-nongjun", staff=people["nongjun"], at=at, name=PHONES["nongjun"])
    fieldwork.set_consent(device=device, consented=True, at=at, actor=people["nongjun"])
    for minute in range(0, 50, 10):
        fieldwork.keep_position(
            device=device,
            longitude=round(WEST + 0.004 + minute * 0.0001, 6),
            latitude=round(SOUTH + 0.006, 6),
            at=at + timedelta(minutes=minute),
            accuracy_m=15,
        )
