"""A meter at a point: hang it, exchange it, change its transformers, take it down."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.metering import events, rules
from denghuo.commerce.metering.models import Installation, Measure, Meter, MeteringPoint, MeterState
from denghuo.commerce.metering.operations.registers import (
    DIRECT,
    MeteringConflict,
    Registers,
    Transformers,
    checked_registers,
    register_book,
)
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox


def _hang(
    *,
    meter: Meter,
    point: MeteringPoint,
    on: date,
    transformers: Transformers,
    registers: Registers,
    after: Installation | None,
    reason: str,
    at: datetime,
    actor: Staff | None,
) -> Installation:
    if not rules.may_become(meter.state, MeterState.INSTALLED):
        raise MeteringConflict(
            _("Meter %(meter)s is %(state)s and cannot be installed.")
            % {"meter": meter.asset_number, "state": meter.get_state_display()},
            code="meter_state",
        )
    if point.measure != Measure.METERED:
        raise MeteringConflict(_("No meter hangs at a point with a fixed share or quantity."), code="measure")
    if on < point.opened_date or (point.closed_date and on >= point.closed_date):
        raise MeteringConflict(_("The metering point is not open on that day."), code="closed")
    if point.installations.filter(removed_date__isnull=True).exists():
        raise MeteringConflict(_("Another meter hangs at this metering point."), code="occupied")
    if point.installations.filter(removed_date__gt=on).exists():
        raise MeteringConflict(_("Another meter hung there until a later day."), code="dates")
    if meter.installations.filter(removed_date__gt=on).exists():
        raise MeteringConflict(_("The meter hung elsewhere until a later day."), code="dates")
    installation = Installation.objects.create(
        metering_point=point,
        meter=meter,
        installed_date=on,
        multiplier=transformers.multiplier,
        reason=reason,
        **asdict(transformers),
    )
    meter.state = MeterState.INSTALLED
    meter.save(update_fields=["state"])
    values = checked_registers(meter, registers)
    register_book().opened(installation=installation, after=after, registers=values, at=at, actor=actor)
    return installation


def _take_down(
    *,
    installation: Installation,
    on: date,
    registers: Registers,
    reason: str,
    final: bool,
    at: datetime,
    actor: Staff | None,
) -> None:
    if installation.removed_date:
        raise MeteringConflict(_("The meter has been taken down already."), code="removed")
    if on < installation.installed_date:
        raise MeteringConflict(_("The meter was not yet installed on that day."), code="dates")
    meter = installation.meter
    values = checked_registers(meter, registers)
    register_book().closed(
        installation=installation, registers=values, on=on, final=final, at=at, actor=actor
    )
    installation.removed_date = on
    installation.save(update_fields=["removed_date"])
    meter.state = MeterState.REMOVED
    meter.save(update_fields=["state"])


def _hanging(point: MeteringPoint) -> Installation:
    installation = (
        Installation.objects.select_for_update()
        .select_related("meter")
        .filter(metering_point=point, removed_date__isnull=True)
        .first()
    )
    if installation is None:
        raise MeteringConflict(_("No meter hangs at this metering point."), code="empty")
    return installation


@transaction.atomic
def install(
    *,
    meter: Meter,
    point: MeteringPoint,
    on: date,
    opening: Registers,
    at: datetime,
    actor: Staff | None = None,
    transformers: Transformers = DIRECT,
    reason: str = "",
) -> Installation:
    """Hang ``meter`` at an empty point from 00:00 of ``on``; ``opening`` is what it shows then.

    Raises:
        MeteringConflict: the point is taken or closed, the meter hangs elsewhere, or dates are in disorder.
        ValidationError: a register is missing or cannot be shown, or the ratio is not whole.
    """
    meter = Meter.objects.select_for_update().get(pk=meter.pk)
    installation = _hang(
        meter=meter,
        point=point,
        on=on,
        transformers=transformers,
        registers=opening,
        after=None,
        reason=reason,
        at=at,
        actor=actor,
    )
    _announce("metering.meter.installed", installation, at, actor, reason, _shown(opening))
    outbox.publish(
        events.MeterInstalled(installation_id=installation.pk, metering_point_id=point.pk, on=on, at=at)
    )
    return installation


@transaction.atomic
def exchange(
    *,
    point: MeteringPoint,
    closing: Registers,
    new_meter: Meter,
    opening: Registers,
    on: date,
    reason: str,
    at: datetime,
    actor: Staff | None = None,
    transformers: Transformers | None = None,
) -> Installation:
    """Take the hanging meter down and hang ``new_meter`` at 00:00 of ``on``; without ``transformers`` they stay.

    Raises:
        MeteringConflict, ValidationError: as for :func:`install` and :func:`remove`.
    """
    new_meter = Meter.objects.select_for_update().get(pk=new_meter.pk)
    old = _hanging(point)
    if old.meter_id == new_meter.pk:
        raise MeteringConflict(_("The new meter is the one that hangs there."), code="same_meter")
    return _replace(
        old=old,
        meter=new_meter,
        transformers=transformers or _transformers(old),
        closing=closing,
        opening=opening,
        on=on,
        reason=reason,
        at=at,
        actor=actor,
        action="metering.meter.exchanged",
    )


@transaction.atomic
def change_ratio(
    *,
    point: MeteringPoint,
    transformers: Transformers,
    registers: Registers,
    on: date,
    reason: str,
    at: datetime,
    actor: Staff | None = None,
) -> Installation:
    """Other transformers before the same meter from 00:00 of ``on``; ``registers`` is what it shows at that moment.

    Raises:
        MeteringConflict, ValidationError: as for :func:`install`, or the multiplier does not change.
    """
    old = _hanging(point)
    if _transformers(old) == transformers:
        raise MeteringConflict(_("These transformers stand there already."), code="same_ratio")
    return _replace(
        old=old,
        meter=old.meter,
        transformers=transformers,
        closing=registers,
        opening=registers,
        on=on,
        reason=reason,
        at=at,
        actor=actor,
        action="metering.ratio.changed",
    )


@transaction.atomic
def remove(
    *,
    point: MeteringPoint,
    closing: Registers,
    on: date,
    reason: str,
    at: datetime,
    actor: Staff | None = None,
    final: bool = False,
) -> Installation:
    """Take the meter down at 00:00 of ``on``; ``final`` when the supply ends, so that the closing reading is billed last.

    Raises:
        MeteringConflict: no meter hangs there, or it was hung later.
        ValidationError: the closing registers are incomplete or cannot follow the last reading.
    """
    installation = _hanging(point)
    _take_down(
        installation=installation, on=on, registers=closing, reason=reason, final=final, at=at, actor=actor
    )
    _announce("metering.meter.removed", installation, at, actor, reason, _shown(closing))
    outbox.publish(
        events.MeterRemoved(
            installation_id=installation.pk, metering_point_id=point.pk, on=on, at=at, reason=reason
        )
    )
    return installation


def _transformers(installation: Installation) -> Transformers:
    return Transformers(installation.ct_primary_a, installation.ct_secondary_a, installation.pt_ratio)


def _shown(registers: Registers) -> str:
    return ", ".join(f"{name} {value}" for name, value in registers.items() if value not in (None, ""))


def _replace(
    *,
    old: Installation,
    meter: Meter,
    transformers: Transformers,
    closing: Registers,
    opening: Registers,
    on: date,
    reason: str,
    at: datetime,
    actor: Staff | None,
    action: str,
) -> Installation:
    _take_down(installation=old, on=on, registers=closing, reason=reason, final=False, at=at, actor=actor)
    meter.refresh_from_db()
    new = _hang(
        meter=meter,
        point=old.metering_point,
        on=on,
        transformers=transformers,
        registers=opening,
        after=old,
        reason=reason,
        at=at,
        actor=actor,
    )
    changes = {
        "meter": [old.meter.asset_number, meter.asset_number],
        "multiplier": [old.multiplier, new.multiplier],
        "registers": [_shown(closing), _shown(opening)],
    }
    for subject in {old.meter_id: old.meter, meter.pk: meter}.values():
        audit.record(
            action, subject=subject, at=at, actor=actor, reason=reason, changes=changes, unit_id=meter.unit_id
        )
    outbox.publish(
        events.MeterExchanged(
            old_installation_id=old.pk,
            new_installation_id=new.pk,
            metering_point_id=old.metering_point_id,
            on=on,
            at=at,
            reason=reason,
        )
    )
    return new


def _announce(
    action: str,
    installation: Installation,
    at: datetime,
    actor: Staff | None,
    reason: str,
    registers: str,
) -> None:
    audit.record(
        action,
        subject=installation.meter,
        at=at,
        actor=actor,
        reason=reason,
        unit_id=installation.meter.unit_id,
        changes={
            "metering_point": [None, installation.metering_point.number],
            "registers": [None, registers],
            "multiplier": [None, installation.multiplier],
        },
    )
