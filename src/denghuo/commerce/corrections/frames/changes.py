"""Apply changed facts to the inputs that bills were priced from: engine tables in, engine tables out, nothing else.

Case ids are supply points. Energy that is added or scaled turns the advance of the meter into plain energy (it opens
at zero, has the multiplier 1 and closes at the energy), because no reading of the meter stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from denghuo.commerce.corrections.rules.facts import (
    AddEnergy,
    Fact,
    ReplaceLoss,
    ReplaceMultiplier,
    ReplaceReading,
    ReplaceTerms,
    ScaleEnergy,
    SwapMeters,
)
from denghuo.engine.tables.pricing import (
    MULTIPLIER_SCALE,
    REGISTERS,
    SCHEMAS,
    TOU_PERIODS,
    CaseTables,
    PricedTables,
)
from denghuo.kernel.money import divide_half_up
from denghuo.kernel.quantities import (
    ENERGY_SCALE,
    POWER_SCALE,
    RATIO_SCALE,
    READING_SCALE,
    rounded,
    scaled,
)

ONE = 10**MULTIPLIER_SCALE
TO_ENERGY = 10 ** (READING_SCALE + MULTIPLIER_SCALE - ENERGY_SCALE)
TO_READING = 10 ** (READING_SCALE - ENERGY_SCALE)
GAP_ORDER = ("flat", "peak", "valley", "sharp", "deep")
LOSS_SCALES = {
    "iron_kw": 4, "no_load_kvar": 4, "load_loss_kw": 4, "rated_kva": POWER_SCALE,
    "copper_ratio": RATIO_SCALE, "kq": RATIO_SCALE, "line_loss_ratio": RATIO_SCALE, "shift_factor": RATIO_SCALE,
}  # fmt: skip
Row = dict[str, Any]


class FactDoesNotFit(Exception):
    """A fact that cannot be true of this month; ``code`` and ``detail`` say why."""

    def __init__(self, code: str, **detail: Any) -> None:
        super().__init__(code)
        self.code, self.detail = code, {name: str(value) for name, value in detail.items()}


@dataclass
class Applied:
    """Tables with the facts in them; ``problems`` by case where a fact does not fit (its tables are unchanged)."""

    tables: CaseTables
    problems: dict[int, FactDoesNotFit] = field(default_factory=dict)


def apply(
    tables: CaseTables,
    facts: Sequence[Fact],
    *,
    cases: Iterable[int],
    cycle: str,
    base: Callable[[], PricedTables],
    others: Mapping[int, CaseTables] | None = None,
) -> Applied:
    """The tables with ``facts`` in force for ``cases``; the other cases stay as they are.

    ``base`` gives the same tables priced as they were (asked for only where loss or power factor must stay);
    ``others`` the tables of the cycle by supply point, for meters that were taken for another's.
    """
    wanted = set(cases)
    kept = [case for case in tables.case_ids if case not in wanted]
    done, problems = [tables.filter(kept)] if kept else [], {}
    for case in [case for case in tables.case_ids if case in wanted]:
        mine = tables.filter([case])
        rows = _Rows(mine)
        try:
            for fact in facts:
                _change(rows, fact, case, cycle, base, others or {})
            done.append(rows.tables())
        except FactDoesNotFit as problem:
            problems[case] = problem
            done.append(mine)
    return Applied(CaseTables.concat(done) if len(done) > 1 else done[0], problems)


class _Rows:
    """The rows of one case; only tables that were asked for are read and written again."""

    def __init__(self, tables: CaseTables) -> None:
        self._tables, self._rows = tables, dict[str, list[Row]]()

    def __getitem__(self, name: str) -> list[Row]:
        if name not in self._rows:
            self._rows[name] = getattr(self._tables, name).to_pylist()
        return self._rows[name]

    def __setitem__(self, name: str, rows: list[Row]) -> None:
        self._rows[name] = rows

    def tables(self) -> CaseTables:
        if not self._rows:
            return self._tables
        made = CaseTables.from_rows(**self._rows)
        given = {name: getattr(made if name in self._rows else self._tables, name) for name in SCHEMAS}
        return CaseTables(**given)

    def meters(self, point_id: int | None) -> list[Row]:
        """The metered points a fact is about: the named one, or those that buy."""
        found = [
            row
            for row in self["points"]
            if row["measure"] == "metered"
            and (row["point_id"] == point_id if point_id else row["role"] == "purchase")
        ]
        if not found:
            raise FactDoesNotFit("point_not_billed")
        return found

    def advances(self, point_id: int | None) -> list[Row]:
        points = {row["point_id"] for row in self.meters(point_id)}
        return [row for row in self["advances"] if row["point_id"] in points]


def _change(
    rows: _Rows,
    fact: Fact,
    case: int,
    cycle: str,
    base: Callable[[], PricedTables],
    others: Mapping[int, CaseTables],
) -> None:
    if isinstance(fact, ReplaceMultiplier):
        _multiplier(rows, fact)
    elif isinstance(fact, ReplaceTerms):
        _terms(rows, fact)
    elif isinstance(fact, ReplaceReading):
        _reading(rows, fact)
    elif isinstance(fact, AddEnergy):
        if fact.cycle == cycle:
            _add(rows, fact, case, base)
    elif isinstance(fact, ScaleEnergy):
        _scale(rows, fact)
    elif isinstance(fact, ReplaceLoss):
        _loss(rows, fact)
    elif isinstance(fact, SwapMeters):
        _swap(rows, fact, case, others)


def _multiplier(rows: _Rows, fact: ReplaceMultiplier) -> None:
    mine = [row for row in rows.advances(fact.point_id) if row["multiplier"] == fact.from_multiplier * ONE]
    if not mine:
        raise FactDoesNotFit("multiplier_not_billed", multiplier=fact.from_multiplier)
    for row in mine:
        row["multiplier"] = fact.to_multiplier * ONE


def _terms(rows: _Rows, fact: ReplaceTerms) -> None:
    values = dict(fact.values)
    for name in ("capacity", "contract_demand"):
        if name in values:
            values[name] = scaled(values[name], POWER_SCALE)
    changed: list[Row] = []
    for row in rows["terms"]:
        if fact.from_tariff and row["tariff"] != fact.from_tariff:
            changed.append(row)
            continue
        start, end = row["start"], row["end"]
        first, last = max(start, fact.from_date or start), min(end, fact.until_date or end)
        if first >= last:
            changed.append(row)
            continue
        parts: list[tuple[date, date, Row]] = [(start, first, {}), (first, last, values), (last, end, {})]
        changed += [{**row, "start": a, "end": b, **new} for a, b, new in parts if a < b]
    rows["terms"] = changed
    if fact.from_tariff and fact.tariff and not (fact.from_date or fact.until_date):
        for row in rows["points"]:
            if row["tariff"] == fact.from_tariff:
                row["tariff"] = fact.tariff


def _reading(rows: _Rows, fact: ReplaceReading) -> None:
    shown = {name: scaled(value, READING_SCALE) for name, value in fact.registers.items()}
    for row in rows.advances(fact.point_id):
        for side, day in (("opening", row["start"]), ("closing", row["end"])):
            if day != fact.read_date:
                continue
            for name, value in shown.items():
                if name == "max_demand":
                    if side == "closing":
                        row["max_demand"] = value
                elif row[f"{side}_{name}"] is None:
                    raise FactDoesNotFit("register_not_there", register=name)
                else:
                    row[f"{side}_{name}"] = value
            if side == "closing":
                row["estimated"] = False


def energies(row: Row) -> dict[str, int | None]:
    """Energy (0.01) of every register of an advance, as the engine computes it."""
    found: dict[str, int | None] = {}
    for name in REGISTERS:
        opening, closing = row[f"opening_{name}"], row[f"closing_{name}"]
        if opening is None or closing is None:
            found[name] = None
            continue
        moved = closing - opening
        if moved < 0:
            moved += row["modulus"] or 0
        found[name] = divide_half_up(moved * row["multiplier"], TO_ENERGY)
    return found


def _settle(energy: dict[str, int | None]) -> None:
    """Let the periods add up to the total: the gap goes where the engine puts it, to flat first."""
    periods = [name for name in TOU_PERIODS if energy[name] is not None]
    if energy["total"] is None or energy["flat"] is None:
        return
    gap = energy["total"] - sum(energy[name] or 0 for name in periods)
    owner = next(name for name in GAP_ORDER if name in periods)
    energy[owner] = (energy[owner] or 0) + gap


def _as_energy(row: Row, energy: Mapping[str, int | None], demand: int | None) -> None:
    """Write plain energy into an advance."""
    for name, value in energy.items():
        if value is not None and value < 0:
            raise FactDoesNotFit("more_taken_than_used", register=name)
        row[f"opening_{name}"] = None if value is None else 0
        row[f"closing_{name}"] = None if value is None else value * TO_READING
    row["modulus"], row["multiplier"], row["max_demand"] = None, ONE, demand


def _demand(row: Row, factor: Decimal = Decimal(1)) -> int | None:
    if row["max_demand"] is None:
        return None
    return rounded(Decimal(row["max_demand"]) * row["multiplier"] / ONE * factor, 0)


def _scale(rows: _Rows, fact: ScaleEnergy) -> None:
    for row in rows.advances(fact.point_id):
        energy = energies(row)
        _settle(energy)
        for name, value in energy.items():
            if value is None:
                continue
            factor = fact.factor if not name.startswith("reactive") else fact.reactive_factor
            if factor is not None:
                energy[name] = rounded(value * factor, 0)
        if energy["flat"] is not None:
            _settle(energy)
        _as_energy(row, energy, _demand(row, fact.factor if fact.with_demand else Decimal(1)))


def _add(rows: _Rows, fact: AddEnergy, case: int, base: Callable[[], PricedTables]) -> None:
    mine = rows.advances(fact.point_id)
    points = {row["point_id"] for row in mine}
    if len(points) != 1:
        raise FactDoesNotFit("several_meters")
    loss_point = next(row for row in rows["points"] if row["point_id"] in points)
    has_loss = loss_point["loss_method"] != "none"
    if has_loss and not fact.in_loss:
        _freeze_loss(rows, mine, loss_point, base())
        has_loss = False
    row = mine[-1]
    energy = energies(row)
    _settle(energy)
    added = _split(fact, energy)
    active = sum(energies(other)["total"] or 0 for other in mine)
    for name, value in added.items():
        if value and energy[name] is None:
            raise FactDoesNotFit("register_not_there", register=name)
        if energy[name] is not None:
            energy[name] = (energy[name] or 0) + value
    if not fact.in_power_factor and energy["reactive_forward"] is not None:
        energy["reactive_forward"] += _kept_ratio(base(), case, active, added["total"])
    _as_energy(row, energy, _demand(row))


def _split(fact: AddEnergy, metered: Mapping[str, int | None]) -> dict[str, int]:
    """The added energy by register; a total without periods follows the split of what was metered."""
    added = {name: scaled(value, ENERGY_SCALE) for name, value in fact.registers.items()}
    periods = [name for name in TOU_PERIODS if metered[name] is not None]
    if periods and not any(name in added for name in TOU_PERIODS):
        whole = sum(metered[name] or 0 for name in periods)
        if whole <= 0:
            raise FactDoesNotFit("no_split_known")
        # Parts by difference of what is reached, so that they add up to the total exactly.
        reached = used = 0
        for name in periods:
            used += metered[name] or 0
            upto = divide_half_up(added["total"] * used, whole)
            added[name] = upto - reached
            reached = upto
    return added


def _kept_ratio(base: PricedTables, case: int, active: int, added: int) -> int:
    """Reactive energy that keeps the relation of reactive to active energy as it was."""
    section = base.sections.filter(
        [value == case for value in base.sections["case_id"].to_pylist()]
    ).to_pylist()
    if not section or not section[0]["active"] or not active:
        return 0
    return divide_half_up(section[0]["reactive"] * added, section[0]["active"])


def _freeze_loss(rows: _Rows, mine: list[Row], point: Row, base: PricedTables) -> None:
    """Turn the loss of the month into energy of the meter, so that what is added draws no loss of its own."""
    usage = [row for row in base.point_usage.to_pylist() if row["point_id"] == point["point_id"]]
    if len(mine) != 1 or not usage or any(row["deducted"] for row in usage):
        raise FactDoesNotFit("loss_cannot_be_kept")
    row = mine[0]
    energy = energies(row)
    _settle(energy)
    energy["total"] = sum(item["metered"] + item["loss"] for item in usage)
    by_tou = all(item["by_tou"] for item in usage)
    for name in TOU_PERIODS:
        if energy[name] is not None:
            energy[name] = sum(item[f"billed_{name}"] for item in usage) if by_tou else None
    if energy["reactive_forward"] is not None:
        energy["reactive_forward"] += sum(item["reactive_loss"] for item in usage)
    _as_energy(row, energy, _demand(row))
    point.update({"loss_method": "none", "line_loss_ratio": 0})


def _loss(rows: _Rows, fact: ReplaceLoss) -> None:
    values = {name: scaled(getattr(fact, name), scale) for name, scale in LOSS_SCALES.items()}
    days = _days(rows["cases"][0])
    for row in rows.meters(fact.point_id):
        if row["parent_point_id"] is None:
            row.update({**values, "loss_method": fact.method, "hours": row["hours"] or days * 24 * 100})


def _days(case: Row) -> int:
    start, end = case["period_start"], case["period_end"]
    return (end - start).days if isinstance(start, date) else int(end - start)


def _swap(rows: _Rows, fact: SwapMeters, case: int, others: Mapping[int, CaseTables]) -> None:
    """The advances of the other customer's meter in the place of one's own."""
    given = others.get(fact.other_supply_point_id)
    if given is None:
        raise FactDoesNotFit("other_not_billed")
    theirs = _Rows(given)
    own_points, other_points = rows.meters(None), theirs.meters(None)
    if len(own_points) != 1 or len(other_points) != 1:
        raise FactDoesNotFit("several_meters")
    mine, other = rows["cases"][0], theirs["cases"][0]
    if (mine["period_start"], mine["period_end"]) != (other["period_start"], other["period_end"]):
        raise FactDoesNotFit("periods_differ")
    point = own_points[0]["point_id"]
    rows["advances"] = [row for row in rows["advances"] if row["point_id"] != point] + [
        {**row, "case_id": case, "point_id": point} for row in theirs.advances(None)
    ]
