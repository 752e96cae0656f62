"""Days without disconnection: what the calendar forbids anyway, and what the bureau adds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from denghuo.commerce.disconnection import operations, queries
from denghuo.commerce.disconnection.models import NoCutDay
from denghuo.commerce.disconnection.queries import words
from denghuo.commerce.disconnection.rules import Facts, Limits, Refusal, chain
from denghuo.commerce.disconnection.web.common import now
from denghuo.commerce.disconnection.web.forms import NoCutDayForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import day_of

WEEKS = 6


@dataclass(frozen=True)
class ShownDay:
    date: date
    why: str
    kind: str
    is_today: bool


def _shown(day: date, today: date, refusal: Refusal | None) -> ShownDay:
    why = words.sentence(Refusal(refusal.code, refusal.basis, refusal.detail)) if refusal else ""
    return ShownDay(day, why, refusal.code if refusal else "", day == today)


def _weeks(today: date, unit_id: str, limits: Limits) -> list[list[ShownDay]]:
    """Six weeks from this Monday: each day with what forbids it, if anything does."""
    start = today - timedelta(days=today.weekday())
    calendar = queries.calendar(start, unit_id)
    checks = (chain.calendar_known, chain.no_closed_day, chain.no_holiday, chain.no_eve, chain.no_weekend)
    weeks = []
    for week in range(WEEKS):
        days = []
        for offset in range(7):
            day = start + timedelta(days=7 * week + offset)
            noon = chain.start_of(day) + timedelta(hours=12)
            found = (check(Facts(), limits, calendar, noon) for check in checks)
            days.append(_shown(day, today, next((item for item in found if item is not None), None)))
        weeks.append(days)
    return weeks


@require("disconnection.view")
def days(request: StaffRequest) -> HttpResponse:
    """Six weeks and the days that the bureau set; whoever approves may add one."""
    may_edit = request.user.may("disconnection.approve")
    today = day_of(now())
    form = NoCutDayForm(request.POST or None, scope=request.user.scope, initial={"date": today})
    if request.method == "POST":
        if not may_edit:
            raise Http404
        if form.is_valid():
            data = form.cleaned_data
            operations.set_no_cut_day(
                on=data["date"],
                unit=data["unit"],
                kind=data["kind"],
                reason=data["reason"],
                at=now(),
                actor=request.user,
            )
            messages.success(request, _("Nobody is cut off on that day."))
            return redirect("disconnection:days")
    limits = queries.limits(today)
    rows = NoCutDay.objects.filter(unit__code__startswith=request.user.scope[:2], date__gte=today)
    return render(
        request,
        "disconnection/days.html",
        {
            "page_title": _("Days without disconnection"),
            "weeks": _weeks(today, request.user.unit_id, limits),
            "rows": rows.select_related("unit", "set_by"),
            "limits": limits,
            "form": form,
            "may_edit": may_edit,
        },
        status=422 if form.errors else 200,
    )


@require("disconnection.approve")
@require_POST
def clear(request: StaffRequest, pk: int) -> HttpResponse:
    found = NoCutDay.objects.filter(pk=pk, unit__code__startswith=request.user.scope).first()
    if found is None:
        raise Http404
    try:
        operations.clear_no_cut_day(
            day=found, reason=request.POST.get("reason", ""), at=now(), actor=request.user
        )
    except operations.NoCutDayInvalid as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The day is taken back."))
    return redirect("disconnection:days")
