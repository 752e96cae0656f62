"""What the pages of this room share: the clock, what is visible, equipment named by its code, dates in forms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from denghuo.commerce.outages import queries, rules
from denghuo.commerce.outages.models import Outage
from denghuo.commerce.outages.queries import Equipment
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.records.grid import queries as grid

TONES = {
    "proposed": "info", "approved": "accent", "running": "danger", "restored": "success", "refused": "neutral",
    "merged": "neutral", "cancelled": "neutral",
}  # fmt: skip
KIND_TONES = {"planned": "info", "temporary": "warning", "fault": "danger"}
OFFERED = 400


def now() -> datetime:
    return timezone.now()


def visible_outage(request: StaffRequest, number: str) -> Outage:
    """The outage, or 404 outside the data scope."""
    found = queries.visible(request.user.scope).filter(number=number).first()
    if found is None:
        raise Http404
    return found


class Instant(forms.DateTimeField):
    """A day and time in Beijing."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **options)


class EquipmentField(forms.CharField):
    """Equipment by its code or name: a substation, feeder, transformer or area inside the data scope (``scope``)."""

    scope = ""

    def clean(self, value: Any) -> Equipment | None:
        text = str(super().clean(value)).partition(" ")[0].strip()
        if not text:
            return None
        found = find_equipment(text, self.scope)
        if found is None:
            raise forms.ValidationError(_("No equipment with this code or name."))
        return found


def find_equipment(text: str, scope: str) -> Equipment | None:
    """Equipment by code, else by its whole name; an area stands for its transformer."""
    for field in ("code", "name"):
        area = (
            grid.areas(scope)
            .filter(**{field: text})
            .select_related("transformer__feeder__substation")
            .first()
        )
        if area is not None:
            return area.transformer
        for rows, related in (
            (grid.transformers(scope), ("feeder__substation",)),
            (grid.feeders(scope), ("substation",)),
            (grid.substations(scope), ("unit",)),
        ):
            found: Equipment | None = rows.filter(**{field: text}).select_related(*related).first()
            if found is not None:
                return found
    return None


def offered(scope: str) -> list[tuple[str, str]]:
    """Equipment to choose from while typing: code and name, from the top of the grid down."""
    rows: list[tuple[str, str]] = []
    for found in (grid.substations(scope), grid.feeders(scope), grid.areas(scope)):
        rows += list(found.order_by("code").values_list("code", "name")[: OFFERED - len(rows)])
    return rows


def level_label(level: str) -> str:
    return {
        rules.SUBSTATION: _("Substation"),
        rules.FEEDER: _("Feeder"),
        rules.TRANSFORMER: _("Transformer area"),
    }[level]
