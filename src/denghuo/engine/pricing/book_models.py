"""The models of a price book document; ``denghuo.engine.pricing.book`` says what they mean and reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

CODE = r"^[a-z0-9][a-z0-9_.-]*$"


class Voltage(StrEnum):
    """Supply voltage class (电压等级)."""

    LT1KV = "lt1kv"
    KV_1_10 = "1-10kv"
    KV_20 = "20kv"
    KV_35 = "35kv"
    KV_66 = "66kv"
    KV_110 = "110kv"
    KV_220 = "220kv"


class Tou(StrEnum):
    """Time-of-use period: 尖峰, 高峰, 平段, 低谷, 深谷."""

    SHARP = "sharp"
    PEAK = "peak"
    FLAT = "flat"
    VALLEY = "valley"
    DEEP = "deep"


class Market(StrEnum):
    """Where the energy comes from: list price (目录电价), agent purchase (代理购电), the same at the penalty
    price (1.5 倍), or direct trade (市场直接交易)."""

    LIST = "list"
    AGENT = "agent"
    AGENT_PENALTY = "agent_penalty"
    DIRECT = "direct"


class Group(StrEnum):
    """Section of the bill in which a component is printed."""

    ENERGY = "energy"
    LOSS = "loss"
    TRANSMISSION = "transmission"
    BASIC = "basic"
    SYSTEM = "system"
    LIST = "list"
    FUND = "fund"
    ADJUSTMENT = "adjustment"
    FEED_IN = "feed_in"


class Unit(StrEnum):
    """What the price is per: kWh, kVA and month (容量), or kW and month (需量)."""

    KWH = "kwh"
    KVA_MONTH = "kva_month"
    KW_MONTH = "kw_month"


class CustomerClass(StrEnum):
    RESIDENTIAL = "residential"
    AGRICULTURAL = "agricultural"
    COMMERCIAL_INDUSTRIAL = "commercial_industrial"
    GENERATION = "generation"


class Form(StrEnum):
    """单一制, 两部制."""

    SINGLE_PART = "single_part"
    TWO_PART = "two_part"


class Confidence(StrEnum):
    """V1 read in the primary text, V2 in a secondary source, C computed, K field knowledge, U uncertain."""

    V1 = "V1"
    V2 = "V2"
    C = "C"
    K = "K"
    U = "U"


def _exact(value: object) -> object:
    if isinstance(value, (bool, float)):
        raise ValueError('write decimals as text, for example "0.538"')
    if isinstance(value, Decimal | int):
        return value
    if isinstance(value, str) and value.strip() == value and value.isascii() and "_" not in value:
        return value
    raise ValueError('write decimals as text, for example "0.538"')


def _plain(value: Decimal) -> str:
    return format(value, "f")


Exact = Annotated[
    Decimal,
    BeforeValidator(_exact, json_schema_input_type=str | int),
    Field(allow_inf_nan=False, max_digits=24),
    PlainSerializer(_plain, return_type=str),
]
Code = Annotated[str, Field(pattern=CODE, max_length=60)]
Month = Annotated[int, Field(ge=1, le=12)]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)


class Dated(Model):
    valid_from: date
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Name(Model):
    zh: str = Field(min_length=1, max_length=200)
    en: str = Field(min_length=1, max_length=200)


class Document(Model):
    """A notice or rule that prices rest on."""

    id: Code
    number: str = Field(max_length=200)
    title: str = Field(max_length=400)
    issued: Annotated[date | None, Field(alias="date", description="day of issue")] = None
    confidence: Confidence = Confidence.U
    url: str = ""


class Component(Model):
    """One kind of bill line.

    ``markets`` limits it to customers with that market attribute (``null``: everyone; ``agent`` includes the
    penalty price). A ``from_contract`` component takes its price from the customer's own contract.
    """

    code: Code
    name: Name
    group: Group
    unit: Unit = Unit.KWH
    in_pf_base: bool = False
    markets: list[Market] | None = None
    from_contract: bool = False


class Tariff(Dated):
    """Who pays what.

    ``components`` lists what a customer of this tariff pays; left out, it is every component with a price row of
    this tariff, and for commercial and industrial tariffs those priced by contract. ``floats`` lists the components whose flat price is multiplied by the ratio of the time-of-use
    period. A capacity of at least ``pf_from_kva`` needs a power-factor standard.
    """

    code: Code
    name: Name
    customer_class: CustomerClass
    form: Form = Form.SINGLE_PART
    components: list[Code] | None = None
    tiers: Code | None = None
    tou: Code | None = None
    floats: list[Code] = []
    pf_standards: list[Literal[80, 85, 90]] = []
    pf_from_kva: Exact | None = None
    applicability: str = ""
    note: str = ""


class Price(Dated):
    """What one component costs, in yuan per unit of the component."""

    id: Annotated[str, Field(min_length=1, max_length=80)]
    tariffs: list[Code] = Field(min_length=1)
    component: Code
    voltages: list[Voltage] | None = None
    tou: Tou | None = None
    tier: Annotated[int, Field(ge=1, le=6)] | None = None
    price: Annotated[Exact, Field(decimal_places=8, ge=-1000, le=100000)]
    basis: Code
    confidence: Confidence = Confidence.U
    note: str = ""


class TierSeason(Model):
    """Upper bounds of tiers 1 to n-1 (inclusive) in these months; no bound: one tier, at tier 1's price."""

    months: list[Month] | None = None
    bounds_kwh: list[Annotated[Exact, Field(gt=0, decimal_places=2)]] = Field(max_length=5)


