"""What banking shows in the menu, on the page of an account and on the workbench."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.commerce.banking.models import BankReceipt, Mandate, MatchRule, ReceiptState
from denghuo.commerce.banking.rules import parameters
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameter_rules
from denghuo.foundation.ui import extensions, formats, navigation
from denghuo.foundation.ui.extensions import Tile

ACTIONS = {
    "banking.mandate.recorded": gettext_lazy("Mandate recorded"),
    "banking.mandate.signed": gettext_lazy("Mandate put in force"),
    "banking.mandate.suspended": gettext_lazy("Mandate suspended"),
    "banking.mandate.ended": gettext_lazy("Mandate ended"),
    "banking.batch.created": gettext_lazy("Debit batch made"),
    "banking.batch.sent": gettext_lazy("Debit batch sent"),
    "banking.batch.withdrawn": gettext_lazy("Debit batch withdrawn"),
    "banking.batch.given_up": gettext_lazy("Unanswered debits taken back"),
    "banking.batch.posted": gettext_lazy("Debit batch posted"),
    "banking.return.taken": gettext_lazy("Answer of the bank taken in"),
    "banking.return_line.settled": gettext_lazy("Row of a bank answer settled"),
    "banking.receipt.taken": gettext_lazy("Receipt booked to be matched"),
    "banking.receipt.matched": gettext_lazy("Receipt matched"),
    "banking.receipt.unmatched": gettext_lazy("Match of a receipt undone"),
    "banking.send_back.asked": gettext_lazy("Sending back asked for"),
    "banking.send_back.done": gettext_lazy("Receipt sent back"),
    "banking.send_back.rejected": gettext_lazy("Sending back refused"),
}
FIELDS = {
    "banking.mandate.bank": (gettext_lazy("Bank"), {}),
    "banking.mandate.bank_account": (gettext_lazy("Bank account"), {}),
    "banking.debitbatch.items": (gettext_lazy("Debits"), {}),
    "banking.debitbatch.total_fen": (gettext_lazy("Amount (yuan)"), {}),
    "banking.debitbatch.rows": (gettext_lazy("Rows"), {}),
    "banking.debitbatch.ok": (gettext_lazy("Debited"), {}),
    "banking.debitbatch.failed": (gettext_lazy("Failed"), {}),
    "banking.debitbatch.ok_fen": (gettext_lazy("Debited (yuan)"), {}),
    "banking.debitbatch.paid_fen": (gettext_lazy("Debited (yuan)"), {}),
    "banking.debitbatch.failed_fen": (gettext_lazy("Failed (yuan)"), {}),
    "banking.debitbatch.digest": (gettext_lazy("SHA-256 of the file"), {}),
    "banking.bankreceipt.amount_fen": (gettext_lazy("Amount (yuan)"), {}),
    "banking.bankreceipt.matched_fen": (gettext_lazy("Matched (yuan)"), {}),
    "banking.bankreceipt.open_fen": (gettext_lazy("To be matched (yuan)"), {}),
    "banking.bankreceipt.accounts": (gettext_lazy("Accounts"), {}),
    "banking.bankreceipt.rule": (gettext_lazy("Rule"), dict(MatchRule.choices)),
}
PAGES = (
    (gettext_lazy("Debit batches"), "banking:batches", "building-bank", "banking.view"),
    (gettext_lazy("Mandates"), "banking:mandates", "clipboard-check", "banking.mandates"),
    (gettext_lazy("Remittances"), "banking:receipts", "transfer", "banking.view"),
    (gettext_lazy("Files of the banks"), "banking:files", "file-import", "banking.view"),
)


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    audit.name_fields(FIELDS)
    audit.mark_sensitive("banking.send_back.done", "banking.receipt.unmatched", "banking.batch.given_up")
    for order, (label, url_name, icon, permission) in enumerate(PAGES):
        navigation.register(
            navigation.NavItem("money", label, url_name, icon=icon, permission=permission, order=450 + order)
        )
    parameter_rules.name(
        {
            parameters.DEBIT_FROM.code: (gettext_lazy("Debit what is issued, or only what is due"), ""),
            parameters.AUTO_NUMBER.code: (gettext_lazy("Match by a number in the remark without a clerk"), ""),
            parameters.AUTO_PAYER_ACCOUNT.code: (
                gettext_lazy("Match by the payer's bank account and the exact amount without a clerk"), "",
            ),
            parameters.AUTO_NAME_AMOUNT.code: (
                gettext_lazy("Match by name and exact amount without a clerk"), "",
            ),
        }
    )  # fmt: skip
    extensions.panel(
        "account",
        "mandate",
        gettext_lazy("Auto-debit"),
        "banking/parts/account_panel.html",
        _account_panel,
        permission="banking.mandates",
        order=45,
    )
    extensions.workbench("banking.match", _receipts_tile, order=45)


def _account_panel(request: StaffRequest, subject: Any) -> dict[str, Any]:
    mandates = list(Mandate.objects.filter(account_id=getattr(subject, "pk", subject)).order_by("-id")[:5])
    live = any(mandate.state != "ended" for mandate in mandates)
    number = getattr(subject, "number", "")
    return {
        "mandates": mandates,
        "new_url": "" if live else f"{reverse('banking:new-mandate')}?account={number}",
    }


def _receipts_tile(request: StaffRequest) -> Tile | None:
    waiting = BankReceipt.objects.filter(
        unit__code__startswith=request.user.scope, state=ReceiptState.OPEN
    ).aggregate(n=Count("id"), fen=Sum("open_fen"))
    return Tile(
        title=_("Receipts to match"),
        value=waiting["n"],
        hint=_("%(amount)s yuan in suspense") % {"amount": formats.money(waiting["fen"] or 0)},
        url=f"{reverse('banking:receipts')}?state=open",
        icon="transfer",
        tone="warning" if waiting["n"] else "success",
    )
