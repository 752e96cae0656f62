"""What this room shows on the pages of lower rooms, in the menu and on the workbench; its words."""

from __future__ import annotations

from denghuo.commerce.connections import operations
from denghuo.commerce.connections.operations import installing, surveying
from denghuo.commerce.connections.rules.field import INSTALL, SURVEY
from denghuo.commerce.connections.rules.processes import PROCESSES  # noqa: F401 - declares them
from denghuo.commerce.fieldwork import rules as fieldwork
from denghuo.foundation.workflow import rules as flow


def register() -> None:
    """Called once when Django is ready."""
    flow.handler("connections.archive", operations.archive)
    fieldwork.on_done(SURVEY.code, surveying.from_phone)
    fieldwork.on_done(INSTALL.code, installing.from_phone)
