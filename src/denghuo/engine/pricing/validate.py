"""What must hold before anything is computed: joined-up periods, known codes, sane readings.

Each check adds exception rows; the cases that pass go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import numpy as np

from denghuo.engine.pricing.book import Market, Tou, Voltage
from denghuo.engine.pricing.columns import NULL, Inputs, Labels
from denghuo.engine.pricing.exact import Bools, Ints
from denghuo.engine.pricing.faults import Faults
from denghuo.engine.pricing.rates import CompiledBook
from denghuo.engine.pricing.tou import day_of
from denghuo.engine.tables.pricing import MULTIPLIER_SCALE, REGISTERS
from denghuo.kernel.quantities import READING_SCALE, unscaled

BILLING_MODES = ("single", "capacity", "contract_demand", "actual_demand")
MARKETS = tuple(str(market) for market in Market)
ROLES = ("purchase", "feed_in", "generation")
MEASURES = ("metered", "ratio", "fixed")
LOSS_METHODS = ("none", "coefficient", "physical", "percent")
GROUPS = ("energy", "loss", "transmission", "system", "list", "fund", "basic", "adjustment", "feed_in")
STANDARDS = (0, 80, 85, 90)
MAX_READING = 10**14
MAX_MULTIPLIER = 10**9
MAX_ENERGY = 10**13
MAX_POWER = 10**11
MAX_PERIOD_DAYS = 3700

LIMITS: dict[str, dict[str, tuple[int, int]]] = {
    "cases": {"prior_energy": (0, MAX_ENERGY), "tier_months": (1, 12), "persons": (0, 1000)}
    | {"free_energy": (0, MAX_ENERGY)},
    "terms": {"capacity": (0, MAX_POWER), "contract_demand": (0, MAX_POWER)},
    "points": {"ratio": (0, 10**6), "fixed_energy": (0, MAX_ENERGY), "feeder": (0, 9999)}
    | dict.fromkeys(("iron_kw", "no_load_kvar", "load_loss_kw"), (0, 10**8))
    | dict.fromkeys(("copper_ratio", "line_loss_ratio"), (0, 10**6))
    | {"kq": (0, 10**9), "shift_factor": (0, 10**8), "hours": (0, 10**6), "rated_kva": (0, MAX_POWER)},
    "advances": {"multiplier": (1, MAX_MULTIPLIER), "modulus": (1, MAX_READING)}
    | {"max_demand": (0, MAX_READING)},
    "adjustments": {"amount_fen": (-(10**15), 10**15)},
    "contract_prices": {"price": (-(10**11), 10**13)},
}


def joined(faults: Faults, code: str, path: str, start: Ints, end: Ints, owner: Ints, span: tuple) -> Bools:
    """Check that rows sorted by owner and start cover each owner's period without gap; returns the bad rows.

    ``span`` is (owner's first day, owner's last day, owner's case, path maker).
    """
    first_day, last_day, case, where = span
    opens = np.ones(len(owner), bool)
    opens[1:] = owner[1:] != owner[:-1]
    expected = np.where(opens, first_day[owner], np.concatenate([[0], end[:-1]])[: len(owner)])
    closes = np.ones(len(owner), bool)
    closes[:-1] = opens[1:]
    wrong_start = start != expected
    wrong_end = (end <= start) | (closes & (end != last_day[owner]))

    def report(wrong: Bools, name: str, found: Ints, wanted: Ints) -> None:
        rows = np.flatnonzero(wrong)
        faults.add(
            code,
            case[owner[rows]],
            lambda at: f"{where(int(rows[at]))}.{name}",
            lambda at: {"expected": _day(wanted[rows[at]]), "found": _day(found[rows[at]])},
        )

    report(wrong_start, "start", start, expected)
    report(wrong_end & ~wrong_start, "end", end, last_day[owner])
    return wrong_start | wrong_end


def _day(number: int) -> date | str:
    return day_of(number) if -700_000 < number < 2_900_000 else str(number)


class Validator:
    """Runs the checks over one batch; paths count rows in their sorted order."""

    def __init__(self, inputs: Inputs, books: Mapping[str, CompiledBook], faults: Faults) -> None:
        self.inputs, self.books, self.faults = inputs, books, faults

    def run(self) -> None:
        self._cases()
        self._labels()
        self._limits()
        self._terms()
        self._points()
        self._parents()
        self._advances()
        self._readings()

    def term_path(self, row: int) -> str:
        return f"terms[{row - self.inputs.first_term[self.inputs.term_case[row]]}]"

    def point_path(self, row: int) -> str:
        return f"points[{row - self.inputs.first_point[self.inputs.point_case[row]]}]"

    def advance_path(self, row: int) -> str:
        point = int(self.inputs.advance_point[row])
        return f"{self.point_path(point)}.advances[{row - self.inputs.first_advance[point]}]"

    def _flat_path(self, table: str, row: int) -> str:
        owner = getattr(self.inputs, f"{'contract' if table == 'contract_prices' else 'adjustment'}_case")
        return f"{table}[{row - int(np.searchsorted(owner, owner[row]))}]"

    def path(self, table: str, row: int) -> str:
        makers = {"terms": self.term_path, "points": self.point_path, "advances": self.advance_path}
        if table == "cases":
            return ""
        return makers[table](row) if table in makers else self._flat_path(table, row)

    def owner(self, table: str) -> Ints:
        inputs = self.inputs
        return {
            "cases": np.arange(inputs.count),
            "terms": inputs.term_case,
            "points": inputs.point_case,
            "advances": inputs.point_case[inputs.advance_point],
            "adjustments": inputs.adjustment_case,
            "contract_prices": inputs.contract_case,
        }[table]

    def _report(self, code: str, table: str, rows: Ints, field: str, found=None, **more: object) -> None:
        def where(at: int) -> str:
            return ".".join(part for part in (self.path(table, int(rows[at])), field) if part)

        def given(at: int) -> dict[str, object]:
            values = {"field": field, **more}
            return values if found is None else values | {"found": found(int(rows[at]))}

        self.faults.add(code, self.owner(table)[rows], where, given)

    def _cases(self) -> None:
        cases = self.inputs.cases
        start, end = cases["period_start"], cases["period_end"]
        bad = np.flatnonzero((end <= start) | (end - start > MAX_PERIOD_DAYS) | (start < 0) | (end > 60_000))
        self.faults.add(
            "period_invalid",
            bad,
            "period_start",
            lambda at: {"start": _day(start[bad[at]]), "end": _day(end[bad[at]])},
        )
        for name, code, wrong in (
            ("book", "book_unknown", [value not in self.books for value in cases["book"].values]),
            ("cycle", "cycle_invalid", [cycle_number(value) is None for value in cases["cycle"].values]),
        ):
            self._case_label(name, code, wrong)

    def _case_label(self, name: str, code: str, wrong: list[bool]) -> None:
        labels: Labels = self.inputs.cases[name]
        rows = np.flatnonzero(np.array([*wrong, True])[labels.codes])
        key = "book" if name == "book" else "found"
        self.faults.add(code, rows, name, lambda at: {key: labels.text(int(rows[at]))})

    def _labels(self) -> None:
        for table, field, allowed in (
            ("terms", "voltage", tuple(str(v) for v in Voltage)),
            ("terms", "billing_mode", BILLING_MODES),
            ("terms", "market", MARKETS),
            ("points", "role", ROLES),
            ("points", "measure", MEASURES),
            ("points", "loss_method", LOSS_METHODS),
            ("adjustments", "group", GROUPS),
            ("contract_prices", "tou", tuple(str(t) for t in Tou)),
        ):
            labels: Labels = getattr(self.inputs, table)[field]
            wrong = np.array([*(value not in allowed for value in labels.values), False])
            rows = np.flatnonzero(wrong[labels.codes])
            self._report("value_unknown", table, rows, field, labels.text, expected=", ".join(allowed))
        standard = self.inputs.terms["pf_standard"]
        rows = np.flatnonzero((standard != NULL) & ~np.isin(standard, STANDARDS))
        expected = ", ".join(str(s) for s in STANDARDS)
        self._report("value_unknown", "terms", rows, "pf_standard", lambda r: standard[r], expected=expected)

    def _limits(self) -> None:
        for table, limits in LIMITS.items():
            for field, (low, high) in limits.items():
                values = getattr(self.inputs, table)[field]
                rows = np.flatnonzero((values != NULL) & ((values < low) | (values > high)))
                self._report(
                    "value_out_of_range", table, rows, field, lambda r, v=values: v[r], low=low, high=high
                )

    def _terms(self) -> None:
        inputs = self.inputs
        none = np.flatnonzero(np.diff(inputs.first_term) == 0)
        self.faults.add("terms_missing", none, "terms")
        span = (
            inputs.cases["period_start"],
            inputs.cases["period_end"],
            np.arange(inputs.count),
            self.term_path,
        )
        terms = inputs.terms
        joined(self.faults, "terms_gap", "terms", terms["start"], terms["end"], inputs.term_case, span)

    def _points(self) -> None:
        inputs, points = self.inputs, self.inputs.points
        self.faults.add("points_missing", np.flatnonzero(np.diff(inputs.first_point) == 0), "points")
        metered = points["measure"].equals("metered")
        readings = np.diff(inputs.first_advance)
        self._report("readings_missing", "points", np.flatnonzero(metered & (readings == 0)), "advances")
        rows = np.flatnonzero(~metered & (readings > 0))
        self.faults.add(
            "readings_unexpected",
            inputs.point_case[rows],
            lambda at: f"{self.point_path(int(rows[at]))}.advances",
            lambda at: {"measure": points["measure"].text(int(rows[at]))},
        )
        for measure, field in (("ratio", "ratio"), ("fixed", "fixed_energy")):
            rows = np.flatnonzero(points["measure"].equals(measure) & (points[field] == NULL))
            self._report("value_missing", "points", rows, field)
        physical = points["loss_method"].equals("physical")
        for field in ("rated_kva", "shift_factor", "hours"):
            rows = np.flatnonzero(physical & (points[field] == 0))
            self._report("value_missing", "points", rows, field)

    def _parents(self) -> None:
        inputs = self.inputs
        parent, points = inputs.parent, inputs.points
        purchase = points["role"].equals("purchase")
        known = np.where(parent >= 0, parent, 0)
        wrong = (parent == -2) | (parent == np.arange(len(parent)))
        if len(parent):
            wrong |= (parent >= 0) & (~purchase | ~purchase[known])
        needs = ~points["measure"].equals("metered") & (parent == -1)
        self._report("point_parent", "points", np.flatnonzero(wrong | needs), "parent_point_id")
        at = np.where(wrong, -1, parent)
        for _ in range(8):
            at = np.where(at >= 0, np.where(wrong[at], -1, parent[at]), -1)
        self._report("point_cycle", "points", np.flatnonzero(at >= 0), "parent_point_id")

    def _advances(self) -> None:
        inputs, advances = self.inputs, self.inputs.advances
        case = inputs.point_case
        span = (inputs.cases["period_start"][case], inputs.cases["period_end"][case], case, self.advance_path)
        start, end = advances["start"], advances["end"]
        joined(self.faults, "readings_gap", "advances", start, end, inputs.advance_point, span)

    def _readings(self) -> None:
        advances = self.inputs.advances
        modulus = advances["modulus"]
        for index, register in enumerate(REGISTERS):
            opening, closing = advances[f"opening_{register}"], advances[f"closing_{register}"]
            has_opening, has_closing = opening != NULL, closing != NULL
            both = has_opening & has_closing
            known: dict[str, object] = {"register": register}
            rows = np.flatnonzero(has_opening != has_closing)
            self._report("register_incomplete", "advances", rows, f"closing_{register}", **known)
            for side, values in (("opening", opening), ("closing", closing)):
                field = f"{side}_{register}"
                shown = lambda r, v=values: unscaled(int(v[r]), READING_SCALE)  # noqa: E731
                rows = np.flatnonzero((values != NULL) & (values < 0))
                self._report("reading_negative", "advances", rows, field, shown, **known)
                rows = np.flatnonzero((values != NULL) & (values > MAX_READING))
                self._report("quantity_too_large", "advances", rows, field, shown)
                rows = np.flatnonzero((values != NULL) & (modulus != NULL) & (values >= modulus))
                self._beyond(rows, field, register, shown)
            self._backwards(np.flatnonzero(both & (closing < opening) & (modulus == NULL)), index)

    def _beyond(self, rows: Ints, field: str, register: str, shown) -> None:
        modulus = self.inputs.advances["modulus"]
        self.faults.add(
            "reading_beyond_register",
            self.owner("advances")[rows],
            lambda at: f"{self.advance_path(int(rows[at]))}.{field}",
            lambda at: {
                "register": register,
                "found": shown(int(rows[at])),
                "modulus": unscaled(int(modulus[rows[at]]), READING_SCALE),
            },
        )

    def _backwards(self, rows: Ints, index: int) -> None:
        register = REGISTERS[index]
        opening = self.inputs.advances[f"opening_{register}"]
        closing = self.inputs.advances[f"closing_{register}"]
        self.faults.add(
            "reading_backwards",
            self.owner("advances")[rows],
            lambda at: f"{self.advance_path(int(rows[at]))}.closing_{register}",
            lambda at: {
                "register": register,
                "opening": unscaled(int(opening[rows[at]]), READING_SCALE),
                "closing": unscaled(int(closing[rows[at]]), READING_SCALE),
            },
        )


def cycle_number(text: str) -> int | None:
    """Months since year 0 of ``YYYY-MM``, or ``None``."""
    year, dash, month = text.partition("-")
    if not (dash and len(year) == 4 and len(month) == 2 and text.isascii() and (year + month).isdecimal()):
        return None
    return int(year) * 12 + int(month) - 1 if 1 <= int(month) <= 12 else None


def multiplier_text(multiplier: int) -> Decimal:
    return unscaled(multiplier, MULTIPLIER_SCALE)
