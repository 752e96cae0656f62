"""A supply is applied for, surveyed, planned, contracted, hung, switched on, archived, and billed without re-typing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from denghuo.commerce.connections import operations, queries
from denghuo.commerce.metering.models import MeteringPoint
from denghuo.commerce.readings.models import RouteStop
from denghuo.foundation.workflow.queries import instance_of
from denghuo.records.supply.models import SupplyContract
from tests.cast import billing, connections, customers, grid, money

pytestmark = pytest.mark.django_db


def steps(application) -> list[str]:
    return [task.step for task in queries.open_steps([application.pk]).get(application.pk, [])]


def test_a_family_applies_today_and_is_connected_tomorrow_and_the_next_run_bills_it():
    connections.town()
    application = connections.apply("residential", customers.person("周晓燕", phone="13800138888"))
    assert steps(application) == ["survey"]
    connections.surveyed(application)
    assert steps(application) == ["contract"]  # 1+1: the plan needs no answer
    connections.signed(application, on=date(2026, 7, 1), at=connections.after(0, 4))
    connections.meter_for(application)
    connections.installed(application, at=connections.after(1))
    assert application.state == "archived" and instance_of(application).outcome == "archived"

    point = application.supply_point
    terms = point.terms.get()
    assert (terms.tariff, terms.price_book, terms.capacity_kva) == ("residential", "cn-gx", Decimal(8))
    assert point.energised_date == date(2026, 7, 2) and terms.area == grid.area()
    assert SupplyContract.objects.get(supply_point=point).number == application.contract_number
    meter_point = MeteringPoint.objects.get(supply_point=point)
    assert RouteStop.objects.filter(metering_point=meter_point).exists()
    assert meter_point.readings.get().kind == "initial"

    billing.read(meter_point, "2026-07", 100)
    billing.run("2026-07")
    bill = billing.bill_of(point, "2026-07")
    assert bill.energy_kwh == 100 and bill.total_fen > 0


def test_a_shop_goes_through_plan_and_external_works():
    connections.town()
    application = connections.apply("business", capacity_kva=Decimal(60), use_nature="shop")
    connections.surveyed(application, external_works=True)
    plan = queries.newest_plan(application)
    assert (plan.voltage, plan.phases, plan.registers, plan.ct_primary_a) == ("lt1kv", 3, "tou", 100)
    connections.planned(application)
    assert steps(application) == ["contract"] and queries.live_plan(application).state == "answered"
    connections.signed(application)
    assert steps(application) == ["works"]
    operations.finish_works(
        application=application, remark="低压电缆已敷设", at=connections.after(2), actor=None
    )
    connections.meter_for(application)
    connections.installed(application)
    point = application.supply_point
    meter_point = MeteringPoint.objects.get(supply_point=point)
    assert meter_point.installations.get().multiplier == 20
    billing.read(
        meter_point, "2026-07", billing.readings_of(50) | {"reactive_forward": None, "reactive_reverse": None}
    )
    billing.run("2026-07")
    assert billing.bill_of(point, "2026-07").energy_kwh == 1000


def test_a_factory_with_two_sources_is_reviewed_pays_its_fee_and_is_billed_over_both_feeders():
    everybody = connections.town()
    grid.feeder("F-B", "乙线", of=grid.substation("SS-B", "河西变"))
    application = connections.apply(
        "high_dual",
        capacity_kva=Decimal(1600),
        importance="first",
        own_power_percent=130,
        use_nature="large_industry",
    )
    connections.surveyed(application)
    connections.planned(application)
    plan = queries.newest_plan(application)
    assert plan.state == "submitted" and plan.sources.count() == 2
    with pytest.raises(operations.ActRefused):
        operations.decide_plan(
            plan=plan, approve=True, reason="", at=connections.after(2), actor=everybody["mofan"]
        )
    operations.decide_plan(
        plan=plan, approve=True, reason="同意", at=connections.after(2), actor=everybody["heyong"]
    )
    operations.answer_plan(application=application, at=connections.after(3), actor=everybody["mofan"])
    due = queries.high_reliability_fen(application, date(2026, 7, 4))
    assert due == 800 * 160 * 100
    with pytest.raises(operations.FeeForbidden):
        operations.charge_fees(
            application=application,
            fees=[operations.Fee("network_entry", 100)],
            at=connections.after(3),
            actor=None,
        )
    operations.charge_fees(
        application=application,
        fees=[operations.Fee("high_reliability", due)],
        at=connections.after(3),
        actor=everybody["linxiaoyu"],
    )
    application.refresh_from_db()
    connections.signed(application, on=date(2026, 7, 5), at=connections.after(4, 3))
    facts = {"application": application, "actor": everybody["mofan"]}
    first = operations.record_review(
        kind="design", passed=False, defects=["缺少继电保护整定单"], at=connections.after(5), **facts
    )
    assert steps(application) == ["design"]
    operations.record_review(
        kind="design", passed=True, fixed=[first.defects.get().pk], at=connections.after(6), **facts
    )
    operations.record_review(kind="mid", passed=True, at=connections.after(7), **facts)
    operations.record_review(kind="completion", passed=True, at=connections.after(8), **facts)
    for feeder in (1, 2):
        connections.meter_for(application, feeder=feeder)
    with pytest.raises(operations.ActRefused):  # the fee is open
        connections.installed(application, at=connections.after(9))
    money.pay(application.account, due, on=date(2026, 7, 10))
    connections.installed(application, at=connections.after(9, 1))
    point = application.supply_point
    assert point.metering_points.count() == 2 and point.terms.get().tariff == "ci_two_part"
    for number, meter_point in enumerate(point.metering_points.order_by("feeder"), start=1):
        billing.read(
            meter_point, "2026-07", billing.readings_of(10 * number, reactive=2, demand=Decimal("0.3"))
        )
    billing.run("2026-07")
    assert billing.bill_of(point, "2026-07").energy_kwh == 30 * plan.multiplier
