"""Deadlines: how many a second, against the plain addition of a timedelta in the same run.

``python benchmarks/clocks.py [--release]`` prints microseconds for each unit, without and with three pauses, and as a ratio to
the floor. A deadline costs days walked, not minutes, so 60 working days must not cost 60 times as much as one.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from denghuo.foundation.calendars.rules import BEIJING
from denghuo.foundation.workflow.rules import clocks

LIMITS = (
    (45, "minutes"),
    (24, "hours"),
    (7, "days"),
    (4, "working_hours"),
    (3, "working_days"),
    (60, "working_days"),
)


def seconds(call: Callable[[datetime], object], starts: list[datetime]) -> float:
    best = float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        for start in starts:
            call(start)
        best = min(best, time.perf_counter() - begun)
    return best / len(starts)


def main() -> int:
    rng = random.Random(20260907)
    count = 20_000 if "--release" in sys.argv else 2_000
    first = datetime(2026, 1, 1, tzinfo=BEIJING)
    starts = [first + timedelta(minutes=rng.randrange(500_000)) for _ in range(count)]
    holidays = {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}
    floor = seconds(lambda start: start.astimezone(BEIJING) + timedelta(days=3), starts)
    print(f"floor (one addition in Beijing time): {floor * 1e6:.2f} µs, {count:,} starts, best of 3")

    def paused(start: datetime) -> list[tuple[datetime, datetime]]:
        return [(start + timedelta(hours=30 * n), start + timedelta(hours=30 * n + 5)) for n in range(1, 4)]

    for amount, unit in LIMITS:
        plain = seconds(lambda start, a=amount, u=unit: clocks.due_at(start, a, u, holidays), starts)
        slow = seconds(
            lambda start, a=amount, u=unit: clocks.deadline(start, a, u, paused(start), holidays), starts
        )
        print(
            f"{amount:>3} {unit:<14} {plain * 1e6:6.1f} µs ({plain / floor:5.1f} × floor)   "
            f"three pauses {slow * 1e6:6.1f} µs"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
