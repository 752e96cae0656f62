"""What a correction would do: before, after and why, month by month and line by line; fen and kWh."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class LineEffect:
    """One kind of line of a month: quantities in its unit and prices as text, amounts in fen."""

    supply_point: int
    group: str
    component: str
    name_zh: str
    name_en: str
    tou: str
    tier: int | None
    unit: str
    before_quantity: str
    before_price: str
    before_fen: int
    after_quantity: str
    after_price: str
    after_fen: int

    @property
    def difference_fen(self) -> int:
        return self.after_fen - self.before_fen

    @property
    def changed(self) -> bool:
        return self.difference_fen != 0 or self.before_quantity != self.after_quantity


@dataclass(frozen=True)
class Why:
    """A figure that decided the price, before and after: energy, power factor, demand, tier …"""

    code: str
    before: str
    after: str


@dataclass(frozen=True)
class MonthEffect:
    """One billed cycle. ``follows``: outside the months in question, but its place in the tiers moves.

    ``problems`` say why it cannot be priced: nothing is invented, the correction then waits for a person.
    """

    cycle: str
    bills: list[str]
    before_fen: int
    after_fen: int
    before_kwh: str
    after_kwh: str
    follows: bool = False
    lines: list[LineEffect] = field(default_factory=list)
    whys: list[Why] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)

    @property
    def difference_fen(self) -> int:
        return self.after_fen - self.before_fen

    @property
    def changed(self) -> bool:
        """Whether the bills of this month are replaced."""
        return any(line.changed for line in self.lines)


@dataclass(frozen=True)
class Effect:
    """All months in order."""

    months: list[MonthEffect] = field(default_factory=list)

    @property
    def before_fen(self) -> int:
        return sum(month.before_fen for month in self.months)

    @property
    def after_fen(self) -> int:
        return sum(month.after_fen for month in self.months)

    @property
    def difference_fen(self) -> int:
        return self.after_fen - self.before_fen

    @property
    def changed(self) -> list[MonthEffect]:
        return [month for month in self.months if month.changed]

    @property
    def problems(self) -> list[tuple[str, dict[str, Any]]]:
        return [(month.cycle, problem) for month in self.months for problem in month.problems]

    @property
    def fingerprint(self) -> str:
        """Changes when a bill, an amount or a quantity of the effect does."""
        facts = [
            [month.cycle, month.bills, month.before_fen, month.after_fen, month.after_kwh, month.problems]
            for month in self.months
        ]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        value = json.loads(text or "{}")
        return cls([_month(item) for item in value.get("months", [])])


def _month(value: dict[str, Any]) -> MonthEffect:
    lines: Iterable[dict[str, Any]] = value.pop("lines")
    whys: Iterable[dict[str, Any]] = value.pop("whys")
    return MonthEffect(
        **value, lines=[LineEffect(**line) for line in lines], whys=[Why(**why) for why in whys]
    )
