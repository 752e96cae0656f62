"""How much energy was recorded too little or too much: meter error, wrong wiring, voltage fuse, multiplier.

Exact decimals; quantities in kWh, half up to 0.01. Above zero is collected, below zero refunded.
Sources: 供电营业规则 (1996 articles 80 and 81, 2024 equivalents); docs/domain/meter-error.md and wiring-error.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import isqrt

KWH = Decimal("0.01")
FACTOR = Decimal("0.000000000001")


class CannotCompute(ValueError):
    """Figures for which the formula has no answer; ``code`` says which rule is broken."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Result:
    """``energy_kwh`` that is missing (below zero: too much), the factor behind it, and the formula with its figures."""

    energy_kwh: Decimal
    factor: Decimal
    formula: str

    @property
    def collect(self) -> bool:
        return self.energy_kwh > 0


def _fraction(value: Decimal | Fraction) -> Fraction:
    return Fraction(value)


def _half_up(value: Fraction, step: Decimal = KWH) -> Decimal:
    scaled = value / Fraction(step)
    sign = -1 if scaled < 0 else 1
    whole = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    return (Decimal(sign * whole) * step).quantize(step)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def meter_error(
    *, recorded_kwh: Decimal, error_percent: Decimal, period_factor: Decimal = Decimal("0.5")
) -> Result:
    """A meter or transformer whose tested error γ lies beyond its limit; zero error is the base.

    ΔW = −W·γ/(1+γ), times ``period_factor``: ½ of the time from the last verification or installation to the
    correction. γ > 0 is a fast meter (refund), γ < 0 a slow one (collect).

    Raises:
        CannotCompute: γ is −100 % or less (the meter recorded nothing: use the normal month), or W is below zero.
    """
    if recorded_kwh < 0:
        raise CannotCompute("recorded_below_zero")
    if error_percent <= -100:
        raise CannotCompute("nothing_recorded")
    error = _fraction(error_percent) / 100
    missing = -_fraction(recorded_kwh) * error / (1 + error) * _fraction(period_factor)
    factor = 1 / (1 + error)
    return Result(
        _half_up(missing),
        _half_up(factor, FACTOR),
        f"ΔW = −{_plain(recorded_kwh)} × ({_plain(error_percent)}%) ÷ (1 + {_plain(error_percent)}%) × {_plain(period_factor)}",
    )


@dataclass(frozen=True)
class Wiring:
    """A wrong wiring: power measured wrongly as a multiple of one element's power, of ``right`` such elements.

    ``angle``: K = ``right`` ÷ (a + b·tan φ) for three-phase three-wire meters, where ``wrong`` is (a, b).
    """

    code: str
    right: Fraction
    wrong: Fraction
    tangent: Fraction = Fraction(0)
    confidence: str = "C"


WIRINGS: dict[str, Wiring] = {
    case.code: case
    for case in (
        Wiring("4w_one_ct_reversed", Fraction(3), Fraction(1), confidence="V2"),
        Wiring("4w_one_phase_lost", Fraction(3), Fraction(2), confidence="K"),
        Wiring("4w_two_phases_lost", Fraction(3), Fraction(1), confidence="C"),
        Wiring("4w_two_cts_reversed", Fraction(3), Fraction(-1), confidence="C"),
        Wiring("4w_three_cts_reversed", Fraction(3), Fraction(-3), confidence="C"),
        Wiring("4w_two_cts_swapped", Fraction(3), Fraction(0), confidence="C"),
        # Three-phase three-wire: U·I·√3·cos φ is right; elements U_ab·I_a·cos(30°+φ) and U_cb·I_c·cos(30°−φ).
        Wiring("3w_a_lost", Fraction(2), Fraction(1), Fraction(1), confidence="C"),
        Wiring("3w_c_lost", Fraction(2), Fraction(1), Fraction(-1), confidence="C"),
        Wiring("3w_b_voltage_lost", Fraction(2), Fraction(1), confidence="C"),
        Wiring("3w_a_ct_reversed", Fraction(1), Fraction(0), Fraction(1), confidence="C"),
        Wiring("3w_c_ct_reversed", Fraction(1), Fraction(0), Fraction(-1), confidence="C"),
        Wiring("3w_both_cts_reversed", Fraction(1), Fraction(-1), confidence="C"),
    )
}
"""K by case for a symmetric load. Four-wire: K = right/wrong. Three-wire: K = right / (wrong + tangent·tan φ/√3), with √3
in the cases of one reversed transformer: see :func:`correction_factor`."""


def square_root_3(digits: int = 30) -> Fraction:
    """√3 rounded down to so many decimals."""
    return Fraction(isqrt(3 * 10 ** (2 * digits)), 10**digits)


