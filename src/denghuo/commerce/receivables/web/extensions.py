"""What receivables show on the pages of other rooms, in the menu and on the workbench."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.commerce.receivables import queries
from denghuo.commerce.receivables.models import (
    Allocation,
    InstalmentPlan,
    LateFeeWaiver,
    PlanState,
    WaiverState,
)
from denghuo.commerce.receivables.rules import parameters
from denghuo.commerce.receivables.web.common import cashier_url, document_url, today
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameter_rules
from denghuo.foundation.ui import extensions, formats, navigation
from denghuo.foundation.ui.extensions import Counter, Tile, TimelineItem

SETTLED_SHOWN = 6
ACTIONS = {
    "receivables.waiver.asked": gettext_lazy("Waiver of late fee asked for"),
    "receivables.waiver.approved": gettext_lazy("Late fee waived"),
    "receivables.waiver.rejected": gettext_lazy("Waiver of late fee rejected"),
    "receivables.dispute.opened": gettext_lazy("Dispute opened"),
    "receivables.dispute.closed": gettext_lazy("Dispute closed"),
    "receivables.plan.proposed": gettext_lazy("Instalment plan proposed"),
    "receivables.plan.approved": gettext_lazy("Instalment plan agreed"),
    "receivables.plan.rejected": gettext_lazy("Instalment plan refused"),
    "receivables.plan.kept": gettext_lazy("Instalment plan kept"),
    "receivables.plan.broken": gettext_lazy("Instalment plan broken"),
}
PARAMETERS = {
    parameters.RATE_RESIDENTIAL.code: (gettext_lazy("Late fee: residential"), gettext_lazy("a day")),
    parameters.RATE_OTHER.code: (
        gettext_lazy("Late fee: others, debt of the same year"),
        gettext_lazy("a day"),
    ),
    parameters.RATE_CROSS_YEAR.code: (
        gettext_lazy("Late fee: others, debt of an earlier year"),
        gettext_lazy("a day"),
    ),
    parameters.MINIMUM_YUAN.code: (gettext_lazy("Smallest late fee of a debt"), gettext_lazy("yuan")),
    parameters.LATE_FEE_FIRST.code: (gettext_lazy("Money pays the late fee of a debt before the debt"), ""),
    parameters.PAYMENT_DAY_COUNTS.code: (gettext_lazy("The day of payment is late too"), ""),
    parameters.DISPUTE_STOPS_LATE_FEE.code: (gettext_lazy("No late fee runs during a dispute"), ""),
    parameters.DUE_DATE_MOVES.code: (
        gettext_lazy("A due date on a day off moves to the next working day"),
        "",
    ),
    parameters.PLAN_GRACE_DAYS.code: (
        gettext_lazy("Days of grace before an instalment counts as missed"),
        gettext_lazy("days"),
    ),
    parameters.PLAN_MAX_PARTS.code: (gettext_lazy("Most parts of an instalment plan"), ""),
}


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    audit.mark_sensitive("receivables.waiver.approved", "receivables.plan.approved")
    audit.name_fields(
        {
            "receivables.latefeewaiver.effect_fen": (gettext_lazy("Waived (yuan)"), {}),
            "receivables.latefeewaiver.credited_fen": (gettext_lazy("Taken back (yuan)"), {}),
            "receivables.instalmentplan.total_fen": (gettext_lazy("Amount (yuan)"), {}),
            "receivables.instalmentplan.parts": (gettext_lazy("Parts"), {}),
        }
    )
    parameter_rules.name(PARAMETERS)
    for order, (label, url_name, icon) in enumerate(
        (
            (gettext_lazy("Arrears"), "receivables:arrears", "chart-bar"),
            (gettext_lazy("Debts"), "receivables:items", "list-details"),
            (gettext_lazy("Waivers of late fee"), "receivables:waivers", "percentage"),
            (gettext_lazy("Disputes"), "receivables:disputes", "flag"),
            (gettext_lazy("Instalment plans"), "receivables:plans", "calendar-month"),
        )
    ):
        navigation.register(
            navigation.NavItem(
                "arrears", label, url_name, icon=icon, permission="receivables.view", order=410 + order
            )
        )
    for page, template, provider in (
        ("customer", "receivables/parts/customer_panel.html", _customer_panel),
        ("account", "receivables/parts/account_panel.html", _account_panel),
        ("bill", "receivables/parts/bill_panel.html", _bill_panel),
    ):
        extensions.panel(
            page,
            "receivables",
            gettext_lazy("What is owed"),
            template,
            provider,
            permission="receivables.view",
            order=20,
        )
    extensions.counter("customer", _customer_counters, order=10)
    extensions.timeline("account", _timeline)
    extensions.workbench("receivables.approve", _approve_tile, order=30)
    extensions.action(
        "account",
        gettext_lazy("Pay in parts"),
        lambda account: reverse("receivables:propose-plan", args=[account.pk]),
        icon="calendar-month",
        permission="receivables.instalments",
        order=60,
    )


def _standings(customer: Any) -> list[queries.Standing]:
    """Read once a page: the counters and the panel share it."""
    found = getattr(customer, "_receivable_standings", None)
    if found is None:
        found = queries.standings_of_customer(customer.pk, on=today())
        customer._receivable_standings = found
    return found


def _customer_counters(customer: Any) -> Iterable[Counter]:
    standings = _standings(customer)
    overdue = sum(item.overdue_fen for item in standings)
    prepaid = sum(item.prepaid_fen for item in standings)
    counters = []
    if overdue:
        worst = max((item for item in standings if item.overdue_fen), key=lambda item: item.overdue_fen)
        counters.append(
            Counter(
                _("Arrears"),
                formats.money(overdue),
                url=reverse("customers:account", args=[worst.account_id]),
                tone="danger",
                hint=_("since %(day)s")
                % {"day": min(s.oldest_due_date for s in standings if s.oldest_due_date)},
            )
        )
    if prepaid:
        counters.append(Counter(_("Prepaid"), formats.money(prepaid), tone="success"))
    return counters


def _customer_panel(request: StaffRequest, customer: Any) -> dict[str, Any] | None:
    standings = _standings(customer)
    return {"standings": standings} if standings else None


def _account_panel(request: StaffRequest, account: Any) -> dict[str, Any]:
    on = today()
    owed = queries.owed(account.pk, on=on)
    running = {fee.receivable.pk: fee.due_fen for fee in owed.accrued}
    plan = queries.running_plan(account.pk)
    return {
        "account": account,
        "owed": owed,
        "rows": [(item, running.get(item.pk, 0), document_url(item)) for item in owed.items],
        "settled": [
            (item, document_url(item)) for item in queries.settled_recently(account.pk, SETTLED_SHOWN)
        ],
        "plan": plan,
        "pay_url": cashier_url(account) if owed.items else "",
    }


def _bill_panel(request: StaffRequest, bill: Any) -> dict[str, Any] | None:
    items = queries.receivables_of_document("billing.bill", bill.pk)
    if not items:
        return None
    debt, *fees = items
    running = 0
    if debt.open_fen and debt.due_date < today():
        running = max(queries.accrued_on([debt], on=today())[0].due_fen, 0)
    return {
        "debt": debt,
        "fees": fees,
        "paid_fen": debt.amount_fen - debt.open_fen,
        "charged_fen": sum(fee.amount_fen for fee in fees if fee.cancelled_at is None),
        "fee_open_fen": sum(fee.open_fen for fee in fees),
        "running_fen": running,
        "overdue": debt.open_fen > 0 and debt.due_date < today(),
        "total_fen": debt.open_fen + sum(fee.open_fen for fee in fees) + running,
        "pay_url": cashier_url(bill.account) if debt.open_fen else "",
    }


def _timeline(account_id: Any, before: datetime | None, limit: int) -> Iterable[TimelineItem]:
    rows = Allocation.objects.filter(receivable__account_id=account_id).select_related(
        "receivable", "posting"
    )
    if before is not None:
        rows = rows.filter(posting__posted_at__lt=before)
    return [
        TimelineItem(
            at=row.posting.posted_at,
            icon="arrow-back-up" if row.undoes_id else "check",
            tone="warning" if row.undoes_id else "success",
            title=row.get_source_display(),
            text=f"{row.receivable.document_number} · {formats.money(row.amount_fen)}",
            url=reverse("receivables:late-fee", args=[row.receivable.principal_id or row.receivable_id]),
        )
        for row in rows.order_by("-id")[:limit]
    ]


def _approve_tile(request: StaffRequest) -> Tile | None:
    mine = Q(requested_by=request.user)
    waivers = LateFeeWaiver.objects.filter(
        state=WaiverState.REQUESTED, receivable__account__unit__code__startswith=request.user.scope
    ).exclude(mine)
    plans = InstalmentPlan.objects.filter(
        state=PlanState.REQUESTED, account__unit__code__startswith=request.user.scope
    ).exclude(mine)
    asked, proposed = waivers.count(), plans.count()
    return Tile(
        title=_("Waivers and plans to decide"),
        value=asked + proposed,
        hint=_("%(n)s instalment plans") % {"n": proposed} if proposed else "",
        url=f"{reverse('receivables:waivers' if asked or not proposed else 'receivables:plans')}?state=requested",
        icon="percentage",
        tone="warning" if asked + proposed else "success",
    )
