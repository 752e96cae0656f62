"""Decisions about readings that look wrong: one by one, or many for one reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from denghuo.commerce.metering.queries import hanging
from denghuo.commerce.metering.rules import REGISTERS
from denghuo.commerce.readings import operations, queries, rules
from denghuo.commerce.readings.models import ExceptionState, ReadingException, ReadingRule
from denghuo.commerce.readings.operations import (
    ActionNotAllowed,
    CannotEstimate,
    ReadingCannotBeReplaced,
    ReadingCarriesLater,
    ReadingIsBilled,
    ReadingRefused,
)
from denghuo.commerce.readings.web import forms
from denghuo.commerce.readings.web.common import (
    may,
    problem_or_404,
    reading_or_404,
    scope_of,
    small_form,
    trail,
)
from denghuo.commerce.readings.web.pages import chart_of
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import Cycle

_MOST_IDS = 5_000
REFUSALS = (ActionNotAllowed, CannotEstimate, ReadingIsBilled, ReadingCannotBeReplaced, ReadingCarriesLater)


def _page(problem: ReadingException) -> str:
    return reverse("readings:exception", args=[problem.pk])


@require("readings.view")
def exception(request: HttpRequest, pk: int) -> HttpResponse:
    """One exception: the figures, the history of the meter, and what may be done."""
    problem = problem_or_404(request, pk)
    return _exception_page(request, problem, {})


def _exception_page(
    request: HttpRequest, problem: ReadingException, bound: dict[str, Any], status: int = 200
) -> HttpResponse:
    reading, point = problem.reading, problem.metering_point
    undecided = problem.state != ExceptionState.RESOLVED
    siblings = (
        ReadingException.objects.filter(reading=reading).exclude(pk=problem.pk) if reading is not None else []
    )
    actions = (
        set(rules.allowed_actions(problem.rule)) if undecided and may(request, "readings.resolve") else set()
    )
    if "accept" in actions and not rules.may_accept([problem.rule, *(one.rule for one in siblings)]):
        actions.discard("accept")
    figures = json.loads(problem.detail)
    context = {
        "page_title": problem.get_rule_display(),
        "breadcrumbs": trail((_("Reading exceptions"), reverse("readings:exceptions")), (problem.pk, None)),
        "problem": problem,
        "reading": reading,
        "point": point,
        "siblings": siblings,
        "figures": {
            name: Decimal(figures[name]) for name in ("advance_kwh", "expected_kwh") if name in figures
        },
        "registers": _compared(reading) if reading else [],
        "chart": chart_of(point),
        "forms": _forms(request, problem, actions, bound) if actions else {},
        "undecided": undecided,
        "basis": rules.RULES[problem.rule],
        "may_resolve": may(request, "readings.resolve"),
    }
    return render(request, "readings/exception.html", context, status=status)


def _compared(reading: Any) -> list[dict[str, Any]]:
    """Register by register: before, now, difference."""
    before = reading.previous
    rows = []
    for name in REGISTERS:
        now = getattr(reading, name)
        if now is None:
            continue
        was = getattr(before, name) if before else None
        step = now - was if was is not None and name != "max_demand" else None
        rows.append({"label": forms.register_label(name), "before": was, "now": now, "step": step})
    return rows


def _forms(
    request: HttpRequest, problem: ReadingException, actions: set[str], bound: dict[str, Any]
) -> dict[str, Any]:
    """A form for each allowed action; ``bound`` holds the one that was posted and did not hold."""
    found: dict[str, Any] = {}
    if "accept" in actions:
        found["accept"] = bound.get("accept") or forms.AcceptForm(prefix="accept")
    if "correct_estimate" in actions:
        found["correct_estimate"] = bound.get("correct_estimate") or forms.AcceptForm(
            prefix="correct_estimate"
        )
    if "reread" in actions and (form := bound.get("reread") or _reread_form(problem, None)):
        found["reread"] = form
    if "estimate" in actions:
        found["estimate"] = bound.get("estimate") or forms.EstimateForm(prefix="estimate")
    if "meter_fault" in actions:
        found["meter_fault"] = bound.get("meter_fault") or forms.FaultForm(prefix="meter_fault")
    return found


def _reread_form(problem: ReadingException, data: Any) -> forms.RegistersForm | None:
    installation = hanging(problem.metering_point)
    if installation is None:
        return None
    held = problem.reading
    stop = getattr(problem.metering_point, "route_stop", None)
    scheduled = rules.reading_date(Cycle.parse(problem.cycle), stop.route.reading_day if stop else 1)
    return forms.RegistersForm(
        data,
        prefix="reread",
        registers=queries.shown_registers(installation.meter.registers, held),
        register_set=installation.meter.registers,
        initial={"read_date": min(timezone.localdate(), held.read_date if held else scheduled)},
    )


def _attempt(
    request: HttpRequest,
    problem: ReadingException,
    name: str,
    form: Any,
    act: Callable[[], object],
    done: str,
) -> HttpResponse:
    """Do ``act`` when the form holds; otherwise the page again with what is wrong."""
    if form is not None and form.is_valid():
        try:
            act()
        except ValidationError as error:
            forms.add_errors(form, error)
        except ReadingRefused as error:
            form.add_error(None, "; ".join(str(ReadingRule(code).label) for code in error.rules))
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect(_page(problem))
    return _exception_page(request, problem_or_404(request, problem.pk), {name: form}, status=422)


@require("readings.resolve")
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    problem = problem_or_404(request, pk)
    form = forms.AcceptForm(request.POST, prefix="accept")

    def act() -> None:
        outcome = operations.accept(
            exceptions=[problem],
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
            actor=request.user,  # type: ignore[arg-type]
        )
        if outcome.refused:
            raise ActionNotAllowed(next(iter(outcome.refused.values())))

    return _attempt(request, problem, "accept", form, act, _("The reading is accepted."))


@require("readings.resolve")
@require_POST
def correct_estimate(request: HttpRequest, pk: int) -> HttpResponse:
    problem = problem_or_404(request, pk)
    form = forms.AcceptForm(request.POST, prefix="correct_estimate")

    def act() -> None:
        operations.correct_estimate(
            problem=problem,
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
            actor=request.user,  # type: ignore[arg-type]
        )

    return _attempt(
        request,
        problem,
        "correct_estimate",
        form,
        act,
        _("The estimates are corrected and the reading is accepted."),
    )


@require("readings.resolve")
@require_POST
def reread(request: HttpRequest, pk: int) -> HttpResponse:
    problem = problem_or_404(request, pk)
    form = _reread_form(problem, request.POST)

    def act() -> None:
        assert form is not None
        operations.reread(
            problem=problem,
            registers=form.registers(),
            read_date=form.cleaned_data["read_date"],
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
            actor=request.user,  # type: ignore[arg-type]
        )

    return _attempt(request, problem, "reread", form, act, _("The new reading is recorded."))


@require("readings.resolve")
@require_POST
def estimate(request: HttpRequest, pk: int) -> HttpResponse:
    problem = problem_or_404(request, pk)
    form = forms.EstimateForm(request.POST, prefix="estimate")

    def act() -> None:
        operations.estimate(
            problem=problem,
            method=form.cleaned_data["method"],
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
            actor=request.user,  # type: ignore[arg-type]
        )

    return _attempt(request, problem, "estimate", form, act, _("The cycle is closed with an estimate."))


@require("readings.resolve")
@require_POST
def order_meter_check(request: HttpRequest, pk: int) -> HttpResponse:
    problem = problem_or_404(request, pk)
    form = forms.FaultForm(request.POST, prefix="meter_fault")

    def act() -> None:
        operations.order_meter_check(
            problem=problem,
            order_reference=form.cleaned_data["order_reference"],
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
            actor=request.user,  # type: ignore[arg-type]
        )

    return _attempt(request, problem, "meter_fault", form, act, _("The fault order is noted."))


def _selected(request: HttpRequest) -> list[ReadingException]:
    ids = [
        int(text) for text in request.POST.getlist("ids")[:_MOST_IDS] if text.isascii() and text.isdecimal()
    ]
    ids = [one for one in ids if one < 2**63]
    return list(
        ReadingException.objects.filter(pk__in=ids, unit_id__startswith=scope_of(request)).select_related(
            "reading", "metering_point"
        )
    )


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = reverse("readings:exceptions")
    return redirect(target)


@require("readings.resolve")
@require_POST
def accept_many(request: HttpRequest) -> HttpResponse:
    try:
        outcome = operations.accept(
            exceptions=_selected(request),
            reason=request.POST.get("reason", "").replace("\x00", "")[:300],
            at=timezone.now(),
            actor=request.user,  # type: ignore[arg-type]
        )
    except ValidationError:
        messages.error(request, _("Say why."))
        return _back(request)
    count = len(outcome.resolved)
    if count:
        messages.success(
            request,
            ngettext("%(count)d exception resolved.", "%(count)d exceptions resolved.", count)
            % {"count": count},
        )
    for pk, why in list(outcome.refused.items())[:5]:
        messages.warning(request, _("No. %(number)s: %(why)s") % {"number": pk, "why": why})
    return _back(request)


@require("readings.resolve")
@require_POST
def claim(request: HttpRequest) -> HttpResponse:
    count = operations.assign(
        exceptions=_selected(request),
        owner=request.user,  # type: ignore[arg-type]
        at=timezone.now(),
        actor=request.user,  # type: ignore[arg-type]
    )
    messages.success(
        request,
        ngettext("You took over %(count)d exception.", "You took over %(count)d exceptions.", count)
        % {"count": count},
    )
    return _back(request)


@require("readings.resolve")
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    problem = problem_or_404(request, pk)
    people = Staff.objects.filter(unit__code__startswith=scope_of(request), is_active=True).order_by(
        "username"
    )
    form = forms.OwnerForm(request.POST or None, people=people, initial={"owner": problem.owner_id})
    if request.method == "POST" and form.is_valid():
        operations.assign(
            exceptions=[problem],
            owner=form.cleaned_data["owner"],
            at=timezone.now(),
            actor=request.user,  # type: ignore[arg-type]
        )
        return redirect(_page(problem))
    return small_form(
        request,
        form,
        page_title=_("Hand over"),
        breadcrumbs=trail((_("Reading exceptions"), reverse("readings:exceptions")), (problem.pk, None)),
        back_url=_page(problem),
    )


@require("readings.resolve")
def repair(request: HttpRequest, pk: int) -> HttpResponse:
    """Replace an accepted reading; a later one that starts from it is linked to the new one."""
    reading = reading_or_404(request, pk)
    meter = reading.installation.meter
    initial = {name: getattr(reading, name) for name in REGISTERS}
    form = forms.RepairForm(
        request.POST or None,
        registers=queries.shown_registers(meter.registers, reading),
        register_set=meter.registers,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.repair_chain(
                reading=reading,
                registers=form.registers(),
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
                actor=request.user,  # type: ignore[arg-type]
            )
        except ValidationError as error:
            forms.add_errors(form, error)
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The reading is replaced and the chain is linked again."))
            return redirect("metering:point", reading.metering_point_id)
    return small_form(
        request,
        form,
        page_title=_("Replace a reading"),
        subject=f"{reading.metering_point.number} · {reading.cycle}",
        hint=_(
            "The old reading stays on record. Energy moves between this period and the next; their sum stays."
        ),
        breadcrumbs=trail((reading.metering_point.number, None)),
        back_url=reverse("metering:point", args=[reading.metering_point_id]),
    )
