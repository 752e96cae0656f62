"""Price billed months again with the right facts, month by month, from what each bill was priced from.

The inputs are the archived tables of the bills, the prices the versions that they name. Energy that moves from one tier
to another moves the place of every later month of the same tier year, so these months are replayed too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from denghuo.commerce.billing import frames as billing
from denghuo.commerce.billing.models import (
    Bill,
    BillKind,
    BillLine,
    BillSection,
    BillState,
    CalculationArchive,
)
from denghuo.commerce.billing.rules import LIVE
from denghuo.commerce.corrections import frames
from denghuo.commerce.corrections.rules.effect import LineEffect, MonthEffect, Why
from denghuo.commerce.corrections.rules.facts import Fact, SwapMeters, UseBook
from denghuo.commerce.tariffs import queries as tariffs
from denghuo.commerce.tariffs.models import PriceBookVersion
from denghuo.engine.pricing.explain import POWER_FACTOR
from denghuo.engine.tables.pricing import CaseTables, PricedTables
from denghuo.kernel.periods import Cycle
from denghuo.kernel.quantities import ENERGY_SCALE, POWER_SCALE, PRICE_SCALE, scaled, unscaled
from denghuo.records.supply.models import SupplyPoint

KINDS = (BillKind.ORDINARY, BillKind.FINAL, BillKind.FEED_IN)
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
Key = tuple[int, str, str, str, int | None, str]


@dataclass
class Replayed:
    """One account and cycle: the live bills, the corrected inputs that would replace them, and the effect."""

    account_id: int
    cycle: Cycle
    bills: list[Bill]
    effect: MonthEffect
    tables: CaseTables | None = None
    books: billing.Books | None = None


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
        month = _Month(cycle, by_account)
        others = self._others(cycle) if within else {}
        for batch in self._batches(month):
            tables = CaseTables.concat(batch.tables) if len(batch.tables) > 1 else batch.tables[0]
            self._price(month, batch, tables, within, others)
        for account, bills in by_account.items():
            made = month.of(account, bills, follows=not within)
            if within or made.effect.changed or made.effect.problems:
                self.made[account].append(made)

    def _batches(self, month: _Month) -> list[_Batch]:
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
        month: _Month,
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
        month: _Month,
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


class _Month:
    """The bills of one cycle, before and after."""

    def __init__(self, cycle: Cycle, bills: Mapping[int, list[Bill]]) -> None:
        self.cycle, self.bills = cycle, bills
        self.problems: dict[int, list[dict[str, Any]]] = defaultdict(list)
        self.account_of: dict[int, int] = {}
        self.cases: dict[int, set[int]] = defaultdict(set)
        self.tier_energy: dict[int, int] = {}
        self.sections: dict[int, BillSection] = {}
        self.done: dict[int, Replayed] = {}
        ids = [bill.pk for found in bills.values() for bill in found]
        kinds = {bill.pk: bill.kind for found in bills.values() for bill in found}
        for section in BillSection.objects.filter(bill_id__in=ids):
            self.cases[section.bill_id].add(section.supply_point_id)
            if kinds[section.bill_id] != BillKind.FEED_IN:
                self.sections[section.supply_point_id] = section
                if section.tier_energy_kwh is not None:
                    self.tier_energy[section.supply_point_id] = scaled(section.tier_energy_kwh, ENERGY_SCALE)

    def refuse(self, account: int, code: str, **detail: Any) -> None:
        problem = {"code": code, "detail": {name: str(value) for name, value in detail.items()}}
        if problem not in self.problems[account]:
            self.problems[account].append(problem)

    def of(self, account: int, bills: list[Bill], *, follows: bool) -> Replayed:
        """The month of one account; what could not be priced stays as it was, with its problems."""
        before = sum(bill.total_fen for bill in bills)
        energy = str(sum((b.energy_kwh for b in bills if b.kind != BillKind.FEED_IN), Decimal(0)))
        problems = self.problems.get(account, [])
        found = self.done.get(account)
        if found is None or problems:
            effect = MonthEffect(
                cycle=str(self.cycle),
                bills=[bill.number for bill in bills],
                before_fen=before,
                after_fen=before,
                before_kwh=energy,
                after_kwh=energy,
                follows=follows,
                problems=problems,
            )
            return Replayed(account, self.cycle, bills, effect)
        found.effect = replace(
            found.effect,
            bills=[bill.number for bill in bills],
            before_fen=before,
            before_kwh=energy,
            follows=follows,
        )
        found.bills = bills
        return found

    def take(self, tables: CaseTables, books: billing.Books, priced: PricedTables, detail: bool) -> None:
        """Compare what was priced with the bills."""
        if not priced.sections.num_rows:
            return
        periods = _periods(tables)
        rows = billing.bill_rows(priced, self.account_of, periods)
        columns = billing.line_columns(priced, rows)
        accounts = [int(rows.account[bill]) for bill in rows.line_bill.tolist()]
        after: dict[int, dict[Key, list[Any]]] = defaultdict(dict)
        totals: dict[int, int] = defaultdict(int)
        for at, account in enumerate(accounts):
            key = tuple(columns[name][at] for name in _KEY)
            _add(after[account], key, columns, at)
            totals[account] += columns["amount_fen"][at]
        energy: dict[int, int] = defaultdict(int)
        for case, kwh in zip(
            priced.sections["case_id"].to_pylist(), priced.sections["energy"].to_pylist(), strict=True
        ):
            energy[self.account_of[case]] += kwh
        found = {self.account_of[case] for case in tables.case_ids}
        before = self._before(found)
        names = _names(books)
        whys = self._whys(priced) if detail else {}
        for account in found:
            lines = _lines(before.get(account, {}), after.get(account, {}), names)
            self.done[account] = Replayed(
                account,
                self.cycle,
                [],
                MonthEffect(
                    cycle=str(self.cycle),
                    bills=[],
                    before_fen=0,
                    after_fen=totals[account],
                    before_kwh="0",
                    after_kwh=str(unscaled(energy[account], ENERGY_SCALE)),
                    lines=lines if detail else [line for line in lines if line.changed][:1],
                    whys=whys.get(account, []),
                ),
                tables.filter([case for case in tables.case_ids if self.account_of[case] == account]),
                books,
            )

    def _before(self, accounts: Collection[int]) -> dict[int, dict[Key, list[Any]]]:
        bill_account = {bill.pk: a for a in accounts for bill in self.bills[a]}
        found: dict[int, dict[Key, list[Any]]] = defaultdict(dict)
        for line in BillLine.objects.filter(bill_id__in=bill_account).order_by("bill_id", "position"):
            entry = found[bill_account[line.bill_id]].setdefault(
                (line.supply_point_id, line.group, line.component, line.tou, line.tier, line.unit_name),
                [Decimal(0), [], 0, line.name],
            )
            entry[0] += line.quantity
            if line.price not in entry[1]:
                entry[1].append(line.price)
            entry[2] += line.amount_fen
        return found

    def _whys(self, priced: PricedTables) -> dict[int, list[Why]]:
        found: dict[int, list[Why]] = defaultdict(list)
        tier_energy, reached = billing.tier_columns(priced.sections)
        for at, row in enumerate(priced.sections.to_pylist()):
            section = self.sections.get(row["case_id"])
            if section is None:
                continue
            now = {
                "energy": unscaled(row["energy"], ENERGY_SCALE),
                "power_factor": row["power_factor"],
                "demand": None
                if row["metered_demand"] is None
                else unscaled(row["metered_demand"], POWER_SCALE),
                "tier": int(reached[at]) or None,
                "prior_energy": None
                if row["tier_prior"] is None
                else unscaled(row["tier_prior"], ENERGY_SCALE),
            }
            was = {
                "energy": section.energy_kwh,
                "power_factor": section.power_factor_percent,
                "demand": section.demand_kw,
                "tier": section.tier_reached,
                "prior_energy": section.prior_energy_kwh,
            }
            found[self.account_of[row["case_id"]]] += [
                Why(code, _text(was[code]), _text(value)) for code, value in now.items() if value != was[code]
            ]
        return found


_KEY = ("supply_point_id", "group", "component", "tou", "tier", "unit_name")


def _add(into: dict[Any, list[Any]], key: Any, columns: Mapping[str, Sequence[Any]], at: int) -> None:
    entry = into.setdefault(key, [Decimal(0), [], 0, columns["name"][at]])
    entry[0] += unscaled(columns["quantity"][at], ENERGY_SCALE)
    price = unscaled(columns["price"][at], PRICE_SCALE)
    if price not in entry[1]:
        entry[1].append(price)
    entry[2] += columns["amount_fen"][at]


def _periods(tables: CaseTables) -> dict[int, tuple[int, int]]:
    starts, ends = (
        tables.cases[name].cast(pa.int32()).to_pylist() for name in ("period_start", "period_end")
    )
    return dict(zip(tables.case_ids, zip(starts, ends, strict=True), strict=True))


def _names(books: billing.Books) -> dict[str, tuple[str, str]]:
    found = {
        component.code: (component.name.zh, component.name.en)
        for compiled in books.compiled.values()
        for component in compiled.book.components
    }
    return {**found, "power_factor": (POWER_FACTOR.zh, POWER_FACTOR.en)}


def _lines(
    before: Mapping[Key, list[Any]], after: Mapping[Key, list[Any]], names: Mapping[str, tuple[str, str]]
) -> list[LineEffect]:
    nothing: list[Any] = [Decimal(0), [], 0, ""]
    lines = []
    for key in [*before, *(key for key in after if key not in before)]:
        was, now = before.get(key, nothing), after.get(key, nothing)
        supply_point, group, component, tou, tier, unit = key
        plain = was[3] or now[3] or component
        zh, en = names.get(component, (plain, plain)) if unit != "amount" else (plain, plain)
        lines.append(
            LineEffect(
                supply_point=supply_point,
                group=group,
                component=component,
                name_zh=zh,
                name_en=en,
                tou=tou,
                tier=tier,
                unit=unit,
                before_quantity=_text(was[0]),
                before_price=" / ".join(_text(price) for price in was[1]),
                before_fen=was[2],
                after_quantity=_text(now[0]),
                after_price=" / ".join(_text(price) for price in now[1]),
                after_fen=now[2],
            )
        )
    return lines


def _text(value: Any) -> str:
    """A figure without trailing zeros; nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return str(value)


__all__ = ["Replayed", "last_terms", "replay"]
