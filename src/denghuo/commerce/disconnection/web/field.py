"""The pages of a crew, made for a phone: my work, and one order with the act that comes next."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from denghuo.commerce.disconnection import queries
from denghuo.commerce.disconnection.web.common import now, row, visible_order
from denghuo.commerce.disconnection.web.orders import show
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require

SHOWN = 100


@require("disconnection.execute")
@require_GET
def work(request: StaffRequest) -> HttpResponse:
    """What is given to me or to everybody of the unit: restorations first, then what may be done now."""
    at = now()
    found = queries.open_work(request.user.scope).filter(Q(assignee=request.user) | Q(assignee__isnull=True))[
        :SHOWN
    ]
    works = list(found)
    rows = {outlook.order.pk: row(outlook) for outlook in queries.outlooks([w.order for w in works], at=at)}
    shown = [(item, rows[item.order_id]) for item in works]
    shown.sort(
        key=lambda pair: (
            pair[0].kind != "restore",
            not pair[1].ready,
            pair[1].allowed_from or at.max.replace(tzinfo=at.tzinfo),
        )
    )
    return render(
        request,
        "disconnection/field.html",
        {"page_title": _("My orders"), "works": shown, "now": at},
    )


@require("disconnection.execute")
@require_GET
def order(request: StaffRequest, number: str) -> HttpResponse:
    return show(request, visible_order(request, number), field=True)
