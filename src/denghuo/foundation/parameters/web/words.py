"""How parameters, their kinds and how sure they are, are called."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.foundation.parameters.rules import Parameter
from denghuo.foundation.ui import formats

CONFIDENCE: Mapping[str, tuple[Any, str]] = {
    "V1": (pgettext_lazy("confidence", "Read in the document"), "success"),
    "V2": (pgettext_lazy("confidence", "Confirmed by a second source"), "success"),
    "C": (pgettext_lazy("confidence", "Computed"), "info"),
    "K": (pgettext_lazy("confidence", "Known in the trade"), "info"),
    "U": (pgettext_lazy("confidence", "To be confirmed locally"), "warning"),
}
KINDS: Mapping[str, Any] = {
    "decimal": pgettext_lazy("parameter", "Number"),
    "whole": pgettext_lazy("parameter", "Whole number"),
    "flag": pgettext_lazy("parameter", "Yes or no"),
    "day": pgettext_lazy("parameter", "Day"),
    "text": pgettext_lazy("parameter", "Text"),
}


def room_name(room: str) -> Any:
    """What the menu calls the room that declared a parameter."""
    found = [config for config in apps.get_app_configs() if config.label == room]
    return found[0].verbose_name if found else room


def shown(parameter: Parameter, value: Any) -> str:
    """A value as people read it."""
    if parameter.kind == "flag":
        return str(gettext_lazy("Yes") if value else gettext_lazy("No"))
    if isinstance(value, Decimal | int):
        return formats.amount(value)
    return formats.day(value) if parameter.kind == "day" else str(value)


def problem(parameter: Parameter) -> str:
    """What the field wants, said to a person."""
    bounds = {"low": parameter.low, "high": parameter.high}
    if parameter.low is not None and parameter.high is not None:
        return _("Give a value from %(low)s to %(high)s.") % bounds
    if parameter.low is not None:
        return _("Give a value of at least %(low)s.") % bounds
    if parameter.high is not None:
        return _("Give a value of at most %(high)s.") % bounds
    return _("Give a value of the kind “%(kind)s”.") % {"kind": KINDS.get(parameter.kind, parameter.kind)}
