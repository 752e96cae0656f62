"""What reconciliation shows in the menu and on the workbench."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.commerce.reconciliation.models import DayReconciliation, DayState
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import extensions, navigation
from denghuo.foundation.ui.extensions import Tile

ACTIONS = {
    "reconciliation.statement.taken": gettext_lazy("File of a channel taken in"),
    "reconciliation.day.compared": gettext_lazy("Channel compared with the books"),
    "reconciliation.day.closed": gettext_lazy("Reconciliation of a day closed"),
    "reconciliation.difference.claimed": gettext_lazy("Difference taken"),
    "reconciliation.difference.explained": gettext_lazy("Difference explained"),
    "reconciliation.booking.asked": gettext_lazy("Booking of missing money asked for"),
    "reconciliation.booking.approved": gettext_lazy("Missing money booked"),
    "reconciliation.booking.rejected": gettext_lazy("Booking of missing money refused"),
    "reconciliation.settlement.booked": gettext_lazy("Pay-out of a channel booked"),
}
FIELDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "reconciliation.channelstatement.rows": (gettext_lazy("Rows"), {}),
    "reconciliation.channelstatement.total_fen": (gettext_lazy("Amount (yuan)"), {}),
    "reconciliation.channelstatement.net_fen": (gettext_lazy("Paid out net (yuan)"), {}),
    "reconciliation.channelstatement.fee_fen": (gettext_lazy("Fee (yuan)"), {}),
    "reconciliation.dayreconciliation.matched": (gettext_lazy("Matched"), {}),
    "reconciliation.dayreconciliation.open": (gettext_lazy("Open differences"), {}),
    "reconciliation.difference.account": (gettext_lazy("Account"), {}),
    "reconciliation.difference.amount_fen": (gettext_lazy("Amount (yuan)"), {}),
}


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    audit.name_fields(FIELDS)
    audit.mark_sensitive("reconciliation.booking.approved", "reconciliation.day.closed")
    for order, (label, url_name, icon) in enumerate(
        (
            (gettext_lazy("Reconciliation"), "reconciliation:board", "scale"),
            (gettext_lazy("Differences"), "reconciliation:differences", "git-compare"),
        )
    ):
        navigation.register(
            navigation.NavItem(
                "money", label, url_name, icon=icon, permission="reconciliation.view", order=460 + order
            )
        )
    extensions.workbench("reconciliation.work", _days_tile, order=46)


def _days_tile(request: StaffRequest) -> Tile | None:
    days = DayReconciliation.objects.filter(unit__code__startswith=request.user.scope).aggregate(
        open=Count("id", filter=~Q(state=DayState.CLOSED)),
        late=Count("id", filter=Q(overdue_at__isnull=False, statement__isnull=True)),
    )
    return Tile(
        title=_("Days to reconcile"),
        value=days["open"],
        hint=_("%(n)s files are overdue") % {"n": days["late"]} if days["late"] else _("No file is overdue"),
        url=reverse("reconciliation:board"),
        icon="scale",
        tone="danger" if days["late"] else "warning" if days["open"] else "success",
    )
