"""Remittances and lock-box money: suspense, rules, splitting, undoing, sending back."""

from __future__ import annotations

import io
from datetime import date

import pytest

from denghuo.commerce.banking import handlers, operations, queries, tasks
from denghuo.commerce.banking.models import BankReceipt
from denghuo.commerce.ledger import queries as ledger
from denghuo.commerce.ledger.models import Entry
from denghuo.commerce.ledger.rules.chart import SUSPENSE
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.events import PaymentReversed
from denghuo.commerce.payments.models import Payment
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.imports import operations as imports
from denghuo.foundation.imports import rules as import_rules
from denghuo.foundation.jobs import operations as jobs
from tests.cast import banking as cast
from tests.cast import customers, staff, supply
from tests.cast.money import noon, owing

pytestmark = pytest.mark.django_db
DUE, DAY = date(2026, 9, 20), date(2026, 9, 10)


@pytest.fixture(autouse=True)
def books_agree(db):
    yield
    for found in (queries, receivables, ledger):
        assert list(found.inconsistencies()) == []


@pytest.fixture
def mill():
    return customers.account(customers.organisation("灯火纺织厂"))


def suspense() -> int:
    return -sum(Entry.objects.filter(ledger_account=SUSPENSE).values_list("amount_fen", flat=True))


def test_a_number_in_the_remark_is_matched_without_a_clerk(mill):
    owing(mill, 500_000, due=DUE)
    receipt = cast.receipt(500_000, on=DAY, payer="灯火纺织厂", remark=f"8月电费 {mill.number}")
    assert suspense() == 500_000
    match = operations.match_certain(receipt=receipt, at=noon(DAY))
    assert (match.rule, match.automatic) == ("account_number", True)
    assert suspense() == 0
    assert receivables.owed(mill.pk, on=DAY).total_fen == 0
    assert Payment.objects.get().external_id == receipt.reference


def test_a_name_with_the_exact_amount_is_proposed_and_a_clerk_decides(mill):
    owing(mill, 500_000, due=DUE)
    receipt = cast.receipt(500_000, on=DAY, payer="灯火纺织厂", payer_account="6217001")
    assert operations.match_certain(receipt=receipt, at=noon(DAY)) is None
    (proposal,) = queries.proposals(receipt, on=DAY)
    assert (proposal.rule, proposal.exact, proposal.certain) == ("name_amount", True, False)
    operations.match(receipt=receipt, parts=[(mill, 500_000)], at=noon(DAY), rule=proposal.rule)

    later = cast.receipt(100, on=DAY, payer="别的名字", payer_account="6217001")
    assert [p.rule for p in queries.proposals(later, on=DAY)] == ["payer_account"], "learned from the match"


def test_a_receipt_is_split_and_a_wrong_part_comes_back(mill):
    shop = customers.account(customers.organisation("陈记面馆", credit_code=customers.credit_code(2)))
    owing(mill, 300_000, due=DUE)
    receipt = cast.receipt(500_000, on=DAY, remark="集团代缴")
    made = operations.match(receipt=receipt, parts=[(mill, 300_000), (shop, 150_000)], at=noon(DAY))
    receipt.refresh_from_db()
    assert (receipt.state, receipt.open_fen) == ("open", 50_000)
    assert {payment.external_id for payment in Payment.objects.all()} == {
        receipt.reference,
        f"{receipt.reference}-2",
    }
    with pytest.raises(operations.ReceiptCannotBeMatched):
        operations.match(receipt=receipt, parts=[(mill, 50_001)], at=noon(DAY))

    wrong = next(item for item in made if item.account == shop)
    operations.unmatch(found=wrong, reason="付错户", at=noon(DAY))
    receipt.refresh_from_db()
    assert (receipt.open_fen, suspense()) == (200_000, 200_000)
    operations.match(receipt=receipt, parts=[(mill, 200_000)], at=noon(DAY))
    receipt.refresh_from_db()
    assert (receipt.state, suspense()) == ("matched", 0)


