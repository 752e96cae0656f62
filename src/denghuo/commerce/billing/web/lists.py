"""Lists: runs, what became of the accounts of a run, exceptions, bills, reversals."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.billing import queries
from denghuo.commerce.billing.models import (
    Bill,
    BillingException,
    BillingExceptionState,
    BillingRun,
    BillKind,
    BillState,
    ItemOutcome,
    Reversal,
    ReversalState,
    RunItem,
    Severity,
)
from denghuo.commerce.billing.queries import words
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    BulkAction,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    MonthFilter,
    NumberRangeFilter,
    TextFilter,
    UnitFilter,
)
from denghuo.kernel.money import fen


def _run_choices(request: StaffRequest) -> list[tuple[str, str]]:
    """Recent runs, and the one that a link names."""
    runs = BillingRun.objects.filter(unit__code__startswith=request.user.scope, dry_run=False)
    chosen = request.GET.get("run", "")
    wanted = list(runs.order_by("-id")[:20])
    if chosen.isdecimal() and int(chosen) not in {run.pk for run in wanted}:
        wanted += list(runs.filter(pk=int(chosen)))
    return [(str(run.pk), f"{run.pk} · {run.cycle}") for run in wanted]


def _account_url(account: Any) -> str:
    return reverse("customers:account", args=[account.pk])


@require("billing.view")
class RunList(ListPage):
    title = _("Billing runs")
    pretitle = _("Electricity billing")
    keyset = ("-id",)
    export_name = "billing-runs"
    create_url = reverse_lazy("billing:new-run")
    create_label = _("New run")
    create_permission = "billing.run"
    empty_title = _("No billing run yet")
    empty_text = _("A run prices every account of a cycle that has been read and drafts its bills.")
    columns = [
        Column("id", _("Run"), url=lambda run: reverse("billing:run", args=[run.pk])),
        Column("cycle", _("Cycle"), sort=True),
        Column("kind", _("Kind"), value=lambda run: _("Trial") if run.dry_run else _("Billing run")),
        Column("scope", _("Scope"), value=queries.scope_text),
        Column("accounts", _("Accounts"), kind="number"),
        Column("state", _("State"), kind="badge", value="long_run__state"),
        Column("created_by", _("Started by"), value="created_by__name"),
        Column("created_at", _("Started"), kind="moment"),
    ]
    filters = [
        MonthFilter("cycle", _("Cycle")),
        ChoiceFilter(
            "dry_run", _("Kind"), choices=[("False", _("Billing run")), ("True", _("Trial"))], field="dry_run"
        ),
        UnitFilter(),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[BillingRun]:
        return BillingRun.objects.filter(unit__code__startswith=request.user.scope).select_related(
            "long_run", "created_by"
        )


@require("billing.view")
class RunItemList(ListPage):
    title = _("Accounts of the run")
    pretitle = _("Electricity billing")
    keyset = ("id",)
    export_name = "billing-run-accounts"
    empty_title = _("No account here")
    columns = [
        Column("account", _("Account"), value="account__number", url=lambda item: _account_url(item.account)),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("outcome", _("Outcome"), kind="badge"),
        Column("reason", _("Reason"), value=lambda item: words.reason(item.reason) if item.reason else None),
        Column("energy", _("Energy"), kind="energy", value="energy_kwh"),
        Column("amount", _("Amount (yuan)"), kind="money", value="total_fen", sort=True),
        Column("before", _("Compared with (yuan)"), kind="money", value="before_fen"),
        Column(
            "difference",
            _("Difference (yuan)"),
            kind="money",
            value=lambda item: (
                (item.total_fen or 0) - item.before_fen if item.before_fen is not None else None
            ),
        ),
    ]
    filters = [
        ChoiceFilter("outcome", _("Outcome"), choices=ItemOutcome.choices),
        ChoiceFilter(
            "reason", _("Reason"), choices=lambda request: [(k, v) for k, v in words.PROBLEMS.items()]
        ),
        TextFilter("q", _("Account number"), lookups=("account__number__startswith",)),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[RunItem]:
        run = BillingRun.objects.filter(
            pk=self.kwargs["pk"], unit__code__startswith=request.user.scope
        ).first()
        if run is None:
            raise Http404
        return RunItem.objects.filter(
            run=run, account__unit__code__startswith=request.user.scope
        ).select_related("account__customer")


@require("billing.view")
class ExceptionList(ListPage):
    title = _("Billing exceptions")
    pretitle = _("Electricity billing")
    keyset = ("-money_at_risk_fen", "id")
    scope_field = "unit_id"
    export_name = "billing-exceptions"
    empty_title = _("Nothing waits for you")
    empty_text = _("Bills that look implausible and accounts that cannot be billed are listed here.")
    columns = [
        Column(
            "rule",
            _("What is wrong"),
            value=lambda row: words.reason(row.rule),
            url=lambda row: reverse("billing:exception", args=[row.pk]),
        ),
        Column("money", _("Money at risk (yuan)"), kind="money", value="money_at_risk_fen", sort=True),
        Column("account", _("Account"), value="account__number", url=lambda row: _account_url(row.account)),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column(
            "bill",
            _("Bill"),
            value="bill__number",
            url=lambda row: reverse("billing:bill", args=[row.bill.number]) if row.bill else None,
        ),
        Column("cycle", _("Cycle")),
        Column("severity", _("What it does"), hidden=True),
        Column(
            "state",
            _("State"),
            kind="badge",
            tones={"open": "warning", "reread": "info", "rebill": "accent", "released": "success"},
        ),
        Column("owner", _("Owner"), value="owner__name"),
        Column("raised", _("Raised"), kind="moment", value="raised_at"),
    ]
    filters = [
        ChoiceFilter(
            "state",
            _("State"),
            choices=[("waiting", _("Waiting for a decision")), *BillingExceptionState.choices],
            apply=lambda rows, value: (
                rows.filter(state__in=queries.WAITING_STATES)
                if value == "waiting"
                else rows.filter(state=value)
            ),
        ),
        ChoiceFilter(
            "rule",
            _("What is wrong"),
            choices=lambda request: [*words.RULES.items(), *words.PROBLEMS.items()],
        ),
        TextFilter("q", _("Account or bill number"), lookups=("account__number__startswith", "bill__number")),
        MonthFilter("cycle", _("Cycle")),
        ChoiceFilter("severity", _("What it does"), choices=Severity.choices),
        ChoiceFilter(
            "mine",
            _("Owner"),
            choices=[("me", _("Mine")), ("none", _("Nobody's"))],
            apply=lambda rows, value: rows,
        ),
        ChoiceFilter("run", _("Run"), choices=_run_choices),
    ]
    bulk_actions = [
        BulkAction(
            _("Release"),
            reverse_lazy("billing:release-many"),
            icon="checks",
            permission="billing.release",
            confirm=_("Release the selected bills with this reason?"),
            reason=True,
        ),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[BillingException]:
        rows = BillingException.objects.select_related("account__customer", "bill", "owner")
        if request.GET.get("mine") == "me":
            rows = rows.filter(owner=request.user)
        elif request.GET.get("mine") == "none":
            rows = rows.filter(owner__isnull=True)
        return rows


@require("billing.view")
class BillList(ListPage):
    title = _("Bills")
    pretitle = _("Electricity billing")
    keyset = ("-cycle", "number")
    scope_field = "unit__code"
    export_name = "bills"
    empty_title = _("No bill yet")
    empty_text = _("Bills are drafted by a billing run.")
    columns = [
        Column(
            "number",
            _("Bill number"),
            url=lambda bill: reverse("billing:bill", args=[bill.number]),
            sort=True,
        ),
        Column("cycle", _("Cycle"), sort=("cycle",)),
        Column("account", _("Account"), value="account__number"),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("kind", _("Kind")),
        Column("energy", _("Energy (kWh)"), kind="energy", value="energy_kwh", sort=True),
        Column("amount", _("Amount (yuan)"), kind="money", value="total_fen", sort=True),
        Column("state", _("State"), kind="badge", tones={"held": "warning"}),
        Column("estimated", _("Estimated"), kind="flag", hidden=True),
        Column("due_date", _("Due date"), kind="date"),
        Column("issued_at", _("Issued on"), kind="moment", hidden=True),
    ]
    filters = [
        TextFilter(
            "q",
            _("Bill, account or supply point number"),
            lookups=("number", "account__number", "sections__supply_point__number"),
        ),
        MonthFilter("cycle", _("Cycle")),
        ChoiceFilter("state", _("State"), choices=BillState.choices),
        ChoiceFilter("kind", _("Kind"), choices=BillKind.choices),
        UnitFilter(),
        NumberRangeFilter("amount", _("Amount"), field="total_fen", unit=_("yuan"), convert=fen),
        DateRangeFilter("issued", _("Issued on"), field="issued_at", instant=True),
        ChoiceFilter("run", _("Run"), choices=_run_choices),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Bill]:
        return Bill.objects.select_related("account__customer")


@require("billing.view")
class ReversalList(ListPage):
    title = _("Reversals")
    pretitle = _("Electricity billing")
    keyset = ("-id",)
    scope_field = "bill__unit__code"
    export_name = "reversals"
    empty_title = _("No reversal has been asked for")
    empty_text = _("An issued bill is never edited. It is cancelled by a reversal and billed again.")
    columns = [
        Column(
            "bill",
            _("Bill"),
            value="bill__number",
            url=lambda row: reverse("billing:reversal", args=[row.pk]),
        ),
        Column("account", _("Account"), value="bill__account__number"),
        Column("amount", _("Amount (yuan)"), kind="money", value="bill__total_fen"),
        Column("reason", _("Reason")),
        Column("state", _("State"), kind="badge", tones={"requested": "warning"}),
        Column("requested_by", _("Asked by"), value="requested_by__name"),
        Column("requested_at", _("Asked for"), kind="moment"),
        Column("decided_by", _("Decided by"), value="decided_by__name"),
    ]
    filters = [ChoiceFilter("state", _("State"), choices=ReversalState.choices)]

    def queryset(self, request: StaffRequest) -> QuerySet[Reversal]:
        return Reversal.objects.select_related("bill__account", "requested_by", "decided_by")
