"""Missing energy as fractions, straight from the physics: what should have been measured less what was."""

from __future__ import annotations

import math
from fractions import Fraction


def half_up(value: Fraction, decimals: int = 2) -> Fraction:
    """Away from zero at the half."""
    step = Fraction(1, 10**decimals)
    whole = math.floor(abs(value) / step + Fraction(1, 2))
    return whole * step * (-1 if value < 0 else 1)


def meter_error(recorded: Fraction, error_percent: Fraction, share: Fraction) -> Fraction:
    """A meter that shows (1 + γ) times what flowed: the flow less what it showed, for a share of the time."""
    flowed = recorded / (1 + error_percent / 100)
    return half_up((flowed - recorded) * share)


def factor_by_phasors(case: str, phi: float) -> float:
    """K from the vectors of a balanced load, by adding what each element of the meter measures (floats, 1e-9)."""

    def phasor(angle: float) -> complex:
        return complex(math.cos(angle), math.sin(angle))

    u = [phasor(-k * 2 * math.pi / 3) for k in range(3)]
    i = [phasor(-k * 2 * math.pi / 3 - phi) for k in range(3)]
    right = 3 * math.cos(phi)

    def power(voltage: complex, current: complex) -> float:
        return (voltage * current.conjugate()).real

    if case.startswith("4w"):
        current = list(i)
        live = [True, True, True]
        if case == "4w_one_ct_reversed":
            current[0] = -current[0]
        elif case == "4w_one_phase_lost":
            live[0] = False
        elif case == "4w_two_phases_lost":
            live[0] = live[1] = False
        elif case == "4w_two_cts_reversed":
            current[0], current[1] = -current[0], -current[1]
        elif case == "4w_three_cts_reversed":
            current = [-value for value in current]
        measured = sum(power(u[k], current[k]) for k in range(3) if live[k])
        return right / measured
    ab, cb = u[0] - u[1], u[2] - u[1]
    a, c = i[0], i[2]
    if case == "3w_a_lost":
        measured = power(cb, c)
    elif case == "3w_c_lost":
        measured = power(ab, a)
    elif case == "3w_b_voltage_lost":
        # Without B both elements in series share the voltage between A and C.
        half = (u[0] - u[2]) / 2
        measured = power(half, a) + power(-half, c)
    elif case == "3w_a_ct_reversed":
        measured = power(ab, -a) + power(cb, c)
    elif case == "3w_c_ct_reversed":
        measured = power(ab, a) + power(cb, -c)
    else:
        measured = power(ab, -a) + power(cb, -c)
    return right / measured
