"""Which voltage feeds which, and how full a transformer is."""

from __future__ import annotations

import pytest

from denghuo.records.grid import rules


@pytest.mark.parametrize(
    "upper, lower, feeds", [("110kv", "1-10kv", True), ("1-10kv", "1-10kv", True), ("1-10kv", "35kv", False)]
)
def test_voltage_goes_down(upper, lower, feeds):
    assert rules.feeds(upper, lower) is feeds


def test_load_share():
    assert rules.load_share_percent(300_00, 400_00) == 75
    assert rules.load_share_percent(300_00, 0) is None
