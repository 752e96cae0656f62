"""Lists: cases, letters, messages, plans, protections, duties."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.collection import queries
from denghuo.commerce.collection.models import (
    ActionState,
    CaseReason,
    CaseState,
    CollectionDuty,
    ContactChannel,
    DunningAction,
    DunningCase,
    DunningMessage,
    DunningPlan,
    DutyKind,
    MessageState,
    ProtectedCustomer,
    ProtectionState,
)
from denghuo.commerce.collection.web.common import today
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    BulkAction,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    NumberRangeFilter,
    TextFilter,
    UnitFilter,
)
from denghuo.kernel.money import fen
from denghuo.records.customers.models import Customer

COLLECTION = _("Collection")
CASE_TONES = {"running": "accent", "paused": "info", "stopped": "warning", "closed": "neutral"}


def account_url(account: Any) -> str:
    return reverse("customers:account", args=[account.pk])


def _owners(request: StaffRequest) -> list[tuple[str, str]]:
    people = Staff.objects.filter(is_active=True, unit__code__startswith=request.user.scope)
    return [
        ("none", str(_("Nobody"))),
        *((str(person.pk), person.name) for person in people.order_by("username")),
    ]


def _of_owner(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(owner__isnull=True) if value == "none" else rows.filter(owner_id=value)


def _of_state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "resting":
        return rows.filter(state__in=[CaseState.PAUSED, CaseState.STOPPED]).exclude(reason=CaseReason.PROMISE)
    if value == "open":
        return rows.exclude(state=CaseState.CLOSED)
    return rows.filter(state=value)


@require("collection.view")
class CaseList(ListPage):
    title = _("Dunning cases")
    pretitle = COLLECTION
    keyset = ("-overdue_fen", "id")
    scope_field = "unit__code"
    export_name = "dunning-cases"
    empty_title = _("No case here")
    empty_text = _("The daily run opens a case for every account that is overdue.")
    columns = [
        Column("account", _("Account"), value="account__number", url=lambda case: case.get_absolute_url()),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("overdue", _("Overdue (yuan)"), kind="money", value="overdue_fen", sort=True),
        Column("due_date", _("Overdue since"), kind="date", sort=True),
        Column("plan", _("Plan"), value=lambda case: str(case.plan or "")),
        Column("taken", _("Last step"), kind="number", value="taken_number"),
        Column("next_date", _("Next step on"), kind="date", sort=True),
        Column("state", _("State"), kind="badge", tones=CASE_TONES),
        Column("reason", _("Reason"), value=lambda case: case.get_reason_display() if case.reason else None),
        Column("owner", _("Responsible"), value="owner__name"),
        Column("unit", _("Unit"), value="unit__name", hidden=True),
        Column("opened_date", _("Opened"), kind="date", hidden=True),
    ]
    filters = [
        TextFilter(
            "q",
            _("Account or customer"),
            lookups=("account__number__startswith", "account__customer__name__startswith"),
        ),
        ChoiceFilter(
            "state",
            _("State"),
            choices=[("open", _("All open")), ("resting", _("Resting")), *CaseState.choices],
            apply=_of_state,
        ),
        ChoiceFilter("owner", _("Responsible"), choices=_owners, apply=_of_owner),
        NumberRangeFilter("amount", _("Overdue"), field="overdue_fen", unit=_("yuan"), convert=fen),
        ChoiceFilter(
            "taken",
            _("Last step"),
            choices=[(str(n), str(n)) for n in range(4)] + [("4", _("4 and after"))],
            apply=lambda rows, value: (
                rows.filter(taken_number__gte=4) if value == "4" else rows.filter(taken_number=value)
            ),
        ),
        ChoiceFilter("reason", _("Reason"), choices=CaseReason.choices),
        DateRangeFilter("since", _("Overdue since"), field="due_date"),
        UnitFilter(),
    ]
    bulk_actions = [
        BulkAction(
            _("To who answers for the account"),
            reverse_lazy("collection:assign"),
            icon="user-check",
            permission="collection.work",
            confirm=_("Give the selected cases to the persons who answer for the accounts?"),
        ),
    ]
    template_name = "collection/cases.html"

    def queryset(self, request: StaffRequest) -> QuerySet[DunningCase]:
        return DunningCase.objects.select_related("account__customer", "plan", "owner", "unit")


@require("collection.view")
class LetterList(ListPage):
    title = _("Dunning letters")
    pretitle = COLLECTION
    keyset = ("-due_date", "id")
    scope_field = "case__unit__code"
    export_name = "dunning-letters"
    empty_title = _("No letter here")
    empty_text = _("The daily run puts a letter here when a plan says so.")
    columns = [
        Column(
            "account",
            _("Account"),
            value="case__account__number",
            url=lambda row: row.case.get_absolute_url(),
        ),
        Column("name", _("Customer"), value="case__account__customer__masked_name"),
        Column("number", _("Step"), kind="number"),
        Column("due_date", _("To be done on"), kind="date"),
        Column("owed", _("Demanded (yuan)"), kind="money", value="owed_fen"),
        Column("state", _("State"), kind="badge", tones={"waiting": "warning", "dropped": "neutral"}),
        Column("outcome", _("Outcome"), value=lambda row: row.get_outcome_display() if row.outcome else None),
        Column("done_at", _("Printed"), kind="moment"),
        Column(
            "pdf",
            _("Letter"),
            value=lambda row: "PDF",
            url=lambda row: reverse("collection:letter", args=[row.pk]),
        ),
    ]
    filters = [
        ChoiceFilter("state", _("State"), choices=ActionState.choices),
        TextFilter("q", _("Account number"), lookups=("case__account__number__startswith",)),
        DateRangeFilter("day", _("To be done on"), field="due_date"),
        UnitFilter(field="case__unit"),
    ]
    bulk_actions = [
        BulkAction(
            _("Print and mark as sent"),
            reverse_lazy("collection:print-letters"),
            icon="printer",
            permission="collection.work",
        ),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[DunningAction]:
        return DunningAction.objects.filter(channel=ContactChannel.LETTER).select_related(
            "case__account__customer"
        )


@require("collection.view")
class MessageList(ListPage):
    title = _("Dunning messages")
    pretitle = COLLECTION
    keyset = ("-id",)
    scope_field = "action__case__unit__code"
    export_name = "dunning-messages"
    empty_title = _("No message yet")
    empty_text = _("Messages are written by the daily run and leave in the hours of contact.")
    template_name = "collection/messages.html"
    columns = [
        Column(
            "account",
            _("Account"),
            value="action__case__account__number",
            url=lambda row: row.action.case.get_absolute_url(),
        ),
        Column("channel", _("Channel")),
        Column("to", _("To"), value="masked_to"),
        Column("text", _("Text")),
        Column(
            "state",
            _("State"),
            kind="badge",
            tones={"sent": "success", "sending": "warning", "waiting": "info", "dropped": "neutral"},
        ),
        Column("handed_at", _("Sent"), kind="moment"),
        Column("error", _("Error"), hidden=True),
    ]
    filters = [
        ChoiceFilter("state", _("State"), choices=MessageState.choices),
        TextFilter("q", _("Account number"), lookups=("action__case__account__number__startswith",)),
        DateRangeFilter("sent", _("Sent"), field="handed_at", instant=True),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[DunningMessage]:
        return DunningMessage.objects.select_related("action__case__account")


@require("collection.view")
class PlanList(ListPage):
    title = _("Dunning plans")
    pretitle = COLLECTION
    keyset = ("-priority", "code", "-version")
    export_name = "dunning-plans"
    create_url = reverse_lazy("collection:new-plan")
    create_label = _("New plan")
    create_permission = "collection.plans"
    empty_title = _("No plan yet")
    empty_text = _("Without a plan nobody is asked to pay. The shipped plans are a good beginning.")
    template_name = "collection/plans.html"
    columns = [
        Column("name", _("Name"), url=lambda plan: reverse("collection:plan", args=[plan.pk])),
        Column("code", _("Code")),
        Column("version", _("Version"), kind="number"),
        Column("payer_class", _("Payer"), value=lambda plan: plan.get_payer_class_display() or None),
        Column("for_protected", _("For protected customers"), kind="flag"),
        Column("from_fen", _("From (yuan)"), kind="money"),
        Column("priority", _("Priority"), kind="number"),
        Column("valid_from", _("Valid from"), kind="date"),
        Column("valid_to", _("Valid until"), kind="date"),
    ]
    filters = [
        ChoiceFilter(
            "in_force",
            _("State"),
            choices=[("yes", _("In force")), ("no", _("Replaced"))],
            apply=lambda rows, value: rows.filter(valid_to__isnull=value == "yes"),
        ),
        TextFilter("q", _("Name or code"), lookups=("name__startswith", "code__startswith")),
    ]
    model = DunningPlan


@require("collection.view")
class ProtectionList(ListPage):
    title = _("Protected customers")
    pretitle = COLLECTION
    keyset = ("-id",)
    scope_field = "account__unit__code"
    export_name = "protected-customers"
    create_url = reverse_lazy("collection:new-protection")
    create_label = _("Protect a customer")
    create_permission = "collection.work"
    empty_title = _("Nobody is protected by decision")
    empty_text = _("Customers whose record says that they need special care are protected by themselves.")
    template_name = "collection/protections.html"
    columns = [
        Column(
            "account",
            _("Account"),
            value="account__number",
            url=lambda row: reverse("collection:protection", args=[row.pk]),
        ),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("reason", _("Reason")),
        Column("valid_from", _("Valid from"), kind="date"),
        Column("valid_to", _("Valid until"), kind="date"),
        Column("state", _("State"), kind="badge", tones={"requested": "warning"}),
        Column("requested_by", _("Asked by"), value="requested_by__name"),
        Column("decided_by", _("Decided by"), value="decided_by__name"),
    ]
    filters = [
        ChoiceFilter("state", _("State"), choices=ProtectionState.choices),
        TextFilter("q", _("Account number"), lookups=("account__number__startswith",)),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[ProtectedCustomer]:
        return ProtectedCustomer.objects.select_related("account__customer", "requested_by", "decided_by")

    def extra_context(self, request: Any) -> dict[str, Any]:
        care = Customer.objects.filter(
            unit__code__startswith=request.user.scope, special_care__in=queries.protecting_care(today())
        )
        return {"by_record": care.count()}


@require("collection.view")
class DutyList(ListPage):
    title = _("Duties")
    pretitle = COLLECTION
    keyset = ("kind", "id")
    scope_field = "staff__unit__code"
    export_name = "collection-duties"
    create_url = reverse_lazy("collection:new-duty")
    create_label = _("Give a duty")
    create_permission = "collection.targets"
    empty_title = _("Nobody answers for anything yet")
    empty_text = _("A duty says who answers for a unit, a route or an account; the most specific holds.")
    columns = [
        Column("subject", pgettext_lazy("duty", "Answers for"), value=lambda duty: duty.subject),
        Column("kind", _("Kind")),
        Column("staff", pgettext_lazy("duty", "Person"), value="staff__name"),
        Column("valid_from", _("Valid from"), kind="date"),
        Column("valid_to", _("Valid until"), kind="date"),
    ]
    filters = [
        ChoiceFilter("kind", _("Kind"), choices=DutyKind.choices),
        ChoiceFilter(
            "running",
            _("State"),
            choices=[("yes", _("Running")), ("no", _("Ended"))],
            apply=lambda rows, value: rows.filter(valid_to__isnull=value == "yes"),
        ),
        TextFilter(
            "q",
            _("Person or number"),
            lookups=("staff__name__startswith", "account__number__startswith", "route__code__startswith"),
        ),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[CollectionDuty]:
        return CollectionDuty.objects.select_related("staff", "unit", "route", "account")
