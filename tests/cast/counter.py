"""郑洁 at her till: open shifts and baskets made by the real operations."""

from __future__ import annotations

from datetime import date
from itertools import count

from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Basket, Shift
from denghuo.foundation.identity.models import Staff
from denghuo.records.customers.models import Account
from tests.cast.money import noon

_keys = count(1)


def shift(clerk: Staff, day: date, *, float_fen: int = 0) -> Shift:
    return payments.open_shift(clerk=clerk, float_fen=float_fen, at=noon(day))


def basket(
    clerk: Staff, day: date, rows: list[tuple[Account, int]], *, channel: str = "cash", **how
) -> Basket:
    """What one person pays; the clerk's shift must be open."""
    if channel == "cheque":
        how.setdefault("cheque", payments.ChequeFacts(f"{next(_keys):08d}", "灯火银行", "灯火纺织厂"))
    if channel == "card":
        how.setdefault("reference", f"POS{next(_keys):09d}")
    how.setdefault("key", f"key-{next(_keys)}")
    return payments.take(
        rows=[payments.BasketRow(account, fen) for account, fen in rows],
        channel=channel,
        at=noon(day),
        actor=clerk,
        **how,
    )


def count_of(fen: int) -> dict[int, int]:
    """The fewest notes and coins that make ``fen`` (a whole number of jiao)."""
    pieces = {}
    for note in (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10):
        pieces[note], fen = divmod(fen, note)
    assert fen == 0
    return pieces
