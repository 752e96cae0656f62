"""Writes of processes."""

from denghuo.foundation.workflow.operations.cases import (
    CaseEnded,
    DataMissing,
    NotTaskData,
    TaskNotOpen,
    cancel,
    complete,
    fire_timers,
    start,
)
from denghuo.foundation.workflow.operations.definitions import (
    ApprovalRefused,
    DiagramRefused,
    Moved,
    NoSuchProcess,
    Problem,
    approve,
    draft,
    in_force,
    migrate,
)
from denghuo.foundation.workflow.operations.pausing import NotNow, pause, resume
from denghuo.foundation.workflow.operations.reading import diagram_of
from denghuo.foundation.workflow.operations.ringing import ring
from denghuo.foundation.workflow.operations.talking import (
    AlreadyAnswered,
    NothingSaid,
    answer,
    ask,
    attach,
    remark,
)
from denghuo.foundation.workflow.operations.tasks import (
    NotTheirs,
    assign,
    assign_many,
    claim,
    hand_over,
    transfer,
)

__all__ = [
    "AlreadyAnswered",
    "ApprovalRefused",
    "CaseEnded",
    "DataMissing",
    "DiagramRefused",
    "Moved",
    "NoSuchProcess",
    "NotNow",
    "NotTaskData",
    "NotTheirs",
    "NothingSaid",
    "Problem",
    "TaskNotOpen",
    "answer",
    "approve",
    "ask",
    "assign",
    "assign_many",
    "attach",
    "cancel",
    "claim",
    "complete",
    "diagram_of",
    "draft",
    "fire_timers",
    "hand_over",
    "in_force",
    "migrate",
    "pause",
    "remark",
    "resume",
    "ring",
    "start",
    "transfer",
]
