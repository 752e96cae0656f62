"""Terms and losses as columns: the same as the rows, clipped to the period, in one query each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from denghuo.engine.tables import pricing
from denghuo.records.supply import frames, operations
from tests.cast import supply

pytestmark = pytest.mark.django_db

AUGUST_2026 = (date(2026, 8, 1), date(2026, 9, 1))
MID = date(2026, 8, 16)


def test_terms_become_the_engines_columns(now, django_assert_num_queries):
    home, foundry = supply.li_jianguo(), supply.foundry()
    operations.change_terms(supply_point=home, from_date=MID, capacity_kva=Decimal("16.5"), at=now)
    with django_assert_num_queries(1):
        table = frames.terms([home.pk, foundry.pk], *AUGUST_2026)
    assert table.column("supply_point_id").to_pylist() == [home.pk, home.pk, foundry.pk]
    assert table.column("start").to_pylist() == [date(2026, 8, 1), MID, date(2026, 8, 1)]
    assert table.column("end").to_pylist() == [MID, date(2026, 9, 1), date(2026, 9, 1)]
    assert table.column("capacity").to_pylist() == [8_00, 16_50, 31_500_00]
    assert table.column("contract_demand").to_pylist() == [None, None, 20_000_00]
    assert table.column("persons").to_pylist() == [5, 5, None]
    assert table.column("pf_standard").to_pylist() == [0, 0, 90]
    assert table.column("demand_exempt").to_pylist() == [False, False, False]
    assert pricing.conform("terms", frames.case_terms(table), pricing.TERMS).num_rows == 3


def test_a_supply_point_closed_inside_the_period_has_its_part_only(now):
    home = supply.household()
    operations.close(supply_point=home, on=MID, at=now, reason="销户")
    table = frames.terms([home.pk], *AUGUST_2026)
    assert table.column("end").to_pylist() == [MID]
    assert frames.terms([home.pk], date(2026, 9, 1), date(2026, 10, 1)).num_rows == 0
    assert frames.terms([], *AUGUST_2026).num_rows == 0


COEFFICIENT = {"method": "coefficient", "iron_loss_kw": Decimal("1.2345"), "copper_ratio": Decimal("0.012")}


def test_loss_terms_become_the_points_columns():
    mill, home = supply.factory(loss=COEFFICIENT), supply.household()
    table = frames.loss([mill.pk, home.pk], *AUGUST_2026)
    assert table.to_pylist() == [
        {
            "supply_point_id": mill.pk,
            "loss_method": "coefficient",
            "iron_kw": 1_2345,
            "copper_ratio": 12_000,
            "no_load_kvar": 0,
            "kq": 0,
            "line_loss_ratio": 0,
            "rated_kva": 0,
            "load_loss_kw": 0,
            "shift_factor": 0,
            "hours": 720_00,
            "rows": 1,
        }
    ]
    for name in table.column_names:
        if name in pricing.POINTS.names:
            assert table.schema.field(name).type == pricing.POINTS.field(name).type


@pytest.mark.parametrize(
    "start, end, hours",
    [
        (date(2026, 8, 1), date(2026, 9, 1), 720),
        (date(2026, 2, 1), date(2026, 3, 1), 720),
        (date(2026, 8, 1), date(2026, 8, 11), 240),
        (date(2026, 7, 16), date(2026, 8, 16), 744),
    ],
)
def test_hours_of_transformer_loss(start, end, hours):
    mill = supply.factory(loss=COEFFICIENT)
    assert frames.loss([mill.pk], start, end)["hours"].to_pylist() == [hours * 100]


def test_a_change_of_losses_inside_the_period_is_visible(now):
    mill = supply.factory(loss=COEFFICIENT)
    operations.set_loss_terms(
        supply_point=mill, from_date=MID, method="percent", line_loss_ratio=Decimal("0.02"), at=now
    )
    (row,) = frames.loss([mill.pk], *AUGUST_2026).to_pylist()
    assert (row["rows"], row["loss_method"], row["line_loss_ratio"]) == (2, "percent", 20_000)
    assert row["hours"] == 31 * 24 * 100
    assert frames.loss([], *AUGUST_2026).num_rows == 0
