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
from denghuo.foundation.workflow.queries.consistency import inconsistencies

__all__ = [
    "inconsistencies",
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
