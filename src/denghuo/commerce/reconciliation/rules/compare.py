"""Three ways of telling one day: the channel's file, our records, our ledger; docs/domain/reconciliation.md.

Pure. For a channel and a day: Σ file = Σ ours + Σ (file − ours) over the differences, and
Σ ledger = Σ ours + Σ (ledger − ours) over the differences of the ledger, whatever the data.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


class Kind(enum.StrEnum):
    MISSING_OURS = "missing_ours"
    MISSING_THEIRS = "missing_theirs"
    AMOUNT = "amount"
    DUPLICATE = "duplicate"
    STATE = "state"
    DAY_CUT = "day_cut"
    LEDGER = "ledger"


@dataclass(frozen=True)
class Told:
    """One transaction as the file or our records tell it; ``parent`` is the payment that a refund gives back."""

    kind: str
    external_id: str
    amount_fen: int
    parent: str = ""
    ledger_fen: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.external_id


@dataclass(frozen=True)
class Found:
    """A difference. ``serial`` counts repetitions of one transaction in the file."""

    kind: Kind
    record: str
    external_id: str
    file_fen: int = 0
    our_fen: int = 0
    ledger_fen: int = 0
    serial: int = 1
    other_day: date | None = None

    @property
    def effect_fen(self) -> int:
        """What it adds to our total on the way to the other one."""
        return self.ledger_fen - self.our_fen if self.kind == Kind.LEDGER else self.file_fen - self.our_fen


@dataclass(frozen=True)
class Comparison:
    matched: int
    file_fen: int
    our_fen: int
    ledger_fen: int
    differences: list[Found]

    @property
    def holds(self) -> bool:
        """The two identities above."""
        of_file = sum(found.effect_fen for found in self.differences if found.kind != Kind.LEDGER)
        of_ledger = sum(found.effect_fen for found in self.differences if found.kind == Kind.LEDGER)
        return self.file_fen == self.our_fen + of_file and self.ledger_fen == self.our_fen + of_ledger


Days = Mapping[tuple[str, str], tuple[date, int]]
NOWHERE: Days = {}


def compare(
    file: Sequence[Told],
    ours: Sequence[Told],
    *,
    file_elsewhere: Days = NOWHERE,
    ours_elsewhere: Days = NOWHERE,
    our_payments: Iterable[str] = (),
    loose_entries: Sequence[tuple[str, int]] = (),
) -> Comparison:
    """Set the file of a day against our records of it.

    ``*_elsewhere``: transactions of other days by (record, external id), with day and amount. ``our_payments``: payments
    we know of any day, to tell a refund that only the channel knows. ``loose_entries``: (posting, fen) of the ledger
    that belong to no record.
    """
    known = set(our_payments) | {told.external_id for told in ours if told.kind == "payment"}
    by_key: dict[tuple[str, str], Told] = {}
    for told in ours:
        assert told.key not in by_key, f"{told.key} stands twice in our records"
        by_key[told.key] = told
    seen: dict[tuple[str, str], int] = defaultdict(int)
    taken: set[tuple[str, str]] = set()
    differences: list[Found] = []
    matched = 0
    for line in file:
        seen[line.key] += 1
        if seen[line.key] > 1:
            differences.append(
                Found(Kind.DUPLICATE, line.kind, line.external_id, line.amount_fen, serial=seen[line.key])
            )
            continue
        own = _partner(line, by_key, taken)
        if own is None:
            differences.append(_only_there(line, ours_elsewhere, known))
            continue
        taken.add(own.key)
        if own.amount_fen == line.amount_fen:
            matched += 1
        else:
            differences.append(
                Found(Kind.AMOUNT, line.kind, line.external_id, line.amount_fen, own.amount_fen)
            )
    differences += [_only_here(own, file_elsewhere) for own in ours if own.key not in taken]
    differences += _of_ledger(ours, loose_entries)
    of_ledger = sum(found.effect_fen for found in differences if found.kind == Kind.LEDGER)
    our_fen = sum(told.amount_fen for told in ours)
    return Comparison(
        matched, sum(line.amount_fen for line in file), our_fen, our_fen + of_ledger, differences
    )


def _partner(line: Told, by_key: Mapping[tuple[str, str], Told], taken: set[tuple[str, str]]) -> Told | None:
    """Our record of a line: of the same kind, or our reversal of the payment that the channel gave back."""
    if own := by_key.get(line.key):
        return own
    reversal = ("reversal", line.parent)
    return by_key.get(reversal) if line.kind == "refund" and reversal not in taken else None


def _only_there(line: Told, elsewhere: Days, known: set[str]) -> Found:
    day, fen = elsewhere.get(line.key, (None, 0))
    if day is not None and fen == line.amount_fen:
        return Found(Kind.DAY_CUT, line.kind, line.external_id, line.amount_fen, other_day=day)
    kind = Kind.STATE if line.kind == "refund" and line.parent in known else Kind.MISSING_OURS
    return Found(kind, line.kind, line.external_id, line.amount_fen)


def _only_here(own: Told, elsewhere: Days) -> Found:
    day, fen = elsewhere.get(own.key, (None, 0))
    if day is not None and fen == own.amount_fen:
        return Found(Kind.DAY_CUT, own.kind, own.external_id, 0, own.amount_fen, other_day=day)
    kind = Kind.STATE if own.kind == "reversal" else Kind.MISSING_THEIRS
    return Found(kind, own.kind, own.external_id, 0, own.amount_fen)


def _of_ledger(ours: Sequence[Told], loose: Sequence[tuple[str, int]]) -> list[Found]:
    wrong = [
        Found(Kind.LEDGER, own.kind, own.external_id, 0, own.amount_fen, own.ledger_fen)
        for own in ours
        if own.ledger_fen is not None and own.ledger_fen != own.amount_fen
    ]
    return wrong + [Found(Kind.LEDGER, "entry", posting, 0, 0, fen) for posting, fen in loose if fen]


def explains_itself(found: Found, day: date, *, resolved_there: bool = False) -> bool:
    """A transaction that only fell on the other side of midnight needs nobody; farther away it does, unless booked on purpose."""
    if found.kind != Kind.DAY_CUT or found.other_day is None:
        return False
    return resolved_there or abs((found.other_day - day).days) <= 1
