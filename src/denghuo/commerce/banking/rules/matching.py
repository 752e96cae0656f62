"""Whose money is it? Rules that read a bank receipt, and what they propose; docs/domain/matching.md.

Pure: the evidence is gathered by ``queries.proposals``, judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from denghuo.kernel.identifiers import NumberKind, classify

NUMBERS = (NumberKind.BILL, NumberKind.ACCOUNT, NumberKind.SUPPLY_POINT)
WEIGHTS: Mapping[str, int] = {
    "bill_number": 100,
    "account_number": 95,
    "supply_point_number": 90,
    "payer_account": 70,
    "name_amount": 60,
    "name": 30,
}
"""How much a rule says by itself; the exact amount owed adds ``EXACT``."""
EXACT = 5


@dataclass(frozen=True)
class Evidence:
    """One rule that points to one account, which owes ``owed_fen``."""

    rule: str
    account_id: int
    owed_fen: int = 0
    detail: str = ""


@dataclass(frozen=True)
class Proposal:
    """``rules`` in order of weight; ``certain`` where the first of them may be matched without a person asking."""

    account_id: int
    score: int
    rules: tuple[str, ...]
    details: tuple[str, ...]
    owed_fen: int
    exact: bool
    certain: bool = False

    @property
    def rule(self) -> str:
        return self.rules[0]


def numbers_in(text: str) -> list[tuple[NumberKind, str]]:
    """The numbers of bills, accounts and supply points that a remark holds: right length, right check digit."""
    found: dict[str, NumberKind] = {}
    for run in re.findall(r"(?<!\d)\d{13,18}(?!\d)", text):
        kind = classify(run)
        if kind in NUMBERS:
            found.setdefault(run, kind)
    return [(kind, number) for number, kind in found.items()]


def ranked(evidence: Iterable[Evidence], *, amount_fen: int, trusted: Iterable[str] = ()) -> list[Proposal]:
    """One proposal an account, the best first.

    A proposal is certain when a ``trusted`` rule leads to it, no trusted rule leads to another account, and, for a rule
    that reads no number, the amount is exactly what the account owes.
    """
    of: dict[int, list[Evidence]] = {}
    for item in evidence:
        of.setdefault(item.account_id, []).append(item)
    trust = frozenset(trusted)
    pointed = {account for account, items in of.items() if any(item.rule in trust for item in items)}
    proposals = []
    for account, items in of.items():
        best = sorted({item.rule: item for item in items}.values(), key=lambda item: -WEIGHTS[item.rule])
        owed = best[0].owed_fen
        exact = owed == amount_fen
        first = next((item.rule for item in best if item.rule in trust), "")
        certain = bool(first) and pointed == {account} and (WEIGHTS[first] >= 90 or exact)
        proposals.append(
            Proposal(
                account_id=account,
                score=WEIGHTS[best[0].rule] + (EXACT if exact else 0),
                rules=tuple(item.rule for item in best),
                details=tuple(item.detail for item in best),
                owed_fen=owed,
                exact=exact,
                certain=certain,
            )
        )
    return sorted(proposals, key=lambda proposal: (-proposal.score, proposal.account_id))
