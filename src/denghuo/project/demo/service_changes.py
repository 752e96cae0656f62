"""Changes of supply in the town: restrictions that run, end soon or are overdue, a transfer, a closed shop, one refused.

``play`` once on the last morning, when every month is read and billed: whatever reaches back leaves prices as they were
(the charging station is exempt from the basic charge, the school pays one price).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from denghuo.commerce.changes import operations
from denghuo.commerce.changes.models import Change, CustomerTransformer, RefusedRequest
from denghuo.commerce.changes.operations import Wished, Work
from denghuo.commerce.metering import operations as metering
from denghuo.commerce.metering.models import Installation
from denghuo.commerce.metering.rules import REGISTERS
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.readings.models import Reading
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.identity.models import Staff
from denghuo.project.demo import cast
from denghuo.records.customers import operations as customers
from denghuo.records.grid.models import TransformerArea
from denghuo.records.supply import operations as supply
from denghuo.records.supply.models import SupplyPoint

IMPOSSIBLE = (operations.ChangeRefused, operations.ChangeImpossible, operations.ChangeCannotBeDecided)
AGREED = "资料齐全，同意"


def _at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """An hour of a day in Beijing."""
    return datetime(day.year, day.month, day.day, hour - 8, minute, tzinfo=UTC)


def _named(key: str) -> SupplyPoint | None:
    name = next(member.name for member in cast.CAST if member.key == key)
    return SupplyPoint.objects.filter(customer__name=name, state="active").order_by("pk").first()


class _Told:
    """One customer's changes, told by days."""

    def __init__(self, people: Mapping[str, Staff], point: SupplyPoint) -> None:
        self.people, self.point = people, point

    def units(self, on: date, **sizes: int) -> dict[str, int]:
        """Register the customer's transformers; label → key."""
        for label, size in sizes.items():
            operations.register_transformer(
                supply_point=self.point, label=f"{label[1:]}号主变", capacity_kva=Decimal(size), at=_at(on, 8),
                actor=self.people["mofan"],
            )  # fmt: skip
        found = CustomerTransformer.objects.filter(supply_point=self.point)
        return {f"n{unit.label[:1]}": unit.pk for unit in found}

    def ask(self, kind: str, on: date, start: date, by: str = "linxiaoyu", **wish: Any) -> Change:
        self.point.refresh_from_db()
        return operations.ask(
            supply_point=self.point, kind=kind, wished=Wished(from_date=start, **wish), at=_at(on, 10),
            actor=self.people[by],
        )  # fmt: skip

    def agree(self, change: Change, on: date) -> Change:
        if change.state == "applied":
            operations.approve(change=change, at=_at(on, 15), actor=self.people["heyong"], note=AGREED)
        change.refresh_from_db()
        return change

    def do(self, change: Change, on: date, seal: str = "") -> Change:
        return operations.carry_out(
            change=change, work=Work(on=on, seal_number=seal), at=_at(max(on, change.from_date), 16)
            if on <= date(2026, 9, 7)
            else _at(date(2026, 9, 7), 11), actor=self.people["mofan"],
        )  # fmt: skip


def play(people: Mapping[str, Staff], *, today: date) -> dict[str, int]:
    """Everything, in calendar time; returns what there is afterwards."""
    for story in (_charging, _school, _mill, _plastics, _mall, _families, _flat, _shop):
        with suppress(*IMPOSSIBLE):
            story(people, today)
    operations.start_clocks(at=_at(today, 8, 30))
    operations.warn_of_ends(at=_at(today, 8, 30))
    return {"changes": Change.objects.count(), "refused": RefusedRequest.objects.count()}


def _charging(people: Mapping[str, Staff], today: date) -> None:
    """Reduced and restored, suspended for half a year, refused for more; a temporary transformer that is overdue."""
    point = _named("charging")
    if point is None:
        return
    told = _Told(people, point)
    units = told.units(date(2025, 9, 8), n1=500, n2=300)
    change = told.ask(
        "reduce",
        date(2025, 9, 22),
        date(2025, 10, 13),
        unit_ids=frozenset({units["n2"]}),
        reason="冬季负荷下降",
    )
    told.do(told.agree(change, date(2025, 9, 23)), date(2025, 10, 13), "GX-F-1013")
    back = told.ask("restore", date(2025, 12, 3), date(2025, 12, 15), reason="恢复全部容量")
    told.do(told.agree(back, date(2025, 12, 4)), date(2025, 12, 15))
    change = told.ask(
        "suspend", date(2025, 12, 22), date(2026, 1, 5), by="mengfan", until_date=date(2026, 6, 30),
        unit_ids=frozenset({units["n2"]}), reason="充电桩设备改造",
    )  # fmt: skip
    told.do(told.agree(change, date(2025, 12, 23)), date(2026, 1, 5), "GX-F-0105")
    resumed = told.ask("resume", date(2026, 6, 18), date(2026, 6, 30), by="mengfan")
    told.do(resumed, date(2026, 6, 30))
    lent = told.ask(
        "exchange", date(2026, 6, 30), date(2026, 7, 1), until_date=date(2026, 8, 31), capacity_kva=Decimal(630),
        unit_ids=frozenset({units["n1"]}), reason="暑期负荷高，暂换大变压器",
    )  # fmt: skip
    told.do(told.agree(lent, date(2026, 6, 30)), date(2026, 7, 1))
    told.ask(
        "suspend", date(2026, 9, 3), date(2026, 9, 14), until_date=date(2026, 11, 15), unit_ids=frozenset({units["n2"]}),
        reason="二期改造",
    )  # fmt: skip


