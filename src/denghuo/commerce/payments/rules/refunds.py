"""What may be refunded, how, and who decides."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from denghuo.foundation.parameters.rules import declare

SECOND_PERSON_ABOVE_YUAN = declare(
    "payments.refund_second_person_above_yuan",
    Decimal("0.00"),
    basis="供电企业内部控制：退费须两人办理",
    confidence="U",
    low=Decimal(0),
)
"""Refunds above this amount wait for a second person; 0: all of them."""

STEPS: Mapping[str, frozenset[str]] = {
    "requested": frozenset({"approved", "rejected"}),
    "approved": frozenset({"sent", "paid", "failed"}),
    "sent": frozenset({"paid", "failed"}),
    "rejected": frozenset(),
    "paid": frozenset(),
    "failed": frozenset(),
}

BY_HAND = frozenset({"cash", "transfer"})
"""Ways of paying out that any refund may take. Other channels only give back what came through them."""

THROUGH_THE_CHANNEL = frozenset({"card", "wechat", "alipay"})
"""Channels that can return a payment to where it came from (原路退回)."""

OVER = frozenset({"rejected", "failed"})
"""States in which a refund holds nothing of its source any more."""


def may_become(state: str, wanted: str) -> bool:
    return wanted in STEPS[state]


def needs_second_person(amount_fen: int, limit_yuan: Decimal) -> bool:
    return limit_yuan == 0 or amount_fen > limit_yuan * 100
