"""The kinds of change (变更用电), what family each belongs to, and the states of a request."""

from __future__ import annotations

from collections.abc import Mapping

SUSPEND, RESUME = "suspend", "resume"
REDUCE, RESTORE = "reduce", "restore"
EXCHANGE, EXCHANGE_BACK = "exchange", "exchange_back"
RELOCATE, MOVE_METER = "relocate", "move_meter"
REMOVE, REINSTALL = "remove", "reinstall"
RENAME, TRANSFER = "rename", "transfer"
SPLIT, MERGE, CLOSE = "split", "merge", "close"
VOLTAGE, TARIFF_CLASS = "voltage", "tariff_class"

SEAL, SITE, OFFICE, SETTLE = "seal", "field", "office", "settle"
FAMILY: Mapping[str, str] = {
    **dict.fromkeys((SUSPEND, RESUME, REDUCE, RESTORE, EXCHANGE, EXCHANGE_BACK), SEAL),
    **dict.fromkeys((RELOCATE, MOVE_METER, REMOVE, REINSTALL, VOLTAGE), SITE),
    **dict.fromkeys((RENAME, TARIFF_CLASS), OFFICE),
    **dict.fromkeys((TRANSFER, SPLIT, MERGE, CLOSE), SETTLE),
}
"""Which diagram a kind walks through."""
KINDS = tuple(FAMILY)

RESTRICTIONS = frozenset({SUSPEND, REDUCE, EXCHANGE, REMOVE})
"""Changes that go on until another change ends them."""
ENDS: Mapping[str, str] = {
    RESUME: SUSPEND,
    RESTORE: REDUCE,
    EXCHANGE_BACK: EXCHANGE,
    REINSTALL: REMOVE,
}
"""What each ending change ends."""
ENDED_BY: Mapping[str, str] = {begun: ending for ending, begun in ENDS.items()}
WITH_END = frozenset({SUSPEND, EXCHANGE, REMOVE})
"""Restrictions that are agreed until a day."""
WITH_NOTICE = frozenset({SUSPEND, RESUME, REDUCE, RESTORE})
"""Asked for some working days ahead (发改办价格〔2016〕1583号)."""
WITHOUT_APPROVAL = frozenset({RESUME, EXCHANGE_BACK, REINSTALL, MOVE_METER, RENAME})
"""Neither money nor capacity is decided: what was agreed before ends, or only the record is put right."""
CAPACITY_KINDS = frozenset({SUSPEND, REDUCE, EXCHANGE})
WITH_READING = frozenset(
    {SUSPEND, RESUME, REDUCE, RESTORE, EXCHANGE, EXCHANGE_BACK, RELOCATE, MOVE_METER, VOLTAGE, TARIFF_CLASS, TRANSFER, SPLIT}
)  # fmt: skip
"""Read once more on the day, the meter staying where it is."""
WITH_REMOVAL = frozenset({REMOVE, CLOSE})
"""The meter comes down."""
READING_REQUIRED = frozenset({RELOCATE, MOVE_METER, REMOVE, VOLTAGE, TRANSFER, SPLIT, MERGE, CLOSE})
"""Without what the meter showed on the day nothing is carried out: another place, meter, payer or price level begins."""
METER_WORK = frozenset({RELOCATE, MOVE_METER, REMOVE, REINSTALL, VOLTAGE, TRANSFER, SPLIT, MERGE, CLOSE})

APPLIED, APPROVED, READ, SETTLED = "applied", "approved", "read", "settled"
EFFECTIVE, REFUSED, CANCELLED = "effective", "refused", "cancelled"
OPEN_STATES = (APPLIED, APPROVED, READ, SETTLED)
_MOVES: Mapping[str, frozenset[str]] = {
    APPLIED: frozenset({APPROVED, REFUSED, CANCELLED}),
    APPROVED: frozenset({READ, EFFECTIVE, CANCELLED}),
    READ: frozenset({SETTLED}),
    SETTLED: frozenset({EFFECTIVE}),
    EFFECTIVE: frozenset(),
    REFUSED: frozenset(),
    CANCELLED: frozenset(),
}


def may_become(state: str, target: str) -> bool:
    return target in _MOVES[state]


def needs_approval(kind: str) -> bool:
    """A supervisor decides where money or capacity changes."""
    return kind not in WITHOUT_APPROVAL


FIELD_KIND: Mapping[str, str] = {
    **dict.fromkeys((SUSPEND, REDUCE), "changes.seal"),
    **dict.fromkeys((RESUME, RESTORE, EXCHANGE, EXCHANGE_BACK), "changes.unseal"),
    **dict.fromkeys(METER_WORK, "changes.meter"),
}
"""The field task of each kind; none where the office does it alone."""

DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    RENAME: ("identity", "licence"),
    TRANSFER: ("identity", "ownership", "contract"),
    SPLIT: ("identity", "ownership"),
    MERGE: ("identity", "ownership"),
    CLOSE: ("identity",),
    RELOCATE: ("identity", "ownership"),
    TARIFF_CLASS: ("identity", "photo"),
    VOLTAGE: ("identity", "letter"),
    EXCHANGE: ("identity", "letter"),
}
"""What a customer shows, as kinds of documents of a case; what is held from an earlier case is not asked for again."""
