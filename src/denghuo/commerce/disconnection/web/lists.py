"""Lists: all orders, and the refused attempts."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.disconnection.models import DisconnectionOrder, OrderState, Reason, RefusedStep, Step
from denghuo.commerce.disconnection.queries import words
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    TextFilter,
    UnitFilter,
)

TONES = {
    "proposed": "info", "approved": "accent", "noticed": "accent", "warned": "warning", "cutting": "warning",
    "executed": "danger", "restoring": "warning", "restored": "success", "rejected": "neutral",
}  # fmt: skip


@require("disconnection.view")
class OrderList(ListPage):
    title = _("Disconnection orders")
    pretitle = _("Disconnection")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "disconnections"
    empty_title = _("No disconnection yet")
    empty_text = _(
        "A disconnection is proposed from the board, for an account that is overdue and was demanded."
    )
    columns = [
        Column("number", _("Order"), url=lambda row: reverse("disconnection:order", args=[row.number])),
        Column("account", _("Account"), value="account__number"),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("reason", _("Reason")),
        Column("state", _("State"), kind="badge", tones=TONES),
        Column("owed", _("Overdue (yuan)"), kind="money", value="owed_fen", sort=True),
        Column("requested_at", _("Proposed at"), kind="moment"),
        Column("notice_at", _("Notice delivered"), kind="moment", hidden=True),
        Column("executed_at", _("Supply stopped"), kind="moment"),
        Column("restored_at", _("Supply restored"), kind="moment"),
        Column("requested_by", _("Proposed by"), value="requested_by__name", hidden=True),
        Column("decided_by", _("Decided by"), value="decided_by__name", hidden=True),
    ]
    filters = [
        TextFilter("q", _("Order or account number"), lookups=("number", "account__number__startswith")),
        ChoiceFilter("state", _("State"), choices=OrderState.choices),
        ChoiceFilter("reason", _("Reason"), choices=Reason.choices),
        UnitFilter(),
        DateRangeFilter("proposed", _("Proposed at"), field="requested_at", instant=True),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[DisconnectionOrder]:
        return DisconnectionOrder.objects.select_related("account__customer", "requested_by", "decided_by")


def _reasons(row: RefusedStep) -> str:
    return " ".join(words.sentence(words.from_plain(item)) for item in json.loads(row.refusals))


def _order_url(row: Any) -> str | None:
    return reverse("disconnection:order", args=[row.order.number]) if row.order else None


@require("disconnection.view")
class RefusedList(ListPage):
    title = _("Refused attempts")
    pretitle = _("Disconnection")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "refused-disconnections"
    empty_title = _("Nothing has been refused")
    empty_text = _("Every step that the law does not allow is refused, and the attempt is kept here.")
    columns = [
        Column("attempted_at", _("When"), kind="moment"),
        Column("attempted_by", _("Who"), value="attempted_by__name"),
        Column("step", _("Step")),
        Column(
            "account",
            _("Account"),
            value="account__number",
            url=lambda row: reverse("customers:account", args=[row.account_id]),
        ),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("order", _("Order"), value="order__number", url=_order_url),
        Column("why", _("Why it was refused"), value=_reasons),
    ]
    filters = [
        ChoiceFilter("step", _("Step"), choices=Step.choices),
        TextFilter(
            "q", _("Order or account number"), lookups=("order__number", "account__number__startswith")
        ),
        DateRangeFilter("attempted", _("When"), field="attempted_at", instant=True),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[RefusedStep]:
        return RefusedStep.objects.select_related("account__customer", "order", "attempted_by")
