"""What this room shows on the pages of lower rooms, in the menu; its words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.care.notifications import queries, rules
from denghuo.care.notifications.rules import parameters, wording  # noqa: F401 - declares the templates
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameter_rules
from denghuo.foundation.ui import extensions, navigation

ACTIONS = {
    "notifications.text.set": gettext_lazy("Text of a message changed"),
    "notifications.message.again": gettext_lazy("Message sent again"),
}
OCLOCK = pgettext_lazy("notifications", "o'clock")
NAMES = {
    parameters.QUIET_FROM_HOUR.code: (gettext_lazy("Quiet hours: no messages from"), OCLOCK),
    parameters.QUIET_UNTIL_HOUR.code: (gettext_lazy("Quiet hours: no messages until"), OCLOCK),
    parameters.TEST_PROVIDER.code: (
        gettext_lazy("Channels that the test provider stands in for (demonstrations)"),
        "",
    ),
}
TEMPLATES = {
    "outages.planned": gettext_lazy("Planned outage announced"),
    "outages.delayed": gettext_lazy("Outage takes longer"),
    "outages.cancelled": gettext_lazy("Planned outage cancelled"),
    "outages.fault": gettext_lazy("Fault outage"),
    "outages.restored": pgettext_lazy("message", "Supply restored after an outage"),
    "connections.accepted": gettext_lazy("Application accepted"),
    "connections.plan_answered": gettext_lazy("Supply plan answered"),
    "connections.fees_charged": gettext_lazy("Fees of an application"),
    "connections.defects": gettext_lazy("Defects found in an inspection"),
    "connections.refused": gettext_lazy("Application refused"),
    "connections.energised": gettext_lazy("Supply energised"),
    "collection.demand": gettext_lazy("Demand for payment"),
    "disconnection.stopped": gettext_lazy("Supply stopped for arrears"),
    "disconnection.restored": gettext_lazy("Supply restored after settlement"),
    "notifications.advice": gettext_lazy("Offer or advice"),
}


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    audit.name_fields(
        {
            "notifications.messagetemplate.text": (gettext_lazy("Text"), {}),
            "notifications.messagetemplate.valid_from": (gettext_lazy("Valid from"), {}),
        }
    )
    parameter_rules.name(NAMES)
    rules.name_templates(TEMPLATES)
    navigation.register(
        navigation.NavItem(
            "care",
            gettext_lazy("Messages to customers"),
            "notifications:messages",
            icon="message",
            permission="notifications.view",
            order=40,
        )
    )
    extensions.panel(
        "account",
        "messages",
        gettext_lazy("Messages"),
        "notifications/parts/panel.html",
        _account_panel,
        permission="notifications.view",
        order=70,
    )


def _account_panel(request: StaffRequest, account: Any) -> dict[str, Any] | None:
    found = queries.of_account(account.pk)
    return {"rows": found, "account": account} if found else None
