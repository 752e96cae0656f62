"""The anonymous crowd of the town, written in bulk: grid, customers, supply points, meters and routes.

Rows are built as columns, chunk by chunk, so that a million customers need no more memory than fifty thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connection, models, transaction

from denghuo.commerce.metering.models import Installation, Meter, MeteringPoint
from denghuo.commerce.readings.models import ReadingRoute, RouteStop
from denghuo.foundation.database.bulk import insert_columns, reserve_ids
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.numbering.operations import allocate
from denghuo.kernel.identifiers import NumberKind, number
from denghuo.project.demo import names, usage
from denghuo.project.demo.usage import Trade
from denghuo.records.customers import operations as customers
from denghuo.records.customers import rules as customer_rules
from denghuo.records.customers.models import Account, Customer
from denghuo.records.grid.models import Feeder, Substation, Transformer, TransformerArea
from denghuo.records.supply import operations as supply
from denghuo.records.supply.models import LossTerms, SupplyPoint, SupplyTerms

OPENED = date(2021, 3, 1)
CHUNK = 50_000
CUSTOMERS_PER_AREA = 80
AREAS_PER_FEEDER = 12
DEDICATED_PER_FEEDER = 25
BUREAU = "45"
STATIONS = ("4501", "4502")


@dataclass(frozen=True)
class Profile:
    """A kind of customer: how many of the town, and the terms and meter it has."""

    trade: Trade
    share: float
    terms: dict[str, Any]
    capacities_kva: tuple[int, ...]
    registers: str
    ratios: tuple[tuple[int, int], ...] = ((1, 1),)  # (CT ratio, PT ratio) by capacity
    dedicated: bool = False
    person: bool = False
    contract_share: Decimal | None = None
    loss: dict[str, int] | None = None


_LIST = {"price_book": "cn-gx", "market": "list", "billing_mode": "single"}
_AGENT = {"price_book": "cn-gx", "market": "agent", "billing_mode": "single"}
_CI = {**_AGENT, "tariff_class": "commercial_industrial"}
_HIGH = {"voltage": "1-10kv", "metering_mode": "high_high", "supply_source": "dedicated_transformer"}
_HIGH_LOW = {**_HIGH, "metering_mode": "high_low"}

PROFILES = (
    Profile(
        usage.HOUSEHOLD, 0.885,
        {**_LIST, "tariff_class": "residential", "use_nature": "household", "tariff": "residential", "voltage": "lt1kv"},
        (8,), "total", person=True,
    ),
    Profile(
        usage.SHOP, 0.07,
        {**_CI, "use_nature": "shop", "tariff": "ci_single", "voltage": "lt1kv"},
        (12, 20, 40), "tou",
    ),
    Profile(
        usage.FARM, 0.02,
        {**_LIST, "tariff_class": "agricultural", "use_nature": "farming", "tariff": "agricultural", "voltage": "lt1kv"},
        (15, 30), "total", person=True,
    ),
    Profile(
        usage.SCHOOL, 0.004,
        {**_LIST, **_HIGH_LOW, "tariff_class": "residential", "use_nature": "education", "tariff": "residential_shared"},
        (160, 250), "tou", ((60, 1), (80, 1)), dedicated=True,
        loss={"iron_loss_kw": 480_000, "copper_ratio": 15_000, "reactive_iron_kvar": 2_100_000, "reactive_copper_factor": 2_600_000},
    ),
    Profile(
        usage.OFFICE, 0.008,
        {**_CI, **_HIGH_LOW, "use_nature": "office", "tariff": "ci_single_tou", "pf_standard": 85},
        (160, 200, 250), "tou_reactive", ((60, 1), (80, 1), (80, 1)), dedicated=True,
        loss={"iron_loss_kw": 540_000, "copper_ratio": 12_000, "reactive_iron_kvar": 2_400_000, "reactive_copper_factor": 2_600_000},
    ),
    Profile(
        usage.WORKSHOP, 0.009,
        {**_CI, **_HIGH, "use_nature": "industry", "tariff": "ci_two_part", "billing_mode": "capacity", "pf_standard": 90},
        (315, 400, 630), "tou_reactive_demand", ((6, 100), (8, 100), (10, 100)), dedicated=True,
    ),
    Profile(
        usage.FACTORY, 0.004,
        {**_CI, **_HIGH, "use_nature": "large_industry", "tariff": "ci_two_part", "billing_mode": "contract_demand", "pf_standard": 90},
        (1000, 1600, 2500), "tou_reactive_demand", ((15, 100), (20, 100), (30, 100)), dedicated=True,
        contract_share=Decimal("0.6"),
    ),
)  # fmt: skip


def write(model: type[models.Model], columns: dict[str, Sequence[Any]]) -> None:
    """Insert columns; fields that are not named take the default that the model gives them."""
    count = len(next(iter(columns.values())))
    for field in model._meta.concrete_fields:
        named = field.primary_key or field.attname in columns or field.name in columns
        if not named and (field.has_default() or not field.null):
            value = field.get_db_prep_save(field.get_default(), connection)
            columns[field.attname] = [value] * count
    insert_columns(model, columns)


@dataclass(frozen=True)
class Meters:
    """The meters of one profile in one chunk, as the reading generator needs them."""

    profile: Profile
    installation_ids: Sequence[int]
    metering_point_ids: Sequence[int]
    multipliers: np.ndarray


def head_counts(total: int) -> list[int]:
    """How many customers of each profile make a town of ``total``; households take what rounding leaves."""
    counts = [max(1, round(total * profile.share)) for profile in PROFILES]
    counts[0] += total - sum(counts)
    return counts


@lru_cache(maxsize=100_000)
def _keys(name: str) -> tuple[str, str]:
    return customer_rules.pinyin_keys(name)


@dataclass
class Town:
    """Where new supply points are hung: fills areas and feeders one after another."""

    random: np.random.Generator
    at: datetime
    substations: list[Substation]
    reader: Staff
    takeover: date
    """The day from which the system keeps the readings; older meters are taken over as they stand."""
    area_ids: list[int]
    areas: int = 0
    feeders: int = 0

    def feeder(self) -> Feeder:
        self.feeders += 1
        substation = self.substations[self.feeders % len(self.substations)]
        return Feeder.objects.create(
            substation=substation,
            code=f"GX-F{self.feeders:05d}",
            name=f"{substation.name[:2]}{900 + self.feeders}线",
            voltage="1-10kv",
            rated_capacity_kva=Decimal(12_000),
        )

    def transformers(self, count: int, *, public: bool, capacity_kva: Sequence[int]) -> list[int]:
        """New transformers, spread over new feeders; returns their ids."""
        each = AREAS_PER_FEEDER if public else DEDICATED_PER_FEEDER
        feeders = [self.feeder().pk for _ in range(-(-count // each))]
        ids = list(reserve_ids(Transformer, count))
        serials = allocate("demo:transformer", count)
        write(
            Transformer,
            {
                "id": ids,
                "feeder_id": [feeders[i // each] for i in range(count)],
                "code": [f"GX-T{serial:07d}" for serial in serials],
                "name": [f"{serial}号{'公变' if public else '专变'}" for serial in serials],
                "is_public": [public] * count,
                "model": ["S13-M" if public else "S20-M"] * count,
                "rated_capacity_kva": [kva * 100 for kva in capacity_kva],
                "state": ["running"] * count,
                "commissioned_date": [OPENED] * count,
            },
        )
        return ids

    def new_areas(self, count: int) -> tuple[list[int], list[int]]:
        """New transformer areas, each with its own reading route; returns area ids and route ids."""
        capacities = self.random.choice([200, 315, 400, 630], count).tolist()
        transformers = self.transformers(count, public=True, capacity_kva=capacities)
        area_ids, route_ids = (
            list(reserve_ids(TransformerArea, count)),
            list(reserve_ids(ReadingRoute, count)),
        )
        serials = range(self.areas + 1, self.areas + count + 1)
        self.areas += count
        place = [names.STREETS[i % len(names.STREETS)] for i in serials]
        units = [STATIONS[i % len(STATIONS)] for i in serials]
        write(
            TransformerArea,
            {
                "id": area_ids,
                "transformer_id": transformers,
                "code": [f"GX-A{serial:07d}" for serial in serials],
                "name": [f"{street}{serial}台区" for street, serial in zip(place, serials, strict=True)],
                "unit_id": units,
            },
        )
        write(
            ReadingRoute,
            {
                "id": route_ids,
                "code": [f"GX-R{serial:07d}" for serial in serials],
                "name": [f"{street}{serial}抄表段" for street, serial in zip(place, serials, strict=True)],
                "unit_id": units,
                "reading_day": [1] * count,
                "rhythm": ["monthly"] * count,
                "reader_id": [self.reader.pk] * count,
            },
        )
        self.area_ids += area_ids
        return area_ids, route_ids


def found(*, random: np.random.Generator, at: datetime, reader: Staff, takeover: date) -> Town:
    """The substations that everything hangs on."""
    unit = OrganisationUnit.objects.get(code=BUREAU)
    substations = [
        Substation.objects.get_or_create(
            code=code, defaults={"name": name, "voltage": voltage, "unit": unit}
        )[0]
        for code, name, voltage in (("GX-S01", "灯火变电站", "110kv"), ("GX-S02", "河西变电站", "35kv"))
    ]
    return Town(random, at, substations, reader, takeover, [])


def settle(town: Town, total: int, done: Callable[[int], None]) -> list[Meters]:
    """Give the town ``total`` anonymous customers; calls ``done`` with the number added so far in each step."""
    meters: list[Meters] = []
    for profile, count in zip(PROFILES, head_counts(total), strict=True):
        while count:
            size = min(count, CHUNK)
            with transaction.atomic():
                meters.append(_chunk(town, profile, size))
            count -= size
            done(size)
    return meters


def _chunk(town: Town, profile: Profile, count: int) -> Meters:
    sizes = town.random.integers(0, len(profile.capacities_kva), count)
    capacity = np.array(profile.capacities_kva)[sizes]
    if profile.dedicated:
        areas: list[int | None] = [None] * count
        transformers: list[int | None] = list(
            town.transformers(count, public=False, capacity_kva=capacity.tolist())
        )
        routes = _dedicated_routes(town, count)
        units = [STATIONS[i % len(STATIONS)] for i in range(count)]
    else:
        needed = -(-count // CUSTOMERS_PER_AREA)
        area_ids, route_ids = town.new_areas(needed)
        first = town.areas - needed + 1
        areas = [area_ids[i // CUSTOMERS_PER_AREA] for i in range(count)]
        transformers = [None] * count
        routes = [route_ids[i // CUSTOMERS_PER_AREA] for i in range(count)]
        units = [STATIONS[(first + i // CUSTOMERS_PER_AREA) % len(STATIONS)] for i in range(count)]
    supply_ids = _supply_points(town, profile, units, areas, transformers, capacity)
    return _meters(town, profile, supply_ids, units, routes, sizes)


def _dedicated_routes(town: Town, count: int) -> list[int]:
    route, _ = ReadingRoute.objects.get_or_create(
        code="GX-R-SPECIAL",
        defaults={"name": "专变客户抄表段", "unit_id": BUREAU, "reading_day": 1, "reader": town.reader},
    )
    return [route.pk] * count


def _supply_points(
    town: Town,
    profile: Profile,
    units: list[str],
    areas: Sequence[int | None],
    transformers: Sequence[int | None],
    capacity: np.ndarray,
) -> Sequence[int]:
    count, random = len(units), town.random
    customer_ids, account_ids = reserve_ids(Customer, count), reserve_ids(Account, count)
    supply_ids = reserve_ids(SupplyPoint, count)
    _customers(town, profile, customer_ids, units)
    places = names.addresses(random, random.random(count) < (0.9 if profile.trade is usage.FARM else 0.15))
    methods = random.choice(["counter", "online", "bank_debit"], count, p=[0.15, 0.65, 0.2]).tolist()
    _insert(
        Account, count, {"opened_date": OPENED},
        id=account_ids, number=customers.account_numbers(BUREAU, count), customer_id=customer_ids, unit_id=units,
        payment_method=methods, bill_address=places,
    )  # fmt: skip
    _insert(
        SupplyPoint, count, {"state": "active", "energised_date": OPENED},
        id=supply_ids, number=_supply_point_numbers(units), customer_id=customer_ids, account_id=account_ids,
        unit_id=units, address=places,
    )  # fmt: skip
    _terms(profile, supply_ids, areas, transformers, capacity)
    return supply_ids


def _customers(town: Town, profile: Profile, customer_ids: Sequence[int], units: list[str]) -> None:
    count, random = len(units), town.random
    trades = names.FIRMS if profile.dedicated else names.SHOPS
    called = names.people(random, count) if profile.person else names.businesses(random, count, trades)
    keys = [_keys(name) for name in called]
    _insert(
        Customer, count,
        {"kind": "person" if profile.person else "organisation", "synthetic": True, "created_at": town.at},
        id=customer_ids, number=customers.customer_numbers(BUREAU, count), name=called,
        name_pinyin=[full for full, _ in keys], name_initials=[initials for _, initials in keys],
        phone=names.phones(random, count), unit_id=units,
    )  # fmt: skip


def _supply_point_numbers(units: Sequence[str]) -> list[str]:
    waiting = {unit: iter(supply.supply_point_numbers(unit, units.count(unit))) for unit in set(units)}
    return [next(waiting[unit]) for unit in units]


def _terms(
    profile: Profile,
    supply_ids: Sequence[int],
    areas: Sequence[int | None],
    transformers: Sequence[int | None],
    capacity: np.ndarray,
) -> None:
    count = len(supply_ids)
    contract = (
        [int(kva * profile.contract_share) * 100 for kva in capacity.tolist()]
        if profile.contract_share is not None
        else [None] * count
    )
    write(
        SupplyTerms,
        {
            "supply_point_id": supply_ids,
            "valid_from": [OPENED] * count,
            "area_id": areas,
            "transformer_id": transformers,
            "capacity_kva": (capacity * 100).tolist(),
            "contract_demand_kw": contract,
            **{name: [value] * count for name, value in profile.terms.items()},
        },
    )
    if profile.loss:
        write(
            LossTerms,
            {
                "supply_point_id": supply_ids,
                "valid_from": [OPENED] * count,
                "method": ["coefficient"] * count,
                "energised_hours_a_day": [24] * count,
                **{name: [value] * count for name, value in profile.loss.items()},
            },
        )


def _meters(
    town: Town,
    profile: Profile,
    supply_ids: Sequence[int],
    units: list[str],
    routes: list[int],
    sizes: np.ndarray,
) -> Meters:
    count = len(supply_ids)
    point_ids, meter_ids = reserve_ids(MeteringPoint, count), reserve_ids(Meter, count)
    installation_ids = reserve_ids(Installation, count)
    ratios = np.array(
        [profile.ratios[min(i, len(profile.ratios) - 1)] for i in range(len(profile.capacities_kva))]
    )[sizes]
    multiplier = ratios[:, 0] * ratios[:, 1]
    serials = allocate("demo:meter", count)
    point_serials = allocate("metering_point", count)
    constant: dict[str, Any] = {"role": "purchase", "measure": "metered", "tariff": "", "feeder": 1}
    _insert(
        MeteringPoint, count, constant | {"opened_date": OPENED},
        id=point_ids, supply_point_id=supply_ids, number=[f"MP{serial:012d}" for serial in point_serials],
    )  # fmt: skip
    three_phase = profile.trade is not usage.HOUSEHOLD
    _insert(
        Meter, count,
        {
            "model": "DTZ" if three_phase else "DDZY", "phases": 3 if three_phase else 1, "state": "installed",
            "rated_current": "1.5(6)A" if profile.dedicated else "5(60)A", "registers": profile.registers,
            "accuracy_class": "0.5S" if profile.dedicated else "2", "integer_digits": 6,
            "verified_date": OPENED, "verification_due_date": date(OPENED.year + 8, OPENED.month, OPENED.day),
        },
        id=meter_ids, unit_id=units,
        asset_number=[number(NumberKind.METER, "4530009", serial) for serial in serials],
        factory_number=[f"F{serial:010d}" for serial in serials],
        communication_address=[f"45{serial:010d}" for serial in serials],
    )  # fmt: skip
    _insert(
        Installation, count, {"installed_date": town.takeover, "reason": "接管建档", "ct_secondary_a": 5 if profile.dedicated else 1},
        id=installation_ids, metering_point_id=point_ids, meter_id=meter_ids, multiplier=multiplier.tolist(),
        ct_primary_a=(ratios[:, 0] * (5 if profile.dedicated else 1)).tolist(), pt_ratio=ratios[:, 1].tolist(),
    )  # fmt: skip
    _insert(
        RouteStop, count, {}, route_id=routes, metering_point_id=point_ids, position=list(range(1, count + 1))
    )
    return Meters(profile, installation_ids, point_ids, multiplier)


def _insert(
    model: type[models.Model], count: int, constant: dict[str, Any], **columns: Sequence[Any]
) -> None:
    write(model, {**columns, **{name: [value] * count for name, value in constant.items()}})
