"""The late fee in the books: charged in steps, given back where it was too much, waived by a second person."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from denghuo.commerce.ledger.models import Entry
from denghuo.commerce.ledger.rules.chart import LATE_FEE
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.receivables import operations, queries
from denghuo.commerce.receivables.models import (
    AccountBalance,
    Allocation,
    DisputeHold,
    LateFeeWaiver,
    Receivable,
)
from denghuo.commerce.receivables.rules import parameters
from denghuo.foundation.outbox.models import Message
from denghuo.foundation.parameters.operations import set_value
from tests.cast.money import noon, owing, pay

pytestmark = pytest.mark.django_db
DUE = date(2025, 12, 10)
NEW_YEAR = date(2026, 1, 10)


def assess(account, on: date) -> int:
    return operations.assess(account_id=account.pk, on=on, at=noon(on))


def charged(debt: Receivable) -> int:
    """The late fee of a debt as the books have it, less what was taken back."""
    (basis,) = queries.late_fee_bases([debt])
    return basis.charged_fen


def income() -> int:
    return -sum(Entry.objects.filter(ledger_account=LATE_FEE).values_list("amount_fen", flat=True))


def balance(account) -> tuple[int, int]:
    row = AccountBalance.objects.get(account=account)
    return row.prepaid_fen, row.open_fen


@pytest.fixture
def debt(shop):
    return owing(shop, 1_000_000, due=DUE, residential=False)


def set_figure(parameter, text, since):
    set_value(parameter=parameter, text=text, valid_from=since, reason="试", actor=None, at=noon(since))


def test_charging_in_steps_gives_the_same_total(shop):
    debt = owing(shop, 12_837, due=DUE)
    steps = [DUE + timedelta(days=days) for days in (1, 2, 3, 10, 10, 17, 31)]
    assert (
        sum(assess(shop, on) for on in steps) == queries.accrued_on([debt], on=steps[-1])[0].total_fen == 398
    )
    days = [(fee.from_date, fee.to_date) for fee in debt.late_fees.order_by("id")]
    assert days[0][0] == date(2025, 12, 11) and days[-1][1] == NEW_YEAR
    assert all(
        after[0] == before[1] + timedelta(days=1) for before, after in zip(days, days[1:], strict=False)
    )


def test_a_rate_that_changes_in_mid_course(shop, debt):
    set_figure(parameters.RATE_CROSS_YEAR, "0.0025", date(2026, 1, 6))
    # 21 × 20.00 + 5 × 30.00 + 5 × 25.00
    assert assess(shop, NEW_YEAR) == 69_500


def test_the_day_of_payment_is_free_where_the_bureau_says_so(shop, debt):
    set_figure(parameters.PAYMENT_DAY_COUNTS, "0", date(2025, 1, 1))
    assert (
        queries.owed(shop.pk, on=NEW_YEAR).accrued_fen == 69_000
    )  # ten days of December's 21 and nine of January
    pay(shop, 1_069_000, on=NEW_YEAR)
    assert balance(shop) == (0, 0)
    assert debt.late_fees.get().to_date == date(2026, 1, 9)


def test_the_minimum_of_the_old_rules(shop):
    old = owing(shop, 1_000, due=date(2024, 3, 20))
    new = owing(shop, 1_000, due=date(2024, 6, 20))
    fees = queries.accrued_on([old, new], on=date(2024, 6, 22))
    assert [fee.total_fen for fee in fees] == [100, 2]


def test_a_due_date_on_a_holiday_moves_where_the_bureau_says_so(shop):
    assert owing(shop, 1_000, due=date(2026, 2, 17)).due_date == date(2026, 2, 17)
    set_figure(parameters.DUE_DATE_MOVES, "1", date(2026, 1, 1))
    debt = owing(shop, 1_000, due=date(2026, 2, 17))
    assert debt.due_date > date(2026, 2, 20)
    assert Receivable.objects.get(pk=debt.pk).due_date == debt.due_date


def test_a_bank_payment_that_came_earlier_than_we_knew(shop, debt):
    """Assessed on 10 January; on the 12th the bank says the money was there on 20 December: ten days, 200.00."""
    assert assess(shop, NEW_YEAR) == 72_000
    pay(shop, 1_020_000, on=date(2026, 1, 12), value_date=date(2025, 12, 20))
    assert balance(shop) == (0, 0)
    assert charged(debt) == income() == 20_000


def test_an_earlier_payment_after_the_late_fee_was_paid(shop, debt):
    pay(shop, 172_000, on=NEW_YEAR)  # 720.00 late fee and 1,000.00 of the debt
    pay(shop, 800_000, on=date(2026, 1, 12), value_date=date(2025, 12, 20))
    debt.refresh_from_db()
    right = queries.accrued_on([debt], on=None)[0].total_fen
    # 10 × 20.00; 11 × 4.00 and 10 × 6.00 on the 2,000 left; 2 × 3.00 on the 1,000 left after 10 January
    assert (right, charged(debt), income()) == (31_000, 31_000, 31_000)
    assert balance(shop) == (0, 1_000_000 + 31_000 - 172_000 - 800_000)


def test_an_earlier_payment_that_leaves_something_open(shop, debt):
    assess(shop, NEW_YEAR)
    pay(shop, 520_000, on=date(2026, 1, 12), value_date=date(2025, 12, 20))
    debt.refresh_from_db()
    assert debt.open_fen == 500_000  # 200.00 late fee to the 20th was paid, not the 720.00 of the 10th
    assert charged(debt) == 20_000 + 11 * 1_000 + 10 * 1_500
    assert queries.owed(shop.pk, on=NEW_YEAR).total_fen == 500_000 + 26_000


def test_a_bounced_payment_costs_the_days_again(shop, debt):
    first = pay(shop, 520_000, on=date(2025, 12, 20), channel="cheque")
    assert charged(debt) == 20_000
    assert assess(shop, NEW_YEAR) == 11 * 1_000 + 10 * 1_500
    payments.reverse(payment=first, at=noon(NEW_YEAR), reason="退票")
    assert assess(shop, NEW_YEAR) == 72_000 - 46_000
    assert income() == 72_000
    assert assess(shop, NEW_YEAR) == 0


def test_prepayment_of_an_overdue_account_pays_the_late_fee_too(shop, debt):
    """Money that came for another bill only is prepaid; the next bill lets it settle the overdue one."""
    other = owing(shop, 100_000, due=date(2026, 1, 20), residential=False)
    pay(shop, 1_200_000, on=date(2025, 12, 20), only=[other.pk])
    assert balance(shop) == (1_100_000, 1_020_000)
    operations.apply_prepayments(account_ids=[shop.pk], on=NEW_YEAR, at=noon(NEW_YEAR))
    assert balance(shop) == (1_100_000 - 1_072_000, 0)
    assert income() == 72_000
    assert Message.objects.filter(name="receivables.account_settled").exists()


class TestWaivers:
    def ask(self, debt, who, first=date(2025, 12, 11), last=date(2025, 12, 20), at=NEW_YEAR):
        return operations.ask_waiver(
            receivable=debt,
            from_date=first,
            to_date=last,
            reason="channel_failure",
            note="代扣文件迟到",
            actor=who,
            at=noon(at),
        )

    def approve(self, waiver, who, at=NEW_YEAR):
        return operations.approve_waiver(waiver=waiver, actor=who, at=noon(at))

    def test_days_that_were_not_charged_yet(self, shop, debt, cashier, supervisor):
        waiver = self.ask(debt, cashier)
        assert waiver.effect_fen == 20_000
        assert queries.owed(shop.pk, on=NEW_YEAR).accrued_fen == 72_000
        self.approve(waiver, supervisor)
        assert queries.owed(shop.pk, on=NEW_YEAR).accrued_fen == 52_000
        assert income() == 0

    def test_days_that_were_charged_are_taken_back(self, shop, debt, cashier, supervisor):
        assess(shop, NEW_YEAR)
        done = self.approve(self.ask(debt, cashier), supervisor)
        assert (done.effect_fen, done.credited_fen) == (20_000, 20_000)
        assert (income(), balance(shop)) == (52_000, (0, 1_052_000))

    def test_what_was_paid_becomes_prepayment(self, shop, debt, cashier, supervisor):
        pay(shop, 1_072_000, on=NEW_YEAR)
        preview = queries.waiver_effect(debt, date(2025, 12, 11), date(2025, 12, 20), on=NEW_YEAR)
        assert (preview.waived_fen, preview.credited_fen, preview.freed_fen) == (20_000, 20_000, 20_000)
        self.approve(self.ask(debt, cashier), supervisor)
        assert (income(), balance(shop)) == (52_000, (20_000, 0))
        assert debt.late_fees.get().open_fen == 0

    def test_what_was_paid_meets_what_is_still_open(self, shop, debt, cashier, supervisor):
        pay(shop, 1_000_000, on=NEW_YEAR)  # the late fee first: 720.00 of the debt stay open
        self.approve(self.ask(debt, cashier), supervisor)
        debt.refresh_from_db()
        assert (debt.open_fen, balance(shop)) == (52_000, (0, 52_000))

    def test_a_payment_whose_late_fee_was_waived_can_still_be_undone(self, shop, debt, cashier, supervisor):
        payment = pay(shop, 1_072_000, on=NEW_YEAR, channel="cheque")
        self.approve(self.ask(debt, cashier), supervisor)
        payments.reverse(payment=payment, at=noon(date(2026, 1, 12)), reason="退票")
        assert balance(shop) == (0, 1_052_000)
        assert charged(debt) == 52_000

    def test_the_same_person_does_not_decide(self, debt, cashier):
        waiver = self.ask(debt, cashier)
        with pytest.raises(operations.WaiverRefused):
            self.approve(waiver, cashier)
        with pytest.raises(IntegrityError), transaction.atomic():
            LateFeeWaiver.objects.filter(pk=waiver.pk).update(
                state="approved", decided_by=cashier, decided_at=noon(NEW_YEAR)
            )

    def test_it_is_decided_once(self, debt, cashier, supervisor):
        waiver = self.ask(debt, cashier)
        with pytest.raises(operations.WaiverRefused):
            self.ask(debt, cashier)
        with pytest.raises(operations.WaiverRefused):  # without a reason
            operations.reject_waiver(waiver=waiver, actor=supervisor, at=noon(NEW_YEAR))
        operations.reject_waiver(waiver=waiver, actor=supervisor, at=noon(NEW_YEAR), note="没有依据")
        with pytest.raises(operations.WaiverRefused):
            self.approve(waiver, supervisor)

    @pytest.mark.parametrize(
        "first, last",
        [(DUE, NEW_YEAR), (NEW_YEAR, date(2026, 1, 9)), (date(2025, 12, 1), date(2025, 12, 5))],
    )
    def test_days_that_make_no_sense(self, debt, cashier, first, last):
        with pytest.raises(operations.WaiverRefused):
            self.ask(debt, cashier, first, last)

    def test_days_without_late_fee(self, shop, cashier):
        debt = owing(shop, 1_000_000, due=DUE)
        pay(shop, 1_000_000, on=date(2025, 12, 1))
        with pytest.raises(operations.WaiverRefused):
            self.ask(debt, cashier)


class TestDisputes:
    def test_a_disputed_debt_is_left_alone(self, shop, debt):
        assess(shop, date(2025, 12, 20))
        hold = operations.open_dispute(receivable=debt, reason="表走快", at=noon(date(2025, 12, 21)))
        owed = queries.owed(shop.pk, on=NEW_YEAR)
        assert (owed.total_fen, owed.disputed_fen, owed.accrued_fen) == (0, 1_020_000, 0)

        pay(shop, 50_000, on=date(2025, 12, 22))
        assert balance(shop) == (50_000, 1_020_000)

        operations.close_dispute(hold=hold, outcome="检定合格", at=noon(date(2026, 1, 1)))
        # ten days to the 20th, and 1 January at 3 ‰; the prepayment pays the late fee first
        assert income() == 20_000 + 3_000
        assert balance(shop) == (0, 1_023_000 - 50_000)
        assert not Receivable.objects.filter(disputed=True).exists()

    def test_the_late_fee_runs_on_where_the_bureau_says_so(self, shop, debt):
        set_figure(parameters.DISPUTE_STOPS_LATE_FEE, "0", date(2025, 1, 1))
        operations.open_dispute(receivable=debt, reason="表走快", at=noon(date(2025, 12, 21)))
        assert assess(shop, NEW_YEAR) == 72_000
        assert debt.late_fees.get().disputed

    def test_it_is_opened_and_closed_once(self, debt):
        hold = operations.open_dispute(receivable=debt, reason="表走快", at=noon(NEW_YEAR))
        with pytest.raises(operations.DisputeRefused):
            operations.open_dispute(receivable=debt, reason="再", at=noon(NEW_YEAR))
        with pytest.raises(operations.DisputeRefused):
            operations.close_dispute(hold=hold, outcome=" ", at=noon(NEW_YEAR))
        operations.close_dispute(hold=hold, outcome="撤回", at=noon(NEW_YEAR))
        with pytest.raises(operations.DisputeRefused):
            operations.close_dispute(hold=hold, outcome="撤回", at=noon(NEW_YEAR))

    def test_a_late_fee_disputed_holds_its_debt(self, shop, debt):
        assess(shop, NEW_YEAR)
        hold = operations.open_dispute(receivable=debt.late_fees.get(), reason="不认", at=noon(NEW_YEAR))
        assert hold.receivable_id == debt.pk
        assert DisputeHold.objects.get().receivable.disputed


def test_what_was_written_off_may_be_paid_after_all(shop, debt):
    assess(shop, NEW_YEAR)
    items = queries.open_items(shop.pk)
    operations.write_off(receivables=items, on=NEW_YEAR, at=noon(NEW_YEAR), reason="破产")
    assert balance(shop) == (0, 0)
    assert queries.owed(shop.pk, on=date(2026, 3, 1)).total_fen == 0
    with pytest.raises(ValueError):
        operations.write_off(receivables=items, on=NEW_YEAR, at=noon(NEW_YEAR), reason="再")

    later = date(2026, 3, 1)
    assert operations.write_back(receivables=items, on=later, at=noon(later), reason="破产清算") == 1_072_000
    assert balance(shop) == (0, 1_072_000)
    pay(shop, 2_000_000, on=later)
    assert balance(shop)[1] == 0
    with pytest.raises(ValueError):
        operations.write_back(receivables=items, on=later, at=noon(later), reason="再")


def test_every_allocation_is_undone_once_at_most(shop, debt):
    pay(shop, 1_072_000, on=NEW_YEAR)
    row = Allocation.objects.filter(undoes__isnull=True).first()
    assert row is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        for _ in range(2):
            Allocation.objects.create(
                receivable=row.receivable, posting=row.posting, source=row.source, amount_fen=-1,
                value_date=row.value_date, undoes=row,
            )  # fmt: skip
    assert Decimal(row.amount_fen) > 0
