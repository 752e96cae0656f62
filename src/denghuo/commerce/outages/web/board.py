"""The board: what is off now, what reports suggest, what comes, what was restored."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from denghuo.commerce.outages import queries
from denghuo.commerce.outages.models import Outage, OutageState
from denghuo.commerce.outages.web.common import level_label, now
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require

SHOWN = 100
RESTORED_DAYS = 30
SIGNALS = 30


@require("outages.view")
@require_GET
def board(request: StaffRequest) -> HttpResponse:
    at = now()
    scope = request.user.scope
    rows = queries.visible(scope)
    live = list(
        rows.filter(state__in=[OutageState.RUNNING, OutageState.APPROVED, OutageState.PROPOSED])
        .annotate(**queries.COUNTED)
        .order_by("begins_at", "id")[: 3 * SHOWN]
    )
    restored = rows.filter(state=OutageState.RESTORED, restored_at__gte=at - timedelta(days=RESTORED_DAYS))
    running = [outage for outage in live if outage.state == OutageState.RUNNING]
    coming = [outage for outage in live if outage.state == OutageState.APPROVED]
    waiting = [outage for outage in live if outage.state == OutageState.PROPOSED]
    tab = request.GET.get("tab", "now")
    lists: dict[str, Any] = {
        "now": running,
        "coming": coming,
        "approval": waiting,
        "restored": restored.annotate(**queries.COUNTED).order_by("-restored_at", "-id")[:SHOWN]
        if tab == "restored"
        else [],
    }
    tab = tab if tab in lists else "now"
    url = reverse("outages:board")
    suspicions = queries.suspicions(at=at, scope=scope) if tab == "now" else []
    return render(
        request,
        "outages/board.html",
        {
            "page_title": _("Outages"),
            "tabs": [
                ("now", pgettext("outage", "Off now"), url, len(running)),
                ("coming", pgettext("outage", "To come"), f"{url}?tab=coming", len(coming)),
                ("approval", _("Waiting for approval"), f"{url}?tab=approval", len(waiting)),
                ("restored", _("Restored in 30 days"), f"{url}?tab=restored"),
            ],
            "current": tab,
            "rows": lists[tab],
            "stats": _stats(running, coming, at),
            "suspicions": [(found, level_label(found.suggestion.level)) for found in suspicions],
            "signals": list(queries.open_signals(scope, since=at - queries.WATCHED)[:SIGNALS])
            if tab == "now"
            else [],
            "may_plan": request.user.may("outages.plan"),
            "may_run": request.user.may("outages.run"),
            "at": at,
        },
    )


def _stats(running: list[Outage], coming: list[Outage], at: Any) -> dict[str, Any]:
    week = at + timedelta(days=7)
    late = [one for one in running if one.expected_end_at and one.expected_end_at < at]
    return {
        "running": len(running),
        "supplies": sum(one.without for one in running),  # type: ignore[attr-defined]
        "late": len(late),
        "week": len([one for one in coming if one.begins_at < week]),
    }
