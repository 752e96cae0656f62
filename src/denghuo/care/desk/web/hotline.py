"""The hotline: a number is typed, and the customer, what is open and what was called about stand on one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from denghuo.care.appointments.models import Appointment, State
from denghuo.care.cases import queries as cases
from denghuo.care.desk import queries
from denghuo.care.desk.models import Ticket
from denghuo.care.desk.web.common import now, reason_text
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.navigation import crumb
from denghuo.foundation.workflow.models import ProcessInstance
from denghuo.kernel.periods import day_of

MATTERS, COMING = 8, 4


@dataclass(frozen=True)
class Found:
    """One who may be calling."""

    caller: Any
    chosen: bool
    url: str


@require("desk.serve", "cases.intake")
@require_GET
@never_cache
def hotline(request: StaffRequest) -> HttpResponse:
    """Find by any number, name or address; the first is shown, the others are one press away."""
    at = now()
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    found = cases.callers(text, scope=request.user.scope, on=day_of(at)) if text else []
    wanted = request.GET.get("key", "")
    caller = next((item for item in found if item.key == wanted), found[0] if found else None)
    here = reverse("desk:hotline")
    context: dict[str, Any] = {
        "page_title": _("Hotline"),
        "breadcrumbs": [crumb(pgettext("menu", "Counter"), reverse("desk:counter")), crumb(_("Hotline"))],
        "text": text,
        "callers": [
            Found(item, item is caller, f"{here}?{urlencode({'q': text, 'key': item.key})}") for item in found
        ],
        "caller": caller,
        "may_take_in": request.user.may("cases.intake"),
    }
    if caller is not None:
        context |= _about(request, caller, text, at)
    return render(request, "desk/hotline.html", context)


def _about(request: StaffRequest, caller: Any, text: str, at: Any) -> dict[str, Any]:
    customer, today = caller.customer, day_of(at)
    claim = queries.claim_of(customer, on=today, has_appointment=False)
    matters = cases.last_matters(customer_id=customer.pk, phone="", scope=request.user.scope, limit=MATTERS)
    account = caller.point.account if caller.point is not None else None
    phone = text if text.isdigit() and len(text) in (8, 11, 12) else ""
    query = {"who": caller.key, "q": text, "phone": phone}
    return {
        "customer": customer,
        "why": reason_text(Ticket(rank=claim.rank, reason=claim.reason, reason_detail=claim.detail)),
        "owed": receivables.owed(account.pk, on=today)
        if account and request.user.may("receivables.view")
        else None,
        "account": account,
        "matters": matters,
        "repeat": cases.is_repeat_caller(matters, at=at),
        "processes": list(
            ProcessInstance.objects.filter(
                customer_id=customer.pk, state="running", unit__code__startswith=request.user.scope
            )
            .exclude(subject_type="cases.case")
            .order_by("-id")[:MATTERS]
        ),
        "coming": list(
            Appointment.objects.filter(customer=customer, state=State.BOOKED, starts_at__gte=at)
            .select_related("service", "unit")
            .order_by("starts_at", "id")[:COMING]
        ),
        "phone": phone,
        "intake_url": f"{reverse('cases:new')}?{urlencode(query)}",
    }
