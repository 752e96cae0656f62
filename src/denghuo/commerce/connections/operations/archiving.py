"""Archive: write what was agreed and hung into the records, so that the next billing run bills it without re-typing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from denghuo.commerce.connections import events, queries, rules
from denghuo.commerce.connections.models import Application, ApplicationState, MeterIssue, SupplyPlan
from denghuo.commerce.connections.operations.common import ActRefused, account_of, note
from denghuo.commerce.metering import operations as metering
from denghuo.commerce.metering.models import MeteringPoint
from denghuo.commerce.readings import operations as readings
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.workflow.models import ProcessInstance
from denghuo.kernel.periods import day_of
from denghuo.records.grid import operations as grid
from denghuo.records.grid.models import Transformer
from denghuo.records.supply import operations as supply
from denghuo.records.supply.models import SupplyPoint


def archive(instance: ProcessInstance, *, at: datetime, actor: Staff | None) -> Mapping[str, Any]:
    """The automatic step at the end of every diagram, inside the transaction of the step before it."""
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("customer", "account", "supply_point", "unit")
        .get(pk=instance.subject_id)
    )
    plan = queries.live_plan(application)
    if plan is None or application.energised_at is None:
        raise ActRefused("an application is archived once it has a plan and power")
    on = day_of(application.energised_at)
    write = (
        _solar if application.kind in rules.PV else _increase if application.kind in rules.INCREASES else _new
    )
    facts: dict[str, Any] = {"at": at, "actor": actor}
    application.supply_point, points = write(application, plan, on, facts)
    if points:
        readings.add_stops(route=queries.route_for(application, plan) or _route(application, facts), points=points, **facts)  # fmt: skip
    if application.contract_number:
        supply.sign_contract(
            supply_point=application.supply_point, contract_number=application.contract_number,
            signed_date=application.contract_signed_date or on, valid_from=on, **facts,
        )  # fmt: skip
    application.state, application.ended_at = ApplicationState.ARCHIVED, at
    application.save(update_fields=["supply_point", "account", "state", "ended_at"])
    outbox.publish(
        events.ApplicationArchived(
            application.pk, application.customer_id, application.supply_point.pk, application.number, archived_at=at
        )
    )  # fmt: skip
    note("application.archived", application, supply_point=application.supply_point.number, **facts)
    return {}


def terms_of_plan(application: Application, plan: SupplyPlan) -> dict[str, Any]:
    """The fields of the supply terms that a plan settles."""
    return {
        "area": plan.area if plan.supply_source == "public_transformer" else None,
        "supply_source": plan.supply_source,
        "tariff_class": application.tariff_class,
        "use_nature": application.use_nature,
        "importance": application.importance,
        "industry_code": application.industry_code,
        "voltage": plan.voltage,
        "metering_mode": plan.metering_mode,
        "capacity_kva": plan.capacity_kva,
        "price_book": plan.price_book,
        "tariff": plan.tariff,
        "billing_mode": plan.billing_mode,
        "contract_demand_kw": plan.contract_demand_kw,
        "demand_exempt": plan.demand_exempt,
        "pf_standard": plan.pf_standard,
        "market": plan.market,
    }


Written = tuple[SupplyPoint, list[MeteringPoint]]


def _new(application: Application, plan: SupplyPlan, on: date, facts: dict[str, Any]) -> Written:
    account = account_of(application, on=on, **facts)
    terms = {**terms_of_plan(application, plan), "transformer": _transformer(application, plan, facts)}
    point = supply.open_supply_point(
        customer=application.customer, account=account, unit=application.unit, address=application.address, energised_date=on,
        terms={**terms, "reason": application.number}, **facts,
    )  # fmt: skip
    _loss(point, plan, on, facts)
    points = [_hang(point, plan, issue, on, facts) for issue in _hung(application)]
    return point, points


def _increase(application: Application, plan: SupplyPlan, on: date, facts: dict[str, Any]) -> Written:
    assert application.supply_point is not None
    point = application.supply_point
    wanted = terms_of_plan(application, plan)
    if (transformer := _transformer(application, plan, facts)) is not None:
        wanted["transformer"] = transformer
    present = queries.terms_of(point, on)
    changes = {name: new for name, new in wanted.items() if getattr(present, name) != new}
    supply.change_terms(supply_point=point, from_date=on, reason=application.number, **changes, **facts)
    _loss(point, plan, on, facts)
    for issue in _hung(application):
        main = queries.main_point(point, issue.feeder)
        if main is None:
            return point, [_hang(point, plan, issue, on, facts)]
        metering.exchange(
            point=main, closing=json.loads(issue.closing), new_meter=issue.meter, opening=json.loads(issue.opening), on=on,
            reason=application.number, transformers=_ratio(plan), **facts,
        )  # fmt: skip
    return point, []


def _solar(application: Application, plan: SupplyPlan, on: date, facts: dict[str, Any]) -> Written:
    assert application.supply_point is not None
    point = application.supply_point
    return point, [_hang(point, plan, issue, on, facts) for issue in _hung(application)]


def _hung(application: Application) -> Iterable[MeterIssue]:
    return (
        application.meters.filter(installed_at__isnull=False).select_related("meter").order_by("feeder", "id")
    )


def _ratio(plan: SupplyPlan) -> metering.Transformers:
    return metering.Transformers(plan.ct_primary_a, plan.ct_secondary_a, plan.pt_ratio)


def _hang(point: SupplyPoint, plan: SupplyPlan, issue: MeterIssue, on: date, facts: dict[str, Any]) -> MeteringPoint:  # fmt: skip
    day = day_of(issue.installed_at) if issue.installed_at else on
    day = max(day, on) if issue.role == "purchase" else day
    tariff = plan.tariff if issue.role == "feed_in" else ""
    made = metering.add_metering_point(
        supply_point=point, opened_date=day, role=issue.role, feeder=issue.feeder, tariff=tariff, **facts
    )
    metering.install(
        meter=issue.meter, point=made, on=day, opening=json.loads(issue.opening), transformers=_ratio(plan),
        reason=point.number, **facts,
    )  # fmt: skip
    return made


def _transformer(application: Application, plan: SupplyPlan, facts: dict[str, Any]) -> Transformer | None:
    """The customer's own transformers, one a source; the terms name that of the first."""
    if plan.supply_source != "dedicated_transformer" or application.kind in rules.PV:
        return None
    made = [
        grid.add_transformer(
            feeder=source.feeder, code=f"{application.number}-{source.position}", name=f"{application.customer.name[:50]}专变{source.position}",
            is_public=False, rated_capacity_kva=source.capacity_kva, commissioned_date=day_of(facts["at"]), **facts,
        )
        for source in plan.sources.select_related("feeder")
    ]  # fmt: skip
    return made[0] if made else None


def _loss(point: SupplyPoint, plan: SupplyPlan, on: date, facts: dict[str, Any]) -> None:
    """Transformer loss where it is metered at low voltage (高供低计): the figures of the plan."""
    if plan.metering_mode == "high_low" and plan.iron_loss_kw is not None:
        supply.set_loss_terms(
            supply_point=point, from_date=on, method="physical", iron_loss_kw=plan.iron_loss_kw, load_loss_kw=plan.load_loss_kw,
            rated_capacity_kva=plan.capacity_kva, shift_factor=plan.shift_factor or Decimal("1.8"), **facts,
        )  # fmt: skip


def _route(application: Application, facts: dict[str, Any]) -> Any:
    """A route for new supplies, where the unit has none at all."""
    return readings.open_route(
        code=f"{application.unit_id}-YK",
        name=f"{application.unit.name}新装段"[:60],
        unit=application.unit,
        **facts,
    )
