"""Auto-debit told in calendar time: mandates, batches, the bank's answers, failures; the books agree after each story."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from denghuo.commerce.banking import operations, queries, rules
from denghuo.commerce.banking.models import DebitBatch, DebitItem, Mandate
from denghuo.commerce.banking.rules import parameters
from denghuo.commerce.ledger import queries as ledger
from denghuo.commerce.payments.models import Payment
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.receivables.models import InstalmentPlan, Receivable
from denghuo.foundation.jobs import operations as jobs
from denghuo.foundation.parameters.models import ParameterValue
from tests.cast import banking as cast
from tests.cast import customers, staff
from tests.cast.money import noon, owing

pytestmark = pytest.mark.django_db
DUE = date(2026, 9, 20)
DAY = date(2026, 9, 10)


@pytest.fixture(autouse=True)
def books_agree(db):
    yield
    for found in (queries, receivables, ledger):
        assert list(found.inconsistencies()) == []


@pytest.fixture
def wang():
    return customers.account(customers.person("王秀英"))


@pytest.fixture
def li():
    return customers.account(customers.person("李建国"))


def test_a_batch_takes_what_is_owed_and_the_answer_settles_it(wang, li):
    cast.mandate(wang)
    cast.mandate(li)
    owing(wang, 8_235, due=DUE)
    owing(li, 30_000, due=DUE)
    batch = cast.batch(DAY)
    assert (batch.items_count, batch.total_fen) == (2, 38_235)

    failed = cast.item_of(batch, li)
    answer = cast.answered(batch, {failed.serial: "0101"})
    assert (answer.rows, answer.ok_rows, answer.failed_rows, answer.ok_fen) == (2, 1, 1, 8_235)
    batch = cast.posted(batch)

    assert batch.state == "posted"
    assert (batch.paid_count, batch.paid_fen, batch.failed_count, batch.failed_fen) == (1, 8_235, 1, 30_000)
    payment = Payment.objects.get(account=wang)
    assert (payment.channel, payment.external_id) == ("bank_debit", cast.item_of(batch, wang).serial)
    assert Receivable.objects.get(account=wang).open_fen == 0
    failed.refresh_from_db()
    assert (failed.state, failed.reason) == ("failed", "余额不足")

    again = cast.batch(date(2026, 9, 13))
    assert [item.account for item in again.items.all()] == [li]


def test_no_account_is_debited_twice_while_a_batch_is_out(wang, li):
    cast.mandate(wang)
    owing(wang, 100, due=DUE)
    first = cast.batch(DAY)
    with pytest.raises(operations.NothingToDebit):
        cast.batch(date(2026, 9, 11))
    with pytest.raises(IntegrityError), transaction.atomic():
        DebitItem.objects.create(
            batch=first, mandate=Mandate.objects.get(), account=wang, serial="x", amount_fen=1, owed_fen=1
        )


def test_a_limit_caps_disputes_plans_and_other_banks_stay_out(wang, li):
    cast.mandate(wang, limit_fen=5_000)
    owing(wang, 8_000, due=DUE)
    cast.mandate(li)
    disputed = owing(li, 700, due=DUE)
    Receivable.objects.filter(pk=disputed.pk).update(disputed=True)
    planned = owing(li, 900, due=DUE)
    plan = InstalmentPlan.objects.create(
        account=li, state="requested", reason="x", total_fen=900,
        requested_by=staff_of("zhengjie"), requested_at=noon(DAY),
    )  # fmt: skip
    plan.receivables.add(planned)
    other = customers.account(customers.person("周明"))
    cast.mandate(other, bank="denghuo_rural")
    owing(other, 55, due=DUE)
    found = queries.candidates(cast.BANK, on=DAY, scope="45")
    assert [(item.mandate.account, item.amount_fen, item.capped) for item in found] == [(wang, 5_000, True)]

    owing(li, 333, due=DUE)
    batch = cast.batch(DAY)
    cast.answered(batch)
    cast.posted(batch)
    planned.refresh_from_db()
    assert planned.open_fen == 900, "the instalment plan is not touched"
    assert sum(item.open_fen for item in receivables.open_items(wang.pk)) == 3_000


def staff_of(name):
    from denghuo.foundation.identity.models import Staff

    if not Staff.objects.filter(username=name).exists():
        staff.hire_everyone(customers.AT)
    return Staff.objects.get(username=name)


def test_only_due_debts_where_the_bureau_says_so(wang):
    cast.mandate(wang)
    owing(wang, 100, due=DUE)
    ParameterValue.objects.create(
        code=parameters.DEBIT_FROM.code,
        value="due",
        valid_from=date(2026, 1, 1),
        set_at=noon(DAY),
        reason="协议",
    )
    assert queries.candidates(cast.BANK, on=DAY, scope="45") == []
    assert len(queries.candidates(cast.BANK, on=DUE, scope="45")) == 1


def test_the_late_fee_to_the_debit_day_is_asked_for_and_paid(wang):
    cast.mandate(wang)
    owing(wang, 10_000, due=date(2026, 8, 31))
    batch = cast.batch(DAY)
    assert batch.total_fen == receivables.owed(wang.pk, on=DAY).total_fen == 10_100
    cast.answered(batch)
    cast.posted(batch)
    assert receivables.owed(wang.pk, on=DAY).total_fen == 0


def test_rows_that_do_not_fit_are_counted_and_wait_for_somebody(wang, li):
    mandate = cast.mandate(wang)
    cast.mandate(li)
    owing(wang, 100, due=DUE)
    owing(li, 200, due=DUE)
    batch = cast.batch(DAY)
    first, second = cast.answer_rows(batch)
    rows = [
        first,
        first,
        replace(second, amount_fen=199),
        replace(second, serial="D20260910999000001"),
        replace(second, bank_account="999"),
    ]
    answer = cast.answered(batch, rows=rows)
    assert (answer.ok_rows, answer.duplicate_rows, answer.unknown_rows, answer.rows) == (1, 1, 3, 5)
    batch = cast.posted(batch)
    assert batch.state == "returned", "one debit is without an answer"
    assert (batch.open_count, batch.open_fen) == (1, 200)
    assert queries.lines_to_settle("45").count() == 3
    with pytest.raises(operations.ReturnRefused, match="same|上传|uploaded"):
        cast.answered(batch, rows=rows)

    yejing = staff_of("yejing")
    assert operations.give_up(batch=batch, reason="银行三日未答", at=noon(DAY), actor=yejing) == 1
    batch.refresh_from_db()
    assert batch.state == "posted"
    line = queries.lines_to_settle("45").first()
    operations.settle_line(line=line, note="已与银行核对", at=noon(DAY), actor=yejing)
    with pytest.raises(operations.ReturnRefused):
        operations.settle_line(line=line, note="再次", at=noon(DAY), actor=yejing)
    operations.end(mandate=mandate, reason="客户解约", at=noon(DAY))
    assert cast.mandate(wang).state == "active"


def test_a_second_posting_changes_nothing(wang):
    cast.mandate(wang)
    owing(wang, 100, due=DUE)
    batch = cast.batch(DAY)
    cast.answered(batch)
    run = operations.start_posting(batch=batch, at=noon(DAY))
    with pytest.raises(operations.BatchCannotChange):
        operations.start_posting(batch=batch, at=noon(DAY))
    ids = {"batch_id": batch.pk, "first": 0, "last": 10**9, "at": noon(DAY)}
    assert operations.post_items(**ids) == {"payments": 1, "fen": 100}
    assert operations.post_items(**ids) == {"payments": 0, "fen": 0}
    jobs.drive(run=run, clock=lambda: noon(DAY))
    assert Payment.objects.count() == 1
    assert DebitBatch.objects.get().state == "posted"


def test_mandates_know_their_steps_and_the_database_keeps_one_live(wang):
    mandate = cast.mandate(wang, signed=False)
    owing(wang, 100, due=DUE)
    assert queries.candidates(cast.BANK, on=DAY, scope="45") == [], "the bank has not confirmed"
    with pytest.raises(operations.MandateRefused):
        cast.mandate(wang)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.create(
            number="x", account=wang, unit_id="4501", bank=cast.BANK, holder="x", bank_account="1",
            valid_from=DAY, created_at=noon(DAY),
        )  # fmt: skip
    mandate = operations.sign(mandate=mandate, at=noon(DAY))
    batch = cast.batch(DAY)
    with pytest.raises(operations.MandateCannotChange):
        operations.end(mandate=mandate, reason="解约", at=noon(DAY))
    operations.suspend(mandate=mandate, reason="客户要求", at=noon(DAY))
    with pytest.raises(DatabaseError), transaction.atomic():
        Mandate.objects.all().delete()
    assert rules.profile_of(batch.bank).name in batch.bank_name
    batch.refresh_from_db()


def test_a_batch_that_was_not_sent_is_withdrawn_whole(wang):
    cast.mandate(wang)
    owing(wang, 100, due=DUE)
    batch = cast.batch(DAY, sent=False)
    operations.withdraw_batch(batch=batch, reason="日期选错", at=noon(DAY))
    assert cast.batch(DAY).total_fen == 100
    with pytest.raises(operations.BatchCannotChange):
        operations.withdraw_batch(batch=batch, reason="再次", at=noon(DAY))


def test_the_file_of_a_batch_does_not_change(wang):
    import hashlib

    cast.mandate(wang, bank="denghuo_rural")
    owing(wang, 12_345, due=DUE)
    batch = cast.batch(DAY, bank="denghuo_rural")
    body = queries.out_file(batch)
    assert hashlib.sha256(body).hexdigest() == batch.digest
    assert "王秀英" in body.decode("gb18030") and "123.45" in body.decode("gb18030")
