"""Why this number: the calculation trace of one case, as JSON-able models.

``explain`` reads the input tables, the priced tables and the price book's rows; it computes nothing that the engine
has not computed. Quantities come back as decimals in kWh, kW, kVA and yuan. Texts are codes and figures, so that a
page can say them in its own language; ``names`` are the book's Chinese and English names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from denghuo.engine.pricing.book import Exact, Name, PriceBook, TierScheme, Tou, TouScheme
from denghuo.engine.pricing.faults import message
from denghuo.engine.pricing.rates import CompiledBook
from denghuo.engine.tables.pricing import (
    MAX_TIERS,
    MULTIPLIER_SCALE,
    REGISTERS,
    TOU_PERIODS,
    CaseTables,
    PricedTables,
)
from denghuo.kernel.money import round_half_up
from denghuo.kernel.quantities import ENERGY_SCALE, POWER_SCALE, PRICE_SCALE, READING_SCALE, unscaled

POWER_FACTOR = Name(zh="功率因数调整电费", en="Power-factor adjustment")
POWER_FACTOR_NUMBER = "(83)水电财字第215号"
POWER_FACTOR_TITLE = "功率因数调整电费办法"
CONTRACT_ROW = "contract"


class Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Basis(Model):
    """The price row and the document that a price rests on."""

    price_id: str
    published: Exact
    valid_from: date
    valid_to: date | None
    confidence: str
    document: str
    number: str
    title: str
    note: str


class Rule(Model):
    """A scheme or rule that shaped the line: ``kind`` tiers, tou or power_factor, and its legal basis."""

    kind: str
    code: str
    confidence: str
    number: str
    title: str


class TraceLine(Model):
    """quantity × price × numerator ÷ denominator = amount; ``ratio``: how the published price floated."""

    component: str
    names: Name
    group: str
    point_id: int | None
    segment: int
    start: date
    end: date
    tou: str | None
    tier: int | None
    quantity: Exact
    unit: str
    price: Exact
    numerator: int
    denominator: int
    amount_yuan: Exact
    in_pf_base: bool
    note: str
    basis: list[Basis]
    rules: list[Rule]
    ratio: Exact | None
    formula: str


class TraceRegister(Model):
    """(closing − opening [+ rollover]) × multiplier = energy; ``name`` is the register."""

    name: str
    opening: Exact
    closing: Exact
    rolled_over: bool
    multiplier: Exact
    energy: Exact


class TraceAdvance(Model):
    start: date
    end: date
    estimated: bool
    registers: list[TraceRegister]
    max_demand_kw: Exact | None


class TraceSegment(Model):
    """metered + loss − deducted = billed, with its time-of-use periods if the tariff has them."""

    segment: int
    start: date
    end: date
    tariff: str
    metered_kwh: Exact
    loss_kwh: Exact
    deducted_kwh: Exact
    billed_kwh: Exact
    by_tou: dict[str, Exact]
    reactive_kvarh: Exact
    reactive_loss_kvarh: Exact


class TracePoint(Model):
    point_id: int
    role: str
    measure: str
    parent_point_id: int | None
    loss_method: str
    advances: list[TraceAdvance]
    segments: list[TraceSegment]


class TraceTiers(Model):
    prior_kwh: Exact
    bounds_kwh: list[Exact]
    energy_kwh: list[Exact]
    free_kwh: Exact


class TracePowerFactor(Model):
    standard: Exact
    active_kwh: Exact
    reactive_kvarh: Exact
    factor: Exact | None
    rate_percent: Exact
    base_yuan: Exact
    amount_yuan: Exact


class TraceDemand(Model):
    metered_kw: Exact
    billed_kw: Exact
    discounted: bool


class TraceException(Model):
    """Why the case cannot be priced."""

    code: str
    path: str
    parameters: dict[str, str]
    message: str


class Trace(Model):
    """Everything behind the bill of one case."""

    case_id: int
    book: str
    cycle: str
    period_start: date
    period_end: date
    total_yuan: Exact | None
    purchase_yuan: Exact | None
    feed_in_yuan: Exact | None
    energy_kwh: Exact | None
    feed_in_kwh: Exact | None
    average_price: Exact | None
    lines: list[TraceLine]
    points: list[TracePoint]
    tiers: TraceTiers | None
    demand: TraceDemand | None
    power_factor: TracePowerFactor | None
    exceptions: list[TraceException]

    @property
    def priced(self) -> bool:
        return not self.exceptions


class UnknownCase(LookupError):
    """The tables hold no such case."""


def explain(
    tables: CaseTables, priced: PricedTables, case_id: int, books: Mapping[str, CompiledBook] | None = None
) -> Trace:
    """The trace of one case. ``books`` default to those ``priced`` was made with.

    Raises:
        UnknownCase: no such case in ``tables``.
    """
    books = priced.books if books is None else books
    tables, priced = tables.filter([case_id]), priced.filter([case_id])
    if not tables.cases.num_rows:
        raise UnknownCase(f"the tables hold no case {case_id}")
    case = tables.cases.to_pylist()[0]
    book = books[case["book"]].book if case["book"] in books else None
    sections = priced.sections.to_pylist()
    section = sections[0] if sections else None
    money = (lambda name: unscaled(section[name], 2)) if section else (lambda _: None)
    return Trace(
        case_id=case_id,
        book=case["book"],
        cycle=case["cycle"],
        period_start=case["period_start"],
        period_end=case["period_end"],
        total_yuan=money("total_fen"),
        purchase_yuan=money("purchase_fen"),
        feed_in_yuan=money("feed_in_fen"),
        energy_kwh=unscaled(section["energy"], ENERGY_SCALE) if section else None,
        feed_in_kwh=unscaled(section["feed_in_energy"], ENERGY_SCALE) if section else None,
        average_price=_optional(section["average_price"], PRICE_SCALE) if section else None,
        lines=_lines(priced, book),
        points=_points(tables, priced),
        tiers=_tiers(section) if section and section["tier_prior"] is not None else None,
        demand=_demand(section) if section and section["metered_demand"] is not None else None,
        power_factor=_power_factor(section) if section and section["pf_standard"] is not None else None,
        exceptions=[_exception(row) for row in priced.exceptions.to_pylist()],
    )


def _optional(value: int | None, scale: int) -> Decimal | None:
    return None if value is None else unscaled(value, scale)


def _exception(row: dict[str, Any]) -> TraceException:
    parameters = dict(row["parameters"])
    return TraceException(
        code=row["code"], path=row["path"], parameters=parameters, message=message(row["code"], parameters)
    )


def _lines(priced: PricedTables, book: PriceBook | None) -> list[TraceLine]:
    tariffs = {(row["point_id"], row["segment"]): row["tariff"] for row in priced.point_usage.to_pylist()}
    rows = priced.lines.to_pylist()
    return [_line(row, book, tariffs.get((row["point_id"], row["segment"]))) for row in rows]


def _line(row: dict[str, Any], book: PriceBook | None, tariff: str | None) -> TraceLine:
    amount = unscaled(row["amount_fen"], 2)
    quantity = unscaled(row["quantity"], ENERGY_SCALE)
    price = unscaled(row["price"], PRICE_SCALE)
    bases = _bases(row["price_id"], book)
    ratio = _ratio(row, price, bases, book, tariff)
    return TraceLine(
        component=row["component"],
        names=_names(row, book),
        group=row["group"],
        point_id=row["point_id"],
        segment=row["segment"],
        start=row["start"],
        end=row["end"],
        tou=row["tou"],
        tier=row["tier"],
        quantity=quantity,
        unit=row["unit"],
        price=price,
        numerator=row["numerator"],
        denominator=row["denominator"],
        amount_yuan=amount,
        in_pf_base=row["in_pf_base"],
        note=row["note"] if row["unit"] != "amount" else "",
        basis=bases,
        rules=_rules(row, book, tariff),
        ratio=ratio,
        formula=_formula(row, quantity, price, amount),
    )


def _names(row: dict[str, Any], book: PriceBook | None) -> Name:
    if row["component"] == "power_factor":
        return POWER_FACTOR
    if row["unit"] == "amount":
        return Name(zh=row["note"], en=row["note"])
    found = [c.name for c in book.components if c.code == row["component"]] if book else []
    return found[0] if found else Name(zh=row["component"], en=row["component"])


def _formula(row: dict[str, Any], quantity: Decimal, price: Decimal, amount: Decimal) -> str:
    if row["unit"] == "amount":
        return f"{amount}"
    if row["unit"] == "fen":
        return f"{quantity} × {(price * 100).normalize():f} % = {amount}"
    unit = {"kwh": "kWh", "kva_month": "kVA", "kw_month": "kW"}[row["unit"]]
    part = "" if row["numerator"] == row["denominator"] else f" × {row['numerator']}/{row['denominator']}"
    return f"{quantity} {unit} × {price.normalize():f}{part} = {amount}"


def _bases(price_id: str, book: PriceBook | None) -> list[Basis]:
    """The rows behind a price; a tier adder rests on two."""
    if not price_id or price_id == CONTRACT_ROW or book is None:
        return []
    rows = {row.id: row for row in book.prices}
    names = [price_id] if price_id in rows else price_id.split(" - ")
    documents = {document.id: document for document in book.documents}
    out = []
    for row in (rows[name] for name in names if name in rows):
        document = documents[row.basis]
        out.append(
            Basis(
                price_id=row.id,
                published=row.price,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                confidence=row.confidence,
                document=document.id,
                number=document.number,
                title=document.title,
                note=row.note,
            )
        )
    return out


def _tou_scheme(book: PriceBook | None, tariff: str | None, day: date) -> TouScheme | None:
    version = next((t for t in book.tariffs if t.code == tariff and t.in_force(day)), None) if book else None
    if book is None or version is None:
        return None
    return next((s for s in book.tou_schemes if s.code == version.tou and s.in_force(day)), None)


def _ratio(
    row: dict[str, Any], price: Decimal, bases: list[Basis], book: PriceBook | None, tariff: str | None
) -> Decimal | None:
    """The scheme's ratio that turns the published flat price into the line's price, if it floated."""
    scheme = _tou_scheme(book, tariff, row["start"])
    published = next((p.tou for p in book.prices if p.id == row["price_id"]), None) if book else None
    if scheme is None or row["tou"] is None or len(bases) != 1 or published is not None:
        return None
    step = Decimal(1).scaleb(-scheme.price_decimals)
    for rule in scheme.ratios:
        ratio = rule.ratio(Tou(row["tou"]))
        if ratio is not None and round_half_up(bases[0].published * ratio, step) == price:
            return ratio
    return None


def _rules(row: dict[str, Any], book: PriceBook | None, tariff: str | None) -> list[Rule]:
    if row["component"] == "power_factor":
        number, title = POWER_FACTOR_NUMBER, POWER_FACTOR_TITLE
        return [Rule(kind="power_factor", code="power_factor", confidence="K", number=number, title=title)]
    if book is None:
        return []
    day = row["start"]
    documents = {document.id: document for document in book.documents}
    found: list[tuple[str, TouScheme | TierScheme]] = []
    scheme = _tou_scheme(book, tariff, day)
    if scheme is not None and row["tou"] is not None:
        found.append(("tou", scheme))
    version = next((t for t in book.tariffs if t.code == tariff and t.in_force(day)), None)
    if version is not None and row["tier"] is not None:
        found += [("tiers", s) for s in book.tier_schemes if s.code == version.tiers and s.in_force(day)]
    return [
        Rule(
            kind=kind,
            code=item.code,
            confidence=item.confidence,
            number=documents[item.basis].number,
            title=documents[item.basis].title,
        )
        for kind, item in found
    ]


def _points(tables: CaseTables, priced: PricedTables) -> list[TracePoint]:
    advances: dict[int, list[TraceAdvance]] = {}
    for row in sorted(tables.advances.to_pylist(), key=lambda row: row["start"]):
        advances.setdefault(row["point_id"], []).append(_advance(row))
    segments: dict[int, list[TraceSegment]] = {}
    for row in priced.point_usage.to_pylist():
        segments.setdefault(row["point_id"], []).append(_segment(row))
    return [
        TracePoint(
            point_id=row["point_id"],
            role=row["role"],
            measure=row["measure"],
            parent_point_id=row["parent_point_id"],
            loss_method=row["loss_method"],
            advances=advances.get(row["point_id"], []),
            segments=segments.get(row["point_id"], []),
        )
        for row in tables.points.to_pylist()
    ]


def _advance(row: dict[str, Any]) -> TraceAdvance:
    multiplier = unscaled(row["multiplier"], MULTIPLIER_SCALE)
    registers = []
    for register in REGISTERS:
        opening, closing = row[f"opening_{register}"], row[f"closing_{register}"]
        if opening is None or closing is None:
            continue
        moved = closing - opening + (row["modulus"] or 0 if closing < opening else 0)
        energy = (unscaled(moved, READING_SCALE) * multiplier).quantize(
            Decimal("0.01"), rounding="ROUND_HALF_UP"
        )
        registers.append(
            TraceRegister(
                name=register,
                opening=unscaled(opening, READING_SCALE),
                closing=unscaled(closing, READING_SCALE),
                rolled_over=closing < opening,
                multiplier=multiplier,
                energy=energy,
            )
        )
    demand = row["max_demand"]
    return TraceAdvance(
        start=row["start"],
        end=row["end"],
        estimated=row["estimated"],
        registers=registers,
        max_demand_kw=None if demand is None else unscaled(demand, READING_SCALE) * multiplier,
    )


def _segment(row: dict[str, Any]) -> TraceSegment:
    energy = {name: unscaled(row[name], ENERGY_SCALE) for name in ("metered", "loss", "deducted", "billed")}
    periods = (
        {tou: unscaled(row[f"billed_{tou}"], ENERGY_SCALE) for tou in TOU_PERIODS} if row["by_tou"] else {}
    )
    return TraceSegment(
        segment=row["segment"],
        start=row["start"],
        end=row["end"],
        tariff=row["tariff"] or "",
        **{f"{name}_kwh": value for name, value in energy.items()},
        by_tou=periods,
        reactive_kvarh=unscaled(row["reactive"], ENERGY_SCALE),
        reactive_loss_kvarh=unscaled(row["reactive_loss"], ENERGY_SCALE),
    )


def _tiers(section: dict[str, Any]) -> TraceTiers:
    bounds = [section[f"tier{n}_bound"] for n in range(1, MAX_TIERS)]
    known = [unscaled(bound, ENERGY_SCALE) for bound in bounds if bound is not None]
    return TraceTiers(
        prior_kwh=unscaled(section["tier_prior"], ENERGY_SCALE),
        bounds_kwh=known,
        energy_kwh=[unscaled(section[f"tier{n}_energy"], ENERGY_SCALE) for n in range(1, len(known) + 2)],
        free_kwh=unscaled(section["free_energy"], ENERGY_SCALE),
    )


def _demand(section: dict[str, Any]) -> TraceDemand:
    return TraceDemand(
        metered_kw=unscaled(section["metered_demand"], POWER_SCALE),
        billed_kw=unscaled(section["billed_demand"], POWER_SCALE),
        discounted=section["demand_discounted"],
    )


def _power_factor(section: dict[str, Any]) -> TracePowerFactor:
    return TracePowerFactor(
        standard=unscaled(section["pf_standard"], 2),
        active_kwh=unscaled(section["active"], ENERGY_SCALE),
        reactive_kvarh=unscaled(section["reactive"], ENERGY_SCALE),
        factor=_optional(section["power_factor"], 2),
        rate_percent=unscaled(section["pf_rate"], 2),
        base_yuan=unscaled(section["pf_base_fen"], 2),
        amount_yuan=unscaled(section["pf_fen"], 2),
    )
