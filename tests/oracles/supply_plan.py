"""Which area a new supply goes to, found the slow way: try every area, write the loads out, sort by what a person would."""

from __future__ import annotations

from fractions import Fraction


def load_after(area, capacity, home, home_factor, other_factor):
    """The estimated peak of an area with the new supply, exactly."""
    load = Fraction(area["homes"]) * Fraction(home_factor) + Fraction(area["others"]) * Fraction(other_factor)
    return load + Fraction(capacity) * Fraction(home_factor if home else other_factor)


def chosen(areas, capacity, home, home_factor, other_factor, limit):
    """The code of the area, or None."""
    fitting = []
    for area in areas:
        after = load_after(area, capacity, home, home_factor, other_factor)
        if after <= Fraction(area["rated"]) * Fraction(limit):
            fitting.append((not area["near"], after / Fraction(area["rated"]), area["code"]))
    nearby = [item for item in fitting if not item[0]]
    return min(nearby or fitting)[2] if fitting else None
