"""The form of a grade set by hand."""

from __future__ import annotations

from django import forms
from django.utils.translation import pgettext_lazy

from denghuo.records.ratings.models import GradeKind, Letter


class GradeForm(forms.Form):
    kind = forms.ChoiceField(label=pgettext_lazy("rating", "Kind of grade"), choices=GradeKind.choices)
    grade = forms.ChoiceField(
        label=pgettext_lazy("rating", "Grade"), choices=Letter.choices, widget=forms.RadioSelect
    )
    expires_on = forms.DateField(
        label=pgettext_lazy("rating", "First day it no longer holds"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=pgettext_lazy("rating", "Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
