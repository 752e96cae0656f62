"""How far a register moved between two readings, over its highest value where it rolled over.

Registers are integers of 0.0001 kWh (kvarh); ``ABSENT`` stands for a register that the meter does not have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ABSENT = np.iinfo(np.int64).min
"""A register that does not exist, or a figure that is not known."""


@dataclass(frozen=True)
class Advances:
    """``moved``: ``ABSENT`` where a side is; ``backwards``: the later reading is below the earlier one.

    Where ``backwards`` holds, ``moved`` is the way over the highest value: modulus − opening + closing.
    """

    moved: Ints
    backwards: Bools


def advances(opening: Ints, closing: Ints, modulus: Ints) -> Advances:
    """What each register moved from ``opening`` to ``closing``; ``modulus`` is the value at which it starts again at zero."""
    known = (opening != ABSENT) & (closing != ABSENT)
    difference = np.where(known, closing, 0) - np.where(known, opening, 0)
    backwards = known & (difference < 0)
    moved = np.where(backwards, difference + modulus, difference)
    return Advances(np.where(known, moved, ABSENT), backwards)


def energy(moved: Ints, multiplier: Ints) -> Ints:
    """Energy in 0.01 kWh of an advance in 0.0001 kWh times a whole multiplier, halves away from zero.

    Raises:
        OverflowError: a product beyond 64 bits.
    """
    known = moved != ABSENT
    amount = np.where(known, moved, 0)
    limit = np.iinfo(np.int64).max // 2
    if amount.size and int(np.abs(amount).max()) * int(multiplier.max()) > limit:
        raise OverflowError("an advance times its multiplier does not fit 64 bits")
    product = amount * multiplier
    rounded = np.sign(product) * ((np.abs(product) + 50) // 100)
    return np.where(known, rounded, ABSENT)
