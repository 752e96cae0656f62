"""Forms of the pages of receivables."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.receivables.models import WaiverReason
from denghuo.commerce.receivables.rules import Part
from denghuo.kernel.money import fen


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _note(label: Any, **how: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=300, widget=forms.Textarea(attrs={"rows": 2}), **how)


class WaiverForm(forms.Form):
    from_date = forms.DateField(label=_("First day"), widget=DayInput())
    to_date = forms.DateField(label=_("Last day"), widget=DayInput())
    reason = forms.ChoiceField(label=_("Reason"), choices=WaiverReason.choices)
    note = _note(_("Explanation"), help_text=_("The person who decides reads this."))


class DisputeForm(forms.Form):
    reason = _note(
        _("What the customer disputes"),
        help_text=_("No money is applied to the debt and no step of collection is taken while it is open."),
    )


class OutcomeForm(forms.Form):
    outcome = _note(_("How it ended"))


class PlanForm(forms.Form):
    """``n`` equal parts, or parts written out one a line."""

    count = forms.IntegerField(label=_("Number of parts"), min_value=2, max_value=60, initial=3)
    first_date = forms.DateField(label=_("First part due"), widget=DayInput())
    custom = forms.CharField(
        label=_("Parts of your own"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, for example 2026-09-20 500.00. Left empty, the parts are equal."),
    )
    free_of_late_fee = forms.BooleanField(
        label=_("No late fee while the plan runs"),
        required=False,
        help_text=_("It runs again from the day on which the plan is broken."),
    )
    reason = _note(_("Reason"))

    def clean_custom(self) -> list[Part]:
        parts = []
        for line in self.cleaned_data["custom"].splitlines():
            words = re.split(r"[\s,，]+", line.strip(), maxsplit=1)
            if words == [""]:
                continue
            try:
                parts.append(Part(date.fromisoformat(words[0]), fen(words[1].replace(",", ""))))
            except (ValueError, ArithmeticError, IndexError) as error:
                raise forms.ValidationError(
                    _("“%(line)s” is not a day and an amount.") % {"line": line[:60]}
                ) from error
        return parts
