"""Lists: corrections, mass corrections, the accounts of one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.corrections.models import (
    Correction,
    CorrectionState,
    MassCorrection,
    MassItem,
    MassOutcome,
    MassState,
    Reason,
)
from denghuo.commerce.corrections.queries import words
from denghuo.commerce.corrections.web.common import visible_mass
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    NumberRangeFilter,
    TextFilter,
    UnitFilter,
)
from denghuo.kernel.money import fen


@require("corrections.view")
class CorrectionList(ListPage):
    title = _("Corrections")
    pretitle = _("Electricity billing")
    keyset = ("-id",)
    scope_field = "unit_id"
    export_name = "corrections"
    create_url = reverse_lazy("corrections:new")
    create_label = _("New correction")
    create_permission = "corrections.draft"
    empty_title = _("No correction yet")
    empty_text = _("Where bills rest on a wrong fact, a correction shows what is right and replaces them.")
    columns = [
        Column("number", _("Correction"), url=lambda row: reverse("corrections:correction", args=[row.number])),
        Column("account", _("Account"), value="account__number",
               url=lambda row: reverse("customers:account", args=[row.account_id])),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("reason", _("Reason"), value=lambda row: row.get_reason_display()),
        Column("cycles", _("Months corrected"), value=lambda row: f"{row.first_cycle} – {row.last_cycle}"),
        Column("months", _("Bills"), kind="number"),
        Column("difference_kwh", _("Energy difference"), kind="energy"),
        Column("difference_fen", _("Difference (yuan)"), kind="money", sort=True),
        Column("state", _("State"), kind="badge"),
        Column("drafted_by", _("Drafted by"), value="drafted_by__name"),
        Column("drafted_at", _("Drafted"), kind="moment"),
        Column("decided_by", _("Decided by"), value="decided_by__name", hidden=True),
        Column("mass", _("Mass correction"), value="mass__number", hidden=True),
    ]  # fmt: skip
    filters = [
        TextFilter(
            "q", _("Number"), lookups=("number__startswith", "account__number__startswith", "supply_point__number")
        ),
        ChoiceFilter("state", _("State"), choices=CorrectionState.choices),
        ChoiceFilter("reason", _("Reason"), choices=Reason.choices),
        UnitFilter(),
        DateRangeFilter("drafted", _("Drafted"), field="drafted_at", instant=True),
        NumberRangeFilter("amount", _("Difference (yuan)"), field="difference_fen", convert=fen),
        TextFilter("mass", _("Mass correction"), lookups=("mass__number",)),
    ]  # fmt: skip

    def queryset(self, request: StaffRequest) -> QuerySet[Correction]:
        return Correction.objects.select_related("account__customer", "drafted_by", "decided_by", "mass")


@require("corrections.view")
class MassList(ListPage):
    title = _("Mass corrections")
    pretitle = _("Electricity billing")
    keyset = ("-id",)
    scope_field = "unit_id"
    export_name = "mass-corrections"
    create_url = reverse_lazy("corrections:new-mass")
    create_label = _("New mass correction")
    create_permission = "corrections.draft"
    empty_title = _("No mass correction yet")
    empty_text = _(
        "A tariff or price that was wrong for many customers is put right for all of them at once."
    )
    columns = [
        Column(
            "number", _("Mass correction"), url=lambda row: reverse("corrections:mass", args=[row.number])
        ),
        Column("explanation", _("What was wrong")),
        Column("cycles", _("Months corrected"), value=lambda row: f"{row.first_cycle} – {row.last_cycle}"),
        Column("accounts", _("Supply points"), kind="number"),
        Column("state", _("State"), kind="badge"),
        Column("requested_by", _("Drafted by"), value="requested_by__name"),
        Column("requested_at", _("Drafted"), kind="moment"),
    ]
    filters = [ChoiceFilter("state", _("State"), choices=MassState.choices), UnitFilter()]

    def queryset(self, request: StaffRequest) -> QuerySet[MassCorrection]:
        return MassCorrection.objects.select_related("requested_by")


@require("corrections.view")
class MassItemList(ListPage):
    title = _("Accounts of the mass correction")
    pretitle = _("Electricity billing")
    keyset = ("difference_fen", "id")
    export_name = "mass-correction-accounts"
    empty_title = _("No account here")
    columns = [
        Column("account", _("Account"), value="account__number",
               url=lambda row: reverse("customers:account", args=[row.account_id])),
        Column("supply_point", _("Supply point"), value="supply_point__number"),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("household", _("Household"), kind="flag", value="residential"),
        Column("outcome", _("Outcome"), kind="badge"),
        Column("months", _("Bills"), kind="number"),
        Column("before_fen", _("Before (yuan)"), kind="money"),
        Column("after_fen", _("After (yuan)"), kind="money"),
        Column("difference_fen", _("Difference (yuan)"), kind="money", sort=True),
        Column("reason", _("Why"), value=lambda row: words.problem(row.reason) if row.reason else None),
        Column("correction", _("Correction"), value="correction__number",
               url=lambda row: reverse("corrections:correction", args=[row.correction.number]) if row.correction else None),
    ]  # fmt: skip
    filters = [
        ChoiceFilter("outcome", _("Outcome"), choices=MassOutcome.choices),
        TextFilter("q", _("Account number"), lookups=("account__number__startswith",)),
        NumberRangeFilter("amount", _("Difference (yuan)"), field="difference_fen", convert=fen),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[MassItem]:
        mass = visible_mass(request, str(self.kwargs["number"]))
        found: Any = MassItem.objects.filter(
            mass=mass, account__unit__code__startswith=request.user.scope
        ).select_related("account__customer", "supply_point", "correction")
        return found
