"""Lists: orders, callbacks, refunds on their way, incidents."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.channels.models import (
    GOOD_VERDICTS,
    OPEN,
    GatewayRefund,
    Incident,
    IncidentKind,
    Notification,
    OrderState,
    PaymentOrder,
    Provider,
    RefundStep,
    Verdict,
)
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

INCIDENT_STATES = {
    "open": pgettext_lazy("incident", "Open"),
    "resolved": pgettext_lazy("incident", "Settled"),
}
TONES = {"created": "info", "pending": "info", "unknown": "warning", "sent": "info", "closed": "neutral"}
VERDICT_TONES = {"accepted": "success", "duplicate": "neutral", "ignored": "neutral"}


def order_url(order: Any) -> str | None:
    return reverse("channels:order", args=[order.out_trade_no]) if order else None


def _verdict_tone(verdict: str) -> str:
    return VERDICT_TONES.get(verdict, "danger")


@require("channels.view")
class OrderList(ListPage):
    title = _("Orders at the channels")
    pretitle = _("WeChat Pay and Alipay")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "channel-orders"
    empty_title = _("No order yet")
    empty_text = _(
        "An order begins with a code at the counter, a link from an account, or a customer online."
    )
    columns = [
        Column("out_trade_no", pgettext_lazy("order", "Order number"), url=order_url),
        Column("provider", _("Channel"), value="get_provider_display"),
        Column("product", _("Way to pay"), value="get_product_display", hidden=True),
        Column(
            "account",
            _("Account"),
            value="account__number",
            url=lambda row: reverse("customers:account", args=[row.account_id]),
        ),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("amount", _("Amount (yuan)"), kind="money", value="amount_fen", sort=True),
        Column("state", _("State"), kind="badge", tones=TONES),
        Column("created_at", pgettext_lazy("order", "Placed"), kind="moment"),
        Column("paid_at", pgettext_lazy("order", "Paid at"), kind="moment"),
        Column("transaction_id", _("Channel transaction"), hidden=True),
        Column("next_query_at", _("Next question"), kind="moment", hidden=True),
        Column("last_error", _("Last problem"), hidden=True),
    ]
    filters = [
        TextFilter(
            "q",
            _("Order, transaction or account number"),
            lookups=("out_trade_no", "transaction_id", "account__number"),
        ),
        ChoiceFilter(
            "state",
            _("State"),
            choices=[("open", _("Not ended")), *OrderState.choices],
            apply=lambda rows, value: rows.filter(OPEN) if value == "open" else rows.filter(state=value),
        ),
        ChoiceFilter("provider", _("Channel"), choices=Provider.choices),
        DateRangeFilter("created", pgettext_lazy("order", "Placed"), field="created_at", instant=True),
        NumberRangeFilter("amount", _("Amount"), field="amount_fen", unit=_("yuan"), convert=fen),
        UnitFilter(),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[PaymentOrder]:
        return PaymentOrder.objects.select_related("account__customer")


@require("channels.view")
class NotificationList(ListPage):
    title = _("Callbacks")
    pretitle = _("WeChat Pay and Alipay")
    keyset = ("-id",)
    export_name = "channel-callbacks"
    empty_title = _("No callback yet")
    empty_text = _(
        "The channels call when a customer has paid. Every call is kept, the refused ones with the reason."
    )
    columns = [
        Column("received_at", pgettext_lazy("notification", "Received"), kind="moment"),
        Column("provider", _("Channel"), value="get_provider_display"),
        Column(
            "verdict",
            _("Verdict"),
            kind="badge",
            tones={code: _verdict_tone(code) for code in Verdict.values},
        ),
        Column("error", _("Detail")),
        Column(
            "order",
            pgettext_lazy("order", "Order"),
            value="order__out_trade_no",
            url=lambda row: order_url(row.order),
        ),
        Column("transaction_id", _("Channel transaction")),
        Column("size", _("Bytes"), kind="number", hidden=True),
        Column("address", _("Sent from"), hidden=True),
        Column("digest", _("Digest of the body"), hidden=True),
    ]
    filters = [
        ChoiceFilter(
            "verdict",
            _("Verdict"),
            choices=[("refused", pgettext_lazy("notification", "Refused")), *Verdict.choices],
            apply=lambda rows, value: (
                rows.exclude(verdict__in=GOOD_VERDICTS) if value == "refused" else rows.filter(verdict=value)
            ),
        ),
        ChoiceFilter("provider", _("Channel"), choices=Provider.choices),
        DateRangeFilter(
            "received", pgettext_lazy("notification", "Received"), field="received_at", instant=True
        ),
        TextFilter("q", _("Order or transaction number"), lookups=("order__out_trade_no", "transaction_id")),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Notification]:
        scope = request.user.scope
        mine = Q(order__isnull=True, gateway_refund__isnull=True) | Q(order__unit__code__startswith=scope)
        return Notification.objects.filter(
            mine | Q(gateway_refund__refund__unit__code__startswith=scope)
        ).select_related("order")


@require("channels.view")
class RefundList(ListPage):
    title = _("Refunds through the channels")
    pretitle = _("WeChat Pay and Alipay")
    keyset = ("-id",)
    scope_field = "refund__unit__code"
    export_name = "channel-refunds"
    empty_title = _("No refund has gone back through a channel")
    empty_text = _(
        "A refund of a WeChat or Alipay payment is sent by itself once a second person has approved it."
    )
    columns = [
        Column(
            "out_refund_no",
            _("Refund"),
            url=lambda row: reverse("payments:refund", args=[row.refund.number]),
        ),
        Column("provider", _("Channel"), value="get_provider_display"),
        Column("amount", _("Amount (yuan)"), kind="money", value="amount_fen"),
        Column(
            "order",
            pgettext_lazy("order", "Order"),
            value="order__out_trade_no",
            url=lambda row: order_url(row.order),
        ),
        Column("state", _("State"), kind="badge", tones=TONES),
        Column("created_at", pgettext_lazy("order", "Approved at"), kind="moment"),
        Column("ended_at", pgettext_lazy("order", "Ended"), kind="moment"),
        Column("next_query_at", _("Next question"), kind="moment"),
        Column("last_error", _("Last problem")),
    ]
    filters = [
        ChoiceFilter("state", _("State"), choices=RefundStep.choices),
        ChoiceFilter("provider", _("Channel"), choices=Provider.choices),
        TextFilter("q", _("Refund or transaction number"), lookups=("out_refund_no", "transaction_id")),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[GatewayRefund]:
        return GatewayRefund.objects.select_related("refund", "order")


@require("channels.view")
class IncidentList(ListPage):
    title = _("Channel incidents")
    pretitle = _("WeChat Pay and Alipay")
    keyset = ("-id",)
    scope_field = "unit_id"
    export_name = "channel-incidents"
    empty_title = _("Nothing to look at")
    empty_text = _(
        "Money that does not fit its order, refunds that fail and orders without an answer come here."
    )
    columns = [
        Column(
            "kind",
            pgettext_lazy("incident", "What happened"),
            value="get_kind_display",
            url=lambda row: reverse("channels:incident", args=[row.pk]),
        ),
        Column("provider", _("Channel"), value="get_provider_display"),
        Column("reference", _("Channel transaction or order")),
        Column("amount", _("At the channel (yuan)"), kind="money", value="amount_fen"),
        Column("expected", _("By our order (yuan)"), kind="money", value="expected_fen"),
        Column(
            "state",
            _("State"),
            kind="badge",
            value=lambda row: INCIDENT_STATES[row.state],
            tones={str(code): tone for code, tone in (("open", "warning"), ("resolved", "success"))},
        ),
        Column("raised_at", _("Raised"), kind="moment"),
        Column("resolved_by", _("Settled by"), value="resolved_by__name"),
    ]
    filters = [
        ChoiceFilter(
            "state",
            _("State"),
            choices=[
                ("open", pgettext_lazy("incident", "Open")),
                ("resolved", pgettext_lazy("incident", "Settled")),
            ],
            apply=lambda rows, value: rows.filter(resolved_at__isnull=value == "open"),
        ),
        ChoiceFilter("kind", pgettext_lazy("incident", "What happened"), choices=IncidentKind.choices),
        ChoiceFilter("provider", _("Channel"), choices=Provider.choices),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Incident]:
        return Incident.objects.select_related("order", "resolved_by")
