"""Readings for terminals: batches come in, the worklist of routes goes out."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import numpy as np
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from pydantic import AfterValidator

from denghuo.commerce.metering.rules import REGISTERS
from denghuo.commerce.readings import operations
from denghuo.commerce.readings.frames.situations import ReadingBatch, points_by_number
from denghuo.commerce.readings.models import Reading, ReadingState
from denghuo.engine.readings import ABSENT
from denghuo.foundation.identity.api import DecimalText, Page, Paging, Token, idempotent, keyset_page
from denghuo.kernel.periods import Cycle
from denghuo.kernel.quantities import READING_SCALE, scaled

router = Router(tags=["readings"])
MOST_ROWS = 5_000


def _cycle(text: str) -> str:
    return str(Cycle.parse(text))


CycleText = Annotated[str, Field(examples=["2026-08"], max_length=7), AfterValidator(_cycle)]
Register = Annotated[
    DecimalText,
    Field(ge=0, lt=10**10, decimal_places=READING_SCALE, description="As shown, before the multiplier"),
]


class Registers(Schema):
    """kWh, kvarh and kW as the meter shows them; leave out what the meter does not have."""

    total: Register
    sharp: Register | None = None
    peak: Register | None = None
    flat: Register | None = None
    valley: Register | None = None
    deep: Register | None = None
    reactive_forward: Register | None = None
    reactive_reverse: Register | None = None
    max_demand: Register | None = None


class ReadingIn(Schema):
    point: str = Field(max_length=22, description="Number of the metering point or asset number of its meter")
    meter: str = Field(
        "", max_length=22, description="Asset number that was seen; must be the one that hangs there"
    )
    read_date: date
    registers: Registers


class BatchIn(Schema):
    cycle: CycleText
    source: Literal["remote", "field"] = "remote"
    readings: list[ReadingIn] = Field(min_length=1, max_length=MOST_ROWS)


class RowOut(Schema):
    """What became of a row, by its place in the batch; ``rules`` names what it broke."""

    row: int
    point: str
    outcome: str = Field(description="accepted, held, duplicate or refused")
    rules: list[str] = Field(default_factory=list)


class BatchOut(Schema):
    """Rows are accepted or refused one by one; the counts add up to the rows sent."""

    accepted: int
    held: int
    duplicate: int
    refused: int
    rows: list[RowOut]


class ReadingOut(Schema):
    id: int
    point: str
    meter: str
    cycle: str
    read_date: date
    kind: str
    source: str
    state: str
    registers: Registers
    advance_kwh: DecimalText | None
    estimated: bool


@router.post("/batches", response=BatchOut, auth=Token("readings.enter"))
@idempotent
def send_batch(request: HttpRequest, body: BatchIn) -> BatchOut:
    """Send up to 5,000 readings of a cycle. Wrong rows do not hold up the others; sending again changes nothing."""
    client: Any = request.auth  # type: ignore[attr-defined]
    found = points_by_number([row.point for row in body.readings], client.scope)

    def column(name: str) -> Any:
        values = (getattr(row.registers, name) for row in body.readings)
        return np.array(
            [ABSENT if value is None else scaled(value, READING_SCALE) for value in values], np.int64
        )

    recorded = operations.record_many(
        batch=ReadingBatch(
            metering_point_ids=np.array([found.get(row.point, ABSENT) for row in body.readings], np.int64),
            read_date=np.array([row.read_date for row in body.readings], "datetime64[D]"),
            registers={name: column(name) for name in REGISTERS},
            asset_numbers=[row.meter for row in body.readings],
        ),
        cycle=body.cycle,
        source=body.source,
        at=timezone.now(),
    )
    return BatchOut(
        **recorded.counts,
        rows=[
            RowOut(row=index, point=row.point, outcome=outcome, rules=list(recorded.rules.get(index, ())))
            for index, (row, outcome) in enumerate(zip(body.readings, recorded.outcomes, strict=True))
        ],
    )


class ReadingFilter(Paging):
    cycle: CycleText
    point: str = Field("", max_length=22)


@router.get("", response=Page[ReadingOut], auth=Token("readings.view"))
def readings(request: HttpRequest, query: Query[ReadingFilter]) -> Page[ReadingOut]:
    """Live readings of a cycle."""
    client: Any = request.auth  # type: ignore[attr-defined]
    rows = Reading.objects.filter(
        metering_point__supply_point__unit__code__startswith=client.scope,
        cycle=query.cycle,
        state__in=[ReadingState.HELD, ReadingState.ACCEPTED],
    ).select_related("metering_point", "installation__meter")
    if query.point:
        rows = rows.filter(metering_point__number=query.point)
    part = keyset_page(rows, query)
    return Page(items=[_out(one) for one in part.rows], next_cursor=part.next_cursor)


def _out(reading: Reading) -> ReadingOut:
    return ReadingOut(
        id=reading.pk,
        point=reading.metering_point.number,
        meter=reading.installation.meter.asset_number,
        cycle=reading.cycle,
        read_date=reading.read_date,
        kind=reading.kind,
        source=reading.source,
        state=reading.state,
        registers=Registers(**{name: getattr(reading, name) for name in REGISTERS}),
        advance_kwh=reading.advance_kwh,
        estimated=reading.source == "estimate",
    )
