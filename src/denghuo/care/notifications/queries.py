"""Texts in force, addresses that may be used, and messages as people ask about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from denghuo.care.notifications import rules
from denghuo.care.notifications.models import Message, MessageState, MessageTemplate
from denghuo.care.notifications.rules import Template, parameters
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Consent, Contact, Customer


@dataclass(frozen=True)
class Wording:
    """What a template says on a day: as shipped (``since`` is None) or as staff set it."""

    subject: str
    text: str
    since: date | None = None


def wording(template: Template, *, on: date) -> Wording:
    """The text that holds on a day."""
    row = (
        MessageTemplate.objects.filter(code=template.code, valid_from__lte=on)
        .order_by("-valid_from", "-id")
        .first()
    )
    return Wording(row.subject, row.text, row.valid_from) if row else Wording(template.subject, template.text)


def history(template: Template) -> QuerySet[MessageTemplate]:
    """What staff set, newest first."""
    return (
        MessageTemplate.objects.filter(code=template.code)
        .select_related("set_by")
        .order_by("-valid_from", "-id")
    )


def wordings(on: date) -> list[tuple[Template, Wording]]:
    """Every template with its text, in one query."""
    rows = {
        row.code: row
        for row in MessageTemplate.objects.filter(valid_from__lte=on).order_by("valid_from", "id")
    }
    found = []
    for template in rules.declared():
        row = rows.get(template.code)
        text = (
            Wording(row.subject, row.text, row.valid_from)
            if row
            else Wording(template.subject, template.text)
        )
        found.append((template, text))
    return found


def providers(on: date) -> dict[str, str]:
    """Channel → the provider that takes its messages: ``smtp``, ``console``, ``test``; a channel without one is absent."""
    stand_in = parameter_queries.value(parameters.TEST_PROVIDER, on=on)
    found = {rules.EMAIL: "smtp" if settings.SMTP_URL else "console"}
    if stand_in in ("sms", "all"):
        found[rules.SMS] = "test"
    if stand_in == "all":
        found |= {rules.EMAIL: "test", rules.WECHAT: "test"}
    return found


def quiet_until(at: datetime) -> datetime | None:
    """The end of the quiet hours in which ``at`` lies, by the parameters of the day."""
    figures = parameter_queries.values(
        [parameters.QUIET_FROM_HOUR, parameters.QUIET_UNTIL_HOUR], on=day_of(at)
    )
    return rules.quiet_until(
        at,
        from_hour=int(figures[parameters.QUIET_FROM_HOUR.code]),
        until_hour=int(figures[parameters.QUIET_UNTIL_HOUR.code]),
    )


@dataclass(frozen=True)
class Addressee:
    """Who is told, where."""

    name: str
    addresses: dict[str, str]


def addressees(customers: Iterable[Customer], *, contact: str, on: date) -> dict[int, Addressee]:
    """The people to tell for these customers, by customer id: the contact of the role, else the customer."""
    wanted = list(customers)
    found = {
        customer.pk: Addressee(customer.name, {rules.SMS: customer.phone, rules.EMAIL: customer.email})
        for customer in wanted
    }
    if contact and wanted:
        rows = Contact.objects.filter(customer_id__in=list(found), role=contact, valid_from__lte=on)
        for row in rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).order_by("-id"):
            own = found[row.customer_id].addresses
            addresses = {
                rules.SMS: row.phone or own[rules.SMS],
                rules.EMAIL: row.email or own[rules.EMAIL],
            }
            found[row.customer_id] = Addressee(row.name, addresses)
    return found


def agreeing(customer_ids: Iterable[int], *, at: datetime) -> set[int]:
    """Those of these customers who agreed to offers and advice and have not withdrawn it."""
    rows = Consent.objects.filter(customer_id__in=list(customer_ids), purpose="marketing", given_at__lte=at)
    live = rows.filter(Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at))
    return set(live.values_list("customer_id", flat=True))


def visible(scope: str) -> QuerySet[Message]:
    return Message.objects.filter(unit__pk__startswith=scope).select_related("customer", "account")


def written(*, template: str, customer_id: int, key: str) -> Message:
    """The message that was written under a key.

    Raises:
        Message.DoesNotExist: there is none.
    """
    return (
        Message.objects.filter(template=template, customer_id=customer_id, key=key).order_by("id")[:1].get()
    )


def of_account(account_id: int, *, limit: int = 5) -> list[Message]:
    """The last messages about an account."""
    return list(Message.objects.filter(account_id=account_id).order_by("-id")[:limit])


@dataclass(frozen=True)
class ChannelState:
    """A channel: who takes its messages and how they fared since an instant."""

    channel: str
    provider: str
    sent: int
    waiting: int
    given_up: int
    suppressed: int


def channel_states(*, scope: str, since: datetime, on: date) -> list[ChannelState]:
    takers = providers(on)
    counted: dict[tuple[str, str], int] = {}
    rows = Message.objects.filter(unit__pk__startswith=scope, created_at__gte=since)
    for row in rows.order_by().values("channel", "state").annotate(number=Count("id")):
        counted[row["channel"], row["state"]] = row["number"]

    def count(channel: str, *states: str) -> int:
        return sum(counted.get((channel, state), 0) for state in states)

    return [
        ChannelState(
            channel,
            takers.get(channel, ""),
            count(channel, MessageState.SENT),
            count(channel, MessageState.WAITING, MessageState.FAILED, MessageState.SENDING),
            count(channel, MessageState.GIVEN_UP),
            count(channel, MessageState.SUPPRESSED),
        )
        for channel in rules.CHANNELS
    ]
