"""The calculators: usable alone, and their result goes into a correction."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from denghuo.commerce.corrections.models import Reason
from denghuo.commerce.corrections.rules import calculators as rules
from denghuo.commerce.corrections.web.forms import period_factor
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require

WIRINGS = {
    "4w_one_ct_reversed": _("3-phase 4-wire: one current transformer reversed"),
    "4w_one_phase_lost": _("3-phase 4-wire: one phase without voltage or current"),
    "4w_two_phases_lost": _("3-phase 4-wire: two phases without voltage or current"),
    "4w_two_cts_reversed": _("3-phase 4-wire: two current transformers reversed"),
    "4w_three_cts_reversed": _("3-phase 4-wire: three current transformers reversed"),
    "4w_two_cts_swapped": _("3-phase 4-wire: two current transformers exchanged"),
    "3w_a_lost": _("3-phase 3-wire: phase A without current or voltage"),
    "3w_c_lost": _("3-phase 3-wire: phase C without current or voltage"),
    "3w_b_voltage_lost": _("3-phase 3-wire: phase B without voltage"),
    "3w_a_ct_reversed": _("3-phase 3-wire: current transformer A reversed"),
    "3w_c_ct_reversed": _("3-phase 3-wire: current transformer C reversed"),
    "3w_both_cts_reversed": _("3-phase 3-wire: both current transformers reversed"),
}
REFUSALS = {
    "nothing_recorded": _("The meter recorded nothing: use the normal month."),
    "meter_stood_still": _("Wired like this the meter stands still, so K has no value: use the normal month."),
    "recorded_below_zero": _("Recorded energy is not below zero here."),
    "sign_of_factor": _("K and the recorded energy must have the same sign: a meter that ran backwards shows energy below zero."),
    "phases_lost": _("At least one phase must have been measured, and one lost."),
    "multiplier": _("Multipliers are above zero."),
    "days": _("Give at least one day."),
}  # fmt: skip


def _figure(label: Any, **how: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=16, **how)


class MeterForm(forms.Form):
    recorded_kwh = _figure(
        _("Energy recorded in the time in question (kWh)"), decimal_places=2, min_value=Decimal(0)
    )
    error_percent = _figure(
        _("Tested error γ (%)"), decimal_places=4, help_text=_("Fast above zero, slow below zero.")
    )

    def result(self) -> rules.Result:
        return rules.meter_error(**self.cleaned_data, period_factor=period_factor())


class WiringForm(forms.Form):
    wiring = forms.ChoiceField(label=_("Wiring found"), choices=list(WIRINGS.items()))
    recorded_kwh = _figure(_("Energy recorded in the time in question (kWh)"), decimal_places=2)
    power_factor = _figure(
        _("Power factor of the load"), decimal_places=4, min_value=Decimal("0.01"), max_value=Decimal(1),
        initial=Decimal("0.9"), required=False, help_text=_("Only for three-wire meters; from the bills before the fault."),
    )  # fmt: skip

    def result(self) -> rules.Result:
        data = self.cleaned_data
        factor = rules.correction_factor(
            data["wiring"], tangent=rules.tangent_of(data["power_factor"] or Decimal(1))
        )
        return rules.wiring_error(recorded_kwh=data["recorded_kwh"], factor=factor)


class FuseForm(forms.Form):
    recorded_kwh = _figure(
        _("Energy recorded in the time in question (kWh)"), decimal_places=2, min_value=Decimal(0)
    )
    phases = forms.IntegerField(label=_("Phases measured"), min_value=2, max_value=3, initial=3)
    lost = forms.IntegerField(label=_("Phases lost"), min_value=1, max_value=3, initial=1)

    def result(self) -> rules.Result:
        return rules.fuse_blown(**self.cleaned_data)


class MultiplierForm(forms.Form):
    recorded_kwh = _figure(
        _("Energy billed with the wrong multiplier (kWh)"), decimal_places=2, min_value=Decimal(0)
    )
    wrong = forms.IntegerField(label=_("Multiplier billed"), min_value=1)
    right = forms.IntegerField(label=_("Right multiplier"), min_value=1)

    def result(self) -> rules.Result:
        return rules.multiplier_error(**self.cleaned_data)


class NormalForm(forms.Form):
    normal_kwh = _figure(_("Energy of a normal month (kWh)"), decimal_places=2, min_value=Decimal(0))
    normal_days = forms.IntegerField(label=_("Days of that month"), min_value=1, initial=30)
    days = forms.IntegerField(label=_("Days in question"), min_value=1)
    recorded_kwh = _figure(
        _("Energy recorded in these days (kWh)"), decimal_places=2, min_value=Decimal(0), initial=0
    )

    def result(self) -> rules.Result:
        return rules.normal_month(**self.cleaned_data)


@dataclass(frozen=True)
class Calculator:
    code: str
    label: Any
    form: Any
    text: Any
    basis: str
    reason: str


CALCULATORS = {
    item.code: item
    for item in (
        Calculator("meter", _("Meter error"), MeterForm,
                   _("Zero error is the base. Half of the time from the last verification or installation to the correction counts; a fast meter is refunded, a slow one collected."),
                   "ΔW = −W·γ ÷ (1 + γ) × ½", Reason.METER_ERROR),
        Calculator("wiring", _("Wrong wiring"), WiringForm,
                   _("The correction factor K is the right power divided by the power that was measured; the full time of the wrong wiring counts."),
                   "ΔW = (K − 1)·W", Reason.WIRING),
        Calculator("fuse", _("Voltage fuse"), FuseForm,
                   _("Phases without voltage measure nothing; the load is taken as equal on all phases. The voltage-loss record of the meter gives the time."),
                   "ΔW = (n ÷ (n − m) − 1)·W", Reason.WIRING),
        Calculator("multiplier", _("Multiplier"), MultiplierForm,
                   _("The difference between the right and the wrong multiplier over the months that were read with it."),
                   "ΔW = W·(B₁ ÷ B₀ − 1)", Reason.WRONG_MULTIPLIER),
        Calculator("normal", _("Normal month"), NormalForm,
                   _("Where nobody is to blame and nothing can be computed, the use of a normal month is the base, by days."),
                   "ΔW = W₀ ÷ d₀ × d − W", Reason.METER_ERROR),
    )
}  # fmt: skip


@require("corrections.view")
@require_GET
def calculators(request: StaffRequest) -> HttpResponse:
    """One of the calculators; everything is in the address, so a result can be sent to a colleague."""
    chosen = CALCULATORS.get(request.GET.get("kind", ""), CALCULATORS["meter"])
    asked = "recorded_kwh" in request.GET or "normal_kwh" in request.GET
    form = chosen.form(request.GET if asked else None)
    result, refusal = None, ""
    if asked and form.is_valid():
        try:
            result = form.result()
        except rules.CannotCompute as error:
            refusal = str(REFUSALS[error.code])
    base = reverse("corrections:calculators")
    return render(
        request,
        "corrections/calculators.html",
        {
            "chosen": chosen,
            "form": form,
            "result": result,
            "refusal": refusal,
            "tabs": [(item.code, item.label, f"{base}?kind={item.code}") for item in CALCULATORS.values()],
            "table": [(WIRINGS[code], _factor(code)) for code in rules.WIRINGS] if chosen.code == "wiring" else [],
            "use_url": _use(chosen, form, result),
            "page_title": _gettext("Calculators"),
            "breadcrumbs": [(_gettext("Corrections"), reverse("corrections:corrections")), (_gettext("Calculators"), None)],
        },
    )  # fmt: skip


def _factor(code: str) -> str:
    """K as the table shows it: a number, or the formula where it depends on the load."""
    wiring = rules.WIRINGS[code]
    if not wiring.tangent:
        return f"{wiring.right / wiring.wrong}" if wiring.wrong else "–"
    sign = "+" if wiring.tangent > 0 else "−"
    if wiring.wrong:
        return f"2 ÷ (1 {sign} tan φ ÷ √3)"
    return "√3 ÷ tan φ" if wiring.tangent > 0 else "−√3 ÷ tan φ"


def _use(chosen: Calculator, form: Any, result: rules.Result | None) -> str:
    """A new correction with the result filled in."""
    if result is None:
        return ""
    given: dict[str, Any] = {"reason": chosen.reason}
    if chosen.code in ("wiring", "fuse"):
        given["factor"] = f"{result.factor:.9f}"
    elif chosen.code == "multiplier":
        given |= {"from_multiplier": form.cleaned_data["wrong"], "to_multiplier": form.cleaned_data["right"]}
    else:
        given["energy_kwh"] = str(result.energy_kwh)
    return f"{reverse('corrections:new')}?{urlencode(given)}"
