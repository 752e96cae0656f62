"""Start, steer and do long runs; keep small tasks and schedules going."""

from denghuo.foundation.jobs.operations.background import reap, retry_task, run_ready_task, tick
from denghuo.foundation.jobs.operations.chunks import (
    LeaseLost,
    drive,
    extend,
    lease_chunk,
    needs_heartbeat,
    perform,
)
from denghuo.foundation.jobs.operations.runs import (
    RunCannotChange,
    cancel,
    pause,
    resume,
    retry_failed,
    settle,
    start,
)

__all__ = [
    "LeaseLost",
    "RunCannotChange",
    "cancel",
    "drive",
    "extend",
    "lease_chunk",
    "needs_heartbeat",
    "pause",
    "perform",
    "reap",
    "resume",
    "retry_failed",
    "retry_task",
    "run_ready_task",
    "settle",
    "start",
    "tick",
]
