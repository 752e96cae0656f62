"""Work out again what readings say once a fact behind them was put right."""

from __future__ import annotations

from django.db import transaction

from denghuo.commerce.metering.models import Installation
from denghuo.commerce.readings.models import Reading, ReadingState
from denghuo.commerce.readings.operations.chain import link


@transaction.atomic
def derive_again(*, installation: Installation) -> int:
    """Energy and days of every accepted reading of ``installation``, with its multiplier as it is now; how many changed."""
    changed = []
    rows = Reading.objects.filter(installation=installation, state=ReadingState.ACCEPTED)
    for reading in rows.select_related("previous", "installation__meter"):
        before = reading.advance_kwh
        link(reading, reading.previous)
        if reading.advance_kwh != before:
            changed.append(reading)
    Reading.objects.bulk_update(changed, ["advance_kwh"], batch_size=200)
    return len(changed)
