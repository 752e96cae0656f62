"""The shipped price books against the figures of the regulation: prices, funds, worked bills."""

from __future__ import annotations

import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest

from denghuo.commerce.tariffs import frames, operations, queries
from denghuo.commerce.tariffs.frames import Enquiry
from denghuo.engine.pricing import CaseTables, parse, price
from denghuo.engine.pricing import compile as compile_book

BOOKS = {code: compile_book(parse(text)) for code, text in operations.shipped_documents().items()}
AUGUST = date(2026, 8, 15)
SIX = Decimal("0.000001")


def test_the_seven_areas_are_there():
    assert set(BOOKS) == {"cn-cq", "cn-gd", "cn-gx", "cn-hb", "cn-js", "cn-yn", "cn-zj"}


@pytest.mark.parametrize("code", BOOKS)
def test_a_shipped_file_is_in_canonical_form(code):
    assert frames.document_text(BOOKS[code].book) == operations.shipped_documents()[code]


@pytest.mark.parametrize("code", BOOKS)
def test_every_figure_names_its_document_and_an_uncertain_one_says_why(code):
    book = BOOKS[code].book
    documents = {document.id for document in book.documents}
    for row in [*book.prices, *book.tier_schemes, *book.tou_schemes]:
        assert row.basis in documents
        assert row.note or row.confidence != "U", getattr(row, "id", getattr(row, "code", ""))


@pytest.mark.parametrize("code", BOOKS)
def test_a_price_that_was_made_up_says_so(code):
    """Nothing without a source is more than "U": agricultural prices and monthly figures of agents are not in it."""
    for row in BOOKS[code].book.prices:
        if "agricultural" in row.tariffs or "演示值" in row.note:
            assert row.confidence == "U", row.id


FUNDS_FEN = {  # regulation 1.7: total of government funds and surcharges, fen/kWh
    ("cn-gx", "ci_two_part"): "4.1825",
    ("cn-gx", "ci_single"): "5.1825",
    ("cn-yn", "ci_two_part"): "6.3875",
    ("cn-gd", "ci_two_part.prd"): "2.766875",
    ("cn-gd", "ci_single.north"): "2.766875",
    ("cn-zj", "ci_two_part"): "2.923875",
    ("cn-hb", "ci_single_tou"): "4.52",
    ("cn-cq", "ci_two_part"): "4.769375",
    ("cn-js", "ci_single"): "2.94",
}


@pytest.mark.parametrize("key", FUNDS_FEN)
def test_the_funds_add_up_to_the_published_total(key):
    """To the sixth decimal of a yuan, which is what is printed and multiplied."""
    code, tariff = key
    compiled = BOOKS[code]
    table = next(t for t in queries.price_tables(compiled, AUGUST) if t.tariff.code == tariff)
    cell = next(iter(table.rows[0].cells.values()))
    total = sum(part.price for part in cell.parts if part.component.group == "fund")
    assert total.quantize(SIX) == (Decimal(FUNDS_FEN[key]) / 100).quantize(SIX, ROUND_HALF_UP)


TRANSMISSION = {  # regulation 1.7, fourth cycle; order < 1 kV, 1–10 (20), 35, 110, 220
    ("cn-gx", "ci_single"): ".2606 .2471 .2296 .1199 .0843",
    ("cn-gx", "ci_two_part"): "- .1476 .1054 .0777 .0293",
    ("cn-yn", "ci_single"): ".1620 .1520 .1420 .1305 .1059",
    ("cn-yn", "ci_two_part"): "- .1246 .0995 .0683 .0475",
    ("cn-zj", "ci_single"): ".2412 .2114 .1700 .1500 .1350",
    ("cn-zj", "ci_two_part"): "- .1250 .0895 .0767 .0663",
    ("cn-hb", "ci_single"): ".2103 .1903 .1703 .1503 .1303",
    ("cn-hb", "ci_two_part"): "- .1263 .1065 .0884 .0694",
    ("cn-cq", "ci_single"): ".2352 .2149 .1948 .1796 .1647",
    ("cn-cq", "ci_two_part"): "- .1515 .1256 .1062 .0868",
    ("cn-js", "ci_single"): ".2391 .2131 .1881 .1621 .1351",
    ("cn-js", "ci_two_part"): "- .1298 .1048 .0788 .0518",
    ("cn-gd", "ci_single.prd"): ".2194 .1945 .1519 .1519 .1150",
    ("cn-gd", "ci_two_part.huizhou"): "- .0990 .0738 .0738 .0460",
    ("cn-gd", "ci_two_part.north"): "- .0083 - - -",
}
VOLTAGES = ("lt1kv", "1-10kv", "35kv", "110kv", "220kv")


