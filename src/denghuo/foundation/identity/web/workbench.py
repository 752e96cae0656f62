"""Accounts on the workbench of administrators: people without a role, names slowed down, the roles given last."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.identity import queries
from denghuo.foundation.identity.models import RoleAssignment
from denghuo.foundation.ui import extensions
from denghuo.foundation.ui.access import may

SHOWN = 6


def register() -> None:
    for order, (key, title, template, provider) in enumerate(
        (
            ("accounts", _("Accounts that need attention"), "identity/bench_accounts.html", attention),
            ("roles", _("Roles given last"), "identity/bench_roles.html", newest_roles),
        )
    ):
        extensions.workbench_panel("staff.view", key, title, template, provider, order=50 + order)


def _administers(request: HttpRequest) -> bool:
    return may(request.user, "staff.grant") or may(request.user, "staff.edit")


def attention(request: HttpRequest) -> dict[str, Any] | None:
    """Open accounts without a role, and user names that wait after refused sign-ins."""
    if not _administers(request):
        return None
    return {
        "idle": list(queries.without_roles(request.user)[:SHOWN]),
        "slowed": queries.slowed_down(timezone.now())[:SHOWN],
        "more_url": reverse("identity:staff-list"),
    }


def newest_roles(request: HttpRequest) -> dict[str, Any] | None:
    """Who may do what since when."""
    if not _administers(request):
        return None
    given = queries.in_scope(RoleAssignment.objects.all(), request.user, "staff__unit_id")
    newest = given.filter(revoked_at__isnull=True).select_related("staff", "granted_by")
    return {
        "rows": list(newest.order_by("-granted_at", "-id")[:SHOWN]),
        "more_url": reverse("identity:roles"),
    }
