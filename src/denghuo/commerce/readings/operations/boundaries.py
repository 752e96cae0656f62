"""Opening and closing registers of installations as the first and last readings of their chains."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from denghuo.commerce.metering.models import Installation
from denghuo.commerce.readings import rules
from denghuo.commerce.readings.frames.situations import scheduled_day
from denghuo.commerce.readings.models import Reading, ReadingKind, ReadingSource, ReadingState
from denghuo.commerce.readings.operations.chain import link
from denghuo.foundation.identity.models import Staff


class ReadingBook:
    """Implements ``metering.operations.RegisterBook``."""

    def opened(
        self,
        *,
        installation: Installation,
        after: Installation | None,
        registers: Mapping[str, Decimal],
        at: datetime,
        actor: Staff | None,
    ) -> None:
        """Write the initial reading; it follows the removal reading of ``after``."""
        previous = (
            Reading.objects.filter(
                installation=after, kind=ReadingKind.REMOVAL, state=ReadingState.ACCEPTED
            ).first()
            if after
            else None
        )
        reading = _boundary(
            installation, ReadingKind.INITIAL, installation.installed_date, registers, at, actor
        )
        link(reading, previous)
        reading.save()

    def closed(
        self,
        *,
        installation: Installation,
        registers: Mapping[str, Decimal],
        on: date,
        final: bool,
        at: datetime,
        actor: Staff | None,
    ) -> None:
        """Write the removal (or final) reading.

        Raises:
            ValidationError: a later or equal-dated reading says otherwise, or a register runs backwards.
        """
        last = (
            Reading.objects.filter(
                metering_point_id=installation.metering_point_id,
                installation=installation,
                state=ReadingState.ACCEPTED,
            )
            .order_by("-read_date", "-id")
            .first()
        )
        kind = ReadingKind.FINAL if final else ReadingKind.REMOVAL
        reading = _boundary(installation, kind, on, registers, at, actor)
        if last is not None:
            if last.read_date > on:
                raise ValidationError(
                    _("The meter was read on %(day)s already, after that day.") % {"day": last.read_date},
                    code="read_later",
                )
            if last.read_date == on and any(
                getattr(last, name) != value for name, value in registers.items()
            ):
                raise ValidationError(
                    _("The meter was read on the same day with other figures."), code="read_same_day"
                )
        link(reading, last)
        reading.save()


def _boundary(
    installation: Installation,
    kind: str,
    on: date,
    registers: Mapping[str, Decimal],
    at: datetime,
    actor: Staff | None,
) -> Reading:
    inside = on + timedelta(days=1) if kind == ReadingKind.INITIAL else on
    return Reading(
        installation=installation,
        metering_point_id=installation.metering_point_id,
        cycle=str(rules.cycle_of(inside, scheduled_day(installation.metering_point_id))),
        read_date=on,
        kind=kind,
        source=ReadingSource.FIELD,
        state=ReadingState.ACCEPTED,
        entered_by=actor,
        entered_at=at,
        **registers,
    )
