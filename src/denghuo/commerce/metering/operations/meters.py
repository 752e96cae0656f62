"""Meters as assets: into stock, verified, written off."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.metering import rules
from denghuo.commerce.metering.models import Meter, MeterState, RegisterSet
from denghuo.commerce.metering.operations.registers import MeteringConflict
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff


@transaction.atomic
def register_meter(
    *,
    asset_number: str,
    model: str,
    unit: OrganisationUnit,
    at: datetime,
    actor: Staff | None = None,
    registers: str = RegisterSet.TOTAL,
    integer_digits: int = 6,
    phases: int = 1,
    accuracy_class: str = "2",
    rated_current: str = "",
    factory_number: str = "",
    communication_address: str = "",
    verified_date: date | None = None,
) -> Meter:
    """Take a meter into stock; its verification falls due by its accuracy class.

    Raises:
        ValidationError: a value that the record cannot hold, or an asset number already known.
    """
    meter = Meter(
        asset_number=asset_number,
        model=model,
        unit=unit,
        registers=registers,
        integer_digits=integer_digits,
        phases=phases,
        accuracy_class=accuracy_class,
        rated_current=rated_current,
        factory_number=factory_number,
        communication_address=communication_address,
        verified_date=verified_date,
        verification_due_date=verified_date and rules.verification_due(verified_date, accuracy_class),
    )
    meter.full_clean(exclude=["unit"])
    meter.save()
    audit.record("metering.meter.registered", subject=meter, at=at, actor=actor, unit_id=unit.pk)
    return meter


@transaction.atomic
def verify(*, meter: Meter, verified_date: date, at: datetime, actor: Staff | None = None) -> None:
    """Record a verification; the next one falls due by the accuracy class."""
    before = [meter.verified_date, meter.verification_due_date]
    meter.verified_date = verified_date
    meter.verification_due_date = rules.verification_due(verified_date, meter.accuracy_class)
    meter.save(update_fields=["verified_date", "verification_due_date"])
    audit.record(
        "metering.meter.verified",
        subject=meter,
        at=at,
        actor=actor,
        unit_id=meter.unit_id,
        changes={
            "verified_date": [before[0] and str(before[0]), str(verified_date)],
            "verification_due_date": [before[1] and str(before[1]), str(meter.verification_due_date)],
        },
    )


@transaction.atomic
def return_to_stock(*, meter: Meter, reason: str, at: datetime, actor: Staff | None = None) -> None:
    """A meter that was taken down lies in stock again.

    Raises:
        MeteringConflict: it was not taken down.
    """
    meter = Meter.objects.select_for_update().get(pk=meter.pk)
    if not rules.may_become(meter.state, MeterState.IN_STOCK):
        raise MeteringConflict(_("Only a meter that was taken down goes back to stock."), code="meter_state")
    before, meter.state = meter.state, MeterState.IN_STOCK
    meter.save(update_fields=["state"])
    audit.record(
        "metering.meter.returned",
        subject=meter,
        at=at,
        actor=actor,
        reason=reason,
        unit_id=meter.unit_id,
        changes={"state": [before, MeterState.IN_STOCK.value]},
    )


@transaction.atomic
def scrap(*, meter: Meter, reason: str, at: datetime, actor: Staff | None = None) -> None:
    """Write a meter off.

    Raises:
        MeteringConflict: it still hangs somewhere or is scrapped already.
    """
    if not rules.may_become(meter.state, MeterState.SCRAPPED):
        raise MeteringConflict(_("An installed meter cannot be scrapped."), code="meter_state")
    before, meter.state = meter.state, MeterState.SCRAPPED
    meter.save(update_fields=["state"])
    audit.record(
        "metering.meter.scrapped",
        subject=meter,
        at=at,
        actor=actor,
        reason=reason,
        unit_id=meter.unit_id,
        changes={"state": [before, MeterState.SCRAPPED.value]},
    )
