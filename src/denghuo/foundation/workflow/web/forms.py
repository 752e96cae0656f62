"""The forms of cases, steps, definitions and limits. Each knows what a field means; the operations decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.foundation.identity import queries as identity
from denghuo.foundation.identity.models import OrganisationUnit, Role, Staff
from denghuo.foundation.workflow.models import Audience, LimitUnit, PauseReason
from denghuo.foundation.workflow.queries import Outcome
from denghuo.kernel.periods import BEIJING

DOCUMENTS = (
    ("", pgettext_lazy("document", "Other")),
    ("identity", pgettext_lazy("document", "Proof of identity")),
    ("ownership", pgettext_lazy("document", "Proof of ownership")),
    ("licence", pgettext_lazy("document", "Business licence")),
    ("photo", pgettext_lazy("document", "Photo")),
    ("contract", pgettext_lazy("document", "Contract")),
    ("letter", pgettext_lazy("document", "Letter")),
)


class UnitField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.unit.name}"


def people(staff: Staff) -> Any:
    return identity.colleagues(staff).filter(is_active=True).order_by("username")


class PauseForm(forms.Form):
    reason = forms.ChoiceField(
        label=pgettext_lazy("pause", "What the clock waits for"), choices=PauseReason.choices
    )
    note = forms.CharField(label=_("In detail"), max_length=200, required=False)


class RemarkForm(forms.Form):
    audience = forms.ChoiceField(
        label=_("Who reads it"), choices=Audience.choices, initial=Audience.INTERNAL, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=pgettext_lazy("conversation", "Message"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    from_customer = forms.BooleanField(label=_("The customer said this"), required=False)
    key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput(attrs={"data-once": ""}))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("from_customer"):
            found["audience"] = Audience.CUSTOMER.value
        return found


class AttachForm(forms.Form):
    file = forms.FileField(
        label=_("Photo or PDF"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf"}),
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=DOCUMENTS, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class AskForm(forms.Form):
    text = forms.CharField(
        label=_("What is needed"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    unit = UnitField(label=pgettext_lazy("process", "Unit"), queryset=OrganisationUnit.objects.none())
    role = forms.ChoiceField(label=pgettext_lazy("process", "Role"), choices=Role.choices)
    due_at = forms.DateTimeField(
        label=_("Needed by"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = self.fields["unit"]
        assert isinstance(units, forms.ModelChoiceField)
        units.queryset = OrganisationUnit.objects.order_by("code")


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=pgettext_lazy("side task", "Answer"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class PersonForm(forms.Form):
    """Somebody to give a step or a case to, with a reason where one is needed."""

    to = PersonField(label=pgettext_lazy("process", "Given to"), queryset=Staff.objects.none())
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(
        self, *args: Any, people: Any, reason_required: bool = True, to: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["to"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = people
        self.fields["reason"].required = reason_required
        if to is not None:
            chosen.label = to


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class StepForm(forms.Form):
    """What the gateways behind a step ask for, and a free result."""

    result = forms.CharField(
        label=_("Result in words"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, outcomes: Sequence[Outcome] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcomes = outcomes
        asked: dict[str, forms.Field] = {f"say_{item.name}": _question(item) for item in outcomes}
        self.fields = {**asked, **self.fields}

    def questions(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("say_")]

    def answers(self) -> dict[str, bool | int | str]:
        """The data of the step, in the types the diagram speaks of."""
        found: dict[str, bool | int | str] = {}
        for item in self.outcomes:
            said = self.cleaned_data[f"say_{item.name}"]
            if isinstance(said, int) and not isinstance(said, bool):
                found[item.name] = said
            else:
                values = {_plain(value): value for value, _words in item.options}
                found[item.name] = values.get(said, said)
        return found


def _plain(value: bool | int | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _question(item: Outcome) -> forms.Field:
    if any(isinstance(value, int) and not isinstance(value, bool) for value, _words in item.options):
        return forms.IntegerField(label=item.name)
    if not item.options:
        return forms.CharField(label=item.name, max_length=200)
    shown = [(_plain(value), _words(value, words)) for value, words in item.options]
    if all(isinstance(value, str) for value, _text in item.options):
        shown.append(("-", pgettext_lazy("process", "None of these")))
    return forms.ChoiceField(label=item.name, choices=shown, widget=forms.RadioSelect)


def _words(value: bool | int | str, words: str) -> Any:
    if words:
        return words
    if isinstance(value, bool):
        return pgettext_lazy("process", "Yes") if value else pgettext_lazy("process", "No")
    return str(value)


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("BPMN 2.0 file"),
        validators=[FileExtensionValidator(["bpmn", "xml"])],
        widget=forms.FileInput(attrs={"accept": ".bpmn,.xml"}),
    )
    key = forms.RegexField(
        r"^[a-z][a-z0-9_.-]{0,59}$",
        label=pgettext_lazy("process", "Process"),
        required=False,
        help_text=_("Empty: the id of the process in the file. An existing one gets a new version."),
    )


class StartForm(forms.Form):
    title = forms.CharField(label=_("What it is about"), max_length=160)
    unit = UnitField(label=pgettext_lazy("process", "Unit"), queryset=OrganisationUnit.objects.none())

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = self.fields["unit"]
        assert isinstance(units, forms.ModelChoiceField)
        units.queryset = identity.units(staff).order_by("code")
        units.initial = staff.unit_id


class LimitForm(forms.Form):
    valid_from = forms.DateField(label=_("Valid from"), widget=forms.DateInput(attrs={"type": "date"}))
    amount = forms.IntegerField(label=_("Limit"), min_value=1, max_value=100_000)
    unit = forms.ChoiceField(label=pgettext_lazy("time limit", "Counted in"), choices=LimitUnit.choices)
    warn_percent = forms.IntegerField(label=_("Warns after (%)"), min_value=1, max_value=100, initial=80)
    escalation = forms.MultipleChoiceField(
        label=_("Told when broken, one after another"),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        initial=["supervisor", "decision_maker"],
    )
    basis = forms.CharField(label=_("Basis"), max_length=200, help_text=_("Rule, document and number"))

    def __init__(self, *args: Any, first_day: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if first_day is not None:
            self.fields["valid_from"].initial = first_day


def local_text(at: Any) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M")
