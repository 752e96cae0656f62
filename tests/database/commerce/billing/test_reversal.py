"""Cancelling an issued bill: previewed, decided by two, negated line by line, billed again."""

from __future__ import annotations

import pytest

from denghuo.commerce.billing import operations, queries
from denghuo.commerce.billing.models import Bill
from denghuo.foundation.outbox.models import Message
from tests.cast import billing as cast
from tests.cast import supply

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued():
    cast.prices()
    wang = supply.wang_xiuying()
    cast.read(cast.metered(wang), "2025-08", 180)
    cast.issued("2025-08")
    return cast.bill_of(wang, "2025-08")


def ask(bill: Bill, **how):
    return operations.ask_reversal(
        bill=bill, reason="倍率录错", actor=cast.people()["liumin"], at=cast.moment("2025-09-10"),
        **{"rebill": True, **how},
    )  # fmt: skip


def approve(reversal, by: str = "heyong"):
    return operations.approve_reversal(
        reversal=reversal,
        actor=cast.people()[by],
        at=cast.moment("2025-09-11"),
        due_date=cast.DUE.of(cast.moment("2025-09-11").date()),
    )


def test_nothing_changed_means_no_difference(issued):
    effect = operations.preview(bill=issued)
    assert effect.difference_fen == 0
    assert effect.before_fen == issued.total_fen
    assert not effect.problems


def test_the_reversal_negates_every_line_and_the_account_is_billed_again(issued):
    made = approve(ask(issued))
    issued.refresh_from_db()
    (negative,) = made.reversals
    assert issued.state == "cancelled"
    assert (negative.state, negative.kind, negative.total_fen) == ("issued", "reversal", -issued.total_fen)
    assert [(line.component, -line.quantity, -line.amount_fen) for line in negative.lines.all()] == [
        (line.component, line.quantity, line.amount_fen) for line in issued.lines.all()
    ]
    assert made.replacement is not None
    assert made.replacement.replaces == issued
    assert made.replacement.total_fen == issued.total_fen
    assert made.replacement.state == "draft"
    assert list(queries.inconsistencies()) == []
    assert Message.objects.filter(name="billing.bill_reversed").count() == 1


def test_nobody_decides_their_own_reversal(issued):
    with pytest.raises(operations.ReversalCannotBeDecided):
        approve(ask(issued), by="liumin")
    issued.refresh_from_db()
    assert issued.state == "issued"


def test_a_reversal_is_decided_once(issued):
    reversal = ask(issued)
    approve(reversal)
    with pytest.raises(operations.ReversalCannotBeDecided):
        approve(reversal)
    assert Bill.objects.filter(kind="reversal").count() == 1


def test_a_rejected_reversal_leaves_the_bill_alone(issued):
    operations.reject_reversal(
        reversal=ask(issued), actor=cast.people()["heyong"], at=cast.moment("2025-09-11"), note="读数无误"
    )
    issued.refresh_from_db()
    assert issued.state == "issued"
    assert ask(issued), "and may be asked for again"


def test_only_an_issued_bill_is_reversed():
    cast.prices()
    li = supply.li_jianguo()
    cast.read(cast.metered(li), "2025-08", 90)
    cast.run("2025-08")
    with pytest.raises(operations.BillCannotBeReversed):
        ask(cast.bill_of(li, "2025-08"))


def test_a_reason_is_needed(issued):
    with pytest.raises(operations.BillCannotBeReversed):
        operations.ask_reversal(
            bill=issued, reason="  ", rebill=True, actor=cast.people()["liumin"], at=cast.moment("2025-09-10")
        )
