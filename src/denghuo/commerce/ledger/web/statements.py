"""The statement of a settlement account: page, PDF, csv and xlsx of the same lines."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext_lazy
from django.views.decorators.http import require_GET

from denghuo.commerce.ledger import queries
from denghuo.commerce.ledger.queries import words
from denghuo.commerce.ledger.web.common import days_asked, file_of, now, today, with_export
from denghuo.commerce.ledger.web.lists import posting_url
from denghuo.foundation.documents import pdf
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import Column
from denghuo.kernel.periods import Cycle
from denghuo.records.customers.models import Account

COLUMNS = [
    Column("date", gettext_lazy("Posting date"), kind="date"),
    Column("kind", gettext_lazy("What happened"), url=lambda row: row["posting_url"]),
    Column("document", gettext_lazy("Document"), url=lambda row: queries.number_url(row["document"])),
    Column("name", gettext_lazy("Ledger account")),
    Column("debit", pgettext_lazy("ledger", "Debit"), kind="money"),
    Column("credit", pgettext_lazy("ledger", "Credit"), kind="money"),
    Column("balance", gettext_lazy("Balance of the ledger account"), kind="money"),
    Column("owed", gettext_lazy("Owed by the customer"), kind="money"),
]


def visible_account(request: StaffRequest, number: str) -> Account:
    """The account, or 404 outside the data scope."""
    found = (
        Account.objects.select_related("customer", "unit")
        .filter(number=number, unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _asked(request: StaffRequest) -> tuple[Any, date, date]:
    """By default the last twelve months."""
    return days_asked(request, first=Cycle.of(today()).shifted(-11).first, last=today())


def rows_of(found: queries.Statement) -> list[dict[str, Any]]:
    """The lines as screen, files and PDF show them: opening, entries, closing."""
    edge: dict[str, Any] = {
        "posting_url": None, "document": "", "name": "", "debit": None, "credit": None, "balance": None,
    }  # fmt: skip
    return [
        {**edge, "date": found.first, "kind": _("Opening balance"), "owed": found.opening_fen},
        *(
            {
                "date": line.entry.posting_date,
                "kind": str(line.posting.get_kind_display()),
                "posting_url": posting_url(line.posting),
                "document": line.entry.document_number,
                "name": str(words.account_name(line.entry.ledger_account)),
                "debit": line.debit_fen or None,
                "credit": line.credit_fen or None,
                "balance": line.balance_fen,
                "owed": line.owed_fen,
            }
            for line in found.lines
        ),
        {
            **edge,
            "date": found.last,
            "kind": _("Closing balance"),
            "debit": found.debit_fen,
            "credit": found.credit_fen,
            "owed": found.closing_fen,
        },
    ]


@require("ledger.view", "receivables.view")
@require_GET
def statement_page(request: StaffRequest, number: str) -> HttpResponseBase:
    account = visible_account(request, number)
    days, first, last = _asked(request)
    found = queries.statement(account.pk, first=first, last=last)
    rows = rows_of(found)
    name = f"statement-{account.number}-{first}-{last}"
    if "export" in request.GET:
        return file_of(request, COLUMNS, rows, name)
    columns = COLUMNS
    if not request.user.may("ledger.view"):  # may see the account, not the books behind it
        rows = [{**row, "posting_url": None} for row in rows]
    return render(
        request,
        "ledger/statement.html",
        {
            "page_title": _("Account statement"),
            "account": account,
            "narrowed": [days],
            "first": first,
            "last": last,
            "found": found,
            "columns": columns,
            "rows": [[(column, column.html(row)) for column in columns] for row in rows],
            "standings": [(words.account_name(item.code), item) for item in found.standings],
            "urls": with_export(request),
            "pdf_url": f"{reverse('ledger:statement-pdf', args=[account.number])}"
            f"?day_from={first}&day_to={last}",
            "breadcrumbs": [
                (_("Paying account"), reverse("customers:account", args=[account.pk])),
                (account.number, reverse("customers:account", args=[account.pk])),
                (_("Account statement"), None),
            ],
        },
    )


@require("ledger.view", "receivables.view")
@require_GET
def statement_pdf(request: StaffRequest, number: str) -> HttpResponse:
    """The statement on A4, in Chinese."""
    account = visible_account(request, number)
    _days, first, last = _asked(request)
    with override("zh-hans"):
        body = pdf.render(
            "ledger/statement.typ", {"statement": document(account, first, last)}, created_at=now()
        )
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="statement-{account.number}-{first}-{last}.pdf"'
    return response


def document(account: Account, first: date, last: date) -> dict[str, Any]:
    """JSON-able data of the printed statement."""
    found = queries.statement(account.pk, first=first, last=last)
    return {
        "unit": account.unit.name,
        "account": account.number,
        "customer": account.customer.masked_name,
        "period": [first.isoformat(), last.isoformat()],
        "opening_fen": found.opening_fen,
        "closing_fen": found.closing_fen,
        "standings": [
            {
                "name": str(words.account_name(item.code)),
                "opening_fen": item.opening_fen,
                "closing_fen": item.closing_fen,
            }
            for item in found.standings
        ],
        "rows": [{**row, "date": row["date"].isoformat(), "posting_url": ""} for row in rows_of(found)],
    }


@require("ledger.view", "receivables.view")
@require_GET
def statement_of(request: StaffRequest) -> HttpResponse:
    """Finds the statement of the account number that was typed."""
    return redirect(
        "ledger:statement", visible_account(request, request.GET.get("number", "").strip()).number
    )
