"""The states of an outage."""

from __future__ import annotations

from collections.abc import Mapping

PROPOSED, REFUSED, MERGED, APPROVED = "proposed", "refused", "merged", "approved"
RUNNING, RESTORED, CANCELLED = "running", "restored", "cancelled"

PLANNED, TEMPORARY, FAULT = "planned", "temporary", "fault"
ANNOUNCED = (PLANNED, TEMPORARY)
"""Kinds that are requested, approved and announced; a fault is not."""

TRANSITIONS: Mapping[str, tuple[str, ...]] = {
    PROPOSED: (APPROVED, REFUSED, MERGED, CANCELLED),
    APPROVED: (PROPOSED, RUNNING, CANCELLED),
    RUNNING: (RESTORED, CANCELLED),
}
"""From → to. An approved outage whose time changes is proposed anew. A fault begins as running; one that proves to be
none is cancelled."""

LIVE = (PROPOSED, APPROVED, RUNNING)

SUBSTATION, FEEDER, TRANSFORMER = "substation", "feeder", "transformer"
LEVELS = (SUBSTATION, FEEDER, TRANSFORMER)


def may_become(state: str, following: str) -> bool:
    return following in TRANSITIONS.get(state, ())
