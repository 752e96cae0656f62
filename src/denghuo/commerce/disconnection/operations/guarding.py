"""What every step shares: it is judged under the lock of the account's money, and a refusal is put on record."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from denghuo.commerce.disconnection.models import DisconnectionOrder, RefusedStep, Step
from denghuo.commerce.disconnection.queries import words
from denghuo.commerce.disconnection.rules import Refusal
from denghuo.commerce.receivables import operations as receivables
from denghuo.foundation.audit import operations as audit
from denghuo.records.customers.models import Account

P = ParamSpec("P")
R = TypeVar("R")


class StepRefused(Exception):
    """The step is not allowed now; ``refusals`` say why and the text says it to a clerk. The attempt is on record."""

    def __init__(self, step: str, refusals: Sequence[Refusal]) -> None:
        self.step, self.refusals = step, list(refusals)
        super().__init__(" ".join(words.sentence(refusal) for refusal in refusals))


@dataclass(frozen=True)
class Refused:
    """What a guarded verb answers instead of acting."""

    step: Step
    account: Account
    order: DisconnectionOrder | None
    refusals: list[Refusal]
    at: datetime
    actor: Any


def guarded(act: Callable[P, R | Refused]) -> Callable[P, R]:
    """Run ``act`` in a transaction; where it answers ``Refused``, keep the attempt and raise ``StepRefused``."""

    @wraps(act)
    def run(*args: P.args, **facts: P.kwargs) -> R:
        with transaction.atomic():
            done = act(*args, **facts)
            if isinstance(done, Refused):
                _keep(done)
        if isinstance(done, Refused):
            raise StepRefused(done.step, done.refusals)
        return done

    return run


def _keep(refused: Refused) -> None:
    RefusedStep.objects.create(
        account=refused.account,
        unit_id=refused.account.unit_id,
        order=refused.order,
        step=refused.step,
        refusals=json.dumps([words.as_plain(refusal) for refusal in refused.refusals], ensure_ascii=False),
        attempted_at=refused.at,
        attempted_by=refused.actor,
    )
    audit.record(
        "disconnection.step.refused",
        subject=refused.order or refused.account,
        actor=refused.actor,
        at=refused.at,
        reason=" ".join(words.sentence(refusal) for refusal in refused.refusals),
        changes={"step": [None, str(refused.step)]},
    )


def locked(order: DisconnectionOrder) -> DisconnectionOrder:
    """The order as it is now, with the money of its account locked until the transaction ends.

    A payment takes the same lock first: what is judged here is not overtaken by money.
    """
    receivables.lock([order.account_id])
    return (
        DisconnectionOrder.objects.select_for_update(of=("self",))
        .select_related("account__customer")
        .get(pk=order.pk)
    )


def move(order: DisconnectionOrder, state: str, **changes: Any) -> None:
    """Write the state and what came with it."""
    order.state = state
    for name, value in changes.items():
        setattr(order, name, value)
    order.save(update_fields=["state", *changes])


def note(
    action: str,
    order: DisconnectionOrder,
    *,
    at: datetime,
    actor: Any,
    reason: str = "",
    before: str = "",
    **more: Any,
) -> None:
    """Record what happened to an order."""
    changes: dict[str, Any] = {"state": [before or None, order.state]}
    changes.update({name: [None, value] for name, value in more.items()})
    audit.record(f"disconnection.{action}", subject=order, actor=actor, at=at, reason=reason, changes=changes)
