"""Every kind of change on the database: records, terms, meters and bills follow from the day."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from denghuo.commerce.changes import operations, queries
from denghuo.commerce.changes.models import Change, CustomerTransformer, RefusedRequest
from denghuo.commerce.changes.operations import NewMeter, Wished
from denghuo.commerce.metering.models import Meter
from denghuo.commerce.receivables import queries as debts
from denghuo.foundation.workflow import queries as cases
from denghuo.records.customers.models import Account
from denghuo.records.supply.models import SupplyPoint
from denghuo.records.supply.queries import inconsistencies, terms_on
from tests.cast import billing, customers, metering, money, readings, supply
from tests.cast import changes as cast
from tests.cast.billing import readings_of
from tests.cast.changes import approved, asked, done, filed, mill, noon, person, read, settled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town():
    billing.prices()
    yield
    assert inconsistencies() == []


def units(point, *sizes: int) -> list[CustomerTransformer]:
    return [
        operations.register_transformer(
            supply_point=point,
            label=f"{n}号主变",
            capacity_kva=Decimal(size),
            at=noon("2026-01-05"),
            actor=person("mofan"),
        )
        for n, size in enumerate(sizes, start=1)
    ]


def terms(point, day: str):
    return terms_on(point, date.fromisoformat(day))


def refusals(point, kind, start, **how) -> list[str]:
    with pytest.raises(operations.ChangeRefused) as raised:
        asked(point, kind, start, **how)
    row = RefusedRequest.objects.latest("id")
    assert row.kind == kind and [item["code"] for item in json.loads(row.refusals)] == [
        item.code for item in raised.value.refusals
    ]
    assert str(raised.value)
    return [item.code for item in raised.value.refusals]


def test_a_suspension_and_its_end():
    point, _meter = mill()
    change = asked(point, "suspend", "2026-03-11", until="2026-06-11", unit_ids=frozenset({0}))
    assert change.state == "applied" and change.capacity_kva == 630
    task = cases.open_task(change, "approve")
    assert task is not None and task.role == "supervisor"
    done(change)
    point.refresh_from_db()
    assert point.state == "suspended" and terms(point, "2026-03-11").demand_exempt
    assert not terms(point, "2026-03-10").demand_exempt
    assert cases.instance_of(change).outcome == "done"
    (row,) = queries.restrictions("", on=date(2026, 6, 5))
    assert row.alert == "soon" and row.days_left == 6 and row.used_days == 86
    taken_back = asked(point, "resume", "2026-06-01")
    operations.cancel(change=taken_back, at=noon("2026-05-18"), actor=person("linxiaoyu"), reason="客户撤回")
    back = done(asked(point, "resume", "2026-06-01"))
    change.refresh_from_db()
    assert change.ended_date == back.effective_date == date(2026, 6, 1)
    point.refresh_from_db()
    assert point.state == "active" and not terms(point, "2026-06-01").demand_exempt


def test_one_of_two_transformers_brings_the_single_part_price_and_back():
    point, _meter = mill()
    first, _second = units(point, 400, 230)
    done(asked(point, "suspend", "2026-03-11", until="2026-06-11", unit_ids=frozenset({first.pk})))
    during = terms(point, "2026-03-11")
    assert (during.capacity_kva, during.billing_mode, during.tariff) == (230, "single", "ci_single")
    point.refresh_from_db()
    assert point.state == "active" and during.pf_standard == 90
    done(asked(point, "resume", "2026-05-01"))
    after = terms(point, "2026-05-01")
    assert (after.capacity_kva, after.billing_mode, after.tariff) == (630, "capacity", "ci_two_part")
    assert CustomerTransformer.objects.get(pk=first.pk).state == "running"


def test_ended_before_fifteen_days_it_frees_nothing():
    point, _meter = mill()
    done(asked(point, "suspend", "2026-03-11", until="2026-03-26", unit_ids=frozenset({0})))
    done(asked(point, "resume", "2026-03-21", on="2026-03-12"))
    assert [row.demand_exempt for row in point.terms.order_by("valid_from")].count(True) == 0


def test_six_months_a_year_are_the_most():
    point, _meter = mill()
    done(asked(point, "suspend", "2026-01-21", until="2026-06-30", unit_ids=frozenset({0})))
    done(asked(point, "resume", "2026-06-30"))
    whole = frozenset({CustomerTransformer.objects.get().pk})
    assert refusals(point, "suspend", "2026-09-01", until="2026-10-15", unit_ids=whole) == ["year_days"]
    change = asked(point, "suspend", "2026-09-01", until="2026-09-21", unit_ids=whole)
    assert change.until_date == date(2026, 9, 21)


def test_two_persons_and_one_open_change():
    point, _meter = mill()
    change = asked(point, "suspend", "2026-03-11", until="2026-06-11", unit_ids=frozenset({0}), by="mofan")
    with pytest.raises(operations.ChangeCannotBeDecided):
        operations.approve(change=change, at=noon("2026-03-01"), actor=person("mofan"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.filter(pk=change.pk).update(decided_by=change.asked_by)
    assert "open_change" in refusals(point, "rename", "2026-03-11", name="灯火纺织集团")
    operations.refuse(change=change, at=noon("2026-03-01"), actor=person("heyong"), reason="资料不全")
    assert cases.instance_of(change).outcome == "refused"


def test_reduction_to_a_smaller_transformer_and_its_restoration():
    point, _meter = mill()
    (unit,) = units(point, 630)
    change = asked(point, "reduce", "2026-03-11", unit_ids=frozenset({unit.pk}), capacity_kva=Decimal(100))
    assert change.capacity_kva == 530
    done(change)
    during = terms(point, "2026-03-11")
    assert (during.capacity_kva, during.billing_mode, during.pf_standard) == (100, "single", 85)
    done(asked(point, "restore", "2027-03-11"))
    after = terms(point, "2027-03-11")
    assert (after.capacity_kva, after.billing_mode, after.pf_standard) == (630, "capacity", 90)
    assert sorted(CustomerTransformer.objects.values_list("state", flat=True)) == ["removed", "running"]


def test_after_two_years_a_reduction_is_not_restored():
    point, _meter = mill()
    units(point, 315, 315)
    first = CustomerTransformer.objects.order_by("label").first()
    done(asked(point, "reduce", "2025-10-11", unit_ids=frozenset({first.pk})))
    assert refusals(point, "restore", "2027-10-12") == ["restore_too_late"]
    asked(point, "restore", "2027-10-11")


def test_temporary_transformer_two_months():
    point, _meter = mill()
    how = {"unit_ids": frozenset({0}), "capacity_kva": Decimal(1000)}
    assert refusals(point, "exchange", "2026-03-11", until="2026-05-12", **how) == ["exchange_too_long"]
    done(asked(point, "exchange", "2026-03-11", until="2026-05-11", **how))
    assert terms(point, "2026-03-11").capacity_kva == 1000
    done(asked(point, "exchange_back", "2026-05-10"))
    assert terms(point, "2026-05-10").capacity_kva == 630


def home() -> tuple[SupplyPoint, object]:
    point = supply.wang_xiuying()
    return point, billing.metered(point)


def test_transfer_bills_the_old_payer_to_the_day_and_the_new_one_from_it():
    point, meter = home()
    old = point.account
    billing.read(meter, "2026-01", 500)
    billing.issued("2026-01")
    buyer = customers.person("李建国", phone="13800138002")
    change = asked(point, "transfer", "2026-02-15", new_customer=buyer)
    read(change, {meter.number: {"total": 600}})
    with pytest.raises(operations.ChangeImpossible):
        operations.settle(change=change, at=noon("2026-02-16"), actor=person("liumin"))
    settled(change, "2026-02-16")
    bill = billing.bill_of(point, "2026-02")
    assert (bill.account_id, bill.energy_kwh, bill.period_end) == (old.pk, 100, date(2026, 2, 15))
    with pytest.raises(operations.StillOwed) as still:
        operations.settle(change=change, at=noon("2026-02-16"), actor=person("liumin"))
    money.pay(old, still.value.owed_fen, on=date(2026, 2, 16))
    filed(change, "2026-02-17")
    point.refresh_from_db()
    old.refresh_from_db()
    assert point.customer == buyer and point.account != old and old.closed_date == date(2026, 2, 15)
    assert point.contracts.get(valid_to=None).valid_from == date(2026, 2, 15)
    made = billing.run("2026-02")
    assert made.items.get(account=point.account).reason == "reading_missing"
    billing.read(meter, "2026-02", 750)
    billing.issued("2026-02")
    new = billing.bill_of(point, "2026-02")
    assert (new.energy_kwh, new.period_start) == (150, date(2026, 2, 15))
    assert debts.owed(old.pk, on=date(2026, 3, 10)).total_fen == 0


def test_closing_takes_the_meter_down_bills_and_ends_the_account():
    point, meter = home()
    billing.read(meter, "2026-01", 500)
    billing.issued("2026-01")
    money.pay(point.account, 100_000, on=date(2026, 2, 10))
    change = read(asked(point, "close", "2026-02-15"), {meter.number: {"total": 560}})
    settled(change, "2026-02-16")
    filed(change, "2026-02-16")
    point.refresh_from_db()
    account = Account.objects.get(pk=point.account_id)
    bill = billing.bill_of(point, "2026-02")
    assert (point.state, account.closed_date, bill.kind) == ("closed", date(2026, 2, 15), "final")
    assert Meter.objects.get().state == "in_stock"
    assert debts.owed(account.pk, on=date(2026, 2, 20)).prepaid_fen > 0


def test_a_part_becomes_a_supply_point_of_its_own_and_comes_back():
    point = supply.shop(terms={"capacity_kva": Decimal(30)})
    meter = billing.metered(point)
    billing.read(meter, "2026-01", 500)
    billing.issued("2026-01")
    money.pay(
        point.account, debts.owed(point.account_id, on=date(2026, 2, 10)).total_fen, on=date(2026, 2, 10)
    )
    fresh = metering.meter()
    neighbour = customers.organisation("东街茶铺")
    change = asked(
        point,
        "split",
        "2026-02-15",
        new_customer=neighbour,
        capacity_kva=Decimal(10),
        address="灯火镇东街18号乙",
    )
    read(change, {meter.number: {"total": 550}}, new=NewMeter(fresh.asset_number))
    filed(settled(change, "2026-02-15"), "2026-02-15")
    made = SupplyPoint.objects.exclude(pk=point.pk).get()
    assert (terms(point, "2026-02-15").capacity_kva, terms(made, "2026-02-15").capacity_kva) == (20, 10)
    assert made.customer == neighbour and made.metering_points.get().installations.get().meter == fresh
    billing.read(meter, "2026-02", 600)
    billing.read(made.metering_points.get(), "2026-02", 40)
    billing.issued("2026-02")
    assert billing.bill_of(made, "2026-02").period_start == date(2026, 2, 15)
    for owing in (point, made):
        money.pay(
            owing.account, debts.owed(owing.account_id, on=date(2026, 3, 10)).total_fen, on=date(2026, 3, 10)
        )
    other = made.metering_points.get()
    merger = asked(point, "merge", "2026-03-15", other_point=made)
    read(merger, {other.number: {"total": 55}})
    settled(merger, "2026-03-16")
    money.pay(made.account, debts.owed(made.account_id, on=date(2026, 3, 16)).total_fen, on=date(2026, 3, 16))
    filed(merger, "2026-03-16")
    made.refresh_from_db()
    assert made.state == "closed" and terms(point, "2026-03-15").capacity_kva == 30


def test_the_meter_comes_down_for_a_while():
    point, meter = home()
    billing.read(meter, "2026-01", 500)
    change = done(
        asked(point, "remove", "2026-02-15", until="2026-08-15"), shown={meter.number: {"total": 520}}
    )
    point.refresh_from_db()
    assert point.state == "suspended"
    billing.issued("2026-01")
    billing.issued("2026-02")
    made = billing.bill_of(point, "2026-02")
    assert (made.energy_kwh, made.period_end, made.kind) == (20, date(2026, 2, 15), "ordinary")
    with pytest.raises(Exception, match="due|到期|应"):
        billing.run("2026-03")
    back = done(asked(point, "reinstall", "2026-04-10"))
    change.refresh_from_db()
    assert change.ended_date == back.effective_date
    successor = point.metering_points.get(closed_date=None)
    billing.read(successor, "2026-04", 545)
    billing.issued("2026-04")
    assert billing.bill_of(point, "2026-04").energy_kwh == 25


def test_records_follow_names_addresses_classes_and_voltages():
    point, meter = home()
    billing.read(meter, "2026-01", 500)
    change = done(asked(point, "rename", "2026-02-10", on="2026-02-10", name="王秀兰"))
    point.customer.refresh_from_db()
    assert point.customer.name == "王秀兰" and point.contracts.count() == 1
    assert "王秀兰" not in change.wish
    moved = asked(point, "relocate", "2026-02-15", on="2026-02-11", address="灯火镇梧桐巷15-101")
    with pytest.raises(operations.ChangeImpossible):
        done(moved)
    done(moved, shown={meter.number: {"total": 520}})
    point.refresh_from_db()
    assert point.address.endswith("15-101")
    done(asked(point, "move_meter", "2026-02-20", on="2026-02-16"), shown={meter.number: {"total": 530}})
    done(asked(point, "tariff_class", "2026-03-01", on="2026-02-20", terms={"household_persons": 6}))
    assert terms(point, "2026-03-01").household_persons == 6
    fresh = metering.meter("tou_reactive_demand")
    works, own = mill()
    done(
        asked(works, "voltage", "2026-03-01", on="2026-02-20", terms={"voltage": "35kv"}),
        shown={own.number: readings_of(100, reactive=10, demand=20)},
        new_meters={own.number: NewMeter(fresh.asset_number)},
    )
    assert terms(works, "2026-03-01").voltage == "35kv" and fresh.installations.exists()


def test_the_way_of_the_basic_charge_changes_once_a_quarter():
    point, _meter = mill()
    demand = {"billing_mode": "contract_demand", "contract_demand_kw": "300"}
    assert refusals(point, "tariff_class", "2026-03-01", on="2026-02-20", terms=demand) == ["mode_notice"]
    low = {**demand, "contract_demand_kw": "200"}
    assert refusals(point, "tariff_class", "2026-04-01", on="2026-02-20", terms=low) == ["demand_floor"]
    done(asked(point, "tariff_class", "2026-04-01", on="2026-02-20", terms=demand))
    back = {"billing_mode": "capacity"}
    assert refusals(point, "tariff_class", "2026-06-01", on="2026-04-20", terms=back) == ["mode_too_soon"]
    asked(point, "tariff_class", "2026-07-01", on="2026-04-20", terms=back)


def test_work_done_outside_takes_effect():
    from denghuo.commerce.fieldwork import operations as fieldwork
    from denghuo.commerce.fieldwork import queries as field_tasks

    point, meter = mill()
    change = approved(asked(point, "suspend", "2026-03-11", until="2026-06-11", unit_ids=frozenset({0})))
    task = field_tasks.task_of(change, "changes.seal")
    assert task is not None
    fieldwork.complete(
        task=task,
        answers={
            "done_date": date(2026, 3, 11),
            "shown": readings_of(900, reactive=90, demand=50),
            "seal_number": "F77",
        },
        at=noon("2026-03-11"),
        actor=person("nongjun"),
    )
    change.refresh_from_db()
    assert change.state == "effective" and change.done_by == person("nongjun")
    assert meter.readings.filter(kind="special").get().total == 900


def test_what_ends_soon_is_told_once():
    point, _meter = mill()
    done(asked(point, "suspend", "2026-03-11", until="2026-06-11", unit_ids=frozenset({0})))
    assert operations.warn_of_ends(at=noon("2026-05-30")) == 0
    assert operations.warn_of_ends(at=noon("2026-06-02")) == 1
    assert operations.warn_of_ends(at=noon("2026-06-03")) == 0


def test_a_preview_says_before_and_after():
    point, meter = mill()
    first, _second = units(point, 400, 230)
    change = asked(point, "suspend", "2026-03-11", until="2026-06-11", unit_ids=frozenset({first.pk}))
    shown = queries.preview(change)
    assert [(row.before, row.after) for row in shown.rows][0] == ("630 kVA", "230 kVA")
    assert [found.number for found, _ in shown.readings] == [meter.number]
    assert Wished(date(2026, 1, 1)).terms == {}
    assert cast.noon("2026-01-01") == readings.noon(date(2026, 1, 1))
