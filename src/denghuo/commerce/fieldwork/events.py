"""What others may hear about work outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class TaskDispatched:
    name: ClassVar[str] = "fieldwork.task_dispatched"
    task_id: int
    kind: str
    unit_id: str
    crew_id: int | None
    dispatched_at: datetime


@dataclass(frozen=True)
class CrewArrived:
    name: ClassVar[str] = "fieldwork.crew_arrived"
    task_id: int
    kind: str
    subject_type: str
    subject_id: str
    arrived_at: datetime


@dataclass(frozen=True)
class TaskDone:
    """``done_at`` is when the crew finished on site, which may be hours before the phone could send it."""

    name: ClassVar[str] = "fieldwork.task_done"
    task_id: int
    kind: str
    subject_type: str
    subject_id: str
    done_at: datetime


@dataclass(frozen=True)
class SubmissionInConflict:
    """Something sent from outside could not be applied and waits for a person."""

    name: ClassVar[str] = "fieldwork.submission_in_conflict"
    submission_id: int
    unit_id: str
    received_at: datetime
