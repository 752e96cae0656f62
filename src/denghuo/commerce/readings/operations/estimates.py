"""Estimated readings: how they are found, and how an actual reading settles them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.metering.models import MeteringPoint
from denghuo.commerce.metering.rules import ENERGY_REGISTERS, REGISTERS, TOU_REGISTERS
from denghuo.commerce.readings.models import (
    EstimateMethod,
    Reading,
    ReadingKind,
    ReadingSource,
    ReadingState,
)
from denghuo.commerce.readings.operations.chain import (
    ReadingCannotBeReplaced,
    check_not_billed,
    put_in,
    record_replacement,
    substitute,
    take_out,
)
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff

_QUANTUM = Decimal("0.0001")
_YEAR_AGO_TOLERANCE = timedelta(days=20)
_COUNTED = {EstimateMethod.LAST_3: 3, EstimateMethod.LAST_12: 12}


class CannotEstimate(Exception):
    """There is not enough to estimate from: no reading to start at, or no history for the method."""


@transaction.atomic
def estimate_reading(
    *,
    point: MeteringPoint,
    cycle: str,
    read_date: date,
    method: str,
    reason: str,
    at: datetime,
    actor: Staff | None = None,
) -> Reading:
    """Close ``cycle`` with an estimated reading, marked with its ``method``.

    Daily use by the method × days since the last reading is added to the total register; periods and reactive energy
    follow in the shares of the same history. The next actual reading starts from the estimate, and registers are
    cumulative, so both advances together are what was really used.

    Raises:
        CannotEstimate: no meter or reading to start from, or no history for the method.
        ReadingRefused: as for ``record_reading``: the cycle has a reading already.
    """
    previous = _start(point, read_date)
    if Reading.objects.filter(
        metering_point=point,
        cycle=cycle,
        kind=ReadingKind.REGULAR,
        state__in=[ReadingState.HELD, ReadingState.ACCEPTED],
    ).exists():
        raise CannotEstimate(_("The cycle %(cycle)s has been read already.") % {"cycle": cycle})
    reading = Reading(
        installation=previous.installation,
        metering_point=point,
        cycle=cycle,
        read_date=read_date,
        kind=ReadingKind.REGULAR,
        source=ReadingSource.ESTIMATE,
        estimate_method=method,
        entered_by=actor,
        entered_at=at,
        **_estimated_registers(previous, read_date, method),
    )
    put_in(reading)
    audit.record(
        "readings.reading.estimated",
        subject=point,
        at=at,
        actor=actor,
        reason=reason,
        unit_id=point.supply_point.unit_id,
        changes={
            "method": [None, str(method)],
            "cycle": [None, cycle],
            "total": [str(previous.total), str(reading.total)],
        },
    )
    return reading


def _start(point: MeteringPoint, read_date: date) -> Reading:
    installation = point.installations.filter(removed_date__isnull=True).first()
    previous = (
        Reading.objects.select_related("installation__meter")
        .filter(metering_point=point, installation=installation, state=ReadingState.ACCEPTED)
        .order_by("-read_date", "-id")
        .first()
        if installation
        else None
    )
    if previous is None or previous.read_date >= read_date:
        raise CannotEstimate(_("There is no earlier reading to start from."))
    return previous


def _history(point_id: int, read_date: date, method: str) -> Sequence[Reading]:
    """The actual advances that ``method`` looks at, latest first."""
    actual = (
        Reading.objects.select_related("previous")
        .filter(
            metering_point_id=point_id,
            state=ReadingState.ACCEPTED,
            advance_days__gt=0,
            read_date__lt=read_date,
        )
        .exclude(source=ReadingSource.ESTIMATE)
        .order_by("-read_date", "-id")
    )
    if method == EstimateMethod.LAST_YEAR:
        year_ago = read_date - timedelta(days=365)
        found = list(
            actual.filter(read_date__range=(year_ago - _YEAR_AGO_TOLERANCE, year_ago + _YEAR_AGO_TOLERANCE))
        )
    else:
        found = list(actual[: _COUNTED[EstimateMethod(method)]])
    if not found:
        raise CannotEstimate(_("There is no history for this method."))
    return found


def _estimated_registers(previous: Reading, read_date: date, method: str) -> dict[str, Decimal | None]:
    values: dict[str, Decimal | None] = {name: getattr(previous, name) for name in REGISTERS}
    if method == EstimateMethod.ZERO:
        return values
    history = _history(previous.metering_point_id, read_date, method)
    energy_kwh = sum((one.advance_kwh or Decimal(0) for one in history), Decimal(0))
    days = sum(one.advance_days or 0 for one in history)
    moved = energy_kwh / days * (read_date - previous.read_date).days / previous.installation.multiplier
    moved = moved.quantize(_QUANTUM, ROUND_DOWN)
    whole = sum((_moved(one, "total") for one in history), Decimal(0))
    for name in ENERGY_REGISTERS:
        shown = values[name]
        if shown is None or not whole:
            continue
        part = whole if name == "total" else sum((_moved(one, name) for one in history), Decimal(0))
        values[name] = shown + (moved * part / whole).quantize(_QUANTUM, ROUND_DOWN)
    _settle_periods(previous, values, moved)
    modulus = previous.installation.meter.modulus
    return {
        name: value % modulus if value is not None and name != "max_demand" else value
        for name, value in values.items()
    }


def _moved(reading: Reading, register: str) -> Decimal:
    """What a register moved in the advance of ``reading``, over a roll-over."""
    opening, closing = getattr(reading.previous, register), getattr(reading, register)
    if opening is None or closing is None:
        return Decimal(0)
    return closing - opening + (reading.installation.meter.modulus if closing < opening else 0)


def _settle_periods(previous: Reading, values: dict[str, Decimal | None], moved: Decimal) -> None:
    """Give the ten-thousandths that rounding left over to the period that uses most, so that periods add up."""
    steps = {
        name: values[name] - getattr(previous, name) for name in TOU_REGISTERS if values[name] is not None
    }
    rest = moved - sum(steps.values(), Decimal(0))
    if steps and 0 < rest <= len(steps) * _QUANTUM:
        values[max(steps, key=lambda name: steps[name])] += rest  # type: ignore[operator]


@transaction.atomic
def correct_estimates_before(
    *, reading: Reading, reason: str, at: datetime, actor: Staff | None = None
) -> list[Reading]:
    """Settle estimates that a held actual ``reading`` shows to be too high, and accept it.

    The estimates since the last actual reading are replaced by values on the straight line between both actual
    readings, register by register; energy over all these periods is then exactly what the meter counted.

    Raises:
        CannotEstimate: the reading is below the last actual reading too, or there is no estimate before it.
        ReadingIsBilled: a bill rests on an estimate; reverse it first.
    """
    estimates, start = _estimates_before(reading)
    for name in ENERGY_REGISTERS:
        first, last = getattr(start, name), getattr(reading, name)
        if first is not None and last is not None and last < first:
            raise CannotEstimate(_("The reading is below the last actual reading too. Read again."))
    for estimate in estimates:
        check_not_billed(estimate)
    for estimate in reversed(estimates):
        take_out(estimate, ReadingState.REPLACED)
    whole = (reading.read_date - start.read_date).days
    replacements = []
    for estimate in estimates:
        share = Decimal((estimate.read_date - start.read_date).days)
        values = {
            name: _between(getattr(start, name), getattr(reading, name), share, whole)
            for name in ENERGY_REGISTERS
        }
        values["max_demand"] = estimate.max_demand
        replacement = substitute(
            estimate,
            values,
            source=ReadingSource.ESTIMATE,
            estimate_method=EstimateMethod.INTERPOLATED,
            at=at,
            actor=actor,
        )
        record_replacement(estimate, replacement, None, reason=reason, at=at, actor=actor)
        replacements.append(replacement)
    put_in(reading)
    return replacements


def _between(first: Decimal | None, last: Decimal | None, share: Decimal, whole: int) -> Decimal | None:
    if first is None or last is None:
        return first
    return first + ((last - first) * share / whole).quantize(_QUANTUM, ROUND_DOWN)


def _estimates_before(reading: Reading) -> tuple[list[Reading], Reading]:
    """The accepted estimates just before ``reading``, earliest first, and the actual reading they start from."""
    if reading.state != ReadingState.HELD:
        raise ReadingCannotBeReplaced(_("The reading has been decided already."))
    earlier = Reading.objects.filter(
        installation_id=reading.installation_id,
        metering_point_id=reading.metering_point_id,
        state=ReadingState.ACCEPTED,
        read_date__lt=reading.read_date,
    ).order_by("-read_date", "-id")
    estimates = []
    for one in earlier:
        if one.source != ReadingSource.ESTIMATE:
            break
        estimates.append(one)
    else:
        raise CannotEstimate(_("There is no earlier reading to start from."))
    if not estimates:
        raise CannotEstimate(_("The reading before is not an estimate."))
    return estimates[::-1], one
