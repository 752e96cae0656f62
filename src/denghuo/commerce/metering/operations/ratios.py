"""Put right a ratio that the records held wrong from the day the meter was hung."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.metering.models import Installation
from denghuo.commerce.metering.operations.registers import MeteringConflict, Transformers
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff


@transaction.atomic
def correct_ratio(
    *,
    installation: Installation,
    transformers: Transformers,
    reason: str,
    at: datetime,
    actor: Staff | None = None,
) -> Installation:
    """The transformers that really stand before the meter since it was hung; nothing was changed in the field.

    The readings' derived energy is the reading room's (``readings.operations.derive_again``); bills are corrected apart.

    Raises:
        MeteringConflict: nothing would change, or no reason is given.
        ValidationError: the ratio is not whole.
    """
    found = (
        Installation.objects.select_for_update(of=("self",)).select_related("meter").get(pk=installation.pk)
    )
    if not reason.strip():
        raise MeteringConflict(_("A correction needs a reason."), code="reason")
    if Transformers(found.ct_primary_a, found.ct_secondary_a, found.pt_ratio) == transformers:
        raise MeteringConflict(_("These transformers stand there already."), code="same_ratio")
    before = found.multiplier
    for name, value in asdict(transformers).items():
        setattr(found, name, value)
    found.multiplier = transformers.multiplier
    found.save(update_fields=[*asdict(transformers), "multiplier"])
    audit.record(
        "metering.ratio.corrected",
        subject=found.meter,
        at=at,
        actor=actor,
        reason=reason,
        unit_id=found.meter.unit_id,
        changes={"multiplier": [before, found.multiplier]},
    )
    return found
