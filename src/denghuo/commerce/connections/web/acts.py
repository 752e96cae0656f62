"""What is done on the page of an application: one domain verb each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from denghuo.commerce.connections import operations, queries
from denghuo.commerce.connections.models import Application, MeterIssue, Refusal
from denghuo.commerce.connections.web import forms as pages
from denghuo.commerce.connections.web.common import REFUSALS, now, show_form_errors, visible, words_of
from denghuo.commerce.connections.web.pages import REVIEWS, install_form, meter_choices, show
from denghuo.foundation.files import operations as files
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.workflow import operations as workflow
from denghuo.foundation.workflow import queries as workflow_queries
from denghuo.kernel import money

Act = Callable[[], object]


def _act(
    request: StaffRequest, application: Application, key: str, form: forms.Form | None, act: Act, done: str
) -> HttpResponse:
    """Do one act with a valid form; what is refused is said on the same page, with what was typed (422)."""
    if form is not None and not form.is_valid():
        show_form_errors(request, form)
        return show(request, application, bound={key: form}, status=422)
    try:
        act()
    except REFUSALS as error:
        for text in words_of(error):
            messages.error(request, text)
        bound = {key: form} if form is not None else {}
        return show(request, visible(request, application.pk), bound=bound, status=422)
    messages.success(request, done)
    return redirect("connections:application", application.pk)


@require("connections.survey")
@require_POST
def survey(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    form = pages.SurveyForm(request.POST, application=application)
    return _act(
        request, application, "survey", form,
        lambda: operations.record_survey(application=application, at=now(), actor=request.user, **form.cleaned_data),
        _("The survey is recorded; the plan is drafted."),
    )  # fmt: skip


@require("connections.plan")
@require_POST
def dispatch(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    form = pages.DispatchForm(request.POST, application=application)
    return _act(
        request, application, "dispatch", form,
        lambda: operations.dispatch(application=application, crew=form.cleaned_data["crew"], at=now(), actor=request.user),
        _("The work is on the phone of the crew."),
    )  # fmt: skip


@require("connections.plan")
@require_POST
def draft(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    return _act(
        request, application, "", None,
        lambda: operations.draft_plan(application=application, at=now(), actor=request.user),
        _("The plan is drafted from the records of today."),
    )  # fmt: skip


@require("connections.plan")
@require_POST
def submit(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    plan = queries.newest_plan(application)
    if plan is None:
        raise Http404
    return _act(
        request, application, "", None,
        lambda: operations.submit_plan(plan=plan, at=now(), actor=request.user),
        _("The plan is finished."),
    )  # fmt: skip


@require("connections.approve")
@require_POST
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    plan = queries.newest_plan(application)
    if plan is None:
        raise Http404
    form = pages.DecideForm(request.POST)
    approve = request.POST.get("decision") == "approve"
    return _act(
        request, application, "approve", form,
        lambda: operations.decide_plan(plan=plan, approve=approve, reason=form.cleaned_data["reason"], at=now(), actor=request.user),
        _("The plan is approved.") if approve else _("The plan goes back with your reason."),
    )  # fmt: skip


@require("connections.plan")
@require_POST
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    return _act(
        request, application, "", None,
        lambda: operations.answer_plan(application=application, at=now(), actor=request.user),
        _("The plan is answered to the customer."),
    )  # fmt: skip


@require("connections.apply")
@require_POST
def fees(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    form = pages.FeesForm(request.POST)

    def act() -> None:
        data = form.cleaned_data
        wanted = []
        if data["code"]:
            wanted = [operations.Fee(data["code"], money.fen(data["amount_yuan"] or 0), data["explanation"])]
        operations.charge_fees(application=application, fees=wanted, at=now(), actor=request.user)

    return _act(request, application, "fees", form, act, _("The fees are settled."))


@require("connections.apply")
@require_POST
def contract(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    form = pages.ContractForm(request.POST)
    return _act(
        request, application, "contract", form,
        lambda: operations.sign_contract(application=application, signed_date=form.cleaned_data["signed_date"], at=now(), actor=request.user),
        _("The contract is signed."),
    )  # fmt: skip


@require("connections.plan")
@require_POST
def works(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    form = pages.RemarkForm(request.POST)
    return _act(
        request, application, "works", form,
        lambda: operations.finish_works(application=application, remark=form.cleaned_data["remark"], at=now(), actor=request.user),
        _("The works are ready."),
    )  # fmt: skip


@require("connections.inspect")
@require_POST
def review(request: StaffRequest, pk: int, kind: str) -> HttpResponse:
    if kind not in REVIEWS:
        raise Http404
    application = visible(request, pk)
    form = pages.ReviewForm(request.POST, application=application, kind=kind)

    def act() -> None:
        data = form.cleaned_data
        operations.record_review(
            application=application, kind=kind, passed=data["passed"], defects=data["defects"].splitlines(),
            fixed=[int(key) for key in data.get("fixed", ())], remark=data["remark"], at=now(), actor=request.user,
        )  # fmt: skip

    return _act(request, application, "review", form, act, _("The review is recorded."))


@require("connections.inspect")
@require_POST
def abilities(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    if not hasattr(application, "solar"):
        raise Http404
    form = pages.AbilitiesForm(request.POST)
    return _act(
        request, application, "abilities", form,
        lambda: operations.set_abilities(application=application, abilities=frozenset(form.cleaned_data["abilities"]), at=now(), actor=request.user),
        _("The abilities are recorded."),
    )  # fmt: skip


@require("metering.edit")
@require_POST
def meter(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    plan = queries.live_plan(application)
    form = pages.MeterForm(request.POST, places=meter_choices(application, plan) if plan else [])

    def act() -> None:
        role, _colon, feeder = form.cleaned_data["place"].partition(":")
        operations.issue_meter(
            application=application, meter=form.cleaned_data["meter"], role=role, feeder=int(feeder), at=now(), actor=request.user
        )  # fmt: skip

    return _act(request, application, "meter", form, act, _("The meter is taken out of stock."))


@require("metering.edit")
@require_POST
def return_meter(request: StaffRequest, pk: int, issue_id: int) -> HttpResponse:
    application = visible(request, pk)
    issue = get_object_or_404(MeterIssue, pk=issue_id, application=application)
    return _act(
        request, application, "", None,
        lambda: operations.return_meter(issue=issue, at=now(), actor=request.user),
        _("The meter is back in stock."),
    )  # fmt: skip


@require("connections.survey", "metering.edit")
@require_POST
def install(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    form = install_form(application, request.POST)

    def act() -> None:
        hung = [
            operations.Hung(
                issue, form.given(issue, "o"), form.given(issue, "c"), form.cleaned_data[f"seal_{issue.pk}"]
            )
            for issue in form.issues
        ]
        operations.record_installation(application=application, hung=hung, at=now(), actor=request.user)

    return _act(request, application, "install", form, act, _("Installed and recorded."))


@require("connections.apply")
@require_POST
def document(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    kinds = list(application.documents.values_list("kind", flat=True))
    form = pages.DocumentForm(request.POST, request.FILES, kinds=kinds)

    def act() -> None:
        at, sent = now(), form.cleaned_data["file"]
        kept = None
        if sent is not None:
            kept = files.keep(
                name=sent.name, content=sent.read(), unit_id=application.unit_id, at=at, actor=request.user
            )
        operations.give_document(
            application=application, kind=form.cleaned_data["kind"], file=kept, at=at, actor=request.user
        )

    return _act(request, application, "document", form, act, _("The document is laid to the case."))


@require("connections.apply")
@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    form = pages.ReasonForm(request.POST)
    return _act(
        request, application, "withdraw", form,
        lambda: operations.withdraw(application=application, reason=form.cleaned_data["reason"], at=now(), actor=request.user),
        _("The application is withdrawn."),
    )  # fmt: skip


@require("connections.plan")
@require_POST
def propose_refusal(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    form = pages.RefusalForm(request.POST)
    return _act(
        request, application, "refusal", form,
        lambda: operations.propose_refusal(application=application, at=now(), actor=request.user, **form.cleaned_data),
        _("The refusal is proposed; the application goes on until it is decided."),
    )  # fmt: skip


@require("connections.refuse")
@require_POST
def decide_refusal(request: StaffRequest, pk: int, refusal_id: int) -> HttpResponse:
    application = visible(request, pk)
    row = get_object_or_404(Refusal, pk=refusal_id, application=application)
    form = pages.DecideForm(request.POST)
    refuse = request.POST.get("decision") == "refuse"
    return _act(
        request, application, "decide", form,
        lambda: operations.decide_refusal(refusal=row, refuse=refuse, note_text=form.cleaned_data["reason"], at=now(), actor=request.user),
        _("The application is refused; the customer is told why.") if refuse else _("The application goes on."),
    )  # fmt: skip


@require("connections.apply", "connections.plan")
@require_POST
def pause(request: StaffRequest, pk: int) -> HttpResponse:
    """Let the clock stand still while the customer (or somebody else) is waited for, or run again."""
    application = visible(request, pk)
    instance = workflow_queries.instance_of(application)
    if instance is None:
        raise Http404
    facts: dict[str, Any] = {"instance": instance, "at": now(), "actor": request.user}
    if request.POST.get("go_on"):
        return _act(
            request, application, "", None, lambda: workflow.resume(**facts), _("The clock runs again.")
        )
    form = pages.PauseForm(request.POST)
    return _act(
        request, application, "pause", form,
        lambda: workflow.pause(reason=form.cleaned_data["pause"], note=form.cleaned_data["note"], **facts),
        _("The clock stands still."),
    )  # fmt: skip