def correction_factor(case: str, *, tangent: Decimal = Decimal(0)) -> Decimal:
    """K = P_correct ÷ P_wrong of a wiring (更正系数), 12 decimals; ``tangent`` = tan φ of the load (three-wire cases).

    With phase A without current (or its voltage) only U_cb·I_c·cos(30°−φ) is measured:
    K = 2 ÷ (1 + tan φ/√3); with phase C lost K = 2 ÷ (1 − tan φ/√3). One current transformer reversed measures
    U·I·(cos(30°−φ) − cos(30°+φ)) = U·I·sin φ, so K = √3 ÷ tan φ (A) or −√3 ÷ tan φ (C).

    Raises:
        CannotCompute: unknown case; or the meter stood still, so K has no value (use the normal month).
    """
    if case not in WIRINGS:
        raise CannotCompute("unknown_wiring")
    wiring, tan = WIRINGS[case], _fraction(tangent)
    if not wiring.tangent:
        wrong, right = wiring.wrong, wiring.right
    elif wiring.wrong:
        wrong, right = wiring.wrong + wiring.tangent * tan / square_root_3(), wiring.right
    else:
        wrong, right = wiring.tangent * tan, square_root_3()
    if wrong == 0:
        raise CannotCompute("meter_stood_still")
    return _half_up(right / wrong, FACTOR)


def wiring_error(*, recorded_kwh: Decimal, factor: Decimal) -> Result:
    """ΔW = (K − 1)·W over the full time of the wrong wiring.

    A meter that ran backwards gives W below zero and K below zero; the right energy K·W is above zero again.

    Raises:
        CannotCompute: K·W is below zero.
    """
    right = _fraction(factor) * _fraction(recorded_kwh)
    if right < 0:
        raise CannotCompute("sign_of_factor")
    missing = right - _fraction(recorded_kwh)
    return Result(_half_up(missing), factor, f"ΔW = ({_plain(factor)} − 1) × {_plain(recorded_kwh)}")


def multiplier_error(*, recorded_kwh: Decimal, right: int, wrong: int) -> Result:
    """ΔW = W·(B_right ÷ B_wrong − 1), over the months read with the wrong multiplier.

    Raises:
        CannotCompute: a multiplier is not above zero.
    """
    if right < 1 or wrong < 1:
        raise CannotCompute("multiplier")
    factor = Fraction(right, wrong)
    return Result(
        _half_up(_fraction(recorded_kwh) * (factor - 1)),
        _half_up(factor, FACTOR),
        f"ΔW = {_plain(recorded_kwh)} × ({right} ÷ {wrong} − 1)",
    )


def normal_month(*, normal_kwh: Decimal, normal_days: int, days: int, recorded_kwh: Decimal) -> Result:
    """Other causes without human fault, also a blown voltage fuse: the use of a normal month by days, less what was recorded.

    Raises:
        CannotCompute: days below one, or energy below zero.
    """
    if normal_days < 1 or days < 1:
        raise CannotCompute("days")
    if normal_kwh < 0 or recorded_kwh < 0:
        raise CannotCompute("recorded_below_zero")
    usual = _fraction(normal_kwh) * days / normal_days
    factor = usual / _fraction(recorded_kwh) if recorded_kwh else Fraction(0)
    return Result(
        _half_up(usual - _fraction(recorded_kwh)),
        _half_up(factor, FACTOR),
        f"ΔW = {_plain(normal_kwh)} ÷ {normal_days} × {days} − {_plain(recorded_kwh)}",
    )


def fuse_blown(*, recorded_kwh: Decimal, phases: int, lost: int) -> Result:
    """A blown fuse of a voltage transformer: ``lost`` of ``phases`` elements measured nothing (four-wire; equal load).

    Raises:
        CannotCompute: every element was lost, or none.
    """
    if not 0 < lost < phases:
        raise CannotCompute("phases_lost")
    factor = _half_up(Fraction(phases, phases - lost), FACTOR)
    missing = _fraction(recorded_kwh) * Fraction(lost, phases - lost)
    return Result(
        _half_up(missing), factor, f"ΔW = ({phases} ÷ {phases - lost} − 1) × {_plain(recorded_kwh)}"
    )


def split_over(energy_kwh: Decimal, parts: dict[str, Decimal]) -> dict[str, Decimal]:
    """``energy_kwh`` over months in proportion to ``parts`` (what each month recorded), 0.01 kWh, without a rest.

    Raises:
        CannotCompute: the parts are nothing.
    """
    whole = sum((Fraction(value) for value in parts.values()), Fraction(0))
    if whole <= 0:
        raise CannotCompute("nothing_recorded")
    reached, used, found = Decimal(0), Fraction(0), {}
    for name, value in parts.items():
        used += Fraction(value)
        upto = _half_up(Fraction(energy_kwh) * used / whole)
        found[name] = upto - reached
        reached = upto
    return found


def too_old(first: date, found: date, limitation_years: int) -> bool:
    """Whether months in question begin before the limitation of ``limitation_years`` that ended on ``found``."""
    try:
        limit = found.replace(year=found.year - limitation_years)
    except ValueError:
        limit = found.replace(year=found.year - limitation_years, day=28)
    return first < limit


def tangent_of(power_factor: Decimal) -> Decimal:
    """tan φ of a power factor cos φ, 12 decimals.

    Raises:
        CannotCompute: not above zero, or above one.
    """
    if not 0 < power_factor <= 1:
        raise CannotCompute("power_factor")
    cosine = Fraction(power_factor)
    square = (1 - cosine**2) / cosine**2
    digits = 30
    root = isqrt(square.numerator * 10 ** (2 * digits) // square.denominator)
    return _half_up(Fraction(root, 10**digits), FACTOR)
