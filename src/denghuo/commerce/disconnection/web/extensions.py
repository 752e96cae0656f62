"""What this room shows on the pages of lower rooms, in the menu and on the workbench; its words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.commerce.disconnection import queries
from denghuo.commerce.disconnection.models import DisconnectionOrder, OrderState, Step
from denghuo.commerce.disconnection.rules import OFF, parameters
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameter_rules
from denghuo.foundation.ui import extensions, navigation
from denghuo.foundation.ui.extensions import Counter, Tile

PANEL_ORDERS = 6
ACTIONS = {
    "disconnection.order.proposed": gettext_lazy("Disconnection proposed"),
    "disconnection.order.approved": gettext_lazy("Disconnection approved"),
    "disconnection.order.rejected": gettext_lazy("Disconnection rejected"),
    "disconnection.order.cancelled": gettext_lazy("Disconnection cancelled"),
    "disconnection.order.reported": gettext_lazy("Report afterwards recorded"),
    "disconnection.notice.delivered": gettext_lazy("Notice of disconnection delivered"),
    "disconnection.notice.copied": gettext_lazy("Notice copied to the power administration"),
    "disconnection.notice.second_given": gettext_lazy("Second notice given"),
    "disconnection.switch.ordered": gettext_lazy("Remote switch commanded"),
    "disconnection.switch.failed": gettext_lazy("Remote switch did not answer"),
    "disconnection.supply.stopped": pgettext_lazy("audit", "Supply stopped"),
    "disconnection.supply.restored": pgettext_lazy("audit", "Supply restored"),
    "disconnection.restoration.started": gettext_lazy("Restoration started"),
    "disconnection.restoration.late": gettext_lazy("Restoration late, escalated"),
    "disconnection.work.assigned": gettext_lazy("Work given"),
    "disconnection.step.refused": gettext_lazy("Step refused"),
    "disconnection.no_cut_day.set": gettext_lazy("Day without disconnection set"),
    "disconnection.no_cut_day.cleared": gettext_lazy("Day without disconnection taken back"),
}
DAYS = pgettext_lazy("parameter", "days")
MINUTES, HOURS = pgettext_lazy("parameter", "minutes"), pgettext_lazy("parameter", "hours")
OCLOCK = gettext_lazy("o'clock")
NAMES = {
    parameters.OVERDUE_DAYS.code: (gettext_lazy("Overdue before supply may be stopped, more than"), DAYS),
    parameters.DEMAND_DAYS.code: (gettext_lazy("Time to pay after a demand"), DAYS),
    parameters.NOTICE_DAYS.code: (gettext_lazy("Notice before the stop"), DAYS),
    parameters.NOTICE_FULL_DAYS.code: (gettext_lazy("Notice counted in full days after the delivery"), ""),
    parameters.NOTICE_VALID_DAYS.code: (gettext_lazy("A notice lapses after"), DAYS),
    parameters.SECOND_NOTICE_MINUTES.code: (gettext_lazy("Second notice before the stop"), MINUTES),
    parameters.SECOND_NOTICE_WINDOW_MINUTES.code: (
        gettext_lazy("Stop within, after the second notice"),
        MINUTES,
    ),
    parameters.NIGHT_FROM_HOUR.code: (gettext_lazy("Homes below 1 kV: no stop from"), OCLOCK),
    parameters.NIGHT_UNTIL_HOUR.code: (gettext_lazy("Homes below 1 kV: no stop until"), OCLOCK),
    parameters.QUIET_HOLIDAYS.code: (gettext_lazy("No stop on statutory holidays"), ""),
    parameters.QUIET_EVES.code: (gettext_lazy("No stop on the eve of a statutory holiday"), ""),
    parameters.QUIET_WEEKENDS.code: (gettext_lazy("No stop on days of rest"), ""),
    parameters.BUREAU_ABOVE_YUAN.code: (
        gettext_lazy("The bureau decides on debts above"),
        gettext_lazy("yuan"),
    ),
    parameters.RECORD_HOURS.code: (gettext_lazy("A delivery is recorded within"), HOURS),
    parameters.REPORT_HOURS.code: (gettext_lazy("Report after a stop without notice within"), HOURS),
    parameters.RESTORE_HOURS.code: (gettext_lazy("Supply restored after settlement within"), HOURS),
    parameters.REMOTE_MINUTES.code: (gettext_lazy("Remote restoration within"), MINUTES),
    parameters.RESTORE_NEEDS_LATE_FEE.code: (gettext_lazy("Restored only when the late fee is paid too"), ""),
    parameters.SWITCH_PORT.code: (gettext_lazy("Port to remote switches"), ""),
}


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    room = "disconnection.disconnectionorder"
    audit.name_fields(
        {
            f"{room}.owed_fen": (gettext_lazy("Overdue (yuan)"), {}),
            f"{room}.delivered_at": (gettext_lazy("Delivered at"), {}),
            f"{room}.due_at": (gettext_lazy("Due"), {}),
            f"{room}.late": (gettext_lazy("Late"), {}),
            f"{room}.assignee": (gettext_lazy("Given to"), {}),
            f"{room}.document_number": (gettext_lazy("Document number"), {}),
            f"{room}.step": (gettext_lazy("Step"), dict(Step.choices)),
            "customers.account.step": (gettext_lazy("Step"), dict(Step.choices)),
        }
    )
    audit.mark_sensitive(
        "disconnection.supply.stopped", "disconnection.step.refused", "disconnection.restoration.late"
    )
    parameter_rules.name(NAMES)
    for order, (label, url_name, icon, permission) in enumerate(
        (
            (gettext_lazy("Disconnection"), "disconnection:board", "power", "disconnection.view"),
            (gettext_lazy("My orders"), "disconnection:field", "device-mobile", "disconnection.execute"),
            (gettext_lazy("Refused attempts"), "disconnection:refused", "ban", "disconnection.approve"),
            (gettext_lazy("Days without disconnection"), "disconnection:days", "calendar-event", "disconnection.approve"),
        )
    ):  # fmt: skip
        navigation.register(
            navigation.NavItem(
                "arrears", label, url_name, icon=icon, permission=permission, order=480 + order
            )
        )
    _on_pages()
    extensions.workbench("disconnection.approve", _approve_tile, order=44)
    extensions.workbench("disconnection.execute", _work_tile, order=1)


def _on_pages() -> None:
    """Panels, counters and actions on the pages of accounts and supply points."""
    for page, provider in (("account", _account_panel), ("supply_point", _supply_panel)):
        extensions.panel(
            page,
            "disconnection",
            gettext_lazy("Disconnection"),
            "disconnection/parts/panel.html",
            provider,
            permission="disconnection.view",
            order=36,
        )
    extensions.counter("supply_point", _supply_counter, order=1)
    extensions.counter("account", _account_counter, order=1)
    extensions.action(
        "account",
        gettext_lazy("Propose a disconnection"),
        lambda account: reverse("disconnection:propose", args=[account.pk]),
        icon="power",
        permission="disconnection.ask",
        order=80,
    )
    extensions.action(
        "account",
        gettext_lazy("Stop supply at once"),
        lambda account: reverse("disconnection:stop-at-once", args=[account.pk]),
        icon="alert-octagon",
        permission="disconnection.execute",
        order=81,
    )


def _account_panel(request: StaffRequest, account: Any) -> dict[str, Any] | None:
    return _panel(DisconnectionOrder.objects.filter(account_id=account.pk), request.user.scope)


def _supply_panel(request: StaffRequest, point: Any) -> dict[str, Any] | None:
    return _panel(DisconnectionOrder.objects.filter(points__supply_point_id=point.pk), request.user.scope)


def _panel(found: Any, scope: str) -> dict[str, Any] | None:
    orders = list(found.filter(unit__code__startswith=scope).order_by("-id")[:PANEL_ORDERS])
    return {"orders": orders, "off": any(order.is_off for order in orders)} if orders else None


def _supply_counter(point: Any) -> Iterable[Counter]:
    found = (
        DisconnectionOrder.objects.filter(points__supply_point_id=getattr(point, "pk", point), state__in=OFF)
        .order_by("-id")
        .first()
    )
    return _off(found)


def _account_counter(account: Any) -> Iterable[Counter]:
    found = (
        DisconnectionOrder.objects.filter(account_id=getattr(account, "pk", account), state__in=OFF)
        .order_by("-id")
        .first()
    )
    return _off(found)


def _off(order: DisconnectionOrder | None) -> Iterable[Counter]:
    if order is None:
        return []
    return [
        Counter(
            _("Supply"),
            str(order.get_state_display()),
            url=reverse("disconnection:order", args=[order.number]),
            tone="danger",
            hint=order.number,
        )
    ]


def _approve_tile(request: StaffRequest) -> Tile | None:
    waiting = (
        queries.visible_orders(request.user.scope)
        .filter(state=OrderState.PROPOSED)
        .exclude(requested_by=request.user)
        .count()
    )
    return Tile(
        title=_("Disconnections to approve"),
        value=waiting,
        url=f"{reverse('disconnection:board')}?tab=approval",
        icon="power",
        tone="warning" if waiting else "neutral",
    )


def _work_tile(request: StaffRequest) -> Tile | None:
    found = queries.open_work(request.user.scope)
    mine = found.filter(assignee=request.user) | found.filter(assignee__isnull=True)
    count = mine.count()
    return Tile(
        title=_("Disconnection work"),
        value=count,
        url=reverse("disconnection:field"),
        icon="device-mobile",
        tone="warning" if count else "success",
    )
