"""What breach of use and theft cost, line by line, in fen. 供电营业规则 (2024); docs/domain/theft-and-breach.md.

A claim says what was found; ``compute`` turns it into lines: quantity × price × factor, with the basis of each. The
back-bill is what should have been paid, the breach charge (违约使用电费) a multiple of it or a rate by kVA or by time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from denghuo.commerce.inspection.rules.cycles import add_months

THEFT = "theft"
CLASS, CAPACITY, QUOTA, SEALED, DEVICE, SOURCE = "class", "capacity", "quota", "sealed", "device", "source"
BREACHES = (CLASS, CAPACITY, QUOTA, SEALED, DEVICE, SOURCE)
BEHAVIOURS = (THEFT, *BREACHES)
BY_CAPACITY, BY_METER, BY_EVIDENCE = "capacity", "meter", "evidence"
METHODS = (BY_CAPACITY, BY_METER, BY_EVIDENCE)
BACKBILL, BREACH = "backbill", "breach"
NEW_RULES = date(2024, 6, 1)
"""From this day 发改委令2024年第14号: multiples are "not above", and the quota row is gone."""

SUPPLY_RULES = "《供电营业规则》(发改委令2024年第14号)"
RULES_1996 = "《供电营业规则》(电力工业部令第8号，1996)"
FEN, HUNDREDTH, FOUR = Decimal("0.01"), Decimal("0.01"), Decimal("0.0001")
ONE, DAYS_OF_A_MONTH = Decimal(1), 30
SINGLE_PHASE_KV = Decimal("0.22")
THREE_PHASE_KV = Decimal("1.7320508075688772935") * Decimal("0.38")


class ClaimRefused(ValueError):
    """The claim cannot be computed; ``code`` says what is missing or not allowed, ``detail`` with which figures."""

    def __init__(self, code: str, **detail: object) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


@dataclass(frozen=True)
class Rates:
    """Regulated figures; the defaults are those of the rules."""

    theft_days: int = 180
    power_hours: Decimal = Decimal(12)
    lighting_hours: Decimal = Decimal(6)
    theft_multiple: Decimal = Decimal(3)
    deduct_recorded: bool = False
    class_months: int = 3
    class_multiple: Decimal = Decimal(2)
    capacity_multiple: Decimal = Decimal(3)
    capacity_yuan: Decimal = Decimal(50)
    sealed_multiple: Decimal = Decimal(2)
    sealed_yuan: Decimal = Decimal(30)
    device_residential_yuan: Decimal = Decimal(500)
    device_other_yuan: Decimal = Decimal(5000)
    source_yuan: Decimal = Decimal(500)
    quota_yuan: Decimal = Decimal(1)
    quota_multiple: Decimal = Decimal(5)


@dataclass(frozen=True)
class Price:
    """Yuan per kWh (or per kVA and month) on the days ``[start, end)``, and where it comes from."""

    start: date
    end: date
    yuan: Decimal
    basis: str = ""


@dataclass(frozen=True)
class Claim:
    """What was found on ``found_date``. ``start_date`` None: nobody knows since when. Dates are inclusive.

    ``capacity_kw``: of the private equipment, the private or sealed capacity, or the source (kVA counts as kW).
    ``energy_kwh``: proven by evidence (method ``evidence``), used at the wrong class, or above the quota.
    ``multiplier``: what is asked of the legal maximum, None for all of it; below it a reason is due.
    """

    behaviour: str
    found_date: date
    residential: bool = True
    two_part: bool = False
    method: str = ""
    start_date: date | None = None
    end_date: date | None = None
    capacity_kw: Decimal = Decimal(0)
    current_a: Decimal = Decimal(0)
    phases: int = 1
    ct_ratio: int = 1
    lighting: bool = True
    hours_per_day: Decimal | None = None
    recorded_kwh: Decimal = Decimal(0)
    energy_kwh: Decimal = Decimal(0)
    times: int = 1
    multiplier: Decimal | None = None
    multiplier_reason: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Line:
    """One line: ``quantity`` × ``price`` × ``factor`` ÷ ``divisor`` yuan, rounded half up to fen."""

    part: str
    code: str
    quantity: Decimal
    unit: str
    price: Decimal
    factor: Decimal
    amount_fen: int
    basis: str
    start: date | None = None
    end: date | None = None
    divisor: int = 1


@dataclass(frozen=True)
class Computation:
    lines: tuple[Line, ...]
    start: date | None = None
    end: date | None = None
    energy_kwh: Decimal = Decimal(0)
    power_kw: Decimal = Decimal(0)
    hours_per_day: Decimal | None = None
    multiplier: Decimal | None = None
    multiplier_max: Decimal | None = None
    estimated_period: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def backbill_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines if line.part == BACKBILL)

    @property
    def breach_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines if line.part == BREACH)

    @property
    def total_fen(self) -> int:
        return self.backbill_fen + self.breach_fen


def fen_of(yuan: Decimal) -> int:
    return int((yuan / FEN).quantize(ONE, ROUND_HALF_UP))


def line(
    part: str, code: str, quantity: Decimal, unit: str, price: Decimal, factor: Decimal, basis: str,
    start: date | None = None, end: date | None = None, divisor: int = 1,
) -> Line:  # fmt: skip
    amount_fen = fen_of(quantity * price * factor / divisor)
    return Line(part, code, quantity, unit, price, factor, amount_fen, basis, start, end, divisor)


def period_of(claim: Claim, rates: Rates) -> tuple[date, date, bool]:
    """The days ``[start, end)`` that are charged, and whether they rest on the rule for an unknown start."""
    end = (claim.end_date or claim.found_date) + timedelta(days=1)
    if claim.start_date is not None:
        if claim.start_date >= end:
            raise ClaimRefused("dates_in_disorder")
        if end > claim.found_date + timedelta(days=1):
            raise ClaimRefused("after_it_was_found")
        return claim.start_date, end, False
    if claim.behaviour == THEFT:
        return end - timedelta(days=rates.theft_days), end, True
    if claim.behaviour == CLASS:
        return add_months(end, -rates.class_months), end, True
    raise ClaimRefused("start_is_needed")


def multiplier_of(claim: Claim, maximum: Decimal) -> Decimal:
    """What was asked of the legal maximum.

    Raises:
        ClaimRefused: above the maximum, below it without a reason, or below it under the rules of 1996.
    """
    wanted = maximum if claim.multiplier is None else claim.multiplier
    if wanted < 0 or wanted > maximum:
        raise ClaimRefused("multiplier_above", maximum=maximum)
    if wanted < maximum and claim.found_date < NEW_RULES:
        raise ClaimRefused("multiplier_fixed", maximum=maximum)
    if wanted < maximum and not claim.multiplier_reason.strip():
        raise ClaimRefused("multiplier_reason", maximum=maximum)
    return wanted


def spans(prices: Sequence[Price], start: date, end: date) -> list[Price]:
    """The prices cut to ``[start, end)``, without a gap, equal neighbours joined.

    Raises:
        ClaimRefused: a day has no price.
    """
    found: list[Price] = []
    day = start
    for price in sorted(prices, key=lambda item: item.start):
        first, last = max(price.start, day), min(price.end, end)
        if first >= last:
            continue
        if first > day:
            break
        if found and (found[-1].yuan, found[-1].basis) == (price.yuan, price.basis):
            found[-1] = Price(found[-1].start, last, price.yuan, price.basis)
        else:
            found.append(Price(first, last, price.yuan, price.basis))
        day = last
    if day < end:
        raise ClaimRefused("no_price", day=day.isoformat())
    return found


def shared(total: Decimal, days: Sequence[int]) -> list[Decimal]:
    """``total`` over spans in proportion to their days, to 0.01; the last takes the rest."""
    whole, parts, given = sum(days), [], Decimal(0)
    for count in days[:-1]:
        part = (total * count / whole).quantize(HUNDREDTH, ROUND_HALF_UP)
        parts.append(part)
        given += part
    return [*parts, total - given]


def power_of(claim: Claim) -> Decimal:
    """The kW that theft is counted with: the equipment's, or what the meter's rated current carries (kVA = kW)."""
    if claim.method == BY_CAPACITY:
        if claim.capacity_kw <= 0:
            raise ClaimRefused("capacity_is_needed")
        return claim.capacity_kw
    if claim.current_a <= 0:
        raise ClaimRefused("current_is_needed")
    if claim.phases not in (1, 3) or claim.ct_ratio < 1:
        raise ClaimRefused("phases")
    volts = SINGLE_PHASE_KV if claim.phases == 1 else THREE_PHASE_KV
    return (volts * claim.current_a * claim.ct_ratio).quantize(FOUR, ROUND_HALF_UP)


def _theft(claim: Claim, rates: Rates, prices: Sequence[Price], _other: Sequence[Price]) -> Computation:
    start, end, estimated = period_of(claim, rates)
    parts = spans(prices, start, end)
    days = [(part.end - part.start).days for part in parts]
    power, hours = Decimal(0), None
    if claim.method == BY_EVIDENCE:
        if claim.energy_kwh <= 0 or not claim.evidence.strip():
            raise ClaimRefused("evidence_is_needed")
        if estimated:
            raise ClaimRefused("start_is_needed")
        energy = claim.energy_kwh
    elif claim.method in METHODS:
        power = power_of(claim)
        hours = claim.hours_per_day
        if hours is None or estimated:
            hours = rates.lighting_hours if claim.lighting else rates.power_hours
        if not 0 < hours <= 24:
            raise ClaimRefused("hours")
        energy = (power * hours * (end - start).days).quantize(HUNDREDTH, ROUND_HALF_UP)
        if claim.method == BY_METER and rates.deduct_recorded:
            energy -= claim.recorded_kwh
        if energy <= 0:
            raise ClaimRefused("nothing_left")
    else:
        raise ClaimRefused("method")
    basis = f"{SUPPLY_RULES}：窃电" if claim.found_date >= NEW_RULES else f"{RULES_1996}：窃电"
    lines = [
        line(BACKBILL, "energy", kwh, "kWh", part.yuan, ONE, part.basis or basis, part.start, part.end)
        for part, kwh in zip(parts, shared(energy, days), strict=True)
    ]
    multiple = multiplier_of(claim, rates.theft_multiple)
    lines.append(_multiple(lines, multiple, basis))
    return Computation(
        tuple(lines), start, end, energy, power, hours, multiple, rates.theft_multiple, estimated
    )


def _multiple(lines: Sequence[Line], multiple: Decimal, basis: str) -> Line:
    """The breach charge as a multiple of what is back-billed."""
    owed = Decimal(sum(item.amount_fen for item in lines)) * FEN
    return line(BREACH, "multiple", owed, "yuan", ONE, multiple, basis)


def _class(claim: Claim, rates: Rates, prices: Sequence[Price], other: Sequence[Price]) -> Computation:
    """Row 1: the difference between the price that belonged to the load and the one it was billed at."""
    start, end, estimated = period_of(claim, rates)
    if claim.energy_kwh <= 0 or not claim.evidence.strip():
        raise ClaimRefused("evidence_is_needed")
    cuts = sorted(
        {
            day
            for price in (*spans(prices, start, end), *spans(other, start, end))
            for day in (price.start, price.end)
        }
    )
    parts = list(zip(cuts, cuts[1:], strict=False))
    lines = []
    for (first, last), kwh in zip(
        parts, shared(claim.energy_kwh, [(b - a).days for a, b in parts]), strict=True
    ):
        (due,), (billed,) = spans(prices, first, last), spans(other, first, last)
        if due.yuan <= billed.yuan:
            raise ClaimRefused("no_difference", due=due.yuan, billed=billed.yuan)
        lines.append(
            line(
                BACKBILL,
                "difference",
                kwh,
                "kWh",
                due.yuan - billed.yuan,
                ONE,
                f"{SUPPLY_RULES}：{due.yuan} − {billed.yuan}",
                first,
                last,
            )
        )
    multiple = multiplier_of(claim, rates.class_multiple)
    lines.append(_multiple(lines, multiple, f"{SUPPLY_RULES}：高价低接"))
    return Computation(
        tuple(lines),
        start,
        end,
        claim.energy_kwh,
        multiplier=multiple,
        multiplier_max=rates.class_multiple,
        estimated_period=estimated,
    )


def _basic(claim: Claim, prices: Sequence[Price], start: date, end: date) -> list[Line]:
    """Basic charge of the capacity: kVA × price of a month × days / 30."""
    return [
        line(BACKBILL, "basic", claim.capacity_kw, "kVA", part.yuan, Decimal((part.end - part.start).days),
             part.basis or SUPPLY_RULES, part.start, part.end, DAYS_OF_A_MONTH)
        for part in spans(prices, start, end)
    ]  # fmt: skip


def _by_capacity(
    claim: Claim,
    rates: Rates,
    prices: Sequence[Price],
    maximum: Decimal,
    per_kva: Decimal,
    times: int,
    what: str,
) -> Computation:
    """Rows 2 and 4: two-part customers pay the basic charge and a multiple, others a rate by kVA."""
    if claim.capacity_kw <= 0:
        raise ClaimRefused("capacity_is_needed")
    basis = f"{SUPPLY_RULES}：{what}"
    if not claim.two_part:
        return Computation(
            (line(BREACH, claim.behaviour, claim.capacity_kw, "kVA", per_kva, Decimal(times), basis),)
        )
    start, end, _estimated = period_of(claim, rates)
    lines = _basic(claim, prices, start, end)
    multiple = multiplier_of(claim, maximum)
    lines.append(_multiple(lines, multiple, basis))
    return Computation(tuple(lines), start, end, multiplier=multiple, multiplier_max=maximum)


def _capacity(claim: Claim, rates: Rates, prices: Sequence[Price], _other: Sequence[Price]) -> Computation:
    return _by_capacity(claim, rates, prices, rates.capacity_multiple, rates.capacity_yuan, 1, "私增容量")


def _sealed(claim: Claim, rates: Rates, prices: Sequence[Price], _other: Sequence[Price]) -> Computation:
    return _by_capacity(
        claim,
        rates,
        prices,
        rates.sealed_multiple,
        rates.sealed_yuan,
        claim.times,
        "擅自使用已报停或被查封的设备",
    )


def _device(claim: Claim, rates: Rates, _prices: Sequence[Price], _other: Sequence[Price]) -> Computation:
    rate = rates.device_residential_yuan if claim.residential else rates.device_other_yuan
    basis = f"{SUPPLY_RULES}：擅自迁移、更动、操作计量或供电设施"
    return Computation((line(BREACH, DEVICE, Decimal(claim.times), "times", rate, ONE, basis),))


def _source(claim: Claim, rates: Rates, _prices: Sequence[Price], _other: Sequence[Price]) -> Computation:
    if claim.capacity_kw <= 0:
        raise ClaimRefused("capacity_is_needed")
    basis = f"{SUPPLY_RULES}：擅自引入、供出电源或自备电源并网"
    return Computation((line(BREACH, SOURCE, claim.capacity_kw, "kW", rates.source_yuan, ONE, basis),))


def _quota(claim: Claim, rates: Rates, prices: Sequence[Price], _other: Sequence[Price]) -> Computation:
    """Row 3, only for what was found before June 2024."""
    if claim.found_date >= NEW_RULES:
        raise ClaimRefused("quota_is_gone")
    if claim.capacity_kw <= 0 and claim.energy_kwh <= 0:
        raise ClaimRefused("capacity_is_needed")
    basis = f"{RULES_1996}：超计划分配指标用电"
    lines = []
    if claim.capacity_kw > 0:
        lines.append(
            line(
                BREACH, "quota_power", claim.capacity_kw, "kW", rates.quota_yuan, Decimal(claim.times), basis
            )
        )
    if claim.energy_kwh > 0:
        start = claim.start_date or claim.found_date
        parts = spans(prices, start, claim.found_date + timedelta(days=1))
        days = [(part.end - part.start).days for part in parts]
        for part, kwh in zip(parts, shared(claim.energy_kwh, days), strict=True):
            lines.append(
                line(
                    BREACH,
                    "quota_energy",
                    kwh,
                    "kWh",
                    part.yuan,
                    rates.quota_multiple,
                    basis,
                    part.start,
                    part.end,
                )
            )
    return Computation(tuple(lines), energy_kwh=claim.energy_kwh)


_ROWS: Mapping[str, Callable[[Claim, Rates, Sequence[Price], Sequence[Price]], Computation]] = {
    THEFT: _theft, CLASS: _class, CAPACITY: _capacity, QUOTA: _quota, SEALED: _sealed, DEVICE: _device, SOURCE: _source,
}  # fmt: skip


def compute(
    claim: Claim, *, rates: Rates, prices: Sequence[Price] = (), billed: Sequence[Price] = ()
) -> Computation:
    """The lines of a claim. ``prices``: of the class (or of the capacity), ``billed``: what was paid (class breach).

    Raises:
        ClaimRefused: something is missing, in disorder or not allowed; its code says what.
    """
    if claim.behaviour not in _ROWS:
        raise ClaimRefused("behaviour")
    if claim.times < 1:
        raise ClaimRefused("times")
    made = _ROWS[claim.behaviour](claim, rates, prices, billed)
    if made.total_fen <= 0:
        raise ClaimRefused("nothing_left")
    return made


def needs_prices(claim: Claim) -> str:
    """``energy``, ``basic`` or nothing: which prices ``compute`` asks for."""
    if claim.behaviour in (THEFT, CLASS) or (claim.behaviour == QUOTA and claim.energy_kwh > 0):
        return "energy"
    return "basic" if claim.behaviour in (CAPACITY, SEALED) and claim.two_part else ""


def reward_fen(breach_fen: int, *, percent: int, cap_yuan: int) -> int:
    """What a tip-off earns: a share of the breach charge, no more than the cap."""
    return min(fen_of(Decimal(breach_fen) * FEN * percent / 100), cap_yuan * 100)
