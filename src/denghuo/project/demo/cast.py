"""The named cast of the town: who they are, how they are supplied, and what is wrong with some of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from denghuo.commerce.metering import operations as metering
from denghuo.commerce.metering.models import MeteringPoint
from denghuo.commerce.readings.models import ReadingRoute, RouteStop
from denghuo.commerce.tariffs import operations as tariffs
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.numbering.operations import allocate
from denghuo.kernel.identifiers import NumberKind, number
from denghuo.project.demo import usage
from denghuo.project.demo.population import OPENED
from denghuo.project.demo.usage import Trade
from denghuo.records.customers import operations as customers
from denghuo.records.grid import operations as grid
from denghuo.records.grid.models import Substation, Transformer, TransformerArea
from denghuo.records.supply import operations as supply
from denghuo.records.supply.models import SupplyPoint

HOME = {
    "tariff_class": "residential", "use_nature": "household", "voltage": "lt1kv", "capacity_kva": Decimal(8),
    "price_book": "cn-gx", "tariff": "residential", "market": "list",
}  # fmt: skip
BUSINESS = {
    "tariff_class": "commercial_industrial", "price_book": "cn-gx", "market": "agent", "pf_standard": 90,
    "voltage": "1-10kv", "metering_mode": "high_high", "supply_source": "dedicated_transformer",
    "tariff": "ci_two_part", "billing_mode": "capacity",
}  # fmt: skip
ZERO = Decimal(0)


@dataclass(frozen=True)
class Member:
    """One customer of the cast. ``monthly_kwh`` is the level that the seasons of ``trade`` shape."""

    key: str
    name: str
    address: str
    trade: Trade
    monthly_kwh: int
    terms: Mapping[str, Any]
    person: bool = False
    unit: str = "4501"
    area: str = ""
    phone: str = "10000000000"
    special_care: str = ""
    registers: str = "total"
    transformers: tuple[int, int, int] = (1, 1, 1)
    tangent: float = 0.4
    feed_in_kwh: int = 0
    loss: Mapping[str, Any] = field(default_factory=dict)
    submeter_ratio: Decimal | None = None
    stops_in: str = ""
    fades_from: str = ""
    surges_in: str = ""
    exchanged_on: date | None = None


def _firm(**changes: Any) -> dict[str, Any]:
    return {**BUSINESS, **changes}


CAST = (
    Member("wang", "王秀英", "梧桐巷12号301", usage.HOUSEHOLD, 95, {**HOME, "free_energy_kwh": Decimal(10), "household_persons": 1}, True, area="wutong", special_care="elderly"),
    Member("li", "李建国", "梧桐巷12号302", usage.HOUSEHOLD, 330, {**HOME, "household_persons": 6}, True, surges_in="2026-08", area="wutong"),
    Member("he", "何家豪", "新华街8号204", usage.HOUSEHOLD, 180, HOME, True, area="wutong", stops_in="2026-08"),
    Member("zhao", "赵铁柱", "榕树街66号", usage.HOUSEHOLD, 520, HOME, True, area="wutong", fades_from="2026-03"),
    Member("zhou", "周明", "东风路3号502", usage.HOUSEHOLD, 210, HOME, True, "4502", area="wutong"),
    Member("sun", "孙丽", "桂花巷21号", usage.HOUSEHOLD, 260, HOME, True, area="guihua", feed_in_kwh=420),
    Member("noodles", "陈记面馆", "城东路45号", usage.SHOP, 1_450, {**HOME, "tariff_class": "commercial_industrial", "use_nature": "shop", "tariff": "ci_single", "market": "agent", "capacity_kva": Decimal(30)}, area="guihua", registers="tou", exchanged_on=date(2026, 2, 16)),
    Member("mill", "灯火纺织厂", "工业一路1号", usage.WORKSHOP, 96_000, _firm(use_nature="industry", capacity_kva=Decimal(630)), registers="tou_reactive_demand", transformers=(50, 5, 100), tangent=1.05),
    Member("plastics", "红旗塑料厂", "工业一路9号", usage.WORKSHOP, 21_000, _firm(use_nature="industry", capacity_kva=Decimal(400)), registers="tou_reactive_demand", transformers=(20, 5, 100)),
    Member("foundry", "灯火铸造有限公司", "工业二路18号", usage.FACTORY, 3_900_000, _firm(use_nature="large_industry", capacity_kva=Decimal(20_000), voltage="110kv", supply_source="dedicated_line", billing_mode="contract_demand", contract_demand_kw=Decimal(12_000)), registers="tou_reactive_demand", transformers=(200, 5, 1100), tangent=0.3),
    Member("hospital", "灯火镇人民医院", "人民路100号", usage.OFFICE, 185_000, _firm(use_nature="health", importance="first", capacity_kva=Decimal(1_600), pf_standard=85), registers="tou_reactive_demand", transformers=(100, 5, 100)),
    Member("mall", "灯火商场", "中山路88号", usage.OFFICE, 128_000, _firm(use_nature="shop", capacity_kva=Decimal(1_000), pf_standard=85), registers="tou_reactive_demand", transformers=(75, 5, 100), submeter_ratio=Decimal("0.015")),
    Member("charging", "灯火充电站", "灯火大道2号", usage.OFFICE, 64_000, _firm(use_nature="ev_charging", capacity_kva=Decimal(800), pf_standard=85, demand_exempt=True), registers="tou_reactive_demand", transformers=(60, 5, 100), surges_in="2026-08", tangent=0.25),
    Member("school", "灯火中学", "学院路5号", usage.SCHOOL, 14_800, {**HOME, "use_nature": "education", "tariff": "residential_shared", "voltage": "1-10kv", "metering_mode": "high_low", "supply_source": "dedicated_transformer", "capacity_kva": Decimal(250)}, registers="tou", transformers=(400, 5, 1), loss={"method": "coefficient", "iron_loss_kw": Decimal("0.48"), "copper_ratio": Decimal("0.015"), "reactive_iron_kvar": Decimal("2.1"), "reactive_copper_factor": Decimal("2.6")}),
    Member("irrigation", "张庄灌溉站", "张庄村口", usage.FARM, 3_800, {**HOME, "tariff_class": "agricultural", "use_nature": "farming", "tariff": "agricultural", "capacity_kva": Decimal(45)}, unit="4502", area="guihua"),
)  # fmt: skip


@dataclass(frozen=True)
class Seat:
    """A member with the rows it was given."""

    member: Member
    supply_point: SupplyPoint
    point: MeteringPoint
    feed_in: MeteringPoint | None

    @property
    def multiplier(self) -> int:
        primary, secondary, pt_ratio = self.member.transformers
        return primary // secondary * pt_ratio


def settle(
    *, substation: Substation, reader: Staff, takeover: date, at: datetime, actor: Staff
) -> list[Seat]:
    """Register the cast through the ordinary operations."""
    feeder = grid.add_feeder(
        substation=substation, code="GX-F00000", name="灯火901线", voltage="1-10kv", rated_capacity_kva=Decimal(12_000), at=at
    )  # fmt: skip
    areas = {
        key: _area(feeder, key, name, at)
        for key, name in (("wutong", "梧桐巷台区"), ("guihua", "桂花巷台区"))
    }
    route = ReadingRoute.objects.create(
        code="GX-R-CAST", name="灯火大道抄表段", unit_id="4501", reading_day=1, reader=reader
    )
    seats = [_seat(member, areas, feeder, takeover, at, actor) for member in CAST]
    points = [point for seat in seats for point in (seat.point, seat.feed_in) if point]
    RouteStop.objects.bulk_create(
        RouteStop(route=route, metering_point=point, position=position)
        for position, point in enumerate(points, start=1)
    )
    return seats


def _area(feeder: Any, key: str, name: str, at: datetime) -> TransformerArea:
    transformer = grid.add_transformer(
        feeder=feeder, code=f"GX-T-{key}", name=f"{name[:-2]}公变", is_public=True, model="S13-M",
        rated_capacity_kva=Decimal(400), commissioned_date=OPENED, at=at,
    )  # fmt: skip
    unit = OrganisationUnit.objects.get(code="4501")
    return grid.add_area(transformer=transformer, code=f"GX-A-{key}", name=name, unit=unit, at=at)


def _seat(
    member: Member, areas: dict[str, TransformerArea], feeder: Any, takeover: date, at: datetime, actor: Staff
) -> Seat:
    unit = OrganisationUnit.objects.get(code=member.unit)
    customer = customers.register(
        kind="person" if member.person else "organisation", name=member.name, phone=member.phone,
        special_care=member.special_care, unit=unit, synthetic=True, at=at, actor=actor,
    )  # fmt: skip
    account = customers.open_account(customer=customer, opened_date=OPENED, at=at, actor=actor)
    terms = dict(member.terms)
    if member.area:
        terms["area"] = areas[member.area]
    else:
        terms["transformer"] = _dedicated(member, feeder, at)
    point = supply.open_supply_point(
        customer=customer, account=account, address=member.address, energised_date=OPENED, terms=terms, at=at, actor=actor
    )  # fmt: skip
    if member.loss:
        supply.set_loss_terms(supply_point=point, from_date=OPENED, at=at, actor=actor, **member.loss)
    main = metering.add_metering_point(supply_point=point, opened_date=OPENED, at=at, actor=actor)
    _hang(member, main, unit, takeover, at, actor)
    if member.submeter_ratio:
        metering.add_metering_point(
            supply_point=point, parent=main, measure="ratio", ratio=member.submeter_ratio, tariff="residential_shared",
            opened_date=OPENED, agreed_date=date(2026, 1, 1), at=at, actor=actor,
        )  # fmt: skip
    feed_in = None
    if member.feed_in_kwh:
        feed_in = metering.add_metering_point(
            supply_point=point, role="feed_in", tariff="pv_feed_in", opened_date=OPENED, at=at, actor=actor
        )
        _hang(member, feed_in, unit, takeover, at, actor)
    return Seat(member, point, main, feed_in)


def _dedicated(member: Member, feeder: Any, at: datetime) -> Transformer:
    return grid.add_transformer(
        feeder=feeder, code=f"GX-T-{member.key}", name=f"{member.name}专变", is_public=False, model="S20-M",
        rated_capacity_kva=Decimal(member.terms["capacity_kva"]), commissioned_date=OPENED, at=at,
    )  # fmt: skip


def new_meter(member: Member, unit: OrganisationUnit, at: datetime, actor: Staff) -> Any:
    """A meter out of stock for this member."""
    (serial,) = allocate("demo:meter", 1)
    return metering.register_meter(
        asset_number=number(NumberKind.METER, "4530009", serial), factory_number=f"F{serial:010d}",
        communication_address=f"45{serial:010d}", model="DTZ" if member.registers != "total" else "DDZY",
        phases=3 if member.registers != "total" else 1, registers=member.registers, unit=unit,
        accuracy_class="2" if member.registers == "total" else "0.5S", verified_date=date(2022, 4, 1), at=at, actor=actor,
    )  # fmt: skip


def _hang(
    member: Member, point: MeteringPoint, unit: OrganisationUnit, takeover: date, at: datetime, actor: Staff
) -> None:
    metering.install(
        meter=new_meter(member, unit, at, actor), point=point, on=takeover, opening=opening(member),
        transformers=metering.Transformers(*member.transformers), reason="接管建档", at=at, actor=actor,
    )  # fmt: skip


def opening(member: Member) -> dict[str, Decimal]:
    """Registers of a meter that starts at zero."""
    names = ["total"]
    if member.registers != "total":
        names += ["peak", "flat", "valley"]
    if member.registers.startswith("tou_reactive"):
        names += ["reactive_forward"]
    if member.registers == "tou_reactive_demand":
        names += ["max_demand"]
    return dict.fromkeys(names, ZERO)


def months_of(seat: Seat, random: np.random.Generator, cycles: list[str]) -> usage.Months:
    """What the meter of a member records in each cycle, its faults included; the real multiplier of the plastics works is twice that recorded."""
    member = seat.member
    trade = Trade(
        member.key, member.monthly_kwh, 0.0, member.trade.season, member.trade.shares, member.tangent, member.trade.load_factor
    )  # fmt: skip
    calendar = [int(cycle[5:]) for cycle in cycles]
    drawn = usage.months(random, trade, 1, calendar, np.array([seat.multiplier]))
    share = np.ones(len(cycles))
    for at, cycle in enumerate(cycles):
        if member.fades_from and cycle >= member.fades_from:
            share[at] = 0.2
        if member.surges_in and cycle >= member.surges_in:
            share[at] = 3.6
        if member.stops_in and cycle >= member.stops_in:
            share[at] = 0.0
    return usage.scaled(drawn, share)


def agree_contracts(seats: list[Seat], *, at: datetime, actor: Staff) -> None:
    """The foundry buys in the market: its own price replaces the agent purchase price."""
    foundry = next(seat for seat in seats if seat.member.key == "foundry")
    supply.change_terms(
        supply_point=foundry.supply_point, from_date=date(2026, 4, 1), market="direct", reason="直接参与市场交易", at=at, actor=actor
    )  # fmt: skip
    tariffs.set_contract_price(
        supply_point=foundry.supply_point, component="retail_energy", price=Decimal("0.4120"),
        valid_from=date(2026, 4, 1), valid_to=None, basis="零售合同 2026-17", at=at, actor=actor,
    )  # fmt: skip
