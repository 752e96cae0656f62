"""What this room shows on the pages of lower rooms, in the menu and on the workbench; its words."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import extensions, navigation
from denghuo.records.ratings import queries
from denghuo.records.ratings.web.pages import TONES

ACTIONS = {
    "ratings.grades.published": gettext_lazy("Grades published"),
    "ratings.grade.set_by_hand": gettext_lazy("Grade set by hand"),
}


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    navigation.register(
        navigation.NavItem(
            "records",
            pgettext_lazy("rating", "Grades"),
            "ratings:grades",
            icon="star",
            permission="ratings.view",
            order=80,
        )
    )
    extensions.panel(
        "account",
        "ratings",
        pgettext_lazy("rating", "Grades"),
        "ratings/parts/panel.html",
        _account_panel,
        permission="ratings.view",
        order=85,
    )


def _account_panel(request: StaffRequest, account: Any) -> dict[str, Any] | None:
    rows = queries.of_customer(account.customer_id, on=timezone.localdate())
    may_publish = request.user.may("ratings.publish")
    if not rows and not may_publish:
        return None
    return {"grades": rows, "customer_id": account.customer_id, "tones": TONES, "may_publish": may_publish}
