"""Metering points: opened, closed, and what is agreed where nothing is measured."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from denghuo.commerce.metering.models import Measure, MeteringPoint, PointRole
from denghuo.commerce.metering.operations.registers import MeteringConflict
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.records.supply.models import SupplyPoint


@transaction.atomic
def add_metering_point(
    *,
    supply_point: SupplyPoint,
    opened_date: date,
    at: datetime,
    actor: Staff | None = None,
    number: str = "",
    parent: MeteringPoint | None = None,
    role: str = PointRole.PURCHASE,
    measure: str = Measure.METERED,
    ratio: Decimal | str | None = None,
    fixed_energy_kwh: Decimal | str | int | None = None,
    agreed_date: date | None = None,
    tariff: str = "",
    feeder: int = 1,
) -> MeteringPoint:
    """Open a metering point at a supply point; a sub-meter names its ``parent``.

    Without ``number`` it gets the supply point's number and the next two digits.

    Raises:
        ValidationError: ratio and quantity do not fit ``measure``, or the parent belongs elsewhere.
    """
    if parent and parent.supply_point_id != supply_point.pk:
        raise MeteringConflict(_("The main metering point belongs to another supply point."), code="parent")
    if parent and parent.parent_id:
        raise MeteringConflict(_("A sub-meter cannot have sub-meters of its own."), code="depth")
    if not number:
        last = MeteringPoint.objects.filter(supply_point=supply_point).aggregate(Max("number"))["number__max"]
        number = f"{supply_point.number}{int(last[-2:]) + 1 if last else 1:02d}"
    point = MeteringPoint(
        number=number,
        supply_point=supply_point,
        parent=parent,
        role=role,
        measure=measure,
        ratio=None if ratio is None else Decimal(ratio),
        fixed_energy_kwh=None if fixed_energy_kwh is None else Decimal(fixed_energy_kwh),
        agreed_date=agreed_date,
        tariff=tariff,
        feeder=feeder,
        opened_date=opened_date,
    )
    point.full_clean(exclude=["supply_point", "parent"])
    point.save()
    audit.record("metering.point.opened", subject=point, at=at, actor=actor, unit_id=supply_point.unit_id)
    return point


@transaction.atomic
def close_metering_point(
    *, point: MeteringPoint, on: date, at: datetime, actor: Staff | None = None, reason: str
) -> None:
    """End a metering point on which no meter hangs any more.

    Raises:
        MeteringConflict: a meter still hangs there or it is closed already.
    """
    point = MeteringPoint.objects.select_for_update().get(pk=point.pk)
    if point.closed_date:
        raise MeteringConflict(_("The metering point is closed already."), code="closed")
    if point.installations.filter(removed_date__isnull=True).exists():
        raise MeteringConflict(_("A meter still hangs at this metering point."), code="hanging")
    point.closed_date = on
    point.full_clean(exclude=["supply_point", "parent"])
    point.save(update_fields=["closed_date"])
    audit.record(
        "metering.point.closed",
        subject=point,
        at=at,
        actor=actor,
        reason=reason,
        changes={"closed_date": [None, str(on)]},
        unit_id=point.supply_point.unit_id,
    )


@transaction.atomic
def change_agreement(
    *,
    point: MeteringPoint,
    agreed_date: date,
    at: datetime,
    actor: Staff | None = None,
    reason: str,
    ratio: Decimal | str | None = None,
    fixed_energy_kwh: Decimal | str | int | None = None,
) -> MeteringPoint:
    """Agree a new fixed ratio (定比) or quantity (定量) from ``agreed_date``: the old point ends, a successor opens.

    Raises:
        MeteringConflict: the point is metered, or already closed.
    """
    if point.measure == Measure.METERED:
        raise MeteringConflict(_("A metered point has no agreed share or quantity."), code="measure")
    close_metering_point(point=point, on=agreed_date, at=at, actor=actor, reason=reason)
    return add_metering_point(
        supply_point=point.supply_point,
        opened_date=agreed_date,
        agreed_date=agreed_date,
        at=at,
        actor=actor,
        parent=point.parent,
        role=point.role,
        measure=point.measure,
        ratio=ratio,
        fixed_energy_kwh=fixed_energy_kwh,
        tariff=point.tariff,
        feeder=point.feeder,
    )
