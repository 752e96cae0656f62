"""Reads of processes."""

from denghuo.foundation.workflow.queries.cases import (
    Outcome,
    Standing,
    instance_of,
    instances_of,
    may_work,
    open_task,
    open_tasks,
    outcomes,
    standing,
    task_url_name,
    times_passed_on,
)

__all__ = [
    "Outcome",
    "Standing",
    "instance_of",
    "instances_of",
    "may_work",
    "open_task",
    "open_tasks",
    "outcomes",
    "standing",
    "task_url_name",
    "times_passed_on",
]
