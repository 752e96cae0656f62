"""Who works here, what they may do and what they may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Count, Exists, Max, Model, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.identity import rules
from denghuo.foundation.identity.models import (
    ApiClient,
    OrganisationUnit,
    Role,
    RoleAssignment,
    SignInAttempt,
    Staff,
)

M = TypeVar("M", bound=Model)

AREA_LABELS: dict[str, str | Promise] = {
    "customers": _("Customers"),
    "supply": _("Supply points"),
    "grid": _("Grid"),
    "metering": _("Metering"),
    "tariffs": _("Tariffs"),
    "readings": _("Readings"),
    "billing": _("Billing"),
    "ledger": _("Ledger"),
    "receivables": _("Receivables"),
    "payments": _("Payments"),
    "channels": _("Payment channels"),
    "banking": _("Banking"),
    "reconciliation": _("Reconciliation"),
    "invoicing": _("E-invoices"),
    "collection": _("Collection"),
    "disconnection": _("Disconnection"),
    "corrections": _("Corrections"),
    "connections": _("Connections"),
    "changes": _("Changes of service"),
    "fieldwork": _("Field work"),
    "outages": _("Outages"),
    "inspection": _("Inspection"),
    "cases": _("Cases"),
    "desk": _("Service desk"),
    "appointments": _("Appointments"),
    "notifications": _("Notifications"),
    "ratings": _("Ratings"),
    "workflow": _("Processes"),
    "parameters": _("Parameters"),
    "imports": _("Imports"),
    "runs": _("Long runs"),
    "calendar": _("Working calendar"),
    "staff": _("Staff"),
    "settings": _("Settings"),
    "audit": _("Audit"),
    "api": _("API"),
}

PERMISSION_LABELS: dict[str, str | Promise] = {
    "api.clients": _("Register and revoke API clients"),
    "appointments.book": _("Book, move and cancel appointments"),
    "appointments.manage": _("Set places, services and capacity of appointments"),
    "appointments.view": _("Look at appointments"),
    "audit.verify": _("Check the audit chain, read entries of every unit"),
    "audit.view": _("Read the audit trail"),
    "banking.batches": _("Make debit batches, take the bank's answers"),
    "banking.mandates": _("Sign, suspend and end debit mandates"),
    "banking.match": _("Match receipts that nobody knows"),
    "banking.view": _("Look at mandates, batches and receipts"),
    "billing.approve": _("Approve bills and reversals"),
    "billing.issue": _("Issue approved bills"),
    "billing.release": _("Release bills from the exception list"),
    "billing.reverse": _("Ask for a bill to be reversed"),
    "billing.run": _("Start billing runs"),
    "billing.view": _("Look at bills"),
    "calendar.edit": _("Change working days"),
    "calendar.view": _("Look at the calendar"),
    "cases.approve": _("Approve answers to complaints, gifts and refunds"),
    "cases.intake": _("Take in a customer's matter"),
    "cases.investigate": _("Investigate complaints and propose the answer"),
    "cases.view": _("Look at cases"),
    "cases.work": _("Work on cases: answer, dispatch, follow up"),
    "changes.apply": _("Take in changes of service"),
    "changes.approve": _("Approve changes of service"),
    "changes.view": _("Look at changes of service"),
    "changes.work": _("Carry out changes of service"),
    "channels.view": _("Look at orders of WeChat Pay and Alipay"),
    "collection.approve": _("Decide write-offs and public notices"),
    "collection.plans": _("Change dunning plans"),
    "collection.targets": _("Set and assess recovery targets"),
    "collection.view": _("Look at collection"),
    "collection.work": _("Call, visit and write to debtors"),
    "collection.write_off": _("Ask for bad debts to be written off"),
    "connections.apply": _("Take in applications for connection"),
    "connections.approve": _("Approve supply plans"),
    "connections.archive": _("Archive connections: records, tariff, reading route"),
    "connections.inspect": _("Review designs, inspect works"),
    "connections.plan": _("Draw up supply plans"),
    "connections.refuse": _("Refuse an application"),
    "connections.survey": _("Survey sites"),
    "connections.view": _("Look at applications for connection"),
    "corrections.approve": _("Decide corrections"),
    "corrections.draft": _("Draft corrections"),
    "corrections.view": _("Look at corrections"),
    "customers.edit": _("Change customer records"),
    "customers.reveal": _("Unmask personal data, with a reason"),
    "customers.view": _("Look at customers, masked"),
    "desk.manage": _("Open counters, see the day's figures"),
    "desk.plates": _("Print customer plates"),
    "desk.serve": _("Call and serve customers at the counter"),
    "disconnection.approve": _("Decide disconnections"),
    "disconnection.ask": _("Propose disconnections, deliver notices"),
    "disconnection.execute": _("Disconnect and restore on site"),
    "disconnection.view": _("Look at disconnections"),
    "fieldwork.dispatch": _("Give field tasks to crews"),
    "fieldwork.view": _("Look at field tasks"),
    "fieldwork.work": _("Carry out field tasks on the phone"),
    "grid.edit": _("Change grid records"),
    "grid.view": _("Look at the grid"),
    "imports.view": _("Use the import wizard"),
    "inspection.approve": _("Approve findings of breach of use and theft"),
    "inspection.draft": _("Draw up breach-of-use and theft cases"),
    "inspection.plan": _("Plan inspections"),
    "inspection.view": _("Look at inspections"),
    "inspection.work": _("Inspect, record findings, re-check"),
    "invoicing.issue": _("Send invoices to the tax platform, take its answers"),
    "invoicing.request": _("Ask for invoices, keep buyers' titles"),
    "invoicing.view": _("Look at invoices"),
    "ledger.close": _("Close months"),
    "ledger.view": _("Look at the ledger"),
    "metering.edit": _("Hang, exchange and change meters"),
    "metering.view": _("Look at meters"),
    "notifications.edit": _("Edit message templates"),
    "notifications.view": _("Look at messages to customers"),
    "outages.approve": _("Approve planned outages"),
    "outages.plan": _("Ask for planned outages"),
    "outages.run": _("Start, report and end outages"),
    "outages.view": _("Look at outages"),
    "parameters.edit": _("Set regulated figures"),
    "parameters.view": _("Look at parameters"),
    "payments.approve": _("Decide refunds, transfers and reversals"),
    "payments.cash_up": _("Open a till and cash up"),
    "payments.confirm_cash_up": _("Confirm the cash-up of others"),
    "payments.refund": _("Ask for refunds and transfers"),
    "payments.send_refund": _("Pay refunds out"),
    "payments.take": _("Take payments"),
    "payments.view": _("Look at payments"),
    "ratings.publish": _("Publish grades of customers by hand"),
    "ratings.view": _("Look at grades of customers"),
    "readings.enter": _("Enter readings"),
    "readings.import": _("Import readings"),
    "readings.resolve": _("Resolve reading exceptions"),
    "readings.routes": _("Plan routes and rotate readers"),
    "readings.view": _("Look at readings"),
    "receivables.approve": _("Decide waivers and instalment plans"),
    "receivables.dispute": _("Open and close disputes"),
    "receivables.instalments": _("Ask for instalment plans"),
    "receivables.view": _("Look at what is owed"),
    "receivables.waive": _("Ask for late fees to be waived"),
    "reconciliation.view": _("Look at the reconciliation"),
    "reconciliation.work": _("Explain differences and close days"),
    "runs.control": _("Pause, resume and cancel long runs"),
    "runs.view": _("Look at long runs"),
    "settings.view": _("Look at settings"),
    "staff.edit": _("Open, change and close accounts"),
    "staff.grant": _("Give and take roles"),
    "staff.view": _("Look at staff"),
    "supply.edit": _("Change supply points"),
    "supply.view": _("Look at supply points"),
    "tariffs.approve": _("Approve price books"),
    "tariffs.draft": _("Draft price books"),
    "tariffs.view": _("Look at price books"),
    "workflow.approve": _("Put process definitions into force"),
    "workflow.assign": _("Assign and transfer tasks of others"),
    "workflow.define": _("Upload process definitions and set time limits"),
    "workflow.view": _("Look at processes and tasks"),
    "workflow.work": _("Claim and complete tasks of one's roles"),
}

CONFLICT_LABELS: dict[str, str | Promise] = {
    "administrators_stand_alone": _(
        "An administrator holds no other role: the three administrators stand alone."
    ),
    "reading_billing_collecting": _("Nobody reads, bills and collects from the same customer."),
    "running_and_approving": _("Who runs billing does not approve it."),
    "taking_and_reconciling": _("Who takes money does not reconcile it."),
    "billing_and_reconciling": _("Who makes bills does not keep the books."),
    "asking_and_deciding": _("Who asks for a waiver, a refund or a write-off does not decide it."),
    "drafting_and_approving": _("Who drafts prices does not approve them."),
    "reading_and_inspecting": _("Who reads meters does not inspect them."),
    "inspecting_and_collecting": _("Who inspects does not collect money."),
    "oneself": _("Nobody changes their own roles."),
    "disabled": _("The account is closed."),
    "held": _("The person holds this role already."),
    "unknown": _("There is no such role."),
}


@dataclass(frozen=True)
class Area:
    """Permissions of one room, ready to show: ``[(code, label, held)]``."""

    label: str | Promise
    permissions: list[tuple[str, str | Promise, Any]]


def in_scope(queryset: QuerySet[M], staff: Any, field: str = "unit_id") -> QuerySet[M]:
    """The rows whose unit lies in the person's part of the organisation tree.

    ``field`` is the path to a unit code (``"unit_id"``, ``"account__unit_id"``). ``staff`` is anything with a
    ``scope``: a person or an API client. Use ``get_object_or_404`` on the result: what lies outside does not exist.
    """
    return queryset.filter(**{f"{_code_path(queryset.model, field)}__startswith": staff.scope})


def _code_path(model: type[Model], field: str) -> str:
    """``field`` as a path to text: what ends at a foreign key to a unit goes on to its code."""
    options: Any = model._meta
    found: Any = None
    for part in field.split("__"):
        found = (
            options.pk
            if part == "pk"
            else options.get_field(part.removesuffix("_id") if _is_key(options, part) else part)
        )
        if found.is_relation:
            options = found.related_model._meta
    return f"{field.removesuffix('_id')}__code" if found is not None and found.is_relation else field


def _is_key(options: Any, name: str) -> bool:
    return any(f.attname == name and f.is_relation for f in options.concrete_fields)


def units(staff: Any) -> QuerySet[OrganisationUnit]:
    """The units in a person's scope, parents before children."""
    return OrganisationUnit.objects.filter(code__startswith=staff.scope)


