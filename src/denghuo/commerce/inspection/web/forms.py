"""Forms of the inspection pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.inspection import queries
from denghuo.commerce.inspection.models import (
    BreachKind,
    Duty,
    EmergencyKind,
    EvidenceKind,
    Finding,
    VisitKind,
)
from denghuo.commerce.inspection.models.breaching import TheftForm
from denghuo.commerce.inspection.queries import words
from denghuo.commerce.inspection.rules import catalogue, charges
from denghuo.foundation.identity.models import Staff

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
PICTURES = "image/jpeg,image/png,image/webp,application/pdf"


def _text(label: Any, length: int, *, rows: int = 0, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=length, required=required, widget=widget)


def _file(label: Any) -> forms.FileField:
    return forms.FileField(label=label, required=False, widget=forms.FileInput(attrs={"accept": PICTURES}))


class ReasonForm(forms.Form):
    reason = _text(_("Reason"), 300, rows=2)


class NoteForm(forms.Form):
    note = _text(_("Note"), 300, rows=2, required=False)


class InspectorField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class AssignForm(forms.Form):
    inspector = InspectorField(label=pgettext_lazy("inspection", "Inspector"), queryset=Staff.objects.none())
    planned_date = forms.DateField(label=_("Planned for"), widget=DAY, required=False)

    def __init__(self, *args: Any, scope: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["inspector"].queryset = queries.planning.inspectors(scope)  # type: ignore[attr-defined]


class SpecialForm(AssignForm):
    field_order = ("on", "checklist", "inspector", "reason")
    on = forms.DateField(label=_("Planned for"), widget=DAY)
    checklist = forms.ChoiceField(
        label=_("Checklist"),
        required=False,
        choices=[
            ("", _("By grade and voltage")),
            *((code, VisitKind(code).label) for code in catalogue.CHECKLISTS),
        ],
    )
    reason = _text(_("Reason"), 200, rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["planned_date"]
        self.fields["inspector"].required = False


class VisitForm(forms.Form):
    """The checklist of a visit: an answer and a note for each line."""

    def __init__(self, *args: Any, checklist: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = catalogue.checklist(checklist)
        for item in self.lines:
            self.fields[f"item_{item.code}"] = forms.ChoiceField(
                label=item.text, choices=list(words.ANSWERS.items()), widget=forms.RadioSelect
            )
            self.fields[f"note_{item.code}"] = _text(_("Note"), 200, required=False)
        self.fields["companion"] = _text(_("Present for the customer"), 40, required=False)
        self.fields["note"] = _text(_("Note"), 500, rows=2, required=False)
        self.fields["photo"] = _file(_("Photo"))
        self.fields["signature"] = _file(_("Signature (picture)"))

    def rows(self) -> Iterable[tuple[Any, Any]]:
        return [(self[f"item_{item.code}"], self[f"note_{item.code}"]) for item in self.lines]

    def rest(self) -> Iterable[Any]:
        return [self[name] for name in ("companion", "note", "photo", "signature")]

    def answers(self) -> dict[str, str]:
        return {item.code: self.cleaned_data[f"item_{item.code}"] for item in self.lines}

    def notes(self) -> dict[str, str]:
        return {item.code: self.cleaned_data[f"note_{item.code}"] for item in self.lines}


class FindingForm(forms.Form):
    code = forms.ChoiceField(
        label=pgettext_lazy("inspection", "Finding"),
        choices=[
            (
                label,
                [
                    (kind.code, f"{kind.code} {kind.text}")
                    for kind in catalogue.FINDINGS.values()
                    if kind.area == area
                ],
            )
            for area, label in words.AREAS.items()
        ],
    )
    note = _text(_("What was seen"), 300, rows=2, required=False)
    photo = _file(_("Photo"))


class IssueForm(forms.Form):
    findings = forms.ModelMultipleChoiceField(
        label=pgettext_lazy("inspection", "Findings"),
        queryset=Finding.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(
        label=_("Working days"),
        required=False,
        min_value=1,
        max_value=250,
        help_text=_("Empty: the fewest days of the chosen findings."),
    )

    def __init__(self, *args: Any, supply_point_id: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = queries.rectifying.unnoticed(supply_point_id)
        self.fields["findings"].queryset = chosen  # type: ignore[attr-defined]
        self.fields["findings"].initial = chosen


class DeliverForm(forms.Form):
    signatory = _text(_("Signed by"), 40, required=False)
    signature = _file(_("Signature (picture)"))
    refused = forms.BooleanField(label=_("Refused to sign"), required=False)
    witness = _text(_("Witness"), 40, required=False)


class ExtendForm(ReasonForm):
    field_order = ("to_date", "reason")
    to_date = forms.DateField(label=_("New day"), widget=DAY)


class RecheckForm(forms.Form):
    passed = forms.ChoiceField(
        label=_("Result"),
        choices=[("1", _("Put right")), ("0", _("Not put right"))],
        widget=forms.RadioSelect,
    )
    note = _text(_("What was seen"), 300, rows=2)
    photo = _file(_("Photo"))


class ReportForm(forms.Form):
    authority = _text(_("Power administration"), 60)
    document_number = _text(pgettext_lazy("inspection", "Document number"), 40)
    text = _text(_("Explanation"), 500, rows=2, required=False)


class TickForm(forms.Form):
    duty = forms.ChoiceField(
        label=_("Duty"),
        choices=[(code, label) for code, label in Duty.choices if code in ("serve", "supervise")],
    )
    note = _text(_("What was done"), 200)


class OpenCaseForm(forms.Form):
    kind = forms.ChoiceField(
        label=pgettext_lazy("breach", "What was found"),
        choices=[(c, label) for c, label in BreachKind.choices if c != "quota"],
    )
    form = forms.ChoiceField(
        label=_("Form of theft"),
        required=False,
        choices=[("", "–"), *TheftForm.choices],
        help_text=_("Only for theft."),
    )
    found_at = forms.DateTimeField(label=pgettext_lazy("inspection", "Found at"), widget=MOMENT)
    description = _text(_("What was seen"), 1000, rows=3)
    informant = _text(_("Tip-off from"), 60, required=False)


class EvidenceForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=EvidenceKind.choices)
    what = _text(_("What it shows"), 300)
    file = _file(_("Photo or document"))


class RecordForm(forms.Form):
    signatory = _text(_("Signed by"), 40, required=False)
    refused = forms.BooleanField(label=_("Refused to sign"), required=False)
    witness = _text(_("Witness"), 40, required=False)


class PoliceForm(forms.Form):
    document = _text(pgettext_lazy("inspection", "Document number"), 60)


def _number(label: Any, **how: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_digits=12, decimal_places=4, **how
    )


_PERIOD = ("start_date", "end_date")
_MULTIPLE = ("multiplier", "multiplier_reason")
_PRICE = ("price_yuan", "price_basis")
ASKED: dict[str, tuple[str, ...]] = {
    charges.THEFT: (
        "method", *_PERIOD, "hours_per_day", "lighting", "current_a", "phases", "ct_ratio", "capacity_kw",
        "energy_kwh", "recorded_kwh", "evidence", *_PRICE, *_MULTIPLE,
    ),
    charges.CLASS: (
        "energy_kwh", "evidence", *_PERIOD, "due_tariff", *_PRICE, "billed_yuan", *_MULTIPLE,
    ),
    charges.CAPACITY: ("capacity_kw", *_PERIOD, *_PRICE, *_MULTIPLE),
    charges.QUOTA: ("capacity_kw", "times", "energy_kwh", "start_date", *_PRICE),
    charges.SEALED: ("capacity_kw", *_PERIOD, "times", *_PRICE, *_MULTIPLE),
    charges.DEVICE: ("times",),
    charges.SOURCE: ("capacity_kw",),
}  # fmt: skip


class ClaimForm(forms.Form):
    """The input of the computation; only what the kind of case asks for."""

    method = forms.ChoiceField(label=_("How the energy is found"), choices=list(words.METHODS.items()))
    start_date = forms.DateField(
        label=_("Since"),
        widget=DAY,
        required=False,
        help_text=_("Empty: nobody knows; the rule for it applies."),
    )
    end_date = forms.DateField(
        label=_("Until"), widget=DAY, required=False, help_text=_("Empty: the day it was found.")
    )
    hours_per_day = _number(_("Hours a day"), help_text=_("Empty: 12 for power, 6 for lighting."))
    lighting = forms.BooleanField(label=_("Lighting (home)"), required=False)
    current_a = _number(_("Rated current of the meter (A)"))
    phases = forms.TypedChoiceField(label=_("Phases"), coerce=int, choices=[(1, "1"), (3, "3")])
    ct_ratio = forms.IntegerField(label=_("CT ratio"), min_value=1, max_value=10_000, initial=1)
    capacity_kw = _number(_("Capacity (kW or kVA)"))
    energy_kwh = _number(_("Energy (kWh)"))
    recorded_kwh = _number(_("Recorded by the meter (kWh)"))
    evidence = _text(_("Evidence for the energy"), 300, required=False)
    times = forms.IntegerField(label=_("Times"), min_value=1, max_value=1000, initial=1)
    due_tariff = forms.ChoiceField(label=_("Tariff that belongs to the load"), required=False)
    price_yuan = _number(_("Price by hand (yuan)"), help_text=_("Empty: from the price book."))
    price_basis = _text(_("Basis of that price"), 120, required=False)
    billed_yuan = _number(_("Price that was billed (yuan)"), help_text=_("Empty: from the price book."))
    multiplier = _number(_("Multiple of the breach charge"), help_text=_("Empty: the legal maximum."))
    multiplier_reason = _text(_("Reason for a lower multiple"), 300, required=False)

    def __init__(self, *args: Any, kind: str, tariffs: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(ASKED[kind]):
            del self.fields[name]
        self.order_fields(ASKED[kind])
        if "due_tariff" in self.fields:
            self.fields["due_tariff"].choices = [("", "–"), *tariffs]  # type: ignore[attr-defined]


class ProfileForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    security_load_kw = forms.DecimalField(
        label=_("Security load (kW)"), min_value=0, max_digits=10, decimal_places=2
    )
    allowed_break_seconds = forms.IntegerField(
        label=_("Longest allowed break (s)"), min_value=0, required=False
    )
    switching_mode = _text(_("Switching between sources"), 60, required=False)
    approval_document = _text(_("Document of the government"), 80, required=False)
    valid_year = forms.IntegerField(
        label=_("List of the year"), min_value=2000, max_value=2200, required=False
    )
    contact_name = _text(_("Contact"), 40, required=False)
    contact_phone = _text(pgettext_lazy("inspection", "Phone"), 20, required=False)


class FeedForm(forms.Form):
    substation = _text(_("Substation"), 60)
    bus = _text(_("Bus section"), 30, required=False)
    feeder = _text(_("Feeder"), 60)
    capacity_kva = forms.DecimalField(label=_("Capacity (kVA)"), min_value=0, max_digits=10, decimal_places=2)


class SourceForm(forms.Form):
    kind = forms.ChoiceField(label=pgettext_lazy("inspection", "Type"), choices=EmergencyKind.choices)
    name = _text(_("Name"), 60)
    capacity_kw = forms.DecimalField(label=_("Capacity (kW)"), min_value=0, max_digits=10, decimal_places=2)
    start_seconds = forms.IntegerField(label=_("Starts within (s)"), min_value=0, required=False)
    fuel_hours = forms.IntegerField(label=_("Fuel for (h)"), min_value=0, max_value=9999, required=False)
    last_test_date = forms.DateField(label=_("Last test"), widget=DAY, required=False)


FeedSet = forms.formset_factory(FeedForm, extra=1, max_num=6, can_delete=True)
SourceSet = forms.formset_factory(SourceForm, extra=1, max_num=10, can_delete=True)
