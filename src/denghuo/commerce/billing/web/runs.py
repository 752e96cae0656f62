"""The run console: start, watch, approve, issue."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.billing import operations, queries
from denghuo.commerce.billing.models import BillingRun, BillState
from denghuo.commerce.billing.queries import words
from denghuo.commerce.billing.rules import ScopeInvalid
from denghuo.commerce.billing.web.common import due_rule, now, today
from denghuo.commerce.billing.web.forms import IssueForm, ReasonForm, RunForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import Cycle


def visible_run(request: StaffRequest, pk: int) -> BillingRun:
    """The run, or 404 outside the data scope."""
    run = (
        BillingRun.objects.select_related("long_run", "created_by", "unit")
        .filter(pk=pk, unit__code__startswith=request.user.scope)
        .first()
    )
    if run is None:
        raise Http404
    return run


@require("billing.run")
def new_run(request: StaffRequest) -> HttpResponse:
    """The form of a new run; posting it starts the run."""
    initial = {"cycle": str(Cycle.of(today()).shifted(-1)), "codes": "", "kind": ""}
    form = RunForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            run = operations.start_run(
                cycle=form.cleaned_data["cycle"],
                scope=form.cleaned_data["scope"],
                dry_run=form.cleaned_data["dry_run"],
                actor=request.user,
                at=now(),
            )
        except (ScopeInvalid, operations.NothingInScope) as error:
            form.add_error(None, str(error))
        else:
            return redirect("billing:run", run.pk)
    return render(
        request,
        "billing/new_run.html",
        {
            "form": form,
            "page_title": _("New billing run"),
            "breadcrumbs": [(_("Billing runs"), reverse("billing:runs")), (_("New billing run"), None)],
        },
        status=422 if form.errors else 200,
    )


@require("billing.run")
@require_GET
def completeness(request: StaffRequest) -> HttpResponse:
    """What a run of the typed scope would meet (fragment beside the form)."""
    form = RunForm(request.GET)
    found, problem = None, ""
    if form.is_valid():
        try:
            found = queries.completeness(
                form.cleaned_data["cycle"], form.cleaned_data["scope"], visible=request.user.scope
            )
        except ScopeInvalid as error:
            problem = str(error)
    return render(
        request, "billing/parts/completeness.html", {"found": found, "problem": problem, "form": form}
    )


def _standing(request: StaffRequest, run: BillingRun) -> dict[str, Any]:
    totals = queries.run_totals(run)
    items, bills = reverse("billing:run-items", args=[run.pk]), reverse("billing:bills")
    working = run.long_run is not None and run.long_run.finished_at is None
    approvable = queries.approvable(run)
    issuable = queries.issuable(run)
    return {
        "run": run,
        "scope": queries.scope_text(run),
        "totals": totals,
        "working": working,
        "progress": _progress(run),
        "outcomes": [
            (code, label, totals.outcomes[code], f"{items}?outcome={code}", tone)
            for code, label, tone in (
                ("billed", _("Billed"), "success"),
                ("skipped", _("Skipped"), "neutral"),
                ("parked", _("Parked"), "warning"),
            )
        ],
        "reasons": [
            (words.reason(reason), count, f"{items}?outcome={outcome}&reason={reason}")
            for outcome, reason, count in totals.reasons
        ],
        "states": [
            (
                code,
                label,
                totals.states.get(code, 0),
                totals.amounts.get(code, 0),
                f"{bills}?run={run.pk}&state={code}",
            )
            for code, label in BillState.choices
            if totals.states.get(code)
        ],
        "classes": [
            (words.CLASSES.get(row.customer_class, row.customer_class), row) for row in totals.classes
        ],
        "exceptions_url": f"{reverse('billing:exceptions')}?run={run.pk}&state=waiting",
        "waiting_exceptions": sum(totals.exceptions.get(state, 0) for state in queries.WAITING_STATES),
        "approvable": approvable,
        "issuable": issuable,
        "may_approve": (
            request.user.may("billing.approve") and approvable[0] and not working and not run.dry_run
        ),
        "own_run": run.created_by_id == request.user.pk,
        "may_discard": request.user.may("billing.run")
        and not working
        and any(totals.states.get(state) for state in ("draft", "held", "approved")),
        "may_issue": request.user.may("billing.issue") and issuable[0],
        "differences": queries.differences(run) if run.dry_run and not working else [],
    }


def _progress(run: BillingRun) -> int:
    long_run = run.long_run
    if long_run is None or not long_run.total_rows:
        return 100
    return min(100, long_run.done_rows * 100 // long_run.total_rows)


@require("billing.view")
@require_GET
def run_page(request: StaffRequest, pk: int) -> HttpResponse:
    run = visible_run(request, pk)
    title = _("Trial run %(cycle)s") if run.dry_run else _("Billing run %(cycle)s")
    return render(
        request,
        "billing/run.html",
        {
            **_standing(request, run),
            "page_title": title % {"cycle": run.cycle},
            "issue_form": IssueForm(initial={"due_date": due_rule().of(today()).isoformat()}),
            "reason_form": ReasonForm(),
            "breadcrumbs": [(_("Billing runs"), reverse("billing:runs")), (f"{run.pk}", None)],
        },
    )


@require("billing.view")
@require_GET
def live(request: StaffRequest, pk: int) -> HttpResponse:
    """The moving part of the console; polls itself while the run works, then reloads the page."""
    run = visible_run(request, pk)
    context = _standing(request, run)
    response = render(request, "billing/parts/standing.html", context)
    if not context["working"]:
        response["HX-Refresh"] = "true"
    return response


@require("billing.approve")
@require_POST
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    run = visible_run(request, pk)
    try:
        count = operations.approve(run=run, actor=request.user, at=now())
    except operations.RunCannotBeApproved as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, ngettext("%(n)d bill approved.", "%(n)d bills approved.", count) % {"n": count}
        )
    return redirect("billing:run", pk)


@require("billing.issue")
@require_POST
def issue(request: StaffRequest, pk: int) -> HttpResponse:
    run = visible_run(request, pk)
    form = IssueForm(request.POST)
    if not form.is_valid() or form.cleaned_data["due_date"] <= today():
        messages.error(request, _("The due date must be a day after today."))
        return redirect("billing:run", pk)
    try:
        count = operations.issue(
            run=run, actor=request.user, at=now(), due_date=form.cleaned_data["due_date"]
        )
    except operations.RunCannotBeIssued as error:
        messages.error(request, str(error))
    else:
        messages.success(request, ngettext("%(n)d bill issued.", "%(n)d bills issued.", count) % {"n": count})
    return redirect("billing:run", pk)


@require("billing.run")
@require_POST
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    run = visible_run(request, pk)
    try:
        count = operations.discard(
            run=run, actor=request.user, at=now(), reason=request.POST.get("reason", "")
        )
    except operations.RunCannotBeDiscarded as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, ngettext("%(n)d bill taken back.", "%(n)d bills taken back.", count) % {"n": count}
        )
    return redirect("billing:run", pk)
