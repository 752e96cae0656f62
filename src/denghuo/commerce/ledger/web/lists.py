"""Lists: postings and entries."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.ledger import queries
from denghuo.commerce.ledger.models import Entry, Posting, PostingKind
from denghuo.commerce.ledger.queries import words
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


def posting_url(posting: Posting) -> str:
    return reverse("ledger:posting", args=[posting.pk])


def _statement_url(entry: Entry) -> str | None:
    return reverse("ledger:statement", args=[entry.account.number]) if entry.account else None


@require("ledger.view")
class PostingList(ListPage):
    title = _("Postings")
    pretitle = _("Ledger")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "postings"
    empty_title = _("Nothing has been posted")
    empty_text = _("Bills that are issued and payments that come in make postings; nobody types them here.")
    columns = [
        Column("number", _("Posting"), value=str, url=posting_url),
        Column("posting_date", _("Posting date"), kind="date", sort=True),
        Column("kind", _("Kind"), kind="text"),
        Column("amount", _("Amount (yuan)"), kind="money", value="total_fen", sort=True),
        Column("reason", _("Reason")),
        Column("reverses", _("Reverses"), value="reverses", url=lambda row: posting_url(row.reverses)),
        Column("unit", _("Unit"), value="unit__name"),
        Column("posted_by", _("Posted by"), value="posted_by__name"),
        Column("posted_at", _("Posted on"), kind="moment"),
    ]
    filters = [
        DateRangeFilter("day", _("Posting date"), field="posting_date"),
        ChoiceFilter("kind", _("Kind"), choices=PostingKind.choices),
        UnitFilter(),
        NumberRangeFilter("amount", _("Amount"), field="total_fen", unit=_("yuan"), convert=fen),
        TextFilter("document", _("Document number"), lookups=("entries__document_number",)),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Posting]:
        rows = Posting.objects.select_related("unit", "posted_by", "reverses")
        return rows.distinct() if request.GET.get("document") else rows


def _of_posting(rows: QuerySet[Entry], value: str) -> QuerySet[Entry]:
    return rows.filter(posting_id=int(value)) if value.isdecimal() and len(value) < 19 else rows.none()


@require("ledger.view")
class EntryList(ListPage):
    title = _("Ledger entries")
    pretitle = _("Ledger")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "ledger-entries"
    empty_title = _("No entry")
    columns = [
        Column("posting_date", _("Posting date"), kind="date"),
        Column("posting", _("Posting"), value="posting", url=lambda row: posting_url(row.posting)),
        Column("kind", _("Kind"), value=lambda row: row.posting.get_kind_display()),
        Column("code", pgettext_lazy("ledger", "Code"), value="ledger_account"),
        Column("name", _("Ledger account"), value=lambda row: words.account_name(row.ledger_account)),
        Column("detail", _("Detail"), value=lambda row: words.detail_name(row.detail)),
        Column("account", _("Account"), value="account__number", url=_statement_url),
        Column(
            "document",
            _("Document"),
            value="document_number",
            url=lambda row: queries.number_url(row.document_number),
        ),
        Column(
            "debit",
            pgettext_lazy("ledger", "Debit"),
            kind="money",
            value=lambda row: row.amount_fen if row.amount_fen > 0 else None,
        ),
        Column(
            "credit",
            pgettext_lazy("ledger", "Credit"),
            kind="money",
            value=lambda row: -row.amount_fen if row.amount_fen < 0 else None,
        ),
        Column("unit", _("Unit"), value="unit__name", hidden=True),
    ]
    filters = [
        ChoiceFilter(
            "ledger_account",
            _("Ledger account"),
            choices=lambda request: [(code, f"{code} {name}") for code, name in words.ACCOUNTS.items()],
        ),
        DateRangeFilter("day", _("Posting date"), field="posting_date"),
        UnitFilter(),
        TextFilter("q", _("Document or account number"), lookups=("document_number", "account__number")),
        TextFilter("detail", _("Detail")),
        TextFilter("posting", _("Posting"), apply=_of_posting),
    ]

    def queryset(self, request: Any) -> QuerySet[Entry]:
        return Entry.objects.select_related("posting__posted_by", "account", "unit")
