"""Contract prices and adjustment lines of one supply point."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from denghuo.commerce.tariffs import operations
from denghuo.commerce.tariffs.models import AdjustmentLine, ContractPrice
from denghuo.foundation.audit.models import Entry
from tests.cast import staff, supply

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(now):
    return staff.hire("tangjing", now)


@pytest.fixture
def foundry(db):
    return supply.factory()


def agreed(foundry, clerk, now, price, start, end=None, tou=""):
    return operations.set_contract_price(
        supply_point=foundry, component="retail_energy", price=Decimal(price), valid_from=start, valid_to=end,
        tou=tou, basis="零售合同 2026-17", actor=clerk, at=now,
    )  # fmt: skip


def test_a_new_contract_ends_the_open_one(foundry, clerk, now):
    agreed(foundry, clerk, now, "0.4120", date(2026, 1, 1))
    agreed(foundry, clerk, now, "0.3980", date(2026, 7, 1))

    rows = ContractPrice.objects.filter(supply_point=foundry).order_by("valid_from")
    assert list(rows.values_list("price", "valid_from", "valid_to")) == [
        (Decimal("0.4120"), date(2026, 1, 1), date(2026, 7, 1)),
        (Decimal("0.3980"), date(2026, 7, 1), None),
    ]
    assert Entry.objects.filter(action="tariffs.contract_price.set").count() == 2


@pytest.mark.parametrize(
    "start, end",
    [
        (date(2026, 1, 1), None),
        (date(2025, 6, 1), date(2026, 2, 1)),
        (date(2026, 3, 1), date(2026, 3, 1)),
        (date(2026, 3, 1), date(2026, 2, 1)),
    ],
)
def test_contract_prices_never_overlap(foundry, clerk, now, start, end):
    agreed(foundry, clerk, now, "0.4120", date(2026, 1, 1), date(2027, 1, 1))
    with pytest.raises(operations.ContractPriceInvalid):
        agreed(foundry, clerk, now, "0.3980", start, end)
    assert ContractPrice.objects.count() == 1


def test_each_period_has_a_price_of_its_own(foundry, clerk, now):
    for tou, price in (("peak", "0.5"), ("flat", "0.4"), ("valley", "0.3")):
        agreed(foundry, clerk, now, price, date(2026, 1, 1), tou=tou)
    assert ContractPrice.objects.filter(valid_to__isnull=True).count() == 3


def adjusted(foundry, clerk, now, code="deviation", cycle="2026-08"):
    return operations.add_adjustment(
        supply_point=foundry, cycle=cycle, code=code, name="偏差回收返还", amount_fen=-39_397_70, in_pf_base=True,
        basis="交易中心结算单", actor=clerk, at=now,
    )  # fmt: skip


def test_an_adjustment_is_put_on_a_cycle_once(foundry, clerk, now):
    adjusted(foundry, clerk, now)
    with pytest.raises(operations.AdjustmentTwice):
        adjusted(foundry, clerk, now)
    adjusted(foundry, clerk, now, cycle="2026-09")
    assert AdjustmentLine.objects.count() == 2


def test_a_cycle_is_a_month(foundry, clerk, now):
    with pytest.raises(ValueError, match="YYYY-MM"):
        adjusted(foundry, clerk, now, cycle="2026-8")
