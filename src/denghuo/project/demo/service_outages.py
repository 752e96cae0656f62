"""Outages in the town: works over a year, merged, refused, delayed, cancelled; faults; one that runs, one next week.

Everything is told in calendar time; customers are told by the test provider, so that the page of messages is full.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from denghuo.care.notifications import operations as notifications
from denghuo.care.notifications.models import Message, MessageState
from denghuo.care.notifications.rules import parameters
from denghuo.commerce.outages import operations, queries
from denghuo.commerce.outages.models import Outage, OutageState
from denghuo.commerce.outages.queries import Equipment
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.parameters import operations as parameter_operations
from denghuo.records.grid.models import Feeder, TransformerArea
from denghuo.records.supply.models import SupplyPoint

MAIN = "GX-F00000"
"""灯火901线: the feeder of the named cast, with the hospital."""


def _at(day: str, clock: str = "09:00") -> datetime:
    """A day and time in Beijing."""
    return datetime.fromisoformat(f"{day}T{clock}:00+00:00").astimezone(UTC) - timedelta(hours=8)


class _Year:
    """What happens, in the order of the calendar."""

    def __init__(self, people: Mapping[str, Staff], morning: datetime) -> None:
        self.people, self.morning = people, morning
        self.acts: list[tuple[datetime, int, Callable[[], Any]]] = []
        self.found: dict[str, Outage] = {}

    def add(self, at: datetime, act: Callable[[], Any]) -> None:
        if at <= self.morning:
            self.acts.append((at, len(self.acts), act))

    def play(self) -> None:
        for at, _order, act in sorted(self.acts, key=lambda item: item[:2]):
            self._after_the_night(at)
            act()
            outbox.deliver(at=at)
            notifications.deliver_waiting(at=at + timedelta(minutes=1))

    def _after_the_night(self, at: datetime) -> None:
        """What waited for the end of the quiet hours before ``at`` goes out when they end."""
        waiting = Message.objects.filter(state=MessageState.WAITING, next_try_at__lt=at).order_by(
            "next_try_at"
        )
        while (first := waiting.first()) is not None and first.next_try_at is not None:
            if not notifications.deliver_waiting(at=first.next_try_at)["sent"]:
                break

    def outage(self, key: str) -> Outage | None:
        """The outage as it is, where it came about and is alive."""
        found = self.found.get(key)
        return Outage.objects.get(pk=found.pk) if found else None

    def ask(
        self, key: str, equipment: Equipment | None, at: datetime, begins_at: datetime, hours: float, cause: str,
        what: str, *, kind: str = "planned", into: str = "",
    ) -> None:  # fmt: skip
        def act() -> None:
            assert equipment is not None
            host = self.outage(into) if into else None
            self.found[key] = operations.request(
                kind=kind, equipment=equipment, begins_at=begins_at, ends_at=begins_at + timedelta(hours=hours),
                cause=cause, description=what, at=at, actor=self.people["mofan"], merge_into=host,
            )  # fmt: skip

        if equipment is not None:
            self.add(at, act)

    def when(self, key: str, state: str, at: datetime, act: Callable[[Outage], Any]) -> None:
        """Do ``act`` at an instant if the outage stands in ``state`` then."""

        def guarded() -> None:
            found = self.outage(key)
            if found is not None and found.state == state:
                act(found)

        self.add(at, guarded)

    def approve(self, key: str, at: datetime, note: str = "") -> None:
        heyong = self.people["heyong"]
        self.when(
            key, OutageState.PROPOSED, at,
            lambda found: operations.approve(outage=found, at=at, actor=heyong, note_=note),
        )  # fmt: skip

    def announce(self, begins_at: datetime) -> None:
        for at in (begins_at - timedelta(days=8), begins_at - timedelta(hours=26)):
            self.add(at, lambda at=at: operations.publish_due_notices(at=at))  # type: ignore[misc]

    def carry(self, key: str, begins_at: datetime, restored_at: datetime, finding: str = "") -> None:
        """Announced, begun on time, restored."""
        qinyong = self.people["qinyong"]
        self.announce(begins_at)
        self.when(
            key, OutageState.APPROVED, begins_at,
            lambda found: operations.start(outage=found, started_at=begins_at, at=begins_at, actor=qinyong),
        )  # fmt: skip
        self.restore(key, restored_at, finding)

    def restore(self, key: str, at: datetime, finding: str = "") -> None:
        self.when(
            key, OutageState.RUNNING, at,
            lambda found: operations.restore(
                outage=found, restored_at=at, at=at, actor=self.people["qinyong"], finding=finding
            ),
        )  # fmt: skip

    def later(self, key: str, at: datetime, expected_at: datetime, reason: str) -> None:
        self.when(
            key, OutageState.RUNNING, at,
            lambda found: operations.estimate(
                outage=found, expected_at=expected_at, reason=reason, at=at, actor=self.people["qinyong"]
            ),
        )  # fmt: skip

    def fault(
        self, key: str, equipment: Equipment | None, at: datetime, cause: str, what: str, *, minutes: int = 0
    ) -> None:
        """Three supplies report within minutes; a quarter of an hour after the first it is an outage."""
        if equipment is None:
            return
        points = _points(equipment, 3)
        for number, point in enumerate(points):
            called = at + timedelta(minutes=4 * number)
            self.add(
                called,
                lambda called=called, point=point: operations.report_fault(  # type: ignore[misc]
                    key=f"demo:{key}:{point}", at=called, supply_point_id=point
                ),
            )
        confirmed = at + timedelta(minutes=15)

        def act() -> None:
            self.found[key] = operations.confirm_fault(
                equipment=equipment, at=confirmed, actor=self.people["qinyong"], since=at, cause=cause, description=what,
                expected_at=at + timedelta(minutes=minutes) if minutes else None,
            )  # fmt: skip

        self.add(confirmed, act)


def _points(equipment: Equipment, count: int) -> list[int]:
    """Supplies behind the equipment, by number."""
    rows = queries.affected(equipment, on=date(2026, 9, 1)).rows
    return [row.supply_point_id for row in sorted(rows, key=lambda row: row.supply_point.number)[:count]]


def _area(code: str) -> Equipment | None:
    found = (
        TransformerArea.objects.select_related("transformer__feeder__substation").filter(code=code).first()
    )
    return found.transformer if found else None


def _feeder(code: str) -> Equipment | None:
    return Feeder.objects.select_related("substation").filter(code=code).first()


def play(people: Mapping[str, Staff], *, today: date) -> None:
    """Everything; nothing happens twice when it was played before."""
    if Outage.objects.exists() or not SupplyPoint.objects.exists():
        return
    parameter_operations.set_value(
        parameter=parameters.TEST_PROVIDER, text="all", valid_from=date(2025, 9, 1),
        reason="演示环境：短信、微信和邮件由测试通道代收", actor=people["luoqiang"], at=_at("2025-09-01"),
    )  # fmt: skip
    year = _Year(people, _at(today.isoformat(), "09:30"))
    wutong, guihua, main = _area("GX-A-wutong"), _area("GX-A-guihua"), _feeder(MAIN)
    first, second, other = _area("GX-A0000001"), _area("GX-A0000002"), _feeder("GX-F00001")
    _works(year, wutong, guihua, main, first, second)
    _not_done(year, wutong, first, second)
    _faults(year, wutong, guihua, main, other)
    _soon(year, guihua, main, first)
    year.play()
    _treat(people, _at(today.isoformat(), "09:10"))


def _works(year: _Year, wutong: Any, guihua: Any, main: Any, first: Any, second: Any) -> None:
    """Works that were carried out."""
    year.ask(
        "p1", wutong, _at("2025-10-08"), _at("2025-10-20", "08:30"), 8, "maintenance", "公变低压出线柜检修"
    )
    year.approve("p1", _at("2025-10-08", "15:00"))
    year.carry("p1", _at("2025-10-20", "08:30"), _at("2025-10-20", "15:52"))
    year.ask(
        "p2", main, _at("2025-12-26"), _at("2026-01-10", "07:00"), 11, "construction", "灯火901线绝缘化改造"
    )
    year.approve("p2", _at("2025-12-26", "16:30"), "医院备用电源已确认")
    year.carry("p2", _at("2026-01-10", "07:00"), _at("2026-01-10", "19:42"))
    year.later("p2", _at("2026-01-10", "16:20"), _at("2026-01-10", "20:00"), "电缆中间接头需重新制作")
    year.ask(
        "p3",
        guihua,
        _at("2026-03-02"),
        _at("2026-03-14", "09:00"),
        5,
        "connection",
        "新装用户接入，增设低压出线",
    )
    year.approve("p3", _at("2026-03-03", "10:00"))
    year.carry("p3", _at("2026-03-14", "09:00"), _at("2026-03-14", "13:35"))
    year.ask("p4", first, _at("2026-05-04"), _at("2026-05-16", "08:00"), 6, "maintenance", "台区三相负荷调整")
    year.approve("p4", _at("2026-05-05", "09:30"))
    year.carry("p4", _at("2026-05-16", "08:00"), _at("2026-05-16", "13:10"))
    year.ask(
        "p5", second, _at("2026-06-08"), _at("2026-06-20", "07:30"), 9, "municipal", "配合道路拓宽迁移杆线"
    )
    year.approve("p5", _at("2026-06-08", "17:00"))
    year.when(
        "p5", OutageState.APPROVED, _at("2026-06-11"),
        lambda found: operations.change(
            outage=found, begins_at=_at("2026-06-23", "07:30"), ends_at=_at("2026-06-23", "16:30"),
            reason="道路施工单位改期", at=_at("2026-06-11"), actor=year.people["mofan"],
        ),
    )  # fmt: skip
    year.approve("p5", _at("2026-06-11", "15:30"))
    year.carry("p5", _at("2026-06-23", "07:30"), _at("2026-06-23", "16:05"))
    year.ask(
        "p6", wutong, _at("2026-07-28"), _at("2026-08-10", "06:30"), 4, "maintenance", "更换老化低压电缆"
    )
    year.approve("p6", _at("2026-07-29"))
    year.carry("p6", _at("2026-08-10", "06:30"), _at("2026-08-10", "10:24"))
    year.ask("t1", second, _at("2026-08-24", "14:00"), _at("2026-08-25", "18:00"), 2, "maintenance", "红外测温发现线夹过热，临时消缺", kind="temporary")  # fmt: skip
    year.approve("t1", _at("2026-08-24", "14:40"))
    year.add(
        _at("2026-08-24", "14:45"), lambda: operations.publish_due_notices(at=_at("2026-08-24", "14:45"))
    )
    year.carry("t1", _at("2026-08-25", "18:00"), _at("2026-08-25", "19:36"))


def _not_done(year: _Year, wutong: Any, first: Any, second: Any) -> None:
    """Works that were refused or cancelled."""
    year.ask(
        "r1",
        wutong,
        _at("2026-08-18"),
        _at("2026-08-29", "08:30"),
        6,
        "connection",
        "充电桩接入，更换低压电缆",
    )
    year.ask("r2", second, _at("2026-04-07"), _at("2026-04-18", "17:00"), 5, "maintenance", "台区线路消缺")
    year.when(
        "r2", OutageState.PROPOSED, _at("2026-04-08"),
        lambda found: operations.refuse(
            outage=found, reason="晚高峰时段影响居民做饭，改报白天", at=_at("2026-04-08"), actor=year.people["heyong"]
        ),
    )  # fmt: skip
    begins = _at("2026-07-20", "08:00")
    year.ask("c1", first, _at("2026-07-08"), begins, 7, "maintenance", "变压器例行试验")
    year.approve("c1", _at("2026-07-08", "16:00"))
    year.announce(begins)
    year.when(
        "c1", OutageState.APPROVED, _at("2026-07-18", "17:30"),
        lambda found: operations.cancel(
            outage=found, reason="台风预警，工作取消", at=_at("2026-07-18", "17:30"), actor=year.people["qinyong"]
        ),
    )  # fmt: skip


def _faults(year: _Year, wutong: Any, guihua: Any, main: Any, other: Any) -> None:
    """Faults of the year, and the one of this morning."""
    year.fault("f1", wutong, _at("2025-11-03", "18:12"), "equipment", "低压熔断器熔断")
    year.restore("f1", _at("2025-11-03", "20:05"), "更换熔断器，负荷已调整")
    year.fault("f2", other, _at("2026-02-14", "06:41"), "damage", "吊车碰线", minutes=150)
    year.restore("f2", _at("2026-02-14", "09:02"), "导线重新架设")
    year.fault("f3", guihua, _at("2026-04-15", "21:30"), "equipment", "低压电缆头烧损")
    year.restore("f3", _at("2026-04-15", "23:58"), "更换电缆头")
    year.fault("f4", main, _at("2026-07-19", "03:20"), "weather", "台风“海葵”过境，树木倒伏压线")
    year.later("f4", _at("2026-07-19", "05:50"), _at("2026-07-19", "09:00"), "倒伏树木较多，道路受阻")
    year.later("f4", _at("2026-07-19", "08:40"), _at("2026-07-19", "11:30"), "更换断杆两基")
    year.restore("f4", _at("2026-07-19", "11:12"), "更换断杆两基，清理通道")
    year.fault("f5", guihua, _at("2026-06-02", "12:05"), "unknown", "多户报修无电")
    year.when(
        "f5", OutageState.RUNNING, _at("2026-06-02", "12:40"),
        lambda found: operations.retract(
            outage=found, reason="现场核实为小区内部总开关跳闸，非供电设施故障",
            at=_at("2026-06-02", "12:40"), actor=year.people["qinyong"],
        ),
    )  # fmt: skip
    year.fault(
        "now", guihua, _at("2026-09-07", "08:20"), "unknown", "多户报修无电，抢修人员已出发", minutes=200
    )
    year.when(
        "now", OutageState.RUNNING, _at("2026-09-07", "09:05"),
        lambda found: operations.report_progress(
            outage=found, progress="已到现场，正在查找故障点", at=_at("2026-09-07", "09:05"), actor=year.people["qinyong"]
        ),
    )  # fmt: skip


def _soon(year: _Year, guihua: Any, main: Any, first: Any) -> None:
    """Next week's works with their notices out, works merged into them, and a request that waits."""
    begins = _at("2026-09-14", "08:30")
    year.ask("p7", main, _at("2026-08-31"), begins, 9, "construction", "灯火901线配电自动化开关安装")
    year.ask(
        "m1", guihua, _at("2026-09-01"), _at("2026-09-18", "09:00"), 4, "maintenance", "公变调档", into="p7"
    )
    year.approve("p7", _at("2026-09-02", "10:30"), "与桂花巷公变调档合并实施")
    year.announce(begins)
    year.ask("w1", first, _at("2026-09-04"), _at("2026-09-25", "08:00"), 6, "maintenance", "更换变压器")


def _treat(people: Mapping[str, Staff], at: datetime) -> None:
    """The first of those who are restored first has been spoken to before next week's works."""
    coming = Outage.objects.filter(state=OutageState.APPROVED).order_by("begins_at", "id").first()
    row = coming.affected.order_by("rank", "supply_point__number").first() if coming else None
    if row is not None:
        operations.treat(
            affected=row,
            treatment="已电话告知，确认自备发电机可用，发电车8:00到位",
            at=at,
            actor=people["qinyong"],
        )
