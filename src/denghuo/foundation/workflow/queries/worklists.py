"""Work lists and the board: which steps wait for whom, which cases run, how their clocks stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When

from denghuo.foundation.identity.models import RoleAssignment, Staff
from denghuo.foundation.workflow import rules
from denghuo.foundation.workflow.models import (
    HumanTask,
    InstanceState,
    ProcessDefinition,
    ProcessInstance,
    SideTask,
    TaskState,
)


def cases(scope: str) -> QuerySet[ProcessInstance]:
    """The cases of a part of the organisation, newest first."""
    return ProcessInstance.objects.filter(unit__code__startswith=scope).select_related(
        "owner", "unit", "definition"
    )


def tasks(scope: str) -> QuerySet[HumanTask]:
    """The open steps of a part of the organisation."""
    return HumanTask.objects.filter(state=TaskState.OPEN, unit__code__startswith=scope).select_related(
        "instance", "assignee", "unit"
    )


def mine(staff: Staff) -> QuerySet[HumanTask]:
    return tasks(staff.scope).filter(assignee=staff)


def of_my_roles(staff: Staff) -> QuerySet[HumanTask]:
    return tasks(staff.scope).filter(role__in=sorted(staff.roles))


def of_my_unit(staff: Staff) -> QuerySet[HumanTask]:
    return tasks(staff.scope).filter(unit_id=staff.unit_id)


def in_state(now: datetime, state: str) -> Q:
    """Open clocks that stand so: ``paused``, ``broken``, ``warning``, ``in_time`` or ``none`` (no limit)."""
    running = Q(paused_at__isnull=True, due_at__isnull=False)
    warned = Q(warn_at__isnull=False, warn_at__lte=now)
    return {
        "paused": Q(paused_at__isnull=False, due_at__isnull=False),
        "broken": running & Q(due_at__lt=now),
        "warning": running & Q(due_at__gte=now) & warned,
        "in_time": running & Q(due_at__gte=now) & ~warned,
        "none": Q(due_at__isnull=True),
    }[state]


@dataclass(frozen=True)
class BoardRow:
    """How the running cases of one process (or the open steps of one step) stand."""

    process: str
    step: str
    total: int
    in_time: int
    warning: int
    broken: int
    paused: int
    none: int


def _stands(now: datetime) -> Case:
    return Case(
        *(When(in_state(now, state), then=Value(state)) for state in ("paused", "broken", "warning", "none")),
        default=Value("in_time"),
        output_field=CharField(),
    )


def board(scope: str, *, now: datetime) -> list[BoardRow]:
    """Running cases by process, those with broken clocks first."""
    running = ProcessInstance.objects.filter(state=InstanceState.RUNNING, unit__code__startswith=scope)
    return _board(running, "process", now)


def board_of_steps(scope: str, process: str, *, now: datetime) -> list[BoardRow]:
    """Open steps of one process by step."""
    waiting = HumanTask.objects.filter(
        state=TaskState.OPEN, instance__process=process, unit__code__startswith=scope
    )
    return [
        BoardRow(process, row.process, row.total, row.in_time, row.warning, row.broken, row.paused, row.none)
        for row in _board(waiting, "step", now)
    ]


def _board(rows: QuerySet[Any], key: str, now: datetime) -> list[BoardRow]:
    counts: dict[str, dict[str, int]] = {}
    grouped = rows.order_by().annotate(stands=_stands(now)).values_list(key, "stands").annotate(n=Count("pk"))
    for name, state, number in grouped:
        counts.setdefault(name, {})[state] = number
    made = [
        BoardRow(
            process=name,
            step="",
            total=sum(found.values()),
            **{state: found.get(state, 0) for state in ("in_time", "warning", "broken", "paused", "none")},
        )
        for name, found in counts.items()
    ]
    return sorted(made, key=lambda row: (-row.broken, -row.warning, -row.total, row.process))


def may_be_given(tasks: Iterable[HumanTask], giver: Staff) -> list[Staff]:
    """Who may do every one of ``tasks``: holds the role, works where the unit lies in reach, inside the giver's scope."""
    wanted = {(task.role, task.unit_id) for task in tasks}
    if not wanted:
        return []
    roles = {role for role, _unit in wanted}
    held: dict[int, set[str]] = {}
    people: dict[int, Staff] = {}
    for row in (
        RoleAssignment.objects.filter(
            role__in=roles,
            revoked_at__isnull=True,
            staff__is_active=True,
            staff__unit__code__startswith=giver.scope,
        )
        .select_related("staff__unit")
        .order_by("staff__username")
    ):
        held.setdefault(row.staff_id, set()).add(row.role)
        people[row.staff_id] = row.staff
    return [
        person
        for pk, person in people.items()
        if all(role in held[pk] and unit.startswith(person.scope) for role, unit in wanted)
    ]


def asked_of(staff: Staff) -> QuerySet[SideTask]:
    """Questions of other departments that wait for this person: by name, or by role and unit."""
    theirs = Q(assignee=staff) | Q(
        assignee__isnull=True, role__in=sorted(staff.roles), unit__code__startswith=staff.scope
    )
    return SideTask.objects.filter(theirs, answered_at__isnull=True).select_related(
        "instance", "unit", "asked_by", "assignee"
    )


def may_answer(side_task: SideTask, staff: Staff) -> bool:
    if side_task.assignee_id is not None:
        return side_task.assignee_id == staff.pk
    return side_task.role in staff.roles and side_task.unit_id.startswith(staff.scope)


def process_label(key: str, otherwise: str = "") -> str:
    return str(rules.label(key, otherwise=otherwise or key))


def process_choices() -> list[tuple[str, str]]:
    """Every process that is known, by its name: declared, or in force."""
    names = dict(ProcessDefinition.objects.filter(state="active").values_list("key", "name"))
    keys = sorted({*rules.declared(), *names})
    return [(key, process_label(key, names.get(key, key))) for key in keys]
