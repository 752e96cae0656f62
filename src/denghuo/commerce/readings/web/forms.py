"""Forms for routes, decisions about exceptions, and repairs of the chain."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.metering.models import RegisterValues
from denghuo.commerce.metering.rules import REQUIRED
from denghuo.commerce.readings.models import EstimateMethod, ReadingRoute
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.kernel.periods import Cycle

_DAY = {"type": "date"}


def register_label(name: str) -> Any:
    return RegisterValues._meta.get_field(name).verbose_name  # type: ignore[union-attr]


def register_field(name: str, required: bool) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"})
    return forms.DecimalField(
        label=register_label(name),
        max_digits=14,
        decimal_places=4,
        min_value=Decimal(0),
        required=required,
        widget=widget,
    )


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))


def reason_field() -> forms.CharField:
    return forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


def add_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Put what an operation refused beside the fields it names."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for field, messages in error.message_dict.items():
        for message in messages:
            form.add_error(field if field in form.fields else None, message)


def cycle_or(text: str | None, otherwise: str) -> str:
    """The cycle named in an address, or ``otherwise`` where it is none."""
    try:
        return str(Cycle.parse(text or ""))
    except ValueError:
        return otherwise


class RouteForm(forms.ModelForm):
    class Meta:
        model = ReadingRoute
        fields = ("code", "name", "unit", "reading_day", "rhythm")
        help_texts = {"reading_day": _("Day 1 closes the calendar month; any other day lies inside it.")}

    def __init__(self, *args: Any, scope: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = OrganisationUnit.objects.filter(code__startswith=scope)  # type: ignore[attr-defined]
        self.fields["unit"].empty_label = None  # type: ignore[attr-defined]


class ScheduleForm(forms.ModelForm):
    reason = reason_field()

    class Meta:
        model = ReadingRoute
        fields = ("reading_day", "rhythm")


class ReaderForm(forms.Form):
    reader = forms.ModelChoiceField(Staff.objects.none(), label=_("Reader"), empty_label=None)
    on = day_field(_("From"))
    reason = reason_field()

    def __init__(self, *args: Any, readers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reader"].queryset = readers  # type: ignore[attr-defined]
        self.fields["reason"].required = False


class StopsForm(forms.Form):
    numbers = forms.CharField(
        label=_("Metering points or meters"),
        help_text=_("One number a line, in walking order."),
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 10, "class": "num"}),
    )


class RotationForm(forms.Form):
    max_months = forms.IntegerField(label=_("Longest time on a route, months"), min_value=1, max_value=60)
    on = day_field(_("From"))
    readers = forms.ModelMultipleChoiceField(
        Staff.objects.none(), label=_("Readers"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, readers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["readers"].queryset = readers  # type: ignore[attr-defined]


class RegistersForm(forms.Form):
    """A reading: its day and the registers of the meter."""

    def __init__(self, *args: Any, registers: tuple[str, ...], register_set: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = registers
        for name in registers:
            self.fields[name] = register_field(name, name in REQUIRED[register_set])
        self.fields["read_date"] = day_field(_("Reading date"))
        self.fields["reason"] = reason_field()

    def registers(self) -> dict[str, Decimal]:
        return {
            name: self.cleaned_data[name] for name in self.names if self.cleaned_data.get(name) is not None
        }


class RepairForm(RegistersForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["read_date"]


class AcceptForm(forms.Form):
    reason = reason_field()


class EstimateForm(forms.Form):
    method = forms.ChoiceField(label=_("Method"), choices=EstimateMethod.choices[:-1])
    reason = reason_field()


class FaultForm(forms.Form):
    order_reference = forms.CharField(label=_("Number of the fault order"), max_length=40)
    reason = reason_field()


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(
        Staff.objects.none(), label=_("Staff member"), empty_label=_("Nobody"), required=False
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]
