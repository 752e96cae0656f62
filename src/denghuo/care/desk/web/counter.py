"""The clerk's window: call, serve, pass on, done; the queue beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from denghuo.care.appointments.web.common import visible as visible_appointment
from denghuo.care.appointments.web.common import who_is
from denghuo.care.desk import operations, queries
from denghuo.care.desk.models import Business, Ticket, TicketState
from denghuo.care.desk.operations.queueing import business_of
from denghuo.care.desk.web.common import now, reason_text, visible_ticket
from denghuo.care.desk.web.forms import NumberForm, TicketForm, WindowForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import day_of

PASSED_OVER = 6


@require("desk.serve")
@require_GET
@never_cache
def counter(request: StaffRequest) -> HttpResponse:
    """My window: whoever is at it, what was begun, what comes next."""
    return _page(request)


def _page(request: StaffRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    at = now()
    sitting = queries.sitting_of(request.user.pk)
    ticket, items = queries.current(request.user.pk)
    context = {
        "page_title": pgettext("menu", "Counter"),
        "sitting": sitting,
        "kinds": [Business(kind).label for kind in sitting.kinds] if sitting else [],
        "unit": sitting.unit if sitting else request.user.unit,
        "ticket": ticket,
        "items": items,
        "item": next((item for item in items if item.ended_at is None), None),
        "reason": reason_text(ticket) if ticket else "",
        "limits": queries.limits(day_of(at)),
        "businesses": Business.choices,
        "window_form": WindowForm(),
        "ticket_form": TicketForm(),
        "number_form": NumberForm(),
        "may_manage": request.user.may("desk.manage"),
        **_queue(request, at),
        **forms,
    }
    return render(request, "desk/counter.html", context, status=status)


@require("desk.serve")
@require_GET
@never_cache
def queue(request: StaffRequest) -> HttpResponse:
    """The queue beside the window; the page asks for it anew every few seconds."""
    return render(request, "desk/parts/queue.html", _queue(request, now()))


def _queue(request: StaffRequest, at: Any) -> dict[str, Any]:
    sitting = queries.sitting_of(request.user.pk)
    unit_id = sitting.unit_id if sitting else request.user.unit_id
    mine = set(sitting.kinds) if sitting else set(Business.values)
    rows = queries.waiting(unit_id, at=at)
    today = Ticket.objects.filter(unit_id=unit_id, day=day_of(at))
    return {
        "queue": [
            {
                "ticket": row,
                "reason": reason_text(row),
                "minutes": int((at - row.taken_at).total_seconds() // 60),
                "mine": row.business in mine,
            }
            for row in rows
        ],
        "waiting_for_me": sum(row.business in mine for row in rows),
        "passed_over": list(
            today.filter(state=TicketState.ABSENT).order_by("-ended_at", "-id")[:PASSED_OVER]
        ),
        "served": today.filter(clerk=request.user, state=TicketState.DONE).count(),
    }


@require("desk.serve")
@require_POST
def open_window(request: StaffRequest) -> HttpResponse:
    form = WindowForm(request.POST)
    if form.is_valid():
        try:
            operations.open_window(unit=request.user.unit, clerk=request.user, at=now(), **form.cleaned_data)
        except operations.QueueRefused as error:
            form.add_error(None, str(error))
        else:
            return redirect("desk:counter")
    return _page(request, status=422, window_form=form)


@require("desk.serve")
@require_POST
def close_window(request: StaffRequest) -> HttpResponse:
    return _act(request, lambda: operations.close_window(clerk=request.user, at=now()))


@require("desk.serve")
@require_POST
def call_next(request: StaffRequest) -> HttpResponse:
    def call() -> None:
        if operations.call_next(clerk=request.user, at=now()) is None:
            messages.info(request, _("Nobody waits for your window."))

    return _act(request, call)


@require("desk.serve")
@require_POST
def take(request: StaffRequest) -> HttpResponse:
    """A ticket for somebody who asks at the counter."""
    form = TicketForm(request.POST)
    if form.is_valid():
        customer = None
        if form.cleaned_data["who"]:
            found = who_is(form.cleaned_data["who"], request.user.scope)
            if len(found) != 1:
                form.add_error("who", _("Nobody is found by this number."))
            else:
                customer = found[0][0]
        if not form.errors:
            sitting = queries.sitting_of(request.user.pk)
            made = operations.take_ticket(
                unit=sitting.unit if sitting else request.user.unit,
                business=form.cleaned_data["business"],
                source="clerk",
                customer=customer,
                at=now(),
                actor=request.user,
            )
            told = reason_text(made)
            messages.success(
                request,
                _("Ticket %(number)s, green channel: %(reason)s.") % {"number": made.number, "reason": told}
                if told
                else _("Ticket %(number)s.") % {"number": made.number},
            )
            return redirect("desk:counter")
    return _page(request, status=422, ticket_form=form)


@require("desk.serve")
@require_POST
def take_for_appointment(request: StaffRequest, number: str) -> HttpResponse:
    """Whoever has an appointment has come: a ticket for it, at the hall of the appointment."""
    found = visible_appointment(request, number)
    try:
        made = operations.take_ticket(
            unit=found.unit,
            business=business_of(found),
            source="appointment",
            appointment=found,
            at=now(),
            actor=request.user,
        )
    except operations.QueueRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Ticket %(number)s.") % {"number": made.number})
    return redirect("appointments:appointment", number)


@require("desk.serve")
@require_POST
def step(request: StaffRequest, pk: int, what: str) -> HttpResponse:
    """recall, skip, start, finish, leave, wait: one verb on one ticket."""
    ticket = visible_ticket(request, pk)
    remark = request.POST.get("remark", "").replace("\x00", "")
    facts: dict[str, Any] = {"ticket": ticket, "at": now()}
    verbs: dict[str, Callable[[], Any]] = {
        "recall": lambda: operations.recall(clerk=request.user, **facts),
        "skip": lambda: operations.skip(clerk=request.user, **facts),
        "start": lambda: operations.start_service(clerk=request.user, **facts),
        "finish": lambda: operations.finish(clerk=request.user, remark=remark, **facts),
        "leave": lambda: operations.leave(actor=request.user, **facts),
        "wait": lambda: operations.wait_again(actor=request.user, **facts),
    }
    return _act(request, verbs[what])


@require("desk.serve")
@require_POST
def next_item(request: StaffRequest, pk: int) -> HttpResponse:
    """Another piece of business for the same customer."""
    ticket = visible_ticket(request, pk)
    facts = {"business": request.POST.get("business", ""), "remark": request.POST.get("remark", "")}
    return _act(request, lambda: operations.next_item(ticket=ticket, clerk=request.user, at=now(), **facts))


@require("desk.serve")
@require_POST
def transfer(request: StaffRequest, pk: int) -> HttpResponse:
    """On to those who do another kind of business."""
    ticket = visible_ticket(request, pk)
    facts = {"business": request.POST.get("business", ""), "remark": request.POST.get("remark", "")}
    return _act(request, lambda: operations.transfer(ticket=ticket, clerk=request.user, at=now(), **facts))


@require("desk.serve")
@require_POST
def name(request: StaffRequest, pk: int) -> HttpResponse:
    """Whose ticket it is."""
    ticket, form = visible_ticket(request, pk), NumberForm(request.POST)
    if form.is_valid():
        found = who_is(form.cleaned_data["who"], request.user.scope)
        if len(found) == 1:
            return _act(
                request,
                lambda: operations.name_customer(
                    ticket=ticket, customer=found[0][0], clerk=request.user, at=now()
                ),
            )
        form.add_error("who", _("Nobody is found by this number."))
    return _page(request, status=422, number_form=form)


def _act(request: StaffRequest, verb: Callable[[], Any]) -> HttpResponse:
    try:
        verb()
    except operations.QueueRefused as error:
        messages.error(request, str(error))
    return redirect("desk:counter")
