"""The database itself keeps bills as they were: no statement gets past the triggers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction

from denghuo.commerce.billing.models import Bill, BillLine, BillSection
from denghuo.commerce.billing.rules import TRANSITIONS
from tests.cast import billing as cast
from tests.cast import supply

pytestmark = pytest.mark.django_db


@pytest.fixture
def bill() -> Bill:
    cast.prices()
    wang = supply.wang_xiuying()
    cast.read(cast.metered(wang), "2025-08", 180)
    cast.run("2025-08")
    return cast.bill_of(wang, "2025-08")


def refused(statement: str, *params: object) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, params)
    except DatabaseError:
        return True
    return False


def move(bill: Bill, *states: str) -> None:
    for state in states:
        dates = (
            {"issued_at": cast.moment("2025-09-04"), "due_date": "2025-09-19"} if state == "issued" else {}
        )
        Bill.objects.filter(pk=bill.pk).update(state=state, **dates)


WAY_TO = {
    "draft": (),
    "held": ("held",),
    "approved": ("approved",),
    "issued": ("approved", "issued"),
    "cancelled": ("cancelled",),
}


class _Back(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside did not happen."""
    try:
        with transaction.atomic():
            yield
            raise _Back
    except _Back:
        pass


def test_a_state_follows_the_table_of_the_rules(bill):
    for start, end in product(TRANSITIONS, TRANSITIONS):
        issued = (
            ", issued_at = '2025-09-04 04:00:00+00:00', due_date = '2025-09-19'"
            if end == "issued" != start
            else ""
        )
        with undone():
            move(bill, *WAY_TO[start])
            allowed = end in TRANSITIONS[start] or start == end
            assert (
                refused(f"UPDATE billing_bill SET state = %s{issued} WHERE id = %s", end, bill.pk)
                is not allowed
            ), (
                start,
                end,
            )


def test_the_figures_of_an_approved_bill_do_not_change(bill):
    changes = {"total_fen": 1, "energy_kwh": 1, "account_id": None, "number": "x", "cycle": "2030-01"}
    for state in ("approved", "issued", "cancelled"):
        with undone():
            move(bill, *WAY_TO[state])
            for column, value in changes.items():
                assert refused(f"UPDATE billing_bill SET {column} = %s WHERE id = %s", value, bill.pk), column
            assert refused("UPDATE billing_billline SET amount_fen = 1 WHERE bill_id = %s", bill.pk)
            assert refused("UPDATE billing_billsection SET total_fen = 1 WHERE bill_id = %s", bill.pk)
            assert refused("DELETE FROM billing_billline WHERE bill_id = %s", bill.pk)
            assert refused("DELETE FROM billing_billsection WHERE bill_id = %s", bill.pk)


def test_the_due_date_of_an_issued_bill_does_not_change(bill):
    move(bill, "approved", "issued")
    assert refused("UPDATE billing_bill SET due_date = '2030-01-01' WHERE id = %s", bill.pk)


def test_a_bill_is_never_deleted(bill):
    for state in TRANSITIONS:
        with undone():
            move(bill, *WAY_TO[state])
            assert refused("DELETE FROM billing_bill WHERE id = %s", bill.pk), state


def test_a_draft_may_still_be_worked_on(bill):
    assert BillLine.objects.filter(bill=bill).update(name="…") > 0
    assert BillSection.objects.filter(bill=bill).update(estimated=True) == 1


def test_one_live_bill_an_account_and_cycle(bill):
    copy = Bill.objects.get(pk=bill.pk)
    copy.pk, copy.number = None, "x"
    with pytest.raises(DatabaseError), transaction.atomic():
        copy.save(force_insert=True)
