"""A case stands before a step or after it, never between, whoever reaches for it and whenever the power goes."""

from __future__ import annotations

import pytest
from django.db import transaction

from denghuo.foundation.outbox.models import Message
from denghuo.foundation.workflow import operations, queries
from denghuo.foundation.workflow.models import HumanTask, ProcessEvent, ProcessInstance, Timer
from tests.cast.failures import BrokenOff, at_once, breaking_off_before

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, HANDS = 6, 4


def begin(subject, now):
    return operations.start(
        process="test.request", subject=subject, title="申请", unit_id="4501", at=now, actor=None
    )


def standing():
    return (
        list(ProcessInstance.objects.order_by("id").values_list("state", "version", "engine_state")),
        list(HumanTask.objects.order_by("id").values_list("step", "state", "assignee")),
        ProcessEvent.objects.count(),
        Timer.objects.count(),
        Message.objects.count(),
    )


def test_a_step_broken_off_anywhere_has_not_happened(request_process, subject, now):
    case = begin(subject, now)
    task = case.tasks.get()
    before = standing()
    for statement in range(200):
        try:
            with transaction.atomic(), breaking_off_before(statement) as numbers:
                operations.complete(task=HumanTask.objects.get(pk=task.pk), at=now, actor=None)
        except BrokenOff:
            assert standing() == before, f"statement {statement} left something behind"
            continue
        break
    assert 10 < next(numbers) < 60, "a step takes few statements"
    assert {step for step, state, _who in standing()[1] if state == "open"} == {"survey"}


def test_of_several_who_complete_a_step_one_wins(threaded_database, request_process, subject, now):
    for _round in range(ROUNDS):
        case = begin(subject, now)
        task = case.tasks.get()

        def complete(task=task):
            operations.complete(task=HumanTask.objects.get(pk=task.pk), at=now, actor=None)

        raised = at_once(*[complete] * HANDS)
        assert sum(error is None for error in raised) == 1
        assert all(error is None or isinstance(error, operations.TaskNotOpen) for error in raised)
        assert case.tasks.filter(step="survey").count() == 1
        assert case.events.filter(kind="done").count() == 1


def test_the_doctor_finds_a_case_that_hangs(request_process, subject, now):
    case = begin(subject, now)
    assert list(queries.inconsistencies()) == []
    HumanTask.objects.filter(instance=case).update(state="cancelled", completed_at=now)
    assert list(queries.inconsistencies()) == [f"case {case.number} runs and waits for nobody"]
    ProcessInstance.objects.filter(pk=case.pk).update(paused_at=now)
    assert len(list(queries.inconsistencies())) == 2
