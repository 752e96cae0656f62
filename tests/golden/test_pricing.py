"""Approved bills: the real Chongqing bill and every worked example of the regulation, to the fen."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from denghuo.engine.pricing import Case, compile, explain, parse, price
from tests.oracles import pricing as oracle

HERE = Path(__file__).parent / "pricing"


def read(name: str) -> dict:
    return json.loads((HERE / name).read_text("utf-8"))


def bill(book: dict, case: dict):
    tables = Case.model_validate(case).to_tables()
    priced = price(tables, {book["code"]: compile(parse(book))})
    return explain(tables, priced, 1)


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.strip()]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines[1:]]


CHONGQING = """
    | component | period | quantity | amount |
    | retail-energy | sharp | 14177 | 6181.17 |
    | retail-energy | peak | 92683 | 40409.79 |
    | retail-energy | flat | 160816 | 70115.78 |
    | retail-energy | valley | 279611 | 121910.40 |
    | retail-share | | 547287 | 19585.21 |
    | line-loss | | 547287 | 9453.84 |
    | transmission | sharp | 14177 | 4123.81 |
    | transmission | peak | 92683 | 22466.36 |
    | transmission | flat | 160816 | 24363.62 |
    | transmission | valley | 279611 | 16097.21 |
    | system-gas | | 547287 | 8494.99 |
    | system-new-energy | | 547287 | 3560.10 |
    | system-cross-subsidy | | 547287 | 2984.90 |
    | system-loss-purchase | | 547287 | -785.90 |
    | system-other | | 547287 | 2052.33 |
    | system-pumped-storage | | 547287 | 3666.82 |
    | system-ancillary | | 547287 | 0.00 |
    | system-coal | | 547287 | 11659.95 |
    | fund-rural-grid | | 547287 | 10945.74 |
    | fund-renewables | | 547287 | 10398.45 |
    | fund-water | | 547287 | 1077.61 |
    | fund-resettlement | | 547287 | 3406.86 |
    | fund-local-resettlement | | 547287 | 273.64 |
    | list-residential | | 8330 | 4167.55 |
    | fund-rural-grid | | 8330 | 166.60 |
    | fund-renewables | | 8330 | 8.33 |
    | fund-water | | 8330 | 16.40 |
    | fund-resettlement | | 8330 | 51.85 |
    | fund-local-resettlement | | 8330 | 4.17 |
    | capacity | | 2000 | 44000.00 |
    | generator-refund | | 0 | -4940.37 |
    | declaration-refund | | 0 | -524.70 |
    | deviation-refund | | 0 | -39397.70 |
    | power_factor | | 338011.97 | -2535.09 |
