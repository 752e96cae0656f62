"""Planned works and faults of the named cast, by the real operations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from denghuo.commerce.outages import operations
from denghuo.commerce.outages.models import Outage
from tests.cast import billing, grid

ASKED = datetime(2026, 9, 1, 2, tzinfo=UTC)
APPROVED = ASKED + timedelta(hours=5)
BEGINS = datetime(2026, 9, 15, 0, 30, tzinfo=UTC)
"""15 September, 08:30 in Beijing."""
ENDS = BEGINS + timedelta(hours=8)


def people():
    return billing.people()


def asked(equipment=None, *, begins_at=BEGINS, hours=8, at=ASKED, kind="planned", **more) -> Outage:
    """Works on the transformer of 梧桐巷, asked for by 覃勇."""
    return operations.request(
        kind=kind,
        equipment=equipment or grid.area().transformer,
        begins_at=begins_at,
        ends_at=begins_at + timedelta(hours=hours),
        cause="maintenance",
        description="更换低压出线柜",
        at=at,
        actor=people()["qinyong"],
        **more,
    )


def approved(equipment=None, *, at=APPROVED, **more) -> Outage:
    return operations.approve(outage=asked(equipment, **more), at=at, actor=people()["heyong"])


def running(equipment=None, **more) -> Outage:
    """Begun on time, its notices sent."""
    outage = approved(equipment, **more)
    operations.publish_due_notices(at=outage.begins_at - timedelta(hours=25))
    return operations.start(
        outage=outage, started_at=outage.begins_at, at=outage.begins_at, actor=people()["qinyong"]
    )
