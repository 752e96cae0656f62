"""Price billed months again with the right facts, month by month, from what each bill was priced from.

The inputs are the archived tables of the bills, the prices the versions that they name. Energy that moves from one tier
to another moves the place of every later month of the same tier year, so these months are replayed too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pyarrow as pa

from denghuo.commerce.billing import frames as billing
from denghuo.commerce.billing.models import (
    Bill,
    BillKind,
    BillSection,
    BillState,
    CalculationArchive,
)
from denghuo.commerce.billing.rules import LIVE
from denghuo.commerce.corrections import frames
from denghuo.commerce.corrections.queries.months import Month, Replayed
from denghuo.commerce.corrections.rules.facts import Fact, SwapMeters, UseBook
from denghuo.commerce.tariffs import queries as tariffs
from denghuo.commerce.tariffs.models import PriceBookVersion
from denghuo.engine.tables.pricing import CaseTables, PricedTables
from denghuo.kernel.periods import Cycle
from denghuo.records.supply.models import SupplyPoint

KINDS = (BillKind.ORDINARY, BillKind.FINAL, BillKind.FEED_IN)
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def replay(
    *,
    targets: Mapping[int, Collection[int]],
    facts: Sequence[Fact],
    first: Cycle,
    last: Cycle,
    detail: bool = True,
) -> dict[int, list[Replayed]]:
    """What ``facts`` make of the bills of ``first`` … ``last``, and of later months whose tiers move, by account.

    ``targets``: account → the supply points that the facts are about. Without ``detail`` the lines are not compared.
    Writes nothing.
    """
    return _Replay(targets, facts, first, last, detail).run()


@dataclass
class _Batch:
    """Accounts of one cycle that are priced with the same versions and days."""

    books: billing.Books
    tables: list[CaseTables] = field(default_factory=list)
    accounts: dict[int, int] = field(default_factory=dict)


class _Replay:
    def __init__(
        self,
        targets: Mapping[int, Collection[int]],
        facts: Sequence[Fact],
        first: Cycle,
        last: Cycle,
        detail: bool,
    ) -> None:
        self.targets, self.facts, self.first, self.last = targets, facts, first, last
        self.detail = detail
        self.swaps = [fact for fact in facts if isinstance(fact, SwapMeters)]
        self.versions = {fact.book: fact.version_id for fact in facts if isinstance(fact, UseBook)}
        points = {case for cases in targets.values() for case in cases}
        self.energised = dict(SupplyPoint.objects.filter(pk__in=points).values_list("pk", "energised_date"))
        self.carry: dict[int, tuple[Cycle, int]] = {}
        self.made: dict[int, list[Replayed]] = {account: [] for account in targets}

    def run(self) -> dict[int, list[Replayed]]:
        for cycle, bills in self._bills():
            within = cycle <= self.last
            by_account: dict[int, list[Bill]] = defaultdict(list)
            for bill in bills:
                by_account[bill.account_id].append(bill)
            if not within:
                by_account = defaultdict(
                    list, {a: found for a, found in by_account.items() if self._follows(a, cycle)}
                )
                if not by_account:
                    continue
            self._month(cycle, by_account, within)
        return self.made

    def _follows(self, account: int, cycle: Cycle) -> bool:
        """Whether the place in the tiers moves in a later month of the same tier year."""
        carried = (self.carry[case] for case in self.targets[account] if case in self.carry)
        return any(moved and cycle < year.shifted(12) for year, moved in carried)

    def _bills(self) -> Iterator[tuple[Cycle, list[Bill]]]:
        found = Bill.objects.filter(
            account_id__in=list(self.targets), cycle__gte=str(self.first), kind__in=KINDS, state__in=LIVE
        ).order_by("cycle", "id")
        months: dict[str, list[Bill]] = defaultdict(list)
        for bill in found:
            months[bill.cycle].append(bill)
        for text in sorted(months):
            yield Cycle.parse(text), months[text]

    def _month(self, cycle: Cycle, by_account: Mapping[int, list[Bill]], within: bool) -> None:
        month = Month(cycle, by_account)
        others = self._others(cycle) if within else {}
        for batch in self._batches(month):
            tables = CaseTables.concat(batch.tables) if len(batch.tables) > 1 else batch.tables[0]
            self._price(month, batch, tables, within, others)
        for account, bills in by_account.items():
            made = month.of(account, bills, follows=not within)
            if within or made.effect.changed or made.effect.problems:
                self.made[account].append(made)

    def _batches(self, month: Month) -> list[_Batch]:
        """The archived tables of the month's bills by what they were priced with."""
        wanted: dict[int, set[int]] = defaultdict(set)
        for account, bills in month.bills.items():
            if any(bill.state != BillState.ISSUED for bill in bills):
                month.refuse(account, "bill_not_issued")
            elif any(bill.archive_id is None for bill in bills):
                month.refuse(account, "no_archive")
            else:
                seen: set[int] = set()
                for bill in sorted(bills, key=lambda item: item.kind == BillKind.FEED_IN):
                    fresh = month.cases[bill.pk] - seen
                    wanted[bill.archive_id or 0] |= fresh
                    month.account_of.update(dict.fromkeys(fresh, account))
                    seen |= fresh
        batches: dict[tuple[str, str], _Batch] = {}
        for archive in CalculationArchive.objects.filter(pk__in=wanted):
            tables = CaseTables.from_ipc(bytes(archive.tables)).filter(wanted[archive.pk])
            key = (archive.books, archive.day_triggers)
            if key not in batches:
                codes = set(tables.cases["book"].to_pylist())
                batches[key] = _Batch(billing.books_of(archive, codes))
            batches[key].tables.append(tables)
        return list(batches.values())

    def _others(self, cycle: Cycle) -> dict[int, CaseTables]:
        """Archived tables of the supply points whose meters were taken for ours."""
        found: dict[int, CaseTables] = {}
        for swap in self.swaps:
            section = (
                BillSection.objects.filter(
                    supply_point_id=swap.other_supply_point_id,
                    bill__cycle=str(cycle),
                    bill__state=BillState.ISSUED,
                    bill__kind__in=(BillKind.ORDINARY, BillKind.FINAL),
                    bill__archive__isnull=False,
                )
                .select_related("bill__archive")
                .first()
            )
            if section is not None and section.bill.archive is not None:
                tables = CaseTables.from_ipc(bytes(section.bill.archive.tables))
                found[swap.other_supply_point_id] = tables.filter([swap.other_supply_point_id])
        return found

    def _price(
        self,
        month: Month,
        batch: _Batch,
        archived: CaseTables,
        within: bool,
        others: Mapping[int, CaseTables],
    ) -> None:
        mine = {
            case
            for case in archived.case_ids
            if case in self.targets[month.account_of[case]]
        }  # fmt: skip
        tables, books = archived, batch.books
        if within:
            base = _once(lambda: billing.price_cases(archived, batch.books))
            applied = frames.apply(
                archived, self.facts, cases=mine, cycle=str(month.cycle), base=base, others=others
            )
            for case, problem in applied.problems.items():
                month.refuse(month.account_of[case], problem.code, **problem.detail)
            tables, books = applied.tables, self._books(batch.books)
        years = self._years(tables, books, month.cycle)
        tables = self._placed(tables, archived, batch.books, month.cycle, years, mine)
        priced = billing.price_cases(tables, books)
        for row in priced.exceptions.to_pylist():
            month.refuse(month.account_of[row["case_id"]], row["code"], **dict(row["parameters"]))
        good = [
            case
            for case in tables.case_ids
            if not month.problems.get(month.account_of[case])
        ]  # fmt: skip
        priced, tables = priced.filter(good), tables.filter(good)
        self._carry(month, priced, years, mine)
        month.take(tables, books, priced, self.detail)

    def _books(self, books: billing.Books) -> billing.Books:
        """With the version of a price book that a fact names."""
        if not set(self.versions) & set(books.versions):
            return books
        compiled, versions = dict(books.compiled), dict(books.versions)
        for code, pk in self.versions.items():
            if code in compiled:
                compiled[code] = tariffs.compiled(PriceBookVersion.objects.get(pk=pk))
                versions[code] = pk
        return replace(books, compiled=compiled, versions=versions)

    def _years(self, tables: CaseTables, books: billing.Books, cycle: Cycle) -> dict[int, Cycle | None]:
        terms = last_terms(tables, books)
        return billing.tier_years(list(terms), terms, cycle, books.compiled)

    def _placed(
        self,
        tables: CaseTables,
        archived: CaseTables,
        books: billing.Books,
        cycle: Cycle,
        years: Mapping[int, Cycle | None],
        mine: Collection[int],
    ) -> CaseTables:
        """The cases at their corrected place in the tier year."""
        before = self._years(archived, books, cycle)
        anew = {case: years[case] for case in mine if years.get(case) != before.get(case)}
        prior = billing.prior_energy(anew, cycle)
        rows = tables.cases.to_pylist()
        touched = False
        for row in rows:
            case = row["case_id"]
            year, delta = self.carry.get(case, (None, 0))
            if case in anew:
                span = tuple(row[name].toordinal() - EPOCH_ORDINAL for name in ("period_start", "period_end"))
                row["prior_energy"] = prior.get(case, 0)
                row["tier_months"] = billing.tier_months(
                    anew[case], span, _month_number(self.energised[case])
                )
                touched = True
            if delta and year == years.get(case):
                row["prior_energy"] = (row["prior_energy"] or 0) + delta
                touched = True
        if not touched:
            return tables
        return replace(tables, cases=pa.Table.from_pylist(rows, schema=tables.cases.schema))

    def _carry(
        self,
        month: Month,
        priced: PricedTables,
        years: Mapping[int, Cycle | None],
        mine: Collection[int],
    ) -> None:
        energy, reached = billing.tier_columns(priced.sections)
        for at, case in enumerate(priced.sections["case_id"].to_pylist()):
            if case not in mine:
                continue
            year = years.get(case)
            counted = int(energy[at]) if reached[at] else 0
            was = month.tier_energy.get(case, 0)
            kept_year, delta = self.carry.get(case, (None, 0))
            moved = (delta if kept_year == year else 0) + counted - was
            if year is not None:
                self.carry[case] = (year, moved)
            else:
                self.carry.pop(case, None)


def _once(make: Callable[[], PricedTables]) -> Callable[[], PricedTables]:
    kept: list[PricedTables] = []

    def give() -> PricedTables:
        if not kept:
            kept.append(make())
        return kept[0]

    return give


def _month_number(day: date | None) -> int:
    return day.year * 12 + day.month - 1 if day else 0


def last_terms(tables: CaseTables, books: billing.Books) -> dict[int, billing.Terms]:
    """The terms of each case on the last day of its period."""
    book_of = dict(zip(tables.cases["case_id"].to_pylist(), tables.cases["book"].to_pylist(), strict=True))
    last: dict[int, dict[str, Any]] = {}
    for row in tables.terms.to_pylist():
        if row["case_id"] not in last or row["start"] > last[row["case_id"]]["start"]:
            last[row["case_id"]] = row
    found = {}
    for case, row in last.items():
        book = book_of[case]
        found[case] = billing.Terms(
            book=book,
            tariff=row["tariff"],
            customer_class=str(books.compiled[book].customer_class(row["tariff"]) or ""),
            capacity=row["capacity"],
            two_part=row["billing_mode"] != "single",
            kept_single_part=False,
        )
    return found


__all__ = ["Replayed", "last_terms", "replay"]
