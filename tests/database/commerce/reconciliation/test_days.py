"""A channel's day told as a story: file, records and ledger side by side, every kind of difference, closing."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from denghuo.commerce.banking import queries as banking
from denghuo.commerce.ledger import operations as ledger_operations
from denghuo.commerce.ledger import queries as ledger
from denghuo.commerce.ledger.models import PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import BANK, CLEARING, SUSPENSE
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Payment
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.reconciliation import operations, queries
from denghuo.commerce.reconciliation.models import ChannelStatement, DayReconciliation, Difference
from denghuo.foundation.identity.models import Staff
from tests.cast import banking as bank_cast
from tests.cast import customers, staff
from tests.cast.money import noon, pay
from tests.cast.statements import FileRow, file_of

pytestmark = pytest.mark.django_db
DAY, NEXT = date(2026, 9, 6), date(2026, 9, 7)


@pytest.fixture(autouse=True)
def books_agree(db):
    staff.hire_everyone(customers.AT)
    yield
    for found in (queries, banking, receivables, ledger):
        assert list(found.inconsistencies()) == []


def person(name: str) -> Staff:
    return Staff.objects.get(username=name)


@pytest.fixture
def wang():
    return customers.account(customers.person("王秀英"))


def statement(channel: str, day: date, *rows: FileRow) -> ChannelStatement:
    return operations.take_statement(
        channel=channel, day=day, body=file_of(channel, day, rows), file_name="bill.csv", unit_id="45",
        at=noon(NEXT), actor=person("yejing"),
    )  # fmt: skip


def reconciled(channel: str, day: date = DAY) -> DayReconciliation:
    return operations.reconcile(channel=channel, day=day, unit_id="45", at=noon(NEXT), actor=person("yejing"))


def kinds(found: DayReconciliation) -> dict[str, str]:
    return {row.external_id: row.kind for row in found.differences.exclude(state="gone")}


def test_a_day_without_differences_is_closed_by_the_accountant(wang):
    pay(wang, 12_345, on=DAY, channel="wechat", external_id="W1")
    statement("wechat", DAY, FileRow("W1", 12_345, fee_fen=74))
    found = reconciled("wechat")
    assert (found.file_total_fen, found.our_total_fen, found.ledger_total_fen) == (12_345,) * 3
    assert (found.matched_count, found.state) == (1, "explained")
    operations.close_day(found=found, at=noon(NEXT), actor=person("yejing"))
    with pytest.raises(operations.DayCannotBeReconciled):
        reconciled("wechat")
    with pytest.raises(operations.StatementRefused):
        statement("wechat", DAY, FileRow("W2", 1))


def test_every_kind_of_difference_is_listed_and_the_totals_hold(wang):
    for name, fen in (("SAME", 100), ("OURS", 200), ("CHANGED", 300), ("TWICE", 400), ("LATE", 500)):
        pay(wang, fen, on=DAY, channel="wechat", external_id=name)
    pay(wang, 600, on=date(2026, 9, 5), channel="wechat", external_id="EARLY")
    ledger_operations.post(
        kind=PostingKind.SUSPENSE,
        legs=[Leg(CLEARING, 77, detail="wechat"), Leg(SUSPENSE, -77, detail="other")],
        on=DAY, at=noon(DAY), unit_id="45",
    )  # fmt: skip
    statement("wechat", NEXT, FileRow("LATE", 500))
    statement(
        "wechat", DAY, FileRow("SAME", 100), FileRow("THEIRS", 250), FileRow("CHANGED", 310), FileRow("TWICE", 400),
        FileRow("TWICE", 400), FileRow("EARLY", 600), FileRow("BACK", 100, "refund", "SAME"),
    )  # fmt: skip
    found = reconciled("wechat")
    listed = kinds(found)
    posting = next(name for name, kind in listed.items() if kind == "ledger")
    assert listed == {
        "OURS": "missing_theirs", "THEIRS": "missing_ours", "CHANGED": "amount", "TWICE": "duplicate",
        "LATE": "day_cut", "EARLY": "day_cut", "BACK": "state", posting: "ledger",
    }  # fmt: skip
    assert found.file_total_fen == found.our_total_fen + found.difference_fen
    assert found.ledger_total_fen - found.our_total_fen == found.ledger_difference_fen == 77
    assert set(found.differences.filter(automatic=True).values_list("external_id", flat=True)) == {
        "LATE",
        "EARLY",
    }
    assert (found.state, found.open_count) == ("open", 6)
    with pytest.raises(operations.DayCannotBeClosed):
        operations.close_day(found=found, at=noon(NEXT), actor=person("yejing"))
    for row in found.differences.filter(state="open"):
        operations.explain(
            difference=row, explanation="已向渠道查询，等待补单", at=noon(NEXT), actor=person("yejing")
        )
    operations.close_day(found=found, at=noon(NEXT), actor=person("yejing"))
    assert reconciled("wechat", NEXT).differences.get().automatic


def test_missing_money_is_booked_by_two_persons_and_explains_its_own_day(wang):
    statement("wechat", DAY, FileRow("W1", 5_000))
    found = reconciled("wechat")
    row = found.differences.get()
    yejing, heyong = person("yejing"), person("heyong")
    with pytest.raises(operations.DifferenceCannotChange):
        operations.ask_booking(difference=row, account=None, reason="漏单", at=noon(NEXT), actor=yejing)
    operations.ask_booking(difference=row, account=wang, reason="漏单", at=noon(NEXT), actor=yejing)
    with pytest.raises(operations.DifferenceCannotChange):
        operations.decide_booking(difference=row, approve=True, at=noon(NEXT), actor=yejing)
    with pytest.raises(IntegrityError), transaction.atomic():
        Difference.objects.filter(pk=row.pk).update(decided_by=yejing)
    later = noon(date(2026, 9, 12))
    row = operations.decide_booking(difference=row, approve=True, at=later, actor=heyong)
    assert (row.state, row.payment.external_id, row.payment.value_date) == ("resolved", "W1", DAY)
    found = reconciled("wechat")
    assert (found.state, kinds(found)) == ("explained", {"W1": "day_cut"})
    assert found.differences.get().state == "resolved"

    statement("wechat", date(2026, 9, 12))
    booked = operations.reconcile(channel="wechat", day=date(2026, 9, 12), unit_id="45", at=later)
    assert booked.differences.get().automatic, "its own day knows why"


def test_a_new_file_keeps_what_was_explained_and_lets_go_what_vanished(wang):
    pay(wang, 100, on=DAY, channel="alipay", external_id="A1")
    statement("alipay", DAY, FileRow("A2", 200))
    found = reconciled("alipay")
    assert kinds(found) == {"A1": "missing_theirs", "A2": "missing_ours"}
    operations.explain(
        difference=found.differences.get(external_id="A2"),
        explanation="商户误收，已退",
        at=noon(NEXT),
        actor=person("yejing"),
    )
    statement("alipay", DAY, FileRow("A2", 200), FileRow("A1", 100))
    found = reconciled("alipay")
    assert {row.external_id: row.state for row in found.differences.all()} == {
        "A1": "gone",
        "A2": "explained",
    }
    statement("alipay", DAY, FileRow("A2", 300), FileRow("A1", 100))
    assert reconciled("alipay").differences.get(external_id="A2").state == "open", (
        "another amount is another matter"
    )


def test_reversals_and_bank_channels_are_told_too(wang):
    payment = pay(wang, 900, on=DAY, channel="card", external_id="C1")
    payments.reverse(payment=payment, at=noon(DAY), reason="刷错卡")
    statement("card", DAY, FileRow("C1", 900), FileRow("C9", 900, "refund", "C1"))
    assert reconciled("card").state == "explained"

    receipt = bank_cast.receipt(70_000, on=DAY, reference="BK1")
    from denghuo.commerce.banking import operations as banking_operations

    banking_operations.match(
        receipt=receipt, parts=[(wang, 40_000), (customers.account(), 30_000)], at=noon(NEXT)
    )
    statement("transfer", DAY, FileRow("BK1", 70_000), FileRow("BK2", 10))
    found = reconciled("transfer")
    assert kinds(found) == {"BK2": "missing_ours"}
    row = found.differences.get()
    operations.ask_booking(difference=row, account=None, reason="漏导", at=noon(NEXT), actor=person("yejing"))
    operations.decide_booking(difference=row, approve=True, at=noon(NEXT), actor=person("heyong"))
    assert reconciled("transfer").state == "explained"


def test_a_file_with_broken_rows_is_kept_but_not_compared(wang):
    body = file_of("card", DAY, [FileRow("C1", 12_345)]).replace(b"123.45", b"12x", 1)
    kept = operations.take_statement(
        channel="card", day=DAY, body=body, file_name="pos.csv", unit_id="45", at=noon(NEXT)
    )
    assert (kept.error_count, kept.lines.get().problem) == (1, "cannot be understood")
    with pytest.raises(operations.DayCannotBeReconciled):
        reconciled("card")
    with pytest.raises(operations.StatementRefused):
        operations.take_statement(
            channel="card", day=DAY, body=body, file_name="x", unit_id="45", at=noon(NEXT)
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        kept.lines.update(problem="")


def test_a_pay_out_moves_the_money_to_the_bank_less_the_fee(wang):
    pay(wang, 10_000, on=DAY, channel="wechat", external_id="W1")
    kept = statement("wechat", DAY, FileRow("W1", 10_000, fee_fen=60))
    with pytest.raises(operations.SettlementRefused):
        operations.settle(statement=kept, bank_reference="S1", net_fen=10_000, at=noon(NEXT))
    made = operations.settle(statement=kept, bank_reference="S1", net_fen=9_940, at=noon(NEXT))
    entries = dict(made.posting.entries.values_list("ledger_account", "amount_fen"))
    assert entries == {BANK: 9_940, "660301": 60, CLEARING: -10_000}
    with pytest.raises(operations.SettlementRefused):
        operations.settle(statement=kept, bank_reference="S2", net_fen=9_940, at=noon(NEXT))
    assert reconciled("wechat", NEXT).ledger_total_fen == 0, "the pay-out is no movement of customers' money"


def test_the_morning_compares_what_is_there_and_marks_what_is_late(wang):
    pay(wang, 100, on=DAY, channel="wechat", external_id="W1")
    pay(wang, 100, on=DAY, channel="alipay", external_id="A1")
    statement("wechat", DAY, FileRow("W1", 100))
    for _again in range(2):
        assert operations.reconcile_due(at=noon(NEXT)) == 1
    late = DayReconciliation.objects.get(channel="alipay")
    assert (late.state, late.overdue_at) == ("waiting", noon(NEXT))
    assert DayReconciliation.objects.get(channel="wechat").state == "explained"
    assert Payment.objects.count() == 2
    assert connection.vendor in ("sqlite", "postgresql")
