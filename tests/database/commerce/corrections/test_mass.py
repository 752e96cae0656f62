"""A wrong tariff of many: preview with winners and losers, two persons, each account once even when killed."""

from __future__ import annotations

from importlib import import_module

import pytest

from denghuo.commerce.corrections import operations, queries
from denghuo.commerce.corrections.models import CorrectedBill, MassCorrection
from denghuo.commerce.corrections.rules.facts import ReplaceTerms
from denghuo.foundation.jobs import operations as jobs
from denghuo.kernel.periods import Cycle
from tests.cast import billing as cast
from tests.cast import corrections as story
from tests.cast import supply
from tests.database.commerce.corrections.test_replay import assert_books_agree

pytestmark = pytest.mark.django_db
AT = cast.moment("2026-09-10")


@pytest.fixture
def homes():
    """Three homes billed as shared residential supply: two use little, one enough for a higher tier."""
    cast.prices()
    points = [
        supply.household(name, address, terms={"tariff": "residential_shared"})
        for name, address in (("李建国", "12-302"), ("何家豪", "8-204"), ("周明", "3-502"))
    ]
    meters = {
        cast.metered(point): totals
        for point, totals in zip(points, ([150, 290], [160, 330], [2500, 5200]), strict=True)
    }
    story.bill_months(meters)
    return points


def start(**how) -> MassCorrection:
    made = operations.start_mass(
        **{
            "reason": "wrong_tariff",
            "explanation": "合表电价误用于一户一表居民",
            "scope": {"tariff": "residential_shared"},
            "facts": [ReplaceTerms(from_tariff="residential_shared", tariff="residential")],
            "first": Cycle(2025, 8),
            "last": Cycle(2025, 9),
            "actor": story.clerk(),
            "at": AT,
            "chunk_points": 2,
            **how,
        }
    )
    jobs.drive(run=made.preview_run, clock=lambda: AT)
    made.refresh_from_db()
    return made


def approve(made: MassCorrection, **how) -> MassCorrection:
    operations.submit_mass(mass=made, actor=story.clerk(), at=AT)
    return operations.approve_mass(
        mass=made, actor=story.supervisor(), at=AT, due_date=cast.DUE.of(AT.date()), **how
    )


def test_the_preview_changes_nothing_and_counts_winners_and_losers(homes):
    made = start(protect_residents=False)
    assert made.state == "ready"
    sums = queries.outcome_sums(made)
    assert sums["wins"].count + sums["loses"].count + sums["same"].count == 3
    assert sums["wins"].difference_fen < 0
    assert sums["loses"].count == 1, "the one who uses much comes into a higher tier"
    assert sum(wins + loses for _low, _high, wins, loses in queries.histogram(made)) == 3
    assert not CorrectedBill.objects.exists()
    with pytest.raises(operations.CorrectionRefused):
        operations.start_mass(
            reason="wrong_tariff", explanation="x", scope={"tariff": "agricultural"}, facts=made.changes,
            first=Cycle(2025, 8), last=Cycle(2025, 9), actor=story.clerk(), at=AT,
        )  # fmt: skip


def test_households_are_protected_from_paying_more(homes):
    made = start()
    assert queries.outcome_sums(made)["protected"].count == 1
    approve(made)
    made.refresh_from_db()
    jobs.drive(run=made.commit_run, clock=lambda: AT)
    made.refresh_from_db()
    assert made.state == "done"
    assert set(made.corrections.values_list("account__supply_points__pk", flat=True)) == {
        point.pk for point in homes[:2]
    }
    assert made.corrections.count() == 2
    assert all(correction.difference_fen < 0 for correction in made.corrections.all())
    assert homes[2].terms.get().tariff == "residential_shared"
    assert_books_agree()


def test_one_drafts_and_another_decides(homes):
    made = start()
    operations.submit_mass(mass=made, actor=story.clerk(), at=AT)
    with pytest.raises(operations.CorrectionRefused):
        operations.approve_mass(mass=made, actor=story.clerk(), at=AT, due_date=cast.DUE.of(AT.date()))
    operations.reject_mass(mass=made, actor=story.supervisor(), at=AT, note="范围过大")
    made.refresh_from_db()
    assert (made.state, made.decided_by) == ("rejected", story.supervisor())


class Killed(BaseException):
    """Not an error that anything may catch: the worker is gone."""


def test_a_killed_run_goes_on_and_corrects_each_account_once(homes, monkeypatch):
    made = approve(start(protect_residents=False), chunk_points=1)
    room = import_module("denghuo.commerce.billing.operations.rebill")
    deaths = iter([1, 3, 0, 4, 2])
    real, calls = room._issue, {"left": next(deaths)}

    def dying(*args, **kwargs):
        if calls["left"] == 0:
            calls["left"] = next(deaths, -1)
            raise Killed
        calls["left"] -= 1
        return real(*args, **kwargs)

    monkeypatch.setattr(room, "_issue", dying)
    killed = 0
    for attempt in range(12):
        made.refresh_from_db()
        if made.state == "done":
            break
        when = cast.moment("2026-09-10", 4 + attempt)
        try:
            jobs.drive(run=made.commit_run, clock=lambda when=when: when)
        except Killed:
            killed += 1
            # What is committed is whole: each correction has all its bills.
            for correction in made.corrections.all():
                assert correction.state == "committed"
                assert correction.corrected_bills.count() == correction.months
            assert_books_agree()
    assert killed >= 3
    assert made.state == "done"
    assert made.corrections.count() == 3
    assert len({correction.account_id for correction in made.corrections.all()}) == 3
    assert_books_agree()


def test_bills_that_changed_since_the_preview_wait_for_a_person(homes):
    made = start(protect_residents=False)
    first = story.live_bills(homes[0])[0]
    proposal = operations.Proposal(first, reason="wrong_multiplier", explanation="倍率录错")
    proposal.replace_multiplier(1, 2)
    proposal.commit(
        asked_by=story.clerk(), approved_by=story.supervisor(), at=AT, due_date=cast.DUE.of(AT.date())
    )
    made = approve(made)
    jobs.drive(run=made.commit_run, clock=lambda: AT)
    assert queries.outcome_sums(made)["problem"].count == 1
    assert made.corrections.count() == 2
    assert_books_agree()
