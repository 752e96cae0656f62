"""Setting a parameter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.parameters import rules
from denghuo.foundation.parameters.rules import Parameter, ParameterInvalid
from denghuo.foundation.parameters.web.words import problem


class ValueForm(forms.Form):
    """A value of the parameter's kind, the day it holds from, and why."""

    text = forms.CharField(label=_("New value"), max_length=200)
    valid_from = forms.DateField(label=_("Valid from"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, parameter: Parameter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parameter = parameter
        if parameter.kind == "flag":
            choices: list[tuple[str, Any]] = [("1", _("Yes")), ("0", _("No"))]
            self.fields["text"] = forms.ChoiceField(label=_("New value"), choices=choices)
        elif parameter.choices:
            self.fields["text"] = forms.ChoiceField(
                label=_("New value"), choices=[(text, text) for text in parameter.choices]
            )
        elif parameter.kind == "day":
            self.fields["text"].widget = forms.DateInput(attrs={"type": "date"})
        self.fields["text"].help_text = str(rules.unit_of(parameter.code))

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"]).strip()
        try:
            rules.parse(self.parameter, text)
        except ParameterInvalid as error:
            raise forms.ValidationError(problem(self.parameter)) from error
        return text
