"""Forms of this room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.outages.models import Cause, Kind
from denghuo.commerce.outages.web.common import EquipmentField, Instant
from denghuo.foundation.identity.models import Staff

PLANNED_CAUSES = ("maintenance", "construction", "connection", "municipal")
FAULT_CAUSES = ("unknown", "equipment", "weather", "damage", "customer")


def _causes(codes: tuple[str, ...]) -> list[tuple[str, Any]]:
    return [(code, Cause(code).label) for code in codes]


class _OnEquipment(forms.Form):
    equipment = EquipmentField(
        label=_("Equipment"),
        max_length=130,
        help_text=_("Code or name of a substation, feeder, transformer or area."),
        widget=forms.TextInput(attrs={"list": "equipment-offered", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, scope: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["equipment"].scope = scope  # type: ignore[attr-defined]


class RequestForm(_OnEquipment):
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(Kind.PLANNED.value, Kind.PLANNED.label), (Kind.TEMPORARY.value, Kind.TEMPORARY.label)],
    )
    cause = forms.ChoiceField(label=_("Cause"), choices=_causes(PLANNED_CAUSES))
    begins_at = Instant(label=pgettext_lazy("outage", "Supply off from"))
    ends_at = Instant(label=pgettext_lazy("outage", "Supply back at"))
    description = forms.CharField(
        label=_("What is done"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class FaultForm(_OnEquipment):
    cause = forms.ChoiceField(label=_("Cause"), choices=_causes(FAULT_CAUSES))
    since = Instant(label=_("Off since"), required=False, help_text=_("Empty: since the first report."))
    expected_at = Instant(label=_("Expected end"), required=False, help_text=_("Empty: the usual time."))
    description = forms.CharField(label=_("What is known"), max_length=300, required=False)
    crew = forms.ModelChoiceField(
        label=_("Crew"), queryset=Staff.objects.none(), required=False, empty_label=_("Whoever takes it")
    )

    def __init__(self, *args: Any, crews: list[Staff] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["crew"]
        field.queryset = Staff.objects.filter(pk__in=[one.pk for one in crews or []])  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class ChangeForm(forms.Form):
    begins_at = Instant(label=pgettext_lazy("outage", "Supply off from"))
    ends_at = Instant(label=pgettext_lazy("outage", "Supply back at"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


class StartForm(forms.Form):
    started_at = Instant(label=_("Supply off since"))


class ProgressForm(forms.Form):
    progress = forms.CharField(label=_("Progress"), max_length=300)


class EstimateForm(forms.Form):
    expected_at = Instant(label=_("Expected end"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("Customers read it when it takes longer."),
    )


class RestoreForm(forms.Form):
    restored_at = Instant(label=_("Supply back since"))
    transformers = forms.TypedMultipleChoiceField(
        label=_("Only behind these transformers"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: everywhere."),
    )
    finding = forms.CharField(label=_("Finding"), max_length=300, required=False)

    def __init__(self, *args: Any, transformers: list[tuple[int, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if transformers and len(transformers) > 1:
            self.fields["transformers"].choices = transformers  # type: ignore[attr-defined]
        else:
            del self.fields["transformers"]


class TreatForm(forms.Form):
    treatment = forms.CharField(label=_("What was arranged"), max_length=200)
