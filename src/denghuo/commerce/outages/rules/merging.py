"""Whether works hit supplies that other works hit as well: merged or refused, so that nobody is cut off twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from denghuo.commerce.outages.rules.states import APPROVED, PROPOSED


@dataclass(frozen=True)
class Works:
    """Works as the check sees them: ``transformers`` are those without supply meanwhile."""

    transformers: frozenset[int]
    begins_at: datetime
    ends_at: datetime
    outage_id: int = 0
    number: str = ""
    state: str = PROPOSED
    noticed: bool = False


@dataclass(frozen=True)
class Clash:
    """Other works on the same supplies within the days. ``verdict``: merge (may be joined), or why it may not:
    noticed (customers were told another time), begun, done, does_not_fit."""

    other: Works
    shared: frozenset[int]
    verdict: str

    @property
    def may_merge(self) -> bool:
        return self.verdict == "merge"


def clashes(asked: Works, others: Iterable[Works], *, days: int) -> list[Clash]:
    """The works among ``others`` that take supply from the same transformers less than ``days`` days apart."""
    found = []
    for other in others:
        shared = asked.transformers & other.transformers
        if shared and other.outage_id != asked.outage_id and _apart(asked, other) < timedelta(days=days):
            found.append(Clash(other, shared, _verdict(asked, other)))
    return sorted(found, key=lambda clash: (clash.other.begins_at, clash.other.outage_id))


def _apart(one: Works, other: Works) -> timedelta:
    """From the end of the earlier to the beginning of the later; nothing where they overlap."""
    gap = max(one.begins_at, other.begins_at) - min(one.ends_at, other.ends_at)
    return max(gap, timedelta())


def _verdict(asked: Works, other: Works) -> str:
    if other.state == PROPOSED:
        return "merge"
    if other.state != APPROVED:
        return "begun" if other.state == "running" else "done"
    inside = asked.transformers <= other.transformers
    if not inside or asked.ends_at - asked.begins_at > other.ends_at - other.begins_at:
        return "noticed" if other.noticed else "does_not_fit"
    return "merge"