def test_a_payment_reversed_elsewhere_opens_its_receipt(mill):
    receipt = cast.receipt(100, on=DAY)
    operations.match(receipt=receipt, parts=[(mill, 100)], at=noon(DAY))
    payment = payments.reverse(payment=Payment.objects.get(), at=noon(DAY), reason="付错户")
    event = PaymentReversed(payment.pk, mill.pk, 100, "transfer", noon(DAY))
    for _twice in range(2):
        handlers.receipt_is_open_again(event, at=noon(DAY))
    receipt.refresh_from_db()
    assert (receipt.state, receipt.open_fen) == ("open", 100)


def test_two_persons_send_money_back():
    staff.hire_everyone(customers.AT)
    yejing, heyong = (Staff.objects.get(username=name) for name in ("yejing", "heyong"))
    receipt = cast.receipt(100, on=DAY)
    asked = operations.ask_send_back(receipt=receipt, reason="付款人来函", at=noon(DAY), actor=yejing)
    with pytest.raises(operations.SendBackRefused):
        operations.decide_send_back(asked=asked, approve=True, at=noon(DAY), actor=yejing)
    operations.decide_send_back(asked=asked, approve=True, at=noon(DAY), actor=heyong)
    receipt.refresh_from_db()
    assert (receipt.state, suspense()) == ("returned", 0)


def imported(kind: str, text: str, actor: Staff):
    file = io.BytesIO(text.encode("gb18030"))
    batch = imports.stage(
        kind=kind,
        file=file,
        file_name="bank.csv",
        parameters={},
        actor=actor,
        unit_id=actor.scope,
        at=noon(DAY),
    )
    batch = imports.check(batch=batch, actor=actor, at=noon(DAY))
    run = imports.commit(batch=batch, actor=actor, at=noon(DAY))
    jobs.drive(run=run, clock=lambda: noon(DAY))
    batch.refresh_from_db()
    return batch


@pytest.fixture
def yejing():
    staff.hire_everyone(customers.AT)
    return Staff.objects.get(username="yejing")


def test_a_lock_box_file_pays_and_a_wrong_number_waits(yejing):
    point = supply.wang_xiuying()
    owing(point.account, 8_000, due=DUE)
    text = (
        "流水号,户号,金额,缴费日期\n"
        f"L001,{point.number},80.00,2026-09-09\nL002,4501999999999,25.50,2026-09-09\nL001,{point.number},80.00,2026-09-09\n"
        f"L003,{point.number},八十,2026-09-09\n"
    )
    batch = imported("lockbox", text, yejing)
    assert (batch.total_rows, batch.committed_rows, batch.duplicate_rows, batch.error_rows) == (4, 2, 1, 1)
    assert Payment.objects.get().value_date == date(2026, 9, 9)
    receipt = BankReceipt.objects.get()
    assert (receipt.source, receipt.open_fen, receipt.remark) == ("lockbox", 2_550, "4501999999999")
    operations.match(receipt=receipt, parts=[(point.account, 2_550)], at=noon(DAY))
    assert Payment.objects.filter(channel="lockbox").count() == 2


def test_a_bank_statement_brings_receipts_and_places_the_certain_ones(yejing, mill):
    owing(mill, 500_000, due=DUE)
    text = (
        "交易日期,流水号,贷方金额,对方户名,对方账号,摘要\n"
        f'2026-09-09,T001,"5,000.00",灯火纺织厂,6217000000009999,电费{mill.number}\n'
        "2026-09-09,T002,300.00,某某公司,6217000000008888,货款\n"
        "2026-09-09,T003,,灯火物业,6217000000007777,工资\n"
    )
    batch = imported("bank_statement", text, yejing)
    assert batch.committed_rows == 3
    assert {r.reference: r.state for r in BankReceipt.objects.all()} == {"T001": "matched", "T002": "open"}
    again = imports.check(
        batch=imports.stage(
            kind="bank_statement", file=io.BytesIO((text + "\n").encode()), file_name="b.csv", parameters={},
            actor=yejing, unit_id="45", at=noon(DAY),
        ),
        actor=yejing, at=noon(DAY),
    )  # fmt: skip
    assert again.duplicate_rows == 2
    assert [band.count for band in queries.ages("45", on=DAY)] == [1, 0, 0, 0, 0]


@pytest.fixture(autouse=True)
def _kinds():
    for kind in (tasks.LOCKBOX, tasks.STATEMENT):
        import_rules.register(kind)
