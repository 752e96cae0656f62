"""The process of a subject on the subject's own page: ``**panel(request, subject)`` and ``workflow/panel.html``."""

from __future__ import annotations

from typing import Any

from django.db import models

from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.workflow import queries
from denghuo.foundation.workflow.web import cases
from denghuo.foundation.workflow.web.common import now


def panel(request: StaffRequest, subject: models.Model) -> dict[str, Any]:
    """The newest case of ``subject`` with its steps, clocks, conversation, documents and questions; and the earlier ones."""
    found = list(
        queries.instances_of(subject)
        .filter(unit__code__startswith=request.user.scope)
        .select_related("unit")[:6]
    )
    if not found:
        return {"workflow": None}
    context = cases.case_context(request, found[0], at=now())
    return {"workflow": context | {"earlier": found[1:], "back": request.get_full_path()}}
