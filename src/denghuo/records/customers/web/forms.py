"""Forms for customers, contacts, consents and accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Account, Consent, Contact, Customer

EDITABLE = ("kind", "name", "identity_number", "credit_code", "phone", "email", "special_care")


def add_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Put what an operation refused beside the fields it names."""
    for field, messages in error.message_dict.items():
        for message in messages:
            form.add_error(field if field in form.fields else None, message)


class CustomerForm(forms.ModelForm):
    unit = forms.ModelChoiceField(OrganisationUnit.objects.none(), label=_("Unit"), empty_label=None)

    class Meta:
        model = Customer
        fields = (*EDITABLE, "unit")
        widgets = {"kind": forms.RadioSelect}
        help_texts = {
            "identity_number": _("Resident identity card of a person; the check character is verified."),
            "credit_code": _("Of an organisation, 18 characters; the check character is verified."),
            "special_care": _(
                "Staff come to customers with special care; they are never cut off without a visit."
            ),
        }

    def __init__(self, *args: Any, scope: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = OrganisationUnit.objects.filter(code__startswith=scope)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["kind"].choices = Customer._meta.get_field("kind").choices  # type: ignore[attr-defined]
        self.fields["phone"].widget.attrs["autocomplete"] = "off"

    def values(self) -> dict[str, Any]:
        """What was typed, by the names the operations know."""
        values = {name: self.cleaned_data[name] for name in EDITABLE}
        return {**values, "unit_id": self.cleaned_data["unit"].pk}


class ContactForm(forms.ModelForm):
    class Meta:
        model = Contact
        fields = ("role", "name", "phone", "email", "valid_from")
        widgets = {"valid_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class ConsentForm(forms.ModelForm):
    class Meta:
        model = Consent
        fields = ("purpose", "channel")


class AccountForm(forms.ModelForm):
    class Meta:
        model = Account
        fields = ("payment_method", "bill_address", "opened_date")
        widgets = {"opened_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class CloseForm(forms.Form):
    on = forms.DateField(label=_("First day without it"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
