"""Bills of every shape: several supply points on one bill, power sold as well as bought, a final bill, overlapping runs."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from denghuo.commerce.billing import operations, queries
from denghuo.commerce.billing.models import Bill, BillSection, RunItem
from denghuo.commerce.billing.rules import Scope
from denghuo.foundation.jobs import operations as jobs
from denghuo.kernel.periods import Cycle
from tests.cast import billing as cast
from tests.cast import supply
from tests.cast.customers import AT


@pytest.mark.django_db
def test_an_account_with_two_supply_points_gets_one_bill_with_two_sections():
    cast.prices()
    first = supply.shop("灯火商场", "灯火镇东街1号")
    second = supply.operations.open_supply_point(
        customer=first.customer,
        account=first.account,
        address="灯火镇东街2号",
        energised_date=supply.ENERGISED,
        terms={
            "area": supply.grid.area(), "tariff_class": "commercial_industrial", "use_nature": "shop", "voltage": "lt1kv",
            "capacity_kva": 30, "price_book": "cn-gx", "tariff": "ci_single", "market": "agent",
        },
        at=AT,
    )  # fmt: skip
    one, two = cast.metered(first), cast.metered(second)
    cast.read(one, "2025-08", 500)
    run = cast.run("2025-08")
    assert queries.run_totals(run).outcomes["parked"] == 1, "an account is billed whole or not at all"
    cast.read(two, "2025-08", 700)
    cast.run("2025-08")
    bill = cast.bill_of(first, "2025-08")
    assert bill.energy_kwh == 1200
    assert {section.supply_point_id for section in bill.sections.all()} == {first.pk, second.pk}
    assert bill.total_fen == sum(section.total_fen for section in bill.sections.all())
    assert [line.position for line in bill.lines.all()] == list(range(1, bill.lines.count() + 1))


@pytest.mark.django_db
def test_a_pv_roof_is_billed_for_what_it_buys_and_paid_for_what_it_sells():
    cast.prices()
    sun = supply.household("孙丽", "灯火镇梧桐巷9-101")
    bought = cast.metered(sun)
    sold = cast.metered(sun, role="feed_in", tariff="pv_feed_in")
    cast.read(bought, "2025-08", 120)
    cast.read(sold, "2025-08", 300)
    cast.run("2025-08")
    consumption, settlement = Bill.objects.filter(account=sun.account).order_by("-total_fen")
    assert (consumption.kind, consumption.energy_kwh) == ("ordinary", 120)
    assert (settlement.kind, settlement.energy_kwh) == ("feed_in", 300)
    assert consumption.total_fen > 0 > settlement.total_fen
    cast.run("2025-08")
    assert Bill.objects.filter(account=sun.account).count() == 2
    assert list(queries.inconsistencies()) == []


@pytest.mark.django_db
def test_energy_of_the_tier_year_is_counted_once_and_without_cancelled_bills():
    cast.prices()
    wang = supply.wang_xiuying()
    point = cast.metered(wang)
    for month, (cycle, total) in enumerate((("2025-08", 300), ("2025-09", 700), ("2025-10", 1200))):
        cast.read(point, cycle, total)
        run = cast.run(cycle)
        cast.release_all(run)
        cast.settle(run)
        section = BillSection.objects.get(bill=cast.bill_of(wang, cycle))
        assert section.prior_energy_kwh == (0, 300, 700)[month]
    bill = cast.bill_of(wang, "2025-09")
    people = cast.people()
    reversal = operations.ask_reversal(
        bill=bill, reason="重算", rebill=True, actor=people["liumin"], at=cast.moment("2025-11-10")
    )
    operations.approve_reversal(
        reversal=reversal,
        actor=people["heyong"],
        at=cast.moment("2025-11-11"),
        due_date=cast.moment("2025-11-30").date(),
    )
    again = BillSection.objects.get(bill=cast.bill_of(wang, "2025-09"))
    assert (again.prior_energy_kwh, again.energy_kwh) == (300, 400)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_runs_of_the_same_cycle_at_once_bill_everybody_once(threaded_database):
    cast.prices()
    homes = [supply.household(f"周明{n}", f"灯火镇河西路{n}号") for n in range(1, 7)]
    for home in homes:
        cast.read(cast.metered(home), "2025-08", 100)
    runs = [
        operations.start_run(
            cycle=Cycle.parse("2025-08"), scope=Scope(), actor=None, visible="45", unit_id="45",
            at=cast.moment("2025-09-03"), chunk_accounts=2,
        )
        for _ in range(2)
    ]  # fmt: skip

    def work(run):
        try:
            jobs.drive(run=run.long_run, clock=lambda: cast.moment("2025-09-03"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[run]) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Bill.objects.count() == len(homes)
    assert RunItem.objects.filter(outcome="billed").count() == len(homes)
    assert RunItem.objects.filter(outcome="skipped").count() == len(homes)
    assert list(queries.inconsistencies()) == []
