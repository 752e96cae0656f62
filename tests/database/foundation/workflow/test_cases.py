"""A case from its start to its end, with everything the engine underneath must not do to it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from denghuo.foundation.workflow import operations, queries
from denghuo.foundation.workflow.models import HumanTask, ProcessInstance, Timer
from denghuo.foundation.workflow.operations import walking
from tests.cast import processes as drawn
from tests.cast import staff as cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def case(request_process, subject, now):
    return operations.start(
        process="test.request",
        subject=subject,
        title="梧桐巷 12-301 用电申请",
        unit_id="4501",
        at=now,
        actor=cast.hire("linxiaoyu", now),
    )


def do(case, step, at, **data):
    task = case.tasks.get(step=step, state="open")
    return operations.complete(task=task, at=at, actor=None, data=data)


def test_a_case_walks_to_its_end_and_keeps_its_story(case, written, subject, now):
    assert case.owner.name == "林小雨" and case.number == "P2026090700001"
    assert [(task.step, task.role, task.unit_id) for task in queries.open_tasks(subject)] == [
        ("accept", "counter_clerk", "4501")
    ]
    do(case, "accept", now + DAY)
    after = do(case, "survey", now + 2 * DAY, feasible=True, headroom=30)
    assert (after.state, after.outcome, after.ended_at) == ("done", "finished", now + 2 * DAY)
    assert [call[:2] for call in written] == [(case.pk, now + 2 * DAY)]
    assert [event.kind for event in case.events.order_by("id")] == [
        "started", "opened", "done", "opened", "done", "automatic", "ended",
    ]  # fmt: skip
    assert not Timer.objects.filter(fired_at__isnull=True).exists()


def test_a_story_cannot_be_rewritten(case):
    for act in (lambda: case.events.update(kind="x"), lambda: case.events.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_a_gateway_that_lacks_its_data_leaves_the_step_as_it_was(case, now):
    do(case, "accept", now)
    state = ProcessInstance.objects.get(pk=case.pk).engine_state
    with pytest.raises(operations.DataMissing, match="headroom"):
        do(case, "survey", now, feasible=True)
    assert ProcessInstance.objects.get(pk=case.pk).engine_state == state
    assert do(case, "survey", now, feasible=False).outcome == "refused"


def test_what_is_done_cannot_be_done_again(case, now):
    task = case.tasks.get()
    operations.complete(task=task, at=now, actor=None)
    with pytest.raises(operations.TaskNotOpen):
        operations.complete(task=HumanTask.objects.get(pk=task.pk), at=now, actor=None)
    assert case.tasks.filter(step="survey").count() == 1


@pytest.mark.parametrize("value", [1.5, None, [1], {"a": 1}, "x" * 201])
def test_task_data_are_small_and_plain(case, value, now):
    with pytest.raises(operations.NotTaskData):
        operations.complete(task=case.tasks.get(), at=now, actor=None, data={"x": value})


def test_data_survive_storing_and_would_not_as_sorted_json(case, now):
    """The library restores in the order of the keys: jsonb reorders them and data are lost, so the column is text."""
    do(case, "accept", now, zebra="z", ant=1)
    kept = ProcessInstance.objects.select_related("definition").get(pk=case.pk)
    assert walking.resume(kept, at=now, actor=None).data() == {"zebra": "z", "ant": 1}
    shuffled = json.dumps(json.loads(kept.engine_state), sort_keys=True)
    assert json.loads(shuffled) == json.loads(kept.engine_state)
    assert ProcessInstance._meta.get_field("engine_state").get_internal_type() == "TextField"


def test_a_timer_asks_our_clock_and_not_the_wall(case, now):
    do(case, "accept", now)
    assert Timer.objects.get().due_at == now + 2 * DAY
    assert operations.fire_timers(at=now + 2 * DAY - timedelta(seconds=1)) == 0
    assert operations.fire_timers(at=now + 2 * DAY) == 1
    assert {task.step for task in case.tasks.filter(state="open")} == {"survey", "hurry"}
    assert operations.fire_timers(at=now + 9 * DAY) == 0
    do(case, "hurry", now + 3 * DAY)
    assert do(case, "survey", now + 3 * DAY, feasible=True, headroom=1).outcome == "finished"


def test_a_cancelled_case_takes_its_steps_back(case, now):
    do(case, "accept", now)
    operations.cancel(instance=case, at=now, actor=None, reason="客户撤回")
    case.refresh_from_db()
    assert case.state == "cancelled" and not case.tasks.filter(state="open").exists()
    assert not Timer.objects.exists()
    with pytest.raises(operations.CaseEnded):
        operations.cancel(instance=case, at=now, actor=None, reason="again")


def test_a_case_keeps_its_version_until_it_is_moved(case, request_process, subject, now):
    longer = drawn.REQUEST.replace(
        b'<sequenceFlow id="write_finished" sourceRef="write" targetRef="finished">',
        b'<userTask id="check" name="\xe5\xa4\x8d\xe6\xa0\xb8" denghuo:role="supervisor"/>'
        b'<sequenceFlow id="check_finished" sourceRef="check" targetRef="finished"/>'
        b'<sequenceFlow id="write_finished" sourceRef="write" targetRef="check">',
    ).replace(
        b"</bpmndi:BPMNPlane>",
        b'<bpmndi:BPMNShape id="c" bpmnElement="check"/><bpmndi:BPMNEdge id="e" bpmnElement="check_finished"/></bpmndi:BPMNPlane>',
    )
    second = operations.approve(definition=operations.draft(xml=longer, at=now), at=now, actor=None)
    assert second.version == 2
    do(case, "accept", now)
    assert operations.start(
        process="test.request", subject=subject, title="新", unit_id="4501", at=now, actor=None
    ).definition == second  # fmt: skip
    report = operations.migrate(instances=[case], to=second, at=now, actor=None)
    assert [(moved.instance.pk, moved.obstacle) for moved in report] == [(case.pk, "")]
    assert do(case, "survey", now, feasible=True, headroom=1).state == "running"
    assert do(case, "check", now).outcome == "finished"


def test_a_case_that_walked_what_is_gone_stays(case, request_process, now):
    do(case, "accept", now)
    renamed = (
        drawn.REQUEST.replace(b'"accept"', b'"take_in"')
        .replace(b"begin_accept", b"begin_take_in")
        .replace(b"accept_survey", b"take_in_survey")
        .replace(b">accept<", b">take_in<")
    )
    second = operations.approve(definition=operations.draft(xml=renamed, at=now), at=now, actor=None)
    (moved,) = operations.migrate(instances=[case], to=second, at=now, actor=None)
    assert moved.obstacle
    case.refresh_from_db()
    assert case.definition == request_process


def test_the_state_does_not_hold_the_diagram(case, now):
    do(case, "accept", now)
    case.refresh_from_db()
    assert "feasible_refused" not in case.engine_state and len(case.engine_state) < 8_000
    assert json.loads(case.engine_state)["serializer_version"] == "1.5"


def test_the_standing_of_a_case_for_its_drawing(case, now):
    do(case, "accept", now)
    case.refresh_from_db()
    diagram = operations.diagram_of(case.definition)
    seen = queries.standing(diagram, case, list(case.tasks.all()))
    assert list(seen.current) == ["survey"] and set(seen.done) >= {"begin", "accept"}
    assert set(seen.next) == {"finished", "refused"}
    assert [(o.name, [v for v, _ in o.options]) for o in queries.outcomes(diagram, "survey")] == [
        ("feasible", [True]), ("headroom", [0])
    ]  # fmt: skip
