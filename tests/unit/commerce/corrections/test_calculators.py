"""The calculators against fractions and phasors."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denghuo.commerce.corrections.rules import calculators
from tests.oracles import corrections as oracle

ENERGY = st.decimals(0, 10_000_000, places=2)


@given(
    ENERGY,
    st.decimals("-99.99", "200", places=4),
    st.sampled_from([Decimal("0.5"), Decimal(1), Decimal("0.25")]),
)
def test_a_meter_error_is_what_flowed_less_what_was_shown(recorded, error, share):
    result = calculators.meter_error(recorded_kwh=recorded, error_percent=error, period_factor=share)
    assert Fraction(result.energy_kwh) == oracle.meter_error(
        Fraction(recorded), Fraction(error), Fraction(share)
    )
    assert result.energy_kwh == 0 or result.collect == (error < 0), "slow is collected, fast refunded"


@pytest.mark.parametrize("case", [case for case in calculators.WIRINGS if case != "4w_two_cts_swapped"])
@pytest.mark.parametrize("power_factor", ["0.55", "0.8", "0.92", "0.99"])
def test_the_correction_factor_follows_from_the_phasors(case, power_factor):
    tangent = calculators.tangent_of(Decimal(power_factor))
    expected = oracle.factor_by_phasors(case, math.acos(float(power_factor)))
    assert math.isclose(float(calculators.correction_factor(case, tangent=tangent)), expected, rel_tol=1e-9)


@pytest.mark.parametrize(
    "case, factor, missing",
    [
        ("4w_one_ct_reversed", 3, 2000),
        ("4w_one_phase_lost", Decimal("1.5"), 500),
        ("4w_two_phases_lost", 3, 2000),
        ("3w_b_voltage_lost", 2, 1000),
    ],
)
def test_known_wirings_of_a_thousand_kilowatt_hours(case, factor, missing):
    found = calculators.correction_factor(case)
    assert found == factor
    assert calculators.wiring_error(recorded_kwh=Decimal(1000), factor=found).energy_kwh == missing


@given(ENERGY, st.integers(1, 20_000), st.integers(1, 20_000))
def test_a_multiplier_error_is_the_difference_of_the_multipliers(recorded, right, wrong):
    result = calculators.multiplier_error(recorded_kwh=recorded, right=right, wrong=wrong)
    expected = oracle.half_up(Fraction(recorded) * right / wrong - Fraction(recorded))
    assert Fraction(result.energy_kwh) == expected


@given(
    st.decimals(-1_000_000, 1_000_000, places=2),
    st.lists(st.decimals(0, 100_000, places=2), min_size=1, max_size=24).filter(lambda parts: sum(parts) > 0),
)
def test_a_split_over_months_adds_up_and_is_in_proportion(energy, parts):
    given_parts = {f"m{at}": part for at, part in enumerate(parts)}
    found = calculators.split_over(energy, given_parts)
    assert sum(found.values()) == energy
    whole = sum(parts)
    for name, part in given_parts.items():
        assert abs(Fraction(found[name]) - Fraction(energy) * Fraction(part) / Fraction(whole)) <= Fraction(
            1, 100
        )


def test_what_has_no_answer_says_so():
    for call, code in (
        (lambda: calculators.meter_error(recorded_kwh=Decimal(1), error_percent=Decimal(-100)), "nothing_recorded"),
        (lambda: calculators.correction_factor("4w_two_cts_swapped"), "meter_stood_still"),
        (lambda: calculators.correction_factor("3w_a_ct_reversed"), "meter_stood_still"),
        (lambda: calculators.wiring_error(recorded_kwh=Decimal(5), factor=Decimal(-3)), "sign_of_factor"),
        (lambda: calculators.fuse_blown(recorded_kwh=Decimal(5), phases=3, lost=3), "phases_lost"),
        (lambda: calculators.normal_month(normal_kwh=Decimal(5), normal_days=0, days=1, recorded_kwh=Decimal(0)), "days"),
        (lambda: calculators.split_over(Decimal(5), {"m": Decimal(0)}), "nothing_recorded"),
        (lambda: calculators.tangent_of(Decimal(0)), "power_factor"),
    ):  # fmt: skip
        with pytest.raises(calculators.CannotCompute) as refused:
            call()
        assert refused.value.code == code


def test_a_reversed_meter_ran_backwards_and_the_right_energy_is_above_zero():
    factor = calculators.correction_factor("4w_three_cts_reversed")
    assert factor == -1
    assert calculators.wiring_error(recorded_kwh=Decimal(-1000), factor=factor).energy_kwh == 2000


def test_a_normal_month_by_days():
    found = calculators.normal_month(
        normal_kwh=Decimal(900), normal_days=30, days=20, recorded_kwh=Decimal("12.5")
    )
    assert found.energy_kwh == Decimal("587.50")


@pytest.mark.parametrize(
    "first, found, years, old",
    [
        (date(2023, 9, 1), date(2026, 9, 1), 3, False),
        (date(2023, 8, 1), date(2026, 9, 1), 3, True),
        (date(2021, 2, 28), date(2024, 2, 29), 3, False),
    ],
)
def test_the_limitation(first, found, years, old):
    assert calculators.too_old(first, found, years) is old
