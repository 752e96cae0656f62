"""Writing outages: planned works, faults, supply off and on, notices."""

from denghuo.commerce.outages.operations.common import OutageRefused
from denghuo.commerce.outages.operations.faults import (
    confirm_fault,
    dismiss,
    record_meter_event,
    repaired,
    report_fault,
    retract,
)
from denghuo.commerce.outages.operations.planning import (
    approve,
    cancel,
    change,
    publish_due_notices,
    refuse,
    request,
    said,
    treat,
)
from denghuo.commerce.outages.operations.running import estimate, report_progress, restore, start

__all__ = [
    "OutageRefused",
    "approve",
    "cancel",
    "change",
    "confirm_fault",
    "dismiss",
    "estimate",
    "publish_due_notices",
    "record_meter_event",
    "refuse",
    "repaired",
    "report_fault",
    "report_progress",
    "request",
    "restore",
    "retract",
    "said",
    "start",
    "treat",
]
