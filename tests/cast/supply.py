"""Supply points of the named cast, opened by the real operations, each with its customer, account and terms.

``household``, ``shop`` and ``factory`` are the three shapes; the named functions below give the town's own people.
Any field of the terms can be given by name: ``household(terms={"tariff": "residential_tou"})``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from denghuo.records.customers.models import Customer
from denghuo.records.grid.models import TransformerArea
from denghuo.records.supply import operations
from denghuo.records.supply.models import SupplyPoint
from tests.cast import customers, grid
from tests.cast.customers import AT

ENERGISED = date(2025, 8, 1)
BOOK = "cn-gx"


def supply_point(
    customer: Customer, address: str, terms: Mapping[str, Any], *, energised_date: date = ENERGISED
) -> SupplyPoint:
    """A supply point of ``customer`` with an account of its own."""
    return operations.open_supply_point(
        customer=customer,
        account=customers.account(customer, opened_date=energised_date),
        address=address,
        energised_date=energised_date,
        terms=terms,
        at=AT,
    )


def household(
    name: str = "王秀英",
    address: str = "灯火镇梧桐巷12-301",
    *,
    area: TransformerArea | None = None,
    energised_date: date = ENERGISED,
    terms: Mapping[str, Any] | None = None,
    **person: Any,
) -> SupplyPoint:
    """A home on list price: 8 kVA, single phase, below 1 kV, behind a public transformer."""
    return supply_point(
        customers.person(name, **person),
        address,
        {
            "area": area or grid.area(),
            "tariff_class": "residential",
            "use_nature": "household",
            "voltage": "lt1kv",
            "capacity_kva": Decimal(8),
            "price_book": BOOK,
            "tariff": "residential",
            **(terms or {}),
        },
        energised_date=energised_date,
    )


def shop(
    name: str = "陈记面馆",
    address: str = "灯火镇东街18号",
    *,
    area: TransformerArea | None = None,
    energised_date: date = ENERGISED,
    terms: Mapping[str, Any] | None = None,
    **organisation: Any,
) -> SupplyPoint:
    """A shop on agent purchase: 30 kVA, single-part, below 1 kV."""
    return supply_point(
        customers.organisation(name, **organisation),
        address,
        {
            "area": area or grid.area(),
            "tariff_class": "commercial_industrial",
            "use_nature": "shop",
            "voltage": "lt1kv",
            "capacity_kva": Decimal(30),
            "price_book": BOOK,
            "tariff": "ci_single",
            "market": "agent",
            **(terms or {}),
        },
        energised_date=energised_date,
    )


def factory(
    name: str = "灯火纺织厂",
    address: str = "灯火镇工业路6号",
    *,
    energised_date: date = ENERGISED,
    terms: Mapping[str, Any] | None = None,
    loss: Mapping[str, Any] | None = None,
    **organisation: Any,
) -> SupplyPoint:
    """A mill on agent purchase: 630 kVA dedicated transformer at 10 kV, two-part by capacity, standard 0.90.

    ``loss``: parameters of ``set_loss_terms`` for 高供低计.
    """
    serial = SupplyPoint.objects.count() + 1
    capacity_kva = int((terms or {}).get("capacity_kva", 630))
    voltage = (terms or {}).get("voltage", "1-10kv")
    transformer = grid.transformer(
        f"D{serial:06d}",
        f"{name}专变",
        is_public=False,
        rated_capacity_kva=capacity_kva,
        model=f"S13-M-{capacity_kva}/10",
        of=None if voltage == "1-10kv" else grid.feeder(f"F{voltage}", f"{voltage}专线", voltage=voltage),
    )
    point = supply_point(
        customers.organisation(name, **organisation),
        address,
        {
            "transformer": transformer,
            "supply_source": "dedicated_transformer",
            "tariff_class": "commercial_industrial",
            "use_nature": "large_industry",
            "voltage": "1-10kv",
            "metering_mode": "high_low" if loss else "high_high",
            "capacity_kva": Decimal(630),
            "price_book": BOOK,
            "tariff": "ci_two_part",
            "billing_mode": "capacity",
            "pf_standard": 90,
            "market": "agent",
            "industry_code": "1711",
            **(terms or {}),
        },
        energised_date=energised_date,
    )
    if loss:
        operations.set_loss_terms(supply_point=point, from_date=energised_date, at=AT, **loss)
    return point


def wang_xiuying() -> SupplyPoint:
    return household(special_care="elderly")


def li_jianguo() -> SupplyPoint:
    return household("李建国", "灯火镇梧桐巷12-302", phone="13800138002", terms={"household_persons": 5})


def noodle_shop() -> SupplyPoint:
    return shop()


def textile_mill() -> SupplyPoint:
    return factory()


def foundry() -> SupplyPoint:
    """The 110 kV factory: contract demand, metered at high voltage on a dedicated line."""
    return factory(
        "灯火铸造有限公司",
        "灯火镇铸造大道1号",
        terms={
            "supply_source": "dedicated_line",
            "voltage": "110kv",
            "capacity_kva": Decimal(31500),
            "billing_mode": "contract_demand",
            "contract_demand_kw": Decimal(20000),
            "industry_code": "3391",
        },
    )


def hospital() -> SupplyPoint:
    """灯火镇人民医院: first grade of importance, 10 kV."""
    return factory(
        "灯火镇人民医院",
        "灯火镇人民路2号",
        terms={
            "use_nature": "health",
            "importance": "first",
            "capacity_kva": Decimal(1600),
            "pf_standard": 85,
            "industry_code": "8411",
        },
    )


def school() -> SupplyPoint:
    """灯火中学: residential price without tiers."""
    return shop(
        "灯火中学",
        "灯火镇学府路1号",
        terms={
            "tariff_class": "residential",
            "use_nature": "education",
            "tariff": "residential_shared",
            "market": "list",
            "capacity_kva": Decimal(80),
        },
    )


def irrigation_station() -> SupplyPoint:
    """张庄灌溉站: agricultural price, 200 kVA at 10 kV."""
    return factory(
        "张庄灌溉站",
        "灯火镇张庄村",
        terms={
            "tariff_class": "agricultural",
            "use_nature": "farming",
            "tariff": "agricultural",
            "billing_mode": "single",
            "capacity_kva": Decimal(200),
            "pf_standard": 80,
            "market": "list",
            "industry_code": "0520",
        },
    )


def charging_station() -> SupplyPoint:
    """灯火充电站: two-part, exempt from the basic charge until 2030."""
    return factory(
        "灯火充电站",
        "灯火镇站前路9号",
        terms={
            "use_nature": "ev_charging",
            "demand_exempt": True,
            "pf_standard": 85,
            "industry_code": "4420",
        },
    )
