"""The board of restrictions in force: what ends soon, what is overdue, and the next step."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from denghuo.commerce.changes import queries
from denghuo.commerce.changes.models import Kind
from denghuo.commerce.changes.rules import kinds
from denghuo.commerce.changes.web.common import ALERTS, today
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require

SHOWN = 500


@require("changes.view")
@require_GET
def board(request: StaffRequest) -> HttpResponse:
    rows = queries.restrictions(request.user.scope, on=today())
    wanted = request.GET.get("kind", "")
    counts = {kind: sum(row.change.kind == kind for row in rows) for kind in sorted(kinds.RESTRICTIONS)}
    pressing = sum(row.alert != "fine" for row in rows)
    tabs = [("", _("All"), "?", len(rows))]
    tabs += [(kind, str(Kind(kind).label), f"?kind={kind}", count) for kind, count in counts.items()]
    shown = [row for row in rows if not wanted or row.change.kind == wanted][:SHOWN]
    sealed = sum(
        (row.change.capacity_kva or Decimal(0) for row in rows if row.change.kind == kinds.SUSPEND),
        Decimal(0),
    )
    return render(
        request,
        "changes/board.html",
        {
            "page_title": _("Restrictions in force"),
            "tabs": tabs,
            "current": wanted if wanted in counts else "",
            "rows": [(row, *ALERTS[row.alert], Kind(row.next_kind).label) for row in shown],
            "pressing": pressing,
            "total": len(rows),
            "sealed_kva": f"{sealed.normalize():f}",
            "may_ask": request.user.may("changes.apply"),
        },
    )
