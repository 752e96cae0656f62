"""The year as twelve small months, and a form for one day."""

from __future__ import annotations

from datetime import date

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.foundation.calendars import operations, queries
from denghuo.foundation.calendars.models import CalendarDay, DaySource
from denghuo.foundation.ui.access import require

FIRST_YEAR, LAST_YEAR = 2000, 2099


class DayForm(forms.Form):
    is_working = forms.TypedChoiceField(
        label=gettext_lazy("The day is"),
        choices=[("1", gettext_lazy("a working day")), ("0", gettext_lazy("off"))],
        coerce=lambda text: text == "1",
    )
    holiday = forms.CharField(label=gettext_lazy("Holiday"), max_length=40, required=False)
    source = forms.ChoiceField(
        label=gettext_lazy("Because of"),
        choices=DaySource.choices,
        initial=DaySource.BUREAU,
        help_text=gettext_lazy(
            "Choose the State Council notice when you copy it for a year the calendar does not know yet."
        ),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


@require("calendar.view")
def this_year(request: HttpRequest) -> HttpResponse:
    return redirect("calendars:year", timezone.localdate().year)


@require("calendar.view")
def year(request: HttpRequest, number: int) -> HttpResponse:
    """Twelve months with what each day is."""
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise Http404
    months = queries.year(number)
    return render(
        request,
        "calendars/year.html",
        {
            "page_title": _("Working calendar %(year)s") % {"year": number},
            "number": number,
            "months": months,
            "published": queries.is_published(number),
            "working_days": sum(month.working_days for month in months),
            "previous": number - 1 if number > FIRST_YEAR else None,
            "next": number + 1 if number < LAST_YEAR else None,
            "today": timezone.localdate(),
            "may_edit": request.user.may("calendar.edit"),  # type: ignore[union-attr]
            "changed": CalendarDay.objects.filter(
                date__gte=date(number, 1, 1), date__lt=date(number + 1, 1, 1)
            ),
        },
    )


@require("calendar.edit")
def day(request: HttpRequest, on: date) -> HttpResponse:
    """Change one day, or take the bureau's change back."""
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise Http404
    shown = queries.day(on)
    form = DayForm(
        request.POST or None,
        initial={"is_working": "0" if shown.is_working else "1", "holiday": "", "source": DaySource.BUREAU},
    )
    back = reverse("calendars:year", args=[on.year])
    row = CalendarDay.objects.filter(date=on).first()
    if request.method == "POST":
        if request.POST.get("act") == "clear":
            try:
                operations.clear_day(
                    on=on, reason=request.POST.get("reason", ""), at=timezone.now(), actor=request.user
                )
            except operations.ReasonMissing:
                messages.error(request, _("Please give a reason."))
                return redirect("calendars:day", on)
            return redirect(back)
        if form.is_valid():
            operations.set_day(on=on, **form.cleaned_data, at=timezone.now(), actor=request.user)
            messages.success(request, _("The day is changed; limits that run over it move."))
            return redirect(back)
    return render(
        request,
        "calendars/day.html",
        {
            "page_title": on.isoformat(),
            "breadcrumbs": [(_("Working calendar"), back), (on.isoformat(), None)],
            "day": shown,
            "form": form,
            "back": back,
            "row": row,
        },
        status=422 if form.errors else 200,
    )
