"""What was demanded of an account, and who is protected: asked by the rooms above."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet

from denghuo.commerce.collection.models import (
    ActionState,
    DunningAction,
    MessageState,
    Outcome,
    ProtectedCustomer,
    ProtectionState,
)
from denghuo.commerce.collection.rules import parameters
from denghuo.commerce.receivables.models import Receivable
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account

REACHED = frozenset(
    {Outcome.DELIVERED, Outcome.PROMISED, Outcome.SAYS_PAID, Outcome.DISPUTES, Outcome.REFUSED}
)
"""Outcomes of a call, visit or letter that prove the customer was told."""


class Demand(NamedTuple):
    """One demand for payment: on which day, by which channel, and whether it is known to have arrived."""

    date: date
    channel: str
    delivered: bool


def demanded(account_id: int, *, on: date) -> list[Demand]:
    """The demands made of an account since its oldest open debt fell due, up to ``on``, oldest first."""
    since = (
        Receivable.objects.filter(account_id=account_id, open_fen__gt=0, due_date__lt=on)
        .order_by("due_date")
        .values_list("due_date", flat=True)
        .first()
    )
    if since is None:
        return []
    actions = (
        DunningAction.objects.filter(
            case__account_id=account_id, state=ActionState.DONE, due_date__gt=since - timedelta(days=1)
        )
        .exclude(outcome__in=[Outcome.OVERTAKEN, Outcome.SETTLED, Outcome.FAILED])
        .select_related("message")
        .order_by("done_at", "id")
    )
    found = []
    for action in actions:
        assert action.done_at is not None
        day = day_of(action.done_at)
        message = getattr(action, "message", None)
        arrived = message.state == MessageState.SENT if message is not None else action.outcome in REACHED
        if since < day <= on:
            found.append(Demand(day, action.channel, arrived))
    return found


def protecting_care(on: date) -> list[str]:
    """The kinds of special care on a customer record that protect by themselves."""
    return str(parameter_queries.value(parameters.PROTECTING_CARE, on=on)).split()


def decided_protections(*, on: date) -> QuerySet[ProtectedCustomer]:
    """Protections by decision that hold on ``on``."""
    return ProtectedCustomer.objects.filter(
        state=ProtectionState.APPROVED, valid_from__lte=on, valid_to__gte=on
    )


def protected(account_ids: Iterable[int], *, on: date) -> dict[int, list[str]]:
    """Protected accounts among these, with the reasons (codes of ``models.Protection``); others are left out."""
    wanted = list(account_ids)
    found: dict[int, list[str]] = defaultdict(list)
    if not wanted:
        return {}
    care = Account.objects.filter(Q(pk__in=wanted), customer__special_care__in=protecting_care(on))
    for account, reason in care.values_list("pk", "customer__special_care"):
        found[account].append(reason)
    decided = decided_protections(on=on).filter(account_id__in=wanted)
    for account, reason in decided.order_by("id").values_list("account_id", "reason"):
        if reason not in found[account]:
            found[account].append(reason)
    return dict(found)
