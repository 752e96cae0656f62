"""Screens in the hall: the kiosk, the display, the evaluation at the window. Their signed addresses need nobody
signed in, and they show no personal data."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from denghuo.care.appointments.web.common import who_is
from denghuo.care.desk import operations, queries
from denghuo.care.desk.models import Business, Score, Sitting, Ticket
from denghuo.care.desk.operations.queueing import kiosk_is_busy
from denghuo.care.desk.web.common import evaluated_ticket, evaluation_token, now, screen, screen_token
from denghuo.foundation.documents import qr
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import public, require
from denghuo.foundation.ui.navigation import crumb
from denghuo.kernel.periods import day_of

ICONS = {"payment": "cash", "bill": "receipt", "connection": "plug-connected", "change": "arrows-exchange"}
WINDOWS = [str(number) for number in range(1, 9)]


@public
@require_http_methods(["GET", "POST"])
@never_cache
def kiosk(request: HttpRequest, token: str) -> HttpResponse:
    """Press what you came for; who gives a number is found by the counter. Nothing personal is shown."""
    place = screen(token, "kiosk")
    at = now()
    made, refused = None, ""
    if request.method == "POST":
        digits = request.POST.get("who", "")[:40]
        found = who_is(digits, place.unit.scope) if digits else []
        try:
            if kiosk_is_busy(unit=place.unit, at=at):
                raise operations.QueueRefused(_("Please ask at the counter for a ticket."))
            made = operations.take_ticket(
                unit=place.unit,
                business=request.POST.get("business", ""),
                source="kiosk",
                customer=found[0][0] if len(found) == 1 else None,
                at=at,
            )
        except operations.QueueRefused as error:
            refused = str(error)
    queue = queries.waiting(place.unit.pk, at=at)
    ahead = next((n for n, row in enumerate(queue) if made is not None and row.pk == made.pk), 0)
    context = {
        "unit": place.unit,
        "choices": [(code, label, ICONS.get(code, "help-circle")) for code, label in Business.choices],
        "made": made,
        "ahead": ahead,
        "waiting": len(queue),
        "refused": refused,
    }
    return render(request, "desk/kiosk.html", context, status=422 if refused else 200)


@public
@require_GET
@never_cache
def display(request: HttpRequest, token: str) -> HttpResponse:
    """Numbers and windows for the hall; asks for itself anew every few seconds."""
    place = screen(token, "display")
    at = now()
    context = {
        "unit": place.unit,
        "token": token,
        "today": day_of(at),
        "at": at,
        **queries.display(place.unit.pk, at=at),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "desk/parts/display.html" if part else "desk/display.html", context)


@public
@require_http_methods(["GET", "POST"])
@never_cache
def evaluation(request: HttpRequest, token: str) -> HttpResponse:
    """The screen at a window: whoever has just been served presses one of five."""
    place = screen(token, "evaluation")
    at = now()
    told = ""
    if request.method == "POST":
        ticket = evaluated_ticket(request.POST.get("ticket", ""))
        if ticket is not None and (ticket.unit_id, ticket.window) == (place.unit.pk, place.window):
            told = _press(request, ticket)
    ticket = None if told else queries.to_evaluate(place.unit.pk, place.window, at=at)
    context = {
        "unit": place.unit,
        "window": place.window,
        "token": token,
        "ticket": ticket,
        "signed": evaluation_token(ticket) if ticket else "",
        "scores": list(reversed(Score.choices)),
        "told": told,
    }
    part = request.headers.get("HX-Request") == "true" and request.method == "GET"
    return render(request, "desk/parts/evaluation.html" if part else "desk/evaluation.html", context)


def _press(request: HttpRequest, ticket: Ticket) -> str:
    try:
        score = int(request.POST.get("score", ""))
    except ValueError:
        score = 0
    try:
        operations.evaluate(
            ticket=ticket,
            score=score,
            comment=request.POST.get("comment", "").replace("\x00", "")[:200],
            at=now(),
        )
    except operations.CannotEvaluate as error:
        return str(error)
    return _("Thank you. Have a good day.")


@require("desk.serve", "desk.manage")
@require_GET
def screens(request: StaffRequest) -> HttpResponse:
    """The addresses of the screens of a hall, to be opened once on each device."""
    unit = request.user.unit
    sitting = Sitting.objects.filter(unit__code__startswith=request.user.scope).order_by("-id").first()
    if sitting is not None and unit.kind != "hall":
        unit = sitting.unit

    def address(kind: str, window: str = "") -> dict[str, str]:
        path = reverse(f"desk:{kind}", args=[screen_token(unit.pk, kind, window)])
        url = request.build_absolute_uri(path)
        return {"url": url, "qr": qr.svg(url), "window": window}

    context = {
        "page_title": _("Screens of the hall"),
        "breadcrumbs": [crumb(pgettext("menu", "Counter"), reverse("desk:counter")), crumb(_("Screens"))],
        "unit": unit,
        "kiosk": address("kiosk"),
        "display": address("display"),
        "windows": [address("evaluation", window) for window in WINDOWS],
    }
    return render(request, "desk/screens.html", context)
