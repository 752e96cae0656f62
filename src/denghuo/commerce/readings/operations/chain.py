"""The chain of accepted readings of an installation: put one in, take one out, link the rest again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.metering.operations import checked_registers
from denghuo.commerce.metering.rules import ENERGY_REGISTERS, REGISTERS
from denghuo.commerce.readings import events
from denghuo.commerce.readings.models import Reading, ReadingKind, ReadingSource, ReadingState
from denghuo.engine.readings import Tolerances
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.quantities import ENERGY_SCALE, rounded, unscaled

BillCheck = Callable[[Reading], str]
"""Answers the number of the live bill that rests on a reading, or an empty text."""

_RANK = {"initial": 0, "regular": 1, "special": 1, "final": 2, "removal": 3}
_bill_checks: list[BillCheck] = []


class ReadingIsBilled(Exception):
    """A live bill rests on the reading; the bill must be reversed first (冲正)."""


class ReadingCarriesLater(Exception):
    """A later accepted reading starts from this one: only ``repair_chain`` may replace it."""


class ChainBroken(ValidationError):
    """The reading would make its own or the next advance run backwards; keyed by register."""


def refuse_when_billed(check: BillCheck) -> None:
    """Name who knows which readings are billed (``commerce.billing`` does); called once when Django is ready."""
    _bill_checks[:] = [check]


def check_not_billed(reading: Reading) -> None:
    for check in _bill_checks:
        if bill := check(reading):
            raise ReadingIsBilled(
                _("Bill %(bill)s rests on this reading. Reverse the bill first.") % {"bill": bill}
            )


def neighbours(reading: Reading) -> tuple[Reading | None, Reading | None]:
    """The accepted readings of the same installation just before and just after ``reading``."""
    others = Reading.objects.filter(
        metering_point_id=reading.metering_point_id,
        installation_id=reading.installation_id,
        state=ReadingState.ACCEPTED,
    ).exclude(pk=reading.pk)
    key = (reading.read_date, _RANK[reading.kind])
    placed = [((other.read_date, _RANK[other.kind]), other) for other in others]
    before = [pair for pair in placed if pair[0] < key]
    after = [pair for pair in placed if pair[0] > key]
    return (
        max(before, key=lambda pair: (pair[0], pair[1].pk))[1] if before else None,
        min(after, key=lambda pair: (pair[0], pair[1].pk))[1] if after else None,
    )


def successor(reading: Reading) -> Reading | None:
    """The accepted reading whose advance starts at ``reading``."""
    return Reading.objects.filter(
        metering_point_id=reading.metering_point_id, previous=reading, state=ReadingState.ACCEPTED
    ).first()


def link(reading: Reading, previous: Reading | None) -> None:
    """Let the advance of ``reading`` start at ``previous``; the derived figures follow. Nothing is saved.

    Raises:
        ChainBroken: a register runs backwards and is not near a roll-over.
    """
    reading.previous = previous
    reading.rolled_over = False
    reading.advance_kwh = reading.advance_days = None
    if previous is None or previous.installation_id != reading.installation_id:
        return
    modulus = Decimal(reading.installation.meter.modulus)
    near = modulus * Tolerances().rollover_top_percent / 100
    errors = {}
    for name in ENERGY_REGISTERS:
        opening, closing = getattr(previous, name), getattr(reading, name)
        if opening is None or closing is None or closing >= opening:
            continue
        reading.rolled_over = True
        if closing - opening + modulus > near:
            errors[name] = _("%(closing)s is below the reading before it, %(opening)s.") % {
                "closing": closing,
                "opening": opening,
            }
    if errors:
        raise ChainBroken(errors)
    moved = reading.total - previous.total
    if moved < 0:
        moved += modulus
    reading.advance_kwh = unscaled(
        rounded(moved * reading.installation.multiplier, ENERGY_SCALE), ENERGY_SCALE
    )
    reading.advance_days = (reading.read_date - previous.read_date).days


_DERIVED = ["previous", "rolled_over", "advance_kwh", "advance_days"]


def put_in(reading: Reading) -> Reading | None:
    """Accept ``reading`` (held or new) at its place in the chain; answers the later reading that was linked again.

    Raises:
        ChainBroken: it does not fit between its neighbours.
    """
    before, after = neighbours(reading)
    link(reading, before)
    reading.state = ReadingState.ACCEPTED
    reading.save()
    if after is not None:
        link(after, reading)
        after.save(update_fields=_DERIVED)
    return after


def take_out(reading: Reading, state: str) -> Reading | None:
    """Set an accepted reading aside; its successor is left hanging on the reading before until it is linked again."""
    after = successor(reading)
    if after is not None:
        Reading.objects.filter(pk=after.pk).update(previous=reading.previous_id)
    reading.state = state
    reading.save(update_fields=["state"])
    return after


def substitute(
    reading: Reading,
    registers: Mapping[str, Decimal | None],
    *,
    source: str,
    estimate_method: str = "",
    at: datetime,
    actor: Staff | None,
) -> Reading:
    """A new accepted reading in the place of ``reading``, which becomes replaced."""
    replacement = Reading(
        installation=reading.installation,
        metering_point=reading.metering_point,
        cycle=reading.cycle,
        read_date=reading.read_date,
        kind=reading.kind,
        source=source,
        estimate_method=estimate_method,
        replaces=reading,
        entered_by=actor,
        entered_at=at,
        **{name: registers.get(name) for name in REGISTERS},
    )
    after = take_out(reading, ReadingState.REPLACED) if reading.state == ReadingState.ACCEPTED else None
    if reading.kind == ReadingKind.INITIAL:
        link(replacement, reading.previous)
        replacement.state = ReadingState.ACCEPTED
        replacement.save()
    else:
        put_in(replacement)
    if after is not None:
        after.refresh_from_db()
        link(after, replacement)
        after.save(update_fields=_DERIVED)
    return replacement


@transaction.atomic
def replace_reading(
    *,
    reading: Reading,
    registers: Mapping[str, Decimal | int | str | None],
    reason: str,
    at: datetime,
    actor: Staff | None = None,
    source: str = ReadingSource.FIELD,
) -> Reading:
    """Put a re-read in the place of an accepted reading that nothing rests on yet.

    Raises:
        ReadingIsBilled, ReadingCarriesLater: something rests on it.
        ChainBroken, ValidationError: the new figures do not fit the meter or the chain.
    """
    if successor(reading) is not None:
        raise ReadingCarriesLater(
            _("The next reading starts from this one. Use the repair of the chain, which links it again.")
        )
    return repair_chain(
        reading=reading, registers=registers, reason=reason, at=at, actor=actor, source=source
    )


@transaction.atomic
def repair_chain(
    *,
    reading: Reading,
    registers: Mapping[str, Decimal | int | str | None],
    reason: str,
    at: datetime,
    actor: Staff | None = None,
    source: str = ReadingSource.FIELD,
) -> Reading:
    """Replace an accepted reading, also one that a later reading starts from: that one is linked to the replacement.

    Energy moves between the two periods; their sum stays.

    Raises:
        ReadingIsBilled: a bill rests on it or on the next reading.
        ReadingCannotBeReplaced: it is not accepted.
        ChainBroken, ValidationError: the new figures do not fit the meter or the chain.
    """
    reading = Reading.objects.select_for_update().get(pk=reading.pk)
    if reading.state != ReadingState.ACCEPTED:
        raise ReadingCannotBeReplaced(_("Only an accepted reading can be replaced."))
    check_not_billed(reading)
    after = successor(reading)
    if after is not None:
        check_not_billed(after)
    values = checked_registers(reading.installation.meter, registers)
    replacement = substitute(reading, values, source=source, at=at, actor=actor)
    record_replacement(reading, replacement, after, reason=reason, at=at, actor=actor)
    return replacement


class ReadingCannotBeReplaced(Exception):
    """The reading is held, rejected or replaced already."""


def record_replacement(
    reading: Reading,
    replacement: Reading,
    after: Reading | None,
    *,
    reason: str,
    at: datetime,
    actor: Staff | None,
) -> None:
    """Audit and announce that ``replacement`` took the place of ``reading``."""
    changes: dict[str, list[str | None]] = {
        name: [_text(getattr(reading, name)), _text(getattr(replacement, name))]
        for name in REGISTERS
        if getattr(reading, name) != getattr(replacement, name)
    }
    if after is not None:
        changes["next_reading"] = [f"{after.pk} ← {reading.pk}", f"{after.pk} ← {replacement.pk}"]
    audit.record(
        "readings.reading.replaced",
        subject=replacement.metering_point,
        at=at,
        actor=actor,
        reason=reason,
        changes=changes,
        unit_id=replacement.metering_point.supply_point.unit_id,
    )
    outbox.publish(
        events.ReadingReplaced(
            reading_id=reading.pk,
            replacement_id=replacement.pk,
            metering_point_id=replacement.metering_point_id,
            cycle=replacement.cycle,
            at=at,
        )
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
