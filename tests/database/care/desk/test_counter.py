"""A morning at the counter: tickets, calls, clocks, evaluations, and the figures of the day."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override
from python_calamine import CalamineWorkbook

from denghuo.care.appointments import operations as appointments
from denghuo.care.desk import operations, queries
from denghuo.care.desk.models import Evaluation, Item, Ticket
from denghuo.care.desk.operations import QueueRefused
from denghuo.care.desk.web import common
from denghuo.records.ratings import operations as ratings
from tests.cast import appointments as cast
from tests.cast import customers
from tests.cast.appointments import AT, TUESDAY, beijing
from tests.cast.staff import hire, hire_everyone

pytestmark = pytest.mark.django_db


def minute(number: float):
    """So many minutes after nine in the morning."""
    return AT + timedelta(minutes=number)


@pytest.fixture
def people():
    customers.unit("4501")
    return hire_everyone(AT)


@pytest.fixture
def hall(people):
    return cast.hall()


def take(hall, business="bill", at=AT, **facts) -> Ticket:
    return operations.take_ticket(unit=hall, business=business, source="kiosk", at=at, **facts)


def sit(clerk, hall, window="1", businesses=("bill", "payment", "other"), at=AT):
    return operations.open_window(unit=hall, window=window, businesses=businesses, clerk=clerk, at=at)


def served(ticket, clerk, at, minutes=4) -> Ticket:
    operations.start_service(ticket=ticket, clerk=clerk, at=at)
    return operations.finish(ticket=ticket, clerk=clerk, at=at + timedelta(minutes=minutes))


def test_key_customers_and_special_care_come_first(people, hall):
    mill = customers.organisation()
    ratings.publish(
        kind="importance", model="importance-2026", as_of=date(2026, 9, 1), at=AT,
        grades=[ratings.Graded(mill.pk, "A", "一级重要电力用户")],
    )  # fmt: skip
    wang = customers.person(special_care="elderly")
    tickets = [
        take(hall),
        take(hall, at=minute(1), customer=customers.person("李建国", phone="13800138002")),
        take(hall, at=minute(2), customer=mill),
        take(hall, at=minute(3), customer=wang),
    ]
    assert [ticket.number for ticket in tickets] == ["B001", "B002", "B003", "B004"]
    with override("en"):
        said = [common.reason_text(ticket) for ticket in tickets[2:]]
    assert said == ["Service importance A", "Elderly, living alone"]
    clerk = people["linxiaoyu"]
    sit(clerk, hall, businesses=["bill"])
    called = []
    for number in range(4):
        ticket = operations.call_next(clerk=clerk, at=minute(5 + number))
        called.append(ticket.number)
        served(ticket, clerk, minute(5 + number), minutes=0)
    assert called == ["B003", "B004", "B001", "B002"]
    assert operations.call_next(clerk=clerk, at=minute(10)) is None


def test_a_clerk_serves_one_ticket(people, hall):
    clerk, other = people["linxiaoyu"], people["zhengjie"]
    first, second = take(hall), take(hall)
    with pytest.raises(QueueRefused):
        operations.call_next(clerk=clerk, at=minute(1))  # no window yet
    sit(clerk, hall)
    with pytest.raises(QueueRefused):
        sit(other, hall)  # somebody sits there
    sit(other, hall, window="2", businesses=["payment"])
    ticket = operations.call_next(clerk=clerk, at=minute(1))
    with pytest.raises(QueueRefused):
        operations.call_next(clerk=clerk, at=minute(1))
    with pytest.raises(QueueRefused):
        operations.close_window(clerk=clerk, at=minute(1))
    assert operations.call_next(clerk=other, at=minute(1)) is None  # only payments there
    with pytest.raises(QueueRefused):
        operations.start_service(ticket=ticket, clerk=other, at=minute(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=second.pk).update(state="called", clerk=clerk, first_called_at=minute(1))
    operations.recall(ticket=ticket, clerk=clerk, at=minute(2))
    operations.skip(ticket=ticket, clerk=clerk, at=minute(3))
    operations.wait_again(ticket=ticket, actor=clerk, at=minute(4))
    again = operations.call_next(clerk=clerk, at=minute(5))
    assert (again.pk, again.calls) == (first.pk, 3)


def test_items_have_their_own_clocks(people, hall):
    clerk = people["linxiaoyu"]
    sit(clerk, hall)
    ticket = take(hall, business="payment")
    operations.call_next(clerk=clerk, at=minute(2))
    operations.start_service(ticket=ticket, clerk=clerk, at=minute(3))
    operations.next_item(ticket=ticket, business="bill", clerk=clerk, at=minute(9), remark="缴费")
    with pytest.raises(QueueRefused):
        operations.next_item(ticket=ticket, business="poetry", clerk=clerk, at=minute(9))
    done = operations.finish(ticket=ticket, clerk=clerk, at=minute(20))
    items = list(Item.objects.order_by("id"))
    assert [(item.limit_minutes, item.exceeded) for item in items] == [(5, True), (20, False)]
    assert queries.inconsistencies() == []
    with pytest.raises(operations.CannotEvaluate):
        operations.evaluate(ticket=done, score=6, at=minute(21))
    operations.evaluate(ticket=done, score=4, at=minute(21), comment="耐心")
    with pytest.raises(operations.CannotEvaluate):
        operations.evaluate(ticket=done, score=1, at=minute(22))
    assert Evaluation.objects.get().clerk == clerk


def test_passed_on_in_the_place_that_was_waited_for(people, hall):
    clerk, other = people["linxiaoyu"], people["mengfan"]
    first = take(hall, business="bill")
    take(hall, business="connection", at=minute(1))
    sit(clerk, hall)
    operations.call_next(clerk=clerk, at=minute(2))
    operations.start_service(ticket=first, clerk=clerk, at=minute(2))
    operations.transfer(ticket=first, business="connection", clerk=clerk, at=minute(6))
    sit(other, hall, window="5", businesses=["connection"])
    ticket = operations.call_next(clerk=other, at=minute(7))
    assert (ticket.pk, ticket.business, ticket.transfers) == (first.pk, "connection", 1)
    operations.start_service(ticket=ticket, clerk=other, at=minute(7))
    assert operations.finish(ticket=ticket, clerk=other, at=minute(20)).state == "done"
    assert Item.objects.filter(ticket=first).count() == 2


def test_an_appointment_becomes_a_ticket(people, hall):
    service = cast.services()["bill"]
    cast.open_hall(service)
    made = cast.booked(service)
    with pytest.raises(QueueRefused):
        take(hall, appointment=made)  # it is tomorrow
    at = beijing(TUESDAY, 8, 55)
    ticket = take(hall, at=at, appointment=made)
    made.refresh_from_db()
    assert (made.state, ticket.reason, ticket.customer) == ("arrived", "appointment", made.customer)
    with pytest.raises(QueueRefused):
        take(hall, at=at, appointment=made)
    clerk = people["linxiaoyu"]
    sit(clerk, hall, at=at)
    served(operations.call_next(clerk=clerk, at=at), clerk, at)
    made.refresh_from_db()
    assert made.state == "done"
    assert appointments.mark_missed(at=beijing(TUESDAY, 20)) == 0


def test_the_figures_of_the_day(people, hall, client, monkeypatch):
    clerk = people["linxiaoyu"]
    sit(clerk, hall)
    for number, (minutes, score) in enumerate(((4, 5), (30, 2), (10, None))):
        take(hall, at=minute(40 * number))
        ticket = operations.call_next(clerk=clerk, at=minute(40 * number + 3))
        done = served(ticket, clerk, minute(40 * number + 3), minutes=minutes)
        if score:
            operations.evaluate(ticket=done, score=score, at=minute(40 * number + 35))
    left = take(hall, business="payment", at=minute(120))
    assert operations.close_day(before=date(2026, 9, 7), at=minute(120)) == 0
    assert operations.close_day(before=date(2026, 9, 8), at=minute(1440)) == 1
    left.refresh_from_db()
    assert left.state == "left"
    figures = queries.day_figures(hall.pk, date(2026, 9, 7), date(2026, 9, 8))
    total = figures.total
    assert (total.tickets, total.served, total.left, total.items, total.exceeded) == (4, 3, 1, 3, 1)
    assert (total.wait_average, total.service_longest) == (Decimal("3.0"), Decimal("30.0"))
    assert (total.on_time_percent, total.score_average, total.satisfied_percent) == (
        Decimal("66.7"),
        Decimal("3.5"),
        Decimal("50.0"),
    )
    assert [row.key for row in figures.clerks] == ["linxiaoyu"]
    assert [(row.key, row.tickets) for row in figures.businesses] == [("payment", 1), ("bill", 3)]
    assert [(row.label, row.tickets) for row in figures.hours] == [("09:00", 2), ("10:00", 1), ("11:00", 1)]
    client.force_login(people["heyong"])
    url = reverse("desk:day") + f"?unit={hall.pk}&from=2026-09-07&by=business"
    page = client.get(url)
    assert [row.tickets for row in page.context["rows"]] == [1, 3]
    answer = client.get(url + "&export=xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    cells = book.get_sheet_by_index(0).to_python()
    assert list(cells[0]) == [str(column.label) for column in page.context["columns"]]
    assert [row[1] for row in cells[1:]] == [1, 3]


def test_the_screens_of_the_hall_name_nobody(people, hall, client, monkeypatch):
    for module in ("screens", "counter"):
        monkeypatch.setattr(f"denghuo.care.desk.web.{module}.now", lambda: minute(10))
    wang = customers.person(special_care="elderly")
    kiosk = reverse("desk:kiosk", args=[common.screen_token(hall.pk, "kiosk")])
    assert client.get(kiosk).status_code == 200
    page = client.post(kiosk, {"business": "bill", "who": wang.number}).content.decode()
    ticket = Ticket.objects.get()
    assert ticket.number in page and ticket.customer == wang and ticket.rank == 2
    assert client.post(kiosk, {"business": "tea"}).status_code == 422
    for _ in range(12):
        answer = client.post(kiosk, {"business": "bill"})
    assert answer.status_code == 422  # somebody plays with the kiosk
    sit(people["linxiaoyu"], hall)
    operations.call_next(clerk=people["linxiaoyu"], at=minute(10))
    display = reverse("desk:display", args=[common.screen_token(hall.pk, "display")])
    shown = client.get(display).content.decode() + page
    assert ticket.number in shown
    for personal in (wang.name, wang.masked_name, wang.number, wang.phone, "elderly", "林小雨"):
        assert personal not in shown
    evaluation = reverse("desk:evaluation", args=[common.screen_token(hall.pk, "evaluation", "1")])
    done = served(ticket, people["linxiaoyu"], minute(10), minutes=0)
    signed = client.get(evaluation).context["signed"]
    assert client.post(evaluation, {"ticket": signed, "score": "5"}).status_code == 200
    assert done.evaluation.score == 5
    assert client.post(evaluation, {"ticket": signed, "score": "1"}).status_code == 200
    done.evaluation.refresh_from_db()
    assert done.evaluation.score == 5
    for wrong in (kiosk[:-2] + "xx", reverse("desk:kiosk", args=[common.screen_token(hall.pk, "display")])):
        assert client.get(wrong).status_code == 404


def test_the_pages_of_a_clerk(people, hall, client, monkeypatch):
    monkeypatch.setattr("denghuo.care.desk.web.counter.now", lambda: minute(10))
    client.force_login(people["linxiaoyu"])
    wang = customers.person(special_care="elderly")

    def post(name, *args, **data):
        return client.post(reverse(f"desk:{name}", args=args), data, follow=True)

    assert "open-window" in client.get(reverse("desk:counter")).content.decode()
    assert post("open-window", window="").status_code == 422
    post("open-window", window="3", businesses=["bill", "other"])
    assert post("take", business="bill", who="99999").status_code == 422
    assert "独居老人" in post("take", business="bill", who=wang.number).content.decode()
    post("next")
    ticket = Ticket.objects.get()
    for name in ("recall", "start"):
        post(name, ticket.pk)
    post("item", ticket.pk, business="other")
    page = client.get(reverse("desk:counter")).content.decode()
    assert 'data-limit="20"' in page and ticket.number in page
    post("finish", ticket.pk)
    ticket.refresh_from_db()
    assert ticket.state == "done"
    post("close-window")
    for name in ("queue", "tickets", "day", "screens"):
        assert client.get(reverse(f"desk:{name}")).status_code == 200
    stranger = hire("machao", AT)
    client.force_login(stranger)
    assert client.get(reverse("desk:counter")).status_code == 403
    assert post("finish", ticket.pk).status_code == 403
