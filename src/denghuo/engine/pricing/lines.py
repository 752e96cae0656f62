"""Energy lines: usage rows × entries of their rate set, and the growing list of lines of a batch.

A usage row is a point's energy under one rate set and one power-factor standard. A line's amount is quantity ×
price × numerator ÷ denominator, rounded half up to the fen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np

from denghuo.engine.pricing.book import Tou
from denghuo.engine.pricing.columns import Inputs
from denghuo.engine.pricing.exact import Bools, Ints, expand, times_over
from denghuo.engine.pricing.faults import Faults
from denghuo.engine.pricing.pieces import Pieces
from denghuo.engine.pricing.rates import (
    CONTRACT_FLAT,
    CONTRACT_TOU,
    FROM_BOOK,
    NONE,
    TIER_SLOT,
    CompiledBook,
)
from denghuo.engine.pricing.tou import PERIODS, day_of
from denghuo.engine.pricing.usage import Usage
from denghuo.engine.tables.pricing import MAX_TIERS
from denghuo.kernel.quantities import ENERGY_SCALE, PRICE_SCALE

TO_FEN = 10 ** (ENERGY_SCALE + PRICE_SCALE - 2)
SLOTS = TIER_SLOT + MAX_TIERS


@dataclass
class Vocabulary:
    """Texts of a batch's lines as numbers."""

    numbers: dict[str, int] = field(default_factory=dict)

    def __call__(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))

    @property
    def values(self) -> list[str]:
        return list(self.numbers)


@dataclass(frozen=True)
class Lines:
    """Lines as columns; ``point`` is a point row or -1, texts are vocabulary numbers, ``standard`` groups the
    power-factor base."""

    case: Ints
    point: Ints
    segment: Ints
    start: Ints
    end: Ints
    component: Ints
    group: Ints
    tou: Ints
    tier: Ints
    quantity: Ints
    unit: Ints
    price: Ints
    numerator: Ints
    denominator: Ints
    amount: Ints
    in_pf_base: Bools
    price_id: Ints
    book: Ints
    note: Ints
    standard: Ints

    @classmethod
    def concat(cls, parts: list[Lines]) -> Lines:
        return cls(*(np.concatenate([getattr(p, item.name) for p in parts]) for item in fields(cls)))

    def take(self, rows: Ints | Bools) -> Lines:
        return Lines(*(getattr(self, item.name)[rows] for item in fields(self)))


@dataclass(frozen=True)
class UsageRows:
    """Merged point pieces: owner, days, rate set, slots ``(n, 12)`` and the power-factor standard."""

    case: Ints
    point: Ints
    segment: Ints
    start: Ints
    end: Ints
    rates: Ints
    slots: Ints
    by_tou: Bools
    standard: Ints
    of_piece: Ints


def merge(inputs: Inputs, pieces: Pieces, usage: Usage, piece_standard: Ints) -> UsageRows:
    """Join neighbouring pieces of a point that are priced alike (generation meters have no rates and no lines)."""
    point, piece, rates = pieces.point, pieces.piece, pieces.point_rates
    sold = inputs.points["role"].equals("feed_in")[point]
    standard = np.where(sold, 0, piece_standard[piece])
    opens = np.ones(len(point), bool)
    opens[1:] = (point[1:] != point[:-1]) | (rates[1:] != rates[:-1]) | (standard[1:] != standard[:-1])
    row = np.cumsum(opens) - 1
    first = np.flatnonzero(opens)
    last = np.append(first[1:], len(point)) - 1
    slots = np.zeros((len(first), SLOTS), np.int64)
    billed = usage.billed
    if len(first) == len(point):
        slots[:, :6] = billed
    else:
        np.add.at(slots, (row[:, None], np.arange(6)[None, :]), billed)
    slots[sold[first]] *= -1
    owner = point[first]
    segment = np.arange(len(first)) - np.searchsorted(owner, owner) + 1
    return UsageRows(
        pieces.case[piece[first]], owner, segment, pieces.start[piece[first]], pieces.end[piece[last]],
        rates[first], slots, usage.by_tou[first], standard[first], row,
    )  # fmt: skip


