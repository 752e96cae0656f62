"""Two clerks call the next at the same moment: they get different tickets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from denghuo.care.desk import operations
from denghuo.care.desk.models import Ticket
from tests.cast import appointments as cast
from tests.cast import customers
from tests.cast.appointments import AT
from tests.cast.staff import hire_everyone
from tests.database.care.appointments.test_race import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_clerks_get_different_tickets(threaded_database):
    customers.unit("4501")
    people = hire_everyone(AT)
    hall = cast.hall()
    clerks = [people[name] for name in ("linxiaoyu", "zhengjie", "chenxin", "mengfan")]
    for number, clerk in enumerate(clerks):
        operations.open_window(unit=hall, window=str(number), businesses=["bill"], clerk=clerk, at=AT)
    for _ in range(3):
        operations.take_ticket(unit=hall, business="bill", source="kiosk", at=AT)
    at = AT + timedelta(minutes=1)
    answers = at_once(*(lambda clerk=clerk: operations.call_next(clerk=clerk, at=at) for clerk in clerks))
    called = sorted(answer.number for answer in answers if isinstance(answer, Ticket))
    assert called == ["B001", "B002", "B003"], answers
    assert answers.count(None) == 1
    # one clerk presses twice at once: one ticket, one refusal
    for _ in range(2):
        operations.take_ticket(unit=hall, business="bill", source="kiosk", at=at)
    free = clerks[answers.index(None)]
    again = at_once(*[lambda: operations.call_next(clerk=free, at=at)] * 2)
    assert sum(isinstance(answer, Ticket) for answer in again) == 1, again
    assert sum(isinstance(answer, operations.QueueRefused) for answer in again) == 1, again
    assert Ticket.objects.filter(clerk=free, state="called").count() == 1
