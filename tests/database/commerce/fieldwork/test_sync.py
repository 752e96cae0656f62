"""What phones send: kept first, applied once, never lost, and decided by a person where two disagree."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from denghuo.commerce.fieldwork import operations, queries, rules
from denghuo.commerce.fieldwork.models import FieldSubmission, FieldTask
from denghuo.commerce.fieldwork.operations import CannotBeResolved
from denghuo.foundation.audit.models import Entry
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox.models import Message
from tests.cast import fieldwork as cast
from tests.cast import supply
from tests.cast.fieldwork import ELEVEN, NINE, PNG, TEN

pytestmark = pytest.mark.django_db


def test_a_day_of_a_task():
    task, phone = cast.task(), cast.phone()
    for act, state in (("accept", "accepted"), ("arrive", "arrived")):
        assert cast.send(phone, cast.item(act, task)).outcome == "applied"
        task.refresh_from_db()
        assert task.state == state
    heard = []
    with cast.hooked(
        lambda task, answers, *, at, actor: heard.append((task.pk, dict(answers), at, actor.username))
    ):
        photo = operations.keep_photo(device=phone, client_id="p1", content=PNG, taken_at=TEN, at=ELEVEN)
        sent = cast.send(
            phone,
            cast.item(
                "complete",
                task,
                answers=cast.answers(
                    load_kw="12.5",
                    result="right",
                    safe="yes",
                    seen_on="2026-09-08",
                    photo=["p1"],
                    registers={"total": "88.1"},
                ),
                position={"longitude": 108.3661234567, "latitude": 22.8172},
            ),
        )
    assert (sent.outcome, sent.words) == ("applied", "")
    task.refresh_from_db()
    assert (task.state, task.done_at, task.done_by.username) == ("done", TEN, "nongjun")
    assert task.done_longitude == Decimal("108.366123")
    expected = {
        "note": "表箱完好",
        "load_kw": Decimal("12.5"),
        "result": "right",
        "safe": True,
        "seen_on": date(2026, 9, 8),
        "photo": (photo.file_id,),
        "registers": {"total": Decimal("88.1")},
    }
    assert heard == [(task.pk, expected, TEN, "nongjun")]
    assert dict(queries.done_answers(task)) == expected
    assert {"fieldwork.task_dispatched", "fieldwork.crew_arrived", "fieldwork.task_done"} <= set(
        Message.objects.values_list("name", flat=True)
    )
    assert queries.task_of(task.supply_point, cast.CHECK.code) == task


def test_dispatching_again_gives_the_same_task():
    first, second = cast.task(key="same"), cast.task(key="same")
    assert first == second and FieldTask.objects.count() == 1


def test_sent_twice_is_applied_once():
    task, phone = cast.task(), cast.phone()
    calls = []
    with cast.hooked(lambda *args, **how: calls.append(1)):
        what = cast.item("complete", task, answers=cast.answers())
        first = cast.send(phone, what)
        again = cast.send(phone, what, ELEVEN + timedelta(minutes=5))
    assert first == again and first.outcome == again.outcome == "applied"
    assert calls == [1] and FieldSubmission.objects.count() == 1


def test_a_step_that_arrives_after_the_answers_only_notes_its_time():
    task, phone = cast.task(crew=None), cast.phone()
    steps = []
    with cast.hooked(step=lambda task, step, *, at, actor: steps.append(step)):
        assert cast.send(phone, cast.item("complete", task, answers=cast.answers())).outcome == "applied"
        assert cast.send(phone, cast.item("arrive", task, at=TEN - timedelta(minutes=9))).outcome == "applied"
    task.refresh_from_db()
    assert task.state == "done" and task.arrived_at == TEN - timedelta(minutes=9) and steps == []
    assert task.crew.username == "nongjun"


def test_two_phones_on_one_task_the_first_wins():
    task, hers, his = cast.task(crew=None), cast.phone("machao"), cast.phone("nongjun")
    assert (
        cast.send(hers, cast.item("complete", task, answers=cast.answers(load_kw="7"))).outcome == "applied"
    )
    second = cast.send(his, cast.item("complete", task, answers=cast.answers(load_kw="9")))
    assert second.outcome == "conflict" and "马超" in second.words
    assert second.first["answers"]["load_kw"] == "7" and second.first["who"] == "马超"
    task.refresh_from_db()
    assert task.state == "done"
    assert list(queries.undecided("45")) == [second]
    heyong = cast.people()["heyong"]
    operations.propose(submission=second, text="我到得晚，负荷已变", at=ELEVEN, actor=his.staff)
    with pytest.raises(CannotBeResolved, match="马超"):
        operations.apply_anyway(submission=second, reason="复核", at=ELEVEN, actor=heyong)
    operations.put_aside(submission=second, reason="以先到为准", at=ELEVEN, actor=heyong)
    assert not queries.undecided("45").exists()
    with pytest.raises(CannotBeResolved):
        operations.put_aside(submission=second, reason="再来", at=ELEVEN, actor=heyong)


def test_a_failing_hook_loses_nothing_and_can_be_applied_after_correction():
    task, phone = cast.task(), cast.phone()
    cast.send(phone, cast.item("accept", task))

    def refuses(task, answers, *, at, actor):
        task.end_note = "half written"
        task.save(update_fields=["end_note"])
        if answers["note"] != "对":
            raise rules.Conflict("表号不对")

    with cast.hooked(refuses):
        sent = cast.send(phone, cast.item("complete", task, answers=cast.answers()))
        assert (sent.outcome, sent.words) == ("conflict", "表号不对")
        task.refresh_from_db()
        assert (task.state, task.end_note, task.answers) == ("conflict", "", "{}")
        with pytest.raises(CannotBeResolved, match="表号不对"):
            operations.apply_anyway(
                submission=sent, reason="试一次", at=ELEVEN, actor=cast.people()["heyong"]
            )
        sent.refresh_from_db()
        assert sent.outcome == "conflict" and sent.resolved_at is None
        operations.resolve_conflict(
            submission=sent,
            decision="apply",
            answers={"note": "对"},
            reason="电话核实",
            at=ELEVEN,
            actor=cast.people()["heyong"],
        )
    task.refresh_from_db()
    assert task.state == "done" and task.done_at == TEN and task.given_answers["note"] == "对"
    assert Entry.objects.filter(action="fieldwork.submission.applied").count() == 1


def test_a_hook_that_breaks_says_so_without_its_entrails():
    task, phone = cast.task(), cast.phone()

    def broken(*args, **how):
        raise ZeroDivisionError("secret")

    with cast.hooked(broken):
        sent = cast.send(phone, cast.item("complete", task, answers=cast.answers()))
    assert sent.outcome == "conflict" and "secret" not in sent.words and "ZeroDivisionError" in sent.words
    operations.put_aside(submission=sent, reason="重做", at=ELEVEN, actor=cast.people()["heyong"])
    task.refresh_from_db()
    assert task.state == "assigned"


def test_killed_between_keeping_and_applying_the_next_try_applies(monkeypatch):
    task, phone = cast.task(), cast.phone()
    what = cast.item("complete", task, answers=cast.answers())
    module = "denghuo.commerce.fieldwork.operations.receiving"
    with monkeypatch.context() as patch:
        patch.setattr(f"{module}.apply", lambda **how: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            cast.send(phone, what)
    assert FieldSubmission.objects.get().outcome == "received"
    assert cast.send(phone, what).outcome == "applied"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "note"),
        ({"note": "x" * 21}, "20"),
        ({"note": "y", "load_kw": "501"}, "500"),
        ({"note": "y", "photo": ["nowhere"]}, ""),
        ({"note": "y", "other": "1"}, "other"),
        ("no mapping", ""),
    ],
)
def test_answers_that_will_not_do_are_refused_and_kept(answers, words):
    task, phone = cast.task(), cast.phone()
    sent = cast.send(phone, cast.item("complete", task, answers=answers))
    assert sent.outcome == "refused" and words in sent.words and sent.words
    task.refresh_from_db()
    assert task.state == "assigned"


def test_cancelled_and_reassigned_meanwhile():
    everybody = cast.people()
    gone, moved, phone = cast.task(), cast.task(), cast.phone()
    operations.cancel(task=gone, reason="客户撤销", at=TEN, actor=everybody["qinyong"])
    operations.assign(task=moved, crew=everybody["machao"], at=TEN, actor=everybody["qinyong"])
    assert cast.send(phone, cast.item("accept", gone)).outcome == "refused"
    for task, word in ((gone, "客户撤销"), (moved, "马超")):
        sent = cast.send(phone, cast.item("complete", task, answers=cast.answers()))
        assert sent.outcome == "conflict" and word in sent.words
    operations.apply_anyway(
        submission=FieldSubmission.objects.get(task=moved),
        reason="确实做了",
        at=ELEVEN,
        actor=everybody["heyong"],
    )
    moved.refresh_from_db()
    assert moved.state == "done" and moved.done_by == everybody["nongjun"]


def test_other_units_tasks_are_not_there():
    stranger = Staff.objects.exclude(unit__code__startswith="4501").filter(
        role_assignments__role="field_crew"
    )
    assert not stranger.exists()
    phone = cast.phone()
    assert cast.send(phone, cast.item("accept", None)).outcome == "refused"
    with pytest.raises(operations.CrewNotSuitable):
        cast.task(crew="liumin")


def test_the_clock_of_a_phone_is_believed_within_reason():
    task, phone = cast.task(), cast.phone()
    late = cast.send(phone, cast.item("accept", task, at=ELEVEN + timedelta(days=1)))
    assert late.made_at == ELEVEN
    old = cast.send(phone, cast.item("arrive", task, at=NINE - timedelta(days=30)))
    assert old.made_at == ELEVEN


def test_position_only_with_consent_and_not_for_long():
    phone = cast.phone()
    with pytest.raises(operations.ConsentMissing):
        operations.keep_position(device=phone, longitude=108.36, latitude=22.8, at=TEN)
    operations.set_consent(device=phone, consented=True, at=TEN, actor=phone.staff)
    for hours in (0, 24 * 8):
        operations.keep_position(
            device=phone, longitude=108.36, latitude=22.8, at=TEN - timedelta(hours=hours)
        )
    assert [one.at for one in queries.last_positions("45", since=NINE)] == [TEN]
    assert operations.forget_positions(at=TEN, days=7) == 1
    operations.set_consent(device=phone, consented=False, at=ELEVEN, actor=phone.staff)
    assert phone.positions.count() == 0 and queries.last_positions("45", since=NINE) == []


def test_supply_point_is_not_needed():
    point = supply.li_jianguo()
    task = cast.task(point, supply_point_id=None, details={"phone": 138})
    assert task.facts == {"phone": "138"}
