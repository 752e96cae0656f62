"""Time pieces: each case's period cut where its terms or a price that matters to one of its points changes.

All points of a case are cut on the same days, so that sub-meters can be deducted piece by piece. A *point piece*
(point × time piece) carries the rate set that prices it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from denghuo.engine.pricing.columns import Inputs, Labels
from denghuo.engine.pricing.exact import Bools, Ints, expand, first_of
from denghuo.engine.pricing.faults import Faults
from denghuo.engine.pricing.rates import CompiledBook, RateSet
from denghuo.engine.pricing.tou import DayCalendar, day_of, minutes_to_date

DAY_BITS = 2**20


@dataclass(frozen=True)
class Pieces:
    """``case``/``start``/``end``/``term``/``rates`` by time piece; ``point``/``piece``/``point_rates`` by point
    piece, sorted by point and time. Rates are numbers into ``rate_sets`` (-1: none needed)."""

    case: Ints
    start: Ints
    end: Ints
    term: Ints
    rates: Ints
    first_piece: Ints
    point: Ints
    piece: Ints
    point_rates: Ints
    first_point_piece: Ints
    rate_sets: list[RateSet]
    rate_books: list[str]

    @property
    def days(self) -> Ints:
        return self.end - self.start

    def attribute(self, name: str) -> Ints:
        """A rate set's number field by rate set, with a last element for "none needed"."""
        return np.array([*(getattr(r, name) for r in self.rate_sets), -1], np.int64)


class _Rates:
    """Resolves (book, tariff, voltage, market, capacity band) once each and lists all runs of days."""

    def __init__(self, inputs: Inputs, books: Mapping[str, CompiledBook]) -> None:
        self.inputs, self.books = inputs, books
        self.first = int(inputs.cases["period_start"].min())
        self.last = int(inputs.cases["period_end"].max())
        self.sets: list[RateSet] = []
        self.set_books: list[str] = []
        self._numbers: dict[tuple[str, RateSet], int] = {}
        case_book: Labels = inputs.cases["book"]
        self.book = case_book.codes[inputs.term_case]
        self.band = self._bands()
        tariffs: Labels = inputs.terms["tariff"]
        own: Labels = inputs.points["tariff"]
        self.tariffs = [*tariffs.values, *own.values]
        self.own_tariff = np.where(own.codes >= 0, own.codes + len(tariffs.values), -1)

    def _bands(self) -> Ints:
        capacity = self.inputs.terms["capacity"]
        band = np.zeros(len(capacity), np.int64)
        for code, name in enumerate(self.inputs.cases["book"].values):
            limits = np.array(self.books[name].thresholds if name in self.books else [], np.int64)
            rows = self.book == code
            band[rows] = np.searchsorted(limits, capacity[rows], side="right")
        return band

    def runs(self, term: Ints, tariff: Ints) -> tuple[Ints, Ints, Ints]:
        """For rows of (term row, tariff code or -1): row's key, and all runs as sorted codes and rate sets."""
        terms = self.inputs.terms
        tariff = np.where(tariff < 0, terms["tariff"].codes[term], tariff)
        parts = [
            self.book[term],
            tariff,
            terms["voltage"].codes[term],
            terms["market"].codes[term],
            self.band[term],
        ]
        sizes = [int(part.max(initial=0)) + 1 for part in parts]
        combined = np.ravel_multi_index(tuple(parts), tuple(sizes)) if len(term) else np.empty(0, np.int64)
        used, key = _dense(combined, int(np.prod(sizes)))
        codes: list[int] = []
        numbers: list[int] = []
        for at, value in enumerate(used.tolist()):
            book, name, voltage, market, band = (int(v) for v in np.unravel_index(value, tuple(sizes)))
            book_name = self.inputs.cases["book"].values[book]
            found = self.books[book_name].resolve(
                self.tariffs[name],
                terms["voltage"].values[voltage],
                terms["market"].values[market],
                band,
                *self.span,
            )
            for day, rates in found:
                codes.append(at * DAY_BITS + day)
                numbers.append(self._number(book_name, rates))
        return key, np.array(codes, np.int64), np.array(numbers, np.int64)

    @property
    def span(self) -> tuple[int, int]:
        return self.first, self.last

    def _number(self, book: str, rates: RateSet) -> int:
        key = (book, rates)
        if key not in self._numbers:
            self._numbers[key] = len(self.sets)
            self.sets.append(rates)
            self.set_books.append(book)
        return self._numbers[key]


def _dense(values: Ints, size: int) -> tuple[Ints, Ints]:
    """The different values, and each value's position among them."""
    if size > 4_000_000:
        return np.unique(values, return_inverse=True)
    seen = np.zeros(size, bool)
    seen[values] = True
    used = np.flatnonzero(seen)
    position = np.zeros(size, np.int64)
    position[used] = np.arange(len(used))
    return used, position[values]


