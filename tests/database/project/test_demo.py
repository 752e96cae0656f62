"""The demonstration town stands, adds up, and shows what it promises."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db.models import Count, Sum
from rich.console import Console

from denghuo.commerce.billing.models import Bill, BillingException, BillLine, RunItem
from denghuo.commerce.readings.models import ReadingException
from denghuo.foundation.audit.models import Entry
from denghuo.project import doctor
from denghuo.project.demo import build
from denghuo.records.customers.models import Customer

pytestmark = pytest.mark.django_db

CUSTOMERS, MONTHS = 120, 7


@pytest.fixture(scope="module")
def standing(django_db_setup, django_db_blocker):
    """The town, built once for this module and taken down with its transaction."""
    from django.db import transaction

    outermost = transaction.atomic()
    outermost._from_testcase = True  # what must not be inside a transaction may be inside this one
    with django_db_blocker.unblock(), outermost:
        output = io.StringIO()
        build.town(customers=CUSTOMERS, months=MONTHS, console=Console(file=output, width=100))
        yield output.getvalue()
        transaction.set_rollback(True)


def test_it_has_the_size_that_was_asked_for_and_is_marked_synthetic(standing):
    founded = Customer.objects.earliest("created_at").created_at + timedelta(days=1)
    assert Customer.objects.filter(created_at__lt=founded).count() == CUSTOMERS, "others moved in later"
    assert not Customer.objects.filter(synthetic=False).exists()
    assert "liumin" in standing


def test_every_invariant_of_the_books_holds(standing):
    findings = {name: found for name, found in doctor.examine().items() if found}
    findings.pop("settings are safe", None)
    assert findings == {}


def test_all_cycles_but_the_last_are_issued_and_every_account_has_an_outcome(standing):
    states = dict(
        Bill.objects.filter(kind="ordinary", cycle__lt="2026-08").values_list("state").annotate(Count("id"))
    )
    assert set(states) == {"issued", "cancelled"}, "one month was corrected"
    whole = RunItem.objects.filter(run__long_run__isnull=False)
    for run, total in whole.values_list("run").annotate(Count("id")):
        assert total == CUSTOMERS, run
    assert set(Bill.objects.filter(cycle="2026-08").values_list("state", flat=True)) <= {"draft", "held"}


def test_lines_add_up_to_their_bills(standing):
    sums = dict(BillLine.objects.values_list("bill").annotate(Sum("amount_fen")))
    assert sums == dict(Bill.objects.filter(pk__in=sums).values_list("pk", "total_fen"))


def test_the_last_cycle_waits_for_a_person(standing):
    assert ReadingException.objects.filter(cycle="2026-08").exclude(state="resolved").exists()
    assert BillingException.objects.filter(cycle="2026-08", state="open").exists()


@pytest.mark.parametrize("name", ["王秀英", "灯火纺织厂", "孙丽", "灯火铸造有限公司"])
def test_the_named_cast_is_billed(standing, name):
    assert Bill.objects.filter(account__customer__name=name, state="issued").count() >= MONTHS - 1


def test_the_mill_pays_for_its_poor_power_factor(standing):
    lines = BillLine.objects.filter(
        bill__account__customer__name="灯火纺织厂",
        bill__cycle="2026-07",
        group="adjustment",
        in_pf_base=False,
    )
    surcharge = BillLine.objects.filter(
        bill__account__customer__name="灯火纺织厂", bill__cycle="2026-07", component__contains="power_factor"
    )
    assert (surcharge.aggregate(fen=Sum("amount_fen"))["fen"] or 0) > 0, list(lines.values())


def test_an_exchange_is_billed_from_both_meters_and_touches_nobody_else(standing):
    for cycle in ("2026-02", "2026-03"):
        energies = Bill.objects.filter(account__customer__name="灯火纺织厂", cycle=cycle).values_list(
            "energy_kwh", flat=True
        )
        assert all(energy > 10_000 for energy in energies)
    shop = Bill.objects.get(account__customer__name="陈记面馆", cycle="2026-02")
    assert 500 < shop.energy_kwh < 3_000


def test_building_again_changes_nothing(standing):
    before = Entry.objects.count(), Bill.objects.count()
    output = io.StringIO()
    build.town(customers=CUSTOMERS, months=MONTHS, console=Console(file=output, width=100))
    assert (Entry.objects.count(), Bill.objects.count()) == before
    assert "stands already" in output.getvalue()