def units_with_head_counts(staff: Any) -> QuerySet[OrganisationUnit]:
    """The units in scope with ``active_staff``, the number of open accounts that belong to the unit itself."""
    return (
        units(staff)
        .annotate(active_staff=Count("staff", filter=Q(staff__is_active=True)))
        .select_related("parent")
    )


def colleagues(staff: Any) -> QuerySet[Staff]:
    """The people in a person's scope."""
    return in_scope(Staff.objects.select_related("unit"), staff)


def live_roles(staff: Staff) -> QuerySet[RoleAssignment]:
    return (
        staff.role_assignments.filter(revoked_at__isnull=True)
        .select_related("granted_by")
        .order_by("granted_at")
    )


def without_roles(staff: Any) -> QuerySet[Staff]:
    """Open accounts in scope that may do nothing yet."""
    held = RoleAssignment.objects.filter(staff=OuterRef("pk"), revoked_at__isnull=True)
    return colleagues(staff).filter(~Exists(held), is_active=True).order_by("-created_at")


def slowed_down(at: datetime) -> list[tuple[str, int, datetime]]:
    """User names that must wait after refused sign-ins: (name, refusals of the last hour, the last one)."""
    since = at - timedelta(seconds=rules.FAILURE_MEMORY_SECONDS)
    rows = (
        SignInAttempt.objects.filter(at__gt=since, at__lte=at)
        .values("username")
        .annotate(
            refused=Count("id", filter=Q(succeeded=False)),
            last_refused=Max("at", filter=Q(succeeded=False)),
            last_good=Max("at", filter=Q(succeeded=True)),
        )
        .filter(refused__gte=rules.USER_FREE_FAILURES)
        .order_by("-refused")
    )
    return [
        (row["username"], row["refused"], row["last_refused"])
        for row in rows
        if row["last_good"] is None or row["last_good"] < row["last_refused"]
    ]


