"""A billing run writes every bill once, exactly, and says what became of every account."""

from __future__ import annotations

import pytest

from denghuo.commerce.billing import operations, queries
from denghuo.commerce.billing.models import Bill, BillingException, BillSection, RunItem
from denghuo.kernel import identifiers
from tests.cast import billing as cast
from tests.cast import supply

pytestmark = pytest.mark.django_db


@pytest.fixture
def homes():
    cast.prices()
    wang, li = supply.wang_xiuying(), supply.li_jianguo()
    return wang, cast.metered(wang), li, cast.metered(li)


def test_a_home_is_billed_for_what_its_meter_counted(homes):
    wang, point, li, other = homes
    for cycle, total in (("2025-08", 100), ("2025-09", 250)):
        cast.read(point, cycle, total)
        cast.read(other, cycle, total * 2)
    cast.issued("2025-08")
    run = cast.run("2025-09")

    bill = cast.bill_of(wang, "2025-09")
    assert bill.energy_kwh == 150
    assert bill.state == "draft"
    assert identifiers.is_valid(bill.number)
    assert bill.number.startswith("202509")
    assert bill.total_fen == sum(line.amount_fen for line in bill.lines.all()) > 0
    assert bill.sections.get().total_fen == bill.total_fen
    totals = queries.run_totals(run)
    assert totals.outcomes == {"billed": 2, "skipped": 0, "parked": 0}
    assert totals.in_scope == 2
    assert list(queries.inconsistencies()) == []


def test_the_second_run_of_a_cycle_changes_nothing(homes):
    _wang, point, _li, other = homes
    cast.read(point, "2025-08", 100)
    cast.read(other, "2025-08", 100)
    cast.run("2025-08")
    before = list(Bill.objects.order_by("id").values())
    again = cast.run("2025-08")
    assert list(Bill.objects.order_by("id").values()) == before
    assert set(RunItem.objects.filter(run=again).values_list("outcome", "reason")) == {
        ("skipped", "already_billed")
    }


def test_an_account_without_a_reading_is_parked_with_the_reason_and_billed_when_it_comes(homes):
    wang, point, li, other = homes
    cast.read(point, "2025-08", 100)
    run = cast.run("2025-08")
    assert RunItem.objects.get(run=run, account=li.account).outcome == "parked"
    exception = BillingException.objects.get(account=li.account)
    assert (exception.rule, exception.state) == ("reading_missing", "open")

    cast.run("2025-08")
    assert BillingException.objects.filter(account=li.account).count() == 1, (
        "the same reason is not raised twice"
    )

    cast.read(other, "2025-08", 80)
    cast.run("2025-08")
    exception.refresh_from_db()
    assert exception.state == "resolved"
    assert cast.bill_of(li, "2025-08").energy_kwh == 80
    assert list(queries.inconsistencies()) == []


def test_a_trial_run_writes_no_bill_and_shows_the_difference(homes):
    wang, point, li, other = homes
    cast.read(point, "2025-08", 100)
    cast.read(other, "2025-08", 100)
    cast.issued("2025-08")
    cast.read(point, "2025-09", 300)
    cast.read(other, "2025-09", 200)
    before = Bill.objects.count()
    run = cast.run("2025-09", dry_run=True)
    assert Bill.objects.count() == before
    assert BillSection.objects.count() == before
    wang_item = RunItem.objects.get(run=run, account=wang.account)
    assert wang_item.before_fen == cast.bill_of(wang, "2025-08").total_fen
    assert wang_item.total_fen > wang_item.before_fen
    assert [item.account for item in queries.differences(run)] == [wang.account]


def test_the_yearly_tiers_count_what_earlier_bills_counted(homes):
    _wang, point, _li, other = homes
    for n, cycle in enumerate(("2025-08", "2025-09", "2025-10"), start=1):
        cast.read(point, cycle, 900 * n)
        cast.read(other, cycle, 50 * n)
        cast.issued(cycle)
    section = BillSection.objects.filter(supply_point=point.supply_point).order_by("-period_start").first()
    assert section.tier_energy_kwh is not None


def test_the_archive_prices_every_bill_again_to_the_fen(homes):
    from denghuo.commerce.billing import frames

    wang, point, _li, other = homes
    cast.read(point, "2025-08", 321)
    cast.read(other, "2025-08", 1000)
    cast.run("2025-08")
    bill = cast.bill_of(wang, "2025-08")
    _tables, priced = frames.replay(bill.archive, [wang.id])
    rows = priced.lines.to_pylist()
    assert [(row["component"], row["amount_fen"]) for row in rows] == [
        (line.component, line.amount_fen) for line in bill.lines.all()
    ]


def test_nobody_approves_the_run_they_started(homes):
    _wang, point, _li, other = homes
    cast.read(point, "2025-08", 100)
    cast.read(other, "2025-08", 100)
    run = cast.run("2025-08")
    with pytest.raises(operations.RunCannotBeApproved):
        operations.approve(run=run, actor=cast.people()["liumin"], at=cast.moment("2025-09-04"))
