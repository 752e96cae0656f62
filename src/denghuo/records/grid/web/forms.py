"""Forms for the grid."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.grid import queries
from denghuo.records.grid.models import Feeder, Substation, Transformer, TransformerArea


def add_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Put what an operation refused beside the fields it names."""
    for field, messages in error.message_dict.items():
        for message in messages:
            form.add_error(field if field in form.fields else None, message)


class _Form(forms.ModelForm):
    """A form that only reads what was typed: the operation checks the row."""

    def __init__(self, *args: Any, scope: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "unit" in self.fields:
            self.fields["unit"].queryset = OrganisationUnit.objects.filter(code__startswith=scope)  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        return


class SubstationForm(_Form):
    class Meta:
        model = Substation
        fields = ("code", "name", "voltage", "unit")


class FeederForm(_Form):
    class Meta:
        model = Feeder
        fields = ("code", "name", "voltage", "rated_capacity_kva")


class TransformerForm(_Form):
    class Meta:
        model = Transformer
        fields = (
            "code",
            "name",
            "is_public",
            "model",
            "rated_capacity_kva",
            "no_load_loss_kw",
            "load_loss_kw",
            "no_load_current_percent",
            "commissioned_date",
        )
        widgets = {"commissioned_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class AreaForm(_Form):
    class Meta:
        model = TransformerArea
        fields = ("code", "name", "unit")


class MoveForm(forms.Form):
    """Where a transformer shall hang, or which transformer shall feed an area, by code."""

    code = forms.CharField(label=_("Code"), max_length=20)
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, scope: str, what: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = queries.feeders(scope) if what == "feeder" else queries.transformers(scope)
        self.fields["code"].label = (
            _("Code of the feeder") if what == "feeder" else _("Code of the transformer")
        )

    def clean_code(self) -> Any:
        found = self.rows.filter(code=self.cleaned_data["code"]).first()
        if found is None:
            raise ValidationError(_("There is nothing with this code."))
        return found
