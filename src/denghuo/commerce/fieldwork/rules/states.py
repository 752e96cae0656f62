"""The life of a task."""

from __future__ import annotations

TRANSITIONS: dict[str, frozenset[str]] = {
    "waiting": frozenset({"assigned", "accepted", "arrived", "done", "cancelled", "conflict"}),
    "assigned": frozenset({"waiting", "assigned", "accepted", "arrived", "done", "cancelled", "conflict"}),
    "accepted": frozenset({"waiting", "assigned", "arrived", "done", "cancelled", "conflict"}),
    "arrived": frozenset({"waiting", "assigned", "done", "cancelled", "conflict"}),
    "conflict": frozenset({"waiting", "assigned", "accepted", "arrived", "done", "cancelled"}),
    "done": frozenset(),
    "cancelled": frozenset(),
}
"""A phone that was offline may skip steps: who completes has arrived, whoever arrives has accepted."""
ENDED = ("done", "cancelled")
LIVE = ("waiting", "assigned", "accepted", "arrived", "conflict")
OPEN = ("waiting", "assigned", "accepted", "arrived")
STEPS = ("accepted", "arrived")


def may_become(state: str, next_state: str) -> bool:
    return next_state in TRANSITIONS[state]


def state_after_return(*, has_crew: bool, accepted: bool, arrived: bool) -> str:
    """Where a task stands again when a submission that could not be applied is put aside."""
    if arrived:
        return "arrived"
    if accepted:
        return "accepted"
    return "assigned" if has_crew else "waiting"


TONES = {
    "waiting": "neutral", "assigned": "info", "accepted": "accent", "arrived": "warning", "done": "success",
    "cancelled": "neutral", "conflict": "danger",
}  # fmt: skip
OUTCOME_TONES = {
    "received": "warning", "applied": "success", "duplicate": "neutral", "conflict": "danger", "refused": "danger",
}  # fmt: skip