class Book:
    """The entries of all rate sets of a batch as columns (``first`` holds the offsets by rate set)."""

    def __init__(
        self, pieces: Pieces, books: Mapping[str, CompiledBook], words: Vocabulary, kind: str
    ) -> None:
        listed = [(at, entry) for at, rates in enumerate(pieces.rate_sets) for entry in getattr(rates, kind)]
        names = pieces.rate_books
        components = [books[names[at]].book.components[entry.component] for at, entry in listed]
        self.first = np.searchsorted([at for at, _ in listed], np.arange(len(names) + 1)).astype(np.int64)
        self.component = np.array([words(c.code) for c in components], np.int64)
        self.group = np.array([words(str(c.group)) for c in components], np.int64)
        self.unit = np.array([words(str(c.unit)) for c in components], np.int64)
        self.in_pf_base = np.array([c.in_pf_base for c in components], bool)
        self.tou = np.array([entry.tou for _, entry in listed], np.int64)
        self.tier = np.array([entry.tier for _, entry in listed], np.int64)
        self.slot = np.array([entry.slot for _, entry in listed], np.int64)
        self.missing = np.array([entry.price is None for _, entry in listed], bool)
        self.price = np.array([entry.price or 0 for _, entry in listed], np.int64)
        self.price_id = np.array([words(entry.price_id) for _, entry in listed], np.int64)
        self.origin = np.array([entry.origin for _, entry in listed], np.int64)
        self.always = np.array([entry.always for _, entry in listed], bool)
        self.book = np.array([words(names[at]) for at, _ in listed], np.int64)
        self.by_period = np.array([pieces.rate_sets[at].tou != NONE for at, _ in listed], bool)


def energy_lines(
    inputs: Inputs,
    pieces: Pieces,
    rows: UsageRows,
    entries: Book,
    words: Vocabulary,
    faults: Faults,
    note: str = "",
) -> Lines:
    """Every usage row times every entry of its rate set; zero quantities dropped, missing prices reported."""
    counts = np.append(np.diff(entries.first), 0)
    row, entry = expand(entries.first[rows.rates], counts[rows.rates])
    quantity = rows.slots[row, entries.slot[entry]]
    # Credit lines (with a note) repeat entries of rows that were checked against the contract already.
    checked = None if note else faults
    price, missing, keep, price_id = _contract(inputs, rows, row, entry, entries, words, checked)
    unpriced = np.flatnonzero(keep & missing & ((quantity != 0) | entries.always[entry]))
    _missing(inputs, pieces, rows, (row[unpriced], entry[unpriced]), entries, words, faults)
    needs = (entries.tou[entry] >= 0) & ~rows.by_tou[row] & (rows.slots[row, 0] != 0)
    _needs_registers(inputs, pieces, rows, row[needs], faults)
    kept = np.flatnonzero(keep & ~missing & (quantity != 0))
    row, entry, quantity, price = row[kept], entry[kept], quantity[kept], price[kept]
    ones = np.ones(len(row), np.int64)
    return Lines(
        rows.case[row], rows.point[row], rows.segment[row], rows.start[row], rows.end[row],
        entries.component[entry], entries.group[entry], entries.tou[entry], entries.tier[entry],
        quantity, entries.unit[entry], price, ones, ones, times_over(quantity, price, TO_FEN),
        entries.in_pf_base[entry], price_id[kept], entries.book[entry], ones * words(note), rows.standard[row],
    )  # fmt: skip


def _contract(
    inputs: Inputs,
    rows: UsageRows,
    row: Ints,
    entry: Ints,
    entries: Book,
    words: Vocabulary,
    faults: Faults | None,
) -> tuple[Ints, Bools, Bools, Ints]:
    """Prices with the contract's in place: price, missing, whether the line stands, price row."""
    price, missing, price_id = entries.price[entry], entries.missing[entry], entries.price_id[entry]
    origin = entries.origin[entry]
    keep = origin != CONTRACT_TOU
    if len(inputs.contract_case):
        signed = np.zeros(inputs.count, bool)
        signed[inputs.contract_case] = True
        own = np.flatnonzero(signed[rows.case[row]])
        found, stands, empty = _signed(inputs, rows, row[own], entry[own], entries, words, faults)
        given = inputs.contract_prices["price"]
        price[own] = np.where(found >= 0, given[found], price[own])
        price_id[own] = np.where(found >= 0, words("contract"), price_id[own])
        missing[own] &= found < 0
        keep[own] = stands & ~(empty & missing[own])
    lacking = keep & missing & (origin != FROM_BOOK)
    if faults is not None:
        _contract_missing(rows, (row, entry), lacking, entries, words, faults)
    return price, missing & (origin == FROM_BOOK), keep & ~lacking, price_id


