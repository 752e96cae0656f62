"""The life of a price book version: two persons, nothing edited afterwards, one version in force."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from denghuo.commerce.tariffs import operations, queries
from denghuo.commerce.tariffs.models import PriceBookVersion
from denghuo.engine.pricing.book import PriceBook, parse
from denghuo.foundation.audit.models import Entry
from denghuo.foundation.outbox.models import Message
from tests.cast import staff

pytestmark = pytest.mark.django_db


def guangxi(**changes: str) -> PriceBook:
    """The shipped Guangxi book with some prices changed by row id (``_`` for ``-``)."""
    document = json.loads(operations.shipped_documents()["cn-gx"])
    for price in document["prices"]:
        price["price"] = changes.get(price["id"].replace("-", "_"), price["price"])
    return parse(document)


@pytest.fixture
def tangjing(now):
    return staff.hire("tangjing", now)


@pytest.fixture
def luoqiang(now):
    return staff.hire("luoqiang", now)


@pytest.fixture
def in_force(now, tangjing, luoqiang):
    made = operations.load_shipped_books(at=now, drafted_by=tangjing, approved_by=luoqiang, codes={"cn-gx"})
    return made[0]


def drafted(now, tangjing, **changes):
    return operations.draft_version(book=guangxi(**changes), note="居民电价调整", drafted_by=tangjing, at=now)


def approved(now, tangjing, luoqiang, **changes):
    draft = drafted(now, tangjing, **changes)
    return operations.approve(version=draft, digest=draft.digest, approved_by=luoqiang, note="", at=now)


def test_every_shipped_book_is_put_in_force_once(now, tangjing, luoqiang):
    made = operations.load_shipped_books(at=now, drafted_by=tangjing, approved_by=luoqiang)
    again = operations.load_shipped_books(at=now, drafted_by=tangjing, approved_by=luoqiang)

    assert [version.book for version in made] == [
        "cn-cq", "cn-gd", "cn-gx", "cn-hb", "cn-js", "cn-yn", "cn-zj",
    ]  # fmt: skip
    assert {version.state for version in made} == {"in_force"}
    assert again == []


def test_a_new_version_supersedes_the_one_before(now, in_force, tangjing, luoqiang):
    version = approved(now, tangjing, luoqiang, gx_res_t1="0.5383")
    assert str(queries.book_in_force("cn-gx").price_rows["gx-res-t1"].price) == "0.5283"

    operations.put_in_force(version=version, actor=luoqiang, at=now + timedelta(hours=1))

    in_force.refresh_from_db()
    assert (in_force.state, in_force.superseded_at) == ("superseded", now + timedelta(hours=1))
    assert str(queries.book_in_force("cn-gx").price_rows["gx-res-t1"].price) == "0.5383"
    assert [v.number for v in queries.versions("cn-gx")] == [2, 1]


def test_each_step_is_audited_and_the_last_is_announced(now, tangjing, luoqiang):
    version = approved(now, tangjing, luoqiang)
    operations.put_in_force(version=version, actor=luoqiang, at=now)

    actions = Entry.objects.filter(subject_id=str(version.pk), action__startswith="tariffs.").order_by(
        "sequence"
    )
    assert list(actions.values_list("action", "actor__username")) == [
        ("tariffs.version.drafted", "tangjing"),
        ("tariffs.version.approved", "luoqiang"),
        ("tariffs.version.put_in_force", "luoqiang"),
    ]
    message = Message.objects.get(name="tariffs.book_in_force")
    assert json.loads(message.payload)["version_id"] == version.pk


def test_nobody_decides_their_own_draft(now, tangjing):
    draft = drafted(now, tangjing)

    with pytest.raises(operations.SamePerson):
        operations.approve(version=draft, digest=draft.digest, approved_by=tangjing, note="", at=now)
    with pytest.raises(operations.SamePerson):
        operations.reject(version=draft, rejected_by=tangjing, reason="写错了", at=now)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_the_database_too_wants_two_persons(now, tangjing):
    draft = drafted(now, tangjing)

    with pytest.raises(IntegrityError), transaction.atomic():
        PriceBookVersion.objects.filter(pk=draft.pk).update(
            state="approved", approved_by=tangjing, approved_at=now
        )


def test_an_approver_approves_the_text_that_was_read(now, tangjing, luoqiang):
    draft = drafted(now, tangjing, gx_res_t1="0.5383")
    read = draft.digest
    operations.amend(version=draft, book=guangxi(gx_res_t1="0.9999"), note="改", amended_by=tangjing, at=now)

    with pytest.raises(operations.DraftChanged):
        operations.approve(version=draft, digest=read, approved_by=luoqiang, note="", at=now)


def test_whoever_amends_a_draft_becomes_its_author(now, tangjing, luoqiang):
    draft = drafted(now, tangjing)
    draft = operations.amend(
        version=draft, book=guangxi(gx_res_t1="0.5383"), note="改", amended_by=luoqiang, at=now
    )

    with pytest.raises(operations.SamePerson):
        operations.approve(version=draft, digest=draft.digest, approved_by=luoqiang, note="", at=now)


def test_a_decided_version_cannot_be_amended(now, tangjing, luoqiang):
    version = approved(now, tangjing, luoqiang)

    with pytest.raises(operations.StateForbids):
        operations.amend(version=version, book=guangxi(), note="改", amended_by=tangjing, at=now)


@pytest.mark.parametrize(
    "column, value",
    [("document", "{}"), ("digest", "0" * 64), ("number", 9), ("book", "cn-yn"), ("state", "draft")],
)
def test_the_database_keeps_a_decided_version_as_it_is(column, value, now, tangjing, luoqiang):
    version = approved(now, tangjing, luoqiang)

    with pytest.raises(DatabaseError), transaction.atomic():
        PriceBookVersion.objects.filter(pk=version.pk).update(**{column: value})
    with pytest.raises(DatabaseError), transaction.atomic():
        PriceBookVersion.objects.filter(pk=version.pk).delete()


def test_the_text_cannot_change_in_the_moment_of_approval(now, tangjing, luoqiang):
    draft = drafted(now, tangjing)

    with pytest.raises(DatabaseError), transaction.atomic():
        PriceBookVersion.objects.filter(pk=draft.pk).update(
            state="approved", approved_by=luoqiang, approved_at=now, document="{}"
        )


def test_a_draft_may_still_be_thrown_away(now, tangjing):
    draft = drafted(now, tangjing)
    PriceBookVersion.objects.filter(pk=draft.pk).update(document="{}")
    assert PriceBookVersion.objects.filter(pk=draft.pk).delete()[0] == 1


def test_a_rejected_version_never_comes_into_force(now, tangjing, luoqiang):
    version = approved(now, tangjing, luoqiang)
    version = operations.reject(version=version, rejected_by=luoqiang, reason="缺文件依据", at=now)

    assert version.decision_note == "缺文件依据"
    with pytest.raises(operations.StateForbids):
        operations.put_in_force(version=version, actor=luoqiang, at=now)


def test_a_draft_without_any_change_is_refused(now, in_force, tangjing):
    with pytest.raises(operations.NothingChanged):
        drafted(now, tangjing)


def test_a_book_that_nobody_put_in_force_is_an_error(now, tangjing):
    drafted(now, tangjing)
    with pytest.raises(queries.NoBookInForce):
        queries.book_in_force("cn-gx")


def test_a_hot_day_is_declared_once_and_known_to_the_clock(now, tangjing, luoqiang):
    operations.load_shipped_books(at=now, drafted_by=tangjing, approved_by=luoqiang, codes={"cn-gd"})
    for _twice in range(2):
        operations.set_day_trigger(
            book="cn-gd", day=date(2026, 6, 12), trigger="hot_day", basis="广州气象台", actor=tangjing, at=now
        )

    calendar = queries.day_calendar("cn-gd", date(2026, 6, 1), date(2026, 7, 1))
    assert calendar.triggers == {"hot_day": frozenset({date(2026, 6, 12)})}
    assert Entry.objects.filter(action="tariffs.day.set").count() == 1
    with pytest.raises(operations.TriggerUnknown):
        operations.set_day_trigger(
            book="cn-gd", day=date(2026, 6, 12), trigger="snow", basis="", actor=tangjing, at=now
        )


def test_a_declared_day_can_be_taken_back(now, tangjing, luoqiang):
    operations.load_shipped_books(at=now, drafted_by=tangjing, approved_by=luoqiang, codes={"cn-gd"})
    what = {"book": "cn-gd", "day": date(2026, 6, 12), "trigger": "hot_day"}
    operations.set_day_trigger(**what, basis="广州气象台", actor=tangjing, at=now)

    assert operations.clear_day_trigger(**what, reason="录错日期", actor=tangjing, at=now)
    assert not operations.clear_day_trigger(**what, reason="录错日期", actor=tangjing, at=now)
    assert not queries.day_calendar("cn-gd", date(2026, 6, 1), date(2026, 7, 1)).triggers
