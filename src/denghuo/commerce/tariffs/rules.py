"""The life of a price book version, and how sure its figures are."""

from __future__ import annotations

from collections.abc import Iterable

TRANSITIONS: dict[str, frozenset[str]] = {
    "draft": frozenset({"approved", "rejected"}),
    "approved": frozenset({"in_force", "rejected"}),
    "in_force": frozenset({"superseded"}),
    "superseded": frozenset(),
    "rejected": frozenset(),
}
"""A version is never edited after its draft is decided, and never returns: a new draft is made instead."""

CONFIDENCES = ("V1", "V2", "C", "K", "U")
"""Read in the primary text; in a secondary source; computed; field knowledge; uncertain."""

TRIGGERS = ("hot_day", "deep_holiday", "rest_day")
"""Day triggers that price books may name."""


def may_become(state: str, wanted: str) -> bool:
    return wanted in TRANSITIONS.get(state, frozenset())


def may_decide(*, drafted_by_id: int, decider_id: int) -> bool:
    """Two persons for a price: who drafted a version does not decide it."""
    return drafted_by_id != decider_id


def shares(marks: Iterable[str]) -> dict[str, int]:
    """How many figures carry each confidence mark, in the order of :data:`CONFIDENCES`."""
    counted = dict.fromkeys(CONFIDENCES, 0)
    for mark in marks:
        counted[mark] += 1
    return counted