def cut(inputs: Inputs, books: Mapping[str, CompiledBook], faults: Faults) -> Pieces:
    """Cut every case and give each piece its rate set; tariffs that do not apply become exceptions."""
    resolver = _Rates(inputs, books)
    count = inputs.count
    term_rows = np.arange(len(inputs.term_case))
    term_key, term_codes, term_sets = resolver.runs(term_rows, np.full(len(term_rows), -1))
    terms_of = np.diff(inputs.first_term)[inputs.point_case]
    pair_point, pair_term = expand(inputs.first_term[inputs.point_case], terms_of)
    pair_key, pair_codes, pair_sets = resolver.runs(pair_term, resolver.own_tariff[pair_point])
    edges = [inputs.term_case * DAY_BITS + inputs.terms["start"]]
    for term, key, codes in ((term_rows, term_key, term_codes), (pair_term, pair_key, pair_codes)):
        edges.append(_inner_edges(inputs, term, key, codes))
    code = edges[0] if not len(edges[1]) and not len(edges[2]) else np.unique(np.concatenate(edges))
    case, start = code // DAY_BITS, code % DAY_BITS
    first_piece = first_of(case, count)
    end = np.append(start[1:], 0)
    end[first_piece[1:] - 1] = inputs.cases["period_end"]
    term = np.searchsorted(inputs.term_case * DAY_BITS + inputs.terms["start"], code, side="right") - 1
    rates = term_sets[np.searchsorted(term_codes, term_key[term] * DAY_BITS + start, side="right") - 1]
    point, piece = expand(first_piece[inputs.point_case], np.diff(first_piece)[inputs.point_case])
    first_pair = np.concatenate([[0], np.cumsum(terms_of)])
    pair = first_pair[point] + term[piece] - inputs.first_term[case[piece]]
    point_rates = pair_sets[
        np.searchsorted(pair_codes, pair_key[pair] * DAY_BITS + start[piece], side="right") - 1
    ]
    point_rates = np.where(inputs.points["role"].equals("generation")[point], -1, point_rates)
    first_point_piece = first_of(point, len(inputs.point_case))
    pieces = Pieces(
        case, start, end, term, rates, first_piece, point, piece, point_rates, first_point_piece,
        resolver.sets, resolver.set_books,
    )  # fmt: skip
    _faults(inputs, pieces, faults)
    return pieces


def _inner_edges(inputs: Inputs, term: Ints, key: Ints, codes: Ints) -> Ints:
    """Days inside a term on which its rate set changes, as case × day codes."""
    start, end = inputs.terms["start"][term], inputs.terms["end"][term]
    low = np.searchsorted(codes, key * DAY_BITS + start, side="right")
    high = np.searchsorted(codes, key * DAY_BITS + end - 1, side="right")
    rows, at = expand(low, high - low)
    return inputs.term_case[term[rows]] * DAY_BITS + codes[at] % DAY_BITS


def _faults(inputs: Inputs, pieces: Pieces, faults: Faults) -> None:
    """Rate sets that price nothing, and tariffs on points they are not for."""
    broken = np.array([*(bool(r.fault) for r in pieces.rate_sets), False])
    rows = np.flatnonzero(broken[pieces.point_rates])
    first = np.ones(len(rows), bool)
    first[1:] = pieces.point[rows[1:]] != pieces.point[rows[:-1]]
    for fault in sorted({r.fault for r in pieces.rate_sets} - {""}):
        of_kind = np.array([*(r.fault == fault for r in pieces.rate_sets), False])
        _unpriced(inputs, pieces, fault, rows[first & of_kind[pieces.point_rates[rows]]], faults)
    generation = np.array([*(r.customer_class == "generation" for r in pieces.rate_sets), False])
    feed_in = inputs.points["role"].equals("feed_in")[pieces.point]
    needs_check = (pieces.point_rates >= 0) & ~broken[pieces.point_rates]
    rows = np.flatnonzero(needs_check & (generation[pieces.point_rates] != feed_in))
    faults.add(
        "tariff_role",
        pieces.case[pieces.piece[rows]],
        lambda at: f"{_point_path(inputs, int(pieces.point[rows[at]]))}.tariff",
        lambda at: {
            "tariff": pieces.rate_sets[pieces.point_rates[rows[at]]].tariff,
            "customer_class": pieces.rate_sets[pieces.point_rates[rows[at]]].customer_class,
            "role": inputs.points["role"].text(int(pieces.point[rows[at]])),
        },
    )


def _unpriced(inputs: Inputs, pieces: Pieces, fault: str, rows: Ints, faults: Faults) -> None:
    faults.add(
        fault,
        pieces.case[pieces.piece[rows]],
        lambda at: _point_path(inputs, int(pieces.point[rows[at]])),
        lambda at: {
            "tariff": pieces.rate_sets[pieces.point_rates[rows[at]]].tariff,
            "date": day_of(pieces.start[pieces.piece[rows[at]]]),
        },
    )


def _point_path(inputs: Inputs, point: int) -> str:
    return f"points[{point - inputs.first_point[inputs.point_case[point]]}]"


def minutes(pieces: Pieces, books: Mapping[str, CompiledBook], calendar: DayCalendar) -> tuple[Ints, Bools]:
    """Minutes of each time-of-use period in every point piece ``(n, 5)``, and whether it is priced by period."""
    scheme_of = pieces.attribute("tou")[pieces.point_rates]
    out = np.zeros((len(pieces.point), 5), np.int64)
    by_tou = scheme_of >= 0
    if not by_tou.any():
        return out, by_tou
    first, last = int(pieces.start.min()), int(pieces.end.max())
    names = sorted(set(pieces.rate_books))
    book_of = np.array([*(names.index(b) for b in pieces.rate_books), -1], np.int64)[pieces.point_rates]
    for name_index, name in enumerate(names):
        mine = by_tou & (book_of == name_index)
        for scheme in np.unique(scheme_of[mine]):
            rows = np.flatnonzero(mine & (scheme_of == scheme))
            to_date = minutes_to_date(books[name].book.tou_schemes[scheme], first, last, calendar)
            piece = pieces.piece[rows]
            out[rows] = to_date[pieces.end[piece] - first] - to_date[pieces.start[piece] - first]
    return out, by_tou
