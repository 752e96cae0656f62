"""Handing out serial numbers."""

from __future__ import annotations

from django.db import connection, transaction


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
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO numbering_sequence (name, last) VALUES (%s, %s) "
            "ON CONFLICT (name) DO UPDATE SET last = numbering_sequence.last + excluded.last RETURNING last",
            [sequence, count],
        )
        last = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)
