"""Exact integer arithmetic on columns: half-up division, guarded products, largest remainder.

Everything is int64; a row whose product could leave int64 is computed with Python integers instead.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from denghuo.kernel.money import divide_half_up

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Largest product trusted to int64: float64's own error at this size stays below the gap to 2**63.
SAFE = 9.0e18


def half_up(numerator: Ints, denominator: Ints | int) -> Ints:
    """Integer division, halves away from zero; ``denominator`` is positive."""
    size = np.abs(numerator)
    quotient = size // denominator
    rest = size - quotient * denominator
    quotient = quotient + (rest >= denominator - rest)
    return np.where(numerator < 0, -quotient, quotient)


def _risky(a: Ints, b: Ints) -> Bools:
    return np.abs(a.astype(np.float64) * b.astype(np.float64)) > SAFE


def product(a: Ints, b: Ints) -> tuple[Ints, Bools]:
    """``a × b`` and which rows left int64 (those hold 0)."""
    a, b = np.broadcast_arrays(a, b)
    out = _risky(a, b)
    return np.where(out, 0, a) * b, out


def times_over(a: Ints, b: Ints | int, divisor: Ints | int) -> Ints:
    """``a × b ÷ divisor``, rounded half up, exact even where ``a × b`` leaves int64."""
    a, b, divisor = np.broadcast_arrays(a, b, divisor)
    risky = _risky(a, b)
    if not risky.any():
        return half_up(a * b, divisor)
    out = half_up(np.where(risky, 0, a) * b, divisor)
    rows = zip(a[risky].tolist(), b[risky].tolist(), divisor[risky].tolist(), strict=True)
    out[risky] = [divide_half_up(x * y, z) for x, y, z in rows]
    return out


def share(totals: Ints, weights: Ints) -> Ints:
    """Split each total over its row of weights without losing a unit (largest remainder, first wins a tie).

    Shapes ``(n,)`` and ``(n, k)`` → ``(n, k)``. Totals and weights are not negative; a row of zero weights gets
    zeros, which the caller must have ruled out where the total is not zero.
    """
    sums = weights.sum(axis=1)
    risky = _risky(totals, sums)
    safe_sums = np.where(sums == 0, 1, sums)
    scaled = np.where(risky, 0, totals)[:, None] * np.where(risky[:, None], 0, weights)
    base = scaled // safe_sums[:, None]
    rest = scaled - base * safe_sums[:, None]
    short = np.where(risky | (sums == 0), 0, totals - base.sum(axis=1))
    order = np.argsort(-rest, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(weights.shape[1])[None, :], axis=1)
    out = base + (rank < short[:, None])
    for row in np.flatnonzero(risky):
        out[row] = _share_one(int(totals[row]), weights[row].tolist())
    return out


def _share_one(total: int, weights: list[int]) -> list[int]:
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    rests = [total * weight % whole for weight in weights]
    for index in sorted(range(len(weights)), key=lambda i: (-rests[i], i))[: total - sum(parts)]:
        parts[index] += 1
    return parts


def group_sum(values: Ints, groups: Ints, count: int) -> Ints:
    """Sum of ``values`` in each of ``count`` groups, exact (``groups`` in any order)."""
    out = np.zeros(count, np.int64)
    np.add.at(out, groups, values)
    return out


def first_of(groups: Ints, count: int) -> Ints:
    """Offsets of sorted ``groups``: rows of group g are ``[out[g], out[g + 1])``."""
    return np.searchsorted(groups, np.arange(count + 1)).astype(np.int64)


def expand(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """All rows of ranges: (which range, row number) for every row of ``[start, start + count)``."""
    owner = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    within = np.arange(len(owner)) - np.repeat(ends - counts, counts)
    return owner, np.repeat(starts, counts) + within
