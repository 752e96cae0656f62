"""Billing on the workbench: the year as a chart, how the newest run stands, the exceptions that cost most."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from denghuo.commerce.billing import queries
from denghuo.commerce.billing.queries import words
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import charts, extensions, formats

WORST = 5
DECIDE = ("billing.run", "billing.approve", "billing.release", "billing.issue")


def register() -> None:
    extensions.workbench_panel(
        "billing.view",
        "months",
        gettext_lazy("Twelve months"),
        "billing/parts/bench_months.html",
        months,
        order=10,
        width="two_thirds",
    )
    extensions.workbench_panel(
        "billing.view",
        "run",
        gettext_lazy("The newest billing run"),
        "billing/parts/bench_run.html",
        newest_run,
        order=12,
        width="third",
    )
    extensions.workbench_panel(
        "billing.view",
        "exceptions",
        gettext_lazy("Most money at risk"),
        "billing/parts/bench_exceptions.html",
        worst_exceptions,
        order=14,
        width="third",
    )
    extensions.action(
        "workbench",
        gettext_lazy("New billing run"),
        lambda subject: reverse("billing:new-run"),
        icon="player-play",
        permission="billing.run",
        order=10,
        primary=True,
    )


def months(request: StaffRequest) -> dict[str, Any]:
    """Energy as columns, money as a line, of the last 12 cycles."""
    shown = queries.months_billed(request.user.scope)
    option = charts.bars_and_line(
        [month.cycle for month in shown],
        (_("Energy"), [month.energy_kwh / 10_000 for month in shown], _("10,000 kWh")),
        (_("Amount"), [round(month.total_fen / 1_000_000, 2) for month in shown], _("10,000 yuan")),
    )
    return {
        "months": shown,
        "option": option,
        "last": shown[-1] if shown else None,
        "more_url": reverse("billing:bills") if shown else "",
    }


def newest_run(request: StaffRequest) -> dict[str, Any] | None:
    """In scope = billed + held + parked + skipped + waiting, as one bar."""
    if not any(request.user.may(permission) for permission in DECIDE):
        return None
    found = queries.standing(request.user.scope)
    if found is None:
        return {"standing": None, "may_start": request.user.may("billing.run")}
    parts = [
        (pgettext("bill", "Issued"), found.issued, "success"),
        (pgettext("bill", "Approved"), found.approved, "accent"),
        (pgettext("bill", "Draft"), found.drafted, "info"),
        (_("Held for checking"), found.held, "warning"),
        (_("Parked"), found.parked, "danger"),
        (_("Skipped"), found.skipped + found.cancelled, "neutral"),
        (_("Waiting"), found.waiting, "neutral"),
    ]
    return {
        "standing": found,
        "parts": parts,
        "may_approve": found.drafted and request.user.may("billing.approve"),
        "may_issue": found.approved and request.user.may("billing.issue"),
        "more_url": reverse("billing:runs"),
    }


def worst_exceptions(request: StaffRequest) -> dict[str, Any] | None:
    """What waits for a decision, most money first."""
    if not any(request.user.may(permission) for permission in DECIDE):
        return None
    found = (
        queries.open_exceptions(request.user.scope)
        .select_related("account__customer")
        .order_by("-money_at_risk_fen", "id")[:WORST]
    )
    rows = [
        {
            "url": reverse("billing:exception", args=[row.pk]),
            "rule": words.reason(row.rule),
            "who": row.account.customer.masked_name,
            "cycle": row.cycle,
            "money": formats.money(row.money_at_risk_fen),
        }
        for row in found
    ]
    return {"rows": rows, "more_url": f"{reverse('billing:exceptions')}?state=waiting" if rows else ""}
