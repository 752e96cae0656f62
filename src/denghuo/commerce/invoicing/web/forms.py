"""Forms of the invoice pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SellerForm(forms.Form):
    """How the bureau stands on invoices."""

    name = forms.CharField(label=_("Name of the seller"), max_length=100)
    credit_code = forms.CharField(label=_("Unified social credit code"), max_length=18)
    address = forms.CharField(label=_("Address"), max_length=120)
    phone = forms.CharField(label=_("Phone"), max_length=20)
    bank = forms.CharField(label=_("Bank"), max_length=80)
    bank_account = forms.CharField(label=_("Bank account"), max_length=40)
    issuer = forms.CharField(label=_("Issued by (person)"), max_length=20)

    def texts(self) -> dict[str, str]:
        return dict(self.cleaned_data)


class BuyerForm(forms.Form):
    """The invoice title of an account; a natural person has a name and an address for the copy, no more."""

    name = forms.CharField(label=_("Invoice title"), max_length=100)
    credit_code = forms.CharField(label=_("Unified social credit code"), max_length=18, required=False)
    address = forms.CharField(label=_("Address"), max_length=120, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    bank = forms.CharField(label=_("Bank"), max_length=80, required=False)
    bank_account = forms.CharField(label=_("Bank account"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail for the invoice"), required=False)
    special = forms.BooleanField(
        label=_("VAT special invoice"),
        required=False,
        help_text=_("Only for a registered taxpayer; then address, telephone and bank are needed too."),
    )

    def __init__(self, *args: Any, person: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if person:
            for name in ("credit_code", "address", "phone", "bank", "bank_account", "special"):
                del self.fields[name]

    def texts(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if name != "special"}

    @property
    def special_wanted(self) -> bool:
        return bool(self.cleaned_data.get("special"))


class IssuedForm(forms.Form):
    """The answer of the platform, typed by hand."""

    tax_number = forms.CharField(
        label=_("Invoice number"),
        min_length=20,
        max_length=20,
        widget=forms.TextInput({"inputmode": "numeric"}),
    )
    issued_date = forms.DateField(label=_("Issue date"), widget=forms.DateInput({"type": "date"}))


class ConfirmationForm(forms.Form):
    confirmation_number = forms.CharField(
        label=_("Number of the red-letter confirmation"),
        min_length=20,
        max_length=20,
        widget=forms.TextInput({"inputmode": "numeric"}),
        help_text=_("20 digits, from the tax platform"),
    )
