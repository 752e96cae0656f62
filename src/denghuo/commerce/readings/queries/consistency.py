"""Invariants of the reading chain, for the doctor."""

from __future__ import annotations

from django.db.models import Count, F, Q

from denghuo.commerce.readings.models import Reading, ReadingException, ReadingKind, ReadingState


def inconsistencies() -> list[str]:
    """Breaks in the chain of accepted readings, and held readings that nobody is asked about (none in a sound database)."""
    accepted = Reading.objects.filter(state=ReadingState.ACCEPTED)
    found = [
        f"reading {pk}: it starts from reading {previous}, which is {state}"
        for pk, previous, state in accepted.filter(previous__isnull=False)
        .exclude(previous__state=ReadingState.ACCEPTED)
        .values_list("pk", "previous_id", "previous__state")
    ]
    found += [
        f"reading {pk}: it starts from a reading of another meter"
        for pk in accepted.filter(previous__isnull=False)
        .exclude(Q(installation=F("previous__installation")) | Q(kind=ReadingKind.INITIAL))
        .values_list("pk", flat=True)
    ]
    found += [
        f"reading {previous}: {count} accepted readings start from it"
        for previous, count in accepted.filter(previous__isnull=False)
        .values_list("previous")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
    ]
    asked = ReadingException.objects.exclude(state="resolved").filter(reading__isnull=False).values("reading")
    found += [
        f"reading {pk}: held, with no open exception"
        for pk in Reading.objects.filter(state=ReadingState.HELD)
        .exclude(pk__in=asked)
        .values_list("pk", flat=True)
    ]
    return found
