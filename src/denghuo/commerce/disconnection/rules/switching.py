"""The port to remote switches inside meters, and an emulated one.

A utility registers the adapter of its metering system under a name; the parameter ``disconnection.switch_port`` says
which one is used. Without one, or for a meter without a switch, a crew goes there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

OPEN, CLOSED = "open", "closed"
_WITH_SWITCH = ("DDZY", "DTZY", "DSZY")
"""Types of meters with a built-in switch (费控智能电能表)."""


class SwitchUnreachable(Exception):
    """The meter did not answer; where its switch stands is not known."""


class SwitchPort(Protocol):
    """Answers the position after the command. Repeating a command changes nothing."""

    def open(self, meter: str) -> str:
        """Stop supply behind this meter (asset number)."""

    def close(self, meter: str) -> str:
        """Allow supply behind this meter again."""

    def position(self, meter: str) -> str:
        """Where the switch stands."""


class EmulatedSwitch:
    """Switches that exist in this process only; every switch is closed until it is opened."""

    def __init__(self) -> None:
        self._positions: dict[str, str] = {}
        self._silent: set[str] = set()

    def lose(self, meter: str) -> None:
        """From now on this meter does not answer."""
        self._silent.add(meter)

    def find(self, meter: str) -> None:
        """The meter answers again."""
        self._silent.discard(meter)

    def open(self, meter: str) -> str:
        return self._set(meter, OPEN)

    def close(self, meter: str) -> str:
        return self._set(meter, CLOSED)

    def position(self, meter: str) -> str:
        self._answering(meter)
        return self._positions.get(meter, CLOSED)

    def _set(self, meter: str, position: str) -> str:
        self._answering(meter)
        self._positions[meter] = position
        return position

    def _answering(self, meter: str) -> None:
        if meter in self._silent:
            raise SwitchUnreachable(meter)


emulator = EmulatedSwitch()
_ports: dict[str, Callable[[], SwitchPort]] = {"emulated": lambda: emulator}


def register(name: str, make: Callable[[], SwitchPort]) -> None:
    """Make an adapter known under the name that the parameter uses."""
    _ports[name] = make


def port(name: str) -> SwitchPort | None:
    """The adapter, or None where the utility has none."""
    make = _ports.get(name)
    return make() if make else None


def has_switch(meter_type: str) -> bool:
    return meter_type.upper().startswith(_WITH_SWITCH)
