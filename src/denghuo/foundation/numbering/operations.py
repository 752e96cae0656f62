"""Handing out serial numbers."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from denghuo.foundation.numbering.models import Sequence


@transaction.atomic
def allocate(sequence: str, count: int) -> range:
    """The next ``count`` serials of ``sequence`` (from 1), as a range; a new name starts a new sequence.

    They are kept when the caller's transaction commits and given back when it rolls back, so serials have no gaps;
    until then other callers of the same sequence wait.

    Raises:
        ValueError: ``count`` is below 1.
    """
    if count < 1:
        raise ValueError(f"cannot allocate {count} serials of {sequence!r}")
    row = Sequence.objects.filter(name=sequence)
    if not row.update(last=F("last") + count):
        Sequence.objects.get_or_create(name=sequence)
        row.update(last=F("last") + count)
    last = row.values_list("last", flat=True).get()
    return range(last - count + 1, last + 1)
