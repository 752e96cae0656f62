"""The calendar of days on which a special time-of-use rule fires."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.tariffs import operations, queries
from denghuo.commerce.tariffs.models import DayTrigger
from denghuo.commerce.tariffs.web import texts
from denghuo.commerce.tariffs.web.books import person
from denghuo.foundation.calendars import queries as calendars
from denghuo.foundation.ui.access import may, require


class DayForm(forms.Form):
    """A day to declare."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    trigger = forms.ChoiceField(label=gettext_lazy("Rule"))
    basis = forms.CharField(
        label=gettext_lazy("Basis"),
        max_length=120,
        help_text=gettext_lazy("Who announced it: weather office, price authority …"),
    )

    def __init__(self, *args: Any, triggers: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trigger"].choices = [(t, texts.TRIGGERS.get(t, t)) for t in triggers]  # type: ignore[attr-defined]


def _with_triggers() -> list[str]:
    out = []
    for code in queries.books():
        try:
            if queries.triggers_of(code):
                out.append(code)
        except queries.NoBookInForce:
            continue
    return out


@require("tariffs.view")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """A year of one book."""
    codes = _with_triggers()
    code = request.GET.get("book", "")
    code = code if code in codes else (codes[0] if codes else "")
    context: dict[str, Any] = {
        "page_title": _("Day triggers"),
        "codes": codes,
        "code": code,
        "user_may_draft": may(request.user, "tariffs.draft"),
        "breadcrumbs": [(_("Price books"), reverse("tariffs:books")), (_("Day triggers"), None)],
    }
    if code:
        year = _year(request.GET.get("year"))
        days = list(
            DayTrigger.objects.filter(book=code, date__gte=date(year, 1, 1), date__lt=date(year + 1, 1, 1))
        )
        context |= {
            "year": year,
            "days": days,
            "months": _months(year, days),
            "form": DayForm(triggers=queries.triggers_of(code)),
            "title": queries.book_in_force(code).book.name,
        }  # fmt: skip
    return render(request, "tariffs/days.html", context)


def _year(text: str | None) -> int:
    this = timezone.localdate().year
    year = int(text) if text and text.isascii() and text.isdecimal() and len(text) == 4 else this
    return min(max(year, 2020), this + 2)


def _months(year: int, days: list[DayTrigger]) -> list[dict[str, Any]]:
    fired: dict[date, list[str]] = {}
    for row in days:
        fired.setdefault(row.date, []).append(row.trigger)
    holidays = calendars.holidays(date(year, 1, 1), date(year + 1, 1, 1))
    months = []
    for month in range(1, 13):
        weeks = []
        for week in calendar.Calendar().monthdatescalendar(year, month):
            weeks.append(
                [
                    {"day": day, "triggers": fired.get(day, []), "holiday": holidays.get(day, "")}
                    if day.month == month
                    else None
                    for day in week
                ]
            )
        months.append({"first": date(year, month, 1), "weeks": weeks})
    return months


@require("tariffs.draft")
@require_POST
def set_day(request: HttpRequest) -> HttpResponse:
    """Declare a day."""
    code = request.POST.get("book", "")
    back = f"{reverse('tariffs:days')}?book={code}"
    try:
        triggers = queries.triggers_of(code)
    except queries.NoBookInForce:
        messages.error(request, _("This price book has no version in force."))
        return redirect("tariffs:days")
    form = DayForm(request.POST, triggers=triggers)
    if not form.is_valid():
        messages.error(request, _("Fill in the day, the rule and the basis."))
        return redirect(back)
    data = form.cleaned_data
    operations.set_day_trigger(
        book=code, day=data["day"], trigger=data["trigger"], basis=data["basis"], actor=person(request), at=timezone.now()
    )  # fmt: skip
    messages.success(request, _("%(day)s is declared.") % {"day": data["day"].isoformat()})
    return redirect(f"{back}&year={data['day'].year}")


@require("tariffs.draft")
@require_POST
def clear_day(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a declared day back, with a reason."""
    found = get_object_or_404(DayTrigger, pk=pk)
    reason = request.POST.get("reason", "").strip()[:300]
    back = f"{reverse('tariffs:days')}?book={found.book}&year={found.date.year}"
    if not reason:
        messages.error(request, _("Please give a reason."))
        return redirect(back)
    operations.clear_day_trigger(
        book=found.book, day=found.date, trigger=found.trigger, reason=reason, actor=person(request), at=timezone.now()
    )  # fmt: skip
    messages.success(request, _("%(day)s is taken back.") % {"day": found.date.isoformat()})
    return redirect(back)
