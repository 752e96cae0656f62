"""Roles, what each may do, and which may not meet in one person. Plain data that an auditor can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

ROLES = (
    "counter_clerk",
    "agent",
    "meter_reader",
    "field_crew",
    "billing_clerk",
    "cashier",
    "accountant",
    "inspector",
    "key_account_manager",
    "connection_engineer",
    "dispatcher",
    "tariff_clerk",
    "supervisor",
    "decision_maker",
    "system_admin",
    "security_admin",
    "audit_admin",
)
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})

_EVERYBODY = frozenset({"calendar.view", "tariffs.view"})
_RECORDS = _EVERYBODY | {"customers.view", "supply.view", "grid.view", "metering.view"}
_FIGURES = _RECORDS | {"readings.view", "billing.view"}
_MONEY = {"receivables.view", "payments.view", "collection.view", "disconnection.view", "invoicing.view"}
_BOOKS = _MONEY | {"ledger.view", "channels.view", "banking.view", "reconciliation.view", "corrections.view"}
_SERVICE = {
    "workflow.view",
    "workflow.work",
    "cases.view",
    "cases.intake",
    "connections.view",
    "changes.view",
    "appointments.view",
    "outages.view",
    "notifications.view",
    "ratings.view",
}
"""Who meets customers sees their matters and may take one in (首问负责制)."""
_OUTSIDE = {"fieldwork.view", "fieldwork.work"}

PERMISSIONS: Mapping[str, frozenset[str]] = {
    "counter_clerk": _FIGURES
    | _MONEY
    | _SERVICE
    | {
        "cases.work",
        "connections.apply",
        "changes.apply",
        "appointments.book",
        "desk.serve",
        "desk.plates",
        "invoicing.request",
        "receivables.dispute",
        "banking.mandates",
        "corrections.view",
        "customers.edit",
        "customers.reveal",
        "supply.edit",
        "imports.view",
    },
    "agent": _FIGURES
    | _MONEY
    | _SERVICE
    | {
        "customers.reveal",
        "receivables.dispute",
        "cases.work",
        "connections.apply",
        "changes.apply",
        "appointments.book",
        "fieldwork.view",
        "fieldwork.dispatch",
        "desk.serve",
    },
    "meter_reader": _RECORDS
    | _SERVICE
    | _OUTSIDE
    | {
        "desk.plates",
        "customers.reveal",
        "readings.view",
        "readings.enter",
        "readings.import",
        "imports.view",
        "collection.view",
        "collection.work",
    },
    "field_crew": _RECORDS
    | _SERVICE
    | _OUTSIDE
    | {
        "connections.survey",
        "changes.work",
        "customers.reveal",
        "metering.edit",
        "readings.view",
        "readings.enter",
        "disconnection.view",
        "disconnection.execute",
    },
    "billing_clerk": _FIGURES
    | _MONEY
    | {
        "workflow.view",
        "workflow.work",
        "connections.view",
        "connections.archive",
        "changes.view",
        "changes.work",
        "cases.view",
        "cases.investigate",
        "corrections.view",
        "corrections.draft",
        "grid.edit",
        "supply.edit",
        "metering.edit",
        "readings.import",
        "readings.resolve",
        "readings.routes",
        "billing.run",
        "billing.release",
        "billing.issue",
        "billing.reverse",
        "imports.view",
        "runs.view",
        "runs.control",
    },
    "cashier": _EVERYBODY
    | _MONEY
    | {
        "workflow.view",
        "workflow.work",
        "connections.view",
        "changes.view",
        "desk.serve",
        "customers.view",
        "customers.reveal",
        "supply.view",
        "billing.view",
        "ledger.view",
        "receivables.waive",
        "receivables.dispute",
        "receivables.instalments",
        "payments.take",
        "payments.refund",
        "payments.cash_up",
        "channels.view",
        "banking.view",
        "banking.mandates",
        "invoicing.request",
        "collection.work",
        "collection.write_off",
        "disconnection.ask",
    },
    "accountant": _EVERYBODY
    | _BOOKS
    | {
        "customers.view",
        "supply.view",
        "billing.view",
        "ledger.close",
        "payments.confirm_cash_up",
        "payments.send_refund",
        "banking.batches",
        "banking.match",
        "reconciliation.work",
        "invoicing.request",
        "invoicing.issue",
        "collection.targets",
        "imports.view",
        "runs.view",
        "parameters.view",
    },
    "inspector": _FIGURES
    | _MONEY
    | _SERVICE
    | _OUTSIDE
    | {
        "customers.reveal",
        "corrections.view",
        "inspection.view",
        "inspection.work",
        "inspection.draft",
        "corrections.draft",
        "cases.investigate",
    },
    "key_account_manager": _FIGURES
    | _MONEY
    | _SERVICE
    | {
        "customers.edit",
        "customers.reveal",
        "collection.work",
        "cases.work",
        "connections.apply",
        "changes.apply",
        "appointments.book",
    },
    "connection_engineer": _FIGURES
    | _SERVICE
    | _OUTSIDE
    | {
        "customers.reveal",
        "receivables.view",
        "payments.view",
        "supply.edit",
        "grid.edit",
        "metering.edit",
        "connections.apply",
        "connections.survey",
        "connections.plan",
        "connections.inspect",
        "changes.apply",
        "changes.work",
        "fieldwork.dispatch",
        "outages.plan",
    },
    "dispatcher": _RECORDS
    | _SERVICE
    | {
        "customers.reveal",
        "cases.work",
        "fieldwork.view",
        "fieldwork.dispatch",
        "outages.plan",
        "outages.run",
        "inspection.view",
    },
    "tariff_clerk": _EVERYBODY
    | {"supply.view", "tariffs.draft", "billing.view", "runs.view", "imports.view"},
    "supervisor": _FIGURES
    | _BOOKS
    | _SERVICE
    | {
        "workflow.assign",
        "cases.work",
        "cases.approve",
        "connections.approve",
        "changes.approve",
        "fieldwork.view",
        "fieldwork.dispatch",
        "outages.approve",
        "appointments.manage",
        "desk.manage",
        "notifications.edit",
        "inspection.view",
        "inspection.plan",
        "inspection.approve",
        "ratings.publish",
        "receivables.approve",
        "payments.approve",
        "collection.plans",
        "collection.approve",
        "disconnection.approve",
        "corrections.approve",
        "parameters.view",
        "customers.reveal",
        "readings.resolve",
        "readings.routes",
        "billing.approve",
        "imports.view",
        "runs.view",
        "runs.control",
        "audit.view",
        "staff.view",
    },
    "decision_maker": _FIGURES
    | _BOOKS
    | {
        "workflow.view",
        "workflow.work",
        "workflow.approve",
        "cases.view",
        "connections.view",
        "connections.refuse",
        "changes.view",
        "outages.view",
        "inspection.view",
        "ratings.view",
        "fieldwork.view",
        "appointments.view",
        "notifications.view",
        "tariffs.approve",
        "runs.view",
        "collection.targets",
        "disconnection.approve",
        "parameters.view",
        "parameters.edit",
    },
    "system_admin": frozenset(
        {
            "staff.view",
            "staff.edit",
            "calendar.view",
            "calendar.edit",
            "settings.view",
            "parameters.view",
            "runs.view",
            "runs.control",
            "workflow.view",
            "workflow.define",
        }
    ),
    "security_admin": frozenset(
        {"staff.view", "staff.grant", "api.clients", "settings.view", "calendar.view"}
    ),
    "audit_admin": frozenset(
        {"staff.view", "audit.view", "audit.verify", "settings.view", "calendar.view", "runs.view"}
    ),
}
"""What each role may do. A permission is ``area.act``; no role inherits from another."""

ALL_PERMISSIONS = tuple(sorted(frozenset().union(*PERMISSIONS.values())))

API_SCOPES = (
    "customers.view",
    "customers.edit",
    "supply.view",
    "grid.view",
    "metering.view",
    "tariffs.view",
    "readings.view",
    "readings.enter",
    "billing.view",
    "receivables.view",
    "payments.view",
    "payments.take",
    "cases.view",
    "cases.intake",
    "connections.view",
    "connections.apply",
    "appointments.view",
    "appointments.book",
    "outages.view",
)
"""What a machine may be given. Nothing that decides, approves or reveals."""


@dataclass(frozen=True)
class Conflict:
    """Two roles that one person may not hold together, and why (a reason code; its words are in the pages)."""

    roles: frozenset[str]
    reason: str


_MONEY_CHAIN = ("meter_reader", "billing_clerk", "cashier")

CONFLICTS = (
    *(
        Conflict(frozenset({administrator, other}), "administrators_stand_alone")
        for administrator in sorted(ADMINISTRATORS)
        for other in ROLES
        if other != administrator and not (other in ADMINISTRATORS and other < administrator)
    ),
    *(Conflict(frozenset(pair), "reading_billing_collecting") for pair in combinations(_MONEY_CHAIN, 2)),
    Conflict(frozenset({"billing_clerk", "supervisor"}), "running_and_approving"),
    Conflict(frozenset({"tariff_clerk", "decision_maker"}), "drafting_and_approving"),
    Conflict(frozenset({"inspector", "meter_reader"}), "reading_and_inspecting"),
    Conflict(frozenset({"inspector", "cashier"}), "inspecting_and_collecting"),
    Conflict(frozenset({"accountant", "cashier"}), "taking_and_reconciling"),
    Conflict(frozenset({"accountant", "billing_clerk"}), "billing_and_reconciling"),
    Conflict(frozenset({"accountant", "supervisor"}), "asking_and_deciding"),
    Conflict(frozenset({"cashier", "supervisor"}), "asking_and_deciding"),
    Conflict(frozenset({"cashier", "decision_maker"}), "asking_and_deciding"),
    *(
        Conflict(frozenset({asking, "supervisor"}), "asking_and_deciding")
        for asking in ("inspector", "connection_engineer", "dispatcher", "field_crew")
    ),
    Conflict(frozenset({"connection_engineer", "decision_maker"}), "asking_and_deciding"),
)
"""Separation of duties: the three administrators (三员分立), and no one reads, bills and collects (职权分离)."""

TWO_PERSON_ACTS: Mapping[str, tuple[str, str]] = {
    "price_book": ("tariffs.draft", "tariffs.approve"),
    "billing_run": ("billing.run", "billing.approve"),
    "bill_reversal": ("billing.reverse", "billing.approve"),
    "account": ("staff.edit", "staff.grant"),
    "late_fee_waiver": ("receivables.waive", "receivables.approve"),
    "instalment_plan": ("receivables.instalments", "receivables.approve"),
    "refund": ("payments.refund", "payments.approve"),
    "cash_up": ("payments.cash_up", "payments.confirm_cash_up"),
    "write_off": ("collection.write_off", "collection.approve"),
    "disconnection": ("disconnection.ask", "disconnection.approve"),
    "correction": ("corrections.draft", "corrections.approve"),
    "process_definition": ("workflow.define", "workflow.approve"),
    "refused_application": ("connections.plan", "connections.refuse"),
    "change_of_service": ("changes.work", "changes.approve"),
    "planned_outage": ("outages.plan", "outages.approve"),
    "breach_case": ("inspection.draft", "inspection.approve"),
    "complaint_remedy": ("cases.investigate", "cases.approve"),
}
"""Acts that take two persons: the first permission prepares, the second decides. No role carries both."""


def grants(roles: Iterable[str], permission: str) -> bool:
    """Whether any of ``roles`` carries ``permission``."""
    return any(permission in PERMISSIONS.get(role, frozenset()) for role in roles)


def conflicts(held: Iterable[str], wanted: str) -> tuple[Conflict, ...]:
    """The separations that giving ``wanted`` to someone who holds ``held`` would break."""
    return tuple(
        conflict
        for conflict in CONFLICTS
        if wanted in conflict.roles and (conflict.roles - {wanted}) & frozenset(held)
    )


def holders(permission: str) -> tuple[str, ...]:
    """The roles that carry ``permission``, in the order of ``ROLES``."""
    return tuple(role for role in ROLES if permission in PERMISSIONS[role])


USER_FREE_FAILURES = 5
ADDRESS_FREE_FAILURES = 60
LONGEST_PAUSE_SECONDS = 900
FAILURE_MEMORY_SECONDS = 3600


def pause_seconds(user_failures: int, address_failures: int) -> int:
    """How long to wait after the last failure before another try is looked at.

    A name is slowed after 5 failures in an hour (30 s, then doubling, at most 15 minutes); an address only after
    60, because a whole business hall sits behind one address and must not be locked out by one mistaken colleague.
    """
    return max(
        _doubling(user_failures - USER_FREE_FAILURES, 30),
        _doubling((address_failures - ADDRESS_FREE_FAILURES) // 10, 5)
        if address_failures >= ADDRESS_FREE_FAILURES
        else 0,
    )


def _doubling(step: int, first_seconds: int) -> int:
    return 0 if step < 0 else min(LONGEST_PAUSE_SECONDS, first_seconds * 2 ** min(step, 12))
