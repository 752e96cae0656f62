"""The three taboos of handling complaints (三忌): passing the buck, brushing off, dragging on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

PASSED, NO_CONTACT, OVERDUE = "passed", "no_contact", "overdue"


@dataclass(frozen=True)
class Watched:
    """What the watch looks at. Instants are None where there is none."""

    passes: int
    contact_due_at: datetime | None
    contacted_at: datetime | None
    answer_due_at: datetime | None
    replied_at: datetime | None


def taboos(case: Watched, *, at: datetime, passes: int) -> list[str]:
    """Which of the three a running complaint breaks at ``at``.

    passed: it changed hands more than ``passes`` times (推卸责任，互踢皮球); no_contact: nobody spoke with the customer
    within the limit (态度生硬，敷衍了事); overdue: no answer within the limit (拖延时间，久而不决).
    """
    found = []
    if case.passes > passes:
        found.append(PASSED)
    if case.contact_due_at and (case.contacted_at or at) > case.contact_due_at:
        found.append(NO_CONTACT)
    if case.answer_due_at and (case.replied_at or at) > case.answer_due_at:
        found.append(OVERDUE)
    return found
