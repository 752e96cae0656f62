"""What makes a signed callback acceptable. The signature alone proves only that the channel once said it to somebody."""

from __future__ import annotations

from datetime import datetime, timedelta

from denghuo.commerce.channels.rules.gateway import Notice

BODY_LIMIT = 64 * 1024
"""No channel sends more; what is larger is refused before it is read."""
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How old, or how far ahead, a callback may be. The SDKs do not look at the time."""
LOGGED_A_MINUTE = 600
"""Refused callbacks kept a minute. Anybody can send one, so more of them only go to the server's log."""


def refusal(
    notice: Notice, *, at: datetime, merchant: str, app: str, ordered_fen: int | None
) -> tuple[str, str] | None:
    """Why a callback with a good signature is refused all the same: (verdict, detail), or None.

    ``ordered_fen`` is the amount of our order (or refund), None where we have no such order. The order of the checks
    is that of the harm: time, then for whom, then what for, then how much.
    """
    if abs(at - notice.sent_at) > CLOCK_TOLERANCE:
        return "stale", f"sent {notice.sent_at.isoformat()}"
    if notice.merchant and notice.merchant != merchant:
        return "wrong_merchant", notice.merchant
    if notice.app and notice.app != app:
        return "wrong_app", notice.app
    if not (notice.merchant or notice.app):
        return "wrong_merchant", ""
    if ordered_fen is None:
        return "unknown_order", notice.out_refund_no or notice.out_trade_no
    if notice.currency != "CNY":
        return "wrong_currency", notice.currency
    if notice.state == "paid" and notice.amount_fen != ordered_fen:
        return "wrong_amount", f"{notice.amount_fen} ≠ {ordered_fen} fen"
    if notice.kind == "payment" and notice.state == "paid" and not notice.transaction_id:
        return "malformed", "no transaction number"
    return None
