"""Forms of the billing pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.billing.rules import GateSetting, Scope
from denghuo.kernel.periods import Cycle


class MonthInput(forms.TextInput):
    input_type = "month"


class CycleField(forms.CharField):
    """A billing month; cleans to a ``Cycle``."""

    widget = MonthInput

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return Cycle.parse(text)
        except ValueError as error:
            raise forms.ValidationError(_("A month is written as in 2026-08.")) from error


class RunForm(forms.Form):
    """What a run covers."""

    cycle = CycleField(label=_("Cycle"))
    kind = forms.ChoiceField(
        label=_("Scope"),
        choices=[
            ("", _("Everything I may see")),
            ("unit", _("Units")),
            ("route", _("Reading routes")),
            ("account", _("Accounts")),
        ],
        required=False,
    )
    codes = forms.CharField(
        label=_("Codes or numbers"),
        required=False,
        max_length=2000,
        help_text=_("Separated by commas or spaces, for example 4501 or R450101."),
    )
    dry_run = forms.BooleanField(
        label=_("Trial run"),
        required=False,
        help_text=_("Computes everything and shows the differences, writes no bill."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        codes = tuple(data.get("codes", "").replace(",", " ").replace("，", " ").split())
        if data.get("kind") and not codes:
            self.add_error("codes", _("Name at least one."))
        data["scope"] = Scope(data["kind"], codes) if data.get("kind") and codes else Scope()
        return data


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class IssueForm(forms.Form):
    due_date = forms.DateField(label=_("Due date"), widget=forms.DateInput(attrs={"type": "date"}))


class ReversalForm(ReasonForm):
    rebill = forms.BooleanField(
        label=_("Bill again"),
        required=False,
        initial=True,
        help_text=_("With the readings, terms and prices as they stand now."),
    )


class GateForm(forms.Form):
    """One rule of the gate; a field for each threshold."""

    enabled = forms.BooleanField(label=_("Rule used"), required=False)
    severity = forms.ChoiceField(
        label=_("What it does"), choices=[("hold", _("Holds the bill")), ("note", _("Only noted"))]
    )

    def __init__(self, rule: str, setting: GateSetting, labels: Any, data: Any = None) -> None:
        super().__init__(
            data,
            prefix=rule,
            initial={"enabled": setting.enabled, "severity": setting.severity, **setting.thresholds},
        )
        self.names = list(setting.thresholds)
        for name in self.names:
            self.fields[name] = forms.DecimalField(
                label=labels.get(name, name), min_value=Decimal(0), max_digits=14, decimal_places=4
            )

    def thresholds(self) -> dict[str, Decimal]:
        return {name: self.cleaned_data[name] for name in self.names}


class PrintForm(forms.Form):
    cycle = CycleField(label=_("Cycle"))
    route = forms.CharField(label=_("Reading route"), max_length=20)
