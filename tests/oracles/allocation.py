"""What a sum pays first, fen by fen in the plainest words."""

from __future__ import annotations

from denghuo.commerce.receivables.rules import Open


def allocated(amount_fen: int, items: list[Open], *, late_fee_first: bool) -> dict[int, int]:
    """Receivable → fen. Picks the next item to pay again and again until the money or the items run out."""
    left = [item for item in items if item.open_fen > 0 and not item.disputed]
    every = list(left)
    paid: dict[int, int] = {}
    while amount_fen > 0 and left:
        chosen = left[0]
        for item in left[1:]:
            if _goes_before(item, chosen, every, late_fee_first):
                chosen = item
        left = [item for item in left if item.id != chosen.id]
        part = chosen.open_fen if chosen.open_fen < amount_fen else amount_fen
        paid[chosen.id] = part
        amount_fen -= part
    return paid


def _goes_before(one: Open, other: Open, every: list[Open], late_fee_first: bool) -> bool:
    one_is_fee, other_is_fee = one.principal_id is not None, other.principal_id is not None
    if not late_fee_first and one_is_fee != other_is_fee:
        return other_is_fee
    if late_fee_first and one.principal_id == other.id:
        return True
    if late_fee_first and other.principal_id == one.id:
        return False
    one_age, other_age = _age(one, every), _age(other, every)
    if one_age != other_age:
        return one_age < other_age
    one_debt = one.principal_id if one_is_fee else one.id
    other_debt = other.principal_id if other_is_fee else other.id
    if one_debt != other_debt:
        return one_debt < other_debt
    return one.id < other.id


def _age(item: Open, every: list[Open]):
    """The due date of the debt; of a late fee that of its debt, where that waits too."""
    for other in every:
        if other.id == item.principal_id:
            return other.due_date
    return item.due_date
