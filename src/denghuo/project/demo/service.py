"""Service in the town: what people asked for, complained about and had done, told room by room.

Later stories use what earlier ones left behind (a crew dispatched, a fault that became an outage), so the order matters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.workflow import operations as workflow
from denghuo.project.demo import (
    service_cases,
    service_changes,
    service_connections,
    service_desk,
    service_fieldwork,
    service_inspection,
    service_outages,
)

STORIES = (
    service_connections.play,
    service_changes.play,
    service_outages.play,
    service_cases.play,
    service_inspection.play,
    service_desk.play,
    service_fieldwork.play,
)


def tell(people: Mapping[str, Staff], *, today: date, done: Callable[[], None]) -> None:
    """Play every story, let messages go out, and let the clocks ring as they would have until this morning."""
    morning = datetime(today.year, today.month, today.day, 1, tzinfo=UTC)
    for play in STORIES:
        play(people, today=today)
        outbox.deliver(at=morning)
        done()
    while workflow.ring(at=morning + timedelta(minutes=30)):
        pass
    outbox.deliver(at=morning + timedelta(minutes=31))
