"""Every verb of a matter as a view: the permission, the form, what is said when it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from denghuo.care.cases import operations, queries
from denghuo.care.cases.models import Case
from denghuo.care.cases.operations import CaseRefused
from denghuo.care.cases.web import forms as pages
from denghuo.care.cases.web.case import show
from denghuo.care.cases.web.common import complain, make, next_url, now, visible_case
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel import money

Data = Mapping[str, Any]
Verb = Callable[[StaffRequest, Case, Data], object]


def acting(
    *permissions: str,
    verb: Verb,
    done: Any,
    form: type[forms.Form] | None = None,
) -> Callable[..., HttpResponse]:
    """A view that does one verb to a matter with a valid form; a refusal is shown on the page of the matter (422)."""

    @require(*permissions)
    @require_POST
    def view(request: StaffRequest, pk: int) -> HttpResponse:
        case = visible_case(request, pk)
        data: Data = {}
        if form is not None:
            given = make(form, request, request.POST)
            if not given.is_valid():
                complain(request, given)
                return show(request, case, status=422)
            data = given.cleaned_data
        try:
            verb(request, case, data)
        except CaseRefused as error:
            messages.error(request, str(error))
            return show(request, visible_case(request, pk), status=422)
        messages.success(request, str(done))
        return redirect(next_url(request, reverse("cases:case", args=[pk])))

    return view


def _fen(value: Any) -> int:
    return money.fen(value) if value else 0


def _how(request: StaffRequest) -> dict[str, Any]:
    return {"at": now(), "actor": request.user}


def _investigate(request: StaffRequest, case: Case, data: Data) -> None:
    facts = dict(data)
    facts["gift_value_fen"] = _fen(facts.pop("gift_value"))
    facts["refund_fen"] = _fen(facts.pop("refund"))
    operations.investigate(case=case, **facts, **_how(request))


def _decide(request: StaffRequest, case: Case, data: Data) -> None:
    approved = "send_back" not in request.POST
    operations.decide(case=case, approved=approved, **data, **_how(request))


def _decide_damage(request: StaffRequest, case: Case, data: Data) -> None:
    approved = "send_back" not in request.POST
    operations.decide_damage(case=case, approved=approved, **data, **_how(request))


def _join(request: StaffRequest, case: Case, data: Data) -> None:
    main = queries.visible(request.user.scope).filter(number=data["main"].strip()).first()
    if main is None:
        raise CaseRefused(_("There is no such matter."))
    operations.join(case=case, main=main, reason=data["reason"], **_how(request))


contact = acting(
    "cases.work",
    form=pages.ContactForm,
    verb=lambda request, case, data: operations.record_contact(case=case, **data, **_how(request)),
    done=gettext_lazy("The contact is recorded."),
)
ask_support = acting(
    "cases.work",
    form=pages.TextForm,
    verb=lambda request, case, data: operations.ask_support(
        case=case, question=data["text"], **_how(request)
    ),
    done=gettext_lazy("Asked. You stay the owner of the matter."),
)
give_support = acting(
    "cases.investigate",
    "cases.approve",
    form=pages.TextForm,
    verb=lambda request, case, data: operations.give_support(
        case=case, findings=data["text"], **_how(request)
    ),
    done=gettext_lazy("Recorded; the answer can be given."),
)
assess = acting(
    "cases.approve",
    form=pages.AssessForm,
    verb=lambda request, case, data: operations.assess(case=case, **data, **_how(request)),
    done=gettext_lazy("Read and passed on."),
)
check = acting(
    "cases.investigate",
    form=pages.TextForm,
    verb=lambda request, case, data: operations.check(case=case, findings=data["text"], **_how(request)),
    done=gettext_lazy("Recorded; the answer can be given."),
)
follow_up = acting(
    "cases.work",
    form=pages.FollowUpForm,
    verb=lambda request, case, data: operations.follow_up(case=case, **data, **_how(request)),
    done=gettext_lazy("The follow-up call is recorded; the matter is closed."),
)
investigate = acting(
    "cases.investigate",
    form=pages.InvestigateForm,
    verb=_investigate,
    done=gettext_lazy("Recorded. Another person decides."),
)
decide = acting(
    "cases.approve", form=pages.DecideForm, verb=_decide, done=gettext_lazy("The decision is recorded.")
)
gift = acting(
    "cases.work",
    verb=lambda request, case, data: operations.give_gift(case=case, **_how(request)),
    done=gettext_lazy("The gift is handed over."),
)
escalate = acting(
    "cases.work",
    "cases.approve",
    form=pages.ReasonForm,
    verb=lambda request, case, data: operations.escalate(case=case, **data, **_how(request)),
    done=gettext_lazy("Escalated."),
)
join = acting(
    "cases.work",
    form=pages.JoinForm,
    verb=_join,
    done=gettext_lazy("Joined. The other matter goes on for both."),
)
withdraw = acting(
    "cases.work",
    form=pages.ReasonForm,
    verb=lambda request, case, data: operations.withdraw(case=case, **data, **_how(request)),
    done=gettext_lazy("The matter is withdrawn."),
)
dispatch = acting(
    "fieldwork.dispatch",
    form=pages.DispatchForm,
    verb=lambda request, case, data: operations.dispatch(case=case, **data, **_how(request)),
    done=gettext_lazy("The crew has it on its phone."),
)
go_on = acting(
    "fieldwork.dispatch",
    form=pages.StepForm,
    verb=lambda request, case, data: operations.go_on(case=case, **data, **_how(request)),
    done=gettext_lazy("The minute is recorded."),
)
send_to_check = acting(
    "fieldwork.dispatch",
    form=pages.CrewForm,
    verb=lambda request, case, data: operations.send_to_check(case=case, **data, **_how(request)),
    done=gettext_lazy("The check is on the phone of the crew."),
)
record_check = acting(
    "cases.investigate",
    form=pages.CheckForm,
    verb=lambda request, case, data: operations.record_check(case=case, **data, **_how(request)),
    done=gettext_lazy("The result is recorded."),
)
correct = acting(
    "corrections.draft",
    form=pages.CorrectForm,
    verb=lambda request, case, data: operations.draft_correction(case=case, **data, **_how(request)),
    done=gettext_lazy("The correction is drafted; it has its own second person."),
)
decide_damage = acting(
    "cases.approve",
    form=pages.ReasonForm,
    verb=_decide_damage,
    done=gettext_lazy("The decision is recorded."),
)


@require("cases.work")
@require_POST
def reply(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the answer; a complaint also says whether the customer agrees."""
    case = visible_case(request, pk)
    view = acting(
        "cases.work",
        form=pages.of_reply(case),
        verb=lambda request, case, data: operations.reply(case=case, **data, **_how(request)),
        done=_("The answer is recorded."),
    )
    return view(request, pk)


