"""Pure judgement of processes: declarations of the rooms, diagrams, conditions, clocks."""

from denghuo.foundation.workflow.rules.processes import (
    Handler,
    Limit,
    Process,
    declare,
    declared,
    handler,
    handler_of,
    handlers,
    label,
    name,
    name_step,
    named,
    page_of_step,
    page_of_subject,
    step_page,
    subject_page,
)

__all__ = [
    "Handler",
    "Limit",
    "Process",
    "declare",
    "declared",
    "handler",
    "handler_of",
    "handlers",
    "label",
    "name",
    "name_step",
    "named",
    "page_of_step",
    "page_of_subject",
    "step_page",
    "subject_page",
]