class ManyPersons(Model):
    """Larger bounds for a household of at least ``persons``.

    ``applies_to``: ``all`` moves every bound up by the extra energy, ``first`` only the first bound,
    ``each`` widens every tier by it.
    """

    persons: Annotated[int, Field(ge=2)]
    extra_kwh_per_month: Annotated[Exact, Field(gt=0, decimal_places=2)]
    applies_to: Literal["all", "first", "each"] = "all"


class TierScheme(Dated):
    """阶梯: bounds by month or by year.

    ``lines`` says how the bill prints it: ``full`` prices each tier at its full price, ``adder`` prices all energy
    at tier 1 and adds the difference for the energy of higher tiers.
    """

    code: Code
    period: Literal["month", "year"]
    year_start_month: Month = 1
    seasons: list[TierSeason] = Field(min_length=1)
    lines: Literal["full", "adder"] = "full"
    many_person: ManyPersons | None = None
    basis: Code
    confidence: Confidence = Confidence.U
    note: str = ""


class ChainedRatio(Model):
    """A ratio as a multiple of another period's: 尖峰在高峰基础上上浮."""

    of: Tou
    times: Annotated[Exact, Field(gt=0)]


class Ratios(Model):
    """Ratio of each period to the flat price, for these months, voltages and capacities."""

    months: list[Month] | None = None
    voltages: list[Voltage] | None = None
    capacity_kva_from: Annotated[Exact, Field(ge=0, decimal_places=2)] | None = None
    capacity_kva_below: Annotated[Exact, Field(gt=0, decimal_places=2)] | None = None
    values: dict[Tou, ChainedRatio | Annotated[Exact, Field(gt=0)]]

    def ratio(self, tou: Tou) -> Decimal | None:
        """The ratio to flat, chains resolved; ``None`` where the scheme has none."""
        factor, seen = Decimal(1), set()
        while True:
            value = self.values.get(tou)
            if value is None or tou in seen:
                return None
            if not isinstance(value, ChainedRatio):
                return value * factor
            seen.add(tou)
            factor *= value.times
            tou = value.of


Window = tuple[str, str, Tou]


class TouSeason(Model):
    """Hours of the periods in these months and on these days; a window may run over midnight."""

    months: list[Month] | None = None
    days: Literal["all", "workday", "weekend"] = "all"
    windows: list[Window]
    otherwise: Tou = Tou.FLAT


class DayRule(Model):
    """Windows laid over the season's on days that carry a trigger (a hot day, a holiday with deep valley)."""

    trigger: Code
    months: list[Month] | None = None
    windows: list[Window] = Field(min_length=1)


class TouScheme(Dated):
    """分时: hours, days and ratios. ``price_decimals`` is how far a floated price is rounded, half up."""

    code: Code
    ratios: list[Ratios] = []
    price_decimals: Annotated[int, Field(ge=2, le=8)] = 8
    seasons: list[TouSeason] = Field(min_length=1)
    day_rules: list[DayRule] = []
    basis: Code
    confidence: Confidence = Confidence.U
    note: str = ""


class Parameter(Dated):
    code: Code
    value: str | int
    basis: Code | None = None
    confidence: Confidence = Confidence.U
    note: str = ""


class PriceBook(Model):
    """All prices of one price area."""

    code: Code
    name: Name
    area: str = Field(min_length=1, max_length=80)
    documents: list[Document] = []
    components: list[Component] = Field(min_length=1)
    tariffs: list[Tariff] = Field(min_length=1)
    prices: list[Price] = []
    tier_schemes: list[TierScheme] = []
    tou_schemes: list[TouScheme] = []
    parameters: list[Parameter] = []
    note: str = ""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a document: where, what was found, what was expected."""

    path: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message
