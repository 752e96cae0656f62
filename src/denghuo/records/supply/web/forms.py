"""Forms for supply points, terms, losses, contracts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from denghuo.records.customers import queries as customer_queries
from denghuo.records.customers.models import Account
from denghuo.records.grid import queries as grid_queries
from denghuo.records.supply.models import LOSS_FIELDS, LossTerms, SupplyContract, SupplyTerms

PLAIN_TERMS = (
    "tariff_class",
    "use_nature",
    "supply_relation",
    "supply_source",
    "importance",
    "industry_code",
    "voltage",
    "metering_mode",
    "capacity_kva",
    "price_book",
    "tariff",
    "billing_mode",
    "contract_demand_kw",
    "demand_exempt",
    "kept_single_part",
    "pf_standard",
    "pf_no_reward",
    "market",
    "household_persons",
    "free_energy_kwh",
)


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def add_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Put what an operation refused beside the fields it names."""
    for field, messages in error.message_dict.items():
        for message in messages:
            form.add_error(field if field in form.fields else None, message)


class TermsForm(forms.ModelForm):
    """The terms, with the grid named by code."""

    area_code = forms.CharField(
        label=_("Transformer area"),
        required=False,
        max_length=20,
        help_text=_("Code of the area, where supplied by a public transformer."),
    )
    transformer_code = forms.CharField(
        label=_("Dedicated transformer"),
        required=False,
        max_length=20,
        help_text=_("Code of the customer's own transformer."),
    )

    class Meta:
        model = SupplyTerms
        fields = PLAIN_TERMS

    def __init__(self, *args: Any, scope: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        if self.instance.pk:
            self.initial["area_code"] = self.instance.area.code if self.instance.area else ""
            transformer = self.instance.transformer
            self.initial["transformer_code"] = transformer.code if transformer else ""

    def _post_clean(self) -> None:
        """The operation checks the row; the form only reads what was typed."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name, label, rows in (
            ("area", _("There is no transformer area with this code."), grid_queries.areas(self.scope)),
            (
                "transformer",
                _("There is no transformer with this code."),
                grid_queries.transformers(self.scope),
            ),
        ):
            code = data.get(f"{name}_code", "")
            data[name] = rows.filter(code=code).first() if code else None
            if code and data[name] is None:
                self.add_error(f"{name}_code", label)
        return data

    def terms(self) -> dict[str, Any]:
        """What was typed, by the names the operations know."""
        names = (*PLAIN_TERMS, "area", "transformer")
        return {name: self.cleaned_data[name] for name in names}


class ChangeTermsForm(TermsForm):
    from_date = forms.DateField(label=_("Holds from"), widget=day_input())
    until_date = forms.DateField(
        label=_("Until (only to correct a past period)"),
        required=False,
        widget=day_input(),
        help_text=_(
            "Leave empty for a change that goes on. The first day on which the correction no longer holds."
        ),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class OpenForm(TermsForm):
    account_number = forms.CharField(
        label=_("Account number"),
        max_length=14,
        help_text=_("Who pays; the customer of the account is the customer."),
    )
    address = forms.CharField(label=_("Address"), max_length=200)
    energised_date = forms.DateField(label=_("Energised"), widget=day_input())

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        number = data.get("account_number", "")
        accounts = customer_queries.accounts_in_scope(self.scope).select_related("customer__unit", "unit")
        data["account"] = accounts.filter(number=number).first() if number else None
        if number and data["account"] is None:
            self.add_error("account_number", _("There is no account with this number."))
        return data

    @property
    def account(self) -> Account:
        return self.cleaned_data["account"]


class LossForm(forms.ModelForm):
    from_date = forms.DateField(label=_("Holds from"), widget=day_input())
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    class Meta:
        model = LossTerms
        fields = LOSS_FIELDS

    def _post_clean(self) -> None:
        """The operation checks the row; the form only reads what was typed."""


class ContractForm(forms.ModelForm):
    class Meta:
        model = SupplyContract
        fields = ("number", "signed_date", "valid_from")
        widgets = {"signed_date": day_input(), "valid_from": day_input()}

    def _post_clean(self) -> None:
        """The operation checks the row; the form only reads what was typed."""


class AddressForm(forms.Form):
    address = forms.CharField(label=_("Address"), max_length=200)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class PayerForm(forms.Form):
    account_number = forms.CharField(label=_("Account number"), max_length=14)
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class StateForm(forms.Form):
    on = forms.DateField(label=_("From"), widget=day_input())
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
