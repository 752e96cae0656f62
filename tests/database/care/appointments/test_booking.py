"""Booking, moving, cancelling; capacity, the calendar, reminders, and visits that come back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from denghuo.care.appointments import operations, queries
from denghuo.care.appointments.models import Appointment, Slot
from denghuo.care.notifications.models import Message
from tests.cast import appointments as cast
from tests.cast import customers, supply
from tests.cast.appointments import AT, TUESDAY, beijing
from tests.cast.staff import hire_everyone

pytestmark = pytest.mark.django_db


@pytest.fixture
def bill():
    customers.unit("4501")
    hire_everyone(AT)
    service = cast.services()["bill"]
    cast.open_hall(service)
    return service


def test_a_place_is_given_once(bill):
    wang, li = customers.person(), customers.person("李建国", phone="13800138002")
    made = cast.booked(bill, wang)
    assert (made.number, made.state) == ("AP2609080001", "booked")
    with pytest.raises(operations.SlotFull):
        cast.booked(bill, li)
    operations.cancel(appointment=made, reason="客户改期", at=AT)
    again = cast.booked(bill, li)
    with pytest.raises(operations.AppointmentInvalid):
        operations.cancel(appointment=made, reason="又一次", at=AT)
    assert queries.inconsistencies() == []
    slot = Slot.objects.get()
    assert (slot.booked, slot.capacity) == (1, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.update(booked=2)
    moved = operations.move(appointment=again, starts_at=beijing(TUESDAY, 9, 20), reason="晚到", at=AT)
    assert moved.moved_times == 1
    assert sorted(Slot.objects.values_list("booked", flat=True)) == [0, 1]
    assert queries.inconsistencies() == []


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"starts_at": beijing(TUESDAY, 9, 10)}, operations.NotOffered),
        ({"starts_at": beijing(date(2026, 9, 12), 9)}, operations.NotOffered),  # Saturday
        ({"starts_at": beijing(date(2026, 9, 25), 9)}, operations.NotOffered),  # 中秋节
        ({"starts_at": beijing(date(2026, 9, 7), 9, 20)}, operations.AppointmentInvalid),  # too near
        ({"starts_at": beijing(date(2026, 12, 1), 9)}, operations.AppointmentInvalid),  # too far
        ({"customer": None, "contact_name": "新客户"}, operations.AppointmentInvalid),
        ({"channel": "pigeon"}, operations.AppointmentInvalid),
    ],
)
def test_what_is_refused(bill, facts, refusal):
    wanted = {"service": bill, "unit": cast.hall(), "starts_at": beijing(TUESDAY, 9), "channel": "phone"}
    with pytest.raises(refusal):
        operations.book(**{**wanted, "customer": customers.person(), "at": AT, **facts})
    assert not Appointment.objects.exists()


def test_the_same_customer_books_a_time_once(bill):
    wang = customers.person()
    first = cast.booked(bill, wang)
    operations.change_day(unit=cast.hall(), on=TUESDAY, capacity=3, reason="加派人手", at=AT, actor=None)
    with pytest.raises(operations.AlreadyBooked) as caught:
        cast.booked(bill, wang)
    assert caught.value.appointment == first
    cast.booked(bill, customers.person("李建国", phone="13800138002"))
    change = operations.change_day(
        unit=cast.hall(), on=TUESDAY, capacity=0, reason="停电检修", at=AT, actor=None
    )
    facts = {"unit_id": "4503", "service_id": bill.pk}
    assert {offer.day for offer in queries.free(after=AT, days=2, **facts)} == {
        date(2026, 9, 7),
        date(2026, 9, 9),
    }
    operations.restore_day(change=change, reason="恢复", at=AT, actor=None)
    assert TUESDAY in {offer.day for offer in queries.free(after=AT, days=2, **facts)}
    assert queries.inconsistencies() == []  # who was booked stays booked, although the plan says one


def test_reminders_are_sent_once_for_a_time(bill):
    wang = customers.person()
    made = operations.book(
        service=bill, unit=cast.hall(), starts_at=beijing(date(2026, 9, 9), 9), channel="phone", customer=wang, at=AT
    )  # fmt: skip

    def told() -> list[str]:
        return list(Message.objects.order_by("id").values_list("template", flat=True))

    assert told() == ["appointments.booked"]
    assert operations.remind(at=beijing(TUESDAY, 8)) == 0
    assert operations.remind(at=beijing(TUESDAY, 9)) == 1
    assert operations.remind(at=beijing(TUESDAY, 10)) == 0
    assert (
        operations.remind(at=beijing(date(2026, 9, 9), 8)) == 1
    )  # at 7 it is within two hours, at 8 as well: once
    assert operations.remind(at=beijing(date(2026, 9, 9), 8, 30)) == 0
    assert told() == ["appointments.booked", "appointments.tomorrow", "appointments.soon"]
    assert operations.mark_missed(at=beijing(date(2026, 9, 9), 9, 49)) == 0
    assert operations.mark_missed(at=beijing(date(2026, 9, 9), 9, 51)) == 1
    made.refresh_from_db()
    assert made.state == "missed"


def test_arrival(bill):
    made = cast.booked(bill)
    with pytest.raises(operations.WrongState):
        operations.arrive(appointment=made, at=AT, actor=None)  # a day early
    operations.arrive(appointment=made, at=beijing(TUESDAY, 8, 50), actor=None)
    assert operations.mark_missed(at=beijing(TUESDAY, 12)) == 0
    done = operations.finish(appointment=made, at=beijing(TUESDAY, 9, 15), actor=None)
    assert done.state == "done"
    with pytest.raises(operations.WrongState):
        operations.miss(appointment=made, at=beijing(TUESDAY, 12), actor=None)


def test_visits_come_back_on_the_days_of_the_crew(bill):
    care = cast.services()["door_care"]
    cast.open_crew(care)
    home = supply.wang_xiuying()
    facts = {"service": care, "unit": customers.unit("4501"), "supply_point": home, "at": AT, "actor": None}
    shop = supply.noodle_shop()
    with pytest.raises(operations.SeriesInvalid):  # no special care
        operations.start_series(
            customer=shop.customer, every_weeks=2, first_date=TUESDAY, **{**facts, "supply_point": shop}
        )
    series = operations.start_series(
        customer=home.customer, every_weeks=2, first_date=date(2026, 9, 9), **facts
    )
    assert operations.book_ahead(at=AT) == 2  # 9 and 23 September; 7 October lies beyond four weeks
    assert operations.book_ahead(at=AT) == 0
    days = [row.starts_at.date() for row in series.appointments.order_by("starts_at")]
    assert days == [date(2026, 9, 10), date(2026, 9, 24)]  # the crew's Thursdays
    assert series.appointments.first().address == "灯火镇梧桐巷12-301"
    # 7 October is a holiday; the crew's next days are closed by hand: the series says that nothing is free
    for day in range(8, 16):
        operations.change_day(
            unit=customers.unit("4501"), on=date(2026, 10, day), capacity=0, reason="抢修", at=AT, actor=None
        )
    assert operations.book_ahead(at=AT + timedelta(days=14)) == 0
    series.refresh_from_db()
    assert "2026-10-07" in series.problem
    assert operations.end_series(series=series, reason="迁出", at=AT, actor=None) == 2
    assert queries.inconsistencies() == []
