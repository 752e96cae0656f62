"""Forms of the banking pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.banking import rules
from denghuo.kernel.money import fen


class DateInput(forms.DateInput):
    input_type = "date"


def banks() -> list[tuple[str, str]]:
    return [(profile.code, profile.name) for profile in rules.PROFILES.values()]


class MandateForm(forms.Form):
    """What the customer signed."""

    account = forms.CharField(
        label=_("Account or supply point number"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    bank = forms.ChoiceField(label=_("Bank"), choices=banks)
    holder = forms.CharField(label=_("Account holder"), max_length=80)
    bank_account = forms.CharField(
        label=_("Bank account"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    number = forms.CharField(
        label=_("Agreement number"), max_length=32, required=False, help_text=_("Empty: one is given.")
    )
    limit = forms.DecimalField(
        label=_("Limit of one debit (yuan)"), required=False, min_value=Decimal("0.01"), max_digits=12, decimal_places=2,
        help_text=_("Empty: no limit."),
    )  # fmt: skip
    valid_from = forms.DateField(label=_("Valid from"), widget=DateInput())
    valid_to = forms.DateField(label=_("Valid until"), required=False, widget=DateInput())

    def limit_fen(self) -> int | None:
        limit = self.cleaned_data.get("limit")
        return fen(limit) if limit is not None else None


class BatchForm(forms.Form):
    bank = forms.ChoiceField(label=_("Bank"), choices=banks)
    debit_date = forms.DateField(label=_("Debit date"), widget=DateInput())


class ReturnForm(forms.Form):
    file = forms.FileField(label=_("Answer of the bank"))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class PartForm(forms.Form):
    """One part of a receipt: account and amount; an empty row is no part."""

    account = forms.CharField(label=_("Account or supply point number"), max_length=20, required=False)
    amount = forms.DecimalField(
        label=_("Amount (yuan)"), required=False, min_value=Decimal("0.01"), max_digits=14, decimal_places=2
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("account")) != (data.get("amount") is not None) and not self.errors:
            raise forms.ValidationError(_("Give number and amount."))
        return data


PartFormSet = forms.formset_factory(PartForm, extra=3, max_num=30, absolute_max=30)
