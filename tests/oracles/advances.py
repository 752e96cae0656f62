"""The slow, obvious meter: a counter that turns one step after the other, and a ledger of what hung where."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Counter:
    """A register with ``digits`` places; it shows what it counted, modulo its highest value."""

    digits: int
    counted: int = 0

    def shows(self) -> int:
        return self.counted % 10**self.digits

    def turn(self, steps: int) -> None:
        for _ in range(steps):
            self.counted += 1


@dataclass
class Place:
    """A metering point: energy is what every meter that hung there really counted, times its multiplier."""

    meter: Counter
    multiplier: int
    energy: int = 0
    history: list[int] = field(default_factory=list)

    def use(self, steps: int) -> None:
        self.meter.turn(steps)
        self.energy += steps * self.multiplier

    def hang(self, meter: Counter, multiplier: int) -> None:
        self.meter, self.multiplier = meter, multiplier