@require("cases.investigate")
@require_POST
def inspect(request: StaffRequest, pk: int) -> HttpResponse:
    """What was seen on site, with the appliances."""
    case = visible_case(request, pk)
    form, rows = pages.InspectForm(request.POST), pages.Appliances(request.POST, prefix="appliance")
    if not form.is_valid() or not rows.is_valid():
        complain(request, form)
        for row in rows.forms:
            complain(request, row)
        return show(request, case, status=422)
    appliances = [
        operations.Appliance(
            name=row["name"],
            kind=row["kind"],
            bought_date=row["bought_date"],
            price_fen=money.fen(row["price"]),
            repair_fen=money.fen(row["repair"]) if row["repair"] is not None else None,
        )
        for row in rows.cleaned_data
        if row.get("name")
    ]
    try:
        operations.inspect(case=case, appliances=appliances, **form.cleaned_data, **_how(request))
    except CaseRefused as error:
        messages.error(request, str(error))
        return show(request, visible_case(request, pk), status=422)
    messages.success(request, _("Recorded. Another person decides."))
    return redirect(next_url(request, reverse("cases:case", args=[pk])))


@require("cases.intake")
@require_POST
def finish_improvement(request: StaffRequest, pk: int) -> HttpResponse:
    """The owner of a measure says what was done."""
    return _improve(request, pk, operations.finish_improvement, _("Done. Somebody else asks the customer."))


@require("cases.work", "cases.approve")
@require_POST
def verify_improvement(request: StaffRequest, pk: int) -> HttpResponse:
    """Somebody else asked the customer."""
    return _improve(request, pk, operations.verify_improvement, _("Verified with the customer."))


def _improve(request: StaffRequest, pk: int, verb: Any, done: str) -> HttpResponse:
    item = queries.improvements(request.user.scope).filter(pk=pk).first()
    if item is None:
        raise Http404
    try:
        verb(item=item, text=request.POST.get("text", "")[:300], **_how(request))
        messages.success(request, done)
    except CaseRefused as error:
        messages.error(request, str(error))
    return redirect(next_url(request, reverse("cases:improvements")))
