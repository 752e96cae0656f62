"""Many book the last places at the same moment: exactly so many get one as fit."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError, connections

from denghuo.care.appointments import operations, queries
from denghuo.care.appointments.models import Appointment, Slot
from tests.cast import appointments as cast
from tests.cast import customers
from tests.cast.appointments import AT, TUESDAY, beijing
from tests.cast.staff import hire_everyone

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 6


def at_once(*acts) -> list[object]:
    """Run the acts in threads that start together; what each answered or raised."""
    barrier = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(number: int) -> None:
        try:
            barrier.wait(timeout=20)
            for _attempt in range(80):
                try:
                    answers[number] = acts[number]()
                    return
                except OperationalError as error:  # SQLite: somebody else writes
                    answers[number] = error
        except Exception as error:
            answers[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def test_capacity_is_never_exceeded(threaded_database):
    customers.unit("4501")
    hire_everyone(AT)
    service = cast.services()["bill"]
    cast.open_hall(service, capacity=2)
    people = [customers.person(f"张{n}", phone=f"1380013810{n}") for n in range(THREADS)]

    def book(person):
        return lambda: cast.booked(service, person)

    answers = at_once(*(book(person) for person in people))
    assert sum(isinstance(answer, Appointment) for answer in answers) == 2, answers
    assert sum(isinstance(answer, operations.SlotFull) for answer in answers) == THREADS - 2, answers
    assert Slot.objects.get().booked == 2
    assert queries.inconsistencies() == []
    # two swap their times at the same moment: one row is locked before the other, always in the same order
    first, second = Appointment.objects.order_by("id")
    operations.move(appointment=second, starts_at=beijing(TUESDAY, 9, 20), reason="错峰", at=AT)

    def move(appointment, minute):
        return lambda: operations.move(
            appointment=appointment, starts_at=beijing(TUESDAY, 9, minute), reason="互换", at=AT
        )

    answers = at_once(move(first, 20), move(second, 0))
    assert all(isinstance(answer, Appointment) for answer in answers), answers
    assert queries.inconsistencies() == []
    # the same customer, twice: one appointment
    answers = at_once(*[
        lambda: operations.book(
            service=service, unit=cast.hall(), starts_at=beijing(TUESDAY, 10), channel="online",
            customer=people[0], at=AT,
        )
    ] * 2)  # fmt: skip
    assert sum(isinstance(answer, Appointment) for answer in answers) == 1, answers
    assert sum(isinstance(answer, operations.AlreadyBooked) for answer in answers) == 1, answers
