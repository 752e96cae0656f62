"""The story of the hall is told whole, with few customers and with none of the cast."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Count

from denghuo.care.appointments import queries as appointments
from denghuo.care.appointments.models import Appointment, Series
from denghuo.care.desk import queries
from denghuo.care.desk.models import Evaluation, Item, Ticket
from denghuo.project.demo import service_desk
from denghuo.records.ratings import queries as ratings
from tests.cast import customers, supply
from tests.cast.staff import hire_everyone

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 7)


def test_the_hall_looks_alive():
    customers.unit("4502")
    people = hire_everyone(customers.AT)
    wang = supply.household("王秀英", special_care="elderly").customer
    supply.household("韦桂花", "灯火镇桂花巷9号", special_care="disabled", phone="13800138044")
    hospital = customers.organisation("灯火镇人民医院")
    service_desk.play(people, today=TODAY)
    assert Ticket.objects.filter(day__lt=TODAY, state="done").count() > 100
    assert Evaluation.objects.count() > 60
    assert any(item.exceeded for item in Item.objects.all())
    waiting = queries.waiting("4503", at=service_desk._at(TODAY, 9, 2))
    assert [ticket.customer for ticket in waiting[:2]] == [wang, hospital]
    assert Ticket.objects.filter(day=TODAY, state__in=["called", "serving"]).count() == 2
    assert Series.objects.count() == 2 and Series.objects.filter(appointments__isnull=False).exists()
    states = dict(Appointment.objects.values_list("state").annotate(Count("id")).order_by("state"))
    assert set(states) >= {"booked", "done", "missed", "cancelled"}, states
    assert Appointment.objects.filter(moved_times=1).exists()
    assert ratings.grades([hospital.pk], "importance", on=TODAY) == {hospital.pk: "A"}
    assert queries.inconsistencies() == []
    assert appointments.inconsistencies() == []
