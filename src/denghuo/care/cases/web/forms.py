"""Forms of the pages of matters."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.care.cases.models import (
    Case,
    CaseKind,
    Cause,
    Channel,
    ContactMethod,
    FaultSide,
    Outcome,
    Priority,
    SettlementKind,
    Topic,
)
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.kernel.periods import Cycle

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
APPLIANCES = 4


def words(label: Any, longest: int, rows: int = 2, **how: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, widget=forms.Textarea(attrs={"rows": rows}), **how
    )


def yuan(label: Any, **how: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, max_digits=10, decimal_places=2, min_value=Decimal(0), required=False, **how
    )


def tree(nodes: Any, blank: Any = "") -> list[Any]:
    """Choices of a two-level tree as groups; a first level without children stands alone."""
    rows = list(nodes)
    below: dict[int, list[Any]] = {}
    for row in rows:
        if row.parent_id:
            below.setdefault(row.parent_id, []).append((row.pk, row.name))
    found: list[Any] = [("", blank or "–")]
    for row in rows:
        if row.parent_id is None:
            children = below.get(row.pk)
            found.append((row.name, children) if children else (row.pk, row.name))
    return found


class Scoped(forms.Form):
    """A form that chooses among the people or units of the data scope."""

    scoped = True

    def __init__(self, *args: Any, scope: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Staff.objects.filter(is_active=True, unit__code__startswith=scope).order_by("name", "id")
        for name in ("crew", "measure_owner"):
            if name in self.fields:
                crews = people.filter(
                    role_assignments__role="field_crew", role_assignments__revoked_at__isnull=True
                )
                self.fields[name].queryset = crews if name == "crew" else people  # type: ignore[attr-defined]
        if "station" in self.fields:
            units = OrganisationUnit.objects.filter(code__startswith=scope).exclude(kind="hall")
            self.fields["station"].queryset = units.order_by("code")  # type: ignore[attr-defined]


class IntakeForm(forms.Form):
    """One page of a call: who was chosen comes as ``who``; nobody is fine."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=CaseKind.choices, widget=forms.RadioSelect)
    topic = forms.ModelChoiceField(label=_("Topic"), queryset=Topic.objects.none())
    text = words(_("What was said"), 2000, 4)
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices, initial="phone")
    caller_name = forms.CharField(label=_("Caller"), max_length=40, required=False)
    caller_phone = forms.CharField(label=_("Phone of the caller"), max_length=20, required=False)
    address = forms.CharField(label=_("Place"), max_length=200, required=False)
    external_number = forms.CharField(
        label=_("Number there"),
        max_length=40,
        required=False,
        help_text=_("The number of 12398 or the hotline."),
    )
    occurred_at = forms.DateTimeField(
        label=_("Damage happened"), required=False, widget=MOMENT, help_text=_("Only for damaged appliances.")
    )
    answer = words(_("Answered at once"), 2000, 2, required=False)

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = Topic.objects.filter(is_active=True, kind=kind or self.data.get("kind", "")).order_by("code")
        field: Any = self.fields["topic"]
        field.queryset = topics
        field.choices = tree(topics)


class ContactForm(forms.Form):
    method = forms.ChoiceField(label=pgettext_lazy("contact", "How"), choices=ContactMethod.choices)
    reached = forms.BooleanField(label=_("The customer was reached"), required=False, initial=True)
    text = words(_("What was said"), 500, required=False)


class ReplyForm(forms.Form):
    answer = words(_("Answer to the customer"), 2000, 4)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome.choices)


class ComplaintReplyForm(ReplyForm):
    accepted = forms.NullBooleanField(label=_("The customer agrees"), required=False)


class TextForm(forms.Form):
    text = words(pgettext_lazy("case", "In words"), 1000)


class AssessForm(forms.Form):
    check_needed = forms.BooleanField(label=_("Somebody must look into it"), required=False)
    findings = words(_("Remark"), 500, required=False)


class FollowUpForm(forms.Form):
    satisfaction = forms.TypedChoiceField(
        label=_("How content is the customer?"),
        coerce=int,
        choices=[
            (5, pgettext_lazy("satisfaction", "5 · very content")),
            (4, pgettext_lazy("satisfaction", "4 · content")),
            (3, pgettext_lazy("satisfaction", "3 · so-so")),
            (2, pgettext_lazy("satisfaction", "2 · not content")),
            (1, pgettext_lazy("satisfaction", "1 · not at all")),
        ],
        widget=forms.RadioSelect,
    )
    text = words(_("What the customer says"), 500, required=False)


