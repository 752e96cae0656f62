"""The chain of an order as a row of steps: done with their dates and proof, the next with what it waits for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from denghuo.commerce.disconnection import rules
from denghuo.commerce.disconnection.models import DisconnectionOrder, RefusedStep, Step
from denghuo.commerce.disconnection.queries import words
from denghuo.commerce.disconnection.queries.orders import Outlook
from denghuo.commerce.disconnection.rules import chain


@dataclass(frozen=True)
class ShownStep:
    """``state``: done, next, open or skipped."""

    label: str
    state: str
    at: datetime | None
    text: str
    basis: str


BASIS = {
    Step.PROPOSE: chain.ORDINANCE,
    Step.APPROVE: chain.PROCEDURE,
    Step.FIRST_NOTICE: chain.SUPPLY_RULES,
    Step.AUTHORITY_COPY: chain.IMPORTANT_CUSTOMERS,
    Step.SECOND_NOTICE: chain.SUPPLY_RULES,
    Step.EXECUTE: chain.SUPPLY_RULES,
    Step.RESTORE: chain.PROMISE,
}


def steps(order: DisconnectionOrder, outlook: Outlook) -> list[ShownStep]:
    """The steps that the reason of the order asks for."""
    limits = outlook.limits
    approver = str(order.get_level_display())
    rows: list[tuple[Step, datetime | None, str]] = [
        (Step.PROPOSE, order.requested_at, f"{order.requested_by or '–'} · {order.explanation}"),
        (
            Step.APPROVE,
            order.decided_at,
            f"{order.decided_by} · {order.decision_note}"
            if order.decided_by
            else _("Decided by: %(level)s") % {"level": approver},
        ),
        (
            Step.FIRST_NOTICE,
            order.notice_at,
            _("At least %(days)s days before the stop") % {"days": limits.notice_days},
        ),
        (Step.AUTHORITY_COPY, order.authority_copied_at, _("Before the stop")),
        (
            Step.SECOND_NOTICE,
            order.second_notice_at,
            _("%(minutes)s minutes before the stop") % {"minutes": limits.second_notice_minutes},
        ),
        (Step.EXECUTE, order.executed_at, str(order.executed_by or "")),
        (
            Step.RESTORE,
            order.restored_at,
            _("Within %(hours)s hours of the settlement") % {"hours": limits.restore_hours},
        ),
    ]
    kept = {Step.EXECUTE, Step.RESTORE}
    if order.reason not in rules.IMMEDIATE:
        kept |= {Step.PROPOSE, Step.APPROVE}
    if order.reason in rules.CHAINED:
        kept |= {Step.FIRST_NOTICE, Step.SECOND_NOTICE}
        if order.importance in rules.IMPORTANT:
            kept.add(Step.AUTHORITY_COPY)
    return [_step(order, outlook, *item) for item in rows if item[0] in kept]


def _step(
    order: DisconnectionOrder, outlook: Outlook, step: Step, at: datetime | None, text: str
) -> ShownStep:
    state = "done" if at is not None else "next" if step == outlook.step else "open"
    if state != "done" and not order.is_live:
        state = "skipped"
    return ShownStep(str(step.label), state, at, text, BASIS[step])


def refused_texts(row: RefusedStep) -> list[dict[str, Any]]:
    """The reasons of a refused attempt, in words."""
    found = [words.from_plain(item) for item in json.loads(row.refusals)]
    return [{"text": words.sentence(refusal), "basis": refusal.basis} for refusal in found]
