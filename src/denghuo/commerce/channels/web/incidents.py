"""The page of the channels' health, and an incident on it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.channels import operations, queries
from denghuo.commerce.channels.models import Incident, IncidentKind, Provider
from denghuo.commerce.channels.operations.address import notify_url
from denghuo.commerce.channels.web.common import now
from denghuo.commerce.channels.web.lists import INCIDENT_STATES
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


@require("channels.view")
@require_GET
def overview(request: StaffRequest) -> HttpResponse:
    """Whether the channels work: what came in last, what was refused, what waits."""
    found = queries.health(at=now())
    return render(
        request,
        "channels/overview.html",
        {
            "page_title": _("Payment channels"),
            "mode": _mode(),
            "channels": [
                {
                    "label": label,
                    "health": found[code],
                    "problem": operations.standing(code),
                    "notify_url": notify_url(code),
                    "orders_url": f"{reverse('channels:orders')}?provider={code}",
                    "refused_url": f"{reverse('channels:notifications')}?provider={code}&verdict=refused",
                }
                for code, label in Provider.choices
            ],
            "incidents": list(queries.open_incidents(request.user.scope)[:8]),
            "emulator_url": f"{settings.EMULATOR_URL}/phone/" if settings.EMULATOR_URL else "",
        },
    )


def _mode() -> str:
    return {
        "off": _("Switched off"),
        "emulator": _("Emulator: no real money"),
        "live": _("Real channels"),
    }[settings.PAY]


def _visible(request: StaffRequest, pk: int) -> Incident:
    found = (
        Incident.objects.select_related(
            "order__account", "order__payment", "resolved_by", "gateway_refund__refund"
        )
        .filter(pk=pk, unit_id__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require("channels.view")
@require_GET
def incident_page(request: StaffRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    return render(
        request,
        "channels/incident.html",
        {
            "incident": found,
            "state_label": INCIDENT_STATES[found.state],
            "page_title": found.get_kind_display(),
            "advice": advice(found),
            "may_settle": found.resolved_at is None and request.user.may("reconciliation.work"),
            "breadcrumbs": [(_("Channel incidents"), reverse("channels:incidents")), (found.reference, None)],
        },
    )


def advice(incident: Incident) -> str:
    """What to do, in the words of the how-to page."""
    return {
        IncidentKind.WRONG_AMOUNT: _(
            "Nothing was booked. Compare with the channel's own console; book what was paid from the bill file, or refund it there."
        ),
        IncidentKind.UNKNOWN_ORDER: _(
            "The channel says somebody paid an order that we never placed. Look for another system that uses the same merchant number."
        ),
        IncidentKind.PAID_TWICE: _(
            "Both amounts are on the account; the second is prepayment. Offer the customer a refund of it."
        ),
        IncidentKind.NOT_BOOKED: _(
            "The money is at the channel and not in the books. Remove the cause, then ask about the order again: it is booked."
        ),
        IncidentKind.REFUND_FAILED: _(
            "The money is back on the account. Refund it another way, for example by bank transfer."
        ),
        IncidentKind.STILL_OPEN: _(
            "Look at the channel's own console whether it was paid. The questions go on by themselves."
        ),
    }[IncidentKind(incident.kind)]


@require("reconciliation.work")
@require_POST
def settle(request: StaffRequest, pk: int) -> HttpResponse:
    """Say what was done about an incident."""
    found = _visible(request, pk)
    try:
        operations.settle_incident(
            incident=found, note=request.POST.get("note", ""), at=now(), actor=request.user
        )
        messages.success(request, _("The incident is settled."))
    except operations.IncidentCannotBeSettled as problem:
        messages.error(request, str(problem))
    return redirect("channels:incident", pk)
