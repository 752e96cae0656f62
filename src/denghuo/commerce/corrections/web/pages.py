"""The page of a correction: months, lines, decision, letters, what became of the bills."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.corrections import operations, rules
from denghuo.commerce.corrections.models import Correction, CorrectionState
from denghuo.commerce.corrections.queries import words
from denghuo.commerce.corrections.queries.letters import letter_data, notice_data
from denghuo.commerce.corrections.queries.limits import warnings
from denghuo.commerce.corrections.web.common import (
    book_of,
    due_rule,
    fact_rows,
    now,
    shown,
    tariff_names,
    today,
    visible_correction,
)
from denghuo.commerce.corrections.web.forms import DecisionForm
from denghuo.foundation.documents import pdf
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


@require("corrections.view")
@require_GET
def correction_page(request: StaffRequest, number: str) -> HttpResponse:
    found = visible_correction(request, number)
    facts = found.changes
    waiting = found.state == CorrectionState.SUBMITTED
    own = found.drafted_by_id == request.user.pk
    return render(
        request,
        "corrections/correction.html",
        {
            "correction": found,
            "facts": fact_rows(facts, tariff_names(book_of(found.supply_point))),
            "reminders": sorted({str(words.REMINDERS[f.kind]) for f in facts if f.kind in words.REMINDERS}),
            "warnings": warnings(found, on=today()),
            "bills": found.corrected_bills.select_related("bill", "reversal", "replacement"),
            "terms": json.loads(found.settlement_terms),
            "may_submit": found.state == CorrectionState.DRAFT and request.user.may("corrections.draft"),
            "may_withdraw": rules.may_become(found.state, CorrectionState.WITHDRAWN)
            and request.user.may("corrections.draft"),
            "may_decide": waiting and request.user.may("corrections.approve"),
            "own": own,
            "waiting": waiting,
            "form": DecisionForm(initial={"due_date": due_rule().of(today())}),
            "page_title": _("Correction %(number)s") % {"number": found.number},
            "breadcrumbs": [(_("Corrections"), reverse("corrections:corrections")), (found.number, None)],
            **shown(found.effects),
        },
    )


@require("corrections.draft")
@require_POST
def submit(request: StaffRequest, number: str) -> HttpResponse:
    found = visible_correction(request, number)
    return _act(
        request,
        found,
        lambda: operations.submit(correction=found, actor=request.user, at=now()),
        _("Another person must now approve the correction."),
    )


@require("corrections.draft")
@require_POST
def withdraw(request: StaffRequest, number: str) -> HttpResponse:
    found = visible_correction(request, number)
    reason = request.POST.get("reason", "")[:300]
    return _act(
        request,
        found,
        lambda: operations.withdraw(correction=found, actor=request.user, at=now(), reason=reason),
        _("The correction is withdrawn; the bills stay."),
    )


@require("corrections.approve")
@require_POST
def decide(request: StaffRequest, number: str) -> HttpResponse:
    found = visible_correction(request, number)
    if request.POST.get("decision") != "approve":
        note = request.POST.get("note", "")
        return _act(
            request,
            found,
            lambda: operations.reject(correction=found, actor=request.user, at=now(), note=note),
            _("The bills stay as they are."),
        )
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the due date of the new bills."))
        return redirect("corrections:correction", number)
    data = form.cleaned_data
    return _act(
        request,
        found,
        lambda: operations.approve(
            correction=found, actor=request.user, at=now(), due_date=data["due_date"], note=data["note"]
        ),
        _("The bills are replaced."),
    )


def _act(request: StaffRequest, found: Correction, act: Any, done: str) -> HttpResponse:
    try:
        act()
    except operations.CorrectionRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("corrections:correction", found.number)


@require("corrections.view")
@require_GET
def notice(request: StaffRequest, number: str) -> HttpResponse:
    """What the customer is told: before, after, why (更正通知), as a PDF."""
    found = visible_correction(request, number)
    if not found.effects.months:
        raise Http404
    names = tariff_names(book_of(found.supply_point))
    return _pdf("corrections/notice.typ", notice_data(found, names), found, "notice")


@require("corrections.view")
@require_GET
def letter(request: StaffRequest, number: str) -> HttpResponse:
    """The letter of apology of a correction that was carried out, as a PDF."""
    found = visible_correction(request, number)
    if found.state != CorrectionState.COMMITTED or not found.apology:
        raise Http404
    return _pdf("corrections/letter.typ", letter_data(found), found, "letter")


def _pdf(template: str, data: dict[str, Any], found: Correction, name: str) -> HttpResponse:
    body = pdf.render(template, data, created_at=found.decided_at or found.drafted_at)
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.number}-{name}.pdf"'
    return response
