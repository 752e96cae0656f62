"""Meters of the town, hung by the real operations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from denghuo.commerce.metering import operations
from denghuo.commerce.metering.models import Installation, Meter, MeteringPoint
from denghuo.commerce.metering.operations import DIRECT, Transformers
from denghuo.records.supply.models import SupplyPoint
from tests.cast.customers import AT, unit

ZERO = {
    "total": {"total": 0},
    "peak_valley": {"total": 0, "peak": 0, "valley": 0},
    "tou": {"total": 0, "sharp": 0, "peak": 0, "flat": 0, "valley": 0, "deep": 0},
    "tou_reactive": {
        "total": 0,
        "sharp": 0,
        "peak": 0,
        "flat": 0,
        "valley": 0,
        "deep": 0,
        "reactive_forward": 0,
        "reactive_reverse": 0,
    },
}
ZERO["tou_reactive_demand"] = {**ZERO["tou_reactive"], "max_demand": 0}


def meter(registers: str = "total", *, integer_digits: int = 6, **fields) -> Meter:
    """A meter in stock; asset numbers count up."""
    serial = Meter.objects.count() + 1
    return operations.register_meter(
        **{
            "asset_number": f"4530001000000000{serial:06d}",
            "communication_address": f"{serial:012d}",
            "model": "DDZY1296" if registers in ("total", "peak_valley") else "DTZY1296",
            "unit": unit(),
            "registers": registers,
            "integer_digits": integer_digits,
            "at": AT,
            **fields,
        }
    )


def point(supply_point: SupplyPoint, **fields) -> MeteringPoint:
    """A metering point open since the supply point was energised."""
    return operations.add_metering_point(
        **{"supply_point": supply_point, "opened_date": supply_point.energised_date, "at": AT, **fields}
    )


def hang(
    supply_point: SupplyPoint,
    *,
    registers: str = "total",
    opening: Mapping[str, object] | None = None,
    on: date | None = None,
    transformers: Transformers = DIRECT,
    integer_digits: int = 6,
    **fields,
) -> Installation:
    """A new meter at a new metering point of ``supply_point``, from zero unless ``opening`` says otherwise."""
    return operations.install(
        meter=meter(registers, integer_digits=integer_digits),
        point=point(supply_point, **fields),
        on=on or supply_point.energised_date,
        opening={**ZERO[registers], **(opening or {})},
        transformers=transformers,
        at=AT,
    )
