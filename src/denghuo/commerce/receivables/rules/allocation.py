"""What a sum of money pays first (冲抵顺序)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Open:
    """An open receivable as the rule sees it; ``principal_id`` is set on a late fee."""

    id: int
    due_date: date
    open_fen: int
    principal_id: int | None = None
    disputed: bool = False


def allocate(amount_fen: int, items: Iterable[Open], *, late_fee_first: bool) -> list[tuple[int, int]]:
    """(receivable, fen) in the order of payment: the oldest due date first, disputed ones not at all.

    Debts of one age: with ``late_fee_first`` the late fee of a debt goes right before it, else all principals are paid
    before any late fee. What is left over is the difference to ``amount_fen``.

    Raises:
        ValueError: a negative amount.
    """
    if amount_fen < 0:
        raise ValueError(f"cannot allocate {amount_fen} fen")
    waiting = [item for item in items if item.open_fen > 0 and not item.disputed]
    due = {item.id: item.due_date for item in waiting}

    def place(item: Open) -> tuple:
        is_fee = item.principal_id is not None
        age = due.get(item.principal_id, item.due_date) if item.principal_id is not None else item.due_date
        group = item.principal_id if item.principal_id is not None else item.id
        if late_fee_first:
            return (age, group, not is_fee, item.id)
        return (is_fee, age, group, item.id)

    paid = []
    for item in sorted(waiting, key=place):
        part = min(amount_fen, item.open_fen)
        if part <= 0:
            break
        paid.append((item.id, part))
        amount_fen -= part
    return paid
