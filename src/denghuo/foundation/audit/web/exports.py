"""Lists that leave the house as files: who took which rows, and when."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from denghuo.foundation.audit import operations

_NOT_A_FILTER = ("export", "columns", "sort", "after", "before", "part")


def record_export(request: HttpRequest, name: str, kind: str) -> None:
    """One entry an export, with the filters that say which rows it held."""
    filters: dict[str, Any] = {
        key: [None, value] for key, value in request.GET.items() if value and key not in _NOT_A_FILTER
    }
    operations.record(
        "audit.list.exported",
        subject_type="ui.list",
        subject_id=name,
        subject_label=f"{name}.{kind}",
        changes=filters,
        actor=request.user,
        at=timezone.now(),
        unit_id=getattr(request.user, "scope", ""),
    )
