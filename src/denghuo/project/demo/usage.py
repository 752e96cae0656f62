"""How much the town uses: monthly energy by trade and season, split over the hours, with reactive energy and demand.

All figures are invented but have the shape of a town in the south of China: hot summers, mild winters, mills that
run at night, shops that do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HOT = np.array([1.12, 1.05, 0.88, 0.84, 0.96, 1.25, 1.62, 1.66, 1.36, 1.0, 0.86, 0.98])
STEADY = np.array([0.94, 0.82, 1.0, 1.0, 1.02, 1.05, 1.1, 1.1, 1.05, 1.0, 0.98, 1.0])
WET = np.array([0.4, 0.5, 1.2, 1.8, 1.9, 1.4, 1.2, 1.1, 0.9, 0.7, 0.4, 0.4])


@dataclass(frozen=True)
class Trade:
    """A kind of user: median monthly kWh, spread (sigma of the logarithm), season, share of peak/flat/valley, tan φ, load factor."""

    code: str
    median_kwh: float
    spread: float
    season: np.ndarray
    shares: tuple[float, float, float] = (0.35, 0.4, 0.25)
    tangent: float = 0.45
    load_factor: float = 0.35


HOUSEHOLD = Trade("household", 165, 0.55, HOT)
SHOP = Trade("shop", 780, 0.7, HOT, (0.45, 0.40, 0.15))
SCHOOL = Trade("school", 5_200, 0.6, STEADY, (0.40, 0.50, 0.10))
FARM = Trade("farm", 420, 0.9, WET, (0.30, 0.45, 0.25))
OFFICE = Trade("office", 11_000, 0.5, HOT, (0.42, 0.46, 0.12), 0.40, 0.30)
WORKSHOP = Trade("workshop", 26_000, 0.6, STEADY, (0.36, 0.40, 0.24), 0.46, 0.42)
FACTORY = Trade("factory", 120_000, 0.6, STEADY, (0.34, 0.34, 0.32), 0.42, 0.55)

HOURS_A_MONTH = 730


@dataclass(frozen=True)
class Months:
    """Monthly use of n meters over m months, integers of 0.0001 kWh, kvarh and kW at the meter (before the multiplier)."""

    total: np.ndarray
    peak: np.ndarray
    flat: np.ndarray
    valley: np.ndarray
    reactive: np.ndarray
    demand: np.ndarray


def months(
    random: np.random.Generator, trade: Trade, count: int, calendar: list[int], multiplier: np.ndarray
) -> Months:
    """Draw the use of ``count`` meters of one trade; ``calendar`` lists the month numbers (1–12) in order."""
    level = trade.median_kwh * np.exp(random.normal(0, trade.spread, count))
    season = trade.season[np.array(calendar) - 1]
    noise = np.exp(random.normal(0, 0.08, (count, len(calendar))))
    energy_kwh = level[:, None] * season[None, :] * noise / multiplier[:, None]
    shares = np.array(trade.shares) * np.exp(random.normal(0, 0.06, (count, 3)))
    shares /= shares.sum(axis=1, keepdims=True)
    steps = 100  # registers advance by 0.01
    peak = np.round(energy_kwh * shares[:, :1] * 100).astype(np.int64) * steps
    flat = np.round(energy_kwh * shares[:, 1:2] * 100).astype(np.int64) * steps
    valley = np.round(energy_kwh * shares[:, 2:] * 100).astype(np.int64) * steps
    total = peak + flat + valley
    tangent = trade.tangent * np.exp(random.normal(0, 0.1, (count, 1)))
    reactive = np.round(total * tangent / steps).astype(np.int64) * steps
    demand = np.round(total / HOURS_A_MONTH / trade.load_factor / steps).astype(np.int64) * steps
    return Months(total, peak, flat, valley, reactive, demand)


def scaled(drawn: Months, share: np.ndarray) -> Months:
    """``drawn`` with every month multiplied by its ``share`` (one value a month), sums kept."""

    def part(values: np.ndarray) -> np.ndarray:
        return np.round(values * share / 100).astype(np.int64) * 100

    peak, flat, valley = part(drawn.peak), part(drawn.flat), part(drawn.valley)
    return Months(peak + flat + valley, peak, flat, valley, part(drawn.reactive), part(drawn.demand))
