"""What others may hear of processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class TaskOpened:
    """A step waits for a person of ``role`` in ``unit_id``."""

    name: ClassVar[str] = "workflow.task_opened"
    task_id: int
    instance_id: int
    subject_type: str
    subject_id: int
    process: str
    step: str
    role: str
    unit_id: str
    opened_at: datetime


@dataclass(frozen=True)
class InstanceEnded:
    """A case came to an end. ``outcome`` is the id of the end event; empty where it was cancelled."""

    name: ClassVar[str] = "workflow.instance_ended"
    instance_id: int
    process: str
    subject_type: str
    subject_id: int
    outcome: str
    cancelled: bool
    ended_at: datetime


@dataclass(frozen=True)
class ClockWarned:
    """A limit is nearly used up. ``task_id`` is None for the clock of the whole case."""

    name: ClassVar[str] = "workflow.clock_warned"
    instance_id: int
    task_id: int | None
    due_at: datetime
    warned_at: datetime


@dataclass(frozen=True)
class ClockBroken:
    """A limit is broken; ``role`` is who is told now. It comes again for each further step of the escalation."""

    name: ClassVar[str] = "workflow.clock_broken"
    instance_id: int
    task_id: int | None
    due_at: datetime
    level: int
    role: str
    broken_at: datetime
