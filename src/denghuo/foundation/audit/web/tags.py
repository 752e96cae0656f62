"""``{% load audit %}{% history subject %}``: what happened to a record, on the record's own page."""

from __future__ import annotations

from typing import Any

from django import template
from django.db import models

from denghuo.foundation.audit import queries

register = template.Library()


@register.inclusion_tag("audit/history.html")
def history(subject: models.Model, limit: int = 30) -> dict[str, Any]:
    """The newest ``limit`` entries about ``subject``, each with its old and new values."""
    entries = list(queries.history(subject)[: limit + 1])
    return {"entries": [queries.shown(entry) for entry in entries[:limit]], "more": len(entries) > limit}
