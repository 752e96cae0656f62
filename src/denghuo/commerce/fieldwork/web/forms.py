"""Forms of the office: a task by hand, its crew, reasons, and answers put right."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.fieldwork import queries, rules
from denghuo.commerce.fieldwork.models import FieldTask
from denghuo.foundation.identity.models import Staff

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class CrewField(forms.ModelChoiceField):
    """Who works outside for a unit."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.unit.name}"


def people(unit_id: str) -> Any:
    """The crews of a unit as a query set, which the field needs."""
    ids = [person.pk for person in queries.crews(unit_id)]
    return Staff.objects.filter(pk__in=ids).select_related("unit").order_by("unit_id", "username")


def everybody(scope: str) -> Any:
    """Who works outside in the units of a dispatcher."""
    return (
        Staff.objects.filter(pk__in=[person.pk for person in queries.workers(scope)])
        .select_related("unit")
        .order_by("unit_id", "username")
    )


class NewTaskForm(forms.Form):
    kind = forms.ChoiceField(label=pgettext_lazy("field task", "Kind"))
    title = forms.CharField(label=pgettext_lazy("field task", "What is to be done"), max_length=120)
    supply_point = forms.CharField(
        label=_("Supply point number"), max_length=13, help_text=_("Where it is; the address comes with it.")
    )
    crew = CrewField(
        label=pgettext_lazy("field task", "Crew"),
        queryset=Staff.objects.none(),
        required=False,
        help_text=_("Empty: everybody of the unit."),
    )
    due_at = forms.DateTimeField(label=pgettext_lazy("field task", "Due"), required=False, widget=MOMENT)
    note = forms.CharField(
        label=pgettext_lazy("field task", "What the crew must know"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, scope: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind.code, rules.kind_label(kind.code)) for kind in rules.declared() if kind.by_hand
        ]
        self.fields["crew"].queryset = everybody(scope)  # type: ignore[attr-defined]


class AssignForm(forms.Form):
    crew = CrewField(
        label=pgettext_lazy("field task", "Crew"),
        queryset=Staff.objects.none(),
        required=False,
        help_text=_("Empty: everybody of the unit."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, task: FieldTask, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["crew"].queryset = people(task.unit_id)  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), min_length=2, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class DecideForm(ReasonForm):
    """A decision about a conflict, with every answer that may be put right before it is applied."""

    def __init__(self, *args: Any, corrections: list[tuple[str, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, value in corrections:
            self.fields[f"answer-{name}"] = forms.CharField(
                label=label, required=False, max_length=2_000, initial=value
            )
        self.names = [name for name, _label, _value in corrections]

    def corrected(self) -> dict[str, str]:
        """What was changed, by the name of the question."""
        found = {}
        for name in self.names:
            value = self.cleaned_data.get(f"answer-{name}", "")
            if value != (self.fields[f"answer-{name}"].initial or ""):
                found[name] = value
        return found
