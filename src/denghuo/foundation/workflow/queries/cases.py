"""Cases and their steps: which are open, who may do them, what they must say, where a case stands in its drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models

from denghuo.foundation.identity.models import Staff
from denghuo.foundation.workflow import rules
from denghuo.foundation.workflow.models import HumanTask, ProcessInstance, TaskState
from denghuo.foundation.workflow.rules.diagrams import HUMAN, Diagram


@dataclass(frozen=True)
class Outcome:
    """Something a step must say: ``options`` are (value, words) where the diagram offers them."""

    name: str
    options: Sequence[tuple[bool | int | str, str]]


@dataclass(frozen=True)
class Standing:
    """Element ids for the drawing: walked through, waiting now, and possible next."""

    done: Sequence[str]
    current: Sequence[str]
    next: Sequence[str]


def instances_of(subject: models.Model) -> models.QuerySet[ProcessInstance]:
    """The cases of a subject, newest first."""
    return (
        ProcessInstance.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
        .select_related("definition", "owner")
        .order_by("-id")
    )


def instance_of(subject: models.Model) -> ProcessInstance | None:
    """The newest case of a subject."""
    return instances_of(subject).first()


def open_tasks(subject: models.Model) -> models.QuerySet[HumanTask]:
    """The open steps of the cases of a subject, oldest first."""
    return (
        HumanTask.objects.filter(
            instance__subject_type=subject._meta.label_lower,
            instance__subject_id=subject.pk,
            state=TaskState.OPEN,
        )
        .select_related("instance", "assignee")
        .order_by("id")
    )


def open_task(subject: models.Model, step: str) -> HumanTask | None:
    """The open step ``step`` of a subject, where it waits."""
    return open_tasks(subject).filter(step=step).first()


def may_work(task: HumanTask, staff: Staff) -> bool:
    """Whether the step is for this person: the role is held and the unit lies in the person's scope."""
    return task.role in staff.roles and task.unit_id.startswith(staff.scope)


def times_passed_on(instance: ProcessInstance) -> int:
    """How often the steps of a case were passed to somebody else (三忌: more than twice)."""
    return instance.events.filter(kind="transferred").count()


def outcomes(diagram: Diagram, step: str) -> list[Outcome]:
    """What the gateways behind a step ask for."""
    return [Outcome(name, options) for name, options in diagram.decisions(step).items()]


def standing(diagram: Diagram, instance: ProcessInstance, tasks: Sequence[HumanTask]) -> Standing:
    """Where a case stands, from its tasks alone: steps done, steps open, and what may come directly after."""
    done = list(dict.fromkeys(task.step for task in tasks if task.state == TaskState.DONE))
    current = [task.step for task in tasks if task.state == TaskState.OPEN]
    if instance.outcome:
        done.append(instance.outcome)
    following = [step for task in current for step in diagram.next_steps(task) if step not in current]
    automatic = [
        node.id
        for node in diagram.nodes.values()
        if node.kind == "startEvent"
        or (node.kind not in HUMAN and node.kind != "endEvent" and _between(diagram, node.id, done, current))
    ]
    return Standing([*done, *automatic], current, list(dict.fromkeys(following)))


def _between(diagram: Diagram, node: str, done: Sequence[str], current: Sequence[str]) -> bool:
    """Whether an automatic element lies directly behind a step done and before one that was reached."""
    before = {flow.source for flow in diagram.flows.values() if flow.target == node}
    return bool(before & set(done)) and bool(set(diagram.next_steps(node)) & {*done, *current})


def task_url_name(task: HumanTask) -> str | None:
    """The page of the room where this step is done, where it has one; it takes the subject's key."""
    return rules.page_of_step(task.instance.process, task.step)
