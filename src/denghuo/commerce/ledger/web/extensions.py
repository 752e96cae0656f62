"""The ledger in the menu, on the page of an account, and in the trail."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from denghuo.foundation.audit import queries as audit
from denghuo.foundation.ui import extensions, navigation


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions({"ledger.period.closed": gettext_lazy("Month closed")})
    audit.name_fields(
        {
            "ledger.closedperiod.month": (gettext_lazy("Month"), {}),
            "ledger.closedperiod.debits_fen": (gettext_lazy("Debits (yuan)"), {}),
        }
    )
    audit.mark_sensitive("ledger.period.closed")
    for order, (label, url_name, icon) in enumerate(
        (
            (gettext_lazy("Trial balance"), "ledger:trial-balance", "scale"),
            (gettext_lazy("Postings"), "ledger:postings", "book"),
            (gettext_lazy("Closing of months"), "ledger:periods", "lock"),
        )
    ):
        navigation.register(
            navigation.NavItem(
                "money", label, url_name, icon=icon, permission="ledger.view", order=400 + order
            )
        )
    extensions.action(
        "account",
        gettext_lazy("Account statement"),
        lambda account: reverse("ledger:statement", args=[account.number]),
        icon="file-text",
        permission="receivables.view",
        order=40,
    )