def _school(people: Mapping[str, Staff], today: date) -> None:
    """One transformer rests over the summer; three days are left."""
    point = _named("school")
    if point is None:
        return
    told = _Told(people, point)
    units = told.units(date(2026, 6, 22), n1=160, n2=90)
    change = told.ask(
        "suspend", date(2026, 7, 1), date(2026, 7, 13), by="mengfan", until_date=today + timedelta(days=3),
        unit_ids=frozenset({units["n2"]}), reason="暑假停用实验楼",
    )  # fmt: skip
    told.do(told.agree(change, date(2026, 7, 2)), date(2026, 7, 13), "GX-F-0713")


def _mill(people: Mapping[str, Staff], today: date) -> None:
    """The mill suspends one of two transformers for the slack season."""
    point = _named("mill")
    if point is None:
        return
    told = _Told(people, point)
    units = told.units(date(2026, 8, 20), n1=400, n2=230)
    change = told.ask(
        "suspend", date(2026, 8, 24), date(2026, 9, 2), by="mengfan", until_date=date(2026, 12, 1),
        unit_ids=frozenset({units["n2"]}), reason="淡季停产一条生产线",
    )  # fmt: skip
    told.do(told.agree(change, date(2026, 8, 25)), date(2026, 9, 2), "GX-F-0902")


def _plastics(people: Mapping[str, Staff], today: date) -> None:
    """The plastics works reduced below the two-part threshold, and asks to have its capacity back."""
    point = _named("plastics")
    if point is None:
        return
    told = _Told(people, point)
    units = told.units(date(2026, 8, 17), n1=250, n2=150)
    change = told.ask(
        "reduce", date(2026, 8, 20), date(2026, 9, 1), unit_ids=frozenset({units["n2"]}), reason="订单减少"
    )
    told.do(told.agree(change, date(2026, 8, 21)), date(2026, 9, 1), "GX-F-0901")
    back = told.ask("restore", date(2026, 9, 4), date(2026, 9, 14), reason="新订单投产")
    told.agree(back, date(2026, 9, 4))


def _mall(people: Mapping[str, Staff], today: date) -> None:
    """The mall was given another name; it asks for the charge by demand and waits for the supervisor."""
    point = _named("mall")
    if point is None:
        return
    told = _Told(people, point)
    moved = told.ask("move_meter", date(2026, 8, 31), date(2026, 9, 10), reason="配电房改造，电能表移位")
    operations.cancel(
        change=moved,
        at=_at(date(2026, 9, 1), 9),
        actor=people["linxiaoyu"],
        reason="商场改造推迟，客户撤回申请",
    )
    told.ask(
        "tariff_class", date(2026, 9, 4), date(2026, 10, 8), by="mengfan", reason="按需量计费更合适",
        terms={"billing_mode": "contract_demand", "contract_demand_kw": "450"},
    )  # fmt: skip


def _families(people: Mapping[str, Staff], today: date) -> None:
    """A family of five registers its persons from October on."""
    point = _named("zhou")
    if point is None:
        return
    told = _Told(people, point)
    change = told.ask(
        "tariff_class",
        date(2026, 9, 2),
        date(2026, 10, 1),
        terms={"household_persons": 5},
        reason="一户多人口申请增加阶梯基数",
    )
    told.do(told.agree(change, date(2026, 9, 3)), date(2026, 10, 1))


def _ordinary(use: str) -> SupplyPoint | None:
    """The first of the crowd with this use and nothing open: one meter, read on 1 September, nothing owed."""
    names = {member.name for member in cast.CAST}
    found = SupplyPoint.objects.filter(
        state="active",
        unit__code__startswith="4501",
        terms__use_nature=use,
        terms__valid_to=None,
        changes=None,
    ).exclude(customer__name__in=names)
    for point in found.distinct().order_by("number")[:200]:
        alone = point.metering_points.count() == 1 and point.account.supply_points.count() == 1
        read = Reading.objects.filter(
            metering_point__supply_point=point, read_date=date(2026, 9, 1), state="accepted"
        ).exists()
        if alone and read and receivables.owed(point.account_id, on=date(2026, 9, 2)).total_fen == 0:
            return point
    return None


