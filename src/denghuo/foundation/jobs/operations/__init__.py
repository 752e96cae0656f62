"""Start, steer and do long runs; keep small tasks and schedules going."""

from denghuo.foundation.jobs.operations.chunks import LeaseLost, lease_chunk, perform
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
    "lease_chunk",
    "pause",
    "perform",
    "resume",
    "retry_failed",
    "settle",
    "start",
]
