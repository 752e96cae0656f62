"""Walk a case through the engine and make its tables agree with where it stands: tasks, timers, clocks, end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.workflow import events, rules
from denghuo.foundation.workflow.models import (
    HumanTask,
    InstanceState,
    ProcessEvent,
    ProcessInstance,
    TaskState,
    Timer,
)
from denghuo.foundation.workflow.operations import engine, reading, timing
from denghuo.foundation.workflow.rules import diagrams


def locked(instance_id: int) -> ProcessInstance:
    return (
        ProcessInstance.objects.select_for_update(of=("self",))
        .select_related("definition")
        .get(pk=instance_id)
    )


def _calls(instance: ProcessInstance, at: datetime, actor: Staff | None) -> Any:
    def call(code: str, data: Mapping[str, Any]) -> Mapping[str, Any] | None:
        handler = rules.handler_of(code)
        if handler is None:
            raise LookupError(f"no handler {code!r}")
        found = handler(instance, at=at, actor=actor)
        happened(instance, "automatic", at, actor, text=code)
        return found

    return call


def begin(
    instance: ProcessInstance, data: Mapping[str, engine.Value], *, at: datetime, actor: Staff | None
) -> engine.Walk:
    return engine.Walk.begun(instance.definition.specification, data, _calls(instance, at, actor))


def resume(instance: ProcessInstance, *, at: datetime, actor: Staff | None) -> engine.Walk:
    return engine.Walk.resumed(
        instance.definition.specification, instance.engine_state, _calls(instance, at, actor)
    )


def happened(
    instance: ProcessInstance,
    kind: str,
    at: datetime,
    actor: Staff | None,
    *,
    task: HumanTask | None = None,
    text: str = "",
) -> None:
    ProcessEvent.objects.create(instance=instance, task=task, kind=kind, at=at, actor=actor, text=text[:300])


def settle(instance: ProcessInstance, walk: engine.Walk, *, at: datetime, actor: Staff | None) -> None:
    """Write where a locked case stands: open the new steps, close those the diagram took back, set timers, end it."""
    diagram = reading.diagram_of(instance.definition)
    _tasks(instance, walk, diagram, at)
    _timers(instance, walk, diagram, at)
    instance.engine_state = walk.state()
    instance.version += 1
    fields = ["definition", "engine_state", "version"]
    if walk.ended and instance.state == InstanceState.RUNNING:
        instance.state, instance.ended_at, instance.outcome = InstanceState.DONE, at, walk.outcome
        instance.next_alarm_at = None
        fields += ["state", "ended_at", "outcome", "next_alarm_at"]
        happened(instance, "ended", at, actor, text=walk.outcome)
    instance.save(update_fields=fields)
    if "ended_at" in fields:
        outbox.publish(ended(instance, at))


def ended(instance: ProcessInstance, at: datetime) -> events.InstanceEnded:
    return events.InstanceEnded(
        instance_id=instance.pk,
        process=instance.process,
        subject_type=instance.subject_type,
        subject_id=instance.subject_id,
        outcome=instance.outcome,
        cancelled=instance.state == InstanceState.CANCELLED,
        ended_at=at,
    )


def _tasks(instance: ProcessInstance, walk: engine.Walk, diagram: diagrams.Diagram, at: datetime) -> None:
    known = {task.engine_id: task for task in instance.tasks.filter(state=TaskState.OPEN)}
    waiting = walk.human()
    present = {token.id for token in waiting}
    for token_id, task in known.items():
        if token_id not in present:
            close(task, TaskState.CANCELLED, at)
            happened(instance, "taken_back", at, None, task=task)
    fresh = [token for token in waiting if token.id not in known]
    if not fresh:
        return
    limits = timing.limits(instance.process, at)
    for token in fresh:
        node = diagram.nodes[token.element]
        task = HumanTask(
            instance=instance,
            step=node.id,
            name=node.name or node.id,
            engine_id=token.id,
            role=node.role,
            unit_id=instance.unit_id,
            priority=instance.priority,
            started_at=at,
            paused_at=instance.paused_at and at,
        )
        timing.wind_up(task, limits.get(node.id), at)
        task.save()
        happened(instance, "opened", at, None, task=task)
        outbox.publish(
            events.TaskOpened(
                task_id=task.pk,
                instance_id=instance.pk,
                subject_type=instance.subject_type,
                subject_id=instance.subject_id,
                process=instance.process,
                step=node.id,
                role=node.role,
                unit_id=instance.unit_id,
                opened_at=at,
            )
        )


def close(task: HumanTask, state: TaskState, at: datetime, by: Staff | None = None, result: str = "") -> None:
    task.state, task.completed_at, task.completed_by, task.result = state, at, by, result[:200]
    task.next_alarm_at = None
    task.save(update_fields=["state", "completed_at", "completed_by", "result", "next_alarm_at"])


def _timers(instance: ProcessInstance, walk: engine.Walk, diagram: diagrams.Diagram, at: datetime) -> None:
    if not any(node.wait for node in diagram.nodes.values()):
        return
    known = set(instance.timers.filter(fired_at__isnull=True).values_list("engine_id", flat=True))
    waiting = walk.timers()
    gone = known - {token.id for token in waiting}
    if gone:
        instance.timers.filter(engine_id__in=gone, fired_at__isnull=True).delete()
    for token in waiting:
        wait = diagram.nodes[token.element].wait
        if token.id not in known and wait is not None:
            Timer.objects.create(
                instance=instance, engine_id=token.id, element=token.element, due_at=timing.after(wait, at)
            )
