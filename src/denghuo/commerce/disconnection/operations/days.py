"""Days on which a bureau cuts nobody off."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.disconnection.models import NoCutDay, NoCutKind
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff


class NoCutDayInvalid(Exception):
    """No reason, an unknown kind, or a day that is over."""


@transaction.atomic
def set_no_cut_day(
    *, on: date, unit: OrganisationUnit, kind: str, reason: str, at: datetime, actor: Staff | None
) -> NoCutDay:
    """Let nobody below ``unit`` be cut off on a day.

    Raises:
        NoCutDayInvalid: no reason or an unknown kind.
    """
    if not reason.strip():
        raise NoCutDayInvalid(_("Give the reason."))
    if kind not in NoCutKind.values:
        raise NoCutDayInvalid(_("Choose what kind of day it is."))
    row, _made = NoCutDay.objects.update_or_create(
        date=on,
        unit=unit,
        defaults={"kind": kind, "reason": reason.strip(), "set_at": at, "set_by": actor},
    )
    audit.record(
        "disconnection.no_cut_day.set",
        subject=row,
        subject_label=on.isoformat(),
        actor=actor,
        at=at,
        reason=reason.strip(),
        changes={"kind": [None, kind], "date": [None, on.isoformat()]},
    )
    return row


@transaction.atomic
def clear_no_cut_day(*, day: NoCutDay, reason: str, at: datetime, actor: Staff | None) -> None:
    """Take such a day back.

    Raises:
        NoCutDayInvalid: no reason.
    """
    if not reason.strip():
        raise NoCutDayInvalid(_("Give the reason."))
    pk, label, unit = day.pk, day.date.isoformat(), day.unit_id
    day.delete()
    audit.record(
        "disconnection.no_cut_day.cleared",
        subject_type="disconnection.nocutday",
        subject_id=pk,
        subject_label=label,
        unit_id=unit,
        actor=actor,
        at=at,
        reason=reason.strip(),
    )
