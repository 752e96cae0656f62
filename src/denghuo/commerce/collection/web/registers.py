"""Lists: write-offs, candidates for one, old debts on file, public notices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F, Min, Q, QuerySet, Sum
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.collection import queries
from denghuo.commerce.collection.models import (
    LegalReview,
    PenaltyKind,
    PenaltyNotice,
    WriteOffRequest,
    WriteOffState,
    WrittenOffDebt,
)
from denghuo.commerce.collection.rules import parameters
from denghuo.commerce.collection.web.common import today
from denghuo.commerce.collection.web.lists import COLLECTION
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    ChoiceFilter,
    Column,
    ListPage,
    TextFilter,
    UnitFilter,
)
from denghuo.records.customers.models import Account


@require("collection.view")
class WriteOffList(ListPage):
    title = _("Write-offs")
    pretitle = COLLECTION
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "write-offs"
    create_url = reverse_lazy("collection:candidates")
    create_label = _("Candidates")
    create_permission = "collection.write_off"
    empty_title = _("Nothing has been asked to be written off")
    empty_text = _(
        "A debt that cannot be collected is written off by two persons. It can still be paid later."
    )
    template_name = "collection/write_offs.html"
    columns = [
        Column(
            "account",
            _("Account"),
            value="account__number",
            url=lambda row: reverse("collection:write-off", args=[row.pk]),
        ),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("total", _("Amount (yuan)"), kind="money", value="total_fen", sort=True),
        Column("reason", _("Reason")),
        Column("state", _("State"), kind="badge", tones={"requested": "warning"}),
        Column("requested_by", _("Asked by"), value="requested_by__name"),
        Column("requested_at", _("Asked for"), kind="moment"),
        Column("decided_by", _("Decided by"), value="decided_by__name"),
        Column("decided_at", _("Decided"), kind="moment"),
    ]
    filters = [
        ChoiceFilter("state", _("State"), choices=WriteOffState.choices),
        TextFilter("q", _("Account number"), lookups=("account__number__startswith",)),
        UnitFilter(),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[WriteOffRequest]:
        return WriteOffRequest.objects.select_related("account__customer", "requested_by", "decided_by")


@require("collection.view")
class CandidateList(ListPage):
    title = _("Candidates for a write-off")
    pretitle = COLLECTION
    keyset = ("oldest", "pk")
    scope_field = "unit__code"
    export_name = "write-off-candidates"
    empty_title = _("No candidate")
    empty_text = _(
        "Accounts that are closed, or overdue for longer than the parameter says, are listed here."
    )
    columns = [
        Column(
            "number", _("Account"), url=lambda row: reverse("collection:ask-write-off", args=[row.number])
        ),
        Column("name", _("Customer"), value="customer__masked_name"),
        Column("overdue", _("Overdue (yuan)"), kind="money", value="overdue_fen"),
        Column("oldest", _("Overdue since"), kind="date"),
        Column("days", _("Days"), kind="number", value=lambda row: (today() - row.oldest).days),
        Column("closed_date", _("Account closed"), kind="date"),
    ]
    filters = [
        TextFilter("q", _("Account number"), lookups=("number__startswith",)),
        ChoiceFilter(
            "why",
            _("Why"),
            choices=[("closed", _("Account closed")), ("aged", _("Overdue for long"))],
            apply=lambda rows, value: rows.filter(closed_date__isnull=value != "closed"),
        ),
        UnitFilter(),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Account]:
        on = today()
        days = int(parameter_queries.value(parameters.WRITE_OFF_AGE_DAYS, on=on))
        late = Q(receivables__open_fen__gt=0, receivables__due_date__lt=on, receivables__disputed=False)
        return (
            Account.objects.filter(balance__open_fen__gt=0)
            .annotate(
                oldest=Min("receivables__due_date", filter=late),
                overdue_fen=Sum("receivables__open_fen", filter=late),
            )
            .filter(
                Q(oldest__lt=on - timedelta(days=days)) | Q(closed_date__isnull=False, oldest__isnull=False)
            )
            .select_related("customer")
        )


@require("collection.view")
class OldDebtList(ListPage):
    title = _("Old debts on file")
    pretitle = COLLECTION
    keyset = ("-id",)
    scope_field = "request__unit__code"
    export_name = "old-debts"
    empty_title = _("Nothing has been written off")
    empty_text = _("Written-off debts stay on file here and can be paid at any time.")
    template_name = "collection/old_debts.html"
    columns = [
        Column(
            "account",
            _("Account"),
            value="request__account__number",
            url=lambda row: reverse("collection:write-off", args=[row.request_id]),
        ),
        Column("name", _("Customer"), value="request__account__customer__masked_name"),
        Column("document", _("Document"), value="receivable__document_number"),
        Column("due", _("Due"), kind="date", value="receivable__due_date"),
        Column("amount", _("Written off (yuan)"), kind="money", value="amount_fen"),
        Column("recovered", _("Recovered (yuan)"), kind="money", value="recovered_fen"),
        Column("remaining", _("Left (yuan)"), kind="money", value=lambda row: row.remaining_fen),
        Column("decided", _("Written off on"), kind="moment", value="request__decided_at"),
    ]
    filters = [
        TextFilter("q", _("Account number"), lookups=("request__account__number__startswith",)),
        ChoiceFilter(
            "left",
            _("State"),
            choices=[("open", _("Still lost")), ("part", _("Recovered in part")), ("paid", _("Recovered"))],
            apply=lambda rows, value: {
                "open": rows.filter(recovered_fen=0),
                "part": rows.filter(recovered_fen__gt=0, recovered_fen__lt=F("amount_fen")),
                "paid": rows.filter(recovered_fen=F("amount_fen")),
            }[value],
        ),
        UnitFilter(field="request__unit"),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[WrittenOffDebt]:
        return WrittenOffDebt.objects.filter(request__state=WriteOffState.DONE).select_related(
            "request__account__customer", "receivable"
        )

    def extra_context(self, request: Any) -> dict[str, Any]:
        rows = self.queryset(request).filter(request__unit__code__startswith=request.user.scope)
        return {"sums": rows.aggregate(lost=Sum("amount_fen"), recovered=Sum("recovered_fen"))}


def _shown_now(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    shown = queries.published_notices(on=today())
    return rows.filter(pk__in=shown) if value == "yes" else rows.exclude(pk__in=shown)


@require("collection.view")
class NoticeList(ListPage):
    title = _("Public notices of penalties")
    pretitle = COLLECTION
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "penalty-notices"
    create_url = reverse_lazy("collection:new-notice")
    create_label = _("New entry")
    create_permission = "collection.plans"
    empty_title = _("No entry yet")
    empty_text = _("An entry is shown in public only after the legal review has approved it.")
    template_name = "collection/notices.html"
    columns = [
        Column(
            "decision_number",
            _("Number of the decision"),
            url=lambda row: reverse("collection:notice", args=[row.pk]),
        ),
        Column("name", _("Customer"), value="customer__masked_name"),
        Column("kind", _("Kind")),
        Column("amount", _("Amount (yuan)"), kind="money", value="amount_fen"),
        Column(
            "legal_review",
            _("Legal review"),
            kind="badge",
            tones={"none": "neutral", "refused": "danger"},
        ),
        Column("publish_from", _("Published from"), kind="date"),
        Column("publish_to", _("Published until"), kind="date"),
        Column("withdrawn_at", _("Withdrawn"), kind="moment"),
    ]
    filters = [
        ChoiceFilter(
            "shown", _("Shown today"), choices=[("yes", _("Yes")), ("no", _("No"))], apply=_shown_now
        ),
        ChoiceFilter("kind", _("Kind"), choices=PenaltyKind.choices),
        ChoiceFilter("legal_review", _("Legal review"), choices=LegalReview.choices),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[PenaltyNotice]:
        return PenaltyNotice.objects.select_related("customer")

    def extra_context(self, request: Any) -> dict[str, Any]:
        rule = parameter_queries.value(parameters.CREDIT_BUREAU_REPORTING, on=today())
        return {"automatic": rule != "not_automatic"}
