"""Days on which a special time-of-use rule fires."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from denghuo.commerce.tariffs import queries
from denghuo.commerce.tariffs.models import DayTrigger
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff


class TriggerUnknown(Exception):
    """No time-of-use scheme of the book names this trigger."""


@transaction.atomic
def set_day_trigger(
    *, book: str, day: date, trigger: str, basis: str, actor: Staff, at: datetime
) -> DayTrigger:
    """Declare that ``trigger`` fired on ``day``; repeated, it changes nothing.

    Raises:
        TriggerUnknown: the book in force has no rule for it.
        NoBookInForce: the book has no version in force.
    """
    if trigger not in queries.triggers_of(book):
        raise TriggerUnknown(f"{book} has no rule for {trigger!r}")
    found, made = DayTrigger.objects.get_or_create(
        book=book, date=day, trigger=trigger, defaults={"basis": basis}
    )
    if made:
        audit.record("tariffs.day.set", subject=found, at=at, actor=actor, reason=basis)
    return found


@transaction.atomic
def clear_day_trigger(*, book: str, day: date, trigger: str, reason: str, actor: Staff, at: datetime) -> bool:
    """Take back a trigger; answers whether there was one."""
    found = DayTrigger.objects.filter(book=book, date=day, trigger=trigger).first()
    if found is None:
        return False
    audit.record("tariffs.day.cleared", subject=found, at=at, actor=actor, reason=reason)
    found.delete()
    return True
