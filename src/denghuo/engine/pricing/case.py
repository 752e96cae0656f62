"""One case as people write it: the JSON of ``denghuo quote``, turned into the engine's tables.

Quantities are decimals as text in kWh, kW, kVA and yuan; dates are half-open. See ``docs/reference/quote.md``.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from denghuo.engine.pricing.book import CODE, Exact, Market, PriceBook, Tou, Voltage
from denghuo.engine.pricing.tou import DayCalendar
from denghuo.engine.tables.pricing import (
    HOURS_SCALE,
    LOSS_POWER_SCALE,
    MULTIPLIER_SCALE,
    REGISTERS,
    CaseTables,
)
from denghuo.kernel.money import fen
from denghuo.kernel.quantities import (
    ENERGY_SCALE,
    POWER_SCALE,
    PRICE_SCALE,
    RATIO_SCALE,
    READING_SCALE,
    scaled,
)

Reading = Annotated[Exact, Field(ge=0, lt=10**10, decimal_places=4)]
Energy = Annotated[Exact, Field(ge=0, lt=10**10, decimal_places=2)]
Power = Annotated[Exact, Field(ge=0, lt=10**8, decimal_places=2)]
Ratio = Annotated[Exact, Field(ge=0, lt=1000, decimal_places=6)]
Share = Annotated[Exact, Field(ge=0, le=1, decimal_places=6)]
LossPower = Annotated[Exact, Field(ge=0, lt=10**4, decimal_places=4)]
Code = Annotated[str, Field(pattern=CODE, max_length=60)]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Registers(Model):
    """What the meter shows; leave out registers the meter does not have."""

    total: Reading | None = None
    sharp: Reading | None = None
    peak: Reading | None = None
    flat: Reading | None = None
    valley: Reading | None = None
    deep: Reading | None = None
    reactive_forward: Reading | None = None
    reactive_reverse: Reading | None = None


class Advance(Model):
    """Readings of one meter over some days; an exchanged meter or a boundary reading gives another advance.

    ``start`` and ``end`` default to the period's. ``rollover_at`` is the value at which a register starts again
    at zero (for a six-digit meter ``1000000``); without it a lower closing reading is an error.
    """

    start: date | None = None
    end: date | None = None
    multiplier: Annotated[Exact, Field(gt=0, lt=10**7, decimal_places=2)] = Decimal(1)
    rollover_at: Annotated[Exact, Field(gt=0, le=10**10, decimal_places=4)] | None = None
    opening: Registers
    closing: Registers
    max_demand_kw: Reading | None = Field(None, description="maximum demand as read, before the multiplier")
    estimated: bool = False


class Loss(Model):
    """Transformer and line loss added for 高供低计."""

    method: Literal["none", "coefficient", "physical", "percent"] = "none"
    iron_kw: LossPower = Decimal(0)
    copper_ratio: Share = Decimal(0)
    hours: Annotated[Exact, Field(ge=0, le=9000, decimal_places=2)] = Decimal(720)
    no_load_kvar: LossPower = Decimal(0)
    kq: Ratio = Decimal(0)
    line_loss_ratio: Share = Decimal(0)
    rated_kva: Power = Decimal(0)
    load_loss_kw: LossPower = Decimal(0)
    shift_factor: Annotated[Exact, Field(ge=0, le=100, decimal_places=6)] = Decimal(0)


class Point(Model):
    """A metering point. ``parent`` makes it a sub-meter: metered, a fixed share (``ratio``, 定比) of the parent, or
    a fixed energy (``fixed_kwh``, 定量)."""

    id: Annotated[int, Field(ge=0, lt=2**62)]
    role: Literal["purchase", "feed_in", "generation"] = "purchase"
    parent: int | None = None
    measure: Literal["metered", "ratio", "fixed"] = "metered"
    ratio: Share | None = None
    fixed_kwh: Energy | None = None
    tariff: Code | None = None
    feeder: Annotated[int, Field(ge=0, le=9999)] = 1
    loss: Loss = Loss()
    advances: list[Advance] = []


class Terms(Model):
    """What the contract says over some days; a change inside the period is another entry.

    ``start`` and ``end`` default to the period's.
    """

    start: date | None = None
    end: date | None = None
    tariff: Code
    voltage: Voltage = Voltage.LT1KV
    billing_mode: Literal["single", "capacity", "contract_demand", "actual_demand"] = "single"
    capacity_kva: Power = Field(
        Decimal(0), description="capacity in service: suspended transformers left out"
    )
    contract_demand_kw: Power | None = None
    demand_exempt: bool = False
    market: Market = Market.LIST
    power_factor_standard: Literal[0, 80, 85, 90] | None = Field(None, description="in hundredths; 0: none")
    power_factor_reward: bool = True


class Adjustment(Model):
    """An amount that joins the bill as it is: a market refund, a back-billing."""

    code: Code
    name: Annotated[str, Field(min_length=1, max_length=200)]
    amount_yuan: Annotated[Exact, Field(gt=-(10**12), lt=10**12, decimal_places=2)]
    group: Literal[
        "energy", "loss", "transmission", "system", "list", "fund", "basic", "adjustment", "feed_in"
    ] = "adjustment"
    in_pf_base: bool = False


class ContractPrice(Model):
    """A price of the customer's own contract, for one period or (without ``tou``) for all."""

    component: Code
    tou: Tou | None = None
    price: Annotated[Exact, Field(gt=-1000, lt=10**5, decimal_places=8)]


