"""Plans of dunning: a change is a new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.collection import rules
from denghuo.commerce.collection.models import DunningPlan, DunningStep
from denghuo.commerce.collection.rules.plans import SHIPPED
from denghuo.foundation.audit import operations as audit

CONDITIONS = ("payer_class", "tariff_class", "grade", "for_protected", "from_fen", "below_fen", "priority")


class PlanCannotBeSaved(Exception):
    """The plan contradicts itself; the text says where."""


def _sentence(error: rules.PlanInvalid) -> str:
    return {
        "no_steps": _("A plan needs at least one step."),
        "day_zero": _("Step %(n)s: a step comes one day after the due date at the earliest."),
        "days_not_rising": _("Step %(n)s: it must come later than the step before it."),
        "no_text": _("Step %(n)s: the text is missing."),
        "unknown_placeholder": _("Step %(n)s: there is no placeholder %(detail)s."),
    }[error.code] % {"n": error.number, "detail": error.detail}


@transaction.atomic
def save_plan(
    *,
    code: str,
    name: str,
    conditions: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]],
    valid_from: date,
    actor: Any,
    at: datetime,
) -> DunningPlan:
    """Save a plan as the next version of ``code``, in force from ``valid_from``; open cases keep the old version.

    ``steps``: days, channel, text and least_fen each, in order.

    Raises:
        PlanCannotBeSaved: steps that do not go forward, a text that cannot be filled, or a day before the last version.
    """
    numbered = [
        rules.Step(number, step["days"], step["channel"], step.get("least_fen") or 0)
        for number, step in enumerate(steps, start=1)
    ]
    try:
        rules.check_plan(numbered, {n: step["text"] for n, step in enumerate(steps, start=1)})
    except rules.PlanInvalid as error:
        raise PlanCannotBeSaved(_sentence(error)) from error
    last = DunningPlan.objects.select_for_update().filter(code=code).order_by("-version").first()
    if last is not None:
        if valid_from < last.valid_from:
            raise PlanCannotBeSaved(_("The version before it begins later than this day."))
        if last.valid_to is None:
            last.valid_to = valid_from
            last.save(update_fields=["valid_to"])
    plan = DunningPlan.objects.create(
        code=code,
        version=last.version + 1 if last else 1,
        name=name,
        valid_from=valid_from,
        created_by=actor,
        created_at=at,
        **{key: value for key, value in conditions.items() if key in CONDITIONS},
    )
    DunningStep.objects.bulk_create(
        DunningStep(
            plan=plan,
            number=step.number,
            days=step.days,
            channel=step.channel,
            least_fen=step.least_fen,
            text=given["text"],
        )
        for step, given in zip(numbered, steps, strict=True)
    )
    audit.record(
        "collection.plan.saved",
        subject=plan,
        actor=actor,
        at=at,
        changes={"version": [last.version if last else None, plan.version], "steps": [None, len(numbered)]},
    )
    return plan


@transaction.atomic
def end_plan(*, plan: DunningPlan, on: date, actor: Any, at: datetime) -> DunningPlan:
    """Use a plan for no new case from ``on``.

    Raises:
        PlanCannotBeSaved: it has ended already, or begins later.
    """
    found = DunningPlan.objects.select_for_update().get(pk=plan.pk)
    if found.valid_to is not None or on < found.valid_from:
        raise PlanCannotBeSaved(_("This version is not in force."))
    found.valid_to = on
    found.save(update_fields=["valid_to"])
    audit.record("collection.plan.ended", subject=found, actor=actor, at=at)
    return found


@transaction.atomic
def load_shipped_plans(*, valid_from: date, at: datetime, actor: Any = None) -> list[DunningPlan]:
    """The plans a new system begins with; those whose code exists are left alone."""
    known = set(DunningPlan.objects.values_list("code", flat=True))
    return [
        save_plan(
            code=shipped["code"],
            name=shipped["name"],
            conditions=shipped,
            steps=[
                {"days": days, "channel": channel, "text": text} for days, channel, text in shipped["steps"]
            ],
            valid_from=valid_from,
            actor=actor,
            at=at,
        )
        for shipped in SHIPPED
        if shipped["code"] not in known
    ]
