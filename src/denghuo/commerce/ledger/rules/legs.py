"""A posting before it is written: its legs, debit positive and credit negative, that add up to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from denghuo.commerce.ledger.rules.chart import CHART


class Leg(NamedTuple):
    """One entry of a posting: fen, debit > 0, credit < 0. ``account_id`` is the settlement account, if the chart asks."""

    ledger_account: str
    amount_fen: int
    account_id: int | None = None
    detail: str = ""
    document_number: str = ""
    unit_id: str = ""

    def negated(self) -> Leg:
        return self._replace(amount_fen=-self.amount_fen)


class PostingUnbalanced(ValueError):
    """The legs do not add up to zero, are fewer than two, or do not fit the chart. A fault of the program."""


def checked(legs: Sequence[Leg]) -> list[Leg]:
    """The legs that move money.

    Raises:
        PostingUnbalanced: see there.
    """
    moving = [leg for leg in legs if leg.amount_fen]
    if len(moving) < 2 or sum(leg.amount_fen for leg in moving) != 0:
        raise PostingUnbalanced(
            f"legs add up to {sum(leg.amount_fen for leg in moving)} fen over {len(moving)} legs"
        )
    for leg in moving:
        account = CHART.get(leg.ledger_account)
        if account is None:
            raise PostingUnbalanced(f"the chart has no account {leg.ledger_account}")
        if account.by_customer != (leg.account_id is not None):
            raise PostingUnbalanced(
                f"{leg.ledger_account} is {'' if account.by_customer else 'not '}kept by customer"
            )
    return moving
