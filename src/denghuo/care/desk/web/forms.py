"""Forms of the counter."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.care.desk.models import Business


class WindowForm(forms.Form):
    window = forms.CharField(
        label=pgettext_lazy("counter", "Window"),
        max_length=4,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    businesses = forms.MultipleChoiceField(
        label=pgettext_lazy("counter", "Done at this window"),
        choices=Business.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=Business.values,
    )


class TicketForm(forms.Form):
    business = forms.ChoiceField(label=pgettext_lazy("counter", "Kind of business"), choices=Business.choices)
    who = forms.CharField(
        label=_("Customer, account or supply point number, or telephone"), max_length=40, required=False
    )


class NumberForm(forms.Form):
    who = forms.CharField(label=_("Customer, account or supply point number, or telephone"), max_length=40)
