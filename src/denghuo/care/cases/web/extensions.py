"""What this room shows on the pages of lower rooms, in the menu and on the workbench; its words."""

from __future__ import annotations

from denghuo.care.cases import operations
from denghuo.care.cases.rules.outside import METER_CHECK, REPAIR
from denghuo.commerce.fieldwork import rules as fieldwork


def register() -> None:
    """Called once when Django is ready."""
    fieldwork.on_step(REPAIR.code, operations.crew_stepped)
    fieldwork.on_done(REPAIR.code, operations.crew_done)
    fieldwork.on_done(METER_CHECK.code, operations.crew_checked)
