"""Forms of appointments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.care.appointments.models import Channel, Service, Weekday, Where
from denghuo.foundation.identity.models import OrganisationUnit, Role


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def time_input() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def reason_field() -> forms.CharField:
    return forms.CharField(
        label=pgettext_lazy("appointment", "Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


class BookForm(forms.Form):
    who = forms.CharField(
        label=_("Customer, account or supply point number, or telephone"),
        max_length=40,
        required=False,
        help_text=_("Leave it empty for somebody who is no customer yet."),
    )
    contact_name = forms.CharField(label=_("Name"), max_length=40, required=False)
    contact_phone = forms.CharField(label=_("Telephone"), max_length=20, required=False)
    address = forms.CharField(
        label=_("Address of the visit"),
        max_length=200,
        required=False,
        help_text=_("For a service at the door; empty means the customer's supply point."),
    )
    channel = forms.ChoiceField(
        label=pgettext_lazy("appointment", "Booked by"),
        choices=[(c.value, c.label) for c in (Channel.COUNTER, Channel.PHONE, Channel.ONLINE)],
    )
    note = forms.CharField(
        label=pgettext_lazy("appointment", "What it is about"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReasonForm(forms.Form):
    reason = reason_field()


class OpeningForm(forms.Form):
    service = forms.ModelChoiceField(
        Service.objects.none(), label=pgettext_lazy("appointment", "Service"), empty_label=None
    )
    weekdays = forms.MultipleChoiceField(
        label=_("Weekdays"), choices=Weekday.choices, widget=forms.CheckboxSelectMultiple
    )
    opens = forms.TimeField(label=pgettext_lazy("appointment", "From"), widget=time_input())
    closes = forms.TimeField(label=pgettext_lazy("appointment", "Until"), widget=time_input())
    capacity = forms.IntegerField(label=_("How many at a time"), min_value=1, max_value=200, initial=1)
    valid_from = forms.DateField(label=_("First day"), widget=day_input())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = Service.objects.filter(is_active=True)  # type: ignore[attr-defined]


class DayForm(forms.Form):
    date = forms.DateField(label=_("Day"), widget=day_input())
    service = forms.ModelChoiceField(
        Service.objects.none(),
        label=pgettext_lazy("appointment", "Service"),
        required=False,
        empty_label=pgettext_lazy("appointment", "All services"),
    )
    capacity = forms.IntegerField(
        label=_("How many at a time"),
        min_value=0,
        max_value=200,
        initial=0,
        help_text=_("Nought closes the day."),
    )
    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = Service.objects.filter(is_active=True)  # type: ignore[attr-defined]


class ServiceForm(forms.Form):
    code = forms.SlugField(label=_("Code"), max_length=30)
    name = forms.CharField(label=_("Name"), max_length=40)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=480, initial=20)
    where = forms.ChoiceField(label=pgettext_lazy("appointment", "Where"), choices=Where.choices)
    role = forms.ChoiceField(label=pgettext_lazy("appointment", "Who does it"), choices=Role.choices)
    is_active = forms.BooleanField(label=_("Can be booked"), required=False, initial=True)


class SeriesForm(forms.Form):
    who = forms.CharField(label=_("Customer, account or supply point number, or telephone"), max_length=40)
    service = forms.ModelChoiceField(
        Service.objects.none(), label=pgettext_lazy("appointment", "Service"), empty_label=None
    )
    unit = forms.ModelChoiceField(OrganisationUnit.objects.none(), label=_("Crew of"), empty_label=None)
    every_weeks = forms.IntegerField(label=_("Every so many weeks"), min_value=1, max_value=52, initial=4)
    first_date = forms.DateField(label=_("First visit"), widget=day_input())
    preferred = forms.TimeField(label=_("Preferred time"), required=False, widget=time_input())
    note = forms.CharField(label=pgettext_lazy("appointment", "What to know"), max_length=200, required=False)

    def __init__(self, *args: Any, scope: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = Service.objects.filter(is_active=True, where="door")  # type: ignore[attr-defined]
        self.fields["unit"].queryset = OrganisationUnit.objects.filter(code__startswith=scope)  # type: ignore[attr-defined]
