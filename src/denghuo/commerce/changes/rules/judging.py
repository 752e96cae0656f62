"""May this be asked for? Each rule is a short function with its legal basis; a refusal carries rule, figure and what would do.

Nothing here reads a clock or a database: ``Standing`` is what is known of the supply point on the day it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from denghuo.commerce.changes.rules import kinds
from denghuo.commerce.changes.rules.parameters import ORDER_526, ORDER_1583, SUPPLY_RULES, Figures
from denghuo.commerce.changes.rules.spells import (
    Spell,
    count_in_year,
    days_in_year,
    latest_end,
    months_later,
)

HIGH = frozenset({"35kv", "110kv", "220kv"})
DEMAND_MODES = frozenset({"contract_demand", "actual_demand"})


@dataclass(frozen=True)
class Refusal:
    """Why not: a code whose words are in ``queries.words``, the legal basis, figures by name, and what would be allowed."""

    code: str
    basis: str
    figures: Mapping[str, str] = field(default_factory=dict)
    allowed_date: date | None = None


@dataclass(frozen=True)
class Unit:
    """A transformer of the customer."""

    id: int
    label: str
    capacity_kva: Decimal
    state: str = "running"


@dataclass(frozen=True)
class Running:
    """A restriction that holds: since when, until when agreed, and how much capacity it takes."""

    id: int
    number: str
    kind: str
    since: date
    until: date | None
    capacity_kva: Decimal


@dataclass(frozen=True)
class Standing:
    """What is known when a change is asked for on ``today``.

    ``spells`` are the suspensions so far, running ones with the end that was agreed. ``notice_date`` and
    ``mode_notice_date`` are the first days that keep the notice in working days.
    """

    today: date
    state: str
    tariff_class: str
    voltage: str
    billing_mode: str
    capacity_kva: Decimal
    notice_date: date
    mode_notice_date: date
    demand_notice_date: date
    units: tuple[Unit, ...] = ()
    spells: tuple[Spell, ...] = ()
    running: tuple[Running, ...] = ()
    open_number: str = ""
    owed_fen: int = 0
    disconnected: str = ""
    last_mode_switch: date | None = None
    temporary: bool = False

    @property
    def sealed_kva(self) -> Decimal:
        return sum((unit.capacity_kva for unit in self.units if unit.state == "sealed"), Decimal(0))

    def restriction(self, kind: str) -> Running | None:
        return next((item for item in self.running if item.kind == kind), None)


@dataclass(frozen=True)
class Wish:
    """What the customer asks for; only the fields of its kind are looked at."""

    from_date: date
    until_date: date | None = None
    unit_ids: frozenset[int] = frozenset()
    capacity_kva: Decimal | None = None
    billing_mode: str = ""
    contract_demand_kw: Decimal | None = None
    tariff_class: str = ""
    voltage: str = ""
    customer_id: int | None = None
    own_customer_id: int | None = None
    identity_changes: bool = False


def offered(kind: str, standing: Standing, figures: Figures) -> list[Refusal]:
    """Why ``kind`` is not open to this supply point at all, whatever would be wished; empty where it is."""
    return list(_offered(kind, standing, figures))


def _offered(kind: str, standing: Standing, figures: Figures) -> Iterator[Refusal]:
    if standing.state == "closed":
        yield Refusal("closed", SUPPLY_RULES)
        return
    if standing.state == "planned":
        yield Refusal("not_energised", SUPPLY_RULES)
        return
    if standing.temporary and kind not in (kinds.CLOSE, kinds.MOVE_METER):
        yield Refusal("temporary_supply", SUPPLY_RULES)
    if standing.open_number:
        yield Refusal("open_change", SUPPLY_RULES, {"number": standing.open_number})
    if standing.disconnected and kind != kinds.CLOSE:
        yield Refusal("disconnected", SUPPLY_RULES, {"number": standing.disconnected})
    if kind in kinds.ENDS and standing.restriction(kinds.ENDS[kind]) is None:
        yield Refusal(f"nothing_to_{kind}", SUPPLY_RULES)
    if kind in kinds.WITH_END and kind != kinds.SUSPEND and standing.restriction(kind):
        yield Refusal("runs_already", SUPPLY_RULES, {"number": standing.restriction(kind).number})  # type: ignore[union-attr]
    if kind in kinds.CAPACITY_KINDS:
        yield from _with_transformers(standing)
    if standing.state == "suspended" and kind not in (
        kinds.RESUME,
        kinds.REINSTALL,
        kinds.CLOSE,
        kinds.RENAME,
    ):
        yield Refusal("suspended", SUPPLY_RULES)
    if kind == kinds.SUSPEND:
        yield from _year(standing, figures)


def _with_transformers(standing: Standing) -> Iterator[Refusal]:
    if standing.voltage == "lt1kv" or not standing.units:
        yield Refusal("no_transformer", SUPPLY_RULES)
        return
    running = sum((unit.capacity_kva for unit in standing.units if unit.state == "running"), Decimal(0))
    if not standing.running and running != standing.capacity_kva:
        yield Refusal(
            "transformers_do_not_add_up",
            SUPPLY_RULES,
            {"sum": _plain(running), "capacity": _plain(standing.capacity_kva)},
        )


def _year(standing: Standing, figures: Figures) -> Iterator[Refusal]:
    year = standing.notice_date.year
    used = days_in_year(standing.spells, year)
    if figures.year_days - used < figures.least_days:
        yield Refusal(
            "year_used_up",
            ORDER_1583,
            {
                "used": str(used),
                "limit": str(figures.year_days),
                "year": str(year),
                "least": str(figures.least_days),
            },
            date(year + 1, 1, 1),
        )
    if figures.times_a_year and count_in_year(standing.spells, year) >= figures.times_a_year:
        yield Refusal(
            "times_used_up",
            "《供电营业规则》(1996)第二十四条",
            {"limit": str(figures.times_a_year), "year": str(year)},
            date(year + 1, 1, 1),
        )


def judge(kind: str, standing: Standing, wish: Wish, figures: Figures) -> list[Refusal]:
    """Every rule that this wish breaks; empty where it may be taken in."""
    found = [*_offered(kind, standing, figures), *_dates(kind, standing, wish, figures)]
    found += _CHECKS[kind](standing, wish, figures) if kind in _CHECKS else ()
    if any(item.code == "year_used_up" for item in found):
        found = [item for item in found if item.code != "year_days"]
    return found


def _dates(kind: str, standing: Standing, wish: Wish, figures: Figures) -> Iterator[Refusal]:
    if kind in kinds.WITH_NOTICE and wish.from_date < standing.notice_date:
        yield Refusal("notice", ORDER_1583, {"days": str(figures.notice_working_days)}, standing.notice_date)
    elif wish.from_date < standing.today:
        yield Refusal("in_the_past", SUPPLY_RULES, {}, standing.today)
    if kind in kinds.WITH_END and wish.until_date is None:
        yield Refusal("end_missing", SUPPLY_RULES)
    if (
        figures.demand_by_whole_month
        and standing.billing_mode in DEMAND_MODES
        and kind in (kinds.SUSPEND, kinds.REDUCE, kinds.RESUME, kinds.RESTORE)
        and wish.from_date.day != 1
    ):
        yield Refusal("demand_by_month", "供电企业规定", {}, months_later(wish.from_date.replace(day=1), 1))


def _suspend(standing: Standing, wish: Wish, figures: Figures) -> Iterator[Refusal]:
    yield from _whole_units(standing, wish)
    running = [unit for unit in standing.units if unit.state == "running"]
    if (
        figures.demand_whole_capacity
        and standing.billing_mode in DEMAND_MODES
        and not {unit.id for unit in running} <= wish.unit_ids
    ):
        yield Refusal(
            "demand_whole_capacity",
            "《供电营业规则》(1996)第二十四条",
            {"capacity": _plain(sum((unit.capacity_kva for unit in running), Decimal(0)))},
        )
    if wish.until_date is None:
        return
    days = (wish.until_date - wish.from_date).days
    if days < figures.least_days:
        yield Refusal(
            "too_short",
            f"{SUPPLY_RULES}；{ORDER_1583}",
            {"days": str(days), "least": str(figures.least_days)},
            wish.from_date + timedelta(days=figures.least_days),
        )
        return
    latest = latest_end(standing.spells, wish.from_date, figures.year_days)
    if wish.until_date > latest:
        year = latest.year if latest > wish.from_date else wish.from_date.year
        enough = (latest - wish.from_date).days >= figures.least_days
        yield Refusal(
            "year_days",
            ORDER_1583,
            {
                "year": str(year),
                "used": str(days_in_year(standing.spells, year)),
                "limit": str(figures.year_days),
                "asked": str(_asked(standing, wish, year)),
            },
            latest if enough else None,
        )


def _asked(standing: Standing, wish: Wish, year: int) -> int:
    assert wish.until_date is not None
    with_it = [*standing.spells, Spell(wish.from_date, wish.until_date)]
    return days_in_year(with_it, year) - days_in_year(standing.spells, year)


def _whole_units(standing: Standing, wish: Wish) -> Iterator[Refusal]:
    known = {unit.id: unit for unit in standing.units}
    chosen = [known[pk] for pk in sorted(wish.unit_ids) if pk in known]
    if not chosen or len(chosen) < len(wish.unit_ids):
        yield Refusal("transformers_missing", SUPPLY_RULES)
    for unit in chosen:
        if unit.state != "running":
            yield Refusal("transformer_not_running", SUPPLY_RULES, {"label": unit.label})
    if chosen and wish.capacity_kva is not None:
        whole = sum((unit.capacity_kva for unit in chosen), Decimal(0))
        if whole != wish.capacity_kva:
            yield Refusal(
                "whole_transformers",
                SUPPLY_RULES,
                {"capacity": _plain(wish.capacity_kva), "whole": _plain(whole)},
            )


def _reduce(standing: Standing, wish: Wish, figures: Figures) -> Iterator[Refusal]:
    """Whole transformers, or a smaller one in place of one; something must remain."""
    if wish.unit_ids and wish.capacity_kva is not None and len(wish.unit_ids) == 1:
        unit = next((unit for unit in standing.units if unit.id in wish.unit_ids), None)
        if unit is None or unit.state != "running":
            yield Refusal("transformers_missing", SUPPLY_RULES)
        elif not 0 < wish.capacity_kva < unit.capacity_kva:
            yield Refusal("smaller_one", SUPPLY_RULES, {"capacity": _plain(unit.capacity_kva)})
        return
    yield from _whole_units(standing, wish)
    running = {unit.id for unit in standing.units if unit.state == "running"}
    if running and running <= wish.unit_ids:
        yield Refusal("nothing_remains", SUPPLY_RULES)


def _restore(standing: Standing, wish: Wish, figures: Figures) -> Iterator[Refusal]:
    found = standing.restriction(kinds.REDUCE)
    if found is None:
        return
    last = months_later(found.since, figures.restore_months)
    if wish.from_date > last:
        yield Refusal(
            "restore_too_late",
            SUPPLY_RULES,
            {
                "since": found.since.isoformat(),
                "last": last.isoformat(),
                "months": str(figures.restore_months),
            },
        )


def _resume(standing: Standing, wish: Wish, figures: Figures) -> Iterator[Refusal]:
    found = standing.restriction(kinds.SUSPEND)
    if found is not None and wish.from_date <= found.since:
        yield Refusal("before_the_seal", SUPPLY_RULES, {}, found.since + timedelta(days=1))


def _exchange(standing: Standing, wish: Wish, figures: Figures) -> Iterator[Refusal]:
    months = figures.exchange_months_high if standing.voltage in HIGH else figures.exchange_months_low
    yield from _within_months("exchange_too_long", wish, months)
    if wish.capacity_kva is None or wish.capacity_kva <= 0:
        yield Refusal("capacity_missing", SUPPLY_RULES)


def _remove(standing: Standing, wish: Wish, figures: Figures) -> Iterator[Refusal]:
    yield from _within_months("removal_too_long", wish, figures.removal_months)


def _within_months(code: str, wish: Wish, months: int) -> Iterator[Refusal]:
    last = months_later(wish.from_date, months)
    if wish.until_date is not None and wish.until_date <= wish.from_date:
        yield Refusal("end_before_start", SUPPLY_RULES, {}, wish.from_date + timedelta(days=1))
    elif wish.until_date is not None and wish.until_date > last:
        yield Refusal(code, SUPPLY_RULES, {"months": str(months)}, last)


def _rename(standing: Standing, wish: Wish, figures: Figures) -> Iterator[Refusal]:
    if wish.identity_changes:
        yield Refusal("rename_is_transfer", SUPPLY_RULES)


def _transfer(standing: Standing, wish: Wish, figures: Figures) -> Iterator[Refusal]:
    if wish.customer_id is None:
        yield Refusal("customer_missing", SUPPLY_RULES)
    elif wish.customer_id == wish.own_customer_id:
        yield Refusal("same_customer", SUPPLY_RULES)


def _split(standing: Standing, wish: Wish, figures: Figures) -> Iterator[Refusal]:
    if wish.customer_id is None:
        yield Refusal("customer_missing", SUPPLY_RULES)
    if wish.capacity_kva is None or not 0 < wish.capacity_kva < standing.capacity_kva:
        yield Refusal("split_capacity", SUPPLY_RULES, {"capacity": _plain(standing.capacity_kva)})


def _class(standing: Standing, wish: Wish, figures: Figures) -> Iterator[Refusal]:
    """The way of the basic charge: once in three months, 15 working days ahead; contract demand 5 working days ahead."""
    mode = wish.billing_mode or standing.billing_mode
    if mode != standing.billing_mode and "single" not in (mode, standing.billing_mode):
        last = standing.last_mode_switch
        free = months_later(last, figures.mode_months) if last else standing.mode_notice_date
        if wish.from_date < standing.mode_notice_date:
            yield Refusal(
                "mode_notice",
                ORDER_1583,
                {"days": str(figures.mode_notice)},
                max(standing.mode_notice_date, free),
            )
        elif wish.from_date < free:
            yield Refusal(
                "mode_too_soon",
                ORDER_1583,
                {"months": str(figures.mode_months), "last": last.isoformat() if last else ""},
                free,
            )
    if mode == "contract_demand":
        floor = standing.capacity_kva * figures.demand_floor_percent / 100
        if wish.contract_demand_kw is None or wish.contract_demand_kw < floor:
            yield Refusal(
                "demand_floor",
                ORDER_1583,
                {"percent": str(figures.demand_floor_percent), "floor": _plain(floor)},
            )
        if mode == standing.billing_mode and wish.from_date < standing.demand_notice_date:
            yield Refusal(
                "demand_notice", ORDER_1583, {"days": str(figures.demand_notice)}, standing.demand_notice_date
            )
    if (
        mode == "single"
        and standing.billing_mode != "single"
        and (
            standing.capacity_kva >= figures.two_part_threshold_kva
            and (wish.tariff_class or standing.tariff_class) == "commercial_industrial"
        )
    ):
        yield Refusal("two_part_needed", ORDER_526, {"threshold": str(figures.two_part_threshold_kva)})


def _voltage(standing: Standing, wish: Wish, figures: Figures) -> Iterator[Refusal]:
    if not wish.voltage or wish.voltage == standing.voltage:
        yield Refusal("same_voltage", SUPPLY_RULES)


_CHECKS = {
    kinds.SUSPEND: _suspend,
    kinds.RESUME: _resume,
    kinds.REDUCE: _reduce,
    kinds.RESTORE: _restore,
    kinds.EXCHANGE: _exchange,
    kinds.REMOVE: _remove,
    kinds.RENAME: _rename,
    kinds.TRANSFER: _transfer,
    kinds.SPLIT: _split,
    kinds.TARIFF_CLASS: _class,
    kinds.VOLTAGE: _voltage,
}


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


def codes(refusals: Iterable[Refusal]) -> list[str]:
    return [item.code for item in refusals]
