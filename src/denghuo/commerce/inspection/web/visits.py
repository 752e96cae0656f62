"""The page of a visit: its checklist, what was found, and the notice about it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.inspection import operations, queries
from denghuo.commerce.inspection.models import Visit
from denghuo.commerce.inspection.queries import words
from denghuo.commerce.inspection.rules import catalogue, states
from denghuo.commerce.inspection.web import forms as pages
from denghuo.commerce.inspection.web.common import REFUSED, Act, Bound, complain, found, kept, now, verb
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import day_of


def visible_visit(request: StaffRequest, pk: int) -> Visit:
    visits = queries.planning.visible_visits(request.user.scope).select_related(
        "done_by", "photo", "signature"
    )
    visit: Visit = found(visits, pk=pk)
    return visit


@require("inspection.view")
@require_GET
def page(request: StaffRequest, pk: int) -> HttpResponse:
    return show(request, visible_visit(request, pk))


def show(
    request: StaffRequest, visit: Visit, *, bound: Bound | None = None, status: int = 200
) -> HttpResponse:
    bound = bound or {}
    on = day_of(now())
    open_ = visit.state in states.OPEN_VISIT
    works = request.user.may("inspection.work")
    profile = queries.planning.profile_of(visit.supply_point_id)
    answers = {answer.item: answer for answer in visit.answers.all()}
    labels = {item.code: item.text for item in catalogue.checklist(visit.checklist)}
    return render(
        request,
        "inspection/visit.html",
        {
            "visit": visit,
            "page_title": _("Inspection of %(number)s") % {"number": visit.supply_point.number},
            "late": queries.planning.is_late(visit, on),
            "answers": [
                (labels[code], words.ANSWERS.get(answer.answer, ""), answer)
                for code, answer in answers.items()
                if code in labels
            ],
            "findings": list(visit.findings.select_related("rectification")),
            "notices": list(visit.rectifications.all()),
            "profile": profile,
            "faults": [words.FAULTS[code] for code in queries.planning.emergency_faults(profile, on)]
            if profile
            else [],
            "form": (bound.get("record") or pages.VisitForm(checklist=visit.checklist))
            if open_ and works
            else None,
            "acts": _acts(request, visit, bound),
            "breadcrumbs": [
                (_("Inspections"), reverse("inspection:board")),
                (visit.supply_point.number, None),
            ],
        },
        status=status,
    )


def _acts(request: StaffRequest, visit: Visit, bound: Bound) -> list[Act]:
    acts: list[Act] = []
    may = request.user.may
    if may("inspection.work") and visit.state == "done":
        if queries.rectifying.unnoticed(visit.supply_point_id).exists():
            form: forms.Form = bound.get("issue") or pages.IssueForm(supply_point_id=visit.supply_point_id)
            acts.append(
                Act(
                    "issue",
                    _("Issue a notice to rectify"),
                    reverse("inspection:issue", args=[visit.pk]),
                    form,
                    "file-alert",
                )
            )
        acts.append(
            Act(
                "finding", _("Add a finding"), reverse("inspection:add-finding", args=[visit.pk]),
                bound.get("finding") or pages.FindingForm(), "plus", folded=True,
            )
        )  # fmt: skip
    if visit.state in states.OPEN_VISIT:
        if may("inspection.work"):
            acts.append(
                Act(
                    "not_met", _("Nobody met"), reverse("inspection:not-met", args=[visit.pk]),
                    bound.get("not_met") or pages.NoteForm(), "ban", folded=True,
                )
            )  # fmt: skip
        if may("inspection.plan"):
            acts.append(
                Act(
                    "cancel", _("Drop from the plan"), reverse("inspection:cancel-visit", args=[visit.pk]),
                    bound.get("cancel") or pages.ReasonForm(), "x", danger=True, folded=True,
                )
            )  # fmt: skip
    return acts


@require("inspection.work")
@require_POST
def record(request: StaffRequest, pk: int) -> HttpResponse:
    visit = visible_visit(request, pk)
    form = pages.VisitForm(request.POST, request.FILES, checklist=visit.checklist)
    if not form.is_valid():
        complain(request, form)
        return show(request, visit, bound={"record": form}, status=422)
    given = form.cleaned_data
    try:
        operations.record(
            visit=visit,
            answers=form.answers(),
            notes=form.notes(),
            seen=operations.Seen(
                companion=given["companion"],
                note=given["note"],
                photo=kept(request, given["photo"], visit.unit_id),
                signature=kept(request, given["signature"], visit.unit_id),
            ),
            at=now(),
            actor=request.user,
        )
    except REFUSED as error:
        messages.error(request, str(error))
        return show(request, visible_visit(request, pk), bound={"record": form}, status=422)
    messages.success(request, _("The inspection is recorded."))
    return redirect("inspection:visit", pk)


def _add_finding(request: StaffRequest, visit: Visit, given: dict[str, Any]) -> None:
    operations.add_finding(
        supply_point=visit.supply_point,
        visit=visit,
        code=given["code"],
        note=given["note"],
        photo=kept(request, given["photo"], visit.unit_id),
        at=now(),
        actor=request.user,
    )


@require("inspection.work")
@require_POST
def issue(request: StaffRequest, pk: int) -> HttpResponse:
    visit = visible_visit(request, pk)
    form = pages.IssueForm(request.POST, supply_point_id=visit.supply_point_id)
    if not form.is_valid():
        complain(request, form)
        return show(request, visit, bound={"issue": form}, status=422)
    try:
        notice = operations.issue(at=now(), actor=request.user, **form.cleaned_data)
    except REFUSED as error:
        messages.error(request, str(error))
        return show(request, visible_visit(request, pk), bound={"issue": form}, status=422)
    messages.success(request, _("The notice is issued. Have it signed."))
    return redirect("inspection:notice", notice.pk)


add_finding = verb(
    "inspection.work", key="finding", form=pages.FindingForm, find=visible_visit, show=show, act=_add_finding,
    done=gettext_lazy("The finding is recorded."), page="inspection:visit",
)  # fmt: skip
not_met = verb(
    "inspection.work", key="not_met", form=pages.NoteForm, find=visible_visit, show=show,
    act=lambda request, visit, given: operations.record_not_met(visit=visit, note=given["note"], at=now(), actor=request.user),
    done=gettext_lazy("Recorded: nobody was met."), page="inspection:visit",
)  # fmt: skip
cancel = verb(
    "inspection.plan", key="cancel", form=pages.ReasonForm, find=visible_visit, show=show,
    act=lambda request, visit, given: operations.cancel(visit=visit, reason=given["reason"], at=now(), actor=request.user),
    done=gettext_lazy("The visit is off the plan."), page="inspection:visit",
)  # fmt: skip
