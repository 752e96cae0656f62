"""What is known about stopped supply, and what the rules judge by."""

from denghuo.commerce.disconnection.queries.facts import (
    calendar,
    calendars_of,
    facts_of,
    facts_of_accounts,
    facts_of_orders,
    limits,
)
from denghuo.commerce.disconnection.queries.orders import (
    Candidate,
    Off,
    Outlook,
    candidates,
    disconnected,
    inconsistencies,
    late_restorations,
    live_order,
    open_work,
    outlooks,
    switches,
    visible_orders,
)

__all__ = [
    "Candidate",
    "Off",
    "Outlook",
    "calendar",
    "calendars_of",
    "candidates",
    "disconnected",
    "facts_of",
    "facts_of_accounts",
    "facts_of_orders",
    "inconsistencies",
    "late_restorations",
    "limits",
    "live_order",
    "open_work",
    "outlooks",
    "switches",
    "visible_orders",
]
