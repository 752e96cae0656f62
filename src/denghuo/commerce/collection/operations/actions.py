"""What staff do in a case: calls, visits, letters, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.collection.models import (
    ActionState,
    CaseReason,
    CaseState,
    ContactChannel,
    DunningAction,
    DunningCase,
    Outcome,
    PaymentPromise,
    PromiseState,
)
from denghuo.commerce.collection.operations import resting
from denghuo.commerce.collection.queries import facts
from denghuo.commerce.collection.rules import parameters
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import day_of

BY_HAND = (ContactChannel.PHONE, ContactChannel.VISIT, ContactChannel.LETTER)
SAID = (
    Outcome.DELIVERED, Outcome.PROMISED, Outcome.SAYS_PAID, Outcome.DISPUTES, Outcome.REFUSED,
    Outcome.NOT_REACHED, Outcome.MOVED_AWAY, Outcome.WRONG_NUMBER,
)  # fmt: skip
"""Outcomes that a person may record."""


class ActionCannotBeRecorded(Exception):
    """It is done already, or what is said of it contradicts itself; the text says why."""


@dataclass(frozen=True)
class Promise:
    """How much by which day."""

    amount_fen: int
    by: date


@transaction.atomic
def record(
    *,
    action: DunningAction,
    outcome: Outcome | str,
    note: str = "",
    promise: Promise | None = None,
    actor: Staff | None,
    at: datetime,
) -> DunningAction:
    """Write down what came of a call, a visit or a letter; a promise lets the case rest until its day.

    Raises:
        ActionCannotBeRecorded: done already (unless a letter's delivery is confirmed), a case that is closed, or a
            promise without a sensible amount and day.
    """
    case = DunningCase.objects.select_for_update(of=("self",)).get(pk=action.case_id)
    found = DunningAction.objects.select_for_update(of=("self",)).get(pk=action.pk)
    confirms = found.channel == ContactChannel.LETTER and found.outcome == Outcome.SENT
    if found.state != ActionState.WAITING and not confirms:
        raise ActionCannotBeRecorded(_("This has been recorded already."))
    if found.channel not in BY_HAND or outcome not in SAID:
        raise ActionCannotBeRecorded(_("This cannot be recorded by hand."))
    before = found.outcome
    found.state, found.outcome, found.note = ActionState.DONE, outcome, note
    found.done_at, found.done_by = at, actor
    found.save(update_fields=["state", "outcome", "note", "done_at", "done_by"])
    if outcome == Outcome.PROMISED:
        _promise(case, found, promise, actor, at)
    audit.record(
        "collection.action.recorded",
        subject=case,
        actor=actor,
        at=at,
        reason=note,
        changes={"channel": [None, found.channel], "outcome": [before, str(outcome)]},
    )
    return found


@transaction.atomic
def contact(
    *,
    case: DunningCase,
    channel: ContactChannel | str,
    outcome: Outcome | str,
    key: str,
    note: str = "",
    promise: Promise | None = None,
    actor: Staff | None,
    at: datetime,
) -> DunningAction:
    """Write down a call or visit beside the plan; ``key`` is made in the browser, so that a repeated form has one effect.

    Raises:
        ActionCannotBeRecorded: as ``record``; the case is closed.
    """
    known = DunningAction.objects.filter(key=f"{case.pk}:{key}").first()
    if known is not None:
        return known
    found = DunningCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if found.state == CaseState.CLOSED:
        raise ActionCannotBeRecorded(_("The case is closed."))
    if channel not in BY_HAND or outcome not in SAID:
        raise ActionCannotBeRecorded(_("This cannot be recorded by hand."))
    on = day_of(at)
    demand = facts.demands_of([found.account_id], on=on)[found.account_id]
    action = DunningAction.objects.create(
        case=found,
        channel=channel,
        key=f"{case.pk}:{key}"[:80],
        debt_date=found.due_date,
        due_date=on,
        state=ActionState.DONE,
        outcome=outcome,
        note=note,
        owed_fen=demand.owed_fen,
        debts=json.dumps(demand.debts, ensure_ascii=False),
        done_at=at,
        done_by=actor,
        created_at=at,
    )
    if outcome == Outcome.PROMISED:
        _promise(found, action, promise, actor, at)
    audit.record(
        "collection.action.recorded",
        subject=found,
        actor=actor,
        at=at,
        reason=note,
        changes={"channel": [None, str(channel)], "outcome": [None, str(outcome)]},
    )
    return action


def _promise(
    case: DunningCase, action: DunningAction, promise: Promise | None, actor: Any, at: datetime
) -> None:
    on = day_of(at)
    if promise is None:
        raise ActionCannotBeRecorded(_("Say how much was promised, and by which day."))
    longest = int(parameter_queries.value(parameters.PROMISE_MAX_DAYS, on=on))
    if not on <= promise.by <= on + timedelta(days=longest):
        raise ActionCannotBeRecorded(
            _("A promise is for a day from today up to %(n)s days ahead.") % {"n": longest}
        )
    if promise.amount_fen <= 0:
        raise ActionCannotBeRecorded(_("The promised amount must be above zero."))
    if case.state == CaseState.CLOSED:
        raise ActionCannotBeRecorded(_("The case is closed."))
    PaymentPromise.objects.filter(case=case, state=PromiseState.OPEN).update(
        state=PromiseState.BROKEN, judged_at=at
    )
    PaymentPromise.objects.create(
        case=case,
        action=action,
        amount_fen=promise.amount_fen,
        promised_date=promise.by,
        made_at=at,
        taken_by=actor,
    )
    if case.state != CaseState.STOPPED:
        case.state, case.reason, case.paused_until = CaseState.PAUSED, CaseReason.PROMISE, promise.by
        case.save(update_fields=["state", "reason", "paused_until"])
        resting.drop_waiting([case], at=at)


@transaction.atomic
def print_letters(
    *, actions: Sequence[DunningAction], actor: Staff | None, at: datetime
) -> list[DunningAction]:
    """Mark waiting letters as sent; the page gives the PDF of these same letters. Returns the letters marked now."""
    found = list(
        DunningAction.objects.select_for_update(of=("self",))
        .filter(
            pk__in=[action.pk for action in actions],
            channel=ContactChannel.LETTER,
            state=ActionState.WAITING,
        )
        .order_by("id")
    )
    for action in found:
        action.state, action.outcome, action.done_at, action.done_by = (
            ActionState.DONE,
            Outcome.SENT,
            at,
            actor,
        )
    DunningAction.objects.bulk_update(found, ["state", "outcome", "done_at", "done_by"])
    if found:
        audit.record(
            "collection.letters.printed",
            subject=found[0] if len(found) == 1 else None,
            subject_type="collection.dunningaction",
            actor=actor,
            at=at,
            changes={"letters": [None, len(found)]},
            unit_id=actor.unit_id if actor else "",
        )
    return found
