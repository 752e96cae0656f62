"""Forms for meters: stock, hanging, exchange, ratio, removal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.metering.models import Meter, MeteringPoint, MeterState, RegisterValues
from denghuo.commerce.metering.operations import Transformers
from denghuo.commerce.metering.rules import ALLOWED, REGISTERS, REQUIRED
from denghuo.foundation.identity.models import OrganisationUnit


def register_label(name: str) -> Any:
    """The translated name of a register."""
    return RegisterValues._meta.get_field(name).verbose_name  # type: ignore[union-attr]


def day_field(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


def reason_field() -> forms.CharField:
    return forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


def add_errors(form: forms.BaseForm, error: ValidationError, prefix: str = "") -> None:
    """Put what an operation refused beside the fields it names (``prefix`` of register fields)."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for field, messages in error.message_dict.items():
        for message in messages:
            name = next((name for name in (f"{prefix}{field}", field) if name in form.fields), None)
            form.add_error(name, message)


class RegisterFields:
    """Adds one field for every register that a set has, and reads them back."""

    def add_registers(self: Any, register_set: str, prefix: str) -> None:
        for name in REGISTERS:
            if name in ALLOWED[register_set]:
                self.fields[f"{prefix}{name}"] = forms.DecimalField(
                    label=register_label(name),
                    max_digits=14,
                    decimal_places=4,
                    min_value=Decimal(0),
                    required=name in REQUIRED[register_set],
                    widget=forms.TextInput(
                        attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"}
                    ),
                )

    def registers(self: Any, prefix: str) -> dict[str, Decimal]:
        return {
            name: self.cleaned_data[f"{prefix}{name}"]
            for name in REGISTERS
            if self.cleaned_data.get(f"{prefix}{name}") is not None
        }

    def group(self: Any, prefix: str) -> list[Any]:
        """The bound register fields with this prefix, for the template."""
        return [self[name] for name in self.fields if name.startswith(prefix)]


class MeterForm(forms.ModelForm):
    unit = forms.ModelChoiceField(OrganisationUnit.objects.none(), label=_("Unit"), empty_label=None)

    class Meta:
        model = Meter
        fields = (
            "asset_number",
            "factory_number",
            "communication_address",
            "model",
            "registers",
            "integer_digits",
            "phases",
            "rated_current",
            "accuracy_class",
            "verified_date",
            "unit",
        )
        widgets = {"verified_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, scope: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = OrganisationUnit.objects.filter(code__startswith=scope)  # type: ignore[attr-defined]


class _TransformerFields(forms.Form):
    ct_primary_a = forms.IntegerField(label=_("CT primary"), min_value=1, max_value=100_000, initial=1)
    ct_secondary_a = forms.IntegerField(label=_("CT secondary"), min_value=1, max_value=100, initial=1)
    pt_ratio = forms.IntegerField(label=_("PT ratio"), min_value=1, max_value=100_000, initial=1)

    @property
    def transformers(self) -> Transformers:
        data = self.cleaned_data
        return Transformers(data["ct_primary_a"], data["ct_secondary_a"], data["pt_ratio"])

    def transformer_fields(self) -> list[Any]:
        return [self[name] for name in ("ct_primary_a", "ct_secondary_a", "pt_ratio")]


class PointForm(forms.ModelForm):
    class Meta:
        model = MeteringPoint
        fields = (
            "parent",
            "role",
            "measure",
            "ratio",
            "fixed_energy_kwh",
            "agreed_date",
            "tariff",
            "feeder",
            "opened_date",
        )
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("agreed_date", "opened_date")
        }
        labels = {"opened_date": _("Open from")}

    def __init__(self, *args: Any, supply_point: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = supply_point.metering_points.filter(  # type: ignore[attr-defined]
            parent__isnull=True, closed_date__isnull=True
        )


class ChooseMeterForm(forms.Form):
    """Which meter in stock; its registers decide the rest of the form."""

    asset_number = forms.CharField(label=_("Asset number of the new meter"), max_length=22)

    def __init__(self, *args: Any, scope: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        self.meter: Meter | None = None

    def clean_asset_number(self) -> str:
        number = self.cleaned_data["asset_number"].strip()
        self.meter = Meter.objects.filter(asset_number=number, unit__code__startswith=self.scope).first()
        if self.meter is None:
            raise ValidationError(_("There is no meter with this asset number."))
        if self.meter.state not in (MeterState.IN_STOCK, MeterState.REMOVED):
            raise ValidationError(
                _("This meter is not in stock: %(state)s.") % {"state": self.meter.get_state_display()}
            )
        return number


class InstallForm(RegisterFields, _TransformerFields):
    def __init__(self, *args: Any, register_set: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"] = day_field(_("Hangs from 00:00 of"))
        self.fields["reason"] = reason_field()
        self.fields["reason"].required = False
        self.add_registers(register_set, "opening_")
        for name in ALLOWED[register_set]:
            self.fields[f"opening_{name}"].initial = 0


class ExchangeForm(RegisterFields, _TransformerFields):
    """Old closing registers and new opening registers, each with what its meter has."""

    def __init__(self, *args: Any, old_set: str, new_set: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"] = day_field(_("Exchanged at 00:00 of"), initial=today)
        self.fields["reason"] = reason_field()
        self.add_registers(old_set, "closing_")
        self.add_registers(new_set, "opening_")
        for name in ALLOWED[new_set]:
            self.fields[f"opening_{name}"].initial = 0


class RatioForm(RegisterFields, _TransformerFields):
    def __init__(self, *args: Any, register_set: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"] = day_field(_("Changed at 00:00 of"))
        self.fields["reason"] = reason_field()
        self.add_registers(register_set, "closing_")


class RemoveForm(RegisterFields, forms.Form):
    def __init__(self, *args: Any, register_set: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"] = day_field(_("Taken down at 00:00 of"))
        self.fields["final"] = forms.BooleanField(
            label=_("The supply ends: this is the final reading"), required=False
        )
        self.fields["reason"] = reason_field()
        self.add_registers(register_set, "closing_")


class VerifyForm(forms.Form):
    verified_date = day_field(_("Verified on"))
