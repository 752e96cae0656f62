"""Differences, hours and notices of price books, without a database."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from denghuo.commerce.tariffs import operations, queries, rules
from denghuo.commerce.tariffs.frames import Enquiry
from denghuo.engine.pricing import compile as compile_book
from denghuo.engine.pricing import parse
from denghuo.engine.pricing.tou import DayCalendar

DOCUMENTS = operations.shipped_documents()
AUGUST = date(2026, 8, 15)


def book(code: str):
    return compile_book(parse(DOCUMENTS[code]))


def edited(code: str, edit):
    document = json.loads(DOCUMENTS[code])
    edit(document)
    return compile_book(parse(document))


def test_a_book_does_not_differ_from_itself():
    assert queries.differences(book("cn-gx").book, book("cn-gx").book) == []


def test_each_changed_row_is_named_with_old_and_new():
    def edit(document):
        rows = document["prices"]
        rows[0]["price"] = "0.5811"
        rows[:] = [row for row in rows if row["id"] != "gx-pv"]
        rows.append({**rows[-1], "id": "gx-new", "valid_from": "2030-01-01", "valid_to": None})
        rows[-2]["valid_to"] = "2030-01-01"
        document["parameters"][2]["value"] = "B"

    found = queries.differences(book("cn-gx").book, edited("cn-gx", edit).book)

    assert [(d.kind, d.section, d.key) for d in found] == [
        ("changed", "prices", "gx-res-t1"),
        ("changed", "prices", "gx-fund-rural-single"),
        ("added", "prices", "gx-new"),
        ("removed", "prices", "gx-pv"),
        ("changed", "parameters", "demand_over_reading 2025-01-01"),
    ]
    first = found[0]
    assert (first.changes[0].old, first.changes[0].new) == ("0.5283", "0.5811")
    assert first.percent == Decimal("9.99")


def test_the_impact_on_three_customers_is_priced_under_both_versions():
    def edit(document):
        document["prices"][0]["price"] = "0.5383"

    found = queries.impact(book("cn-gx"), edited("cn-gx", edit), AUGUST)

    assert [(item.case.code, item.change_yuan) for item in found] == [
        ("household", Decimal("2.00")),
        ("shop", Decimal("0.00")),
        ("factory", Decimal("0.00")),
    ]
    assert found[0].change_percent == Decimal("1.89")


@pytest.mark.parametrize(
    "code, on, triggers, expected",
    [
        ("cn-gx", date(2026, 5, 1), (), "valley 0-7, flat 7-11, peak 11-13, flat 13-17, peak 17-23, valley 23-24"),
        ("cn-gd", date(2026, 6, 12), (), "valley 0-8, flat 8-10, peak 10-12, flat 12-14, peak 14-19, flat 19-24"),
        ("cn-gd", date(2026, 6, 12), ("hot_day",), "valley 0-8, flat 8-10, peak 10-11, sharp 11-12, flat 12-14, peak 14-15, sharp 15-17, peak 17-19, flat 19-24"),
        ("cn-js", date(2026, 7, 15), (), "valley 0-6, flat 6-11, valley 11-13, flat 13-14, sharp 14-15, peak 15-19:30, sharp 19:30-21:30, peak 21:30-22, flat 22-24"),
        ("cn-zj", date(2026, 10, 1), ("deep_holiday",), "valley 0-7, flat 7-9, deep 9-15, flat 15-16, peak 16-23, flat 23-24"),
        ("cn-hb", date(2026, 7, 15), (), "valley 0-6, flat 6-12, valley 12-14, flat 14-16, peak 16-20, sharp 20-22, peak 22-24"),
        ("cn-yn", date(2026, 7, 15), (), "flat 0-2, valley 2-6, flat 6-7, peak 7-9, flat 9-12, valley 12-16, flat 16-18, peak 18-24"),
    ],
)  # fmt: skip
def test_the_hours_of_a_day(code, on, triggers, expected):
    tariff = next(t for t in book(code).book.tariffs if t.code.startswith("ci_two_part"))
    scheme = next(s for s in book(code).book.tou_schemes if s.code == tariff.tou and s.in_force(on))
    calendar = DayCalendar(triggers={trigger: frozenset({on}) for trigger in triggers})

    windows = queries.tou_windows(scheme, on, calendar)

    def short(time):
        return f"{int(time[:2])}" if time.endswith(":00") else time

    assert ", ".join(f"{tou} {short(start)}-{short(end)}" for start, end, tou in windows) == expected


def test_a_trigger_is_one_more_kind_of_day_through_the_year():
    scheme = next(s for s in book("cn-gd").book.tou_schemes if s.code == "gd_ci")
    found = queries.seasons(scheme)
    assert [(season.trigger, len(season.months)) for season in found] == [("", 3), ("", 9), ("hot_day", 9)]


def test_a_two_part_tariff_is_not_offered_below_one_kilovolt():
    table = next(t for t in queries.price_tables(book("cn-gx"), AUGUST) if t.tariff.code == "ci_two_part")
    assert [str(row.voltages[0]) for row in table.rows] == ["1-10kv", "35kv", "66kv", "220kv"]
    assert table.rows[0].capacity.price == Decimal("24")


def test_a_missing_month_is_shown_as_missing_not_as_cheap():
    def edit(document):
        document["prices"] = [row for row in document["prices"] if row["id"] != "gx-agent-2026-08"]

    table = next(
        t for t in queries.price_tables(edited("cn-gx", edit), AUGUST) if t.tariff.code == "ci_single"
    )
    cell = table.rows[0].cells[""]
    assert (cell.price, [c.code for c in cell.missing]) == (None, ["agent_energy"])


def test_bands_of_capacity_have_their_own_peak_price():
    table = next(t for t in queries.price_tables(book("cn-js"), AUGUST) if t.tariff.code == "ci_single_tou")
    below, above = table.rows[:2]
    assert (below.capacity_kva, above.capacity_kva) == ((None, Decimal(100)), (Decimal(100), None))
    assert above.cells["peak"].price > below.cells["peak"].price


def test_in_the_wet_season_yunnan_has_one_tier():
    table = next(t for t in queries.price_tables(book("cn-yn"), date(2026, 7, 1)) if t.tariff.tiers)
    assert [(row.tier, row.cells[""].price) for row in table.rows] == [(None, Decimal("0.45"))]


def test_the_notice_shows_what_the_engine_bills():
    """For a thousand kWh in each period the sum of the lines is a thousand times the price shown."""
    compiled = book("cn-zj")
    table = next(t for t in queries.price_tables(compiled, AUGUST) if t.tariff.code == "ci_two_part")
    for period, cell in table.rows[0].cells.items():
        spread = dict.fromkeys(table.periods, Decimal(0)) | {period: Decimal(1000)}
        trace = queries.quote(
            Enquiry("cn-zj", "ci_two_part", "1-10kv", "2026-08", by_period=spread, billing_mode="capacity"),
            compiled,
        )
        assert trace.total_yuan == (cell.price * 1000).quantize(Decimal("0.01"))


@pytest.mark.parametrize("factor", ["0.75", "0.90", "0.92", "0.99", "1.00"])
def test_reactive_energy_gives_back_the_power_factor(factor):
    active = Decimal(100_000)
    reactive = queries.reactive_for(active, Decimal(factor))
    back = active / (active**2 + reactive**2).sqrt()
    assert back.quantize(Decimal("0.01")) == Decimal(factor)


def test_a_year_fills_the_tiers_month_by_month():
    traces = queries.yearly_effect(
        Enquiry("cn-gx", "residential", "lt1kv", "2026-03", Decimal(400)), book("cn-gx")
    )
    used = [sum(trace.tiers.energy_kwh[at] for trace in traces) for at in range(3)]
    assert used == [3120, 1320, 360]


def test_a_version_never_returns():
    assert not rules.may_become("rejected", "draft")
    assert not rules.may_become("superseded", "in_force")
    assert rules.may_become("draft", "approved")
