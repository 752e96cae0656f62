"""The reading month: how far it is, what is missing, who was not read for half a year, what comes next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from denghuo.commerce.readings import operations, queries
from denghuo.commerce.readings.web.common import asked_cycle, cycle_choices, may, scope_of, trail
from denghuo.commerce.readings.web.forms import cycle_or
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import Cycle

_CALENDAR_MONTHS = 3


def rate(hundredths: int | None) -> str:
    """9990 → 99.90 %."""
    return "–" if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02d} %"


@require("readings.view")
def month(request: HttpRequest) -> HttpResponse:
    """Coverage by route and the quality of one cycle."""
    cycle, scope = asked_cycle(request), scope_of(request)
    routes = list(queries.routes_of(scope))
    coverage = queries.coverage(cycle=cycle, routes=routes)
    quality = queries.quality(cycle=cycle, scope=scope)
    missing = sum(one.missing for one in coverage)
    context = {
        "page_title": _("Reading month"),
        "cycle": cycle,
        **cycle_choices(cycle),
        "coverage": coverage,
        "quality": quality,
        "rates": {
            name: rate(getattr(quality, name)) for name in ("read_rate", "on_time_rate", "estimated_rate")
        },
        "missing": missing,
        "open_exceptions": queries.open_exceptions(scope).filter(cycle=cycle).count(),
        "may_enter": may(request, "readings.enter"),
        "may_import": may(request, "readings.import"),
        "today": timezone.localdate(),
    }
    return render(request, "readings/month.html", context)


@require("readings.view")
def not_read(request: HttpRequest) -> HttpResponse:
    """Every stop without a reading in the cycle, route by route, in walking order."""
    cycle, scope = asked_cycle(request), scope_of(request)
    routes = queries.routes_of(scope)
    if code := request.GET.get("route", "")[:20]:
        routes = routes.filter(code=code)
    today = timezone.localdate()
    stops = queries.not_read(cycle=cycle, routes=list(routes))
    context = {
        "page_title": _("Not read"),
        "breadcrumbs": trail((_("Not read"), None)),
        "cycle": cycle,
        **cycle_choices(cycle),
        "stops": [(stop, (today - stop.scheduled).days) for stop in stops[:1000]],  # type: ignore[attr-defined]
        "total": len(stops),
        "route": code,
        "may_resolve": may(request, "readings.resolve"),
    }
    return render(request, "readings/not_read.html", context)


@require("readings.resolve")
@require_POST
def raise_missing(request: HttpRequest) -> HttpResponse:
    """Put what is overdue on the worklist."""
    now = timezone.now()
    cycle = cycle_or(request.POST.get("cycle"), queries.current_cycle(timezone.localdate()))
    count = operations.raise_missing(
        cycle=cycle,
        routes=list(queries.routes_of(scope_of(request))),
        at=now,
        actor=request.user,  # type: ignore[arg-type]
    )
    messages.success(
        request,
        ngettext(
            "%(count)d reading is now on the worklist.", "%(count)d readings are now on the worklist.", count
        )
        % {"count": count},
    )
    return redirect(f"{reverse('readings:exceptions')}?{urlencode({'cycle': cycle, 'rule': 'missing'})}")


@require("readings.view")
def notices(request: HttpRequest) -> HttpResponse:
    """Points nobody could read for six cycles: the customer must be told."""
    cycle = asked_cycle(request)
    context = {
        "page_title": _("Unread for six cycles"),
        "breadcrumbs": trail((_("Unread for six cycles"), None)),
        "cycle": cycle,
        **cycle_choices(cycle),
        "unread": queries.notice_list(cycle=cycle, scope=scope_of(request)),
    }
    return render(request, "readings/notices.html", context)


@require("readings.view")
def calendar(request: HttpRequest) -> HttpResponse:
    """Which route is read on which day, for three cycles."""
    cycle = asked_cycle(request)
    entries = queries.route_calendar(
        routes=list(queries.routes_of(scope_of(request))), first=Cycle.parse(cycle), months=_CALENDAR_MONTHS
    )
    days: dict[Any, list[Any]] = {}
    for day, route in entries:
        days.setdefault(day, []).append(route)
    today = timezone.localdate()
    context = {
        "page_title": _("Reading calendar"),
        "breadcrumbs": trail((_("Reading calendar"), None)),
        "cycle": cycle,
        **cycle_choices(cycle),
        "days": [
            (day, routes, day < today, day <= today < day + timedelta(days=1)) for day, routes in days.items()
        ],
    }
    return render(request, "readings/calendar.html", context)
