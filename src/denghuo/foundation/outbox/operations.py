"""Telling upward: events are written with the change that caused them and heard afterwards, at least once."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from pydantic import TypeAdapter

from denghuo.foundation.outbox import rules
from denghuo.foundation.outbox.models import Delivery, Message

logger = logging.getLogger(__name__)

Handler = Callable[..., None]
"""``handle(event, *, at)``. It may be called again with the same event and must then change nothing."""

_subscriptions: dict[str, tuple[type, tuple[Handler, ...]]] = {}


class EventOutsideTransaction(Exception):
    """An event was published where it could outlive a change that is rolled back."""


@dataclass(frozen=True)
class Tally:
    """What one round of ``deliver`` did."""

    done: int = 0
    failed: int = 0
    dead: int = 0


def subscribe(subscriptions: Mapping[type, Sequence[Handler]]) -> None:
    """Name the handlers of each event class; called once, from ``project/wiring.py``."""
    _subscriptions.clear()
    for event_class, handlers in subscriptions.items():
        _subscriptions[event_class.name] = (event_class, tuple(handlers))  # type: ignore[attr-defined]


def handler_name(handler: Handler) -> str:
    return f"{handler.__module__}.{handler.__qualname__}"


def publish(event: Any) -> None:
    """Write ``event`` in the caller's transaction; it is heard after the commit, or never if there is none.

    ``event`` is a frozen dataclass with a class attribute ``name``; its first ``datetime`` says when it happened.

    Raises:
        EventOutsideTransaction: no transaction is open.
        ValueError: the event has no name or no instant.
    """
    if not connection.in_atomic_block:
        raise EventOutsideTransaction(f"{type(event).__name__} must be published inside a transaction")
    name, occurred_at = _name(event), _instant(event)
    _, handlers = _subscriptions.get(name, (None, ()))
    message = Message.objects.create(
        name=name,
        payload=TypeAdapter(type(event)).dump_json(event).decode(),
        occurred_at=occurred_at,
        delivered_at=None if handlers else occurred_at,
    )
    if handlers:
        Delivery.objects.bulk_create(
            Delivery(message=message, handler=handler_name(h), next_attempt_at=occurred_at) for h in handlers
        )


def _name(event: Any) -> str:
    if not (name := getattr(type(event), "name", "")):
        raise ValueError(f"{type(event).__name__} has no class attribute 'name'")
    return name


def _instant(event: Any) -> datetime:
    for field in fields(event):
        if isinstance(value := getattr(event, field.name), datetime):
            return value
    raise ValueError(f"{type(event).__name__} has no datetime field that says when it happened")


def deliver(*, at: datetime, limit: int = 500) -> Tally:
    """Let each handler hear up to ``limit`` messages that are due, in the order in which they were published.

    Each delivery has a transaction of its own, so what a handler writes and the note that it is done are one step. A
    failing handler is tried again with growing pauses (``rules.pause``) and hears nothing later before that, so that
    it never hears events out of order; after ``rules.ATTEMPTS`` the delivery is dead and it goes on. Handlers do not
    hold each other up.
    """
    outcomes: Counter[str] = Counter()
    waiting = Delivery.objects.filter(done_at__isnull=True, attempts__lt=rules.ATTEMPTS)
    for handler in list(waiting.order_by("handler").values_list("handler", flat=True).distinct()):
        for delivery_id in list(
            waiting.filter(handler=handler).order_by("message_id")[:limit].values_list("id", flat=True)
        ):
            outcome = _deliver_one(delivery_id, at)
            outcomes[outcome] += 1
            if outcome in ("failed", "early"):
                break
    return Tally(outcomes["done"], outcomes["failed"], outcomes["dead"])


def _deliver_one(delivery_id: int, at: datetime) -> str:
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update().filter(pk=delivery_id).get()
        if delivery.done_at is not None:
            return "heard"
        if delivery.next_attempt_at > at:
            return "early"
        try:
            with transaction.atomic():
                _call(delivery, at)
        except Exception as error:
            return _note_failure(delivery, error, at)
        delivery.attempts += 1
        delivery.done_at, delivery.error = at, ""
        delivery.save(update_fields=["attempts", "done_at", "error"])
        _close(delivery.message, at)
        return "done"


def _call(delivery: Delivery, at: datetime) -> None:
    event_class, handlers = _subscriptions.get(delivery.message.name, (None, ()))
    for handler in handlers:
        if event_class is not None and handler_name(handler) == delivery.handler:
            handler(TypeAdapter(event_class).validate_json(delivery.message.payload), at=at)
            return
    raise LookupError(f"{delivery.handler} no longer listens to {delivery.message.name}")


def _note_failure(delivery: Delivery, error: Exception, at: datetime) -> str:
    delivery.attempts += 1
    delivery.next_attempt_at = at + rules.pause(delivery.attempts)
    delivery.error = f"{type(error).__name__}: {error}"[:2000]
    delivery.save(update_fields=["attempts", "next_attempt_at", "error"])
    logger.warning(
        "%s failed on message %s (try %s)", delivery.handler, delivery.message_id, delivery.attempts
    )
    return "dead" if delivery.attempts >= rules.ATTEMPTS else "failed"


def _close(message: Message, at: datetime) -> None:
    if not message.deliveries.filter(done_at__isnull=True).exists():
        Message.objects.filter(pk=message.pk).update(delivered_at=at)


@transaction.atomic
def revive(*, delivery: Delivery, at: datetime) -> None:
    """Give a dead delivery a new row of tries."""
    Delivery.objects.filter(pk=delivery.pk, done_at__isnull=True).update(attempts=0, next_attempt_at=at)


@transaction.atomic
def forget_delivered(*, before: datetime) -> int:
    """Drop messages that everyone heard before an instant; returns how many."""
    return Message.objects.filter(delivered_at__lt=before).delete()[1].get("outbox.Message", 0)