@pytest.mark.parametrize("key", TRANSMISSION)
def test_transmission_prices_of_the_fourth_cycle(key):
    code, tariff = key
    compiled = BOOKS[code]
    found = []
    for voltage in VOLTAGES:
        rows = [
            row
            for row in compiled.rows[tariff, "td_energy"]
            if row.in_force(AUGUST) and voltage in (row.voltages or ())
        ]
        found.append(rows[0].price if rows else None)
    expected = [None if text == "-" else Decimal(text) for text in TRANSMISSION[key].split()]
    assert found == expected


def quoted(book, tariff, cycle, **figures):
    trace = queries.quote(
        Enquiry(book, tariff, figures.pop("voltage", "lt1kv"), cycle, **figures), BOOKS[book]
    )
    assert trace.priced, [str(item) for item in trace.exceptions]
    return trace


@pytest.mark.parametrize(
    "book, cycle, energy_kwh, yuan",
    [
        ("cn-zj", "2026-06", "2760", "1484.88"),
        ("cn-zj", "2026-06", "2761", "1485.47"),
        ("cn-gd", "2026-06", "600", "370.40"),
        ("cn-gd", "2026-03", "600", "423.40"),
        ("cn-gd", "2026-06", "260", "153.14"),
        ("cn-gx", "2026-06", "3120", "1648.30"),
        ("cn-gx", "2026-06", "4441", "2412.49"),
        ("cn-yn", "2026-06", "600", "270.01"),
        ("cn-yn", "2026-01", "170", "76.51"),
        ("cn-cq", "2026-06", "2400", "1248.00"),
        ("cn-js", "2026-06", "2760", "1458.11"),
    ],
)
def test_household_bills(book, cycle, energy_kwh, yuan):
    trace = quoted(book, "residential", cycle, energy_kwh=Decimal(energy_kwh))
    assert trace.total_yuan == Decimal(yuan)


@pytest.mark.parametrize("period, all_in", [("flat", "0.6177"), ("peak", "0.9149"), ("valley", "0.3762")])
def test_the_published_composition_of_jiangsu(period, all_in):
    """10 kV two-part, April 2026: only the purchase price floats."""
    price_yuan = queries.energy_price(
        BOOKS["cn-js"], "ci_two_part", "1-10kv", date(2026, 4, 15), period=period
    )
    assert price_yuan.quantize(Decimal("0.0001"), ROUND_HALF_UP) == Decimal(all_in)


def test_guangdong_sharp_is_a_quarter_above_peak():
    rates = {
        period: queries.energy_price(BOOKS["cn-gd"], "ci_two_part.prd", "1-10kv", AUGUST, period=period)
        for period in ("sharp", "peak", "flat", "valley")
    }
    floating = rates["flat"] - Decimal("0.027669")
    for period, ratio in (("sharp", "2.125"), ("peak", "1.7"), ("valley", "0.38")):
        assert abs(rates[period] - Decimal("0.027669") - floating * Decimal(ratio)) < Decimal("0.0003")


def test_guangxi_has_a_price_on_every_day_of_the_demonstration():
    found = queries.coverage(BOOKS["cn-gx"], date(2025, 1, 1), date(2027, 1, 1))
    assert {(item.start, item.end, tuple(item.gaps)) for item in found} == {(date(2025, 1, 1), None, ())}
    assert len(found) == 7


def test_a_gap_is_shown_as_a_gap():
    """Of the third cycle, Jiangsu's composition is published for April 2026 only."""
    found = {
        item.tariff.code: item
        for item in queries.coverage(BOOKS["cn-js"], date(2025, 1, 1), date(2027, 1, 1))
    }
    assert found["ci_two_part"].gaps == [(date(2026, 5, 1), date(2026, 7, 31))]
    trace = queries.quote(
        Enquiry("cn-js", "ci_two_part", "1-10kv", "2026-06", Decimal(1000), billing_mode="capacity", capacity_kva=Decimal(315), pf_standard=90, reactive_kvarh=Decimal(0)),
        BOOKS["cn-js"],
    )  # fmt: skip
    assert not trace.priced and trace.total_yuan is None


