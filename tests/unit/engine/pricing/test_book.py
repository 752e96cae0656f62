"""A price book is refused with the place to mend; the shipped books are whole."""

from __future__ import annotations

import json
from copy import deepcopy
from decimal import Decimal

import pytest

from denghuo.engine.pricing import BookInvalid, compile, parse
from denghuo.engine.pricing.book import PriceBook
from denghuo.engine.pricing.parameters import SETTINGS
from tests.unit.engine.pricing import world


def broken(path: str, value) -> dict:
    """The world's book with one value replaced, added (``+``) or removed (``...``)."""
    book = json.loads(json.dumps(world.book()))
    at = book
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps:
        at = at[step]
    if last == "+":
        at.append(value)
    elif value is ...:
        del at[last]
    else:
        at[last] = value
    return book


PRICE = {
    "id": "x",
    "tariffs": ["agri"],
    "component": "list",
    "price": "1",
    "valid_from": "2026-01-01",
    "basis": "notice",
}
SCHEME = "tou_schemes.2"


@pytest.mark.parametrize(
    "path, value, where, code",
    [
        ("prices.0.price", 0.5, "prices[0].price", "value_error"),
        ("prices.0.price", "NaN", "prices[0].price", "finite_number"),
        ("prices.0.price", "0.123456789", "prices[0].price", "decimal_max_places"),
        ("prices.0.component", "nothing", "prices[0].component", "unknown_code"),
        ("prices.0.basis", "nothing", "prices[0].basis", "unknown_code"),
        ("prices.0.tariffs.0", "nothing", "prices[0].tariffs[0]", "unknown_code"),
        ("prices.0.valid_to", "2019-01-01", "prices[0].valid_to", "empty_validity"),
        ("prices.1.id", "row-1", "prices[1].id", "duplicate"),
        ("prices.+", PRICE, "prices", "overlap"),
        ("prices.0.tier", 4, "prices", "tiers_incomplete"),
        ("prices.3.price", "0.300", "prices", "adders_differ"),
        ("prices.0.colour", "red", "prices[0].colour", "extra_forbidden"),
        ("tariffs.0.tiers", "nothing", "tariffs[0].tiers", "unknown_code"),
        ("tariffs.5.floats", ["list"], "tariffs[5].floats", "floats_without_tou"),
        ("tariffs.+", {**world.TARIFFS[0], "valid_from": "2025-01-01"}, "tariffs", "overlap"),
        ("components.0.group", "basic", "components[0].group", "unit_group"),
        ("components.0.code", "power_factor", "components[0].code", "reserved"),
        ("tier_schemes.0.seasons.0.bounds_kwh", ["600", "260"], "tier_schemes[0].seasons[0].bounds_kwh", "bounds_order"),
        ("tier_schemes.0.seasons.0.months", [5, 6], "tier_schemes[0].seasons", "months_missing"),
        ("tier_schemes.0.seasons.0.months", [1, 5, 6, 7, 8, 9, 10], "tier_schemes[0].seasons", "months_twice"),
        (f"{SCHEME}.seasons.0.windows.0", ["10:07", "12:00", "peak"], "tou_schemes[2].seasons[0].windows[0]", "hours"),
        (f"{SCHEME}.seasons.0.windows.0", ["10:00", "10:00", "peak"], "tou_schemes[2].seasons[0].windows[0]", "hours"),
        (f"{SCHEME}.seasons.0.windows.0", ["06:00", "11:30", "peak"], "tou_schemes[2].seasons[0].windows[2]", "hours_overlap"),
        (f"{SCHEME}.ratios.0.values.peak", {"of": "sharp", "times": "1"}, "tou_schemes[2].ratios[0].values.sharp", "ratio_chain"),
        (f"{SCHEME}.ratios.0.capacity_kva_from", "100", "tou_schemes[2].ratios[1]", "ratios_overlap"),
        (f"{SCHEME}.ratios", [], "tou_schemes[2].ratios", "ratios_missing"),
        ("parameters.+", {"code": "vat", "value": "many", "valid_from": "2020-01-01"}, "parameters[0].value", "parameter_value"),
        ("parameters.+", {"code": "magic", "value": "1", "valid_from": "2020-01-01"}, "parameters[0].code", "unknown_code"),
    ],
)  # fmt: skip
def test_a_wrong_book_names_the_place(path, value, where, code):
    with pytest.raises(BookInvalid) as refused:
        parse(broken(path, value))
    found = [(problem.code, problem.path) for problem in refused.value.problems]
    assert any(c == code and p.startswith(where) for c, p in found), found
    assert all(problem.message for problem in refused.value.problems)


def test_json_that_is_no_json_is_refused():
    with pytest.raises(BookInvalid, match="not JSON"):
        parse(b"{")
    with pytest.raises(BookInvalid, match="Input should be a valid dictionary"):
        parse(b"[]")


def test_numbers_in_a_book_may_be_written_as_json_numbers_and_stay_exact():
    text = json.dumps(world.book()).replace('"0.589"', "0.589")
    assert parse(text).prices[0].price == Decimal("0.589")


def test_a_book_survives_being_written_and_read():
    book = parse(world.book())
    assert parse(book.model_dump_json()) == book
    assert isinstance(book, PriceBook)


def test_a_voltage_of_its_own_wins_over_every_voltage():
    rates = compile(parse(world.book())).resolve("agri", "20kv", "list", 0, 20_500, 20_501)
    assert [entry.price for entry in rates[0][1].entries] == [47_710_000, 196_900]


def test_days_with_the_same_prices_are_one_run():
    compiled = compile(parse(world.book()))
    assert len(compiled.resolve("res-year", "lt1kv", "list", 0, 20_454, 20_819)) == 1
    assert len(compiled.resolve("res-month", "lt1kv", "list", 0, 20_454, 20_819)) == 2


def test_every_parameter_default_is_acceptable():
    for code, setting in SETTINGS.items():
        assert setting.accepts(setting.default), code
        assert not setting.accepts("x")
    assert deepcopy(SETTINGS) == SETTINGS
