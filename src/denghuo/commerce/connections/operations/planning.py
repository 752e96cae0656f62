"""The supply plan: drafted from grid records, edited with a reason, approved by a second person at high voltage, answered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.connections import events, queries, rules
from denghuo.commerce.connections.models import Application, PlanSource, PlanState, SupplyPlan
from denghuo.commerce.connections.operations.common import (
    ActRefused,
    NotInThisStep,
    done,
    field_errors,
    locked,
    note,
    standing_at,
    value,
)
from denghuo.commerce.connections.rules import parameters, planning
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import day_of
from denghuo.records.grid.models import Feeder

EDITABLE = (
    "capacity_kva", "voltage", "phases", "supply_source", "area", "external_works", "metering_mode", "registers", "ct_primary_a",
    "ct_secondary_a", "pt_ratio", "tariff", "billing_mode", "contract_demand_kw", "demand_exempt", "pf_standard", "market", "iron_loss_kw",
    "load_loss_kw", "shift_factor",
)  # fmt: skip
OPEN_STATES = (PlanState.DRAFT, PlanState.SUBMITTED, PlanState.SETTLED)


@dataclass(frozen=True)
class SourceGiven:
    """An incoming line as the engineer chose it."""

    feeder: Feeder
    capacity_kva: Decimal
    bus_section: str = ""


class PlanInvalid(ValidationError):
    """A field of the plan does not hold; ``message_dict`` says it by field."""


@transaction.atomic
def draft_plan(*, application: Application, at: datetime, actor: Staff | None) -> SupplyPlan:
    """A new draft from the grid records of today; one that waits is replaced, answered ones are not.

    Raises:
        NotInThisStep: the plan is approved or answered already, or waits for approval.
        ActRefused: no price book is in force.
    """
    found = locked(application)
    before = found.plans.filter(state__in=OPEN_STATES + (PlanState.ANSWERED,)).first()
    if before is not None and before.state != PlanState.DRAFT:
        raise NotInThisStep(_("The plan is settled or waits for approval."))
    revision = (found.plans.order_by("-revision").values_list("revision", flat=True).first() or 0) + 1
    if before is not None:
        before.delete()
        revision -= 1
    book = queries.price_book(found, day_of(at))
    if not book:
        raise ActRefused(_("No price book is in force: the plan cannot name a tariff."))
    drafted = queries.drafted(found, on=day_of(at))
    made = _store(found, drafted, book, max(1, revision), at, actor)
    note("plan.drafted", found, at=at, actor=actor, revision=made.revision)
    return made


def _store(
    application: Application,
    drafted: planning.Draft,
    book: str,
    revision: int,
    at: datetime,
    actor: Staff | None,
) -> SupplyPlan:
    metering, tariff = drafted.metering, drafted.tariff
    area = queries.area_of_code(drafted.area.code) if drafted.area else None
    plan = SupplyPlan.objects.create(
        application=application, revision=revision, capacity_kva=application.capacity_kva, voltage=drafted.voltage, phases=drafted.phases,
        supply_source=drafted.source, area=area, load_rate_before=drafted.rate_before, load_rate_after=drafted.rate_after,
        external_works=bool(application.external_works) or drafted.external_works,
        metering_mode=metering.mode, registers=metering.registers, ct_primary_a=metering.ct_primary_a,
        ct_secondary_a=metering.ct_secondary_a, pt_ratio=metering.pt_ratio, price_book=book, tariff=tariff.tariff,
        billing_mode=tariff.billing_mode, demand_exempt=tariff.demand_exempt, pf_standard=tariff.pf_standard, market=tariff.market,
        lines=json.dumps([asdict(line) for line in drafted.lines], ensure_ascii=False), drafted_by=actor, drafted_at=at,
    )  # fmt: skip
    kind = rules.KINDS[application.kind]
    if drafted.voltage != planning.LOW_VOLTAGE and kind.flow == rules.HIGH:
        feeders = queries.feeders_for(application, drafted.voltage, kind.sources)
        share = application.capacity_kva / max(1, kind.sources)
        PlanSource.objects.bulk_create(
            PlanSource(
                plan=plan, position=number, feeder=feeder, capacity_kva=share.quantize(Decimal("0.01"))
            )
            for number, feeder in enumerate(feeders, start=1)
        )
    return plan


@transaction.atomic
def edit_plan(
    *,
    plan: SupplyPlan,
    at: datetime,
    actor: Staff | None,
    reason: str,
    sources: Sequence[SourceGiven] | None = None,
    **changes: Any,
) -> SupplyPlan:
    """Change figures of a draft; those that a person set are marked, with the reason.

    Raises:
        NotInThisStep: it is no draft (any more).
        PlanInvalid: a field does not hold, or no reason is given.
        TypeError: a field that is not editable.
    """
    if surplus := set(changes) - set(EDITABLE):
        raise TypeError(f"not editable: {', '.join(sorted(surplus))}")
    application = locked(plan.application)
    found = _live(plan)
    if found.state != PlanState.DRAFT:
        raise NotInThisStep(_("Only a draft can be changed."))
    differing = {name: new for name, new in changes.items() if getattr(found, name) != new}
    if not reason.strip() and (differing or sources is not None):
        raise PlanInvalid({"edit_reason": [_("Say why the plan differs from the draft.")]})
    for name, new in differing.items():
        setattr(found, name, new)
    found.edited = ",".join(sorted({*filter(None, found.edited.split(",")), *differing}))
    found.edit_reason = reason.strip() or found.edit_reason
    found.drafted_by, found.drafted_at = actor, at
    _check(found)
    if "area" in differing or "capacity_kva" in differing:
        _rates_again(found, application, at)
    found.save()
    if sources is not None:
        _replace_sources(found, sources)
    note("plan.edited", application, at=at, actor=actor, reason=reason, fields=", ".join(sorted(differing)))
    return found


def _live(plan: SupplyPlan) -> SupplyPlan:
    return (
        SupplyPlan.objects.select_for_update(of=("self",)).select_related("area__transformer").get(pk=plan.pk)
    )


def _check(plan: SupplyPlan) -> None:
    errors = field_errors(plan, exclude=("application", "area", "drafted_by", "approved_by"))
    if not errors and plan.ct_primary_a % plan.ct_secondary_a:
        errors["ct_primary_a"] = [_("The CT ratio is not whole.")]
    if not errors and (plan.metering_mode == "low_low") != (plan.voltage == planning.LOW_VOLTAGE):
        errors["metering_mode"] = [_("The metering mode does not fit the voltage.")]
    if not errors and plan.supply_source == "public_transformer" and plan.area is None:
        errors["area"] = [_("Supply from a public transformer needs its area.")]
    if not errors and plan.billing_mode == "contract_demand" and plan.contract_demand_kw is None:
        errors["contract_demand_kw"] = [_("Two-part by contract demand needs the contract demand.")]
    if errors:
        raise PlanInvalid(errors)


def _rates_again(plan: SupplyPlan, application: Application, at: datetime) -> None:
    """The load rate of the area that a person chose."""
    plan.load_rate_before = plan.load_rate_after = None
    if plan.area is not None:
        figures = queries.figures(day_of(at))
        area = next(iter(queries.areas_as_planned(application, [plan.area], day_of(at))))
        wanted = planning.Wanted(plan.capacity_kva, application.tariff_class, application.use_nature)
        plan.load_rate_before = planning.load_rate(area, figures)
        plan.load_rate_after = planning.load_rate(area, figures, planning.added_load_kva(wanted, figures))


def _replace_sources(plan: SupplyPlan, sources: Sequence[SourceGiven]) -> None:
    feeders = [source.feeder.pk for source in sources]
    if len(set(feeders)) < len(feeders):
        raise PlanInvalid({"sources": [_("Every source comes from a feeder of its own.")]})
    plan.sources.all().delete()
    PlanSource.objects.bulk_create(
        PlanSource(plan=plan, position=number, feeder=source.feeder, capacity_kva=source.capacity_kva, bus_section=source.bus_section)
        for number, source in enumerate(sources, start=1)
    )  # fmt: skip


@transaction.atomic
def submit_plan(*, plan: SupplyPlan, at: datetime, actor: Staff | None) -> SupplyPlan:
    """Finish the draft: low voltage settles and is answered at once, high voltage goes to a second person.

    Raises:
        NotInThisStep: it is no draft, or the application waits elsewhere.
        ActRefused: the plan is incomplete, or the sources do not do for an important customer.
    """
    application = locked(plan.application)
    standing_at(application, "plan")
    found = _live(plan)
    if found.state != PlanState.DRAFT:
        raise NotInThisStep(_("Only a draft can be finished."))
    kind = rules.KINDS[application.kind]
    if blocking := queries.plan_faults(found, hard=True, on=day_of(at)):
        raise ActRefused(" ".join(text for text, _basis in blocking))
    application.external_works = (
        found.external_works if kind.flow == rules.LOW else application.external_works
    )
    application.save(update_fields=["external_works"])
    if kind.approved_plan:
        found.state = PlanState.SUBMITTED
        found.save(update_fields=["state"])
        done(application, "plan", at=at, actor=actor)
        note("plan.submitted", application, at=at, actor=actor, revision=found.revision)
        return found
    if found.voltage != planning.LOW_VOLTAGE:
        raise ActRefused(_("Above %(kva)s kVA the supply is at high voltage: take it in as such.") % {"kva": planning.plain(value(parameters.LOW_VOLTAGE_KVA, day_of(at)))})  # fmt: skip
    settle(found, at=at)
    if kind.flow == rules.LOW:
        done(application, "plan", at=at, actor=actor, external_works=found.external_works)
        tell(application, found, at=at)
    else:
        done(application, "plan", at=at, actor=actor)
    note("plan.settled", application, at=at, actor=actor, revision=found.revision)
    return found


def settle(plan: SupplyPlan, *, at: datetime) -> None:
    """Settle a plan that needs no approval, with the day until which it holds."""
    plan.state = PlanState.SETTLED
    plan.valid_until = _valid_until(plan, at)
    plan.save(update_fields=["state", "valid_until"])


def _valid_until(plan: SupplyPlan, at: datetime) -> Any:
    low = plan.voltage == planning.LOW_VOLTAGE
    days = value(parameters.PLAN_VALID_DAYS_LOW if low else parameters.PLAN_VALID_DAYS_HIGH, day_of(at))
    return day_of(at) + timedelta(days=days)


@transaction.atomic
def decide_plan(*, plan: SupplyPlan, approve: bool, reason: str, at: datetime, actor: Staff) -> SupplyPlan:
    """Approve a plan, or send it back with the reason.

    Raises:
        NotInThisStep: it does not wait for a decision.
        ActRefused: one's own plan, or a return without a reason.
    """
    application = locked(plan.application)
    found = _live(plan)
    if found.state != PlanState.SUBMITTED:
        raise NotInThisStep(_("This plan has already been decided."))
    if found.drafted_by_id == actor.pk:
        raise ActRefused(_("Another person must decide: you drafted it."))
    if not approve and not reason.strip():
        raise ActRefused(_("Say what has to change."))
    found.state = PlanState.SETTLED if approve else PlanState.RETURNED
    found.approved_by, found.decided_at, found.decision_note = actor, at, reason.strip()[:300]
    found.valid_until = _valid_until(found, at) if approve else None
    found.save(update_fields=["state", "approved_by", "decided_at", "decision_note", "valid_until"])
    done(application, "approve", at=at, actor=actor, result=reason, plan_approved=approve)
    if not approve:
        _copy_as_draft(found, at)
    note("plan.decided", application, at=at, actor=actor, reason=reason, result=str(found.state))
    return found


def _copy_as_draft(plan: SupplyPlan, at: datetime) -> SupplyPlan:
    """The returned plan as the next draft, so that only what was objected to is typed again."""
    sources = list(plan.sources.all())
    copy = SupplyPlan.objects.get(pk=plan.pk)
    copy.pk, copy._state.adding = None, True
    copy.revision, copy.state = plan.revision + 1, PlanState.DRAFT
    copy.approved_by, copy.decided_at, copy.decision_note, copy.valid_until = None, None, "", None
    copy.drafted_at = at
    copy.save(force_insert=True)
    for source in sources:
        source.pk, source._state.adding, source.plan = None, True, copy
        source.save(force_insert=True)
    return copy


@transaction.atomic
def answer_plan(*, application: Application, at: datetime, actor: Staff | None) -> SupplyPlan:
    """Give the approved plan to the customer (供电方案答复单).

    Raises:
        NotInThisStep: there is no settled plan, or the application waits elsewhere.
    """
    found = locked(application)
    standing_at(found, "answer")
    plan = found.plans.filter(state=PlanState.SETTLED).first()
    if plan is None:
        raise NotInThisStep(_("There is no settled plan to answer."))
    done(found, "answer", at=at, actor=actor)
    tell(found, plan, at=at)
    note("plan.answered", found, at=at, actor=actor, revision=plan.revision)
    return plan


def tell(application: Application, plan: SupplyPlan, *, at: datetime) -> None:
    plan.state, plan.answered_at = PlanState.ANSWERED, at
    plan.save(update_fields=["state", "answered_at"])
    outbox.publish(
        events.PlanAnswered(application.pk, application.customer_id, application.number, answered_at=at)
    )
