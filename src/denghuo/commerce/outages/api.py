"""Outages for other systems: public facts only, no customer among them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from denghuo.commerce.outages import queries
from denghuo.commerce.outages.models import Cause, Kind, Level, Outage, OutageState
from denghuo.foundation.identity.api import Page, Paging, Problem, Token, keyset_page

router = Router(tags=["outages"])
PUBLIC = (OutageState.APPROVED, OutageState.RUNNING, OutageState.RESTORED)
"""Works that only wait for approval, and what was refused, concern nobody yet."""


class OutageOut(Schema):
    number: str
    kind: Kind
    state: OutageState
    level: Level
    place: str
    cause: Cause
    unit: str
    begins_at: datetime
    expected_end_at: datetime | None
    started_at: datetime | None
    restored_at: datetime | None
    progress: str


class OutageFilter(Paging):
    state: OutageState | None = None
    kind: Kind | None = None


def _shown(outage: Outage) -> dict[str, Any]:
    return {
        "number": outage.number,
        "kind": outage.kind,
        "state": outage.state,
        "level": outage.level,
        "place": outage.place,
        "cause": outage.cause,
        "unit": outage.unit_id,
        "begins_at": outage.begins_at,
        "expected_end_at": outage.expected_end_at,
        "started_at": outage.started_at,
        "restored_at": outage.restored_at,
        "progress": outage.progress,
    }


def _rows(request: HttpRequest) -> Any:
    client: Any = request.auth  # type: ignore[attr-defined]
    return queries.visible(client.scope).filter(state__in=PUBLIC)


@router.get("/outages", response=Page[OutageOut], auth=Token("outages.view"))
def outages(request: HttpRequest, query: Query[OutageFilter]) -> Any:
    """Outages that are announced, run or are over, in the order they were recorded."""
    rows = _rows(request)
    if query.state:
        rows = rows.filter(state=query.state)
    if query.kind:
        rows = rows.filter(kind=query.kind)
    page = keyset_page(rows, query)
    return {"items": [_shown(outage) for outage in page.rows], "next_cursor": page.next_cursor}


@router.get("/outages/{number}", response=OutageOut, auth=Token("outages.view"))
def outage(request: HttpRequest, number: str) -> Any:
    """One outage."""
    found = _rows(request).filter(number=number).first()
    if found is None:
        raise Problem(404, "not_found", "there is no such outage, or it is not yours to see")
    return _shown(found)
