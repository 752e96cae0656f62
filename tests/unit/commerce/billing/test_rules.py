"""States, due dates, scopes, and why a bill differs from the one before."""

from __future__ import annotations

from datetime import date
from random import Random

import numpy as np
import pytest

from denghuo.commerce.billing.rules import TRANSITIONS, DueDate, Scope, ScopeInvalid, may_become
from denghuo.commerce.billing.rules.compare import Charge, causes
from denghuo.kernel import identifiers
from denghuo.kernel.identifiers import NumberKind


def test_an_issued_bill_can_only_be_cancelled():
    assert [state for state in TRANSITIONS if may_become("issued", state)] == ["cancelled"]
    assert not TRANSITIONS["cancelled"]


@pytest.mark.parametrize(
    ("rule", "issued", "due"),
    [
        (DueDate(days=5), date(2026, 9, 4), date(2026, 9, 9)),
        (DueDate(days=15), date(2026, 2, 20), date(2026, 3, 7)),
        (DueDate(day_of_month=25), date(2026, 9, 4), date(2026, 9, 25)),
        (DueDate(day_of_month=4), date(2026, 9, 4), date(2026, 10, 4)),
        (DueDate(day_of_month=31), date(2026, 2, 3), date(2026, 2, 28)),
        (DueDate(day_of_month=31), date(2026, 2, 28), date(2026, 3, 31)),
        (DueDate(day_of_month=10), date(2026, 12, 20), date(2027, 1, 10)),
    ],
)
def test_a_bill_is_due_after_some_days_or_on_a_fixed_day(rule, issued, due):
    assert rule.of(issued) == due


@pytest.mark.parametrize("wrong", [{"days": 0}, {"day_of_month": 0}, {"day_of_month": 32}])
def test_a_due_date_lies_after_the_issue(wrong):
    with pytest.raises(ValueError, match="due"):
        DueDate(**wrong)


@pytest.mark.parametrize("text", ["", "unit:4501", "route:R-01,R-02", "account:45000000000018"])
def test_a_scope_reads_back_as_it_was_written(text):
    scope = Scope.parse(text)
    assert str(scope) == text
    assert Scope.from_json(scope.to_json()) == scope


@pytest.mark.parametrize("text", ["4501", "unit:", "town:4501", "unit 4501", "unit:, ,"])
def test_a_scope_that_names_nothing_is_refused(text):
    with pytest.raises(ScopeInvalid):
        Scope.parse(text)


def test_bill_numbers_of_a_block_are_those_made_one_by_one():
    from denghuo.commerce.billing.frames.rows import bill_numbers

    serials = [1, 9, 10, 123_456, 99_999_999_999]
    expected = [identifiers.number(NumberKind.BILL, "202608", serial) for serial in serials]
    assert bill_numbers("2026-08", serials) == expected
    assert bill_numbers("2026-08", np.array(serials)) == expected
    with pytest.raises(ValueError, match="digits"):
        bill_numbers("2026-08", [10**11])


def _home(energy: int, tier2: int, price: int, premium: int) -> list[Charge]:
    lines = [
        Charge("list", "energy", "kwh", "", 1, energy - tier2, price, round((energy - tier2) * price / 10**8))
    ]
    if tier2:
        full = price + premium
        lines.append(Charge("list", "energy", "kwh", "", 2, tier2, full, round(tier2 * full / 10**8)))
    return lines


def test_more_energy_at_the_same_price_is_quantity_alone():
    found = causes(
        _home(100_00, 0, 50_000_000, 0),
        _home(150_00, 0, 50_000_000, 0),
        energy_before=100_00,
        energy_after=150_00,
    )
    assert [(cause.code, cause.amount_fen) for cause in found] == [("quantity", 25_00)]


def test_a_new_price_and_a_higher_tier_are_told_apart():
    before = _home(100_00, 0, 50_000_000, 5_000_000)
    dearer = _home(100_00, 0, 60_000_000, 5_000_000)
    assert [
        (c.code, c.amount_fen) for c in causes(before, dearer, energy_before=100_00, energy_after=100_00)
    ] == [("price", 10_00)]
    climbed = _home(200_00, 50_00, 50_000_000, 5_000_000)
    found = {c.code: c.amount_fen for c in causes(before, climbed, energy_before=100_00, energy_after=200_00)}
    assert found == {"quantity": 50_00, "tier": 2_50}


def test_basic_power_factor_and_adjustments_have_their_own_causes():
    before = [
        *_home(100_00, 0, 50_000_000, 0),
        Charge("basic", "capacity", "kva_month", "", None, 630_00, 0, 15_120_00),
    ]
    after = [
        *_home(100_00, 0, 50_000_000, 0),
        Charge("basic", "capacity", "kva_month", "", None, 800_00, 0, 19_200_00),
        Charge("adjustment", "power_factor", "fen", "", None, 0, 0, -300),
        Charge("adjustment", "refund", "amount", "", None, 100, 0, -1_000),
    ]
    found = {c.code: c.amount_fen for c in causes(before, after, energy_before=100_00, energy_after=100_00)}
    assert found == {"basic": 4_080_00, "power_factor": -300, "other": -1_000}


@pytest.mark.parametrize("seed", range(30))
def test_the_causes_always_add_up_to_the_difference(seed):
    random = Random(seed)

    def bill() -> tuple[list[Charge], int]:
        lines, energy = [], 0
        for tou in random.sample(["peak", "flat", "valley", ""], random.randrange(1, 4)):
            for tier in random.choice([[None], [1], [1, 2], [1, 2, 3]]):
                quantity, price = random.randrange(0, 10**6), random.randrange(1, 2 * 10**8)
                energy += quantity
                lines.append(
                    Charge("energy", "x", "kwh", tou, tier, quantity, price, round(quantity * price / 10**8))
                )
        for group, component, unit in (
            ("basic", "capacity", "kva_month"),
            ("adjustment", "power_factor", "fen"),
        ):
            if random.random() < 0.5:
                lines.append(Charge(group, component, unit, "", None, 0, 0, random.randrange(-9_999, 9_999)))
        return lines, random.choice([energy, 0])

    (before, energy_before), (after, energy_after) = bill(), bill()
    found = causes(before, after, energy_before=energy_before, energy_after=energy_after)
    assert sum(cause.amount_fen for cause in found) == sum(c.amount_fen for c in after) - sum(
        c.amount_fen for c in before
    )
