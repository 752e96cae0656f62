"""Forms of the reconciliation pages."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.payments.models import Channel
from denghuo.commerce.reconciliation.rules import READERS


def channels() -> list[tuple[str, str]]:
    return [(code, str(Channel(code).label)) for code in READERS]


class StatementForm(forms.Form):
    channel = forms.ChoiceField(label=_("Channel"), choices=channels)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    file = forms.FileField(label=pgettext_lazy("reconciliation", "File of the channel"))


class ExplainForm(forms.Form):
    explanation = forms.CharField(
        label=_("Explanation"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class BookForm(forms.Form):
    account = forms.CharField(label=_("Account or supply point number"), max_length=20, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class SettleForm(forms.Form):
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=48)
    net = forms.DecimalField(
        label=_("Paid out net (yuan)"), min_value=Decimal("0.01"), max_digits=14, decimal_places=2
    )
