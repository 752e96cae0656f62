"""Lists: accounts in arrears, open debts, waivers, disputes, plans."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, DateField, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from denghuo.commerce.receivables import queries
from denghuo.commerce.receivables.models import (
    AccountBalance,
    DisputeHold,
    Instalment,
    InstalmentPlan,
    LateFeeWaiver,
    PayerClass,
    PlanState,
    Receivable,
    ReceivableKind,
    WaiverReason,
    WaiverState,
)
from denghuo.commerce.receivables.web.arrears import AGE_LABELS
from denghuo.commerce.receivables.web.common import day_from, today
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    FlagFilter,
    ListPage,
    MonthFilter,
    NumberRangeFilter,
    TextFilter,
    UnitFilter,
)
from denghuo.kernel.money import fen
from denghuo.records.supply.models import TariffClass, UseNature


def _account_url(account_id: int) -> str:
    return reverse("customers:account", args=[account_id])


def _read_by_queryset(rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
    """The condition is part of ``queryset``: it decides which debts count."""
    return rows


def _days_overdue(row: Any) -> int | None:
    return (row.as_of - row.oldest_due_date).days if row.oldest_due_date else None


def _protection(row: Any) -> str:
    held = (
        (row.is_disputed, pgettext("protection", "Dispute")),
        (
            row.has_plan,
            pgettext("protection", "Instalment plan"),
        ),
    )
    return " · ".join(label for holds, label in held if holds)


@require("receivables.view")
class ArrearsAccountList(ListPage):
    """Accounts with open debts; ``shown_fen`` holds the debts that the filters choose."""

    title = _("Accounts in arrears")
    pretitle = _("Arrears")
    keyset = ("-open_fen", "account_id")
    scope_field = "account__unit_id"
    export_name = "arrears-accounts"
    empty_title = _("Nobody owes anything here")
    empty_text = _("Accounts with open debts that fit the filters are listed here.")
    columns = [
        Column(
            "account", _("Account"), value="account__number", url=lambda row: _account_url(row.account_id)
        ),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("unit", _("Unit"), value="account__unit__name"),
        Column("shown", _("Chosen (yuan)"), kind="money", value="shown_fen"),
        Column("open", _("Open (yuan)"), kind="money", value="open_fen", sort=("open_fen",)),
        Column("oldest", _("Oldest due date"), kind="date", value="oldest_due_date"),
        Column("days", _("Days overdue"), kind="number", value=_days_overdue),
        Column("prepaid", _("Prepaid (yuan)"), kind="money", value="prepaid_fen"),
        Column("protected", _("Protected by"), value=_protection),
    ]
    filters = [
        TextFilter(
            "q", _("Account or customer number"), lookups=("account__number", "account__customer__number")
        ),
        ChoiceFilter("age", _("Age"), choices=list(AGE_LABELS.items()), apply=_read_by_queryset),
        UnitFilter(field="account__unit_id"),
        ChoiceFilter("kind", _("Kind of debt"), choices=ReceivableKind.choices, apply=_read_by_queryset),
        ChoiceFilter("payer_class", _("Payer class"), choices=PayerClass.choices, apply=_read_by_queryset),
        MonthFilter("cycle", _("Month of the bill"), apply=_read_by_queryset),
        ChoiceFilter("tariff_class", _("Tariff class"), choices=TariffClass.choices, apply=_read_by_queryset),
        ChoiceFilter("use_nature", _("Nature of use"), choices=UseNature.choices, apply=_read_by_queryset),
        NumberRangeFilter("open", _("Open"), field="open_fen", unit=_("yuan"), convert=fen),
        TextFilter("on", _("As of"), placeholder="2026-08-31", apply=_read_by_queryset),
    ]

    def _order(self, request: HttpRequest) -> list[str]:
        order = super()._order(request)
        past = day_from(request.GET.get("on", ""), today()) < today()
        return ["account_id"] if past and not request.GET.get("sort") else order

    def queryset(self, request: StaffRequest) -> QuerySet[AccountBalance]:
        on = day_from(request.GET.get("on", ""), today())
        chosen = queries.open_on(on=on, today=today()).filter(account_id=OuterRef("account_id"))
        narrowed = False
        for name in ("kind", "payer_class", "cycle"):
            if value := request.GET.get(name):
                chosen, narrowed = chosen.filter(**{name: value}), True
        if (age := request.GET.get("age")) in AGE_LABELS:
            chosen, narrowed = chosen.filter(queries.of_age(str(age), on)), True
        rows = AccountBalance.objects.select_related("account__customer", "account__unit")
        if on >= today():
            rows = rows.filter(open_fen__gt=0)
        if narrowed or on < today():
            rows = rows.filter(Exists(chosen))
        for name in ("tariff_class", "use_nature"):
            if value := request.GET.get(name):
                rows = rows.annotate(**{name: queries.terms_of_account(name, on)}).filter(**{name: value})
        each = chosen.order_by().values("account_id")
        late = Receivable.objects.filter(
            account_id=OuterRef("account_id"), open_fen__gt=0, due_date__lt=on
        ).order_by().values("account_id")  # fmt: skip
        holds = DisputeHold.objects.filter(
            receivable__account_id=OuterRef("account_id"), receivable__open_fen__gt=0, closed_at__isnull=True
        )
        plans = InstalmentPlan.objects.filter(account_id=OuterRef("account_id"), state=PlanState.ACTIVE)
        return rows.annotate(
            shown_fen=Coalesce(Subquery(each.annotate(fen=Sum("at_fen")).values("fen")), 0),
            oldest_due_date=Subquery(late.annotate(day=Min("due_date")).values("day")),
            as_of=Value(on, output_field=DateField()),
            is_disputed=Exists(holds),
            has_plan=Exists(plans),
        )


@require("receivables.view")
class ReceivableList(ListPage):
    title = _("Debts")
    pretitle = _("Arrears")
    keyset = ("due_date", "id")
    scope_field = "unit_id"
    export_name = "debts"
    empty_title = _("Nothing is open")
    empty_text = _("Bills and fees that are not settled are listed here, the oldest first.")
    columns = [
        Column(
            "document_number",
            _("Document"),
            url=lambda row: reverse("receivables:late-fee", args=[row.principal_id or row.pk]),
        ),
        Column("kind", _("Kind")),
        Column(
            "account", _("Account"), value="account__number", url=lambda row: _account_url(row.account_id)
        ),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("cycle", _("Month of the bill")),
        Column("due_date", _("Due"), kind="date"),
        Column("amount", _("Amount (yuan)"), kind="money", value="amount_fen"),
        Column("open", _("Open (yuan)"), kind="money", value="open_fen"),
        Column("disputed", _("Under dispute"), kind="flag"),
        Column("charged_date", _("Charged on"), kind="date", hidden=True),
    ]
    filters = [
        TextFilter("q", _("Document or account number"), lookups=("document_number", "account__number")),
        ChoiceFilter("kind", _("Kind"), choices=ReceivableKind.choices),
        UnitFilter(),
        MonthFilter("cycle", _("Month of the bill")),
        DateRangeFilter("due", _("Due"), field="due_date"),
        NumberRangeFilter("open", _("Open"), field="open_fen", unit=_("yuan"), convert=fen),
        FlagFilter("disputed", _("Under dispute")),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Receivable]:
        return Receivable.objects.filter(open_fen__gt=0).select_related("account__customer")


@require("receivables.view")
class WaiverList(ListPage):
    title = _("Waivers of late fee")
    pretitle = _("Arrears")
    keyset = ("-id",)
    scope_field = "receivable__account__unit_id"
    export_name = "late-fee-waivers"
    empty_title = _("No waiver has been asked for")
    empty_text = _("A waiver is asked for on the late-fee page of a debt and decided by another person.")
    columns = [
        Column(
            "document",
            _("Document"),
            value="receivable__document_number",
            url=lambda row: reverse("receivables:waiver", args=[row.pk]),
        ),
        Column("account", _("Account"), value="receivable__account__number"),
        Column("name", _("Customer"), value="receivable__account__customer__masked_name"),
        Column("reason", _("Reason")),
        Column("from_date", _("First day"), kind="date"),
        Column("to_date", _("Last day"), kind="date"),
        Column("effect", _("Waived (yuan)"), kind="money", value="effect_fen"),
        Column("state", _("State"), kind="badge", tones={"requested": "warning"}),
        Column("requested_by", _("Asked by"), value="requested_by__name"),
        Column("requested_at", _("Asked for"), kind="moment"),
        Column("decided_by", _("Decided by"), value="decided_by__name"),
    ]
    filters = [
        ChoiceFilter("state", _("State"), choices=WaiverState.choices),
        ChoiceFilter("reason", _("Reason"), choices=WaiverReason.choices),
        TextFilter(
            "q",
            _("Document or account number"),
            lookups=("receivable__document_number", "receivable__account__number"),
        ),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[LateFeeWaiver]:
        return LateFeeWaiver.objects.select_related(
            "receivable__account__customer", "requested_by", "decided_by"
        )


@require("receivables.view")
class DisputeList(ListPage):
    title = _("Disputes")
    pretitle = _("Arrears")
    keyset = ("-id",)
    scope_field = "receivable__account__unit_id"
    export_name = "disputes"
    empty_title = _("Nothing is under dispute")
    empty_text = _("A debt that a customer disputes is held from its late-fee page.")
    columns = [
        Column(
            "document",
            _("Document"),
            value="receivable__document_number",
            url=lambda row: reverse("receivables:late-fee", args=[row.receivable_id]),
        ),
        Column("account", _("Account"), value="receivable__account__number"),
        Column("name", _("Customer"), value="receivable__account__customer__masked_name"),
        Column("open", _("Open (yuan)"), kind="money", value="receivable__open_fen"),
        Column("reason", _("What is disputed"), value="reason"),
        Column("opened_date", _("Opened"), kind="date"),
        Column("opened_by", _("Opened by"), value="opened_by__name"),
        Column("closed_date", _("Closed on"), kind="date"),
        Column("outcome", _("How it ended")),
    ]
    filters = [
        FlagFilter("open", _("Still open"), when=Q(closed_at__isnull=True)),
        TextFilter(
            "q",
            _("Document or account number"),
            lookups=("receivable__document_number", "receivable__account__number"),
        ),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[DisputeHold]:
        return DisputeHold.objects.select_related("receivable__account__customer", "opened_by")


@require("receivables.view")
class PlanList(ListPage):
    title = _("Instalment plans")
    pretitle = _("Arrears")
    keyset = ("-id",)
    scope_field = "account__unit_id"
    export_name = "instalment-plans"
    empty_title = _("No plan yet")
    empty_text = _("A plan is proposed on the page of a paying account that owes something.")
    columns = [
        Column(
            "account",
            _("Account"),
            value="account__number",
            url=lambda row: reverse("receivables:plan", args=[row.pk]),
        ),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("total", _("Amount (yuan)"), kind="money", value="total_fen"),
        Column("parts", _("Parts"), kind="number", value="parts"),
        Column("next", _("Last part due"), kind="date", value="last_date"),
        Column("state", _("State"), kind="badge", tones={"requested": "warning", "kept": "success"}),
        Column("agreed_date", _("Agreed"), kind="date"),
        Column("ended_date", _("Ended"), kind="date"),
        Column("requested_by", _("Proposed by"), value="requested_by__name"),
        Column("decided_by", _("Decided by"), value="decided_by__name"),
    ]
    filters = [
        ChoiceFilter("state", _("State"), choices=PlanState.choices),
        TextFilter(
            "q", _("Account or customer number"), lookups=("account__number", "account__customer__number")
        ),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[InstalmentPlan]:
        parts = Instalment.objects.filter(plan=OuterRef("pk")).order_by().values("plan")
        return InstalmentPlan.objects.select_related(
            "account__customer", "requested_by", "decided_by"
        ).annotate(
            parts=Subquery(parts.annotate(n=Count("id")).values("n")),
            last_date=Subquery(parts.annotate(day=Max("due_date")).values("day")),
        )
