"""The page of a change: facts, before and after, its process, and the act that comes next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.changes import operations, queries
from denghuo.commerce.changes.models import Change, ChangeState
from denghuo.commerce.changes.rules import kinds
from denghuo.commerce.changes.web.common import DOCUMENT_NAMES, TONES, now, today, visible_change
from denghuo.commerce.changes.web.forms import WorkForm
from denghuo.commerce.receivables import queries as debts
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.workflow.web.panel import panel

REFUSALS = (operations.ChangeImpossible, operations.ChangeCannotBeDecided)


@require("changes.view")
@require_GET
def change_page(request: StaffRequest, pk: int) -> HttpResponse:
    return show(request, visible_change(request, pk))


def show(
    request: StaffRequest, change: Change, *, work: WorkForm | None = None, status: int = 200
) -> HttpResponse:
    """The page, with the forms of what this person may do next."""
    held = [(DOCUMENT_NAMES[item.kind], item.held) for item in queries.documents(change)]
    context: dict[str, Any] = {
        "page_title": f"{change.get_kind_display()} {change.number}",
        "change": change,
        "tone": TONES[change.state],
        "point": change.supply_point,
        "units": queries.units_taken(change),
        "preview": queries.preview(change)
        if change.state in (ChangeState.APPLIED, ChangeState.APPROVED)
        else None,
        "written": queries.written(change) if not change.is_open else [],
        "documents": held,
        "ended_by": Change.objects.filter(ends=change).first(),
        "acts": _acts(request, change),
        "work_form": work,
        "breadcrumbs": [(_("Changes of supply"), reverse("changes:list")), (change.number, None)],
        **panel(request, change),
    }
    acts = context["acts"]
    if "work" in acts and work is None:
        context["work_form"] = _work_form(change, None)
    if change.state == ChangeState.READ:
        account = operations.leaving(change)[1]
        context["owed"] = debts.owed(account.pk, on=today())
    return render(request, "changes/change.html", context, status=status)


def _work_form(change: Change, data: Any) -> WorkForm:
    point = change.other_point if change.kind == kinds.MERGE and change.other_point else change.supply_point
    day = today()
    return WorkForm(
        data,
        kind=change.kind,
        points=queries.hanging_at(point) if queries.reads(change.kind) else [],
        closed=sorted(change.ends.shown) if change.kind == kinds.REINSTALL and change.ends else [],
        initial={
            "on": change.from_date
            if kinds.FAMILY[change.kind] == kinds.OFFICE
            else max(change.from_date, day)
            if change.from_date > day
            else day
        },
    )


def _acts(request: StaffRequest, change: Change) -> set[str]:
    """What this person may do with the change now."""
    may, state = request.user.may, change.state
    found = set()
    if state == ChangeState.APPLIED and may("changes.approve") and change.asked_by_id != request.user.pk:
        found.add("decide")
    if state == ChangeState.APPROVED and may("changes.work"):
        found.add("work")
    if state == ChangeState.READ:
        if may("changes.work") and may("billing.run") and change.final_bill is None:
            found.add("final_bill")
        if may("billing.approve") and change.final_bill is not None and change.final_bill.state == "draft":
            found.add("issue")
        if may("changes.work"):
            found.add("settle")
    if state == ChangeState.SETTLED and may("changes.work"):
        found.add("archive")
    if state in (ChangeState.APPLIED, ChangeState.APPROVED) and may("changes.apply"):
        found.add("cancel")
    return found


def _act(
    request: StaffRequest,
    pk: int,
    act: Callable[[Change], object],
    done: str,
    *,
    form: WorkForm | None = None,
) -> HttpResponse:
    """Do one act; a refusal is shown with its reason on the same page (422)."""
    change = visible_change(request, pk)
    try:
        act(change)
    except REFUSALS as error:
        messages.error(request, str(error))
        return show(request, visible_change(request, pk), work=form, status=422)
    messages.success(request, done)
    return redirect("changes:change", pk)


def _text(request: StaffRequest, name: str) -> str:
    return request.POST.get(name, "").strip()[:300]


@require("changes.approve")
@require_POST
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    return _act(
        request,
        pk,
        lambda change: operations.approve(
            change=change, at=now(), actor=request.user, note=_text(request, "reason")
        ),
        _("Approved. The work goes out."),
    )


@require("changes.approve")
@require_POST
def refuse(request: StaffRequest, pk: int) -> HttpResponse:
    return _act(
        request,
        pk,
        lambda change: operations.refuse(
            change=change, at=now(), actor=request.user, reason=_text(request, "reason")
        ),
        _("Not approved; the customer hears the reason."),
    )


@require("changes.apply")
@require_POST
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    return _act(
        request,
        pk,
        lambda change: operations.cancel(
            change=change, at=now(), actor=request.user, reason=_text(request, "reason")
        ),
        _("The request is taken back."),
    )


@require("changes.work")
@require_POST
def work(request: StaffRequest, pk: int) -> HttpResponse:
    """What was done on site, entered at the desk."""
    change = visible_change(request, pk)
    form = _work_form(change, request.POST)
    if not form.is_valid():
        return show(request, change, work=form, status=422)
    verb = operations.take_readings if kinds.FAMILY[change.kind] == kinds.SETTLE else operations.carry_out
    return _act(
        request,
        pk,
        lambda found: verb(change=found, work=form.work(), at=now(), actor=request.user),
        _("Recorded; the records follow."),
        form=form,
    )


@require("changes.work")
@require_POST
def final_bill(request: StaffRequest, pk: int) -> HttpResponse:
    def act(change: Change) -> None:
        made = operations.make_final_bill(change=change, at=now(), actor=request.user)
        if made is None:
            messages.info(request, _("It is billed up to that day already."))
        elif made.state == "held":
            messages.warning(request, _("The final bill is held; decide it among the billing exceptions."))

    return _act(request, pk, act, _("A second person approves the final bill."))


@require("billing.approve")
@require_POST
def issue(request: StaffRequest, pk: int) -> HttpResponse:
    return _act(
        request,
        pk,
        lambda change: operations.issue_final_bill(change=change, at=now(), actor=request.user),
        _("The final bill is issued."),
    )


@require("changes.work")
@require_POST
def settle(request: StaffRequest, pk: int) -> HttpResponse:
    return _act(
        request,
        pk,
        lambda change: operations.settle(change=change, at=now(), actor=request.user),
        _("Settled. It can be filed."),
    )


@require("changes.work")
@require_POST
def archive(request: StaffRequest, pk: int) -> HttpResponse:
    return _act(
        request,
        pk,
        lambda change: operations.archive(change=change, at=now(), actor=request.user),
        _("Filed: the records say so now."),
    )
