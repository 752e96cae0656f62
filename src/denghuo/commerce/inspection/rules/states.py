"""The lives of a visit, a notice to rectify, and a case of breach or theft."""

from __future__ import annotations

from collections.abc import Mapping

VISIT: Mapping[str, frozenset[str]] = {
    "planned": frozenset({"done", "not_met", "cancelled"}),
    "not_met": frozenset({"done", "cancelled"}),
    "done": frozenset(),
    "cancelled": frozenset(),
}
RECTIFICATION: Mapping[str, frozenset[str]] = {
    "issued": frozenset({"delivered", "withdrawn"}),
    "delivered": frozenset({"failed", "closed"}),
    "failed": frozenset({"reported", "failed", "closed"}),
    "reported": frozenset({"reported", "closed"}),
    "closed": frozenset(),
    "withdrawn": frozenset(),
}
"""``failed``: looked at again and not put right; then it is reported, or there is more time with a reason."""
CASE: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"submitted", "dropped"}),
    "submitted": frozenset({"draft", "charged", "dropped"}),
    "charged": frozenset({"closed", "revoked"}),
    "closed": frozenset({"revoked"}),
    "revoked": frozenset(),
    "dropped": frozenset(),
}
OPEN_VISIT = ("planned", "not_met")
OPEN_RECTIFICATION = ("issued", "delivered", "failed", "reported")
OPEN_CASE = ("draft", "submitted", "charged")
DUTIES = ("notify", "report", "serve", "supervise")
"""通知、报告、服务、督导: what is owed for every hidden danger of an important customer."""
IMPORTANT = frozenset({"special", "first", "second", "temporary"})


def may_become(life: Mapping[str, frozenset[str]], state: str, wanted: str) -> bool:
    return wanted in life[state]
