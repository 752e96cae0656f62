"""A price book with every kind of rule, and random customers of it: the ground of the property tests."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

PERIODS = ("sharp", "peak", "flat", "valley", "deep")
DAYS = {
    "rest_days": ["2026-05-01", "2026-05-04", "2026-06-19", "2026-10-01"],
    "work_days": ["2026-05-09", "2026-09-20"],
    "triggers": {
        "hot-day": ["2026-06-22", "2026-08-03", "2026-08-04"],
        "deep-holiday": ["2026-05-01", "2026-06-19"],
    },
}


def _component(code, group, *, unit="kwh", pf=False, **more):
    return {
        "code": code,
        "name": {"zh": code, "en": code},
        "group": group,
        "unit": unit,
        "in_pf_base": pf,
        **more,
    }


COMPONENTS = [
    _component("list", "list", pf=True),
    _component("agent", "energy", pf=True, markets=["agent"]),
    _component("retail", "energy", pf=True, markets=["direct"], from_contract=True),
    _component("retail-share", "energy", pf=True, markets=["direct"], from_contract=True),
    _component("loss", "loss", pf=True),
    _component("wires", "transmission", pf=True),
    _component("capacity", "basic", unit="kva_month", pf=True),
    _component("demand", "basic", unit="kw_month", pf=True),
    _component("system", "system"),
    _component("refund", "system"),
    _component("fund", "fund"),
    _component("feed-in", "feed_in"),
]


def _tariff(code, kind, **more):
    name = {"zh": code, "en": code}
    return {"code": code, "name": name, "customer_class": kind, "valid_from": "2020-01-01", **more}


CI = ["ci-flat", "ci-tou", "ci-two"]
TARIFFS = [
    _tariff("res-month", "residential", tiers="month"),
    _tariff("res-year", "residential", tiers="year-adder"),
    _tariff("res-many", "residential", tiers="year-full"),
    _tariff("res-tou", "residential", tiers="year-adder", tou="home-tou"),
    _tariff("res-float", "residential", tiers="month", tou="home-ratio", floats=["list"]),
    _tariff("res-shared", "residential"),
    _tariff("agri", "agricultural"),
    _tariff("ci-flat", "commercial_industrial"),
    _tariff("ci-tou", "commercial_industrial", tou="city-tou", floats=["agent", "wires"], pf_from_kva="100"),
    _tariff(
        "ci-two",
        "commercial_industrial",
        form="two_part",
        tou="city-tou",
        floats=["wires"],
        pf_from_kva="100",
    ),
    _tariff("pv", "generation"),
]


def _prices():
    rows = []

    def add(tariffs, component, price, start="2020-01-01", end=None, **more):
        rows.append(
            {
                "id": f"row-{len(rows) + 1}",
                "tariffs": tariffs,
                "component": component,
                "price": price,
                "valid_from": start,
                "valid_to": end,
                "basis": "notice",
                **more,
            }
        )

    for tier, old, new in ((1, "0.589", "0.591"), (2, "0.639", "0.641"), (3, "0.889", "0.8912")):
        add(["res-month", "res-float"], "list", old, end="2026-06-11", tier=tier)
        add(["res-month", "res-float"], "list", new, start="2026-06-11", tier=tier)
        add(["res-year", "res-many"], "list", {1: "0.538", 2: "0.588", 3: "0.838"}[tier], tier=tier)
        add(["res-tou"], "list", {1: "0.568", 2: "0.618", 3: "0.868"}[tier], tier=tier, tou="peak")
        add(["res-tou"], "list", {1: "0.288", 2: "0.338", 3: "0.588"}[tier], tier=tier, tou="valley")
    add(["res-shared"], "list", "0.500306", end="2026-08-01")
    add(["res-shared"], "list", "0.5107", start="2026-08-01")
    add(["agri"], "list", "0.4871")
    add(["agri"], "list", "0.4771", voltages=["1-10kv", "20kv"])
    add(["res-shared", "agri"], "fund", "0.001969")
    for month in range(1, 13):
        start = date(2026, month, 1)
        end = date(2026, month + 1, 1) if month < 12 else None
        price = f"0.{370000 + month * 1713}"
        add(CI, "agent", price, start=start.isoformat(), end=end and end.isoformat())
        if month % 2:
            until = date(2026, month + 2, 1) if month < 11 else None
            add(CI, "system", f"0.0{61234 + month}", start=start.isoformat(), end=until and until.isoformat())
    add(CI, "loss", "0.017274")
    add(CI, "refund", "-0.001436")
    add(CI, "fund", "0.04769375")
    add(CI, "retail-share", "0.0211")
    for form, low, high in ((["ci-flat", "ci-tou"], "0.2352", "0.2149"), (["ci-two"], "0.1704", "0.1515")):
        add(form, "wires", low, voltages=["lt1kv"])
        add(form, "wires", high, voltages=["1-10kv"], end="2026-08-10")
        add(form, "wires", f"{high}5", voltages=["1-10kv"], start="2026-08-10")
    add(["ci-two"], "capacity", "22.5", voltages=["1-10kv"], end="2026-06-16")
    add(["ci-two"], "capacity", "26.3", voltages=["1-10kv"], start="2026-06-16")
    add(["ci-two"], "demand", "36.1", voltages=["1-10kv"], end="2026-06-16")
    add(["ci-two"], "demand", "42", voltages=["1-10kv"], start="2026-06-16")
    add(["pv"], "feed-in", "0.4207")
    return rows


TIERS = [
    {
        "code": "month",
        "valid_from": "2020-01-01",
        "period": "month",
        "seasons": [
            {"months": [5, 6, 7, 8, 9, 10], "bounds_kwh": ["260", "600"]},
            {"months": [1, 2, 3, 4, 11, 12], "bounds_kwh": ["200", "400"]},
        ],
        "many_person": {"persons": 5, "extra_kwh_per_month": "100", "applies_to": "all"},
        "basis": "notice",
    },
    {
        "code": "year-adder",
        "valid_from": "2020-01-01",
        "period": "year",
        "seasons": [{"bounds_kwh": ["2760", "4800"]}],
        "lines": "adder",
        "many_person": {"persons": 5, "extra_kwh_per_month": "100", "applies_to": "each"},
        "basis": "notice",
    },
    {
        "code": "year-full",
        "valid_from": "2020-01-01",
        "valid_to": "2026-07-15",
        "period": "year",
        "seasons": [{"bounds_kwh": ["3120", "4700"]}],
        "many_person": {"persons": 5, "extra_kwh_per_month": "100", "applies_to": "first"},
        "basis": "notice",
    },
    {
        "code": "year-full",
        "valid_from": "2026-07-15",
        "period": "year",
        "seasons": [{"bounds_kwh": ["3000", "4700"]}],
        "many_person": {"persons": 7, "extra_kwh_per_month": "50", "applies_to": "all"},
        "basis": "notice",
    },
]
WINDOWS = [["10:00", "11:30", "peak"], ["19:30", "21:30", "sharp"], ["23:00", "07:00", "valley"]]
TOU = [
    {
        "code": "home-tou",
        "valid_from": "2020-01-01",
        "seasons": [{"windows": [["22:00", "08:00", "valley"]], "otherwise": "peak"}],
        "basis": "notice",
    },
    {
        "code": "home-ratio",
        "valid_from": "2020-01-01",
        "price_decimals": 6,
        "ratios": [{"values": {"peak": "1.65", "flat": "1", "valley": "0.5"}}],
        "seasons": [{"windows": [["10:00", "12:00", "peak"], ["14:00", "19:00", "peak"], ["00:00", "08:00", "valley"]]}],
        "basis": "notice",
    },
    {
        "code": "city-tou",
        "valid_from": "2020-01-01",
        "valid_to": "2026-07-01",
        "price_decimals": 6,
        "ratios": [
            {"capacity_kva_from": "315", "values": {"sharp": {"of": "peak", "times": "1.25"}, "peak": "1.7", "flat": "1", "valley": "0.38", "deep": {"of": "valley", "times": "0.8"}}},
            {"capacity_kva_below": "315", "values": {"sharp": {"of": "peak", "times": "1.2"}, "peak": "1.6", "flat": "1", "valley": "0.4", "deep": "0.2"}},
        ],
        "seasons": [
            {"days": "workday", "windows": WINDOWS},
            {"days": "weekend", "windows": [["19:30", "21:30", "peak"], ["23:00", "07:00", "valley"]]},
        ],
        "day_rules": [
            {"trigger": "hot-day", "windows": [["11:00", "12:00", "sharp"], ["15:00", "17:00", "sharp"]]},
            {"trigger": "deep-holiday", "months": [5, 6], "windows": [["10:00", "14:00", "deep"]]},
        ],
        "basis": "notice",
    },
    {
        "code": "city-tou",
        "valid_from": "2026-07-01",
        "ratios": [
            {"months": [1, 7, 8, 12], "values": {"sharp": "2.05", "peak": "1.85", "flat": "1", "valley": "0.4", "deep": "0.2"}},
            {"months": [2, 3, 4, 5, 6, 9, 10, 11], "values": {"sharp": "2", "peak": "1.7", "flat": "1", "valley": "0.35", "deep": "0.2"}},
        ],
        "seasons": [
            {"months": [1, 7, 8, 12], "windows": WINDOWS},
            {"months": [2, 3, 4, 5, 6, 9, 10, 11], "windows": [["16:00", "23:00", "peak"], ["00:00", "07:00", "valley"], ["11:00", "14:00", "valley"]]},
        ],
        "day_rules": [{"trigger": "hot-day", "windows": [["15:00", "17:00", "sharp"]]}],
        "basis": "notice",
    },
]  # fmt: skip


def _parameter(code, value):
    return {"code": code, "value": value, "valid_from": "2020-01-01"}


def book(code="east", parameters=()):
    return {
        "code": code,
        "name": {"zh": code, "en": code},
        "area": code,
        "documents": [{"id": "notice", "number": "1", "title": "Prices"}],
        "components": COMPONENTS,
        "tariffs": TARIFFS,
        "prices": _prices(),
        "tier_schemes": TIERS,
        "tou_schemes": TOU,
        "parameters": [_parameter(*item) for item in parameters],
    }


BOOKS = {
    "east": book("east"),
    "west": book(
        "west",
        [
            ("demand_over_reading", "B"),
            ("basic_charge_cap", "month"),
            ("free_energy_mode", "credit"),
            ("iron_loss_split", "energy"),
            ("demand_floor_ratio", "0.5"),
            ("demand_discount_factor", "0.85"),
        ],
    ),
}


def decimal(random: Random, low: float, high: float, places: int) -> str:
    return f"{random.uniform(low, high):.{places}f}"


def period(random: Random) -> tuple[date, date]:
    """A calendar month, a month from some day, part of a month, or two months."""
    month = random.randint(3, 9)
    kind = random.random()
    if kind < 0.55:
        return date(2026, month, 1), date(2026, month + 1, 1)
    if kind < 0.75:
        on = random.randint(2, 28)
        return date(2026, month, on), date(2026, month + 1, on)
    if kind < 0.9:
        start = date(2026, month, random.randint(1, 28))
        return start, start + timedelta(days=random.randint(1, 45))
    return date(2026, month, 1), date(2026, month + 2, 1)


def inner_day(random: Random, start: date, end: date) -> date | None:
    days = (end - start).days
    return start + timedelta(days=random.randint(1, days - 1)) if days > 1 else None


def registers(
    random: Random, *, by_tou: bool, scale: float, reactive: bool, periods=PERIODS, places=2, still=()
):
    """Opening and closing readings; the total is the sum of the periods, or a little more."""
    opening, closing = {}, {}
    total_open, total_close = 0.0, 0.0
    if by_tou:
        for register in periods:
            first, used = random.uniform(0, 5000), random.uniform(0, scale)
            if register in still:
                used = 0
            opening[register], closing[register] = f"{first:.{places}f}", f"{first + used:.{places}f}"
            total_open += float(opening[register])
            total_close += float(closing[register])
    else:
        total_open = random.uniform(0, 9000)
        total_close = total_open + random.uniform(0, 5 * scale)
    gap = random.choice([0, 0, 0.03, 0.4]) if by_tou else 0
    opening["total"], closing["total"] = f"{total_open:.{places}f}", f"{total_close + gap:.{places}f}"
    if reactive:
        first = random.uniform(0, 900)
        opening["reactive_forward"] = f"{first:.{places}f}"
        closing["reactive_forward"] = f"{first + random.uniform(0, 3 * scale):.{places}f}"
        if random.random() < 0.4:
            opening["reactive_reverse"], closing["reactive_reverse"] = (
                "5",
                decimal(random, 5, 5 + scale / 4, places),
            )
    return opening, closing


def advances(random: Random, start: date, end: date, *, exchange=0.25, demand=False, **kind):
    """One meter over the period, or an exchange (or boundary reading) inside it; sometimes a roll-over."""
    cut = inner_day(random, start, end) if random.random() < exchange else None
    out = []
    multiplier = (
        random.choice(["1", "1", "40", "60", "1.5"]) if demand else random.choice(["1", "1", "1", "20"])
    )
    for first, last in [(start, end)] if cut is None else [(start, cut), (cut, end)]:
        opening, closing = registers(random, **kind)
        one = {"start": first.isoformat(), "end": last.isoformat(), "multiplier": multiplier}
        if random.random() < 0.15:
            one["rollover_at"] = "100000"
            if not kind["by_tou"]:
                used = float(closing["total"]) - float(opening["total"])
                opening["total"], closing["total"] = f"{100000 - used / 2 - 0.01:.2f}", f"{used / 2:.2f}"
        one |= {"opening": opening, "closing": closing}
        if demand:
            one["max_demand_kw"] = decimal(random, 0, 30, 4)
        out.append(one)
    return out


LOSSES = [
    {"method": "coefficient", "iron_kw": "1.15", "copper_ratio": "0.015", "no_load_kvar": "6.3", "kq": "2.5"},
    {"method": "coefficient", "iron_kw": "0.34", "copper_ratio": "0.0123", "hours": "312.5", "line_loss_ratio": "0.02"},
    {"method": "physical", "iron_kw": "0.97", "load_loss_kw": "8.6", "rated_kva": "800", "shift_factor": "1.8", "kq": "3"},
    {"method": "percent", "line_loss_ratio": "0.0375"},
]  # fmt: skip


def household(random: Random, name: str) -> dict:
    start, end = period(random)
    tariff = random.choice(
        ["res-month", "res-year", "res-many", "res-tou", "res-float", "res-shared", "agri"]
    )
    scale = random.choice([30, 120, 700, 2500])
    by_tou = tariff in ("res-tou", "res-float") or random.random() < 0.1
    periods = ("peak", "valley") if tariff == "res-tou" else ("peak", "flat", "valley")
    kind = {"by_tou": by_tou, "scale": scale, "reactive": False, "periods": periods}
    case = {
        "book": name,
        "period_start": start.isoformat(),
        "period_end": end.isoformat(),
        "terms": [{"tariff": tariff, "voltage": random.choice(["lt1kv", "1-10kv"])}],
        "points": [{"id": 7, "advances": advances(random, start, end, **kind)}],
        "prior_kwh": decimal(random, 0, 6000, 2),
    }
    if random.random() < 0.3:
        case["tier_months"] = (
            random.randint(1, 3) if tariff in ("res-month", "res-float") else random.randint(1, 12)
        )
    if random.random() < 0.3:
        case["persons"] = random.randint(1, 8)
    if random.random() < 0.2 and tariff != "agri":
        case["free_kwh"] = random.choice(["10", "15", "500"])
    if random.random() < 0.15:
        feed = registers(random, by_tou=False, scale=scale, reactive=False)
        made = registers(random, by_tou=False, scale=scale, reactive=False)
        case["points"] += [
            {
                "id": 8,
                "role": "feed_in",
                "tariff": "pv",
                "advances": [{"opening": feed[0], "closing": feed[1]}],
            },
            {"id": 9, "role": "generation", "advances": [{"opening": made[0], "closing": made[1]}]},
        ]
    return case


def business(random: Random, name: str) -> dict:
    start, end = period(random)
    tariff = random.choice(["ci-flat", "ci-tou", "ci-two", "ci-two"])
    market = random.choice(["agent", "agent", "agent_penalty", "direct"])
    by_tou = tariff != "ci-flat"
    scale = random.choice([50, 900, 6000])
    terms = [_terms(random, tariff, market)]
    if random.random() < 0.35 and (cut := inner_day(random, start, end)):
        second = {**_terms(random, tariff, market)} if random.random() < 0.6 else dict(terms[0])
        if random.random() < 0.5:
            second["capacity_kva"] = random.choice(["0", "100", "400"])
        terms = [{**terms[0], "end": cut.isoformat()}, {**second, "start": cut.isoformat()}]
    still = ("deep",) if end > date(2026, 7, 1) else ()
    kind = {"by_tou": by_tou, "scale": scale, "reactive": True, "demand": tariff == "ci-two", "still": still}
    main = {"id": 1, "advances": advances(random, start, end, **kind)}
    if random.random() < 0.4:
        main["loss"] = random.choice(LOSSES)
    points = [main]
    if random.random() < 0.25:
        second = {"id": 2, "feeder": 2, "advances": advances(random, start, end, **kind)}
        points.append(second)
    if random.random() < 0.5:
        points += _submeters(random, start, end, by_tou, scale, still)
    case = {
        "book": name,
        "period_start": start.isoformat(),
        "period_end": end.isoformat(),
        "terms": terms,
        "points": points,
    }
    if random.random() < 0.3:
        amount = decimal(random, -5000, 5000, 2)
        case["adjustments"] = [
            {
                "code": "market-refund",
                "name": "refund",
                "amount_yuan": amount,
                "in_pf_base": random.random() < 0.6,
            }
        ]
    if market == "direct":
        case["contract_prices"] = _contract(random, by_tou)
    return case


def _terms(random: Random, tariff: str, market: str) -> dict:
    capacity = random.choice(["100", "250", "315", "630.5", "2000"])
    terms = {
        "tariff": tariff,
        "voltage": "1-10kv",
        "capacity_kva": capacity,
        "market": market,
        "power_factor_standard": random.choice([0, 80, 85, 90, 90]),
        "power_factor_reward": random.random() < 0.9,
    }
    if tariff == "ci-two":
        terms["billing_mode"] = random.choice(["capacity", "contract_demand", "actual_demand"])
        if terms["billing_mode"] == "contract_demand":
            terms["contract_demand_kw"] = random.choice(["60", "123.45", "400", "900"])
        if random.random() < 0.1:
            terms["demand_exempt"] = True
    return terms


def _submeters(
    random: Random, start: date, end: date, by_tou: bool, scale: float, still: tuple
) -> list[dict]:
    """Below point 1: small enough to stay below the parent."""
    small = {"by_tou": False, "scale": scale / 4000, "reactive": False}
    out = []
    if random.random() < 0.6:
        reads = advances(random, start, end, **small)
        for one in reads:
            one["multiplier"] = "1"
        out.append({"id": 11, "parent": 1, "tariff": "res-shared", "advances": reads})
    if random.random() < 0.5:
        own = random.choice(["res-shared", None, "agri"])
        out.append(
            {"id": 12, "parent": 1, "measure": "ratio", "ratio": decimal(random, 0, 0.2, 6), "tariff": own}
        )
    if random.random() < 0.4:
        energy = decimal(random, 0, scale / 2000, 2)
        out.append({"id": 13, "parent": 1, "measure": "fixed", "fixed_kwh": energy, "tariff": "res-shared"})
    if by_tou and random.random() < 0.4:
        kind = {"by_tou": True, "scale": scale / 4000, "reactive": False, "exchange": 0, "still": still}
        reads = advances(random, start, end, **kind)
        for one in reads:
            one["multiplier"] = "1"
        out.append(
            {"id": 14, "parent": 1, "tariff": random.choice(["ci-flat", "res-shared"]), "advances": reads}
        )
    return out


def _contract(random: Random, by_tou: bool) -> list[dict]:
    if by_tou and random.random() < 0.6:
        prices = [
            {"component": "retail", "tou": tou, "price": decimal(random, 0.2, 0.7, 6)} for tou in PERIODS
        ]
        prices.pop()
        prices += [
            {"component": "retail", "tou": "deep", "price": "0.2"},
            {"component": "retail", "price": "0.44"},
        ]
    else:
        prices = [{"component": "retail", "price": decimal(random, 0.2, 0.7, 6)}]
    if random.random() < 0.5:
        prices.append({"component": "retail-share", "price": "0.035786"})
    return prices
