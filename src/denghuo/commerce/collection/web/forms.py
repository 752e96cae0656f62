"""Forms of the collection pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.collection.models import (
    ContactChannel,
    DebtAge,
    DutyKind,
    Grade,
    Outcome,
    PenaltyKind,
    Protection,
    WriteOffReason,
)
from denghuo.commerce.collection.operations.actions import SAID, Promise
from denghuo.commerce.payments.models import Channel
from denghuo.commerce.receivables.models import PayerClass
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.kernel.money import fen
from denghuo.kernel.periods import Cycle
from denghuo.records.supply.models import TariffClass


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def yuan_field(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=Decimal(0), max_digits=14, decimal_places=2, **more)


class StaffField(forms.ModelChoiceField):
    """A person below the unit of the user."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.unit.name}"


def staff_below(scope: str) -> Any:
    return (
        Staff.objects.filter(is_active=True, unit__code__startswith=scope)
        .select_related("unit")
        .order_by("unit_id", "username")
    )


class OutcomeForm(forms.Form):
    """What came of a call, a visit or a letter."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=[(c.value, c.label) for c in (ContactChannel.PHONE, ContactChannel.VISIT)],
        required=False,
    )
    outcome = forms.ChoiceField(label=_("Outcome"), choices=[(o.value, o.label) for o in SAID])
    promise_yuan = yuan_field(_("Promised amount (yuan)"), required=False)
    promise_date = forms.DateField(label=_("Promised for"), widget=day_input(), required=False)
    note = forms.CharField(
        label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def promise(self) -> Promise | None:
        data = self.cleaned_data
        if data["outcome"] != Outcome.PROMISED or not data["promise_date"] or not data["promise_yuan"]:
            return None
        return Promise(fen(data["promise_yuan"]), data["promise_date"])


class PauseForm(forms.Form):
    until = forms.DateField(label=_("Until (open end if empty)"), widget=day_input(), required=False)
    note = forms.CharField(label=_("Reason"), max_length=300)


class AssignForm(forms.Form):
    owner = StaffField(label=pgettext_lazy("duty", "Person"), queryset=Staff.objects.none())

    def __init__(self, scope: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = staff_below(scope)  # type: ignore[attr-defined]


class PlanForm(forms.Form):
    """The head of a plan; its steps are a formset."""

    code = forms.SlugField(label=_("Code"), max_length=20)
    name = forms.CharField(label=_("Name"), max_length=60)
    payer_class = forms.ChoiceField(
        label=_("Payer"),
        required=False,
        choices=[("", pgettext_lazy("dunning plan", "Everybody")), *PayerClass.choices],
    )
    tariff_class = forms.ChoiceField(
        label=_("Tariff class"),
        required=False,
        choices=[("", pgettext_lazy("dunning plan", "All")), *TariffClass.choices],
    )
    grade = forms.ChoiceField(
        label=_("Importance"),
        required=False,
        choices=[("", pgettext_lazy("dunning plan", "All")), *Grade.choices],
    )
    from_yuan = yuan_field(_("From amount (yuan)"), required=False)
    below_yuan = yuan_field(_("Below amount (yuan)"), required=False)
    for_protected = forms.BooleanField(
        label=_("For protected customers"),
        required=False,
        help_text=_("Protected customers are dunned by such a plan only."),
    )
    priority = forms.IntegerField(
        label=_("Priority"),
        min_value=0,
        max_value=999,
        initial=10,
        help_text=_("Where several plans fit, the highest is used."),
    )
    valid_from = forms.DateField(label=_("Valid from"), widget=day_input())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        low, high = data.get("from_yuan"), data.get("below_yuan")
        if low is not None and high is not None and high <= low:
            self.add_error("below_yuan", _("Must be more than the amount it begins with."))
        return data

    def conditions(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            **{
                name: data[name]
                for name in ("payer_class", "tariff_class", "grade", "for_protected", "priority")
            },
            "from_fen": fen(data["from_yuan"]) if data["from_yuan"] is not None else None,
            "below_fen": fen(data["below_yuan"]) if data["below_yuan"] is not None else None,
        }


class StepForm(forms.Form):
    days = forms.IntegerField(label=_("Days after the due date"), min_value=1, max_value=365)
    channel = forms.ChoiceField(label=_("Channel"), choices=ContactChannel.choices)
    least_yuan = yuan_field(_("Not below (yuan)"), required=False)
    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 3}))

    def step(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "days": data["days"],
            "channel": data["channel"],
            "text": data["text"],
            "least_fen": fen(data["least_yuan"] or Decimal(0)),
        }


StepFormSet = forms.formset_factory(StepForm, extra=2, max_num=12, can_delete=True)


class ProtectionForm(forms.Form):
    account = forms.CharField(label=_("Account number"), max_length=14)
    reason = forms.ChoiceField(label=_("Reason"), choices=Protection.choices)
    valid_from = forms.DateField(label=_("Valid from"), widget=day_input())
    valid_to = forms.DateField(label=_("Valid until"), widget=day_input())
    note = forms.CharField(label=_("Evidence"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class DutyForm(forms.Form):
    staff = StaffField(label=pgettext_lazy("duty", "Person"), queryset=Staff.objects.none())
    kind = forms.ChoiceField(label=pgettext_lazy("duty", "Answers for"), choices=DutyKind.choices)
    code = forms.CharField(
        label=_("Code or number"),
        max_length=20,
        help_text=_("The code of the unit or the reading route, or the number of the account."),
    )
    since = forms.DateField(label=_("Valid from"), widget=day_input())

    def __init__(self, scope: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staff"].queryset = staff_below(scope)  # type: ignore[attr-defined]


class RotationForm(forms.Form):
    from_staff = StaffField(label=pgettext_lazy("duty", "From"), queryset=Staff.objects.none())
    to_staff = StaffField(label=pgettext_lazy("duty", "To"), queryset=Staff.objects.none())
    since = forms.DateField(label=_("Valid from"), widget=day_input())

    def __init__(self, scope: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("from_staff", "to_staff"):
            self.fields[name].queryset = staff_below(scope)  # type: ignore[attr-defined]


class WriteOffForm(forms.Form):
    receivables = forms.MultipleChoiceField(label=_("Debts"), widget=forms.CheckboxSelectMultiple)
    reason = forms.ChoiceField(label=_("Reason"), choices=WriteOffReason.choices)
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was tried, and what proves that it is lost."),
    )

    def __init__(self, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["receivables"].choices = choices  # type: ignore[attr-defined]


class RecoverForm(forms.Form):
    amount_yuan = yuan_field(_("Amount (yuan)"))
    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=[(c.value, c.label) for c in (Channel.TRANSFER, Channel.CARD, Channel.LOCKBOX)],
    )
    external_id = forms.CharField(label=_("Transaction number"), max_length=64)


class NoticeForm(forms.Form):
    account = forms.CharField(label=_("Account number"), max_length=14)
    kind = forms.ChoiceField(label=_("Kind"), choices=PenaltyKind.choices)
    facts = forms.CharField(label=_("Facts"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    decision = forms.CharField(label=_("Decision"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    decision_number = forms.CharField(label=_("Number of the decision"), max_length=40)
    amount_yuan = yuan_field(_("Amount (yuan)"))
    publish_from = forms.DateField(label=_("Published from"), widget=day_input())
    publish_to = forms.DateField(label=_("Published until"), widget=day_input())


class MonthField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"type": "month"}), **kwargs)

    def clean(self, value: Any) -> Any:
        try:
            return Cycle.parse(super().clean(value))
        except ValueError as error:
            raise forms.ValidationError(_("A month is written as in 2026-08.")) from error


class TargetForm(forms.Form):
    month = MonthField(label=_("Month"))
    age = forms.ChoiceField(label=_("Debts"), choices=DebtAge.choices)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=OrganisationUnit.objects.none())
    staff = StaffField(
        label=pgettext_lazy("duty", "Person"),
        queryset=Staff.objects.none(),
        required=False,
        help_text=_("Empty for the target of the unit."),
    )
    rate = forms.DecimalField(
        label=_("Target (%)"), min_value=Decimal(0), max_value=Decimal(100), max_digits=7, decimal_places=4
    )

    def __init__(self, scope: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = OrganisationUnit.objects.filter(code__startswith=scope)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["staff"].queryset = staff_below(scope)  # type: ignore[attr-defined]
