"""Facts are kept as text and read back the same; impossible ones are refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from denghuo.commerce.corrections.rules import facts
from denghuo.commerce.corrections.rules.effect import Effect, LineEffect, MonthEffect, Why
from denghuo.commerce.corrections.rules.reasons import FACTS_OF, TRANSITIONS, may_become

EVERY = [
    facts.ReplaceMultiplier(from_multiplier=20, to_multiplier=40),
    facts.ReplaceTerms(tariff="residential", from_tariff="ci_single", from_date=date(2026, 1, 1)),
    facts.ReplaceTerms(capacity_kva=Decimal("630.00"), pf_standard=90),
    facts.ReplaceReading(read_date=date(2026, 2, 1), registers={"total": Decimal("480.1234")}),
    facts.AddEnergy(cycle="2026-01", registers={"total": Decimal("-12.50")}, in_loss=False),
    facts.ScaleEnergy(factor=Decimal("1.5")),
    facts.ReplaceLoss(method="percent", line_loss_ratio=Decimal("0.02")),
    facts.SwapMeters(other_supply_point_id=7),
    facts.UseBook(book="cn-gx", version_id=3),
]


def test_facts_survive_being_kept():
    assert facts.from_json(facts.to_json(EVERY)) == EVERY
    assert {fact.kind for fact in EVERY} == {kind for kinds in FACTS_OF.values() for kind in kinds}


@pytest.mark.parametrize(
    "make",
    [
        facts.ReplaceTerms,
        lambda: facts.ReplaceTerms(tariff="x", from_date=date(2026, 2, 1), until_date=date(2026, 2, 1)),
        lambda: facts.ReplaceReading(read_date=date(2026, 2, 1), registers={}),
        lambda: facts.ReplaceReading(read_date=date(2026, 2, 1), registers={"total": Decimal(-1)}),
        lambda: facts.AddEnergy(cycle="2026-13", registers={"total": Decimal(1)}),
        lambda: facts.AddEnergy(cycle="2026-01", registers={"total": Decimal(1), "peak": Decimal(2)}),
        lambda: facts.ReplaceMultiplier(from_multiplier=0, to_multiplier=1),
        lambda: facts.ScaleEnergy(factor=Decimal(-1)),
    ],
)
def test_impossible_facts_are_refused(make):
    with pytest.raises(ValidationError):
        make()


def test_text_of_another_form_is_refused():
    with pytest.raises(facts.FactsInvalid):
        facts.from_json('[{"kind": "wish"}]')


def test_an_effect_survives_being_kept_and_its_fingerprint_follows_its_figures():
    line = LineEffect(
        1, "energy", "list", "电量电费", "Energy", "", 1, "kwh", "10", "0.5", 500, "20", "0.5", 1000
    )
    month = MonthEffect(
        "2026-01", ["1"], 500, 1000, "10", "20", lines=[line], whys=[Why("energy", "10", "20")]
    )
    effect = Effect([month])
    kept = Effect.from_json(effect.to_json())
    assert kept == effect
    assert (kept.difference_fen, kept.changed, kept.fingerprint) == (500, [month], effect.fingerprint)
    other = Effect([MonthEffect("2026-01", ["1"], 500, 1001, "10", "20")])
    assert other.fingerprint != effect.fingerprint


def test_a_decided_correction_stays_decided():
    for state in ("committed", "rejected", "withdrawn", "linked"):
        assert not TRANSITIONS[state]
    assert not may_become("draft", "committed"), "never without a second person"
