"""Writing messages: once for each key, by the first channel that reaches the customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from denghuo.care.notifications import queries, rules
from denghuo.care.notifications.models import Message, MessageState, Reason
from denghuo.care.notifications.rules import Template
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Customer

BATCH = 500


@dataclass(frozen=True)
class Letter:
    """What one customer is told."""

    customer: Customer
    context: Mapping[str, str]
    account_id: int | None = None


@dataclass(frozen=True)
class _House:
    """What does not depend on the customer."""

    template: Template
    wording: queries.Wording
    providers: Mapping[str, str]
    quiet_until: datetime | None
    at: datetime


def send(
    *,
    template: str,
    customer: Customer,
    context: Mapping[str, str],
    at: datetime,
    key: str,
    account_id: int | None = None,
) -> Message | None:
    """Write one message; it goes out with the next round of the worker. None where it was written before.

    It is written by the first channel of the template that has a provider and an address. Where there is none, or no
    consent, it is kept as not sent, with the reason.

    Raises:
        TextInvalid: ``context`` does not fit the template.
        LookupError: nobody declared the template.
    """
    made = send_many(template=template, letters=[Letter(customer, context, account_id)], at=at, key=key)
    return made[0] if made else None


@transaction.atomic
def send_many(*, template: str, letters: Sequence[Letter], at: datetime, key: str) -> list[Message]:
    """Write one message to each customer; see ``send``. Returns those that were not written before.

    Raises:
        TextInvalid: a context does not fit the template.
        LookupError: nobody declared the template.
    """
    found = rules.find(template)
    house = _house(found, at)
    made: list[Message] = []
    for start in range(0, len(letters), BATCH):
        made += _write(house, letters[start : start + BATCH], key)
    return made


def _house(template: Template, at: datetime) -> _House:
    on = day_of(at)
    quiet = queries.quiet_until(at) if template.quiet else None
    return _House(template, queries.wording(template, on=on), queries.providers(on), quiet, at)


def _write(house: _House, letters: Sequence[Letter], key: str) -> list[Message]:
    template, at = house.template, house.at
    ids = [letter.customer.pk for letter in letters]
    known = set(
        Message.objects.filter(template=template.code, key=key, customer_id__in=ids).values_list(
            "customer_id", flat=True
        )
    )
    told = queries.addressees(
        (letter.customer for letter in letters), contact=template.contact, on=day_of(at)
    )
    agreed = None if template.purpose == "service" else queries.agreeing(ids, at=at)
    rows: list[Message] = []
    for letter in letters:
        if letter.customer.pk not in known:
            known.add(letter.customer.pk)
            rows += _messages(house, letter, key, told[letter.customer.pk], agreed)
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    if not rows:
        return []
    return list(
        Message.objects.filter(
            template=template.code, key=key, customer_id__in={row.customer_id for row in rows}
        ).order_by("id")
    )


def _messages(
    house: _House, letter: Letter, key: str, told: queries.Addressee, agreed: set[int] | None
) -> Iterable[Message]:
    template = house.template
    text = rules.render(house.wording.text, template.fields, letter.context)
    usable = [name for name in template.channels if name in house.providers and told.addresses.get(name)]
    if agreed is not None and letter.customer.pk not in agreed:
        chosen, reason = [template.channels[0]], Reason.NO_CONSENT
    elif not usable:
        reachable = [name for name in template.channels if name in house.providers]
        chosen = [reachable[0] if reachable else template.channels[0]]
        has_address = any(told.addresses.get(name) for name in template.channels)
        reason = Reason.NO_PROVIDER if has_address else Reason.NO_ADDRESS
        if has_address:
            chosen = [next(name for name in template.channels if told.addresses.get(name))]
    else:
        chosen, reason = usable if template.everywhere else usable[:1], None
    for channel in chosen:
        yield Message(
            customer=letter.customer,
            account_id=letter.account_id,
            unit_id=letter.customer.unit_id,
            template=template.code,
            key=key,
            channel=channel,
            address=told.addresses.get(channel, ""),
            recipient=told.name[:80],
            subject=house.wording.subject,
            text=text,
            created_at=house.at,
            provider=house.providers.get(channel, ""),
            **_state(house, reason),
        )


def _state(house: _House, reason: Reason | None) -> dict[str, Any]:
    """Waiting, or not sent with its reason."""
    at, useful = house.at, house.template.useful_minutes
    useless_at = None if useful is None else at + timedelta(minutes=useful)
    begins = house.quiet_until or at
    if reason is None and useless_at is not None and begins >= useless_at:
        reason = Reason.QUIET
    if reason is not None:
        return {"state": MessageState.SUPPRESSED, "reason": reason, "ended_at": at}
    return {"state": MessageState.WAITING, "next_try_at": begins, "useless_at": useless_at}
