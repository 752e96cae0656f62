"""What the verbs refuse, PV and more capacity into the records, the phone, and what the database keeps."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from denghuo.commerce.connections import operations, queries
from denghuo.commerce.connections.models import FeeItem, Refusal, SupplyPlan
from denghuo.commerce.connections.operations import installing, surveying
from denghuo.commerce.fieldwork.queries import task_of
from denghuo.commerce.fieldwork.rules import Conflict
from denghuo.foundation.outbox.models import Message
from tests.cast import billing, connections, customers, grid, metering, supply
from tests.cast.customers import unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def everybody():
    return connections.town()


def solar(**changes) -> operations.Solar:
    return operations.Solar(
        **{"form": "household", "capacity_kw": Decimal(10), "feed_mode": "surplus", **changes}
    )


def pv(home, **changes):
    return connections.apply("pv_household", home.customer, supply_point=home, capacity_kva=Decimal(10), project=solar(**changes))  # fmt: skip


def test_an_enterprise_may_not_file_as_a_person_and_business_may_not_feed_in_everything():
    firm = supply.shop()
    with pytest.raises(operations.ApplicationInvalid) as refused:
        connections.apply(
            "pv_household", firm.customer, supply_point=firm, capacity_kva=Decimal(10), project=solar()
        )
    assert "国能发新能规〔2025〕7号" in str(refused.value)
    with pytest.raises(operations.ApplicationInvalid):
        connections.apply(
            "pv_enterprise", firm.customer, supply_point=firm, capacity_kva=Decimal(100),
            project=solar(form="commercial", feed_mode="full_feed_in", capacity_kw=Decimal(100)),
        )  # fmt: skip


def test_pv_gets_its_meters_after_acceptance_with_the_four_abilities(everybody):
    home = supply.household("孙丽")
    application = connections.surveyed(pv(home))
    connections.planned(application)
    operations.answer_plan(application=application, at=connections.after(2), actor=everybody["mofan"])
    connections.signed(application, on=date(2026, 7, 3), at=connections.after(2, 4))
    connections.meter_for(application, role="feed_in")
    connections.meter_for(application, role="generation")
    connections.installed(application, at=connections.after(4))
    facts = {
        "application": application,
        "kind": "completion",
        "at": connections.after(5),
        "actor": everybody["mofan"],
    }
    with pytest.raises(operations.ActRefused):
        operations.record_review(passed=True, **facts)
    every = frozenset({"observable", "measurable", "adjustable", "controllable"})
    operations.set_abilities(
        application=application, abilities=every, at=connections.after(5), actor=everybody["mofan"]
    )
    operations.record_review(passed=True, **facts)
    application.refresh_from_db()
    assert application.state == "archived" and application.supply_point == home
    roles = {point.role: point for point in home.metering_points.all()}
    assert set(roles) == {"feed_in", "generation"} and roles["feed_in"].tariff == "pv_feed_in"


def test_more_capacity_changes_terms_and_exchanges_the_meter(everybody):
    shop = supply.shop()
    point = billing.metered(shop, registers="tou")
    application = connections.apply(
        "increase_low", shop.customer, supply_point=shop, capacity_kva=Decimal(80)
    )
    with pytest.raises(operations.ApplicationInvalid):  # one at a time
        connections.apply("increase_low", shop.customer, supply_point=shop, capacity_kva=Decimal(90))
    connections.surveyed(application)
    connections.planned(application)
    connections.signed(application)
    connections.meter_for(application)
    closing = {"total": 100, "sharp": 0, "peak": 40, "flat": 40, "valley": 20, "deep": 0}
    (issue,) = queries.open_issues(application)
    facts = {"application": application, "at": connections.after(3), "actor": everybody["nongjun"]}
    with pytest.raises(operations.ActRefused):
        operations.record_installation(hung=[operations.Hung(issue, metering.ZERO["tou"])], **facts)
    operations.record_installation(hung=[operations.Hung(issue, metering.ZERO["tou"], closing)], **facts)
    application.refresh_from_db()
    shop.refresh_from_db()
    terms = shop.terms.get(valid_to__isnull=True)
    assert (
        application.state == "archived" and terms.capacity_kva == 80 and terms.valid_from == date(2026, 7, 4)
    )
    assert point.installations.get(removed_date__isnull=True).multiplier == 30


def test_the_plan_fills_the_neighbours_area_first_and_then_the_emptiest():
    near = supply.household("何家豪")
    application = connections.surveyed(connections.apply("residential", neighbour=near))
    assert '"neighbour"' in queries.newest_plan(application).lines
    small = grid.area("A-SMALL", "小台区", of=grid.transformer("T-SMALL", "小公变", rated_capacity_kva=30))
    full = supply.household("满员", area=small, terms={"capacity_kva": Decimal(75)})
    second = connections.surveyed(connections.apply("business", capacity_kva=Decimal(40), neighbour=full))
    plan = queries.newest_plan(second)
    assert "neighbour_full" in plan.lines and plan.area == grid.area()


def test_documents_that_may_follow_hold_up_power_and_are_asked_once(everybody):
    application = connections.apply("residential", given=["identity"])
    connections.surveyed(application)
    connections.signed(application, on=date(2026, 7, 1), at=connections.after(0, 5))
    connections.meter_for(application)
    with pytest.raises(operations.ActRefused):
        connections.installed(application)
    operations.give_document(
        application=application, kind="property", file=None, at=connections.after(2), actor=None
    )
    connections.installed(application)
    assert set(queries.held_documents(application.customer_id)) == {"identity", "property"}
    again = connections.apply("residential", application.customer, given=[])
    assert set(again.documents.values_list("state", flat=True)) == {"held"}


def test_survey_and_meter_come_from_the_phone(everybody):
    application = connections.apply("residential")
    operations.dispatch(application=application, crew=everybody["nongjun"], at=connections.after(), actor=everybody["mofan"])  # fmt: skip
    task = task_of(application, "connections.survey")
    sent = SimpleNamespace(pk=task.pk, subject_id=application.pk, done_longitude=None, done_latitude=None)
    with pytest.raises(Conflict):
        surveying.from_phone(
            sent, {"external_works": False, "area_code": "nowhere"}, at=connections.after(0, 1), actor=None
        )
    surveying.from_phone(sent, {"external_works": False, "area_code": grid.area().code}, at=connections.after(0, 1), actor=everybody["nongjun"])  # fmt: skip
    with pytest.raises(Conflict):  # surveyed meanwhile
        surveying.from_phone(sent, {"external_works": False}, at=connections.after(0, 2), actor=None)
    connections.signed(application, on=date(2026, 7, 1), at=connections.after(0, 4))
    meter = connections.meter_for(application)
    with pytest.raises(Conflict):
        installing.from_phone(sent, {"meter": "0000"}, at=connections.after(1), actor=None)
    answers = {"meter": meter.communication_address, "opening": {"total": Decimal(0)}}
    installing.from_phone(sent, answers, at=connections.after(1), actor=everybody["nongjun"])
    application.refresh_from_db()
    assert application.state == "archived"


def test_temporary_supply_ends_within_half_a_year():
    with pytest.raises(operations.ApplicationInvalid):
        connections.apply("temporary", temporary_until=date(2027, 2, 1), capacity_kva=Decimal(50))
    assert connections.apply(
        "temporary", temporary_until=date(2027, 1, 1), capacity_kva=Decimal(50)
    ).temporary_until


def test_events_and_the_refusal_reach_the_outbox(everybody):
    application = connections.apply("business", capacity_kva=Decimal(50))
    row = operations.propose_refusal(application=application, reason="规划未批准用地", basis="城乡规划法", at=connections.after(1), actor=everybody["mofan"])  # fmt: skip
    operations.decide_refusal(refusal=row, refuse=True, note_text="", at=connections.after(2), actor=everybody["luoqiang"])  # fmt: skip
    names = list(
        Message.objects.filter(name__startswith="connections.").order_by("id").values_list("name", flat=True)
    )
    assert names == ["connections.application_accepted", "connections.application_refused"]


def refused_by_the_database(write) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        write()


def test_the_database_keeps_two_persons_and_lawful_fees(everybody):
    application = connections.surveyed(connections.apply("high_single", capacity_kva=Decimal(800)))
    engineer, at = everybody["mofan"], connections.after()
    refused_by_the_database(
        lambda: Refusal.objects.create(application=application, state="refused", reason="x", basis="y", proposed_by=engineer, proposed_at=at, decided_by=engineer, decided_at=at)
    )  # fmt: skip
    refused_by_the_database(
        lambda: FeeItem.objects.create(application=application, code="network_entry", amount_fen=1, basis="x", due_date=at.date() + timedelta(1), charged_at=at)
    )  # fmt: skip
    plan = queries.newest_plan(application)
    refused_by_the_database(lambda: SupplyPlan.objects.filter(pk=plan.pk).update(state="settled"))
    refused_by_the_database(lambda: SupplyPlan.objects.filter(pk=plan.pk).update(approved_by=plan.drafted_by))
    assert unit("4501") and customers.OPENED
