"""Messages leave the outbox through one port, each at most once.

A gateway is any callable ``(key=, channel=, to=, text=) -> reference``. The room of notifications names its own
(``hand_over_to``); ``log_gateway`` writes what would have been sent to the log, the number masked.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction

from denghuo.commerce.collection import rules
from denghuo.commerce.collection.models import (
    ActionState,
    DunningAction,
    DunningMessage,
    MessageState,
    Outcome,
)
from denghuo.commerce.collection.rules import parameters
from denghuo.foundation.calendars import queries as calendars
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel import masking
from denghuo.kernel.periods import day_of

logger = logging.getLogger(__name__)
NO_ANSWER_AFTER = timedelta(hours=1)


class Gateway(Protocol):
    """Hands one message over and gives the provider's reference; raises where it was not taken."""

    def __call__(self, *, key: str, channel: str, to: str, text: str) -> str: ...


def log_gateway(*, key: str, channel: str, to: str, text: str) -> str:
    """Nothing leaves the house: a line in the log."""
    shown = masking.phone(to) if channel == "sms" else to
    logger.info("message %s by %s to %s: %d characters", key, channel, shown, len(text))
    return f"log:{key}"


_gateway: list[Gateway] = [log_gateway]


def hand_over_to(gateway: Gateway) -> None:
    """Name the gateway of this installation; called once, from ``project/wiring.py``."""
    _gateway[:] = [gateway]


def installed_gateway() -> Gateway:
    return _gateway[0]


def send_messages(*, at: datetime, limit: int = 500, gateway: Gateway = log_gateway) -> dict[str, int]:
    """Hand waiting messages over, in the hours of contact only.

    A message is marked before it is handed over, so a kill between the two loses one at worst and repeats none; what has
    no answer after an hour is shown as not sent.
    """
    counters = {"sent": 0, "failed": 0}
    _give_up(at)
    if not _hours(at):
        return counters
    waiting = DunningMessage.objects.filter(state=MessageState.WAITING).order_by("id")
    for pk in list(waiting.values_list("pk", flat=True)[:limit]):
        mine = DunningMessage.objects.filter(pk=pk, state=MessageState.WAITING)
        if not mine.update(state=MessageState.SENDING, handed_at=at):
            continue
        message = DunningMessage.objects.select_related("action").get(pk=pk)
        try:
            reference = gateway(
                key=message.action.key, channel=message.channel, to=message.to, text=message.text
            )
        except Exception as error:
            _finish(message, MessageState.FAILED, Outcome.FAILED, at, error=str(error)[:200])
            counters["failed"] += 1
        else:
            _finish(message, MessageState.SENT, Outcome.SENT, at, reference=reference[:80])
            counters["sent"] += 1
    return counters


def _hours(at: datetime) -> bool:
    on = day_of(at)
    figures = parameter_queries.values(
        [
            parameters.CONTACT_FROM_HOUR,
            parameters.CONTACT_UNTIL_HOUR,
            parameters.MESSAGES_ON_HOLIDAYS,
        ],
        on=on,
    )
    return rules.may_contact_at(
        at,
        from_hour=int(figures[parameters.CONTACT_FROM_HOUR.code]),
        until_hour=int(figures[parameters.CONTACT_UNTIL_HOUR.code]),
    ) and rules.may_contact(
        "sms",
        on,
        exceptions=calendars.exceptions(on, on + timedelta(days=1)),
        messages_on_holidays=bool(figures[parameters.MESSAGES_ON_HOLIDAYS.code]),
    )


@transaction.atomic
def _finish(
    message: DunningMessage,
    state: MessageState,
    outcome: Outcome,
    at: datetime,
    *,
    reference: str = "",
    error: str = "",
) -> None:
    DunningMessage.objects.filter(pk=message.pk, state=MessageState.SENDING).update(
        state=state, reference=reference, error=error
    )
    DunningAction.objects.filter(pk=message.action_id, state=ActionState.WAITING).update(
        state=ActionState.DONE, outcome=outcome, done_at=at
    )


def _give_up(at: datetime) -> None:
    late = DunningMessage.objects.filter(
        state=MessageState.SENDING, handed_at__lt=at - NO_ANSWER_AFTER
    ).select_related("action")
    for message in late:
        _finish(message, MessageState.FAILED, Outcome.FAILED, at, error="no_answer")
