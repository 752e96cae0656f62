"""The recovery rate (电费回收率) and what it is worth in an assessment. See docs/domain/recovery-rate.md.

Rates are millionths, points hundredths, money fen: whole numbers, cut off so that 99.9999 % is not shown as 100 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple


class Amounts(NamedTuple):
    """What was receivable and what of it was received, in fen."""

    receivable_fen: int = 0
    received_fen: int = 0

    def __add__(self, other: tuple[object, ...]) -> Amounts:
        more = Amounts(*other)  # type: ignore[arg-type]
        return Amounts(self.receivable_fen + more.receivable_fen, self.received_fen + more.received_fen)


def rate_ppm(amounts: Amounts) -> int | None:
    """Received ÷ receivable in millionths, cut off; None where nothing was receivable."""
    if amounts.receivable_fen <= 0:
        return None
    return max(0, min(1_000_000, amounts.received_fen * 1_000_000 // amounts.receivable_fen))


@dataclass(frozen=True)
class ScoreRule:
    """What a rate below the target costs and a target met earns."""

    points_per_tenth_percent: Decimal
    most_points: Decimal
    reward_yuan: Decimal
    deduction_yuan_per_point: Decimal


@dataclass(frozen=True)
class Score:
    """``points`` in hundredths, below zero; ``reward_fen`` above zero for a reward, below for a deduction."""

    points: int
    reward_fen: int


def score(rate: int | None, target: int | None, rule: ScoreRule) -> Score:
    """The score of a rate against its target, both in millionths; nothing where either is unknown.

    Each begun tenth of a percent below the target costs points, up to the most; the points cost money.
    """
    if rate is None or target is None:
        return Score(0, 0)
    if rate >= target:
        return Score(0, _fen(rule.reward_yuan))
    tenths = -((rate - target) // 1000)
    lost = min(rule.most_points, tenths * rule.points_per_tenth_percent)
    return Score(-_round(lost * 100), -_fen(lost * rule.deduction_yuan_per_point))


def _fen(yuan: Decimal) -> int:
    return _round(yuan * 100)


def _round(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


class QuarterInvalid(ValueError):
    """Not a quarter such as 2026-Q2."""


def quarter_of(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def last_month_of(quarter: str) -> str:
    """The month whose standing is assessed: 2026-Q2 → 2026-06.

    Raises:
        QuarterInvalid: another text.
    """
    year, _, number = quarter.partition("-Q")
    if not (len(year) == 4 and year.isdecimal() and number in ("1", "2", "3", "4")):
        raise QuarterInvalid(quarter)
    return f"{year}-{int(number) * 3:02d}"
