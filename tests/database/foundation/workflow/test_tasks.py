"""Whose a step is, and how diagrams come into force."""

from __future__ import annotations

import pytest

from denghuo.foundation.workflow import operations, queries, rules
from denghuo.foundation.workflow.models import ProcessDefinition
from denghuo.foundation.workflow.rules import processes
from tests.cast import processes as drawn
from tests.cast import staff as cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(request_process, subject, now):
    return operations.start(
        process="test.request",
        subject=subject,
        title="申请",
        unit_id="4501",
        at=now,
        actor=cast.hire("linxiaoyu", now),
    )


def test_a_step_is_claimed_by_one_who_may(case, now):
    clerk, other = cast.hire("linxiaoyu", now), cast.hire("wugang", now)
    task = case.tasks.get()
    with pytest.raises(operations.NotTheirs):
        operations.claim(task=task, at=now, actor=other)
    assert operations.claim(task=task, at=now, actor=clerk).assignee == clerk
    assert operations.claim(task=task, at=now, actor=clerk).assignee == clerk


def test_passing_on_needs_a_reason_and_is_counted(case, now):
    clerk, boss = cast.hire("linxiaoyu", now), cast.hire("heyong", now)
    task = case.tasks.get()
    with pytest.raises(ValueError):
        operations.transfer(task=task, to=clerk, reason=" ", at=now, actor=boss)
    for _time in range(3):
        operations.transfer(task=task, to=clerk, reason="转窗口办理", at=now, actor=boss)
    assert queries.times_passed_on(case) == 3
    assert operations.hand_over(instance=case, to=boss, reason="调岗", at=now, actor=boss).owner == boss


def test_many_are_assigned_and_those_for_others_stay(case, subject, now):
    second = operations.start(
        process="test.request", subject=subject, title="二", unit_id="4502", at=now, actor=None
    )
    operations.complete(task=second.tasks.get(), at=now, actor=None)
    tasks = [case.tasks.get(), second.tasks.get(state="open")]
    given = operations.assign_many(
        tasks=tasks, to=cast.hire("linxiaoyu", now), at=now, actor=cast.hire("heyong", now)
    )
    assert given == 1


def test_who_uploads_does_not_approve(request_process, now):
    admin, chief = cast.hire("sysadmin", now), cast.hire("luoqiang", now)
    second = operations.draft(xml=drawn.REQUEST, at=now, actor=admin)
    with pytest.raises(operations.ApprovalRefused):
        operations.approve(definition=second, at=now, actor=admin)
    operations.approve(definition=second, at=now, actor=chief)
    assert list(ProcessDefinition.objects.order_by("version").values_list("version", "state")) == [
        (1, "retired"),
        (2, "active"),
    ]
    with pytest.raises(operations.ApprovalRefused):
        operations.approve(definition=second, at=now, actor=chief)


def test_a_refused_diagram_names_its_elements(units, now):
    with pytest.raises(operations.DiagramRefused) as refused:
        operations.draft(xml=drawn.REQUEST, at=now)  # nobody has registered its automatic step here
    assert [problem.element for problem in refused.value.problems] == ["write"]
    assert not ProcessDefinition.objects.exists()


def test_a_shipped_diagram_comes_in_by_itself_and_anew_after_an_upgrade(
    written, units, subject, now, monkeypatch
):
    monkeypatch.setattr(processes, "_processes", {})
    content = [drawn.REQUEST]

    class Shipped(rules.Process):
        def xml(self):
            return content[0]

    rules.declare(Shipped(key="test.shipped", package="", file=""))
    first = operations.in_force("test.shipped", at=now)
    assert operations.in_force("test.shipped", at=now) == first
    from denghuo.foundation.workflow.operations import definitions

    content[0] = drawn.REQUEST.replace("受理".encode(), "业务受理".encode())
    definitions._digest.cache_clear()
    assert operations.in_force("test.shipped", at=now).version == 2
    definitions._digest.cache_clear()
    with pytest.raises(operations.NoSuchProcess):
        operations.in_force("test.nothing", at=now)
