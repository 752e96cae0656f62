"""The facts that a correction puts right: typed changes of the inputs that a bill was priced from.

Quantities are decimals in the unit of their name. A fact without a metering point is about every purchase meter of
the supply point. Facts are kept as JSON text (:func:`to_json`, :func:`from_json`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

REGISTERS = ("total", "sharp", "peak", "flat", "valley", "deep", "reactive_forward", "reactive_reverse")
Quantity = Annotated[Decimal, Field(max_digits=15, decimal_places=4)]


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReplaceMultiplier(_Fact):
    """The transformers before the meter have another ratio than the records said."""

    kind: Literal["replace_multiplier"] = "replace_multiplier"
    point_id: int | None = None
    from_multiplier: int = Field(ge=1, le=10**7)
    to_multiplier: int = Field(ge=1, le=10**7)


class ReplaceTerms(_Fact):
    """Other terms held in ``[from_date, until_date)``: tariff, voltage, market, capacity, power-factor standard …

    ``from_tariff`` limits the change to days on which that tariff was billed.
    """

    kind: Literal["replace_terms"] = "replace_terms"
    from_date: date | None = None
    until_date: date | None = None
    from_tariff: str | None = None
    tariff: str | None = None
    voltage: str | None = None
    billing_mode: Literal["single", "capacity", "contract_demand", "actual_demand"] | None = None
    market: Literal["list", "agent", "agent_penalty", "direct"] | None = None
    capacity_kva: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)] | None = None
    contract_demand_kw: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)] | None = None
    demand_exempt: bool | None = None
    pf_standard: Literal[0, 80, 85, 90] | None = None
    pf_no_reward: bool | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What changes, by the name of the column of the engine's terms."""
        given = self.model_dump(exclude={"kind", "from_date", "until_date", "from_tariff"}, exclude_none=True)
        return {_TERM_COLUMNS.get(name, name): value for name, value in given.items()}

    @model_validator(mode="after")
    def _says_something(self) -> ReplaceTerms:
        if not self.values:
            raise ValueError("a change of terms names at least one of them")
        if self.from_date and self.until_date and self.until_date <= self.from_date:
            raise ValueError("the end must lie after the beginning")
        return self


_TERM_COLUMNS = {"capacity_kva": "capacity", "contract_demand_kw": "contract_demand"}


class ReplaceReading(_Fact):
    """What the registers really showed at 00:00 of ``read_date``; registers left out stay."""

    kind: Literal["replace_reading"] = "replace_reading"
    point_id: int | None = None
    read_date: date
    registers: dict[str, Quantity]

    @model_validator(mode="after")
    def _known_registers(self) -> ReplaceReading:
        if not self.registers or set(self.registers) - {*REGISTERS, "max_demand"}:
            raise ValueError("a reading names registers of a meter")
        if any(value < 0 for value in self.registers.values()):
            raise ValueError("a register shows nothing below zero")
        return self


class AddEnergy(_Fact):
    """Energy (kWh, kvarh; below zero = taken off) that belongs to ``cycle`` beside what was metered (退补电量).

    ``registers`` holds the total, and the periods where the split is known; without them it follows the split of
    what was metered. ``in_power_factor``: whether it counts for the power factor. ``in_loss``: whether transformer
    and line loss is added to it.
    """

    kind: Literal["add_energy"] = "add_energy"
    point_id: int | None = None
    cycle: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    registers: dict[str, Annotated[Decimal, Field(max_digits=14, decimal_places=2)]]
    in_power_factor: bool = True
    in_loss: bool = True

    @model_validator(mode="after")
    def _known_registers(self) -> AddEnergy:
        if "total" not in self.registers or set(self.registers) - set(REGISTERS):
            raise ValueError("energy is given as a total, and by registers of a meter")
        periods = [value for name, value in self.registers.items() if name in REGISTERS[1:6]]
        if periods and sum(periods) != self.registers["total"]:
            raise ValueError("the periods must add up to the total")
        return self


class ScaleEnergy(_Fact):
    """Every register of the meter recorded only a part: what was metered times ``factor`` (更正系数).

    Reactive energy is scaled by ``reactive_factor`` where it is given, else it stays. Maximum demand follows ``factor``
    where ``with_demand``.
    """

    kind: Literal["scale_energy"] = "scale_energy"
    point_id: int | None = None
    factor: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=12)]
    reactive_factor: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=12)] | None = None
    with_demand: bool = False


class ReplaceLoss(_Fact):
    """How loss is added to the main meter: method and its parameters (unit in the name; ratios as shares)."""

    kind: Literal["replace_loss"] = "replace_loss"
    point_id: int | None = None
    method: Literal["none", "coefficient", "physical", "percent"]
    iron_kw: Annotated[Decimal, Field(ge=0, decimal_places=4)] = Decimal(0)
    copper_ratio: Annotated[Decimal, Field(ge=0, le=1, decimal_places=6)] = Decimal(0)
    no_load_kvar: Annotated[Decimal, Field(ge=0, decimal_places=4)] = Decimal(0)
    kq: Annotated[Decimal, Field(ge=0, decimal_places=6)] = Decimal(0)
    line_loss_ratio: Annotated[Decimal, Field(ge=0, le=1, decimal_places=6)] = Decimal(0)
    rated_kva: Annotated[Decimal, Field(ge=0, decimal_places=2)] = Decimal(0)
    load_loss_kw: Annotated[Decimal, Field(ge=0, decimal_places=4)] = Decimal(0)
    shift_factor: Annotated[Decimal, Field(ge=0, decimal_places=6)] = Decimal(0)


class SwapMeters(_Fact):
    """The meters of two customers were taken for each other (串户): the readings of the other belong here."""

    kind: Literal["swap_meters"] = "swap_meters"
    other_supply_point_id: int


class UseBook(_Fact):
    """Price with another version of the price book: the one billed with held a wrong price."""

    kind: Literal["use_book"] = "use_book"
    book: str
    version_id: int


Fact = (
    ReplaceMultiplier
    | ReplaceTerms
    | ReplaceReading
    | AddEnergy
    | ScaleEnergy
    | ReplaceLoss
    | SwapMeters
    | UseBook
)
_facts: TypeAdapter[list[Fact]] = TypeAdapter(list[Annotated[Fact, Field(discriminator="kind")]])


class FactsInvalid(ValueError):
    """Facts that say nothing, or something impossible."""


def to_json(facts: Sequence[Fact]) -> str:
    return json.dumps([fact.model_dump(mode="json", exclude_none=True) for fact in facts], ensure_ascii=False)


def from_json(text: str) -> list[Fact]:
    """Read what :func:`to_json` wrote.

    Raises:
        FactsInvalid: of another form.
    """
    try:
        return list(_facts.validate_json(text or "[]"))
    except ValidationError as error:
        raise FactsInvalid("; ".join(item["msg"] for item in error.errors())) from error
