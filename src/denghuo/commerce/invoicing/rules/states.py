"""How the states of an invoice follow each other."""

from __future__ import annotations

from collections.abc import Mapping

NEXT: Mapping[str, frozenset[str]] = {
    "confirmation": frozenset({"requested", "cancelled"}),
    "requested": frozenset({"exported", "issued", "cancelled"}),
    "exported": frozenset({"issued", "rejected"}),
    "rejected": frozenset({"requested", "cancelled"}),
    "issued": frozenset({"offset"}),
    "offset": frozenset(),
    "cancelled": frozenset(),
}
"""A red invoice begins as ``confirmation`` (红字确认单), a blue one as ``requested``; ``offset`` is 已红冲."""

LIVE = ("confirmation", "requested", "exported", "issued")
"""A bill has at most one live blue invoice, a blue invoice at most one live red one."""


def may_become(state: str, wanted: str) -> bool:
    return wanted in NEXT.get(state, frozenset())