def _signed(
    inputs: Inputs,
    rows: UsageRows,
    row: Ints,
    entry: Ints,
    entries: Book,
    words: Vocabulary,
    faults: Faults | None,
) -> tuple[Ints, Bools, Bools]:
    """Lines of customers with a contract: contract price row or -1, whether the line stands, whether it is empty.

    A component priced by period in the contract is billed by period where the tariff has periods, else in one line.
    """
    given, origin = inputs.contract_prices, entries.origin[entry]
    names = np.array([*(words(value) for value in given["component"].values), -1], np.int64)
    periods = np.array(
        [*(list(Tou).index(Tou(v)) if v in list(Tou) else -2 for v in given["tou"].values), -1]
    )
    component, tou = names[given["component"].codes], periods[given["tou"].codes]
    size = len(words.numbers) + 1
    owner = inputs.contract_case * size + component
    key = owner * 8 + tou + 1
    order = np.argsort(key, kind="stable")
    sorted_key = key[order]
    paid = rows.case[row] * size + entries.component[entry]

    def find(period: Ints | int) -> Ints:
        wanted = paid * 8 + period + 1
        at = np.minimum(np.searchsorted(sorted_key, wanted), len(key) - 1)
        return np.where(sorted_key[at] == wanted, order[at], -1)

    specific = entries.by_period[entry] & np.isin(paid, owner[tou >= 0])
    stands = np.select([origin == CONTRACT_TOU, origin == CONTRACT_FLAT], [specific, ~specific], True)
    own = find(entries.tou[entry])
    flat = np.where(origin == CONTRACT_TOU, -1, find(NONE))
    found = np.where(stands & (entries.tier[entry] <= 1), np.where(own >= 0, own, flat), -1)
    if faults is not None:
        _contract_faults("contract_price_twice", inputs, order[1:][sorted_key[1:] == sorted_key[:-1]], faults)
        known = np.isin(owner, paid[stands]) & (tou < 0)
        known |= np.isin(owner, paid[stands & (entries.tou[entry] >= 0)])
        known[found[found >= 0]] = True
        _contract_faults("contract_price_unused", inputs, np.flatnonzero(~known), faults)
    return found, stands, (origin == CONTRACT_TOU) & (rows.slots[row, entries.slot[entry]] == 0)


def _contract_faults(code: str, inputs: Inputs, at_rows: Ints, faults: Faults) -> None:
    given = inputs.contract_prices
    owner = inputs.contract_case
    faults.add(
        code,
        owner[at_rows],
        lambda at: f"contract_prices[{at_rows[at] - int(np.searchsorted(owner, owner[at_rows[at]]))}]",
        lambda at: {
            "component": given["component"].text(int(at_rows[at])),
            "tou": given["tou"].text(int(at_rows[at])) or "all periods",
        },
    )


def _contract_missing(
    rows: UsageRows,
    where: tuple[Ints, Ints],
    lacking: Bools,
    entries: Book,
    words: Vocabulary,
    faults: Faults,
) -> None:
    row, entry = where[0][lacking], where[1][lacking]
    texts = words.values
    faults.add(
        "contract_price_missing",
        rows.case[row],
        "contract_prices",
        lambda at: {
            "component": texts[entries.component[entry[at]]],
            "tou": PERIODS[entries.tou[entry[at]]] if entries.tou[entry[at]] >= 0 else "all periods",
        },
    )


def _missing(
    inputs: Inputs, pieces: Pieces, rows: UsageRows, where: tuple[Ints, Ints], entries: Book, words: Vocabulary,
    faults: Faults,
) -> None:  # fmt: skip
    row, entry = where
    texts = words.values
    voltage = inputs.terms["voltage"]

    def given(at: int) -> dict[str, object]:
        one, item = int(row[at]), int(entry[at])
        piece = pieces.first_piece[rows.case[one]]
        term = pieces.term[
            np.searchsorted(pieces.start[piece : pieces.first_piece[rows.case[one] + 1]], rows.start[one])
            + piece
        ]
        return {
            "component": texts[entries.component[item]],
            "tariff": pieces.rate_sets[rows.rates[one]].tariff,
            "voltage": voltage.text(int(term)),
            "tou": PERIODS[entries.tou[item]] if entries.tou[item] >= 0 else "all periods",
            "tier": f"tier {entries.tier[item]}" if entries.tier[item] else "every tier",
            "date": day_of(rows.start[one]),
            "book": texts[entries.book[item]],
        }

    faults.add("missing_price", rows.case[row], lambda at: _path(inputs, int(rows.point[row[at]])), given)


def _needs_registers(inputs: Inputs, pieces: Pieces, rows: UsageRows, row: Ints, faults: Faults) -> None:
    """Estimated sub-meters on a time-of-use tariff below a parent without period registers."""
    row = np.unique(row)
    faults.add(
        "tou_registers_missing",
        rows.case[row],
        lambda at: _path(inputs, int(rows.point[row[at]])),
        lambda at: {
            "register": ", ".join(PERIODS[:4]),
            "tariff": pieces.rate_sets[rows.rates[row[at]]].tariff,
        },
    )


def _path(inputs: Inputs, point: int) -> str:
    return f"points[{point - inputs.first_point[inputs.point_case[point]]}]"
