"""One month of a replay: the live bills of its accounts before, what the engine makes of them after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pyarrow as pa

from denghuo.commerce.billing import frames as billing
from denghuo.commerce.billing.models import Bill, BillKind, BillLine, BillSection
from denghuo.commerce.corrections.rules.effect import LineEffect, MonthEffect, Why
from denghuo.engine.pricing.explain import POWER_FACTOR
from denghuo.engine.tables.pricing import CaseTables, PricedTables
from denghuo.kernel.periods import Cycle
from denghuo.kernel.quantities import ENERGY_SCALE, POWER_SCALE, PRICE_SCALE, scaled, unscaled

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


class Month:
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
