"""What a metering point usually uses, from its last advances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from denghuo.engine.readings.advances import ABSENT, Ints

LAST = 12
"""How many advances count (regulation: reading sanity checks look at the last year)."""
_ENOUGH = 3


@dataclass(frozen=True)
class History:
    """Earlier advances of many points, any order: ``row`` (index of the reading that is judged), ``day`` (days since
    1970 at which the advance ended), ``energy`` (0.01 kWh) and ``days`` it took."""

    row: Ints
    day: Ints
    energy: Ints
    days: Ints

    @classmethod
    def empty(cls) -> History:
        none = np.empty(0, np.int64)
        return cls(none, none, none, none)


@dataclass(frozen=True)
class Typical:
    """Energy per 1,000 days (0.01 kWh), ``ABSENT`` where unknown: ``median`` of the last 12 advances (at least 3),
    ``last`` advance, and ``year_ago``: the advance that ended within 20 days of a year before."""

    median: Ints
    last: Ints
    year_ago: Ints


def typical_daily(history: History, rows: int, ends: Ints) -> Typical:
    """Usual daily energy for each of ``rows`` readings that end on ``ends`` (days since 1970)."""
    unknown = np.full(rows, ABSENT, np.int64)
    usable = history.days > 0
    row, day = history.row[usable], history.day[usable]
    daily = history.energy[usable] * 1000 // history.days[usable]
    if not row.size:
        return Typical(unknown, unknown.copy(), unknown.copy())
    order = np.lexsort((-day, row))
    row, day, daily = row[order], day[order], daily[order]
    starts = np.flatnonzero(np.r_[True, row[1:] != row[:-1]])
    sizes = np.diff(np.r_[starts, row.size])
    rank = np.arange(row.size) - np.repeat(starts, sizes)
    last = unknown.copy()
    last[row[starts]] = daily[starts]
    year_ago = unknown.copy()
    near = np.abs(ends[row] - day - 365) <= 20
    year_ago[row[near]] = daily[near]
    recent = rank < LAST
    return Typical(_medians(row[recent], daily[recent], unknown), last, year_ago)


def _medians(row: Ints, daily: Ints, unknown: Ints) -> Ints:
    """The median per row; the mean of the middle two (towards zero) where the count is even."""
    order = np.lexsort((daily, row))
    row, daily = row[order], daily[order]
    starts = np.flatnonzero(np.r_[True, row[1:] != row[:-1]])
    sizes = np.diff(np.r_[starts, row.size])
    low, high = daily[starts + (sizes - 1) // 2], daily[starts + sizes // 2]
    median = unknown.copy()
    enough = sizes >= _ENOUGH
    median[row[starts[enough]]] = ((low + high) // 2)[enough]
    return median
