"""What a damaged appliance is worth, counted day by day with decimals; slow and obvious."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

YEARS = {"electronic": 10, "motor": 12, "resistive": 5, "lamp": 2}


def same_day(day: date, years: int, months: int = 0) -> date:
    """The same day later; where the month is shorter, its last day."""
    year, month = day.year + years, day.month + months
    while month > 12:
        year, month = year + 1, month - 12
    for back in range(4):
        try:
            return date(year, month, day.day - back)
        except ValueError:
            continue
    raise AssertionError(day)


def paid_fen(kind: str, bought: date, damaged: date, price_fen: int, floor_percent: int) -> int:
    if damaged <= same_day(bought, 0, 6):
        return price_fen
    end = same_day(bought, YEARS[kind])
    whole = left = 0
    day = bought
    while day < end:
        whole += 1
        left += day >= damaged
        day += timedelta(days=1)
    with localcontext() as context:
        context.prec = 60
        worth = Decimal(price_fen) * left / whole
        least = Decimal(price_fen) * floor_percent / 100
        return int(max(worth, least).quantize(Decimal(1), rounding=ROUND_HALF_UP))
