"""The price oracle: one case at a time, day by day, in Decimal, loops over dictionaries.

Written from the regulation and the domain pages, not from the engine. It takes the JSON documents themselves (a price
book and a case, decimals as text) and answers the lines of the bill. It assumes valid input, except that a missing
price raises :class:`Unpriced`.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

ZERO = Decimal(0)
PERIODS = ["sharp", "peak", "flat", "valley", "deep"]
REGISTERS = ["total", *PERIODS, "reactive_forward", "reactive_reverse"]
DEFAULTS = {
    "demand_over_threshold": "1.05",
    "demand_over_multiplier": "2",
    "demand_over_reading": "A",
    "demand_floor_ratio": "0.40",
    "demand_discount_kwh_per_kva": "260",
    "demand_discount_factor": "0.90",
    "basic_charge_day_divisor": "30",
    "basic_charge_cap": "regime",
    "free_energy_mode": "deduct",
    "iron_loss_split": "hours",
    "agent_price_penalty": "1.5",
}


class Unpriced(Exception):
    pass


def half_up(value, step="0.01"):
    with localcontext() as context:
        context.prec = 60
        return Decimal(value).quantize(Decimal(step), rounding=ROUND_HALF_UP)


def day(text):
    return text if isinstance(text, date) else date.fromisoformat(text)


def days_of(start, end):
    while start < end:
        yield start
        start += timedelta(days=1)


def in_force(item, on):
    return day(item["valid_from"]) <= on and (not item.get("valid_to") or on < day(item["valid_to"]))


def only(items):
    items = list(items)
    assert len(items) <= 1, items
    return items[0] if items else None


def setting(book, code, on):
    found = only(p for p in book.get("parameters", []) if p["code"] == code and in_force(p, on))
    return str(found["value"]) if found else DEFAULTS[code]


def version(book, kind, code, on):
    return only(item for item in book.get(kind, []) if item["code"] == code and in_force(item, on))


def split_largest_remainder(total, weights):
    """Hundredths of ``total`` over ``weights``; the largest remainders get the left-over hundredths, first first."""
    units, whole = int(total * 100), sum(weights)
    if not whole:
        return [ZERO for _ in weights]
    exact = [Decimal(units) * w / whole for w in weights]
    floors = [int(e) for e in exact]
    with localcontext() as context:
        context.prec = 80
        rests = [Decimal(units) * w - f * whole for w, f in zip(weights, floors, strict=True)]
    for at in sorted(range(len(weights)), key=lambda i: (-rests[i], i))[: units - sum(floors)]:
        floors[at] += 1
    return [Decimal(f) / 100 for f in floors]


# ---------------------------------------------------------------------------------------------- hours of the day


def minutes(text):
    return int(text[:2]) * 60 + int(text[3:])


def covers(window, minute):
    start, end = minutes(window[0]), minutes(window[1]) or 1440
    return start <= minute < end if start < end else minute >= start or minute < end


def period_at(scheme, on, minute, case):
    given = case.get("days", {})
    rest = on.isoformat() in given.get("rest_days", []) or (
        on.weekday() >= 5 and on.isoformat() not in given.get("work_days", [])
    )
    kind = "weekend" if rest else "workday"
    answer = None
    for season in scheme["seasons"]:
        if on.month in (season.get("months") or range(1, 13)) and season.get("days", "all") in ("all", kind):
            answer = season.get("otherwise", "flat")
            for window in season["windows"]:
                if covers(window, minute):
                    answer = window[2]
    for rule in scheme.get("day_rules", []):
        fired = on.isoformat() in given.get("triggers", {}).get(rule["trigger"], [])
        if fired and on.month in (rule.get("months") or range(1, 13)):
            for window in rule["windows"]:
                if covers(window, minute):
                    answer = window[2]
    return answer


_HOURS = {}  # hours of a day by scheme, day and the case's calendar; the scheme is kept so that its id stays its own


def hours_on(scheme, on, case):
    key = (id(scheme), on, str(case.get("days")))
    if key not in _HOURS:
        hours = dict.fromkeys(PERIODS, ZERO)
        for quarter in range(96):
            hours[period_at(scheme, on, quarter * 15, case)] += Decimal("0.25")
        _HOURS[key] = (hours, scheme)
    return _HOURS[key][0]


def hours_by_period(scheme, start, end, case):
    hours = dict.fromkeys(PERIODS, ZERO)
    for on in days_of(start, end):
        for period, value in hours_on(scheme, on, case).items():
            hours[period] += value
    return hours


def periods_used(scheme):
    used = {s.get("otherwise", "flat") for s in scheme["seasons"]}
    for rule in [*scheme["seasons"], *scheme.get("day_rules", [])]:
        used |= {w[2] for w in rule["windows"]}
    return [p for p in PERIODS if p in used]


# ---------------------------------------------------------------------------------------------- what is charged


def ratio_of(scheme, period, on, voltage, capacity):
    for rule in scheme.get("ratios", []):
        if rule.get("months") and on.month not in rule["months"]:
            continue
        if rule.get("voltages") and voltage not in rule["voltages"]:
            continue
        if capacity < Decimal(rule.get("capacity_kva_from") or 0):
            continue
        if rule.get("capacity_kva_below") and capacity >= Decimal(rule["capacity_kva_below"]):
            continue
        value, factor = rule["values"].get(period), Decimal(1)
        while isinstance(value, dict):
            factor *= Decimal(value["times"])
            value = rule["values"].get(value["of"])
        return None if value is None else Decimal(value) * factor
    return None


def charges_on(book, on, terms, tariff_code):
    """What one kWh (kVA, kW) costs on a day: a list of (component, what, price, unit).

    ``what`` is "total", a period, ("tier", n) at the full price or ("adder", n).
    """
    tariff = version(book, "tariffs", tariff_code, on)
    if tariff is None:
        raise Unpriced(f"tariff {tariff_code} on {on}")
    market = terms.get("market", "list")
    if tariff["customer_class"] != "commercial_industrial":
        market = "list"
    tou = version(book, "tou_schemes", tariff["tou"], on) if tariff.get("tou") else None
    tiers = version(book, "tier_schemes", tariff["tiers"], on) if tariff.get("tiers") else None
    out = []
    for component in book["components"]:
        rows = [
            p for p in book["prices"] if p["component"] == component["code"] and tariff_code in p["tariffs"]
        ]
        by_contract = component.get("from_contract") and tariff["customer_class"] == "commercial_industrial"
        listed = tariff.get("components")
        if (component["code"] not in listed) if listed is not None else not (rows or by_contract):
            continue
        markets = component.get("markets")
        here = {market, "agent"} if market == "agent_penalty" else {market}
        if markets and not here & set(markets):
            continue
        rows = [p for p in rows if in_force(p, on)]
        voltage = terms.get("voltage", "lt1kv")
        rows = [p for p in rows if voltage in (p.get("voltages") or [])] or [
            p for p in rows if not p.get("voltages")
        ]
        factor = Decimal(1)
        if market == "agent_penalty" and component["group"] == "energy":
            factor = Decimal(setting(book, "agent_price_penalty", on))
        for what, price in component_charges(component, rows, tariff, tou, tiers, terms, on, factor):
            out.append((component, what, price))
    return tariff, tou, tiers, out


def component_charges(component, rows, tariff, tou, tiers, terms, on, factor):
    def price(period=None, tier=None):
        found = only(p for p in rows if p.get("tou") == period and p.get("tier") == tier)
        return Decimal(found["price"]) * factor if found else None

    def base(period=None):
        return price(period) if price(period) is not None else price(period, 1)

    if component.get("unit", "kwh") != "kwh":
        return [("basic", price())]
    if component.get("from_contract"):
        return [("contract by period" if tou else "contract", price())]
    if not rows:
        return [("total", None)]
    out = []
    tiered = tiers is not None and any(p.get("tier") for p in rows)
    floats = component["code"] in tariff.get("floats", [])
    if tou is not None and (floats or any(p.get("tou") for p in rows)):
        for period in PERIODS:
            own = base(period)
            if own is None and floats and base() is not None and period in periods_used(tou):
                ratio = ratio_of(
                    tou, period, on, terms.get("voltage", "lt1kv"), Decimal(terms.get("capacity_kva", 0))
                )
                step = Decimal(1).scaleb(-tou.get("price_decimals", 8))
                own = None if ratio is None else half_up(base() * ratio, step)
            out.append((period, own))
    elif tiered and tiers.get("lines", "full") == "full":
        return [(("tier", n), price(None, n)) for n in sorted({p["tier"] for p in rows})]
    else:
        out.append(("total", base()))
    if tiered:
        period = next(p.get("tou") for p in rows if p.get("tier"))
        count = max(p["tier"] for p in rows if p.get("tier"))
        out += [(("adder", n), price(period, n) - price(period, 1)) for n in range(2, count + 1)]
    return out


# ---------------------------------------------------------------------------------------------- energy


def advance_energy(advance, wanted_periods):
    """Energy of every register; with periods wanted, the total and the periods agree (the gap goes to one)."""
    multiplier = Decimal(advance.get("multiplier", 1))
    energy = {}
    for register in REGISTERS:
        opening, closing = advance["opening"].get(register), advance["closing"].get(register)
        if opening is None or closing is None:
            continue
        moved = Decimal(closing) - Decimal(opening)
        if moved < 0:
            moved += Decimal(advance["rollover_at"])
        energy[register] = half_up(moved * multiplier)
    if wanted_periods:
        own = {p: energy[p] for p in PERIODS if p in energy}
        if "flat" not in own and "flat" in wanted_periods and "total" in energy:
            own["flat"] = energy["total"] - sum(own.values(), ZERO)
        if "total" in energy:
            gap = energy["total"] - sum(own.values(), ZERO)
            owner = next(p for p in ("flat", "peak", "valley", "sharp", "deep") if p in own)
            own[owner] += gap
        energy = {k: v for k, v in energy.items() if k not in PERIODS} | own
        energy["total"] = sum(own.values(), ZERO)
    elif "total" not in energy:
        energy["total"] = sum((energy.get(p, ZERO) for p in PERIODS), ZERO)
    return energy


def reached(energy, start, end, until):
    """Energy of an advance up to a day."""
    elapsed = (min(max(until, start), end) - start).days
    return half_up(energy * elapsed / (end - start).days)


def metered(point, case, start, end, wanted_periods):
    """Energy of a metered point in ``[start, end)``: total, periods, reactive."""
    out = dict.fromkeys(REGISTERS, ZERO)
    for advance in point["advances"]:
        first, last = (
            day(advance.get("start") or case["period_start"]),
            day(advance.get("end") or case["period_end"]),
        )
        energy = advance_energy(advance, wanted_periods)
        part = {k: reached(v, first, last, end) - reached(v, first, last, start) for k, v in energy.items()}
        if wanted_periods:
            part["total"] = sum((part.get(p, ZERO) for p in PERIODS), ZERO)
        for register, value in part.items():
            out[register] += value
    return out


def losses(point, case, whole, pieces, wanted_periods):
    """Loss added to each piece: list of {total, periods, reactive}."""
    lost = point.get("loss", {})
    method = lost.get("method", "none")
    if method == "none":
        return [dict.fromkeys([*REGISTERS, "reactive"], ZERO) for _ in pieces]
    start, end = day(case["period_start"]), day(case["period_end"])

    def given(name, default=0):
        return Decimal(lost.get(name, default))

    energy = sum((w["total"] for w in whole), ZERO)
    kvarh = sum((w["reactive_forward"] + w["reactive_reverse"] for w in whole), ZERO)
    hours = given("hours", 720)
    iron = copper = reactive_iron = ZERO
    with localcontext() as context:
        context.prec = 80
        if method in ("coefficient", "physical"):
            iron = half_up(given("iron_kw") * hours)
            reactive_iron = half_up(given("no_load_kvar") * hours)
        if method == "coefficient":
            copper = half_up(given("copper_ratio") * energy)
        if method == "physical":
            squares = energy * energy + kvarh * kvarh
            copper = half_up(
                given("load_loss_kw") * squares * given("shift_factor") / (given("rated_kva") ** 2 * hours)
            )
    line = half_up(given("line_loss_ratio") * energy)
    reactive_copper = half_up(copper * given("kq"))
    out, used = [], ZERO
    by_hours = setting(case["_book"], "iron_loss_split", start) == "hours"
    for piece, slots in zip(pieces, whole, strict=True):

        def by_days(value, piece=piece):
            span = (end - start).days
            return half_up(value * (piece["end"] - start).days / span) - half_up(
                value * (piece["start"] - start).days / span
            )

        def by_energy(value, used=used, slots=slots):
            if not energy:
                return ZERO
            with localcontext() as context:
                context.prec = 80
                return half_up(value * (used + slots["total"]) / energy) - half_up(value * used / energy)

        one = dict.fromkeys(REGISTERS, ZERO)
        fixed, load = by_days(iron), by_energy(copper + line)
        one["total"] = fixed + load
        one["reactive"] = by_days(reactive_iron) + by_energy(reactive_copper)
        if wanted_periods:
            tou = piece["tou"]
            clock = hours_by_period(tou, piece["start"], piece["end"], case)
            weights = [clock[p] for p in PERIODS] if by_hours else [slots[p] for p in PERIODS]
            if not any(weights):
                weights = [clock[p] for p in PERIODS]
            first = split_largest_remainder(fixed, weights)
            second = split_largest_remainder(load, [slots[p] for p in PERIODS])
            for at, period in enumerate(PERIODS):
                one[period] = first[at] + second[at]
        used += slots["total"]
        out.append(one)
    return out


# ---------------------------------------------------------------------------------------------- tiers, basic, PF


def tier_bounds(scheme, case):
    cycle = case.get("cycle") or (day(case["period_end"]) - timedelta(days=1)).isoformat()[:7]
    month = int(cycle[5:])
    many = scheme.get("many_person")
    crowd = many and (case.get("persons") or 0) >= many["persons"]
    if scheme["period"] == "year":
        months = case.get("tier_months") or 12
        bounds = [half_up(Decimal(b) * months / 12) for b in scheme["seasons"][0]["bounds_kwh"]]
    else:
        months = case.get("tier_months") or 1
        bounds = None
        for back in range(months):
            wanted = (month - 1 - back) % 12 + 1
            season = next(s for s in scheme["seasons"] if wanted in (s.get("months") or range(1, 13)))
            own = [Decimal(b) for b in season["bounds_kwh"]]
            bounds = own if bounds is None else [a + b for a, b in zip(bounds, own, strict=True)]
    if crowd:
        extra = Decimal(many["extra_kwh_per_month"]) * months
        kind = many.get("applies_to", "all")
        bounds = [
            b
            + (
                extra
                if kind == "all" or (kind == "first" and n == 1)
                else extra * n
                if kind == "each"
                else ZERO
            )
            for n, b in enumerate(bounds, 1)
        ]
        for at in range(1, len(bounds)):
            bounds[at] = max(bounds[at], bounds[at - 1])
    return bounds


def fill_tiers(bounds, before, energy):
    out, edges = [], [ZERO, *bounds, Decimal(10) ** 15]
    for low, high in zip(edges, edges[1:], strict=False):
        out.append(max(min(before + energy, high) - max(before, low), ZERO))
    return out


def add_months(on, count):
    month = on.year * 12 + on.month - 1 + count
    first = date(month // 12, month % 12 + 1, 1)
    following = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(first + timedelta(days=on.day - 1), following - timedelta(days=1))


def months_of(start, end):
    count = 1
    while add_months(start, count) < end:
        count += 1
    return count, add_months(start, count) == end


def table_rate(standard, factor):
    """Percent for a power factor, by the rule form of the 1983 table."""
    factor = int(factor * 100)
    if standard == 90:
        if factor >= 90:
            return -min((factor - 90) * Decimal("0.15"), Decimal("0.75"))
        steps = ((70, "0.5"), (65, "1"))
    elif standard == 85:
        if factor >= 85:
            low = min(factor, 90) - 85
            high = max(min(factor, 94) - 90, 0)
            return -(low * Decimal("0.10") + high * Decimal("0.15"))
        steps = ((65, "0.5"), (60, "1"))
    else:
        if factor >= 80:
            low = min(factor, 90) - 80
            high = max(min(factor, 92) - 90, 0)
            return -(low * Decimal("0.10") + high * Decimal("0.15"))
        steps = ((60, "0.5"), (55, "1"))
    rate, at = ZERO, standard
    while at > factor:
        at -= 1
        if at >= steps[0][0]:
            rate += Decimal(steps[0][1])
        elif at >= steps[1][0]:
            rate += Decimal(steps[1][1])
        else:
            rate += 2
    return rate


def power_factor(active, reactive):
    with localcontext() as context:
        context.prec = 60
        return half_up(active / (active * active + reactive * reactive).sqrt())


# ---------------------------------------------------------------------------------------------- the bill


def bill(book, case):
    """Lines of the bill: dictionaries with component, tou, tier, point, quantity, price, amount, in_pf_base."""
    case = {**case, "_book": book}
    start, end = day(case["period_start"]), day(case["period_end"])
    terms = [
        {**t, "start": day(t.get("start") or start), "end": day(t.get("end") or end)} for t in case["terms"]
    ]

    def terms_on(on):
        return next(t for t in terms if t["start"] <= on < t["end"])

    def tariff_of(point, on):
        return point.get("tariff") or terms_on(on)["tariff"]

    billed_points = [p for p in case["points"] if p.get("role", "purchase") != "generation"]
    plans = {}

    def plan(on, point):
        key = (on, point["id"])
        if key not in plans:
            plans[key] = charges_on(book, on, terms_on(on), tariff_of(point, on))
        return plans[key]

    def signature(on):
        own = terms_on(on)
        return [own, charges_on(book, on, own, own["tariff"])] + [plan(on, p) for p in billed_points]

    pieces = []
    for on in sorted(d for d in change_days(book, terms, start) if start <= d < end):
        pieces[-1:] = [{**p, "end": on} for p in pieces[-1:]]
        pieces.append({"start": on, "end": end})
    joined = []
    for piece in pieces:
        if joined and signature(joined[-1]["start"]) == signature(piece["start"]):
            joined[-1]["end"] = piece["end"]
        else:
            joined.append(piece)
    pieces = joined
    energy = point_energy(book, case, pieces, plan)
    lines = []
    for point in billed_points:
        lines += energy_lines(book, case, point, pieces, energy, plan, terms_on)
    lines += basic_lines(book, case, pieces, energy, terms_on)
    for item in case.get("adjustments", []):
        lines.append(
            {"component": item["code"], "tou": None, "tier": None, "point": None, "quantity": ZERO, "price": ZERO,
             "amount": Decimal(item["amount_yuan"]), "in_pf_base": item.get("in_pf_base", False),
             "standard": terms[-1].get("power_factor_standard") or 0}
        )  # fmt: skip
    lines += power_factor_lines(case, pieces, energy, lines, terms_on)
    return lines


def change_days(book, terms, start):
    """The first day, and every day on which a contract, a price, a rule or a month begins."""
    days = {start} | {t["start"] for t in terms}
    for kind in ("tariffs", "prices", "tier_schemes", "tou_schemes", "parameters"):
        for item in book.get(kind, []):
            days |= {day(item[key]) for key in ("valid_from", "valid_to") if item.get(key)}
    months = {add_months(start.replace(day=1), n) for n in range(30)}
    return days | months


def point_energy(book, case, pieces, plan):
    """{point id: [ {total, sharp … deep, reactive, gross…} for each piece ]}, sub-meters deducted in "net"."""
    points = {p["id"]: p for p in case["points"]}
    out = {}

    def wants(point):
        if point.get("role") == "generation":
            return None
        schemes = [plan(piece["start"], point)[1] for piece in pieces]
        return schemes if any(schemes) else None

    def depth(point):
        return 0 if point.get("parent") is None else 1 + depth(points[point["parent"]])

    for point in sorted(case["points"], key=depth):
        if point.get("measure", "metered") != "metered":
            continue
        schemes = wants(point)
        parent = points.get(point.get("parent"))
        has = any(p in a["closing"] for a in point["advances"] for p in PERIODS)
        needed = bool(schemes) or bool(parent and wants(parent) and has)
        used = set()
        if schemes:
            for piece, tou in zip(pieces, schemes, strict=True):
                if tou:
                    clock = hours_by_period(tou, piece["start"], piece["end"], case)
                    used |= {p for p in PERIODS if clock[p]}
        whole = [
            metered(point, case, p["start"], p["end"], (used or {"-"}) if needed else None) for p in pieces
        ]
        tagged = [{**p, "tou": s} for p, s in zip(pieces, schemes or [None] * len(pieces), strict=True)]
        lost = losses(point, case, whole, tagged, needed and bool(schemes))
        out[point["id"]] = [
            {"slots": {k: w[k] + x[k] for k in ["total", *PERIODS]},
             "reactive": w["reactive_forward"] + w["reactive_reverse"] + x["reactive"], "by_tou": needed}
            for w, x in zip(whole, lost, strict=True)
        ]  # fmt: skip
    for point in sorted(case["points"], key=depth):
        if point["id"] in out:
            continue
        out[point["id"]] = []
        start, span = day(case["period_start"]), (day(case["period_end"]) - day(case["period_start"])).days
        for at, piece in enumerate(pieces):
            if point["measure"] == "ratio":
                total = half_up(out[point["parent"]][at]["slots"]["total"] * Decimal(point["ratio"]))
            else:
                fixed = Decimal(point["fixed_kwh"])
                total = half_up(fixed * (piece["end"] - start).days / span)
                total -= half_up(fixed * (piece["start"] - start).days / span)
            slots = dict.fromkeys(PERIODS, ZERO) | {"total": total}
            out[point["id"]].append({"slots": slots, "reactive": ZERO, "by_tou": False})
    for uses in out.values():
        for one in uses:
            one["net"] = dict(one["slots"])
    for level in range(1, 6):
        children = [p for p in case["points"] if p.get("parent") is not None and depth(p) == level]
        for at in range(len(pieces)):
            ordered = sorted(children, key=lambda p, at=at: not out[p["id"]][at]["by_tou"])
            for child in ordered:
                own, parent = out[child["id"]][at], out[child["parent"]][at]
                parent["net"]["total"] -= own["slots"]["total"]
                if not parent["by_tou"]:
                    continue
                if not own["by_tou"]:
                    left = [parent["net"][p] for p in PERIODS]
                    for period, part in zip(
                        PERIODS, split_largest_remainder(own["slots"]["total"], left), strict=True
                    ):
                        own["slots"][period] = part
                        own["net"][period] = part
                    own["by_tou"] = True
                for period in PERIODS:
                    parent["net"][period] -= own["slots"][period]
    if any(value < 0 for uses in out.values() for one in uses for value in one["net"].values()):
        raise Unpriced("sub-meters use more than their parent has")
    return out


def make(component, what, point, quantity, price, standard):
    tou = what if what in PERIODS else None
    tier = what[1] if isinstance(what, tuple) else None
    return {
        "component": component["code"], "tou": tou, "tier": tier, "point": point["id"], "quantity": quantity,
        "price": price, "amount": half_up(quantity * price), "standard": standard,
        "in_pf_base": component.get("in_pf_base", False) and component["group"] != "feed_in",
    }  # fmt: skip


def energy_lines(book, case, point, pieces, energy, plan, terms_on):
    runs = []
    for piece, used in zip(pieces, energy[point["id"]], strict=True):
        key = (plan(piece["start"], point), terms_on(piece["start"]).get("power_factor_standard") or 0)
        if runs and runs[-1]["key"] == key:
            for slot, value in used["net"].items():
                runs[-1]["net"][slot] += value
        else:
            runs.append({"key": key, "net": dict(used["net"]), "start": piece["start"], "end": piece["end"]})
    lines = []
    before = Decimal(case.get("prior_kwh") or 0)
    free = Decimal(case.get("free_kwh") or 0)
    sign = -1 if point.get("role") == "feed_in" else 1
    for run in runs:
        (tariff, _, tiers, charges), standard = run["key"]
        net = run["net"]
        by_tier = []
        if tiers:
            bounds = tier_bounds(tiers, case)
            by_tier = fill_tiers(
                bounds,
                before if tiers["period"] == "year" else before - Decimal(case.get("prior_kwh") or 0),
                net["total"],
            )
            before += net["total"]
        given = ZERO
        if tariff["customer_class"] == "residential" and free:
            given = min(free, by_tier[0] if by_tier else net["total"])
            free -= given
        shares = dict(zip(PERIODS, split_largest_remainder(given, [net[p] for p in PERIODS]), strict=True))
        credit = setting(book, "free_energy_mode", day(case["period_start"])) == "credit"
        for component, what, price in charges:
            if what == "basic":
                continue
            for quantity, what_now, price_now in quantities(case, component, what, price, net, by_tier):
                free_part = (
                    given if what_now == "total" or what_now == ("tier", 1) else shares.get(what_now, ZERO)
                )
                if isinstance(what_now, tuple) and what_now[1] > 1:
                    free_part = ZERO
                amount = quantity if credit else quantity - free_part
                if price_now is None and (quantity or what_now == "total"):
                    raise Unpriced(f"{component['code']} {what_now}")
                if amount:
                    lines.append(make(component, what_now, point, sign * amount, price_now, standard))
                if credit and free_part:
                    lines.append(make(component, what_now, point, -free_part, price_now, standard))
    return lines


def quantities(case, component, what, price, net, by_tier):
    """(quantity, what, price) of one charge, with the customer's contract in place of the book's price."""
    contract = [c for c in case.get("contract_prices", []) if c["component"] == component["code"]]
    flat = only(c for c in contract if not c.get("tou"))
    if what in ("contract", "contract by period"):
        by_period = [c for c in contract if c.get("tou")]
        if by_period and what == "contract by period":
            prices = {c["tou"]: Decimal(c["price"]) for c in by_period}
            return [(net[p], p, prices.get(p)) for p in PERIODS if net[p]]
        return [(net["total"], "total", Decimal(flat["price"]) if flat else price)]
    if isinstance(what, tuple):
        tier = what[1]
        quantity = by_tier[tier - 1] if tier <= len(by_tier) else ZERO
        if tier > 1 or what[0] == "adder":
            return [(quantity, what, price)]
    else:
        quantity = net[what]
    own = only(c for c in contract if c.get("tou") == what) or flat
    return [(quantity, what, Decimal(own["price"]) if own else price)]


def basic_lines(book, case, pieces, energy, terms_on):
    start, end = day(case["period_start"]), day(case["period_end"])
    months, exact = months_of(start, end)
    runs = []
    for piece in pieces:
        own = terms_on(piece["start"])
        tariff = version(book, "tariffs", own["tariff"], piece["start"])
        if tariff is None or tariff.get("form", "single_part") == "single_part":
            continue
        mode = own.get("billing_mode", "single")
        if own.get("demand_exempt"):
            mode = "exempt"
        key = (mode, own.get("capacity_kva"), own.get("contract_demand_kw"))
        unit = "kva_month" if mode == "capacity" else "kw_month"
        prices = [
            (c, price)
            for c, what, price in charges_on(book, piece["start"], own, own["tariff"])[3]
            if what == "basic" and c["unit"] == unit
        ]
        standard = own.get("power_factor_standard") or 0
        part = {
            "key": key,
            "prices": prices,
            "start": piece["start"],
            "end": piece["end"],
            "standard": standard,
        }
        if runs and runs[-1]["key"] == key and runs[-1]["parts"][-1]["end"] == piece["start"]:
            last = runs[-1]["parts"][-1]
            if last["prices"] == prices and last["standard"] == standard:
                last["end"] = piece["end"]
            else:
                runs[-1]["parts"].append(part)
        else:
            runs.append({"key": key, "parts": [part], "terms": own})
    roots = [p for p in case["points"] if p.get("role", "purchase") == "purchase" and p.get("parent") is None]
    used = sum((u["slots"]["total"] for p in roots for u in energy[p["id"]]), ZERO)
    kva_days = sum((Decimal(terms_on(on).get("capacity_kva") or 0) for on in days_of(start, end)), ZERO)
    per_month = used * ((end - start).days if exact else 30) / (months if exact else 1)
    lines = []
    for run in runs:
        mode, capacity, contract = run["key"]
        first, last = run["parts"][0]["start"], run["parts"][-1]["end"]

        def value(code, first=first):
            return Decimal(setting(book, code, first))

        divisor = int(value("basic_charge_day_divisor"))
        span = (last - first).days
        if exact and first == start and last == end:
            fraction = (months, 1)
        else:
            if setting(book, "basic_charge_cap", first) == "regime":
                counted = min(span, months * divisor)
            else:
                counted = min((last - start).days, months * divisor) - min(
                    (first - start).days, months * divisor
                )
            fraction = (counted, divisor)
        if mode in ("single", "exempt"):
            continue
        capacity = Decimal(capacity or 0)
        limit = value("demand_discount_kwh_per_kva")
        discount = limit > 0 and kva_days > 0 and per_month >= limit * kva_days
        if mode == "capacity":
            amounts = [capacity]
        else:
            demand = max_demand(case, roots, first, last)
            if mode == "actual_demand":
                amounts = [demand]
            else:
                agreed = max(Decimal(contract), half_up(value("demand_floor_ratio") * capacity))
                threshold = half_up(agreed * value("demand_over_threshold"))
                over = max(demand - threshold, ZERO)
                base = agreed
                if over and setting(book, "demand_over_reading", first) == "B":
                    base = threshold
                amounts = [base, half_up(over * value("demand_over_multiplier"))]
        for part in run["parts"]:
            days = (part["end"] - part["start"]).days
            for component, price in part["prices"]:
                if price is None:
                    raise Unpriced(component["code"])
                if mode != "capacity" and discount:
                    price = half_up(price * value("demand_discount_factor"), "0.00000001")
                for amount in amounts:
                    with localcontext() as context:
                        context.prec = 60
                        fen = half_up(amount * price * fraction[0] * days / (fraction[1] * span))
                    if amount and fraction[0]:
                        lines.append(
                            {"component": component["code"], "tou": None, "tier": None, "point": None,
                             "quantity": amount, "price": price, "amount": fen, "standard": part["standard"],
                             "in_pf_base": component.get("in_pf_base", False)}
                        )  # fmt: skip
    return lines


def max_demand(case, roots, first, last):
    """Greatest demand of every feeder in the days, summed."""
    feeders = {}
    for point in roots:
        for advance in point.get("advances", []):
            start, end = (
                day(advance.get("start") or case["period_start"]),
                day(advance.get("end") or case["period_end"]),
            )
            if start < last and end > first:
                power = half_up(Decimal(advance["max_demand_kw"]) * Decimal(advance.get("multiplier", 1)))
                feeder = point.get("feeder", 1)
                feeders[feeder] = max(feeders.get(feeder, ZERO), power)
    return sum(feeders.values(), ZERO)


def power_factor_lines(case, pieces, energy, lines, terms_on):
    roots = [p for p in case["points"] if p.get("role", "purchase") == "purchase" and p.get("parent") is None]
    out = []
    standards = sorted({terms_on(p["start"]).get("power_factor_standard") or 0 for p in pieces} - {0})
    for standard in standards:
        active = reactive = ZERO
        rewarded = True
        for at, piece in enumerate(pieces):
            own = terms_on(piece["start"])
            if (own.get("power_factor_standard") or 0) != standard:
                continue
            rewarded = rewarded and own.get("power_factor_reward", True)
            for point in roots:
                active += energy[point["id"]][at]["slots"]["total"]
                reactive += energy[point["id"]][at]["reactive"]
        if not active:
            continue
        rate = table_rate(standard, power_factor(active, reactive))
        if not rewarded:
            rate = max(rate, ZERO)
        base = sum(
            (line["amount"] for line in lines if line["in_pf_base"] and line["standard"] == standard), ZERO
        )
        if rate and base:
            out.append(
                {"component": "power_factor", "tou": None, "tier": None, "point": None, "quantity": base,
                 "price": rate / 100, "amount": half_up(base * rate / 100), "in_pf_base": False, "standard": 0}
            )  # fmt: skip
    return out


def total(lines):
    return sum((line["amount"] for line in lines), ZERO)
