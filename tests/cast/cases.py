"""Matters that the customers of the town bring."""

from __future__ import annotations

from datetime import UTC, datetime

from denghuo.care.cases import operations
from denghuo.care.cases.models import Case, Topic
from denghuo.foundation.identity.models import Staff
from denghuo.project.demo.staff import hire
from tests.cast import customers

AT = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)
"""A Monday, 09:00 in Denghuo."""
FIRST = {
    "enquiry": "enquiry.bill.tier",
    "fault": "fault.outage.single",
    "complaint": "complaint.business.bill",
    "suggestion": "suggestion.service.counter",
    "praise": "praise.staff.repair",
    "tip_off": "tip_off.theft.neighbour",
    "request": "request.meter.data",
    "meter_dispute": "meter_dispute.rise",
    "damage": "damage.overvoltage",
}


def staff(username: str) -> Staff:
    operations.bring_in_catalogue()
    customers.unit("4501"), customers.unit("4502"), customers.unit("4503")
    return hire(username, AT)


def agent() -> Staff:
    return staff("chenxin")


def topic(code: str) -> Topic:
    operations.bring_in_catalogue()
    return Topic.objects.get(code=code)


def received(kind: str = "enquiry", *, at: datetime = AT, **how) -> Case:
    """A matter of ``kind`` taken in by 陈欣."""
    how = {
        "topic": topic(FIRST[kind]),
        "text": "客户来电反映",
        "channel": "phone",
        "actor": agent(),
        "unit": customers.unit("4501"),
        **how,
    }
    return operations.receive(kind=kind, at=at, **how)
