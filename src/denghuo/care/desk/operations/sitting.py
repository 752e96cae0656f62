"""Clerks at windows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from denghuo.care.desk.models import Business, Sitting, Ticket
from denghuo.care.desk.models.queue import AT_THE_WINDOW
from denghuo.care.desk.operations.queueing import QueueRefused
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff


@transaction.atomic
def open_window(
    *, unit: OrganisationUnit, window: str, businesses: Sequence[str], clerk: Staff, at: datetime
) -> Sitting:
    """Sit down at a window for some kinds of business.

    Raises:
        QueueRefused: no window or business, somebody sits there, or the clerk sits at another one.
    """
    kinds = [kind for kind in Business.values if kind in businesses]
    if not window.strip() or len(window.strip()) > 4 or not kinds:
        raise QueueRefused(_("Give the number of the window and what is done there."))
    try:
        with transaction.atomic():
            made = Sitting.objects.create(
                unit=unit, window=window.strip(), clerk=clerk, businesses=" ".join(kinds), opened_at=at
            )
    except IntegrityError as error:
        raise QueueRefused(_("Somebody sits at this window, or you sit at another one.")) from error
    audit.record(
        "desk.window.opened",
        subject=made,
        subject_label=f"{unit.name} {made.window}",
        at=at,
        actor=clerk,
        changes={"businesses": [None, made.businesses]},
        unit_id=unit.code,
    )
    return made


@transaction.atomic
def close_window(*, clerk: Staff, at: datetime) -> Sitting:
    """Leave the window.

    Raises:
        QueueRefused: the clerk sits nowhere, or somebody is still at the window.
    """
    found = (
        Sitting.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(clerk=clerk, closed_at__isnull=True)
        .first()
    )
    if found is None:
        raise QueueRefused(_("You sit at no window."))
    if Ticket.objects.filter(clerk=clerk, state__in=AT_THE_WINDOW).exists():
        raise QueueRefused(_("Somebody is still at your window."))
    found.closed_at = at
    found.save(update_fields=["closed_at"])
    audit.record(
        "desk.window.closed",
        subject=found,
        subject_label=f"{found.unit.name} {found.window}",
        at=at,
        actor=clerk,
        unit_id=found.unit_id,
    )
    return found
