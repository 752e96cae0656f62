"""Lists: mandates, batches and their debits, rows to settle, receipts, files brought by banks."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.banking import queries
from denghuo.commerce.banking.models import (
    BankReceipt,
    DebitBatch,
    DebitBatchState,
    DebitItem,
    ItemState,
    Mandate,
    MandateState,
    MatchRule,
    ReceiptSource,
    ReceiptState,
    ReturnLine,
)
from denghuo.commerce.banking.web.batches import visible_batch
from denghuo.commerce.banking.web.common import today
from denghuo.commerce.banking.web.forms import banks
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.imports import queries as imports
from denghuo.foundation.imports import rules as import_rules
from denghuo.foundation.imports.models import ImportBatch
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import ChoiceFilter, Column, DateRangeFilter, ListPage, TextFilter
from denghuo.records.customers.models import Account


def _account_url(row: Any) -> str:
    return reverse("customers:account", args=[row.account_id])


BANK_FILES = ("lockbox", "bank_statement")
"""The kinds of the import wizard that banks send."""


def _kind_choices(request: HttpRequest) -> list[tuple[str, str]]:
    return [(code, str(import_rules.kind_of(code).title)) for code in BANK_FILES]


def _bank_choices(request: HttpRequest) -> list[tuple[str, str]]:
    return banks()


@require("banking.view", "banking.mandates")
class MandateList(ListPage):
    title = _("Mandates")
    pretitle = _("Banks")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "mandates"
    create_url = reverse_lazy("banking:new-mandate")
    create_label = _("New mandate")
    create_permission = "banking.mandates"
    empty_title = _("No mandate yet")
    empty_text = _("A mandate lets the bank debit what an account owes every month.")
    columns = [
        Column("number", _("Agreement number"), url=lambda row: reverse("banking:mandate", args=[row.pk])),
        Column("account", _("Account"), value="account__number", url=_account_url),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("bank", _("Bank"), value="bank_name"),
        Column("bank_account", _("Bank account"), kind="masked", mask="bank_card"),
        Column("limit", _("Limit of one debit (yuan)"), kind="money", value="limit_fen", hidden=True),
        Column("state", _("State"), kind="badge"),
        Column("valid_from", _("Valid from"), kind="date"),
        Column("valid_to", _("Valid until"), kind="date", hidden=True),
    ]
    filters = [
        TextFilter(
            "q",
            _("Agreement, account or bank account number"),
            lookups=("number", "account__number", "bank_account"),
        ),
        ChoiceFilter("state", _("State"), choices=MandateState.choices),
        ChoiceFilter("bank", _("Bank"), choices=_bank_choices),
    ]

    def queryset(self, request: HttpRequest) -> QuerySet[Mandate]:
        return Mandate.objects.select_related("account__customer")


@require("banking.view")
class BatchList(ListPage):
    title = _("Debit batches")
    pretitle = _("Banks")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "debit-batches"
    create_url = reverse_lazy("banking:new-batch")
    create_label = _("New debit batch")
    create_permission = "banking.batches"
    empty_title = _("No debit batch yet")
    empty_text = _("A batch asks one bank to debit every account with a mandate that owes something.")
    columns = [
        Column("number", _("Batch number"), url=lambda row: reverse("banking:batch", args=[row.pk])),
        Column("bank", _("Bank"), value="bank_name"),
        Column("debit_date", _("Debit date"), kind="date"),
        Column("items", _("Debits"), kind="number", value="items_count"),
        Column("amount", _("Amount (yuan)"), kind="money", value="total_fen"),
        Column("paid", _("Debited (yuan)"), kind="money", value="paid_fen"),
        Column("failed", _("Failed (yuan)"), kind="money", value="failed_fen"),
        Column("failed_count", _("Failed"), kind="number"),
        Column(
            "state",
            _("State"),
            kind="badge",
            tones={"created": "info", "sent": "warning", "returned": "accent", "posted": "success"},
        ),
        Column("created_by", _("Made by"), value="created_by__name", hidden=True),
    ]
    filters = [
        TextFilter("q", _("Batch number"), lookups=("number__startswith",)),
        ChoiceFilter("state", _("State"), choices=DebitBatchState.choices),
        ChoiceFilter("bank", _("Bank"), choices=_bank_choices),
        DateRangeFilter("debit_date", _("Debit date"), field="debit_date"),
    ]

    def queryset(self, request: HttpRequest) -> QuerySet[DebitBatch]:
        return DebitBatch.objects.select_related("created_by")


@require("banking.view")
class ItemList(ListPage):
    title = _("Debits of the batch")
    pretitle = _("Banks")
    keyset = ("id",)
    export_name = "debits"
    empty_title = _("No debit here")
    columns = [
        Column("serial", _("Serial number")),
        Column("account", _("Account"), value="account__number", url=_account_url),
        Column("name", _("Customer"), value="account__customer__masked_name"),
        Column("amount", _("Amount (yuan)"), kind="money", value="amount_fen", sort=True),
        Column("owed", _("Owed (yuan)"), kind="money", value="owed_fen", hidden=True),
        Column(
            "state",
            _("State"),
            kind="badge",
            tones={"out": "warning", "taken": "accent", "posted": "success"},
        ),
        Column("code", _("Answer")),
        Column("reason", _("Reason")),
        Column("payment", _("Payment"), value="payment__number"),
    ]
    filters = [
        ChoiceFilter("state", _("State"), choices=ItemState.choices),
        TextFilter("q", _("Serial or account number"), lookups=("serial", "account__number")),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[DebitItem]:
        batch = visible_batch(request, self.kwargs["pk"])
        return batch.items.select_related("account__customer", "payment")


@require("banking.view")
class LineList(ListPage):
    title = _("Rows of bank answers to settle")
    pretitle = _("Banks")
    keyset = ("id",)
    can_export = True
    export_name = "return-rows"
    empty_title = _("Nothing to settle")
    empty_text = _("Rows that fit no debit, or cannot be read, stand here until somebody has settled them.")
    columns = [
        Column(
            "batch",
            _("Batch number"),
            value="file__batch__number",
            url=lambda row: reverse("banking:batch", args=[row.file.batch_id]),
        ),
        Column("number", _("Row"), kind="number"),
        Column("outcome", _("Outcome"), kind="badge", tones={"unknown": "warning", "error": "danger"}),
        Column("serial", _("Serial number")),
        Column("amount", _("Amount (yuan)"), kind="money", value="amount_fen"),
        Column("code", _("Answer")),
        Column("reason", _("Reason")),
    ]
    filters = [TextFilter("q", _("Serial number"), lookups=("serial",))]

    def queryset(self, request: StaffRequest) -> QuerySet[ReturnLine]:
        return queries.lines_to_settle(request.user.scope)


@require("banking.view")
class ReceiptList(ListPage):
    title = _("Remittances")
    pretitle = _("Banks")
    keyset = ("-value_date", "-id")
    scope_field = "unit__code"
    export_name = "receipts"
    template_name = "banking/receipts.html"
    empty_title = _("No receipt waits")
    empty_text = _(
        "Money that reaches our bank account stands here until it is matched to an account or sent back."
    )
    columns = [
        Column("reference", _("Bank reference"), url=lambda row: reverse("banking:receipt", args=[row.pk])),
        Column("value_date", _("Value date"), kind="date"),
        Column("age", _("Days"), kind="number", value=lambda row: (today() - row.value_date).days),
        Column("payer", _("Payer"), value="masked_payer"),
        Column("remark", _("Remark")),
        Column("amount", _("Amount (yuan)"), kind="money", value="amount_fen", sort=True),
        Column("open", _("To be matched (yuan)"), kind="money", value="open_fen"),
        Column("proposal", _("Proposal"), value="proposal"),
        Column("state", _("State"), kind="badge", tones={"open": "warning", "matched": "success"}),
        Column("source", _("Source"), hidden=True),
    ]
    filters = [
        ChoiceFilter("state", _("State"), choices=ReceiptState.choices),
        TextFilter(
            "q",
            _("Reference, payer or payer's account"),
            lookups=("reference", "payer__startswith", "payer_account"),
        ),
        ChoiceFilter("source", _("Source"), choices=ReceiptSource.choices),
        DateRangeFilter("value_date", _("Value date"), field="value_date"),
    ]

    def queryset(self, request: HttpRequest) -> QuerySet[BankReceipt]:
        return BankReceipt.objects.all()

    def _page(self, request: HttpRequest, rows: Any, order: Any) -> Any:
        """The page of rows, each with its best proposal; a few queries for all of them."""
        page = super()._page(request, rows, order)
        waiting = [row for row in page.rows if row.open_fen]
        found = queries.proposals_of(waiting, on=today())
        numbers = Account.objects.in_bulk({items[0].account_id for items in found.values() if items})
        for row in page.rows:
            items = found.get(row.pk) or []
            row.proposal = (
                f"{numbers[items[0].account_id].number} · {MatchRule(items[0].rule).label}" if items else ""
            )
        return page

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"ages": queries.ages(request.user.scope, on=today())}  # type: ignore[union-attr]


@require("banking.view")
class FileList(ListPage):
    title = _("Files of the banks")
    pretitle = _("Banks")
    keyset = ("-id",)
    scope_field = "unit_id"
    export_name = "bank-files"
    template_name = "banking/files.html"
    empty_title = _("No file yet")
    empty_text = _(
        "Lock-box files and bank statements are brought in by the import wizard, which checks every row first."
    )
    columns = [
        Column("file_name", _("File"), url=lambda row: reverse("imports:batch", args=[row.pk])),
        Column("kind", _("Kind"), value=imports.kind_title),
        Column("uploaded", _("Uploaded"), kind="moment", value="uploaded_at"),
        Column("by", _("Uploaded by"), value="uploaded_by__name"),
        Column("rows", _("Rows"), kind="number", value="total_rows"),
        Column("taken", _("Taken"), kind="number", value="committed_rows"),
        Column("errors", _("Errors"), kind="number", value="error_rows"),
        Column("twins", _("Repeated"), kind="number", value="duplicate_rows"),
        Column("state", _("State"), kind="badge"),
    ]
    filters = [ChoiceFilter("kind", _("Kind"), choices=_kind_choices)]

    def queryset(self, request: HttpRequest) -> QuerySet[ImportBatch]:
        return ImportBatch.objects.filter(kind__in=BANK_FILES).select_related("uploaded_by")

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"kinds": [import_rules.kind_of(code) for code in BANK_FILES]}
