"""Parameters in the menu and in the trail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from denghuo.foundation.audit import queries as audit
from denghuo.foundation.ui import navigation


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions({"parameters.value.set": gettext_lazy("Parameter set")})
    audit.name_fields({"parameters.parametervalue.valid_from": (gettext_lazy("Valid from"), {})})
    audit.mark_sensitive("parameters.value.set")
    navigation.register(
        navigation.NavItem(
            "administration",
            gettext_lazy("Parameters"),
            "parameters:parameters",
            icon="ruler",
            permission="parameters.view",
            order=419,
        )
    )
