"""The page of an order: the chain as steps, what is in the way, and the act that comes next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.disconnection import operations, queries, rules
from denghuo.commerce.disconnection.models import DisconnectionOrder, OrderState, RestoreOrder, WorkOrder
from denghuo.commerce.disconnection.web import forms as pages
from denghuo.commerce.disconnection.web import steps
from denghuo.commerce.disconnection.web.common import next_url, now, row, shown, visible_order
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import BEIJING
from denghuo.records.customers.models import Account

REFUSALS = (operations.StepRefused, operations.OrderCannotBeEnded)
WITNESSES = ("disconnection.ask", "disconnection.execute")


@require("disconnection.view")
@require_GET
def order_page(request: StaffRequest, number: str) -> HttpResponse:
    return show(request, visible_order(request, number))


def show(
    request: StaffRequest, order: DisconnectionOrder, *, field: bool = False, status: int = 200
) -> HttpResponse:
    """The page of an order, for the desk or (``field``) for the phone of a crew."""
    at = now()
    (outlook,) = queries.outlooks([order], at=at)
    return render(
        request,
        "disconnection/field_order.html" if field else "disconnection/order.html",
        {
            "order": order,
            "page_title": _("Disconnection %(number)s") % {"number": order.number},
            "next_up": row(outlook),
            "now": at,
            "facts": outlook.facts,
            "limits": outlook.limits,
            "steps": steps.steps(order, outlook),
            "notices": list(order.notices.select_related("recorded_by")),
            "works": list(order.work.select_related("assignee", "done_by")),
            "points": list(order.points.select_related("supply_point")),
            "clock": RestoreOrder.objects.filter(order=order).first(),
            "refused": [
                (item, steps.refused_texts(item))
                for item in order.refused_steps.select_related("attempted_by")[:20]
            ],
            "forms": _forms(request, order, at),
            "is_important": order.importance in rules.IMPORTANT,
            "is_chained": order.reason in rules.CHAINED,
            "back": reverse("disconnection:field-order", args=[order.number])
            if field
            else reverse("disconnection:order", args=[order.number]),
            "breadcrumbs": [
                (_("My orders"), reverse("disconnection:field"))
                if field
                else (_("Disconnection"), reverse("disconnection:board")),
                (order.number, None),
            ],
        },
        status=status,
    )


def _forms(request: StaffRequest, order: DisconnectionOrder, at: datetime) -> dict[str, forms.Form]:
    """The forms of the acts that this person may do next."""
    may, state, scope = request.user.may, order.state, request.user.scope
    witness = any(may(permission) for permission in WITNESSES)
    local = at.astimezone(BEIJING)
    found: dict[str, forms.Form] = {}
    if state == OrderState.PROPOSED and may("disconnection.approve"):
        first, last = operations.suggested_window(order, at=at)
        found["approve"] = pages.ApproveForm(scope=scope, initial={"window_from": first, "window_to": last})
    if order.reason in rules.CHAINED and witness:
        if state in (OrderState.APPROVED, OrderState.NOTICED, OrderState.WARNED):
            found["notice"] = pages.NoticeForm(initial={"delivered_at": local})
            if order.importance in rules.IMPORTANT and order.authority_copied_at is None:
                found["letter"] = pages.CopyForm(initial={"delivered_at": local})
        if state in (OrderState.NOTICED, OrderState.WARNED):
            found["second"] = pages.PaperForm()
    if state == OrderState.WARNED or (state == OrderState.APPROVED and order.reason == "request"):
        if may("disconnection.execute"):
            found["execute"] = pages.SiteForm()
        if may("disconnection.approve") and WorkOrder.objects.filter(
            order=order, kind="cut", method="remote", state="waiting"
        ):
            found["remote"] = forms.Form()
    if state in rules.PENDING and (may("disconnection.ask") or may("disconnection.approve")):
        found["cancel"] = pages.ReasonForm()
    if state == OrderState.EXECUTED and may("disconnection.approve"):
        found["restoration"] = pages.RestorationForm()
    if state == OrderState.RESTORING and may("disconnection.execute"):
        found["restore"] = pages.SiteForm()
    if order.report_due_at and not order.reported_at and (witness or may("disconnection.approve")):
        found["report"] = pages.LetterForm()
    if (may("disconnection.ask") or may("disconnection.approve")) and order.work.filter(state="waiting"):
        found["assign"] = pages.AssignForm(scope=scope)
    return found


def _act(
    request: StaffRequest,
    number: str,
    form: forms.Form | None,
    act: Callable[[DisconnectionOrder], object],
    done: str,
) -> HttpResponse:
    """Do one act with a valid form; a refusal is shown with its reasons, on the page it came from (422)."""
    order = visible_order(request, number)
    field = "/field/" in request.POST.get("next", "")
    if form is not None and not form.is_valid():
        for name, errors in form.errors.items():
            label = form.fields[name].label if name in form.fields else ""
            messages.error(request, f"{label}: {' '.join(str(error) for error in errors)}")
        return show(request, order, field=field, status=422)
    try:
        act(order)
    except REFUSALS as error:
        texts = (
            [item.text for item in shown(error.refusals)]
            if isinstance(error, operations.StepRefused)
            else [str(error)]
        )
        for text in texts:
            messages.error(request, text)
        return show(request, visible_order(request, number), field=field, status=422)
    messages.success(request, done)
    return redirect(next_url(request, reverse("disconnection:order", args=[number])))


@require("disconnection.approve")
@require_POST
def approve(request: StaffRequest, number: str) -> HttpResponse:
    form = pages.ApproveForm(request.POST, scope=request.user.scope)
    return _act(
        request,
        number,
        form,
        lambda order: operations.approve(order=order, at=now(), actor=request.user, **form.cleaned_data),
        _("Approved. The notice can be delivered."),
    )


@require("disconnection.approve")
@require_POST
def reject(request: StaffRequest, number: str) -> HttpResponse:
    reason = request.POST.get("reason", "")[:300]
    return _act(
        request,
        number,
        None,
        lambda order: operations.reject(order=order, reason=reason, at=now(), actor=request.user),
        _("Rejected. Supply stays on."),
    )


@require("disconnection.ask", "disconnection.approve")
@require_POST
def cancel(request: StaffRequest, number: str) -> HttpResponse:
    reason = request.POST.get("reason", "")[:300]
    return _act(
        request,
        number,
        None,
        lambda order: operations.cancel(order=order, reason=reason, at=now(), actor=request.user),
        _("Cancelled. Supply stays on."),
    )


@require("disconnection.ask", "disconnection.approve")
@require_POST
def assign(request: StaffRequest, number: str) -> HttpResponse:
    form = pages.AssignForm(request.POST, scope=request.user.scope)

    def act(order: DisconnectionOrder) -> None:
        for work in order.work.filter(state="waiting"):
            operations.assign(work=work, assignee=form.cleaned_data["assignee"], at=now(), actor=request.user)

    return _act(request, number, form, act, _("The work is given."))


@require(*WITNESSES)
@require_POST
def deliver_notice(request: StaffRequest, number: str) -> HttpResponse:
    form = pages.NoticeForm(request.POST)
    return _act(
        request,
        number,
        form,
        lambda order: operations.deliver_notice(
            order=order, at=now(), actor=request.user, **form.cleaned_data
        ),
        _("The delivery is recorded; the days of the notice run."),
    )


@require(*WITNESSES)
@require_POST
def copy_to_authority(request: StaffRequest, number: str) -> HttpResponse:
    form = pages.CopyForm(request.POST)
    return _act(
        request,
        number,
        form,
        lambda order: operations.copy_to_authority(
            order=order, at=now(), actor=request.user, **form.cleaned_data
        ),
        _("The copy to the power administration is recorded."),
    )


@require(*WITNESSES)
@require_POST
def second_notice(request: StaffRequest, number: str) -> HttpResponse:
    form = pages.PaperForm(request.POST)
    return _act(
        request,
        number,
        form,
        lambda order: operations.give_second_notice(
            order=order, at=now(), actor=request.user, **form.cleaned_data
        ),
        _("The second notice is recorded; its minutes run."),
    )


@require("disconnection.execute")
@require_POST
def execute(request: StaffRequest, number: str) -> HttpResponse:
    form = pages.SiteForm(request.POST)
    return _act(
        request,
        number,
        form,
        lambda order: operations.execute(order=order, at=now(), actor=request.user, **form.cleaned_data),
        _("Everything has been checked: switch off now. It is recorded."),
    )


@require("disconnection.approve")
@require_POST
def execute_remote(request: StaffRequest, number: str) -> HttpResponse:
    def act(order: DisconnectionOrder) -> None:
        if operations.execute_remote(order=order, at=now(), actor=request.user).state == OrderState.WARNED:
            messages.warning(request, _("The meter did not answer; a crew has the work now."))

    return _act(request, number, None, act, _("The command has been sent; its result is below."))


@require("disconnection.approve")
@require_POST
def start_restoration(request: StaffRequest, number: str) -> HttpResponse:
    form = pages.RestorationForm(request.POST)
    return _act(
        request,
        number,
        form,
        lambda order: operations.decide_restoration(
            order=order, at=now(), actor=request.user, **form.cleaned_data
        ),
        _("The restoration has begun; its clock runs."),
    )


@require("disconnection.execute")
@require_POST
def restore(request: StaffRequest, number: str) -> HttpResponse:
    form = pages.SiteForm(request.POST)
    return _act(
        request,
        number,
        form,
        lambda order: operations.restore(order=order, at=now(), actor=request.user, **form.cleaned_data),
        _("Supply is on again."),
    )


@require("disconnection.ask", "disconnection.approve", "disconnection.execute")
@require_POST
def report(request: StaffRequest, number: str) -> HttpResponse:
    form = pages.LetterForm(request.POST)
    return _act(
        request,
        number,
        form,
        lambda order: operations.report_afterwards(
            order=order, at=now(), actor=request.user, **form.cleaned_data
        ),
        _("The report is recorded."),
    )


def _account(request: StaffRequest, pk: int) -> Account:
    found = (
        Account.objects.select_related("customer", "unit")
        .filter(pk=pk, unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require("disconnection.ask")
def propose(request: StaffRequest, account_id: int) -> HttpResponse:
    """Propose to stop supply of one account."""
    form = pages.ProposeForm(request.POST or None)
    return _new(
        request,
        account_id,
        form,
        _("Propose a disconnection"),
        lambda account: operations.propose(
            account=account,
            reason=form.cleaned_data["kind"],
            explanation=form.cleaned_data["explanation"],
            at=now(),
            actor=request.user,
        ),
    )


@require("disconnection.execute")
def stop_at_once(request: StaffRequest, account_id: int) -> HttpResponse:
    """Stop supply in an emergency or on confirmed theft."""
    form = pages.StopForm(request.POST or None)
    return _new(
        request,
        account_id,
        form,
        _("Stop supply at once"),
        lambda account: operations.stop_at_once(
            account=account,
            reason=form.cleaned_data["kind"],
            explanation=form.cleaned_data["explanation"],
            evidence=form.cleaned_data["evidence"],
            at=now(),
            actor=request.user,
        ),
    )


def _new(
    request: StaffRequest,
    account_id: int,
    form: Any,
    title: str,
    act: Callable[[Account], DisconnectionOrder],
) -> HttpResponse:
    account = _account(request, account_id)
    refusals: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            order = act(account)
        except operations.StepRefused as error:
            refusals = shown(error.refusals)
        else:
            messages.success(request, _("The order is made."))
            return redirect("disconnection:order", order.number)
    return render(
        request,
        "disconnection/new.html",
        {
            "account": account,
            "form": form,
            "refusals": refusals,
            "page_title": title,
            "breadcrumbs": [
                (account.number, reverse("customers:account", args=[account.pk])),
                (title, None),
            ],
        },
        status=422 if refusals or form.errors else 200,
    )
