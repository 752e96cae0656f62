"""The states of a disconnection order and what each reason for stopping supply asks for."""

from __future__ import annotations

from collections.abc import Mapping

PROPOSED, APPROVED, REJECTED, NOTICED, WARNED = "proposed", "approved", "rejected", "noticed", "warned"
CUTTING, EXECUTED, RESTORING, RESTORED, CANCELLED = (
    "cutting", "executed", "restoring", "restored", "cancelled",
)  # fmt: skip

TRANSITIONS: Mapping[str, tuple[str, ...]] = {
    PROPOSED: (APPROVED, REJECTED, CANCELLED),
    APPROVED: (NOTICED, CUTTING, EXECUTED, CANCELLED),
    NOTICED: (WARNED, CANCELLED),
    WARNED: (CUTTING, EXECUTED, CANCELLED),
    CUTTING: (EXECUTED, WARNED, APPROVED),
    EXECUTED: (RESTORING,),
    RESTORING: (RESTORED,),
}
"""From → to. ``cutting``: the command to a remote switch is on its way. Only an order at the customer's own request goes
from approved to executed; the database knows that too."""

PENDING = (PROPOSED, APPROVED, NOTICED, WARNED)
"""Supply is still on; a payment cancels the order."""
OFF = (CUTTING, EXECUTED, RESTORING)
"""Supply is off, or may be."""
LIVE = (*PENDING, *OFF)

ARREARS, BREACH, SAFETY, THEFT, REQUEST = "arrears", "breach", "safety", "theft", "request"
CHAINED = (ARREARS, BREACH)
"""Reasons for which supply is stopped only after approval, notice and second notice."""
IMMEDIATE = (SAFETY, THEFT)
"""Reasons for which supply is stopped at once and reported afterwards: emergency or force majeure, confirmed theft."""

IMPORTANT = ("special", "first", "second", "temporary")
"""Grades of important customers (重要电力用户, GB/T 29328): the power administration gets a copy of the notice."""

STATION, BUREAU = "station", "bureau"
APPROVERS: Mapping[str, tuple[str, ...]] = {
    STATION: ("supervisor", "decision_maker"),
    BUREAU: ("decision_maker",),
}
"""Which roles may approve at which level; ``chain.level`` says which level an order needs."""


def may_become(state: str, following: str) -> bool:
    return following in TRANSITIONS.get(state, ())
