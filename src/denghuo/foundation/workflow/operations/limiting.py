"""Set how long a process or a step may take, from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.workflow.models import LimitUnit, TimeLimit
from denghuo.kernel.periods import day_of


class LimitRefused(ValueError):
    """The limit lies in the past, stands already, or is no limit."""


@transaction.atomic
def set_limit(
    *,
    process: str,
    step: str,
    valid_from: date,
    amount: int,
    unit: str,
    basis: str,
    at: datetime,
    actor: Staff,
    warn_percent: int = 80,
    escalation: Sequence[str] = ("supervisor", "decision_maker"),
    escalate_every_minutes: int = 1440,
) -> TimeLimit:
    """Let a limit hold for steps that begin on ``valid_from`` or later; clocks that run keep theirs.

    Raises:
        LimitRefused: see there.
    """
    if valid_from < day_of(at):
        raise LimitRefused(_("A limit cannot begin in the past."))
    if amount < 1 or unit not in LimitUnit.values or not 1 <= warn_percent <= 100:
        raise LimitRefused(_("This is no limit."))
    if not basis.strip():
        raise LimitRefused(_("Say on what the limit rests."))
    try:
        with transaction.atomic():
            made = TimeLimit.objects.create(
                process=process,
                step=step,
                valid_from=valid_from,
                amount=amount,
                unit=unit,
                warn_percent=warn_percent,
                escalation=",".join(escalation),
                escalate_every_minutes=escalate_every_minutes,
                basis=basis.strip()[:200],
                confidence="V",
                set_by=actor,
            )
    except IntegrityError as error:
        raise LimitRefused(_("There is a limit from this day already.")) from error
    audit.record(
        "workflow.limit.set",
        subject=made,
        actor=actor,
        at=at,
        reason=basis.strip()[:200],
        changes={"limit": [None, f"{process} {step} {amount} {unit}".replace("  ", " ")]},
    )
    return made