def past_roles(staff: Staff) -> QuerySet[RoleAssignment]:
    return (
        staff.role_assignments.filter(revoked_at__isnull=False)
        .select_related("granted_by", "revoked_by")
        .order_by("-revoked_at")
    )


def sign_ins(username: str) -> QuerySet[SignInAttempt]:
    """Tries to sign in with this user name, newest first."""
    return SignInAttempt.objects.filter(username=username).order_by("-at")


def api_clients(staff: Any) -> QuerySet[ApiClient]:
    return in_scope(ApiClient.objects.select_related("unit"), staff).order_by("name")


def role_labels() -> dict[str, str | Promise]:
    return {role.value: role.label for role in Role}


def permissions_by_area(roles: Iterable[str]) -> list[Area]:
    """What ``roles`` together allow, area by area; areas without any are left out."""
    roles = tuple(roles)
    return [
        Area(label, held)
        for area, label in AREA_LABELS.items()
        if (
            held := [
                (code, PERMISSION_LABELS[code], True)
                for code in rules.ALL_PERMISSIONS
                if code.startswith(f"{area}.") and rules.grants(roles, code)
            ]
        )
    ]


def permission_matrix() -> list[Area]:
    """Every permission with, for each role in the order of ``rules.ROLES``, whether the role carries it."""
    return [
        Area(
            label,
            [
                (code, PERMISSION_LABELS[code], [code in rules.PERMISSIONS[role] for role in rules.ROLES])
                for code in rules.ALL_PERMISSIONS
                if code.startswith(f"{area}.")
            ],
        )
        for area, label in AREA_LABELS.items()
    ]


def grantable_roles(staff: Staff) -> list[tuple[Role, str | Promise | None]]:
    """Roles the person does not hold, each with the reason why it is refused, or None where it may be given."""
    held = staff.roles
    offered: list[tuple[Role, str | Promise | None]] = []
    for role in Role:
        if role.value in held:
            continue
        broken = rules.conflicts(held, role.value)
        offered.append((role, CONFLICT_LABELS[broken[0].reason] if broken else None))
    return offered