CHONGQING = {  # regulation 4.6, each line of the real bill: component → amount by period (None: all day)
    "retail_energy": {"sharp": "6181.17", "peak": "40409.79", "flat": "70115.78", "valley": "121910.40"},
    "retail_gain_loss": {None: "19585.21"},
    "line_loss": {None: "9453.84"},
    "td_energy": {"sharp": "4123.81", "peak": "22466.36", "flat": "24363.62", "valley": "16097.21"},
    "capacity": {None: "44000.00"},
    "sys_gas_capacity": {None: "8494.99"},
    "sys_new_energy": {None: "3560.10"},
    "sys_cross_subsidy": {None: "2984.90"},
    "sys_loss_purchase": {None: "-785.90"},
    "sys_other": {None: "2052.33"},
    "sys_pumped_storage": {None: "3666.82"},
    "sys_coal_capacity": {None: "11659.95"},
    "fund_rural_grid": {None: "10945.74"},
    "fund_renewable": {None: "10398.45"},
    "fund_water": {None: "1077.61"},
    "fund_reservoir": {None: "3406.86"},
    "fund_local_reservoir": {None: "273.64"},
}
USED = {"sharp": 14177, "peak": 92683, "flat": 160816, "valley": 279611}


def chongqing() -> CaseTables:
    """Main meter with the residential sub-meter behind it; only total energy is known of the sub-meter."""
    total = sum(USED.values()) + 8330
    registers = {
        "total": total,
        **USED,
        "flat": USED["flat"] + 8330,
        "reactive_forward": 140820,
        "reactive_reverse": 0,
    }
    reading = {f"closing_{name}": value * 10_000 for name, value in registers.items()}
    reading |= {f"opening_{name}": 0 for name in registers}
    span = {"case_id": 1, "start": date(2026, 8, 1), "end": date(2026, 9, 1)}
    return CaseTables.from_rows(
        cases=[{"case_id": 1, "book": "cn-cq", "cycle": "2026-08", "period_start": span["start"], "period_end": span["end"]}],
        terms=[{**span, "tariff": "ci_two_part", "voltage": "1-10kv", "billing_mode": "capacity", "capacity": 2000_00, "market": "direct", "pf_standard": 90}],
        points=[
            {"case_id": 1, "point_id": 1},
            {"case_id": 1, "point_id": 2, "parent_point_id": 1, "tariff": "residential_shared"},
        ],
        advances=[
            {**span, "point_id": 1, **reading},
            {**span, "point_id": 2, "opening_total": 0, "closing_total": 8330_0000, **{f"opening_{p}": 0 for p in USED}, **{f"closing_{p}": 8330_0000 if p == "flat" else 0 for p in USED}},
        ],
        adjustments=[
            {"case_id": 1, "code": code, "name": code, "amount_fen": fen, "group": "adjustment", "in_pf_base": True}
            for code, fen in (("generator_side", -494037), ("over_declaration", -52470), ("deviation", -3939770))
        ],
        contract_prices=[
            *(
                {"case_id": 1, "component": "retail_energy", "tou": tou, "price": 43_600_000} for tou in USED
            ),
            {"case_id": 1, "component": "retail_gain_loss", "price": 3_578_600},
        ],
    )  # fmt: skip


def test_the_real_bill_of_chongqing_from_the_shipped_book():
    priced = price(chongqing(), BOOKS)
    assert priced.exceptions.num_rows == 0, priced.exceptions.to_pylist()

    lines = priced.lines.to_pylist()
    found: dict[str, dict[str | None, str]] = {}
    for line in lines:
        if line["point_id"] != 2 and line["component"] in CHONGQING:
            found.setdefault(line["component"], {})[line["tou"]] = f"{Decimal(line['amount_fen']) / 100:.2f}"
    assert found == CHONGQING

    section = priced.sections.to_pylist()[0]
    assert sum(line["amount_fen"] for line in lines if line["point_id"] == 2) == 441490
    assert (section["power_factor"], section["pf_base_fen"], section["pf_fen"]) == (97, 33801197, -253509)
    assert section["total_fen"] == 39345972
    assert f"{Decimal(section['average_price']).scaleb(-8):.5f}" == "0.70815"


def test_the_books_are_plain_json_in_utf_8():
    for text in operations.shipped_documents().values():
        assert json.loads(text)["code"].startswith("cn-")
