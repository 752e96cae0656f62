"""Handing messages over: claimed by their state, tried again with growing pauses, never told twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from denghuo.care.notifications import queries, rules
from denghuo.care.notifications.models import Message, MessageState, Reason
from denghuo.care.notifications.operations.channels import NotTaken, provider
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.periods import day_of

DUE = (MessageState.WAITING, MessageState.FAILED)


def deliver_waiting(*, at: datetime, limit: int = 500) -> dict[str, int]:
    """Hand over what is due, oldest first; returns how many were sent, failed and given up.

    A message is claimed before it is handed over, outside any transaction: two workers never have the same one, and one
    that dies in between leaves it claimed. What has no answer for ten minutes counts as lost and is given up, because
    nobody knows whether the customer was told. In the quiet hours only urgent messages go, retries too.
    """
    counters = {"sent": 0, "failed": 0, "given_up": 0}
    counters["given_up"] += _lost(at)
    takers = queries.providers(day_of(at))
    due = Message.objects.filter(state__in=DUE, next_try_at__lte=at).order_by("next_try_at", "id")
    if queries.quiet_until(at) is not None:
        due = due.exclude(template__in=[template.code for template in rules.declared() if template.quiet])
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        mine = Message.objects.filter(pk=pk, state__in=DUE, next_try_at__lte=at)
        if mine.update(state=MessageState.SENDING, handed_at=at, next_try_at=None):
            counters[_hand_over(Message.objects.get(pk=pk), takers, at)] += 1
    return counters


def _hand_over(message: Message, takers: dict[str, str], at: datetime) -> str:
    if message.useless_at is not None and at > message.useless_at:
        return _give_up(message, Reason.TOO_LATE, at)
    taker = takers.get(message.channel)
    if taker is None:
        return _give_up(message, Reason.NO_PROVIDER, at)
    message.provider, message.attempts = taker, message.attempts + 1
    try:
        reference = provider(taker)(message)
    except NotTaken as error:
        if error.for_good:
            return _give_up(message, Reason.REFUSED, at, error=str(error))
        return _fail(message, at, str(error))
    except Exception as error:
        return _fail(message, at, f"{type(error).__name__}: {error}")
    _finish(message, MessageState.SENT, ended_at=at, reference=reference[:120], error="")
    return "sent"


def _fail(message: Message, at: datetime, error: str) -> str:
    again = rules.next_try(message.attempts, at)
    if again is None:
        return _give_up(message, Reason.TRIED, at, error=error)
    _finish(message, MessageState.FAILED, next_try_at=again, error=error[:200])
    return "failed"


def _give_up(message: Message, reason: Reason, at: datetime, *, error: str = "") -> str:
    _finish(message, MessageState.GIVEN_UP, ended_at=at, reason=reason, error=error[:200])
    return "given_up"


def _finish(message: Message, state: MessageState, **changes: Any) -> None:
    """Only a message that is still claimed moves: an answer after it was given up changes nothing."""
    Message.objects.filter(pk=message.pk, state=MessageState.SENDING).update(
        state=state, provider=message.provider, attempts=message.attempts, **changes
    )


def _lost(at: datetime) -> int:
    return Message.objects.filter(
        state=MessageState.SENDING, handed_at__lt=at - rules.NO_ANSWER_AFTER
    ).update(state=MessageState.GIVEN_UP, reason=Reason.NO_ANSWER, ended_at=at)


class CannotSendAgain(Exception):
    """Only what was given up, or was not sent for want of an address or a provider, can be sent again."""


@transaction.atomic
def send_again(*, message: Message, at: datetime, actor: Staff | None) -> Message:
    """Let a message that did not go out wait again, to the customer's address of today.

    Raises:
        CannotSendAgain: it went out, waits, or the customer did not agree to it.
    """
    found = Message.objects.select_for_update(of=("self",)).select_related("customer").get(pk=message.pk)
    stopped = found.state in (MessageState.GIVEN_UP, MessageState.SUPPRESSED)
    if not stopped or found.reason == Reason.NO_CONSENT:
        raise CannotSendAgain(found.state)
    template = rules.find(found.template)
    told = queries.addressees([found.customer], contact=template.contact, on=day_of(at))[found.customer_id]
    takers = queries.providers(day_of(at))
    usable = [name for name in template.channels if name in takers and told.addresses.get(name)]
    if found.channel not in usable:
        raise CannotSendAgain("no_address")
    before = found.state
    found.state, found.reason, found.attempts, found.ended_at = MessageState.WAITING, "", 0, None
    found.address, found.next_try_at, found.useless_at = told.addresses[found.channel], at, None
    found.save()
    audit.record(
        "notifications.message.again",
        subject=found,
        actor=actor,
        at=at,
        changes={"state": [before, found.state]},
    )
    return found
