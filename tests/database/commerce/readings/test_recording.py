"""Readings come in: accepted, held, refused or known already."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from denghuo.commerce.readings import frames
from denghuo.commerce.readings.models import Reading, ReadingException
from denghuo.commerce.readings.operations import ReadingRefused
from tests.cast import metering, readings, supply

pytestmark = pytest.mark.django_db


def test_a_month_is_read_and_becomes_an_advance_for_the_engine():
    home = metering.hang(supply.wang_xiuying(), opening={"total": 100}).metering_point

    reading = readings.read(home, "2025-08", "358.25")

    assert (reading.state, reading.advance_kwh, reading.advance_days) == ("accepted", Decimal("258.25"), 31)
    table = frames.advances(cycle="2025-08", account_ids=[home.supply_point.account_id])
    assert table.num_rows == 1
    row = table.to_pylist()[0]
    assert (row["case_id"], row["point_id"]) == (home.supply_point.account_id, home.pk)
    assert (row["start"], row["end"]) == (date(2025, 8, 1), date(2025, 9, 1))
    assert (row["opening_total"], row["closing_total"], row["multiplier"]) == (1_000_000, 3_582_500, 100)
    assert row["modulus"] is None and row["opening_peak"] is None and row["estimated"] is False
    points = frames.points(advances=table, account_ids=[home.supply_point.account_id]).to_pylist()
    assert [(p["point_id"], p["measure"], p["loss_method"]) for p in points] == [(home.pk, "metered", "none")]
