"""Who answers for an account: the most specific duty that holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Duty:
    """``kind`` is unit (``key`` is its code), route or account (``key`` is their id); ``until`` is the day it ends."""

    staff_id: int
    kind: str
    key: str | int
    since: date
    until: date | None = None


@dataclass(frozen=True)
class Book:
    """The duties of a day, ready to be asked."""

    by_account: Mapping[int, int] = field(default_factory=dict)
    by_route: Mapping[int, int] = field(default_factory=dict)
    by_unit: Mapping[str, int] = field(default_factory=dict)

    def responsible(self, *, account_id: int, route_id: int | None, unit_id: str) -> int | None:
        """The person: of the account, else of its route, else of the nearest unit above it; None if nobody."""
        if account_id in self.by_account:
            return self.by_account[account_id]
        return self.of_group(route_id=route_id, unit_id=unit_id)

    def of_group(self, *, route_id: int | None, unit_id: str) -> int | None:
        """The person for accounts of a route and unit without a duty of their own."""
        if route_id is not None and route_id in self.by_route:
            return self.by_route[route_id]
        for length in range(len(unit_id), 0, -1):
            if unit_id[:length] in self.by_unit:
                return self.by_unit[unit_id[:length]]
        return None


def book(duties: Iterable[Duty], on: date) -> Book:
    """The duties that hold on ``on``."""
    found: dict[str, dict] = {"account": {}, "route": {}, "unit": {}}
    for duty in sorted(duties, key=lambda duty: duty.since):
        if duty.since <= on and (duty.until is None or on < duty.until):
            found[duty.kind][duty.key] = duty.staff_id
    return Book(found["account"], found["route"], found["unit"])
