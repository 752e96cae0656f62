"""Forms of the disconnection pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.disconnection.models import DeliveryMethod, NoCutKind, Reason
from denghuo.foundation.identity.models import OrganisationUnit, Staff

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class ProposeForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Why supply is to be stopped"),
        choices=[(code, label) for code, label in Reason.choices if code in ("arrears", "breach", "request")],
    )
    explanation = forms.CharField(
        label=_("Explanation"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class StopForm(forms.Form):
    """An emergency or confirmed theft."""

    kind = forms.ChoiceField(
        label=_("Why supply is stopped at once"),
        choices=[(code, label) for code, label in Reason.choices if code in ("safety", "theft")],
    )
    explanation = forms.CharField(
        label=pgettext_lazy("disconnection", "What was found"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    evidence = forms.CharField(label=_("Photo, record or recording"), max_length=120)


class ApproveForm(ReasonForm):
    window_from = forms.DateField(label=_("Approved from"), widget=DAY)
    window_to = forms.DateField(label=_("Approved until"), widget=DAY)
    assignee = forms.ModelChoiceField(
        label=_("Given to"),
        queryset=Staff.objects.none(),
        required=False,
        help_text=_("Empty: everybody of the unit."),
    )

    def __init__(self, *args: Any, scope: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = crews(scope)  # type: ignore[attr-defined]


def crews(scope: str) -> Any:
    """Field crews whose unit lies within the scope."""
    return Staff.objects.filter(
        unit__code__startswith=scope,
        is_active=True,
        role_assignments__role="field_crew",
        role_assignments__revoked_at__isnull=True,
    ).distinct()


class AssignForm(forms.Form):
    assignee = forms.ModelChoiceField(label=_("Given to"), queryset=Staff.objects.none(), required=False)

    def __init__(self, *args: Any, scope: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = crews(scope)  # type: ignore[attr-defined]


class PaperForm(forms.Form):
    """The proof that a notice arrived."""

    method = forms.ChoiceField(
        label=_("How it was delivered"),
        choices=[(code, label) for code, label in DeliveryMethod.choices if code != "document"],
    )
    recipient = forms.CharField(label=_("To whom"), max_length=60)
    evidence = forms.CharField(label=_("Signature, photo or recording"), max_length=120)


class NoticeForm(PaperForm):
    delivered_at = forms.DateTimeField(label=_("Delivered at"), widget=MOMENT)


class LetterForm(forms.Form):
    """A letter to the power administration."""

    authority = forms.CharField(label=_("Power administration"), max_length=60)
    document_number = forms.CharField(label=_("Document number"), max_length=40)


class CopyForm(LetterForm):
    delivered_at = forms.DateTimeField(label=_("Delivered at"), widget=MOMENT)


class SiteForm(forms.Form):
    """What the crew notes on site."""

    reading_note = forms.CharField(label=_("Readings of the meter"), max_length=200, required=False)
    photo = forms.CharField(label=_("Photo number"), max_length=120, required=False)


class RestorationForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    despite_debt = forms.BooleanField(
        label=_("Restore although it is still owed"), required=False, help_text=_("Needs the reason.")
    )


class NoCutDayForm(forms.Form):
    date = forms.DateField(label=_("Day"), widget=DAY)
    unit = forms.ModelChoiceField(
        label=pgettext_lazy("disconnection", "For"),
        queryset=OrganisationUnit.objects.none(),
        empty_label=None,
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=NoCutKind.choices)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, scope: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = OrganisationUnit.objects.filter(code__startswith=scope)  # type: ignore[attr-defined]
