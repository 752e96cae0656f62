"""Mass corrections: draft, winners and losers, decision, progress."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.corrections import operations, queries
from denghuo.commerce.corrections.models import MassCorrection, MassOutcome, MassState, Reason
from denghuo.commerce.corrections.web.common import (
    due_rule,
    fact_rows,
    now,
    tariff_names,
    today,
    visible_mass,
)
from denghuo.commerce.corrections.web.forms import DecisionForm, MassForm
from denghuo.commerce.tariffs import queries as tariffs
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import charts
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import Cycle

TONES = {"wins": "success", "loses": "danger", "same": "neutral", "protected": "info", "problem": "warning"}


@require("corrections.draft")
def new_mass(request: StaffRequest) -> HttpResponse:
    book = tariffs.home_book()
    last = str(Cycle.of(today()).shifted(-1))
    initial = {"first": last, "last": last, "protect_residents": True, "correct_record": True}
    form = MassForm(tariff_names(book), book, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = operations.start_mass(
                reason=Reason.WRONG_TARIFF if data["to_tariff"] else Reason.WRONG_PRICE,
                explanation=data["explanation"],
                scope=form.scope(),
                facts=form.facts(),
                first=data["first"],
                last=data["last"],
                protect_residents=data["protect_residents"],
                correct_record=data["correct_record"],
                actor=request.user,
                at=now(),
            )
        except operations.CorrectionRefused as error:
            form.add_error(None, str(error))
        else:
            return redirect("corrections:mass", made.number)
    return render(
        request,
        "corrections/new_mass.html",
        {
            "form": form,
            "page_title": _("New mass correction"),
            "breadcrumbs": [
                (_("Mass corrections"), reverse("corrections:mass-list")),
                (_("New mass correction"), None),
            ],
        },
        status=422 if form.errors else 200,
    )


@require("corrections.view")
@require_GET
def mass_page(request: StaffRequest, number: str) -> HttpResponse:
    found = visible_mass(request, number)
    sums = queries.outcome_sums(found)
    items = reverse("corrections:mass-items", args=[found.number])
    run = found.commit_run or found.preview_run
    working = found.state in (MassState.PREVIEWING, MassState.COMMITTING)
    total = sums["wins"].difference_fen + sums["loses"].difference_fen
    return render(
        request,
        "corrections/mass.html",
        {
            "mass": found,
            "run": run,
            "working": working,
            "facts": fact_rows(found.changes, tariff_names(tariffs.home_book())),
            "scope": queries.scope_rows(found),
            "outcomes": [
                (label, sums[code], f"{items}?outcome={code}", TONES[code]) for code, label in MassOutcome.choices
            ],
            "segments": [(label, sums[code].count, TONES[code]) for code, label in MassOutcome.choices if sums[code].count],
            "total_fen": total,
            "chart": _histogram(found),
            "winners": _ranked(found, MassOutcome.WINS),
            "losers": _ranked(found, MassOutcome.LOSES),
            "items_url": items,
            "own": found.requested_by_id == request.user.pk,
            "may_submit": found.state == MassState.READY and request.user.may("corrections.draft"),
            "may_decide": found.state == MassState.SUBMITTED and request.user.may("corrections.approve"),
            "form": DecisionForm(initial={"due_date": due_rule().of(today())}),
            "page_title": _("Mass correction %(number)s") % {"number": found.number},
            "breadcrumbs": [(_("Mass corrections"), reverse("corrections:mass-list")), (found.number, None)],
        },
    )  # fmt: skip


def _histogram(mass: MassCorrection) -> dict[str, Any] | None:
    rows = queries.histogram(mass)
    if not any(wins or loses for _low, _high, wins, loses in rows):
        return None
    names = [
        f"{low // 100:,}–{high // 100:,}" if high is not None else f"> {low // 100:,}"
        for low, high, _wins, _loses in rows
    ]
    less, more = str(MassOutcome.WINS.label), str(MassOutcome.LOSES.label)
    return charts.bars(
        names,
        {less: [row[2] for row in rows], more: [row[3] for row in rows]},
        colours={less: "@success", more: "@danger"},
    )


def _ranked(mass: MassCorrection, outcome: str) -> list[tuple[Any, ...]]:
    rows = list(queries.extremes(mass, outcome))
    most = max((abs(row.difference_fen) for row in rows), default=1)
    return [
        (
            f"{row.account.number} {row.account.customer.masked_name}",
            f"{row.difference_fen / 100:+,.2f}",
            abs(row.difference_fen),
            most,
            reverse("customers:account", args=[row.account_id]),
        )
        for row in rows
    ]


@require("corrections.draft")
@require_POST
def submit_mass(request: StaffRequest, number: str) -> HttpResponse:
    found = visible_mass(request, number)
    return _act(
        request,
        found,
        lambda: operations.submit_mass(mass=found, actor=request.user, at=now()),
        _("Another person must now approve the mass correction."),
    )


@require("corrections.approve")
@require_POST
def decide_mass(request: StaffRequest, number: str) -> HttpResponse:
    found = visible_mass(request, number)
    if request.POST.get("decision") != "approve":
        note = request.POST.get("note", "")
        return _act(
            request,
            found,
            lambda: operations.reject_mass(mass=found, actor=request.user, at=now(), note=note),
            _("The bills stay as they are."),
        )
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the due date of the new bills."))
        return redirect("corrections:mass", number)
    data = form.cleaned_data
    return _act(
        request,
        found,
        lambda: operations.approve_mass(
            mass=found, actor=request.user, at=now(), due_date=data["due_date"], note=data["note"]
        ),
        _("The run corrects the bills account by account."),
    )


def _act(request: StaffRequest, found: MassCorrection, act: Any, done: str) -> HttpResponse:
    try:
        act()
    except operations.CorrectionRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("corrections:mass", found.number)