"""


def test_the_chongqing_bill_of_august_2026():
    book, case = read("chongqing_2026_08.book.json"), read("chongqing_2026_08.case.json")
    trace = bill(book, case)
    found = [[line.component, line.tou or "", line.quantity, line.amount_yuan] for line in trace.lines]
    assert found == [[a, b, Decimal(c), Decimal(d)] for a, b, c, d in rows(CHONGQING)]
    assert trace.total_yuan == Decimal("393459.72")
    assert trace.average_price.quantize(Decimal("0.00001")) == Decimal("0.70815")
    factor = trace.power_factor
    assert (factor.factor, factor.rate_percent, factor.base_yuan) == (
        Decimal("0.97"),
        Decimal("-0.75"),
        Decimal("338011.97"),
    )
    residential = [line for line in trace.lines if line.point_id == 2]
    assert sum(line.amount_yuan for line in residential) == Decimal("4414.90")
    business = [line for line in trace.lines if line.point_id != 2 and line.component != "power_factor"]
    assert sum(line.amount_yuan for line in business) == Decimal("391579.91")


def test_the_oracle_agrees_on_the_chongqing_bill():
    book, case = read("chongqing_2026_08.book.json"), read("chongqing_2026_08.case.json")
    assert oracle.total(oracle.bill(book, case)) == Decimal("393459.72")


def tiered(period: str, seasons: list[dict], prices: list[str], lines: str = "full") -> dict:
    """A residential book with three tiers."""
    return {
        "code": "town",
        "name": {"zh": "镇", "en": "Town"},
        "area": "town",
        "documents": [{"id": "notice", "number": "1", "title": "Prices"}],
        "components": [{"code": "list", "name": {"zh": "电费", "en": "Energy"}, "group": "list"}],
        "tariffs": [
            {
                "code": "home",
                "name": {"zh": "居民", "en": "Home"},
                "customer_class": "residential",
                "tiers": "tiers",
                "valid_from": "2012-07-01",
            }
        ],
        "tier_schemes": [
            {
                "code": "tiers",
                "valid_from": "2012-07-01",
                "period": period,
                "seasons": seasons,
                "lines": lines,
                "basis": "notice",
            }
        ],
        "prices": [
            {
                "id": f"tier-{n}",
                "tariffs": ["home"],
                "component": "list",
                "tier": n,
                "price": price,
                "valid_from": "2012-07-01",
                "basis": "notice",
            }
            for n, price in enumerate(prices, 1)
        ],
    }


def home(month: str, energy: str, prior: str = "0") -> dict:
    year, number = month.split("-")
    following = f"{int(year) + (number == '12')}-{int(number) % 12 + 1:02d}"
    advance = {"opening": {"total": "0"}, "closing": {"total": energy}}
    return {
        "book": "town",
        "period_start": f"{month}-01",
        "period_end": f"{following}-01",
        "terms": [{"tariff": "home"}],
        "points": [{"id": 1, "advances": [advance]}],
        "prior_kwh": prior,
    }


GUANGDONG = tiered(
    "month",
    [
        {"months": [5, 6, 7, 8, 9, 10], "bounds_kwh": ["260", "600"]},
        {"months": [1, 2, 3, 4, 11, 12], "bounds_kwh": ["200", "400"]},
    ],
    ["0.589", "0.639", "0.889"],
)
ZHEJIANG = tiered("year", [{"bounds_kwh": ["2760", "4800"]}], ["0.538", "0.588", "0.838"])


@pytest.mark.parametrize("month, yuan", [("2026-07", "370.40"), ("2026-12", "423.40")])
def test_600_kwh_in_guangdong(month, yuan):
    """Regulation 2.2: 600 kWh cost 370.4 yuan in summer and 423.4 in other months."""
    assert bill(GUANGDONG, home(month, "600")).total_yuan == Decimal(yuan)


@pytest.mark.parametrize(
    "energy, first, second, third, yuan",
    rows("""
    | energy | first | second | third | yuan |
    | 2760 | 2760 | 0 | 0 | 1484.88 |
    | 2761 | 2760 | 1 | 0 | 1485.47 |
    | 4800 | 2760 | 2040 | 0 | 2684.40 |
    | 4800.01 | 2760 | 2040 | 0.01 | 2684.41 |
    | 5000 | 2760 | 2040 | 200 | 2852.00 |
    """),
)
def test_the_zhejiang_year_bounds_belong_to_the_lower_tier(energy, first, second, third, yuan):
    trace = bill(ZHEJIANG, home("2026-01", energy))
    assert trace.tiers.energy_kwh == [Decimal(first), Decimal(second), Decimal(third)]
    assert trace.total_yuan == Decimal(yuan)


def test_a_tier_year_read_month_by_month_costs_what_one_reading_costs():
    months = ["1200", "1560", "1", "2039", "200"]
    prior, total = Decimal(0), Decimal(0)
    for number, energy in enumerate(months, 1):
        trace = bill(ZHEJIANG, home(f"2026-{number:02d}", energy, str(prior)))
        prior, total = prior + Decimal(energy), total + trace.total_yuan
    assert total == bill(ZHEJIANG, home("2026-01", "5000")).total_yuan == Decimal("2852.00")


def composed(
    parts: dict[str, tuple[str, str]], floats: list[str], ratios: dict, period_price: int = 8
) -> dict:
    """A C&I book: ``parts`` is {component: (group, price)}."""
    name = {"zh": "城", "en": "City"}
    tou = {
        "code": "tou",
        "valid_from": "2025-01-01",
        "price_decimals": period_price,
        "ratios": [{"values": ratios}],
        "seasons": [
            {"windows": [[f"{2 * n:02d}:00", f"{2 * n + 2:02d}:00", tou] for n, tou in enumerate(ratios)]}
        ],
        "basis": "notice",
    }
    return {
        "code": "city",
        "name": name,
        "area": "city",
        "documents": [{"id": "notice", "number": "1", "title": "Prices"}],
        "components": [{"code": code, "name": name, "group": group} for code, (group, _) in parts.items()],
        "tariffs": [
            {
                "code": "works",
                "name": name,
                "customer_class": "commercial_industrial",
                "tou": "tou",
                "floats": floats,
                "valid_from": "2025-01-01",
            }
        ],
        "tou_schemes": [tou],
        "prices": [
            {
                "id": code,
                "tariffs": ["works"],
                "component": code,
                "price": value,
                "valid_from": "2025-01-01",
                "basis": "notice",
            }
            for code, (_, value) in parts.items()
        ],
    }


def works(energy: dict[str, str]) -> dict:
    opening = dict.fromkeys(energy, "0")
    return {
        "book": "city",
        "period_start": "2026-04-01",
        "period_end": "2026-05-01",
        "terms": [{"tariff": "works", "voltage": "110kv", "market": "agent"}],
        "points": [{"id": 1, "advances": [{"opening": opening, "closing": energy}]}],
    }


def test_the_jiangsu_composition_of_april_2026():
    """Regulation 3.6: .6177 flat, .9149 peak, .3762 valley; only the purchase price floats."""
    parts = {
        "agent": ("energy", "0.3715"),
        "loss": ("loss", "0.0123"),
        "wires": ("transmission", "0.1357"),
        "system": ("system", "0.0688"),
        "funds": ("fund", "0.0294"),
    }
    book = composed(parts, ["agent"], {"peak": "1.8", "flat": "1", "valley": "0.35"})
    for tou, yuan in (("flat", "6177.00"), ("peak", "9149.00"), ("valley", "3762.25")):
        energy = {"peak": "0", "flat": "0", "valley": "0", tou: "10000"}
        assert bill(book, works(energy)).total_yuan == Decimal(yuan), tou


def test_the_shandong_composition():
    """Regulation 3.6: floating base .5014, fixed .13317, sharp peak to deep valley from 1.13597 to .18331."""
    parts = {
        "agent": ("energy", "0.4"),
        "capacity": ("system", "0.0705"),
        "pumped": ("system", "0.01"),
        "loss": ("loss", "0.0209"),
        "wires": ("transmission", "0.106"),
        "funds": ("fund", "0.02717"),
    }
    ratios = {"sharp": "2", "peak": "1.7", "flat": "1", "valley": "0.3", "deep": "0.1"}
    book = composed(parts, ["agent", "capacity", "pumped", "loss"], ratios)
    expected = {
        "sharp": "1.13597",
        "peak": "0.98555",
        "flat": "0.63457",
        "valley": "0.28359",
        "deep": "0.18331",
    }
    for tou, yuan in expected.items():
        energy = dict.fromkeys(ratios, "0") | {tou: "100000"}
        assert bill(book, works(energy)).total_yuan == Decimal(yuan) * 100_000, tou
