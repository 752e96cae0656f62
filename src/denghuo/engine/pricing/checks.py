"""Checks of a price book across its parts: references, overlaps, tiers, hours, ratios.

Every check yields :class:`Problem` with the path of the place to mend.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations

from denghuo.engine.pricing.book_models import (
    ChainedRatio,
    Dated,
    Form,
    Group,
    Market,
    Price,
    PriceBook,
    Problem,
    Tariff,
    TierScheme,
    Tou,
    TouScheme,
    Unit,
    Window,
)
from denghuo.engine.pricing.parameters import SETTINGS

ALL_MONTHS = frozenset(range(1, 13))
DAY_MINUTES = 24 * 60
GRID_MINUTES = 15


def problems(book: PriceBook) -> list[Problem]:
    """Everything wrong with ``book``, in the order of the document."""
    found: list[Problem] = []
    for check in (
        _codes,
        _validities,
        _references,
        _tier_schemes,
        _tou_schemes,
        _parameters,
        _overlaps,
        _tiers,
    ):
        found.extend(check(book))
    return found


def _duplicates(values: Iterable[str], path: str, key: str) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, value in enumerate(values):
        if value in seen:
            message = f"{value!r} is already used by {path}[{seen[value]}]"
            yield Problem(f"{path}[{index}].{key}", "duplicate", message)
        seen.setdefault(value, index)


def _codes(book: PriceBook) -> Iterator[Problem]:
    yield from _duplicates((d.id for d in book.documents), "documents", "id")
    yield from _duplicates((c.code for c in book.components), "components", "code")
    yield from _duplicates((p.id for p in book.prices), "prices", "id")
    for index, component in enumerate(book.components):
        if component.code == "power_factor":
            yield Problem(
                f"components[{index}].code", "reserved", "power_factor is the adjustment line's own code"
            )
        if (component.unit is not Unit.KWH) != (component.group is Group.BASIC):
            message = (
                f"group basic is for a price per kVA or kW only, found {component.unit} in {component.group}"
            )
            yield Problem(f"components[{index}].group", "unit_group", message)


def _dated(book: PriceBook) -> Iterator[tuple[str, Dated]]:
    for name in ("tariffs", "prices", "tier_schemes", "tou_schemes", "parameters"):
        for index, item in enumerate(getattr(book, name)):
            yield f"{name}[{index}]", item


def overlap(a: Dated, b: Dated) -> bool:
    """Whether two validities share a day."""
    return (a.valid_to is None or b.valid_from < a.valid_to) and (
        b.valid_to is None or a.valid_from < b.valid_to
    )


def _validities(book: PriceBook) -> Iterator[Problem]:
    for path, item in _dated(book):
        if item.valid_to is not None and item.valid_to <= item.valid_from:
            message = f"must be after valid_from {item.valid_from}, found {item.valid_to}"
            yield Problem(f"{path}.valid_to", "empty_validity", message)
    for name in ("tariffs", "tier_schemes", "tou_schemes", "parameters"):
        versions: dict[str, list[tuple[int, Dated]]] = defaultdict(list)
        for index, item in enumerate(getattr(book, name)):
            versions[item.code].append((index, item))
        for code, same in versions.items():
            for (first, a), (second, b) in combinations(same, 2):
                if overlap(a, b):
                    message = f"{code!r} is in force twice: its validity overlaps {name}[{first}]"
                    yield Problem(f"{name}[{second}].valid_from", "overlap", message)


def _unknown(path: str, kind: str, code: str, known: Iterable[str]) -> Iterator[Problem]:
    names = sorted(set(known))
    if code not in names:
        shown = ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
        yield Problem(
            path, "unknown_code", f"unknown {kind} {code!r}, expected one of: {shown or '(none defined)'}"
        )


def _references(book: PriceBook) -> Iterator[Problem]:
    components = {c.code: c for c in book.components}
    tariffs = {t.code for t in book.tariffs}
    documents = {d.id for d in book.documents}
    for index, tariff in enumerate(book.tariffs):
        path = f"tariffs[{index}]"
        if tariff.tiers is not None:
            yield from _unknown(
                f"{path}.tiers", "tier scheme", tariff.tiers, (s.code for s in book.tier_schemes)
            )
        if tariff.tou is not None:
            yield from _unknown(
                f"{path}.tou", "time-of-use scheme", tariff.tou, (s.code for s in book.tou_schemes)
            )
        elif tariff.floats:
            yield Problem(
                f"{path}.floats", "floats_without_tou", "components float but the tariff has no tou scheme"
            )
        for key in ("floats", "components"):
            for at, code in enumerate(getattr(tariff, key) or ()):
                yield from _unknown(f"{path}.{key}[{at}]", "component", code, components)
    for index, price in enumerate(book.prices):
        path = f"prices[{index}]"
        yield from _unknown(f"{path}.component", "component", price.component, components)
        yield from _unknown(f"{path}.basis", "document", price.basis, documents)
        for at, code in enumerate(price.tariffs):
            yield from _unknown(f"{path}.tariffs[{at}]", "tariff", code, tariffs)
        component = components.get(price.component)
        if component and component.unit is not Unit.KWH and (price.tou or price.tier):
            yield Problem(path, "basic_with_tou", f"a price per {component.unit} has neither tou nor tier")
    for path, item in _dated(book):
        if isinstance(item, TierScheme | TouScheme):
            yield from _unknown(f"{path}.basis", "document", item.basis, documents)
    yield from _price_fits_tariff(book)


def _price_fits_tariff(book: PriceBook) -> Iterator[Problem]:
    units = {c.code: c.unit for c in book.components}
    versions: dict[str, list[Tariff]] = defaultdict(list)
    for tariff in book.tariffs:
        versions[tariff.code].append(tariff)
    for index, price in enumerate(book.prices):
        for code in price.tariffs:
            fitting = [t for t in versions.get(code, ()) if overlap(t, price)]
            path = f"prices[{index}]"
            if versions.get(code) and not fitting:
                yield Problem(f"{path}.valid_from", "outside_tariff", f"tariff {code!r} is not in force then")
            for tariff in fitting:
                if price.tou and tariff.tou is None:
                    yield Problem(
                        f"{path}.tou", "tou_without_scheme", f"tariff {code!r} has no time-of-use scheme"
                    )
                if price.tier and tariff.tiers is None:
                    yield Problem(
                        f"{path}.tier", "tier_without_scheme", f"tariff {code!r} has no tier scheme"
                    )
                if units.get(price.component, Unit.KWH) is not Unit.KWH and tariff.form is not Form.TWO_PART:
                    message = f"tariff {code!r} is single-part and has no basic charge"
                    yield Problem(f"{path}.component", "basic_in_single_part", message)


def _tier_schemes(book: PriceBook) -> Iterator[Problem]:
    for index, scheme in enumerate(book.tier_schemes):
        path = f"tier_schemes[{index}]"
        yield from _months_once([(s.months, "all") for s in scheme.seasons], f"{path}.seasons")
        if scheme.period == "year" and len(scheme.seasons) > 1:
            yield Problem(f"{path}.seasons", "yearly_seasons", "a yearly scheme has one set of bounds")
        for at, season in enumerate(scheme.seasons):
            bounds = season.bounds_kwh
            if list(bounds) != sorted(set(bounds)):
                shown = ", ".join(str(b) for b in bounds)
                message = f"bounds must rise from tier to tier, found {shown}"
                yield Problem(f"{path}.seasons[{at}].bounds_kwh", "bounds_order", message)


def _months_once(rules: list[tuple[list[int] | None, str]], path: str) -> Iterator[Problem]:
    """Each month, on workdays and at weekends, has exactly one rule."""
    count: Counter[tuple[int, str]] = Counter()
    for at, (months, days) in enumerate(rules):
        if months is not None and (not months or len(set(months)) != len(months)):
            yield Problem(f"{path}[{at}].months", "months", f"months must be named once each, found {months}")
        for month in set(ALL_MONTHS if months is None else months):
            for kind in ("workday", "weekend") if days == "all" else (days,):
                count[month, kind] += 1
    doubled = sorted({month for (month, _), times in count.items() if times > 1})
    missing = sorted({m for m in ALL_MONTHS for kind in ("workday", "weekend") if not count[m, kind]})
    if doubled:
        yield Problem(path, "months_twice", f"months {doubled} have more than one rule")
    if missing:
        yield Problem(path, "months_missing", f"months {missing} have no rule on some days")


def minutes(text: str) -> int | None:
    """Minutes since midnight of ``HH:MM`` (to ``24:00``), or ``None`` if not on the 15-minute grid."""
    hour, colon, minute = text.partition(":")
    if not (colon and len(hour) == 2 and len(minute) == 2 and text.isascii() and (hour + minute).isdecimal()):
        return None
    value = int(hour) * 60 + int(minute)
    return value if int(minute) < 60 and value <= DAY_MINUTES and value % GRID_MINUTES == 0 else None


def spans(window: Window) -> list[tuple[int, int]]:
    """The window as minutes of the day; one that runs over midnight gives two spans."""
    start, end = minutes(window[0]), minutes(window[1])
    if start is None or end is None or start % DAY_MINUTES == end % DAY_MINUTES:
        return [(0, DAY_MINUTES)] if (start, end) == (0, DAY_MINUTES) else []
    if end == 0:
        end = DAY_MINUTES
    return [(start, end)] if start < end else [(start, DAY_MINUTES), (0, end)]


def _windows(windows: list[Window], path: str) -> Iterator[Problem]:
    taken = [-1] * (DAY_MINUTES // GRID_MINUTES)
    for at, window in enumerate(windows):
        if not spans(window):
            message = (
                f"expected two different times HH:MM on the quarter hour, found {window[0]} to {window[1]}"
            )
            yield Problem(f"{path}[{at}]", "hours", message)
            continue
        for start, end in spans(window):
            for slot in range(start // GRID_MINUTES, end // GRID_MINUTES):
                if taken[slot] not in (-1, at):
                    message = f"{window[0]} to {window[1]} overlaps {path}[{taken[slot]}]"
                    yield Problem(f"{path}[{at}]", "hours_overlap", message)
                    break
                taken[slot] = at


def periods_of(scheme: TouScheme) -> list[Tou]:
    """The periods that occur on any day of the scheme, in the order sharp … deep."""
    used = {season.otherwise for season in scheme.seasons}
    windows = [*(s.windows for s in scheme.seasons), *(rule.windows for rule in scheme.day_rules)]
    used |= {window[2] for of_rule in windows for window in of_rule}
    return [tou for tou in Tou if tou in used]


def _tou_schemes(book: PriceBook) -> Iterator[Problem]:
    for index, scheme in enumerate(book.tou_schemes):
        path = f"tou_schemes[{index}]"
        rules: list[tuple[list[int] | None, str]] = [(s.months, s.days) for s in scheme.seasons]
        yield from _months_once(rules, f"{path}.seasons")
        for at, season in enumerate(scheme.seasons):
            yield from _windows(season.windows, f"{path}.seasons[{at}].windows")
        for at, rule in enumerate(scheme.day_rules):
            yield from _windows(rule.windows, f"{path}.day_rules[{at}].windows")
        yield from _ratios(scheme, path)
        floating = [t.code for t in book.tariffs if t.tou == scheme.code and t.floats and overlap(t, scheme)]
        if floating and not scheme.ratios:
            yield Problem(
                f"{path}.ratios", "ratios_missing", f"tariff {floating[0]!r} floats but there is no ratio"
            )


def _ratios(scheme: TouScheme, path: str) -> Iterator[Problem]:
    for at, rule in enumerate(scheme.ratios):
        where = f"{path}.ratios[{at}]"
        low, high = rule.capacity_kva_from, rule.capacity_kva_below
        if low is not None and high is not None and high <= low:
            yield Problem(
                f"{where}.capacity_kva_below", "capacity_band", f"must be above {low}, found {high}"
            )
        for tou, value in rule.values.items():
            if isinstance(value, ChainedRatio) and rule.ratio(tou) is None:
                message = f"{tou} refers to {value.of}, which has no ratio or leads back to itself"
                yield Problem(f"{where}.values.{tou}", "ratio_chain", message)
    for (first, a), (second, b) in combinations(enumerate(scheme.ratios), 2):
        same_month = set(a.months or ALL_MONTHS) & set(b.months or ALL_MONTHS)
        same_voltage = not a.voltages or not b.voltages or set(a.voltages) & set(b.voltages)
        least = max(a.capacity_kva_from or 0, b.capacity_kva_from or 0)
        highs = [h for h in (a.capacity_kva_below, b.capacity_kva_below) if h is not None]
        if same_month and same_voltage and (not highs or least < min(highs)):
            message = f"a customer would match ratios[{first}] too; narrow months, voltages or capacity"
            yield Problem(f"{path}.ratios[{second}]", "ratios_overlap", message)


def _parameters(book: PriceBook) -> Iterator[Problem]:
    for index, parameter in enumerate(book.parameters):
        setting = SETTINGS.get(parameter.code)
        if setting is None:
            yield from _unknown(f"parameters[{index}].code", "parameter", parameter.code, SETTINGS)
        elif not setting.accepts(str(parameter.value)):
            expected = " or ".join(setting.choices) or "a number of at most 6 decimals, not negative"
            message = f"expected {expected}, found {parameter.value!r}"
            yield Problem(f"parameters[{index}].value", "parameter_value", message)


def price_keys(price: Price) -> Iterator[tuple[str, str, str | None, Tou | None, int | None]]:
    """Every (tariff, component, voltage, period, tier) that a row prices."""
    for tariff in price.tariffs:
        for voltage in price.voltages or (None,):
            yield tariff, price.component, voltage, price.tou, price.tier


def _overlaps(book: PriceBook) -> Iterator[Problem]:
    rows: dict[tuple, list[tuple[int, Price]]] = defaultdict(list)
    for index, price in enumerate(book.prices):
        for key in price_keys(price):
            for earlier, other in rows[key]:
                if overlap(price, other):
                    shown = ", ".join(str(part) for part in key if part is not None)
                    message = f"the price of ({shown}) overlaps prices[{earlier}] ({other.id!r}) in time"
                    yield Problem(f"prices[{index}].valid_from", "overlap", message)
                    break
            rows[key].append((index, price))


def _tiers(book: PriceBook) -> Iterator[Problem]:
    """Tier prices are complete on every day they hold, and adders agree between time-of-use periods."""
    rows: dict[tuple, list[tuple[int, Price]]] = defaultdict(list)
    for index, price in enumerate(book.prices):
        if price.tier is not None:
            for of_tariff, component, voltage, _, _ in price_keys(price):
                rows[of_tariff, component, voltage].append((index, price))
    for (code, component, voltage), same in rows.items():
        tariffs = [t for t in book.tariffs if t.code == code and t.tiers]
        days = {p.valid_from for _, p in same} | {t.valid_from for t in tariffs}
        days |= {s.valid_from for s in book.tier_schemes}
        for day in sorted(days):
            tariff = next((t for t in tariffs if t.in_force(day)), None)
            scheme = next(
                (s for s in book.tier_schemes if tariff and s.code == tariff.tiers and s.in_force(day)), None
            )
            held = [(index, price) for index, price in same if price.in_force(day)]
            if tariff and scheme and held:
                label = f"{code}, {component}" + (f", {voltage}" if voltage else "")
                yield from _tiers_on(day, scheme, held, label)


def _tiers_on(day: date, scheme: TierScheme, held: list[tuple[int, Price]], label: str) -> Iterator[Problem]:
    needed = 1 + max(len(season.bounds_kwh) for season in scheme.seasons)
    by_tou: dict[Tou | None, dict[int, tuple[int, Price]]] = defaultdict(dict)
    for index, price in held:
        by_tou[price.tou][price.tier or 1] = (index, price)
    adders: dict[int, tuple[str, Tou | None]] = {}
    for tou, tiers in by_tou.items():
        at = next(iter(tiers.values()))[0]
        missing = [n for n in range(1, needed + 1) if n not in tiers]
        surplus = [n for n in tiers if n > needed]
        if missing or surplus:
            words = (
                f"tiers {missing} have no price"
                if missing
                else f"tiers {surplus} are beyond the {needed} tiers"
            )
            message = f"({label}{', ' + tou if tou else ''}) on {day}: {words} of scheme {scheme.code!r}"
            yield Problem(f"prices[{at}].tier", "tiers_incomplete", message)
            continue
        if scheme.lines == "full" and None in by_tou and len(by_tou) == 1:
            continue
        for n in range(2, needed + 1):
            adder = tiers[n][1].price - tiers[1][1].price
            known = adders.setdefault(n, (str(adder), tou))
            if known[0] != str(adder):
                message = (
                    f"({label}) on {day}: tier {n} adds {adder} in {tou} but {known[0]} in {known[1]}; "
                    "a tier adder is the same in every time-of-use period"
                )
                yield Problem(f"prices[{tiers[n][0]}].price", "adders_differ", message)


MARKETS_OF = {
    Market.LIST: {Market.LIST},
    Market.AGENT: {Market.AGENT},
    Market.AGENT_PENALTY: {Market.AGENT, Market.AGENT_PENALTY},
    Market.DIRECT: {Market.DIRECT},
}
