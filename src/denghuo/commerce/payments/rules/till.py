"""Notes and coins, and what a counter takes."""

from __future__ import annotations

import json
from collections.abc import Mapping

DENOMINATIONS_FEN = (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10)
"""Notes and coins of 人民币 that a till holds, in fen: 100 yuan down to 1 jiao."""

AT_THE_COUNTER = ("cash", "card", "cheque")
"""Channels that a cashier books by hand; codes are booked by the channel that shows them."""

UNDONE_BY_HAND = frozenset({"cash", "card", "cheque", "transfer", "lockbox"})
"""Channels whose payments a person may reverse. What a gateway or a bank booked goes back by a refund or its own file."""


class CountInvalid(ValueError):
    """A denomination that does not exist, or a number of pieces below zero."""


def counted_fen(counts: Mapping[int, int]) -> int:
    """What so many pieces of each denomination are worth, in fen.

    Raises:
        CountInvalid: see there.
    """
    for denomination, pieces in counts.items():
        if denomination not in DENOMINATIONS_FEN or pieces < 0:
            raise CountInvalid(f"{pieces} pieces of {denomination} fen")
    return sum(denomination * pieces for denomination, pieces in counts.items())


def counts_text(counts: Mapping[int, int]) -> str:
    return json.dumps({str(key): counts[key] for key in sorted(counts, reverse=True) if counts[key]})


def counts_of(text: str) -> dict[int, int]:
    return {int(key): pieces for key, pieces in json.loads(text or "{}").items()}


def difference_fen(expected_fen: int, in_hand_fen: int) -> int:
    """Above zero: more in the till than by the books (长款); below: less (短款)."""
    return in_hand_fen - expected_fen


def change_fen(total_fen: int, tendered_fen: int | None) -> int:
    """What the clerk gives back."""
    return 0 if tendered_fen is None else tendered_fen - total_fen
