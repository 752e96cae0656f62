"""The process of planned works, its lanes and its limits."""

from __future__ import annotations

from denghuo.commerce.outages.rules.parameters import LOCAL
from denghuo.foundation.workflow import rules as flow
from denghuo.foundation.workflow.rules import Limit, Process

PLANNED = flow.declare(
    Process(
        key="outages.planned",
        package="denghuo.commerce.outages",
        file="planned.bpmn",
        limits=(
            Limit("approve", 2, "working_days", basis=LOCAL, confidence="U"),
            Limit("restore", 12, "hours", basis=LOCAL, confidence="U"),
        ),
        lanes={"调度员": "dispatcher", "班长": "supervisor"},
    )
)
APPROVE, BEGIN, RESTORE = "approve", "begin", "restore"
BEGUN, CHANGED, ABANDONED = "begun", "changed", "cancelled"