def _last_reading(told: _Told, change: Change, on: date, used_kwh: int) -> Change:
    """What the meter shows on the day: the last reading and a little more, spread over the periods."""
    hung = Installation.objects.get(metering_point__supply_point=told.point, removed_date=None)
    last = Reading.objects.filter(installation=hung, state="accepted").order_by("-read_date", "-id").first()
    more = {"total": used_kwh, "peak": used_kwh * 4 // 10, "flat": used_kwh * 4 // 10}
    more["valley"] = used_kwh - more["peak"] - more["flat"]
    shown = {
        name: getattr(last, name) + more.get(name, 0)
        for name in REGISTERS
        if last is not None and getattr(last, name) is not None
    }
    return operations.take_readings(
        change=change, work=Work(on=on, shown={hung.metering_point.number: shown}), at=_at(on, 16),
        actor=told.people["mofan"],
    )  # fmt: skip


def _new_flat(people: Mapping[str, Staff]) -> SupplyPoint | None:
    """A flat that the builder had connected on 1 September."""
    area = TransformerArea.objects.filter(code="GX-A-wutong").select_related("unit").first()
    if area is None:
        return None
    day, clerk = date(2026, 9, 1), people["linxiaoyu"]
    builder = customers.register(
        kind="organisation", name="灯火置业有限公司", phone="0771-5550909", unit=area.unit, synthetic=True,
        at=_at(day, 8), actor=clerk,
    )  # fmt: skip
    account = customers.open_account(customer=builder, opened_date=day, at=_at(day, 8), actor=clerk)
    point = supply.open_supply_point(
        customer=builder, account=account, address="滨江花园3号楼1502", energised_date=day,
        terms={**cast.HOME, "area": area}, at=_at(day, 8, 5), actor=clerk,
    )  # fmt: skip
    main = metering.add_metering_point(supply_point=point, opened_date=day, at=_at(day, 8, 5), actor=clerk)
    member = next(member for member in cast.CAST if member.key == "zhou")
    metering.install(
        meter=cast.new_meter(member, area.unit, _at(day, 8, 6), clerk), point=main, on=day, opening=cast.opening(member),
        at=_at(day, 8, 10), actor=people["mofan"], reason="新装",
    )  # fmt: skip
    return point


def _settled(told: _Told, change: Change, day: date) -> None:
    """The final bill is made and approved, paid at the counter, and the change is filed."""
    if operations.make_final_bill(change=change, at=_at(day, 9), actor=told.people["liumin"]) is not None:
        operations.issue_final_bill(change=change, at=_at(day, 10), actor=told.people["heyong"])
    account = operations.leaving(change)[1]
    owed = receivables.owed(account.pk, on=day).total_fen
    if owed:
        payments.receive(
            account=account, amount_fen=owed, channel="transfer", external_id=f"TC{change.number}", at=_at(day, 11),
            actor=told.people["yejing"],
        )  # fmt: skip
    operations.settle(change=change, at=_at(day, 14), actor=told.people["liumin"])
    operations.archive(change=change, at=_at(day, 15), actor=told.people["mofan"])


def _flat(people: Mapping[str, Staff], today: date) -> None:
    """A new flat is handed over: read, billed to the day, paid by the builder, and in the buyer's name."""
    point = _new_flat(people)
    if point is None:
        return
    told = _Told(people, point)
    buyer = customers.register(
        kind="person", name="陆晓晴", phone="13877107711", unit=point.customer.unit, synthetic=True,
        at=_at(date(2026, 9, 3), 9, 30), actor=people["linxiaoyu"],
    )  # fmt: skip
    change = told.ask(
        "transfer",
        date(2026, 9, 3),
        date(2026, 9, 4),
        new_customer=buyer,
        reason="房屋交付，已办理不动产登记",
    )
    change = _last_reading(told, told.agree(change, date(2026, 9, 3)), date(2026, 9, 4), 26)
    _settled(told, change, date(2026, 9, 7))


def _shop(people: Mapping[str, Staff], today: date) -> None:
    """A shop gives up: its meter is in stock again, its last bill waits for the supervisor."""
    point = _ordinary("shop")
    if point is None:
        return
    told = _Told(people, point)
    change = told.ask("close", date(2026, 9, 2), date(2026, 9, 4), reason="店铺停业退租")
    change = _last_reading(told, told.agree(change, date(2026, 9, 3)), date(2026, 9, 4), 21)
    operations.make_final_bill(change=change, at=_at(date(2026, 9, 7), 9), actor=people["liumin"])
