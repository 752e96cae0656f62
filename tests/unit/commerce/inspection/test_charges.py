"""What breach and theft cost: a table an accountant could sign, refusals, and random claims against a slow oracle."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.commerce.inspection.rules import charges
from denghuo.commerce.inspection.rules.charges import Claim, ClaimRefused, Price, Rates
from tests.oracles import inspection as oracle

FOUND = date(2026, 9, 1)
HOME = Price(date(2020, 1, 1), date(2030, 1, 1), Decimal("0.5283"))
SHOP = Price(date(2020, 1, 1), date(2030, 1, 1), Decimal("0.8000"))
KVA = Price(date(2020, 1, 1), date(2030, 1, 1), Decimal("23.00"))
D = Decimal


def cost(prices=(HOME,), billed=(), rates=None, **claim):
    made = charges.compute(
        Claim(found_date=FOUND, **claim), rates=rates or Rates(), prices=prices, billed=billed
    )
    return made.backbill_fen, made.breach_fen


def test_the_worked_example_of_the_rules():
    made = charges.compute(
        Claim("theft", FOUND, method="meter", current_a=D(5)), rates=Rates(), prices=[HOME]
    )
    assert (made.power_kw, made.energy_kwh) == (D("1.1"), D("1188"))
    assert (made.backbill_fen, made.breach_fen, made.total_fen) == (62_762, 188_286, 251_048)
    assert made.estimated_period and made.end - made.start == timedelta(days=180)


@pytest.mark.parametrize(
    ("prices", "billed", "claim", "backbill", "breach"),
    [
        # theft: private equipment 2 kW × 180 d × 12 h of a power customer at 0.80
        ([SHOP], [], {"behaviour": "theft", "method": "capacity", "capacity_kw": D(2), "lighting": False, "residential": False}, 345_600, 1_036_800),
        # three phases, 5 A behind CT 100/5: √3 × 0.38 × 5 × 20 = 65.8179 kW × 10 d × 8 h
        ([SHOP], [], {"behaviour": "theft", "method": "meter", "current_a": D(5), "phases": 3, "ct_ratio": 20, "start_date": date(2026, 8, 23), "hours_per_day": D(8)}, 421_234, 1_263_702),
        # proven by a sub-meter
        ([HOME], [], {"behaviour": "theft", "method": "evidence", "energy_kwh": D(500), "evidence": "总分表差", "start_date": date(2026, 8, 1)}, 26_415, 79_245),
        # the first row: 3,000 kWh of a shop on the price of a home
        ([SHOP], [HOME], {"behaviour": "class", "energy_kwh": D(3000), "evidence": "设备容量核定"}, 81_510, 163_020),
        # the second: 100 kVA for 45 days at 23 yuan, and without two parts
        ([KVA], [], {"behaviour": "capacity", "two_part": True, "capacity_kw": D(100), "start_date": date(2026, 7, 19)}, 345_000, 1_035_000),
        ([], [], {"behaviour": "capacity", "capacity_kw": D(15)}, 0, 75_000),
        # the fourth: sealed equipment
        ([KVA], [], {"behaviour": "sealed", "two_part": True, "capacity_kw": D(315), "start_date": date(2026, 8, 3)}, 724_500, 1_449_000),
        ([], [], {"behaviour": "sealed", "capacity_kw": D(20), "times": 2}, 0, 120_000),
        # the fifth and the sixth
        ([], [], {"behaviour": "device"}, 0, 50_000),
        ([], [], {"behaviour": "device", "residential": False, "times": 2}, 0, 1_000_000),
        ([], [], {"behaviour": "source", "capacity_kw": D(50)}, 0, 2_500_000),
    ],
)  # fmt: skip
def test_every_row_of_the_rules(prices, billed, claim, backbill, breach):
    assert cost(prices, billed, **claim) == (backbill, breach)


@pytest.mark.parametrize(
    ("code", "claim"),
    [
        ("method", {"behaviour": "theft"}),
        ("current_is_needed", {"behaviour": "theft", "method": "meter"}),
        ("capacity_is_needed", {"behaviour": "theft", "method": "capacity"}),
        ("evidence_is_needed", {"behaviour": "theft", "method": "evidence", "energy_kwh": D(5)}),
        ("start_is_needed", {"behaviour": "theft", "method": "evidence", "energy_kwh": D(5), "evidence": "x"}),
        ("hours", {"behaviour": "theft", "method": "meter", "current_a": D(5), "hours_per_day": D(25), "start_date": date(2026, 8, 1)}),
        ("phases", {"behaviour": "theft", "method": "meter", "current_a": D(5), "phases": 2}),
        ("multiplier_above", {"behaviour": "theft", "method": "meter", "current_a": D(5), "multiplier": D("3.1")}),
        ("multiplier_reason", {"behaviour": "theft", "method": "meter", "current_a": D(5), "multiplier": D(1)}),
        ("dates_in_disorder", {"behaviour": "theft", "method": "meter", "current_a": D(5), "start_date": date(2026, 9, 2)}),
        ("after_it_was_found", {"behaviour": "theft", "method": "meter", "current_a": D(5), "start_date": date(2026, 8, 2), "end_date": date(2026, 9, 2)}),
        ("start_is_needed", {"behaviour": "capacity", "two_part": True, "capacity_kw": D(5)}),
        ("quota_is_gone", {"behaviour": "quota", "capacity_kw": D(5)}),
        ("behaviour", {"behaviour": "else"}),
        ("times", {"behaviour": "device", "times": 0}),
        ("evidence_is_needed", {"behaviour": "class"}),
    ],
)  # fmt: skip
def test_what_is_missing_or_not_allowed_is_refused(code, claim):
    with pytest.raises(ClaimRefused) as refused:
        cost([HOME], [HOME], **claim)
    assert refused.value.code == code


def test_a_day_without_a_price_is_never_guessed():
    short = [Price(date(2026, 6, 1), date(2026, 7, 1), D("0.5"))]
    with pytest.raises(ClaimRefused, match="no_price"):
        cost(short, behaviour="theft", method="meter", current_a=D(5))


def test_a_lower_multiple_needs_its_reason_and_was_not_allowed_before_2024():
    how = {"behaviour": "theft", "method": "meter", "current_a": D(5), "multiplier": D("1.5")}
    assert cost(multiplier_reason="主动交代，及时补缴", **how) == (62_762, 94_143)
    old = Claim(found_date=date(2024, 5, 31), multiplier_reason="x", **how)
    with pytest.raises(ClaimRefused, match="multiplier_fixed"):
        charges.compute(old, rates=Rates(), prices=[HOME])


def test_the_quota_row_is_for_what_was_found_before_june_2024():
    claim = Claim(
        "quota", date(2024, 5, 31), capacity_kw=D(100), times=3, energy_kwh=D(1000), residential=False
    )
    made = charges.compute(claim, rates=Rates(), prices=[SHOP])
    assert (made.backbill_fen, made.breach_fen) == (0, 30_000 + 400_000)


def test_what_the_meter_recorded_is_taken_off_only_where_the_bureau_does_so():
    how = {"behaviour": "theft", "method": "meter", "current_a": D(5), "recorded_kwh": D(188)}
    assert cost(**how)[0] == 62_762
    assert cost(rates=Rates(deduct_recorded=True), **how)[0] == 52_830
    with pytest.raises(ClaimRefused, match="nothing_left"):
        cost(rates=Rates(deduct_recorded=True), **{**how, "recorded_kwh": D(1188)})


def test_no_difference_no_breach_of_class():
    with pytest.raises(ClaimRefused, match="no_difference"):
        cost([HOME], [SHOP], behaviour="class", energy_kwh=D(5), evidence="x")


cents = st.integers(1_000, 20_000).map(lambda n: Decimal(n) / 10_000)


@given(
    power=st.integers(10, 5_000).map(lambda n: Decimal(n) / 100),
    hours=st.integers(1, 24),
    days=st.integers(1, 200),
    cuts=st.lists(st.integers(1, 199), max_size=3, unique=True),
    prices=st.lists(cents, min_size=4, max_size=4),
    multiple=st.integers(0, 30).map(lambda n: Decimal(n) / 10),
)
@settings(max_examples=60, deadline=None)
def test_theft_is_what_adding_day_after_day_gives(power, hours, days, cuts, prices, multiple):
    start = FOUND + timedelta(days=1 - days)
    edges = [
        start - timedelta(days=9),
        *(start + timedelta(days=cut) for cut in sorted(cuts)),
        date(2027, 1, 1),
    ]
    book = [
        Price(a, b, price) for (a, b), price in zip(zip(edges, edges[1:], strict=False), prices, strict=False)
    ]
    claim = Claim(
        "theft", FOUND, method="capacity", capacity_kw=power, start_date=start, hours_per_day=Decimal(hours),
        multiplier=multiple, multiplier_reason="从轻",
    )  # fmt: skip
    made = charges.compute(claim, rates=Rates(), prices=book)
    spans = oracle.runs(
        lambda day: Fraction(next(p.yuan for p in book if p.start <= day < p.end)),
        start,
        FOUND + timedelta(days=1),
    )
    energy = oracle.theft_energy(Fraction(power), Fraction(hours), start, FOUND + timedelta(days=1))
    owed = oracle.theft_backbill(energy, spans)
    assert Fraction(made.energy_kwh) == energy
    assert made.backbill_fen == owed == sum(line.amount_fen for line in made.lines if line.part == "backbill")
    assert made.breach_fen == oracle.half_up(Fraction(owed, 100) * Fraction(multiple))


@given(
    kva=st.integers(1, 2_000), days=st.integers(1, 400), cut=st.integers(1, 399),
    prices=st.lists(st.integers(100, 6_000).map(lambda n: Decimal(n) / 100), min_size=2, max_size=2),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_basic_charge_is_a_thirtieth_a_day(kva, days, cut, prices):
    start = FOUND + timedelta(days=1 - days)
    middle = start + timedelta(days=cut)
    book = [Price(date(2020, 1, 1), middle, prices[0]), Price(middle, date(2028, 1, 1), prices[1])]
    claim = Claim("capacity", FOUND, two_part=True, capacity_kw=Decimal(kva), start_date=start)
    made = charges.compute(claim, rates=Rates(), prices=book)
    spans = oracle.runs(
        lambda day: Fraction(prices[0] if day < middle else prices[1]), start, FOUND + timedelta(days=1)
    )
    owed = oracle.basic_charge(Fraction(kva), spans)
    assert made.backbill_fen == owed
    assert made.breach_fen == owed * 3


def test_a_reward_is_a_share_up_to_its_cap():
    assert charges.reward_fen(188_286, percent=10, cap_yuan=5_000) == 18_829
    assert charges.reward_fen(100_000_000, percent=10, cap_yuan=5_000) == 500_000
