"""The meters of the town as they turn: registers month by month, and what is sent of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from denghuo.commerce.metering.rules import ALLOWED, REQUIRED
from denghuo.commerce.readings.frames import ReadingBatch
from denghuo.engine.readings import ABSENT
from denghuo.project.demo.usage import Months

_COUNTED = ("total", "peak", "flat", "valley", "reactive_forward")


@dataclass
class Gauge:
    """Meters of one register set: ``start`` is what they showed when they were taken over (0.0001 kWh)."""

    point_ids: np.ndarray
    registers: str
    drawn: Months
    start: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Registers that a reading of these meters carries."""
        return [
            name
            for name in (*_COUNTED, "max_demand")
            if name in REQUIRED[self.registers] & ALLOWED[self.registers]
        ]

    def _months(self, name: str) -> np.ndarray:
        return getattr(self.drawn, {"reactive_forward": "reactive", "max_demand": "demand"}.get(name, name))

    def shown(self, months: int) -> dict[str, np.ndarray]:
        """The registers after ``months`` whole months."""
        out = {}
        for name in self.names:
            drawn = self._months(name)
            if name == "max_demand":
                out[name] = drawn[:, months - 1] if months else np.zeros(len(drawn), np.int64)
            else:
                out[name] = drawn[:, :months].sum(axis=1) + self.start.get(name, 0)
        return out

    def restart(self, months: int) -> dict[str, np.ndarray]:
        """Exchange the meters in the middle of month ``months``: what the old ones showed; the new ones start at zero."""
        before, after = self.shown(months), self.shown(months + 1)
        closing = {
            name: after[name] if name == "max_demand" else (before[name] + after[name]) // 200 * 100
            for name in self.names
        }
        if "total" in closing and "peak" in closing:
            closing["total"] = closing["peak"] + closing["flat"] + closing["valley"]
        self.start = {
            name: self.start.get(name, 0) - closing[name] for name in self.names if name != "max_demand"
        }
        return closing


def takeover(random: np.random.Generator, count: int, registers: str) -> dict[str, np.ndarray]:
    """What meters that have hung for years showed on the day they were taken over."""
    parts = {name: random.integers(0, 2_000_000, count) * 100 for name in ("peak", "flat", "valley")}
    total = parts["peak"] + parts["flat"] + parts["valley"]
    return {"total": total, **parts, "reactive_forward": total // 250 * 100}


def batch(gauges: list[Gauge], months: int, read_date: date) -> ReadingBatch:
    """What all meters show after ``months`` months, as one batch of readings."""
    shown = [gauge.shown(months) for gauge in gauges]
    sizes = [len(gauge.point_ids) for gauge in gauges]
    names = sorted({name for registers in shown for name in registers})
    return ReadingBatch(
        metering_point_ids=np.concatenate([gauge.point_ids for gauge in gauges]),
        read_date=np.full(sum(sizes), np.datetime64(read_date)),
        registers={
            name: np.concatenate(
                [
                    registers.get(name, np.full(size, ABSENT, np.int64))
                    for registers, size in zip(shown, sizes, strict=True)
                ]
            )
            for name in names
        },
    )


def slip(random: np.random.Generator, sent: ReadingBatch, crowd: int) -> ReadingBatch:
    """What a month looks like when people read: of the first ``crowd`` rows some are missing and some are wrong."""
    keep = np.ones(len(sent), bool)
    keep[random.choice(crowd, max(3, crowd // 250), replace=False)] = False
    registers = {name: values.copy() for name, values in sent.registers.items()}
    wrong = random.choice(crowd, max(4, crowd // 300), replace=False)
    backwards, jump = wrong[: len(wrong) // 2], wrong[len(wrong) // 2 :]
    registers["total"][backwards] = registers["total"][backwards] * 9 // 10 // 100 * 100
    registers["total"][jump] += 9_000_000  # a digit misread: 900 kWh
    return ReadingBatch(
        metering_point_ids=sent.metering_point_ids[keep],
        read_date=sent.read_date[keep],
        registers={name: values[keep] for name, values in registers.items()},
    )