class Days(Model):
    """What a price book cannot know: holidays, make-up working days, and days on which a trigger fired."""

    rest_days: list[date] = []
    work_days: list[date] = []
    triggers: dict[str, list[date]] = {}

    def calendar(self) -> DayCalendar:
        fired = {code: frozenset(days) for code, days in self.triggers.items()}
        return DayCalendar(frozenset(self.rest_days), frozenset(self.work_days), fired)


class Case(Model):
    """One account and one billing period."""

    book: str | PriceBook = Field(description="code of a price book, or the whole book")
    cycle: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] | None = Field(
        None, description="billing month YYYY-MM; left out: the month of the period's last day"
    )
    period_start: date
    period_end: date = Field(description="the first day after the period")
    terms: list[Terms] = Field(min_length=1)
    points: list[Point] = Field(min_length=1)
    prior_kwh: Energy | None = Field(None, description="energy already used in the tier year")
    tier_months: Annotated[int, Field(ge=1, le=12)] | None = None
    persons: Annotated[int, Field(ge=0, le=1000)] | None = None
    free_kwh: Energy = Decimal(0)
    adjustments: list[Adjustment] = []
    contract_prices: list[ContractPrice] = []
    days: Days = Days()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.period_end <= self.period_start:
            raise ValueError(
                f"period_end must be after period_start {self.period_start}, found {self.period_end}"
            )
        return self

    @property
    def book_code(self) -> str:
        return self.book if isinstance(self.book, str) else self.book.code

    @property
    def billing_month(self) -> str:
        last = date.fromordinal(self.period_end.toordinal() - 1)
        return self.cycle or f"{last:%Y-%m}"

    def to_tables(self, case_id: int = 1) -> CaseTables:
        """The engine's tables of this one case."""
        return CaseTables.from_rows(**self.to_rows(case_id))

    def to_rows(self, case_id: int = 1) -> dict[str, list[dict[str, Any]]]:
        """The rows of this one case by table."""
        case = {
            "book": self.book_code,
            "cycle": self.billing_month,
            "period_start": self.period_start,
            "period_end": self.period_end,
            "prior_energy": _scaled(self.prior_kwh, ENERGY_SCALE),
            "tier_months": self.tier_months,
            "persons": self.persons,
            "free_energy": scaled(self.free_kwh, ENERGY_SCALE),
        }
        rows: dict[str, list[dict[str, Any]]] = {
            "cases": [case],
            "terms": [self._terms(item) for item in self.terms],
            "points": [_point(item) for item in self.points],
            "advances": [self._advance(point, item) for point in self.points for item in point.advances],
            "adjustments": [_adjustment(item) for item in self.adjustments],
            "contract_prices": [
                {"component": p.component, "tou": p.tou, "price": scaled(p.price, PRICE_SCALE)}
                for p in self.contract_prices
            ],
        }
        return {name: [{"case_id": case_id, **row} for row in group] for name, group in rows.items()}

    def _terms(self, item: Terms) -> dict[str, Any]:
        return {
            "start": item.start or self.period_start,
            "end": item.end or self.period_end,
            "tariff": item.tariff,
            "voltage": str(item.voltage),
            "billing_mode": item.billing_mode,
            "capacity": scaled(item.capacity_kva, POWER_SCALE),
            "contract_demand": _scaled(item.contract_demand_kw, POWER_SCALE),
            "demand_exempt": item.demand_exempt,
            "market": str(item.market),
            "pf_standard": item.power_factor_standard,
            "pf_no_reward": not item.power_factor_reward,
        }

    def _advance(self, point: Point, item: Advance) -> dict[str, Any]:
        row: dict[str, Any] = {
            "point_id": point.id,
            "start": item.start or self.period_start,
            "end": item.end or self.period_end,
            "multiplier": scaled(item.multiplier, MULTIPLIER_SCALE),
            "modulus": _scaled(item.rollover_at, READING_SCALE),
            "max_demand": _scaled(item.max_demand_kw, READING_SCALE),
            "estimated": item.estimated,
        }
        for register in REGISTERS:
            row[f"opening_{register}"] = _scaled(getattr(item.opening, register), READING_SCALE)
            row[f"closing_{register}"] = _scaled(getattr(item.closing, register), READING_SCALE)
        return row


def _scaled(value: Decimal | None, scale: int) -> int | None:
    return None if value is None else scaled(value, scale)


def _point(point: Point) -> dict[str, Any]:
    lost = point.loss
    return {
        "point_id": point.id,
        "role": point.role,
        "parent_point_id": point.parent,
        "measure": point.measure,
        "ratio": _scaled(point.ratio, RATIO_SCALE),
        "fixed_energy": _scaled(point.fixed_kwh, ENERGY_SCALE),
        "tariff": point.tariff,
        "feeder": point.feeder,
        "loss_method": lost.method,
        "iron_kw": scaled(lost.iron_kw, LOSS_POWER_SCALE),
        "copper_ratio": scaled(lost.copper_ratio, RATIO_SCALE),
        "hours": scaled(lost.hours, HOURS_SCALE),
        "no_load_kvar": scaled(lost.no_load_kvar, LOSS_POWER_SCALE),
        "kq": scaled(lost.kq, RATIO_SCALE),
        "line_loss_ratio": scaled(lost.line_loss_ratio, RATIO_SCALE),
        "rated_kva": scaled(lost.rated_kva, POWER_SCALE),
        "load_loss_kw": scaled(lost.load_loss_kw, LOSS_POWER_SCALE),
        "shift_factor": scaled(lost.shift_factor, RATIO_SCALE),
    }


def _adjustment(item: Adjustment) -> dict[str, Any]:
    return {
        "code": item.code,
        "name": item.name,
        "amount_fen": fen(item.amount_yuan),
        "group": item.group,
        "in_pf_base": item.in_pf_base,
    }
