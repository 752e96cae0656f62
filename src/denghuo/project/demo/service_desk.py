"""The hall of the town: a month of tickets with evaluations, a queue this morning, appointments of two weeks, visits
at the door that come back, and grades of the named cast.

``play`` once on the last morning, after the money stories.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from denghuo.care.appointments import operations as appointments
from denghuo.care.appointments import queries as appointment_queries
from denghuo.care.appointments.models import Appointment, Service
from denghuo.care.desk import operations as desk
from denghuo.care.desk.models import Ticket
from denghuo.foundation.calendars import queries as calendars
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.project.demo import cast
from denghuo.records.customers.models import Customer
from denghuo.records.ratings import operations as ratings
from denghuo.records.ratings.operations import Graded

HALL, CREW, BUREAU = "4503", "4501", "45"
DAYS = 16
GRADES = {
    "hospital": ("A", "年售电量与社会影响居前，一级重要电力用户"),
    "foundry": ("A", "年售电量全局第一"),
    "mill": ("B", "年售电量居前百分之五"),
    "mall": ("B", "商业用户用电量居前"),
    "plastics": ("C", "用电量一般"),
    "noodles": ("C", "小微商户"),
    "wang": ("C", "居民用户"),
    "li": ("C", "居民用户"),
}
CREDIT = {"mill": "A", "hospital": "A", "mall": "B", "plastics": "D", "noodles": "B", "he": "C"}
BUSINESSES = ("payment", "bill", "payment", "change", "other", "payment", "connection", "bill", "other")
SCORES = (5, 5, 4, 5, 3, 5, 4, 5, 5, 2, 4, 5)
REMARKS = {
    "payment": "",
    "bill": "账单已解释",
    "change": "更名资料齐全",
    "other": "",
    "connection": "一次性告知",
}


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    """An hour of a day in Beijing."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)


def _named(key: str) -> Customer | None:
    name = next(member.name for member in cast.CAST if member.key == key)
    return Customer.objects.filter(name=name).order_by("-pk").first()


def play(people: Mapping[str, Staff], *, today: date) -> None:
    """Everything, in calendar time."""
    _grades(people, today)
    hall = OrganisationUnit.objects.get(code=HALL)
    for number, day in enumerate(_working_days(today, DAYS)):
        with transaction.atomic():
            _day(people, hall, day, number)
    with transaction.atomic():
        _offers(people, today)
        _bookings(people, today)
    with transaction.atomic():
        _visits(people, today)
        _this_morning(people, hall, today)


def _working_days(today: date, count: int) -> list[date]:
    """The last working days before today, oldest first."""
    found: list[date] = []
    day = today
    while len(found) < count:
        day -= timedelta(days=1)
        if calendars.is_working(day):
            found.append(day)
    return found[::-1]


def _grades(people: Mapping[str, Staff], today: date) -> None:
    """Half a year ago, this month, and one that a supervisor set by hand."""
    rows = [(_named(key), letter, why) for key, (letter, why) in GRADES.items()]
    for as_of in (date(today.year, 3, 1), date(today.year, 9, 1)):
        if as_of > today:
            continue
        for kind, suffix in (("value", "客户价值评分"), ("importance", "服务重要性评分")):
            ratings.publish(
                kind=kind, model=f"{suffix}2026", as_of=as_of, at=_at(as_of, 6),
                grades=[Graded(row.pk, letter, why) for row, letter, why in rows if row],
            )  # fmt: skip
    credit = [(_named(key), letter) for key, letter in CREDIT.items()]
    ratings.publish(
        kind="credit", model="交费信用评分2026", as_of=date(today.year, 9, 1), at=_at(date(today.year, 9, 1), 6),
        grades=[Graded(row.pk, letter, "近十二个月交费及时率与违约记录") for row, letter in credit if row],
    )  # fmt: skip
    school = _named("school")
    if school is not None:
        ratings.set_by_hand(
            customer=school, kind="importance", grade="A", reason="开学季保障：列为重点服务客户",
            expires_on=today + timedelta(days=60), at=_at(today - timedelta(days=7), 9), actor=people["heyong"],
        )  # fmt: skip


