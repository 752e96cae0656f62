"""The board: who may be cut off and who not, what waits for whom, and the countdown of every order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.disconnection import operations, queries
from denghuo.commerce.disconnection.models import OrderState, RestoreOrder
from denghuo.commerce.disconnection.web.common import now, row, shown
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.records.customers.models import Account

SHOWN = 200
TABS: Sequence[tuple[str, Any, tuple[str, ...]]] = (
    ("candidates", gettext_lazy("Overdue accounts"), ()),
    ("approval", gettext_lazy("To approve"), (OrderState.PROPOSED,)),
    ("notices", gettext_lazy("Notice to deliver"), (OrderState.APPROVED,)),
    ("running", gettext_lazy("Notice running"), (OrderState.NOTICED,)),
    ("warned", gettext_lazy("Second notice given"), (OrderState.WARNED, OrderState.CUTTING)),
    ("off", gettext_lazy("Supply off"), (OrderState.EXECUTED,)),
    ("restoring", gettext_lazy("Being restored"), (OrderState.RESTORING,)),
)


@require("disconnection.view")
@require_GET
def board(request: StaffRequest) -> HttpResponse:
    at, scope = now(), request.user.scope
    counts = dict(queries.visible_orders(scope).order_by().values_list("state").annotate(count=Count("id")))
    found = [(key, label, sum(counts.get(state, 0) for state in states)) for key, label, states in TABS]
    wanted = request.GET.get("tab", "")
    current = wanted if wanted in {key for key, _, _ in TABS} else _first(request, found)
    states = next(states for key, _, states in TABS if key == current)
    rows = queries.visible_orders(scope).filter(state__in=states).order_by("id")[:SHOWN] if states else []
    listed = [row(outlook) for outlook in queries.outlooks(rows, at=at)]
    listed.sort(key=lambda item: (not item.ready, item.allowed_from or at.max.replace(tzinfo=at.tzinfo)))
    clocks = {
        clock.order_id: clock for clock in RestoreOrder.objects.filter(order__in=[r.order for r in listed])
    }
    return render(
        request,
        "disconnection/board.html",
        {
            "page_title": _("Disconnection"),
            "tabs": [
                (key, label, f"?tab={key}", count if key != "candidates" else None)
                for key, label, count in found
            ],
            "current": current,
            "rows": [(item, clocks.get(item.order.pk)) for item in listed],
            "now": at,
            "candidates": [
                (item, shown(item.refusals)) for item in queries.candidates(at=at, scope=scope, limit=SHOWN)
            ]
            if current == "candidates"
            else [],
            "may_ask": request.user.may("disconnection.ask"),
        },
    )


def _first(request: StaffRequest, found: list[tuple[str, Any, int]]) -> str:
    """What this person opens the board for, else the first that holds something."""
    if request.user.may("disconnection.ask"):
        return "candidates"
    return next((key for key, _, count in found if count), "candidates")


@require("disconnection.ask")
@require_POST
def propose_many(request: StaffRequest) -> HttpResponse:
    """Propose the chosen accounts; each is judged on its own."""
    ids = [int(value) for value in request.POST.getlist("account") if value.isdecimal()][:SHOWN]
    accounts = Account.objects.filter(pk__in=ids, unit__code__startswith=request.user.scope).order_by("pk")
    explanation = request.POST.get("explanation", "")[:300]
    if not ids or not explanation.strip():
        messages.error(request, _("Choose accounts and give the explanation."))
        return redirect("disconnection:board")
    made = operations.propose_many(accounts=accounts, explanation=explanation, at=now(), actor=request.user)
    if made.orders:
        count = len(made.orders)
        text = ngettext("%(n)d disconnection proposed.", "%(n)d disconnections proposed.", count)
        messages.success(request, text % {"n": count})
    for account, refusal in made.refused:
        messages.error(request, f"{account.number}: {refusal}")
    return redirect(
        reverse("disconnection:board") + "?tab=approval" if made.orders else "disconnection:board"
    )
