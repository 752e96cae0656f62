"""What people type."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.identity import queries, rules
from denghuo.foundation.identity.models import OrganisationUnit, Role, Staff, UnitKind

PASSWORD_TEXT = _("At least 10 characters, no common password, not your name.")


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(forms.Form):
    present = forms.CharField(
        label=_("Present password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        max_length=200,
        strip=False,
        help_text=PASSWORD_TEXT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password again"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("The two new passwords differ."))
        if data.get("new") and data["new"] == data.get("present"):
            self.add_error("new", _("Choose a password that differs from the present one."))
        return data


class StaffForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=40)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=OrganisationUnit.objects.none())

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = queries.units(actor)  # type: ignore[attr-defined]


class EmployForm(StaffForm):
    username = forms.RegexField(
        r"^[a-z][a-z0-9._-]{2,39}$",
        label=_("User name"),
        max_length=40,
        help_text=_("3 to 40 small letters, digits, dot, hyphen or underscore; it never changes."),
    )
    password = forms.CharField(
        label=_("First password"),
        max_length=200,
        strip=False,
        help_text=_("Must be changed at the first sign-in. At least 10 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    field_order = ["username", "name", "unit", "phone", "password"]

    def clean_username(self) -> str:
        username = self.cleaned_data["username"]
        if Staff.objects.filter(username=username).exists():
            raise forms.ValidationError(_("This user name is taken."))
        return str(username)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class GrantForm(ReasonForm):
    role = forms.ChoiceField(label=_("Role of a person"), choices=Role.choices)
    field_order = ["role", "reason"]


class RenameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)


class UnitForm(forms.Form):
    parent = forms.ModelChoiceField(label=_("Belongs to"), queryset=OrganisationUnit.objects.none())
    code = forms.RegexField(
        r"^[0-9A-Z]{2,16}$",
        label=_("Code"),
        max_length=16,
        help_text=_("Starts with the code of the unit it belongs to, for example 4501 under 45."),
    )
    name = forms.CharField(label=_("Name"), max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), choices=UnitKind.choices)

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = queries.units(actor)  # type: ignore[attr-defined]


class ClientForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    unit = forms.ModelChoiceField(label=_("Sees the data of"), queryset=OrganisationUnit.objects.none())
    scopes = forms.MultipleChoiceField(
        label=_("Allowed to"),
        choices=[(scope, scope) for scope in rules.API_SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = queries.units(actor)  # type: ignore[attr-defined]
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (scope, queries.PERMISSION_LABELS[scope]) for scope in rules.API_SCOPES
        ]
