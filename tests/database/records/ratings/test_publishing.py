"""Grades are published, superseded by date, set by hand for a while, and never edited."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from denghuo.foundation.audit import queries as audit
from denghuo.records.ratings import operations, queries
from denghuo.records.ratings.models import Grade
from denghuo.records.ratings.operations import Graded, GradeInvalid
from tests.cast import customers
from tests.cast.staff import hire_everyone

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 7)
AT = datetime(2026, 9, 7, 1, tzinfo=UTC)


@pytest.fixture
def people():
    customers.unit("4501")
    return hire_everyone(AT)


def publish(grades, *, kind="value", as_of=TODAY):
    rows = [Graded(pk, letter, "年用电量 12 万 kWh,按期交费") for pk, letter in grades]
    return operations.publish(kind=kind, model="value-2026", as_of=as_of, grades=rows, at=AT)


def test_a_later_publication_supersedes_and_nothing_is_edited(people):
    wang, mill = customers.person(), customers.organisation()
    assert publish([(wang.pk, "C"), (mill.pk, "A")], as_of=date(2026, 6, 30)) == 2
    publish([(wang.pk, "B")])
    ids = [wang.pk, mill.pk, 999_999]
    assert queries.grades(ids, on=TODAY) == {wang.pk: "B", mill.pk: "A"}
    assert queries.grades(ids, on=date(2026, 7, 1)) == {wang.pk: "C", mill.pk: "A"}
    assert queries.grades(ids, "credit", on=TODAY) == {}
    assert list(queries.superseded(Grade.objects.all(), on=TODAY)) == [
        Grade.objects.get(customer=wang, grade="C").pk
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        Grade.objects.filter(customer=wang).update(grade="A")
    with pytest.raises(DatabaseError), transaction.atomic():
        Grade.objects.filter(customer=wang).delete()


def test_by_hand_needs_a_reason_and_an_end(people):
    wang = customers.person()
    facts = {"customer": wang, "kind": "importance", "grade": "A", "at": AT, "actor": people["heyong"]}
    for reason, end in (("", date(2026, 10, 1)), ("重点", TODAY), ("重点", date(2027, 12, 1))):
        with pytest.raises(GradeInvalid):
            operations.set_by_hand(reason=reason, expires_on=end, **facts)
    operations.set_by_hand(reason="透析患者,重点服务", expires_on=date(2026, 10, 1), **facts)
    publish([(wang.pk, "D")], kind="importance")
    assert queries.grades([wang.pk], "importance", on=TODAY) == {wang.pk: "A"}
    assert queries.grades([wang.pk], "importance", on=date(2026, 10, 1)) == {wang.pk: "D"}
    entry = audit.history(wang).filter(action="ratings.grade.set_by_hand").get()
    assert entry.reason == "透析患者,重点服务"


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "beauty"}, {"as_of": date(2026, 9, 8)}, {"grades": [(1, "E")]}],
)
def test_what_cannot_be_published(people, wrong):
    facts = {"grades": [(customers.person().pk, "A")], **wrong}
    with pytest.raises(GradeInvalid):
        publish(facts.pop("grades"), **facts)
    assert not Grade.objects.exists()


def test_pages(client, people, monkeypatch):
    wang = customers.person()
    account = customers.account(wang)
    publish([(wang.pk, "B")])
    client.force_login(people["heyong"])
    page = client.get(reverse("ratings:grades"))
    assert wang.number in page.content.decode()
    assert "value-2026" in client.get(reverse("customers:account", args=[account.pk])).content.decode()
    url = reverse("ratings:customer", args=[wang.pk])
    assert client.get(url).status_code == 200
    act = reverse("ratings:set", args=[wang.pk])
    assert client.post(act, {"kind": "value", "grade": "A"}).status_code == 422
    client.force_login(people["linxiaoyu"])
    assert client.get(url).status_code == 200
    assert client.post(act, {"kind": "value", "grade": "A"}).status_code == 403
    assert Grade.objects.count() == 1
    client.force_login(people["weidong"])
    assert client.get(url).status_code == 404  # another station's customer
    client.force_login(people["zhengjie"])
    assert client.get(url).status_code == 403
