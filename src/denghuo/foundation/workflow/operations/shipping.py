"""Bring in the diagrams that ship with the rooms before their first case needs them."""

from __future__ import annotations

from datetime import datetime

from denghuo.foundation.workflow import rules
from denghuo.foundation.workflow.models import ProcessDefinition
from denghuo.foundation.workflow.operations.definitions import in_force


def bring_in_shipped(*, at: datetime) -> int:
    """Put every shipped diagram into force that is not; how many were new."""
    before = ProcessDefinition.objects.count()
    for key in sorted(rules.declared()):
        in_force(key, at=at)
    return ProcessDefinition.objects.count() - before
