"""Work outside as people ask about it."""

from denghuo.commerce.fieldwork.queries.tasks import (
    crews,
    done_answers,
    last_positions,
    live_tasks,
    mine,
    task_of,
    tasks_of,
    undecided,
    visible_tasks,
    workers,
)

__all__ = [
    "crews",
    "done_answers",
    "last_positions",
    "live_tasks",
    "mine",
    "task_of",
    "tasks_of",
    "undecided",
    "visible_tasks",
    "workers",
]