def _visitors() -> Iterator[Customer | None]:
    """Who comes, over and over: some of the cast, most unknown at the kiosk."""
    known = [_named(key) for key in ("noodles", "li", "wang", "mill", "sun", "mall", "zhou")]
    number = 0
    while True:
        yield known[number // 3 % len(known)] if number % 3 == 1 else None
        number += 1


def _day(people: Mapping[str, Staff], hall: OrganisationUnit, day: date, number: int) -> None:
    """A day of the hall: two windows, ten customers, one who leaves, now and then an item that takes too long."""
    clerks = (people["linxiaoyu"], people["zhengjie"])
    for window, clerk in enumerate(clerks, start=1):
        kinds = ("payment", "bill", "other") if window == 2 else tuple(dict.fromkeys(BUSINESSES))
        desk.open_window(unit=hall, window=str(window), businesses=kinds, clerk=clerk, at=_at(day, 8, 30))
    visitors = _visitors()
    for turn in range(10):
        order = number * 7 + turn
        taken = _at(day, 9 + turn * 45 // 60 + (1 if turn > 5 else 0), turn * 45 % 60)
        ticket = desk.take_ticket(
            unit=hall, business=BUSINESSES[order % len(BUSINESSES)], source="kiosk" if turn % 4 else "clerk",
            customer=next(visitors), at=taken,
        )  # fmt: skip
        if order % 23 == 22:
            desk.leave(ticket=ticket, actor=None, at=taken + timedelta(minutes=25))
            continue
        clerk = clerks[turn % 2] if ticket.business in ("payment", "bill", "other") else clerks[0]
        _served(clerk, taken + timedelta(minutes=2 + order * 5 % 13), order)
    for clerk in clerks:
        desk.close_window(clerk=clerk, at=_at(day, 17, 40))


def _served(clerk: Staff, at: datetime, order: int) -> None:
    ticket = desk.call_next(clerk=clerk, at=at)
    if ticket is None:
        return
    desk.start_service(ticket=ticket, clerk=clerk, at=at + timedelta(minutes=1))
    minutes = 3 + order % 3 if ticket.business == "payment" else 8 + order * 3 % 12
    if order % 17 == 5:
        minutes += 12
    if order % 6 == 4:
        desk.next_item(
            ticket=ticket,
            business="payment",
            clerk=clerk,
            at=at + timedelta(minutes=minutes),
            remark="已办结",
        )
        minutes += 4
    end = at + timedelta(minutes=1 + minutes)
    done = desk.finish(ticket=ticket, clerk=clerk, at=end, remark=REMARKS[ticket.business])
    if order % 3:
        desk.evaluate(ticket=done, score=SCORES[order % len(SCORES)], at=end + timedelta(minutes=1))


def _offers(people: Mapping[str, Staff], today: date) -> None:
    """What can be booked, where and when; the hall is closed for a training day next week."""
    at, boss = _at(today - timedelta(days=20), 9), people["heyong"]
    appointments.take_over_standard(at=at, actor=boss)
    services = {service.code: service for service in Service.objects.all()}
    hall, crew = OrganisationUnit.objects.get(code=HALL), OrganisationUnit.objects.get(code=CREW)
    plan: Sequence[tuple[OrganisationUnit, str, Sequence[int], tuple[int, int], tuple[int, int], int]] = (
        (hall, "connection", range(5), (9, 0), (11, 30), 2),
        (hall, "change", range(5), (9, 0), (11, 0), 1),
        (hall, "bill", range(5), (14, 30), (16, 30), 2),
        (hall, "expert", (1,), (14, 30), (16, 45), 1),
        (crew, "door_business", (1, 3), (9, 0), (12, 0), 1),
        (crew, "door_care", (1, 2, 4), (14, 0), (17, 0), 1),
    )
    for unit, code, weekdays, opens, closes, capacity in plan:
        for weekday in weekdays:
            appointments.add_opening(
                unit=unit, service=services[code], weekday=weekday, opens=time(*opens), closes=time(*closes),
                capacity=capacity, valid_from=(at + timedelta(hours=8)).date(), at=at, actor=boss,
            )  # fmt: skip
    appointments.change_day(
        unit=hall, on=today + timedelta(days=9), capacity=0, reason="业务系统培训，全天暂停预约",
        at=at, actor=boss,
    )  # fmt: skip


def _bookings(people: Mapping[str, Staff], today: date) -> None:
    """Appointments of this and the next week: some moved, one called off, one whose customer did not come."""
    hall = OrganisationUnit.objects.get(code=HALL)
    services = {service.code: service for service in Service.objects.all()}
    who = [
        _named(key) for key in ("mill", "noodles", "li", "sun", "mall", "zhou", "he", "plastics", "school")
    ]
    start = _at(today - timedelta(days=4), 10)
    made: list[Appointment] = []
    turn = 0
    for code in ("connection", "change", "bill", "expert"):
        offers = appointment_queries.free(
            unit_id=HALL, service_id=services[code].pk, after=_at(today - timedelta(days=3), 0), days=14
        )
        for offer in offers[:: 3 if code != "expert" else 2][:9]:
            customer = who[turn % len(who)]
            facts: dict[str, Any] = {"contact_name": "", "contact_phone": ""}
            if turn % 4 == 3 or customer is None:
                customer, facts = None, {"contact_name": "韦先生", "contact_phone": f"1397711{turn:04d}"}
            with suppress(appointments.AlreadyBooked):
                made.append(
                    appointments.book(
                        service=services[code], unit=hall, starts_at=offer.starts_at,
                        channel=("online", "phone", "counter")[turn % 3], customer=customer, at=start,
                        actor=people["linxiaoyu"] if turn % 3 == 2 else None, **facts,
                    )
                )  # fmt: skip
            turn += 1
    ahead = [row for row in made if row.starts_at > _at(today, 23)]
    if len(ahead) > 2:
        appointments.cancel(appointment=ahead[0], reason="客户临时出差", at=start + timedelta(hours=1))
        free = appointment_queries.free(
            unit_id=HALL, service_id=ahead[1].service_id, after=ahead[1].starts_at, days=5, limit=3
        )
        if free:
            appointments.move(
                appointment=ahead[1],
                starts_at=free[-1].starts_at,
                reason="客户要求改期",
                at=start + timedelta(hours=2),
            )
    for number, row in enumerate(row for row in made if row.starts_at < _at(today, 0)):
        if number % 4 == 1:
            appointments.miss(appointment=row, at=row.ends_at, actor=None, note="到时未到")
        else:
            appointments.arrive(appointment=row, at=row.starts_at - timedelta(minutes=4), actor=None)
            appointments.finish(appointment=row, at=row.ends_at, actor=people["linxiaoyu"])


def _visits(people: Mapping[str, Staff], today: date) -> None:
    """Two series of visits at the door: 王秀英, and the next customer with special care."""
    crew = OrganisationUnit.objects.get(code=CREW)
    services = {service.code: service for service in Service.objects.all()}
    others = Customer.objects.exclude(special_care="").filter(unit_id=CREW).order_by("number")
    wang = _named("wang")
    chosen = [wang] if wang else []
    chosen += [row for row in others[:3] if wang is None or row.pk != wang.pk][:1]
    at = _at(today - timedelta(days=3), 15)
    for number, customer in enumerate(chosen):
        appointments.start_series(
            customer=customer, service=services["door_care" if number == 0 else "door_business"], unit=crew,
            supply_point=customer.supply_points.order_by("number").first(), every_weeks=2 - number,
            first_date=today + timedelta(days=1), preferred=time(15) if number == 0 else time(10),
            note="老人独居，上门前先打电话" if number == 0 else "行动不便，上门收件", at=at, actor=people["chenxin"],
        )  # fmt: skip
    appointments.book_ahead(at=at)
    appointments.remind(at=_at(today, 9))


def _this_morning(people: Mapping[str, Staff], hall: OrganisationUnit, today: date) -> None:
    """The queue as it stands this morning: one at a window for too long, a green channel, an appointment come early."""
    clerk, cashier = people["linxiaoyu"], people["zhengjie"]
    desk.open_window(
        unit=hall,
        window="1",
        businesses=["bill", "connection", "change", "other"],
        clerk=clerk,
        at=_at(today, 8, 30),
    )
    desk.open_window(unit=hall, window="2", businesses=["payment"], clerk=cashier, at=_at(today, 8, 35))
    for minute, business, key in (
        (32, "change", ""),
        (34, "payment", ""),
        (38, "bill", "noodles"),
        (41, "bill", ""),
        (44, "payment", ""),
        (47, "connection", ""),
        (52, "bill", "wang"),
        (55, "other", ""),
        (57, "connection", "hospital"),
        (58, "payment", ""),
    ):
        desk.take_ticket(
            unit=hall,
            business=business,
            source="kiosk",
            at=_at(today, 8, minute),
            customer=_named(key) if key else None,
        )
    due = (
        Appointment.objects.filter(
            unit=hall, state="booked", starts_at__gte=_at(today, 9), starts_at__lt=_at(today, 18)
        )
        .order_by("starts_at", "id")
        .first()
    )
    if due is not None:
        desk.take_ticket(
            unit=hall, business="connection", source="appointment", appointment=due, at=_at(today, 8, 59)
        )
    first = desk.call_next(clerk=clerk, at=_at(today, 8, 36))
    assert first is not None
    desk.start_service(ticket=first, clerk=clerk, at=_at(today, 8, 37))
    second = desk.call_next(clerk=cashier, at=_at(today, 8, 39))
    assert second is not None
    desk.start_service(ticket=second, clerk=cashier, at=_at(today, 8, 40))
    done = desk.finish(ticket=second, clerk=cashier, at=_at(today, 8, 44))
    desk.evaluate(ticket=done, score=5, at=_at(today, 8, 45))
    desk.call_next(clerk=cashier, at=_at(today, 9, 0))


def what_there_is() -> dict[str, int]:
    """For the builder's log."""
    return {"tickets": Ticket.objects.count(), "appointments": Appointment.objects.count()}