class InvestigateForm(forms.Form):
    cause = forms.ModelChoiceField(label=_("Cause"), queryset=Cause.objects.filter(is_active=True))
    admitted = forms.TypedChoiceField(
        label=_("Were we at fault?"),
        choices=[("yes", _("Yes, admitted")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    findings = words(_("Findings"), 2000, 3)
    proposal = words(_("Proposal to the customer"), 1000, 2)
    apology = forms.BooleanField(label=_("Apology"), required=False)
    gift = forms.CharField(label=_("Gift"), max_length=80, required=False)
    gift_value = yuan(_("Value of the gift (yuan)"))
    refund = yuan(_("Money back (yuan)"), help_text=_("Goes out as compensation, after its own approval."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["cause"]
        field.choices = tree(field.queryset.order_by("code"))


class DecideForm(Scoped):
    reason = words(_("Reason of the decision"), 300)
    measure = words(
        pgettext_lazy("measure", "Measure"),
        300,
        required=False,
        help_text=_("An admitted complaint needs one: so that it does not happen again."),
    )
    measure_owner = forms.ModelChoiceField(
        label=_("Owner of the measure"), queryset=Staff.objects.none(), required=False
    )
    measure_due = forms.DateField(label=pgettext_lazy("measure", "Due"), required=False, widget=DAY)


class DispatchForm(Scoped):
    station = forms.ModelChoiceField(label=_("Station"), queryset=OrganisationUnit.objects.none())
    crew = forms.ModelChoiceField(
        label=_("Crew"),
        queryset=Staff.objects.none(),
        required=False,
        help_text=_("Empty: everybody of the station."),
    )


class StepForm(forms.Form):
    """A minute of a repair, entered at the desk."""

    to = forms.ChoiceField(
        label=_("Step"),
        choices=[
            ("accepted", pgettext_lazy("repair", "Accepted")),
            ("arrived", pgettext_lazy("repair", "Arrived")),
            ("found", pgettext_lazy("repair", "Fault found")),
            ("restored", pgettext_lazy("repair", "Supply restored")),
        ],
    )
    fault = forms.CharField(label=pgettext_lazy("repair", "What was found"), max_length=200, required=False)
    side = forms.ChoiceField(
        label=_("Whose installation"), choices=[("", "–"), *FaultSide.choices], required=False
    )
    work = forms.CharField(label=_("What was done"), max_length=300, required=False)
    estimated_at = forms.DateTimeField(label=_("Restoration expected"), required=False, widget=MOMENT)


class CheckForm(forms.Form):
    error_percent = forms.DecimalField(
        label=_("Error found (%)"),
        max_digits=8,
        decimal_places=3,
        help_text=_("Fast above zero, slow below zero."),
    )
    accuracy_class = forms.CharField(
        label=_("Accuracy class"), max_length=6, required=False, help_text=_("Empty: as the records say.")
    )
    wiring_wrong = forms.BooleanField(label=_("Wrongly wired"), required=False)
    certificate = forms.CharField(label=_("Number of the certificate"), max_length=60)
    text = words(_("Note"), 300, required=False)


class CycleField(forms.CharField):
    def clean(self, value: Any) -> Cycle:
        text = super().clean(value)
        try:
            return Cycle.parse(text)
        except ValueError as error:
            raise forms.ValidationError(_("Write the month as 2026-08.")) from error


class CorrectForm(forms.Form):
    first = CycleField(label=_("First month"), max_length=7, widget=forms.TextInput(attrs={"type": "month"}))
    last = CycleField(label=_("Last month"), max_length=7, widget=forms.TextInput(attrs={"type": "month"}))


class CrewForm(Scoped):
    crew = forms.ModelChoiceField(label=_("Crew"), queryset=Staff.objects.none(), required=False)


class InspectForm(forms.Form):
    """A visit with up to four appliances; more than that is two claims' worth of goods and goes on paper."""

    liable = forms.TypedChoiceField(
        label=_("Was it our fault?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    findings = words(_("Findings"), 500)


class ApplianceForm(forms.Form):
    name = forms.CharField(label=_("Appliance"), max_length=60, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[
            ("", "–"),
            ("electronic", pgettext_lazy("appliance", "Electronic (TV, computer, sound)")),
            ("motor", pgettext_lazy("appliance", "With a motor (fridge, washing machine, air conditioner)")),
            ("resistive", pgettext_lazy("appliance", "Heating (rice cooker, water heater, kettle)")),
            ("lamp", pgettext_lazy("appliance", "Lamp")),
        ],
    )
    bought_date = forms.DateField(label=_("Bought"), required=False, widget=DAY)
    price = yuan(_("Price of the appliance (yuan)"))
    repair = yuan(_("Repair (yuan)"), help_text=_("Where it can be repaired."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("name") and not (data.get("kind") and data.get("bought_date") and data.get("price")):
            raise forms.ValidationError(
                _("An appliance needs its kind, the day it was bought and its price.")
            )
        return data


Appliances = forms.formset_factory(ApplianceForm, extra=APPLIANCES, max_num=12)


class ReasonForm(forms.Form):
    reason = words(_("Reason"), 300)


class JoinForm(ReasonForm):
    main = forms.CharField(label=_("Number of the other matter"), max_length=14)
    reason = words(_("Reason"), 300, required=False)


class TopicForm(forms.Form):
    code = forms.RegexField(
        r"^[a-z_]+(\.[a-z0-9_]+){1,2}$", label=_("Code"), max_length=40, help_text=_("kind.group.topic")
    )
    name = forms.CharField(label=pgettext_lazy("catalogue", "Name"), max_length=60)
    priority = forms.TypedChoiceField(label=_("Priority"), choices=Priority.choices, coerce=int, initial=2)
    is_active = forms.BooleanField(label=pgettext_lazy("catalogue", "In use"), required=False, initial=True)


class TemplateForm(forms.Form):
    code = forms.RegexField(r"^[a-z_]+(\.[a-z0-9_]+)*$", label=_("Code"), max_length=40)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("All kinds")), *CaseKind.choices], required=False
    )
    title = forms.CharField(label=_("Title"), max_length=60)
    text = words(pgettext_lazy("template", "Text"), 1000, 3)
    is_active = forms.BooleanField(label=pgettext_lazy("catalogue", "In use"), required=False, initial=True)


class SettlementForm(Scoped):
    station = forms.ModelChoiceField(label=_("Unit"), queryset=OrganisationUnit.objects.none())
    kind = forms.ChoiceField(label=pgettext_lazy("settlement", "Settlement"), choices=SettlementKind.choices)


def of_reply(case: Case) -> type[ReplyForm]:
    return ComplaintReplyForm if case.kind == CaseKind.COMPLAINT else ReplyForm
