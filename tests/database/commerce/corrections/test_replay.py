"""The heart of corrections: replaying wrong bills with the right facts equals having billed the right facts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from denghuo.commerce.billing import queries as billing_queries
from denghuo.commerce.corrections import operations, queries
from denghuo.commerce.corrections.operations import Proposal
from denghuo.commerce.corrections.rules.facts import ReplaceMultiplier
from denghuo.commerce.ledger import queries as ledger
from denghuo.commerce.metering.operations import Transformers
from denghuo.commerce.receivables import queries as receivables
from denghuo.kernel.periods import Cycle
from tests.cast import billing as cast
from tests.cast import corrections as story
from tests.cast import supply
from tests.cast.metering import hang

pytestmark = pytest.mark.django_db
DUE = cast.DUE
AT = cast.moment("2026-09-10")


def commit(proposal: Proposal, **more):
    return proposal.commit(
        asked_by=story.clerk(), approved_by=story.supervisor(), at=AT, due_date=DUE.of(AT.date()), **more
    )


def assert_same_bills(corrected, right):
    ours, theirs = story.live_bills(corrected), story.live_bills(right)
    assert [bill.cycle for bill in ours] == [bill.cycle for bill in theirs]
    for mine, other in zip(ours, theirs, strict=True):
        assert story.lines(mine) == story.lines(other), mine.cycle
        assert story.sections(mine) == story.sections(other), mine.cycle
        assert mine.total_fen == other.total_fen


def assert_books_agree():
    assert list(billing_queries.inconsistencies()) == []
    assert list(receivables.inconsistencies()) == []
    assert list(ledger.inconsistencies()) == []
    assert list(queries.inconsistencies()) == []


@pytest.fixture
def town():
    cast.prices()


def test_replaying_without_a_change_gives_every_bill_again(town):
    wang, mill = supply.wang_xiuying(), supply.textile_mill()
    story.bill_months({cast.metered(wang): [180, 620, 1500, 2900]})
    story.bill_months(
        {cast.metered(mill, registers=cast.TWO_PART_REGISTERS): [120_000, 250_000]},
        registers=lambda total: cast.readings_of(total, reactive=total * 7 // 10, demand=420),
    )
    for point in (wang, mill):
        found = queries.replay(
            targets={point.account_id: [point.pk]}, facts=[], first=Cycle(2025, 8), last=Cycle(2026, 8)
        )
        months = found[point.account_id]
        assert months
        for month in months:
            assert not month.effect.problems
            assert month.effect.difference_fen == 0
            assert not month.effect.changed


def test_a_year_of_tiers_with_the_wrong_multiplier_becomes_the_right_year(town):
    """The tier year turns in January: later months move only within it."""
    right, wrong = supply.household("李建国", "梧桐巷12-302"), supply.household("何家豪", "新华街8-204")
    good = hang(right, transformers=Transformers(10, 5)).metering_point
    bad = hang(wrong).metering_point
    totals = [150, 380, 700, 990, 1300, 1500, 1690, 1950, 2200]
    story.bill_months({good: totals, bad: totals})
    first, *_ = story.live_bills(wrong)
    proposal = Proposal(first, reason="wrong_multiplier", explanation="互感器变比未录入", until="2025-10")
    proposal.replace_multiplier(1, 2)
    effect = proposal.effect()
    assert [month.follows for month in effect.months] == [False] * 3 + [True] * 2
    assert effect.months[-1].cycle == "2025-12", "another tier year is not touched"
    whole = Proposal(first, reason="wrong_multiplier", explanation="互感器变比未录入", until="2026-04")
    commit(whole.replace_multiplier(1, 2))
    assert_same_bills(wrong, right)
    assert_books_agree()


def test_a_wrong_tariff_is_replaced_with_tiers_counted_from_the_start(town):
    right = supply.household("李建国", "梧桐巷12-302")
    wrong = supply.household(
        "何家豪", "新华街8-204", terms={"tariff": "residential_shared", "use_nature": "household"}
    )
    totals = [150, 700, 1500, 2400, 3500, 4300, 4700]
    story.bill_months({cast.metered(right): totals, cast.metered(wrong): totals})
    first, *_ = story.live_bills(wrong)
    proposal = Proposal(first, reason="wrong_tariff", explanation="电价类别录错", until="2026-02")
    made = commit(proposal.replace_tariff("residential_shared", "residential"))
    assert made.months == len(totals)
    assert_same_bills(wrong, right)
    assert_books_agree()
    assert set(wrong.terms.values_list("tariff", flat=True)) == {"residential"}, "the record is right too"


def test_a_two_part_customer_with_power_factor_and_loss(town):
    """Multiplier, capacity and power-factor standard at once; loss and demand follow through the engine."""
    loss = {
        "method": "coefficient", "iron_loss_kw": Decimal("1.2"), "copper_ratio": Decimal("0.015"),
        "reactive_iron_kvar": Decimal("6.3"), "reactive_copper_factor": Decimal("2.6"),
    }  # fmt: skip
    right = supply.factory("灯火纺织厂", "工业路6号", loss=loss)
    wrong = supply.factory(
        "红旗塑料厂", "工业路9号", loss=loss, terms={"capacity_kva": Decimal(315), "pf_standard": 85}
    )
    hung = {
        point: hang(
            point, registers=cast.TWO_PART_REGISTERS, transformers=Transformers(primary, 5)
        ).metering_point
        for point, primary in ((right, 200), (wrong, 100))
    }
    totals = [2_000, 4_100, 6_500]
    story.bill_months(
        {hung[right]: totals, hung[wrong]: totals},
        registers=lambda total: cast.readings_of(total, reactive=total * 8 // 10, demand=7),
    )
    first, *_ = story.live_bills(wrong)
    # 2,000 × 40 metered, 1.2 kW over 744 h of iron loss, 1.5 % of copper loss.
    assert story.live_bills(right)[0].energy_kwh == Decimal("80000") + Decimal("892.8") + Decimal("1200")
    proposal = (
        Proposal(first, reason="other", explanation="建档错误：倍率、容量、功率因数标准", until="2025-10")
        .replace_multiplier(20, 40)
        .replace_capacity(630)
        .replace_pf_standard(90)
    )
    effect = proposal.effect()
    assert "energy" in {why.code for why in effect.months[0].whys}
    made = commit(proposal)
    assert made.difference_fen == effect.difference_fen > 0
    assert_same_bills(wrong, right)
    assert_books_agree()


def test_a_wrong_reading_moves_energy_between_two_months(town):
    right, wrong = supply.household("李建国", "梧桐巷12-302"), supply.household("何家豪", "新华街8-204")
    good, bad = cast.metered(right), cast.metered(wrong)
    story.bill_months({good: [150, 480, 800], bad: [150, 840, 800 + 400]}, "2025-08")
    august, september, october = story.live_bills(wrong)
    proposal = Proposal(september, reason="wrong_reading", explanation="抄错数字", until="2025-10")
    proposal.replace_reading(september.period_end, total=480).replace_reading(october.period_end, total=800)
    made = commit(proposal)
    assert made.months == 2
    assert_same_bills(wrong, right)
    assert_books_agree()
    assert bad.readings.get(cycle="2025-09", state="accepted").total == 480
    # The next month starts from the corrected reading.
    story.bill_months({good: [900], bad: [900]}, "2025-11")
    assert_same_bills(wrong, right)


def test_two_meters_taken_for_each_other(town):
    li, he = supply.household("李建国", "梧桐巷12-302"), supply.household("何家豪", "新华街8-204")
    ours, theirs = supply.household("周明", "东风路3-502"), supply.household("孙丽", "桂花巷21号")
    a, b = [150, 480, 800], [400, 1300, 2500]
    story.bill_months(
        {cast.metered(li): a, cast.metered(he): b, cast.metered(ours): b, cast.metered(theirs): a}
    )
    from denghuo.commerce.corrections.rules.facts import SwapMeters

    drafted = operations.draft(
        supply_point=ours, reason="swapped_meters", explanation="两户电能表接线互换",
        first=Cycle(2025, 8), last=Cycle(2025, 10), facts=[SwapMeters(other_supply_point_id=theirs.pk)],
        actor=story.clerk(), at=AT,
    )  # fmt: skip
    operations.submit(correction=drafted, actor=story.clerk(), at=AT)
    operations.approve(correction=drafted, actor=story.supervisor(), at=AT, due_date=DUE.of(AT.date()))
    assert_same_bills(ours, li)
    assert_same_bills(theirs, he)
    drafted.refresh_from_db()
    assert drafted.difference_fen == -drafted.partner.difference_fen or drafted.partner.state == "committed"
    assert_books_agree()


def test_added_energy_is_billed_as_if_the_meter_had_shown_it(town):
    right = supply.factory("灯火纺织厂", "工业路6号")
    wrong = supply.factory("红旗塑料厂", "工业路9号")
    meters = {
        point: hang(
            point, registers=cast.TWO_PART_REGISTERS, transformers=Transformers(200, 5)
        ).metering_point
        for point in (right, wrong)
    }
    registers = lambda total: cast.readings_of(total, reactive=500, demand=7)  # noqa: E731
    story.bill_months({meters[right]: [3_000], meters[wrong]: [2_000]}, registers=registers)
    (bill,) = story.live_bills(wrong)
    split = cast.readings_of(1_000)
    energy = {name: Decimal(int(value)) * 40 for name, value in split.items() if not name.startswith("re")}
    proposal = Proposal(bill, reason="meter_error", explanation="电能表走慢，检定误差超差")
    proposal.add_energy("2025-08", **energy)
    commit(proposal, correct_record=False)
    ours, theirs = story.live_bills(wrong)[0], story.live_bills(right)[0]
    assert story.lines(ours) == story.lines(theirs)
    assert_books_agree()


def test_energy_outside_power_factor_leaves_it_as_it_was_and_energy_outside_loss_draws_none(town):
    loss = {"method": "percent", "line_loss_ratio": Decimal("0.02")}
    mill = supply.factory(loss=loss)
    meter = hang(mill, registers=cast.TWO_PART_REGISTERS, transformers=Transformers(200, 5)).metering_point
    story.bill_months(
        {meter: [2_000]}, registers=lambda total: cast.readings_of(total, reactive=1_300, demand=7)
    )
    (bill,) = story.live_bills(mill)
    before = bill.sections.get()

    def after(**flags):
        proposal = Proposal(bill, reason="meter_error", explanation="走慢")
        month = proposal.add_energy("2025-08", total=10_000, **flags).effect().months[0]
        assert not month.problems
        return month

    with_all = after()
    assert Decimal(with_all.after_kwh) == before.energy_kwh + Decimal(10_200)
    assert any(why.code == "power_factor" for why in with_all.whys)
    no_loss = after(in_loss=False)
    assert Decimal(no_loss.after_kwh) == before.energy_kwh + 10_000
    no_factor = after(in_loss=False, in_power_factor=False)
    assert not any(why.code == "power_factor" for why in no_factor.whys)


def test_what_cannot_be_priced_is_said_and_stops_the_submission(town):
    wang = supply.wang_xiuying()
    story.bill_months({cast.metered(wang): [180, 400]})
    (first, _second) = story.live_bills(wang)
    proposal = Proposal(first, reason="wrong_multiplier", explanation="倍率", until="2025-09")
    proposal.replace_multiplier(20, 40)
    effect = proposal.effect()
    assert [problem["code"] for _cycle, problem in effect.problems] == ["multiplier_not_billed"] * 2
    assert effect.difference_fen == 0
    with pytest.raises(operations.CorrectionRefused):
        proposal.submit(actor=story.clerk(), at=AT)


def test_another_month_billed_meanwhile_makes_the_approval_ask_again(town):
    li = supply.household("李建国", "梧桐巷12-302")
    meter = cast.metered(li)
    story.bill_months({meter: [500, 1000]})
    first, *_ = story.live_bills(li)
    proposal = Proposal(first, reason="wrong_multiplier", explanation="倍率").replace_multiplier(1, 3)
    asked = proposal.submit(actor=story.clerk(), at=AT)
    story.bill_months({meter: [1500]}, "2025-10")
    with pytest.raises(operations.CorrectionRefused):
        operations.approve(correction=asked, actor=story.supervisor(), at=AT, due_date=DUE.of(AT.date()))
    asked.refresh_from_db()
    assert asked.state == "submitted"
    assert not asked.corrected_bills.exists()


def test_nobody_decides_their_own_correction(town):
    li = supply.household()
    story.bill_months({cast.metered(li): [150]})
    (bill,) = story.live_bills(li)
    proposal = Proposal(bill, reason="wrong_multiplier", explanation="倍率").replace_multiplier(1, 2)
    asked = proposal.submit(actor=story.clerk(), at=AT)
    with pytest.raises(operations.CorrectionRefused):
        operations.approve(correction=asked, actor=story.clerk(), at=AT, due_date=DUE.of(AT.date()))
    assert ReplaceMultiplier(from_multiplier=1, to_multiplier=2) == asked.changes[0]
    operations.reject(correction=asked, actor=story.supervisor(), at=AT, note="现场核实倍率为1")
    asked.refresh_from_db()
    assert asked.state == "rejected"
    assert story.live_bills(li) == [bill]
