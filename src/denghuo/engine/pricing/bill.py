"""Price cases: from input tables and compiled books to lines, sections, point usage and exceptions.

One implementation for one case and a million: numpy over columns, loops only over rate sets, schemes and books.
``price`` works through the cases in slices, whose results do not depend on how they are cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
import pyarrow as pa

from denghuo.engine.pricing import basic, loss, output, power_factor, tiers
from denghuo.engine.pricing.book import Group
from denghuo.engine.pricing.columns import Inputs, read
from denghuo.engine.pricing.exact import Bools, Ints, group_sum, share
from denghuo.engine.pricing.faults import Faults
from denghuo.engine.pricing.lines import Book, Lines, UsageRows, Vocabulary, energy_lines, merge
from denghuo.engine.pricing.parameters import SETTINGS
from denghuo.engine.pricing.pieces import Pieces, cut, minutes
from denghuo.engine.pricing.rates import TIER_SLOT, TOTAL_SLOT, TOU_SLOT, CompiledBook
from denghuo.engine.pricing.tou import DayCalendar, day_number
from denghuo.engine.pricing.usage import Meter, Usage, charge_submeters
from denghuo.engine.pricing.validate import Validator
from denghuo.engine.tables.pricing import OUTPUT_SCHEMAS, CaseTables, PricedTables
from denghuo.kernel.quantities import RATIO_SCALE, scaled

SLICE = 100_000


def price(
    tables: CaseTables, books: Mapping[str, CompiledBook], calendar: DayCalendar | None = None
) -> PricedTables:
    """Price every case, or say why it cannot be priced.

    ``books`` by code, as the cases name them; ``calendar`` brings holidays and trigger days. A case with an
    exception has no lines and no section. Results keep the order of the cases.

    Raises:
        TableInvalid: the tables do not hang together (a row of no case, an identifier twice).
    """
    calendar = calendar or DayCalendar()
    parts = [_price_slice(part, books, calendar) for part in _slices(tables)]
    if len(parts) == 1:
        return parts[0]
    joined = {name: pa.concat_tables([getattr(part, name) for part in parts]) for name in OUTPUT_SCHEMAS}
    return PricedTables(**joined, books=books)


def _slices(tables: CaseTables) -> list[CaseTables]:
    count = tables.cases.num_rows
    if count <= SLICE:
        return [tables]
    ids = tables.cases["case_id"].to_numpy()
    if np.any(ids[1:] <= ids[:-1]):
        read(tables)
        return [tables.filter(ids[at : at + SLICE].tolist()) for at in range(0, count, SLICE)]
    edges = [*ids[::SLICE].tolist(), int(ids[-1]) + 1]
    parts: list[dict[str, pa.Table]] = [{} for _ in edges[1:]]
    for item in fields(CaseTables):
        table = getattr(tables, item.name)
        owner = table["case_id"].to_numpy()
        if np.any(owner[1:] < owner[:-1]):
            table = table.take(np.argsort(owner, kind="stable"))
            owner = np.sort(owner)
        outside = len(owner) and (owner[0] < edges[0] or owner[-1] >= edges[-1])
        cuts = np.searchsorted(owner, edges)
        if outside:
            cuts[0], cuts[-1] = 0, len(owner)
        for at, part in enumerate(parts):
            part[item.name] = table.slice(int(cuts[at]), int(cuts[at + 1] - cuts[at]))
    return [CaseTables(**part) for part in parts]


def _price_slice(
    tables: CaseTables, books: Mapping[str, CompiledBook], calendar: DayCalendar
) -> PricedTables:
    inputs = read(tables)
    checked = Faults(inputs.cases["case_id"])
    Validator(inputs, books, checked).run()
    if checked.bad.any():
        good = inputs.cases["case_id"][~checked.bad]
        inputs = read(tables.filter(good.tolist()))
    done = _Batch(inputs, books, calendar).run()
    if not checked.rows:
        return done
    both = pa.concat_tables([checked.table(), done.exceptions])
    return PricedTables(done.lines, done.sections, done.point_usage, both, books)


class _Batch:
    """The steps of pricing valid cases, in order."""

    def __init__(self, inputs: Inputs, books: Mapping[str, CompiledBook], calendar: DayCalendar) -> None:
        self.inputs, self.books, self.calendar = inputs, books, calendar
        self.faults = Faults(inputs.cases["case_id"])
        self.words = Vocabulary()

    def run(self) -> PricedTables:
        inputs, faults = self.inputs, self.faults
        if not inputs.count:
            return output.empty(self.books)
        pieces = cut(inputs, self.books, faults)
        used = self.usage(pieces)
        standard = power_factor.standards(inputs, pieces, faults)
        rows = merge(inputs, pieces, used, standard)
        tiered = self.tiers(pieces, rows)
        free = self.free(pieces, rows, tiered)
        entries = Book(pieces, self.books, self.words, "entries")
        parts = [
            energy_lines(inputs, pieces, rows, entries, self.words, faults),
            *self.credits(pieces, free, entries),
        ]
        energy = self.energy(pieces, used)
        basic_entries = Book(pieces, self.books, self.words, "basic")
        charges, demand = basic.charge(inputs, pieces, energy, standard, basic_entries, self.words, faults)
        parts += [charges, self.adjustments(pieces, standard)]
        review = self.choice("pf_zero_active", "review")
        assessment = power_factor.assess(inputs, pieces, used, standard, review, faults)
        names = np.array([self.words(name) for name in inputs.cases["book"].values])
        book = names[inputs.cases["book"].codes]
        assessment, adjustment = power_factor.adjust(assessment, parts, self.words, book)
        lines = Lines.concat([*parts, adjustment])
        good = ~faults.bad
        kept = np.flatnonzero(good[lines.case])
        lines = lines.take(kept[np.argsort(lines.case[kept], kind="stable")])
        return PricedTables(
            output.lines_table(inputs, lines, self.words),
            output.sections_table(
                inputs, lines, self.words, (energy, rows, tiered, free, demand, assessment), good
            ),
            output.usage_table(inputs, pieces, used, rows, good),
            faults.table(),
            self.books,
        )

    def usage(self, pieces: Pieces) -> Usage:
        inputs = self.inputs
        clock, by_tou = minutes(pieces, self.books, self.calendar)
        tolerances = (self.number("tou_sum_tolerance_kwh"), self.number("tou_sum_tolerance_ratio"))
        meter = Meter(inputs, pieces, clock, by_tou, tolerances, self.faults)
        metered, has_periods, reactive, reactive_known = meter.metered()
        by_hours = self.choice("iron_loss_split", "hours")
        lost, reactive_loss = loss.added(inputs, pieces, metered, reactive, has_periods, clock, by_hours)
        gross, deducted, has_periods = charge_submeters(
            inputs, pieces, metered + lost, has_periods, self.faults
        )
        return Usage(gross - lost, lost, deducted, has_periods, reactive, reactive_loss, reactive_known)

    def setting(self, code: str) -> list[tuple[Bools, str]]:
        """The parameter's values with the cases (by period start) that each is in force for."""
        cases = self.inputs.cases
        start = cases["period_start"]
        out = [(np.ones(len(start), bool), SETTINGS[code].default)]
        for number, name in enumerate(cases["book"].values):
            mine = cases["book"].codes == number
            for item in self.books[name].book.parameters if name in self.books else ():
                if item.code == code:
                    until = day_number(item.valid_to) if item.valid_to else 10**6
                    out.append(
                        (mine & (start >= day_number(item.valid_from)) & (start < until), str(item.value))
                    )
        return out

    def number(self, code: str) -> Ints:
        values = np.zeros(self.inputs.count, np.int64)
        for rows, value in self.setting(code):
            values[rows] = scaled(value, RATIO_SCALE)
        return values

    def choice(self, code: str, wanted: str) -> Bools:
        chosen = np.zeros(self.inputs.count, bool)
        for rows, value in self.setting(code):
            chosen[rows] = value == wanted
        return chosen

    def energy(self, pieces: Pieces, used: Usage) -> Ints:
        """Energy of the purchase points with loss, sub-meters counted once, by case."""
        root = (self.inputs.points["role"].equals("purchase") & (self.inputs.parent == -1))[pieces.point]
        case = pieces.case[pieces.piece[root]]
        return group_sum(used.gross[root, 0], case, self.inputs.count)

    def tiers(self, pieces: Pieces, rows: UsageRows) -> output.Tiers:
        """Fill the tier slots of rows whose rate set has a tier scheme."""
        scheme = pieces.attribute("tiers")[rows.rates]
        at = np.flatnonzero(scheme >= 0)
        names = sorted(set(pieces.rate_books))
        book = np.array([*(names.index(name) for name in pieces.rate_books), -1], np.int64)[rows.rates[at]]
        codes, number = np.unique(book * 10_000 + scheme[at], return_inverse=True)
        schemes = [(names[code // 10_000], int(code % 10_000)) for code in codes]
        given = (rows.case[at], rows.start[at], rows.slots[at, TOTAL_SLOT], number)
        energy, bounds, before = tiers.fill(self.inputs, self.books, given, schemes, self.faults)
        rows.slots[at, TIER_SLOT:] = energy
        return output.Tiers(at, energy, bounds, before)

    def free(self, pieces: Pieces, rows: UsageRows, tiered: output.Tiers) -> UsageRows | None:
        """Free energy taken from tier 1 (or all energy where there are no tiers), as rows of negative slots.

        Where the book deducts it, the rows' own slots are reduced as well and nothing remains to credit.
        """
        granted = self.inputs.cases["free_energy"]
        if not granted.any():
            return None
        home = np.array([*(r.customer_class == "residential" for r in pieces.rate_sets), False])[rows.rates]
        at = np.flatnonzero(home & (granted[rows.case] > 0))
        without = np.setdiff1d(np.flatnonzero(granted > 0), rows.case[at])
        self.faults.add("free_energy_exceeds", without, "free_energy")
        has_tiers = np.zeros(len(rows.case), bool)
        has_tiers[tiered.rows] = True
        most = np.where(has_tiers[at], rows.slots[at, TIER_SLOT], rows.slots[at, TOTAL_SLOT])
        before = tiers.earlier(rows.case[at], rows.start[at], most)
        taken = np.clip(granted[rows.case[at]] - before, 0, most)
        slots = np.zeros_like(rows.slots[at])
        slots[:, TOTAL_SLOT] = taken
        slots[:, TIER_SLOT] = np.where(has_tiers[at], taken, 0)
        slots[:, TOU_SLOT:TIER_SLOT] = share(taken, rows.slots[at, TOU_SLOT:TIER_SLOT])
        deducts = self.choice("free_energy_mode", "deduct")[rows.case[at]]
        rows.slots[at[deducts]] -= slots[deducts]
        return UsageRows(
            rows.case[at], rows.point[at], rows.segment[at], rows.start[at], rows.end[at], rows.rates[at],
            -slots, rows.by_tou[at], rows.standard[at], deducts.astype(np.int64),
        )  # fmt: skip

    def credits(self, pieces: Pieces, free: UsageRows | None, entries: Book) -> list[Lines]:
        """Credit lines for free energy that the book does not deduct."""
        if free is None or free.of_piece.all():
            return []
        kept = free.of_piece == 0
        rows = UsageRows(*(value[kept] for value in vars(free).values()))
        return [energy_lines(self.inputs, pieces, rows, entries, self.words, self.faults, "free_energy")]

    def adjustments(self, pieces: Pieces, standard: Ints) -> Lines:
        """Amounts that join the bill as they are; they belong to the standard of the period's last day."""
        inputs, words = self.inputs, self.words
        given, case = inputs.adjustments, inputs.adjustment_case
        ones = np.ones(len(case), np.int64)

        def texts(name: str) -> Ints:
            return np.array([*(words(value) for value in given[name].values), -1], np.int64)[
                given[name].codes
            ]

        empty = ones * words("")
        feed_in = given["group"].equals(str(Group.FEED_IN))
        book = np.array([words(name) for name in inputs.cases["book"].values])[
            inputs.cases["book"].codes[case]
        ]
        last = standard[pieces.first_piece[case + 1] - 1]
        return Lines(
            case, -ones, ones, inputs.cases["period_start"][case], inputs.cases["period_end"][case], texts("code"),
            texts("group"), -ones, 0 * ones, 0 * ones, ones * words("amount"), 0 * ones, ones, ones,
            given["amount_fen"], given["in_pf_base"] & ~feed_in, empty, book, texts("name"), last,
        )  # fmt: skip
