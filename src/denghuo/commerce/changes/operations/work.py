"""What was done on site: readings at the boundary, meters exchanged, taken down and hung again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from denghuo.commerce.changes.operations.deciding import ChangeImpossible
from denghuo.commerce.changes.queries.preview import hanging_at
from denghuo.commerce.metering import operations as metering
from denghuo.commerce.metering.models import Installation, Meter, MeteringPoint
from denghuo.commerce.metering.operations import Transformers
from denghuo.commerce.metering.rules import REGISTERS, REQUIRED
from denghuo.commerce.readings import operations as readings
from denghuo.commerce.readings import rules as reading_rules
from denghuo.commerce.readings.frames.situations import scheduled_day
from denghuo.commerce.readings.models import (
    Reading,
    ReadingKind,
    ReadingRoute,
    ReadingRule,
    ReadingSource,
    ReadingState,
)
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.quantities import InexactQuantity
from denghuo.records.customers.operations import CustomerInvalid
from denghuo.records.supply import operations as supply
from denghuo.records.supply.models import SupplyPoint

Shown = Mapping[str, Mapping[str, Any]]
"""What meters showed: metering point number → register → figure."""


@dataclass(frozen=True)
class NewMeter:
    """A meter from stock that is hung, and what it shows then (zeros unless said)."""

    asset_number: str
    opening: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Work:
    """What the engineer or the crew reports: the day, the registers, new meters by metering point number."""

    on: date
    shown: Shown = field(default_factory=dict)
    new_meters: Mapping[str, NewMeter] = field(default_factory=dict)
    seal_number: str = ""
    note: str = ""


@contextmanager
def in_words() -> Iterator[None]:
    """Refusals of the rooms below, as the reason why the change cannot be carried out."""
    try:
        yield
    except readings.ReadingRefused as error:
        known = dict(ReadingRule.choices)
        text = ", ".join(str(known.get(code, code)) for code in error.rules)
        raise ChangeImpossible(_("The reading is refused: %(why)s.") % {"why": text}) from error
    except CustomerInvalid as error:
        raise ChangeImpossible(" ".join(error.messages)) from error
    except ValidationError as error:
        raise ChangeImpossible(" ".join(error.messages)) from error
    except (supply.TermsRefused, supply.SupplyPointCannotBecome, InexactQuantity) as error:
        raise ChangeImpossible(str(error)) from error


def read_all(
    supply_point: SupplyPoint,
    work: Work,
    *,
    needed: bool,
    kind: str = ReadingKind.SPECIAL,
    at: datetime,
    actor: Staff | None,
) -> None:
    """Record what the hanging meters showed on the day.

    Raises:
        ChangeImpossible: a reading is needed and missing, or refused.
    """
    for point, installation in hanging_at(supply_point):
        if point.number in work.new_meters:
            continue
        if point.number in work.shown:
            read_one(point, installation, work, kind=kind, at=at, actor=actor)
        elif needed and not read_on_that_day(installation, work.on):
            raise ChangeImpossible(
                _("The reading of metering point %(number)s is needed.") % {"number": point.number}
            )


def read_on_that_day(installation: Installation, on: date) -> Reading | None:
    """The accepted reading of that very day, where there is one."""
    return (
        Reading.objects.filter(installation=installation, read_date=on, state=ReadingState.ACCEPTED)
        .exclude(kind=ReadingKind.INITIAL)
        .order_by("-id")
        .first()
    )


def read_one(
    point: MeteringPoint,
    installation: Installation,
    work: Work,
    *,
    kind: str,
    at: datetime,
    actor: Staff | None,
) -> Reading | None:
    """Record one reading; where the meter was read that day already with the same figures, that one serves."""
    registers = {name: value for name, value in work.shown[point.number].items() if value not in (None, "")}
    there = read_on_that_day(installation, work.on)
    with in_words():
        values = metering.checked_registers(installation.meter, registers)
        if there is not None:
            if there.total != values["total"]:
                raise ChangeImpossible(
                    _("The meter of %(number)s was read that day already with other figures.")
                    % {"number": point.number}
                )
            return there
        return readings.record_reading(
            point=point,
            cycle=cycle_of(point, work.on),
            read_date=work.on,
            registers=registers,
            source=ReadingSource.FIELD,
            kind=kind,
            at=at,
            actor=actor,
        )


def cycle_of(point: MeteringPoint, on: date) -> str:
    """The cycle that energy up to ``on`` is billed in."""
    return str(reading_rules.cycle_of(on, scheduled_day(point.pk)))


def exchange_meters(
    supply_point: SupplyPoint, work: Work, *, reason: str, at: datetime, actor: Staff | None
) -> None:
    """Hang the new meters that were brought, at points where one hangs."""
    for point, _installation in hanging_at(supply_point):
        brought = work.new_meters.get(point.number)
        if brought is None:
            continue
        with in_words():
            metering.exchange(
                point=point,
                closing=_given(work, point),
                new_meter=_from_stock(brought.asset_number),
                opening=_opening(brought),
                on=work.on,
                reason=reason,
                at=at,
                actor=actor,
            )


def take_down(
    supply_point: SupplyPoint, work: Work, *, reason: str, to_stock: bool, at: datetime, actor: Staff | None
) -> None:
    """Take every meter down with its last reading and close the metering points, sub-meters first."""
    for point, installation in reversed(hanging_at(supply_point)):
        with in_words():
            metering.remove(
                point=point,
                closing=_given(work, point),
                on=work.on,
                reason=reason,
                final=True,
                at=at,
                actor=actor,
            )
            if to_stock:
                metering.return_to_stock(meter=installation.meter, reason=reason, at=at, actor=actor)
    for point in supply_point.metering_points.filter(closed_date__isnull=True).order_by("-number"):
        with in_words():
            metering.close_metering_point(point=point, on=work.on, reason=reason, at=at, actor=actor)


def hang_again(
    supply_point: SupplyPoint,
    numbers: list[str],
    work: Work,
    *,
    reason: str,
    at: datetime,
    actor: Staff | None,
) -> None:
    """Open successors of the metering points ``numbers`` and hang their meters (or new ones) there, on the same route."""
    for old in supply_point.metering_points.filter(number__in=numbers).order_by("number"):
        hung = old.installations.select_related("meter").order_by("-installed_date", "-id").first()
        if hung is None:
            continue
        brought = work.new_meters.get(old.number)
        meter = _from_stock(brought.asset_number) if brought else hung.meter
        closing = work.shown.get(old.number) or last_shown(hung)
        with in_words():
            point = metering.add_metering_point(
                supply_point=supply_point,
                opened_date=work.on,
                role=old.role,
                tariff=old.tariff,
                feeder=old.feeder,
                at=at,
                actor=actor,
            )
            metering.install(
                meter=meter,
                point=point,
                on=work.on,
                opening=_opening(brought) if brought else closing,
                transformers=Transformers(hung.ct_primary_a, hung.ct_secondary_a, hung.pt_ratio),
                reason=reason,
                at=at,
                actor=actor,
            )
        onto_route(old, point, at=at, actor=actor)


def onto_route(old: MeteringPoint, new: MeteringPoint, *, at: datetime, actor: Staff | None) -> None:
    """Read the new point on the route of the old one."""
    route = ReadingRoute.objects.filter(stops__metering_point=old).first()
    if route is not None:
        readings.add_stops(route=route, points=[new], at=at, actor=actor)


def last_shown(installation: Installation) -> dict[str, Any]:
    """The registers of the last accepted reading of an installation."""
    last = (
        Reading.objects.filter(installation=installation, state=ReadingState.ACCEPTED)
        .order_by("-read_date", "-id")
        .first()
    )
    if last is None:
        return {}
    return {name: getattr(last, name) for name in REGISTERS if getattr(last, name) is not None}


def hang_first(
    supply_point: SupplyPoint, brought: NewMeter, on: date, *, reason: str, at: datetime, actor: Staff | None
) -> MeteringPoint:
    """The first meter of a new supply point (分户)."""
    with in_words():
        point = metering.add_metering_point(supply_point=supply_point, opened_date=on, at=at, actor=actor)
        metering.install(
            meter=_from_stock(brought.asset_number),
            point=point,
            on=on,
            opening=_opening(brought),
            reason=reason,
            at=at,
            actor=actor,
        )
    return point


def _given(work: Work, point: MeteringPoint) -> Mapping[str, Any]:
    if point.number not in work.shown:
        raise ChangeImpossible(
            _("The reading of metering point %(number)s is needed.") % {"number": point.number}
        )
    return work.shown[point.number]


def _from_stock(asset_number: str) -> Meter:
    found = Meter.objects.filter(asset_number=asset_number.strip()).first()
    if found is None:
        raise ChangeImpossible(_("There is no meter %(number)s.") % {"number": asset_number})
    return found


def _opening(brought: NewMeter) -> Mapping[str, Any]:
    if brought.opening:
        return brought.opening
    meter = _from_stock(brought.asset_number)
    return dict.fromkeys(_shown_by(meter), 0)


def _shown_by(meter: Meter) -> list[str]:
    return [name for name in REGISTERS if name in REQUIRED[meter.registers]]
