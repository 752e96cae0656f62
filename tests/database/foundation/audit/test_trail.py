"""The trail cannot be edited, and whoever gets around that is found out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction

from denghuo.foundation.audit import operations, queries
from denghuo.foundation.audit.models import Entry, Head
from tests.cast import staff


@pytest.fixture
def trail(db, now):
    """Ten entries about one unit by the billing clerk."""
    liumin = staff.hire("liumin", now)
    for number in range(10):
        operations.record(
            "tests.lamp.lit",
            subject=liumin.unit,
            at=now + timedelta(minutes=number),
            actor=liumin,
            changes={"lamps": [number, number + 1]},
            reason="天黑了",
        )
    return Entry.objects.order_by("sequence")


def without_triggers(statement: str) -> None:
    """What somebody with the database's own rights could do."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_entry_no_update")
            cursor.execute("DROP TRIGGER audit_entry_no_delete")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute(statement)


def test_an_entry_says_who_what_when_where_and_why(trail, now):
    with operations.acting_from("10.1.2.3"):
        operations.record("tests.lamp.out", subject_type="tests.lamp", subject_id=7, at=now)
    entry = Entry.objects.first()
    assert (entry.actor, entry.actor_label, entry.address, entry.subject_id) == (
        None,
        "system",
        "10.1.2.3",
        "7",
    )
    first = trail.get(reason="天黑了", changes='{"lamps": [0, 1]}')
    assert (first.actor_label, first.unit_id, first.subject_label) == ("刘敏", "45", "灯火供电局")
    assert queries.history(staff.open_units(now)["45"]).count() == 11


def test_an_unbroken_chain_holds_from_any_point(trail):
    assert queries.verify().holds
    assert queries.verify(since=5).checked == trail.count() - 4


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET reason = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_or_delete_an_entry(trail, statement):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert queries.verify().holds


@pytest.mark.parametrize(
    ("statement", "broken_at", "why"),
    [
        ("UPDATE audit_entry SET reason = '没有' WHERE sequence = 9", 9, "changed"),
        ("UPDATE audit_entry SET address = '1.1.1.1' WHERE sequence = 9", 9, "changed"),
        ("DELETE FROM audit_entry WHERE sequence = 9", 9, "missing"),
        ("UPDATE audit_entry SET previous_digest = digest WHERE sequence = 9", 9, "not linked"),
        ("DELETE FROM audit_entry WHERE sequence > 14", 15, "cut off"),
    ],
)
def test_whoever_gets_around_the_trigger_is_found_at_the_first_broken_link(trail, statement, broken_at, why):
    without_triggers(statement)
    verdict = queries.verify()
    assert (verdict.broken_at, verdict.why) == (broken_at, why)


def test_a_forger_who_reseals_one_entry_breaks_the_next(trail):
    from denghuo.foundation.audit import rules

    entry = trail.get(sequence=9)
    entry.reason = "从未发生"
    digest = rules.seal(entry.previous_digest, {name: getattr(entry, name) for name in rules.SEALED})
    without_triggers(f"UPDATE audit_entry SET reason = '从未发生', digest = '{digest}' WHERE sequence = 9")
    assert queries.verify().broken_at == 10


def test_what_is_rolled_back_leaves_no_link(trail, now):
    before = Head.objects.get().sequence
    with pytest.raises(RuntimeError), transaction.atomic():
        operations.record("tests.lamp.lit", at=now)
        raise RuntimeError
    assert Head.objects.get().sequence == before
    assert queries.verify().holds


def test_many_facts_are_one_bulk_write(trail, now, django_assert_max_num_queries):
    facts = [
        operations.Fact("tests.lamp.lit", subject_type="tests.lamp", subject_id=str(n)) for n in range(300)
    ]
    with django_assert_max_num_queries(10):
        operations.record_many(facts, at=now)
    assert queries.verify().checked == trail.count()


def test_racing_writers_make_one_chain(threaded_database, now):
    def worker(number: int) -> None:
        try:
            for _ in range(3):
                with transaction.atomic():
                    operations.record("tests.lamp.lit", subject_type="tests.lamp", subject_id=number, at=now)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(worker, range(12)))
    verdict = queries.verify()
    assert (verdict.holds, verdict.checked) == (True, 36)


def test_personal_data_is_seen_with_a_reason_and_a_quota(trail, now, settings):
    settings.REVEALS_A_DAY = 2
    clerk, customer = staff.hire("linxiaoyu", now), staff.open_units(now)["4501"]
    look = {"subject": customer, "fields": ["phone"], "actor": clerk}
    with pytest.raises(operations.ReasonMissing):
        operations.record_view(**look, reason=" ", at=now)
    assert operations.record_view(**look, reason="核对来电人", at=now) == operations.Allowance(1, 2)
    operations.record_view(**look, reason="核对来电人", at=now + timedelta(hours=1))
    with pytest.raises(operations.QuotaUsedUp):
        operations.record_view(**look, reason="核对来电人", at=now + timedelta(hours=2))
    tomorrow = now + timedelta(hours=12)  # midnight in Beijing
    assert operations.record_view(**look, reason="核对来电人", at=tomorrow).used == 1
    newest = queries.history(customer).first()
    assert (newest.actor_label, newest.reason) == ("林小雨", "核对来电人")


def test_the_address_of_one_request_never_reaches_another(now, db):
    def worker(number: int) -> str:
        with operations.acting_from(f"10.0.0.{number}"):
            return operations.present_address()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(worker, range(20))) == [f"10.0.0.{n}" for n in range(20)]
    assert operations.present_address() == ""
