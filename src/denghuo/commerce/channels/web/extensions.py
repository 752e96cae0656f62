"""What channels show on the account page, in the menu, on the workbench and in the search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.commerce.channels import operations, queries
from denghuo.commerce.channels.models import PaymentOrder, Provider
from denghuo.commerce.channels.rules import parameters as figures
from denghuo.commerce.channels.web import counter
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameters
from denghuo.foundation.ui import extensions, formats, navigation
from denghuo.foundation.ui.extensions import SearchHit, SearchQuery, Tile

PANEL_ROWS = 6


def register() -> None:
    """Called once when Django is ready."""
    counter.register()
    audit.name_actions(
        {
            "channels.order.placed": gettext_lazy("Payment order placed"),
            "channels.order.closed": gettext_lazy("Payment order closed"),
            "channels.incident.settled": gettext_lazy("Channel incident settled"),
        }
    )
    audit.name_fields(
        {
            "channels.paymentorder.amount_fen": (gettext_lazy("Amount (yuan)"), {}),
            "channels.paymentorder.provider": (gettext_lazy("Channel"), dict(Provider.choices)),
        }
    )
    parameters.name(
        {
            figures.CODE_MINUTES.code: (gettext_lazy("A code at the counter can be paid for"), gettext_lazy("minutes")),
            figures.LINK_MINUTES.code: (gettext_lazy("A payment link can be paid for"), gettext_lazy("minutes")),
        }
    )  # fmt: skip
    for order, (label, url_name, icon) in enumerate(
        (
            (gettext_lazy("Payment channels"), "channels:overview", "device-mobile"),
            (gettext_lazy("Orders at the channels"), "channels:orders", "qrcode"),
            (gettext_lazy("Refunds through the channels"), "channels:refunds", "receipt-refund"),
            (gettext_lazy("Callbacks"), "channels:notifications", "bell"),
            (gettext_lazy("Channel incidents"), "channels:incidents", "alert-triangle"),
        )
    ):
        navigation.register(
            navigation.NavItem(
                "money", label, url_name, icon=icon, permission="channels.view", order=440 + order
            )
        )
    extensions.panel(
        "account",
        "channel-orders",
        gettext_lazy("Orders at the channels"),
        "channels/parts/account_panel.html",
        _panel,
        permission="channels.view",
        order=45,
    )
    extensions.action(
        "account",
        gettext_lazy("Payment code or link"),
        _new_order_url,
        "qrcode",
        permission="payments.take",
        order=45,
    )
    extensions.workbench("reconciliation.work", _incidents_tile, order=46)
    extensions.search(_search, permission="channels.view", order=60)


def _panel(request: StaffRequest, account: Any) -> dict[str, Any] | None:
    orders = list(PaymentOrder.objects.filter(account=account).order_by("-id")[:PANEL_ROWS])
    if not orders:
        return None
    return {"orders": orders, "more_url": f"{reverse('channels:orders')}?q={account.number}"}


def _new_order_url(account: Any) -> str | None:
    if account.closed_date or not operations.available():
        return None
    return reverse("channels:new-order", args=[account.number])


def _incidents_tile(request: StaffRequest) -> Tile | None:
    count = queries.open_incidents(request.user.scope).count()
    return Tile(
        title=_("Channel incidents"),
        value=count,
        hint="" if count else _("Nothing to look at"),
        url=f"{reverse('channels:incidents')}?state=open",
        icon="alert-triangle",
        tone="warning" if count else "success",
    )


def _search(query: SearchQuery, scope: str) -> Iterable[SearchHit]:
    """Orders by their whole number."""
    if not (query.text.startswith("D") and 20 <= len(query.text) <= 32 and query.text.isalnum()):
        return
    found = PaymentOrder.objects.filter(out_trade_no=query.text, unit__code__startswith=scope).first()
    if found is not None:
        yield SearchHit(
            kind=gettext_lazy("Orders at the channels"),
            title=found.out_trade_no,
            subtitle=f"{found.get_provider_display()} · {formats.money(found.amount_fen)} · {found.get_state_display()}",
            url=reverse("channels:order", args=[found.out_trade_no]),
            icon="qrcode",
        )
