"""The trial balance, with the way down to entries."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from denghuo.commerce.ledger import queries
from denghuo.commerce.ledger.queries import words
from denghuo.commerce.ledger.web.common import days_asked, file_of, narrowed, today, with_export
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import Column, UnitFilter

FIGURES = (
    ("opening_debit_fen", pgettext_lazy("ledger", "Opening debit")),
    ("opening_credit_fen", pgettext_lazy("ledger", "Opening credit")),
    ("debit_fen", pgettext_lazy("ledger", "Debit")),
    ("credit_fen", pgettext_lazy("ledger", "Credit")),
    ("closing_debit_fen", pgettext_lazy("ledger", "Closing debit")),
    ("closing_credit_fen", pgettext_lazy("ledger", "Closing credit")),
)


def _columns(details: bool) -> list[Column]:
    figures = [Column(name, label, kind="money") for name, label in FIGURES]
    names = [Column("code", pgettext_lazy("ledger", "Code")), Column("name", gettext_lazy("Ledger account"))]
    if details:
        names.append(Column("detail", gettext_lazy("Detail")))
    return [*names, Column("nature", pgettext_lazy("ledger", "Nature")), *figures]


@require("ledger.view")
@require_GET
def trial_balance(request: StaffRequest) -> HttpResponseBase:
    """Balances before, turnover of and balances after the days asked for; by default this month."""
    days, first, last = days_asked(request, first=today().replace(day=1), last=today())
    unit = narrowed(request, UnitFilter())
    details = request.GET.get("details") == "yes"
    asked = unit.value or ""
    visible = asked if asked.startswith(request.user.scope) else request.user.scope
    found = queries.trial_balance(first=first, last=last, unit=visible, details=details)
    columns = _columns(details)
    rows = [_row(row) for row in found.rows]
    total: dict[str, Any] = {"code": "", "name": pgettext("ledger", "Total"), "detail": "", "nature": ""}
    total |= {name: found.total(name) for name, _label in FIGURES}
    if "export" in request.GET:
        return file_of(request, columns, [*rows, total], f"trial-balance-{first}-{last}")
    address = reverse("ledger:entries")
    narrow = {"day_from": first.isoformat(), "day_to": last.isoformat(), "unit": asked}
    return render(
        request,
        "ledger/trial_balance.html",
        {
            "page_title": _("Trial balance"),
            "narrowed": [days, unit],
            "details": details,
            "columns": columns,
            "rows": [
                (
                    f"{address}?{urlencode(_entries_of(row, narrow, details))}",
                    [(column, column.html(row)) for column in columns],
                )
                for row in rows
            ],
            "total": [(column, column.html(total)) for column in columns],
            "balanced": found.balanced,
            "urls": with_export(request),
        },
    )


def _entries_of(row: dict[str, Any], narrow: dict[str, str], details: bool) -> dict[str, str]:
    wanted = {"ledger_account": row["code"], **narrow}
    if details and row["key"]:
        wanted["detail"] = row["key"]
    return {name: value for name, value in wanted.items() if value}


def _row(row: queries.TrialRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "key": row.detail,
        "name": str(words.account_name(row.code)),
        "detail": str(words.detail_name(row.detail)) if row.detail else pgettext("ledger", "none"),
        "nature": str(words.NATURES[row.nature]),
        **{name: getattr(row, name) or None for name, _label in FIGURES},
    }
