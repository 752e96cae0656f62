"""Agree to be paid in parts: proposed by one person, approved by another, watched every day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.receivables import events, queries, rules
from denghuo.commerce.receivables.models import Instalment, InstalmentPlan, PlanState
from denghuo.commerce.receivables.operations import balances as standing
from denghuo.commerce.receivables.operations import late_fees
from denghuo.commerce.receivables.rules import parameters
from denghuo.commerce.receivables.rules.plans import Part
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account


class PlanRefused(Exception):
    """The plan cannot be proposed or decided; the text says why."""


@transaction.atomic
def propose_plan(
    *,
    account: Account,
    receivables: Iterable[int],
    parts: Sequence[Part],
    reason: str,
    actor: Staff,
    at: datetime,
    free_of_late_fee: bool = False,
) -> InstalmentPlan:
    """Propose that open debts of an account, with their late fees, are paid in ``parts``.

    Raises:
        PlanRefused: nothing to pay, the parts do not add up or are not in order, too many, or a plan runs already.
    """
    standing.lock([account.pk])
    on = day_of(at)
    debts = queries.plan_debts(account.pk, receivables)
    total = queries.plan_total(debts, on=on)
    _check_parts(parts, total, on)
    if not reason.strip():
        raise PlanRefused(_("Give the reason."))
    if InstalmentPlan.objects.filter(
        account=account, state__in=[PlanState.REQUESTED, PlanState.ACTIVE]
    ).exists():
        raise PlanRefused(_("This account has a plan already."))
    plan = InstalmentPlan.objects.create(
        account=account,
        reason=reason.strip()[:300],
        total_fen=total,
        free_of_late_fee=free_of_late_fee,
        requested_by=actor,
        requested_at=at,
    )
    plan.receivables.set(debts)
    Instalment.objects.bulk_create(
        Instalment(plan=plan, number=number, due_date=part.due_date, amount_fen=part.amount_fen)
        for number, part in enumerate(parts, 1)
    )
    audit.record(
        "receivables.plan.proposed",
        subject=plan,
        actor=actor,
        at=at,
        reason=reason,
        unit_id=account.unit_id,
        changes={"total_fen": [None, total], "parts": [None, len(parts)]},
    )
    return plan


def _check_parts(parts: Sequence[Part], total: int, on: date) -> None:
    most = int(parameter_queries.value(parameters.PLAN_MAX_PARTS, on=on))
    if total <= 0:
        raise PlanRefused(_("There is nothing to pay in parts."))
    if not 2 <= len(parts) <= most:
        raise PlanRefused(_("A plan has between 2 and %(most)s parts.") % {"most": most})
    days = [part.due_date for part in parts]
    if days != sorted(set(days)) or days[0] < on:
        raise PlanRefused(_("The days of the parts follow each other and begin today at the earliest."))
    if any(part.amount_fen <= 0 for part in parts) or sum(part.amount_fen for part in parts) != total:
        raise PlanRefused(_("The parts do not add up to what is owed today."))


@transaction.atomic
def approve_plan(*, plan: InstalmentPlan, actor: Staff, at: datetime, note: str = "") -> InstalmentPlan:
    """Agree: the late fee up to today is charged and part of the plan; the last part takes up what changed meanwhile.

    Raises:
        PlanRefused: decided already, proposed by the same person, or the debt changed too much.
        PeriodClosed: the month is closed.
    """
    found = _waiting(plan, actor)
    balances = standing.lock([found.account_id])
    on = day_of(at)
    found.agreed_date, found.state = on, PlanState.ACTIVE
    found.decided_by, found.decided_at, found.decision_note = actor, at, note.strip()[:300]
    found.save()  # from here on its days may be free
    late_fees.assess(account_id=found.account_id, on=on, at=at, actor=actor, balances=balances)
    chosen = found.receivables.filter(principal__isnull=True).values_list("id", flat=True)
    debts = queries.plan_debts(found.account_id, list(chosen))
    total = sum(item.open_fen for item in debts)
    last = found.instalments.order_by("number").last()
    if last is None or last.amount_fen + total - found.total_fen <= 0 or last.due_date < on:
        raise PlanRefused(_("The debt has changed since the plan was proposed. Propose it again."))
    last.amount_fen += total - found.total_fen
    last.save(update_fields=["amount_fen"])
    found.receivables.set(debts)
    found.total_fen = total
    found.save(update_fields=["total_fen"])
    audit.record(
        "receivables.plan.approved",
        subject=found,
        actor=actor,
        at=at,
        reason=note,
        unit_id=found.account.unit_id,
        changes={"total_fen": [plan.total_fen, total]},
    )
    return found


@transaction.atomic
def reject_plan(*, plan: InstalmentPlan, actor: Staff, at: datetime, note: str = "") -> InstalmentPlan:
    """Refuse the plan.

    Raises:
        PlanRefused: decided already, proposed by the same person, or no reason given.
    """
    if not note.strip():
        raise PlanRefused(_("Give the reason."))
    found = _waiting(plan, actor)
    found.state, found.decided_by, found.decided_at = PlanState.REJECTED, actor, at
    found.decision_note = note.strip()[:300]
    found.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    audit.record(
        "receivables.plan.rejected",
        subject=found,
        actor=actor,
        at=at,
        reason=note,
        unit_id=found.account.unit_id,
    )
    return found


def _waiting(plan: InstalmentPlan, actor: Staff) -> InstalmentPlan:
    """The proposal, locked.

    Raises:
        PlanRefused: see the callers.
    """
    rows = InstalmentPlan.objects.select_for_update(of=("self",)).select_related("account")
    found = rows.get(pk=plan.pk)
    if found.state != PlanState.REQUESTED:
        raise PlanRefused(_("This plan has been decided already."))
    if found.requested_by_id == actor.pk:
        raise PlanRefused(_("You proposed this plan. Another person must decide."))
    return found


def review_plans(*, at: datetime, actor: Any = None) -> dict[str, int]:
    """End the running plans that are kept, or that missed an instalment beyond the days of grace; counts by outcome."""
    counts = {"active": 0, "kept": 0, "broken": 0}
    for plan_id in InstalmentPlan.objects.filter(state=PlanState.ACTIVE).values_list("id", flat=True):
        counts[review_plan(plan_id=plan_id, at=at, actor=actor)] += 1
    return counts


@transaction.atomic
def review_plan(*, plan_id: int, at: datetime, actor: Any = None) -> str:
    """Judge one plan; see ``review_plans``. Safe to call again."""
    plan = InstalmentPlan.objects.select_for_update(of=("self",)).select_related("account").get(pk=plan_id)
    if plan.state != PlanState.ACTIVE:
        return plan.state
    on = day_of(at)
    found = rules.verdict(queries.progress(plan, on=on))
    if not plan.receivables.filter(open_fen__gt=0).exists():
        found = PlanState.KEPT.value
    if found == PlanState.ACTIVE:
        return found
    plan.state, plan.ended_date = found, on
    plan.save(update_fields=["state", "ended_date"])
    outbox.publish(
        events.PlanEnded(
            plan_id=plan.pk, account_id=plan.account_id, kept=found == PlanState.KEPT, ended_at=at
        )
    )
    audit.record(f"receivables.plan.{found}", subject=plan, actor=actor, at=at, unit_id=plan.account.unit_id)
    return found
