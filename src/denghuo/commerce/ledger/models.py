"""Postings and their entries (凭证与分录): written once, balanced, never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.foundation.database.fields import MoneyField
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Account


class PostingKind(models.TextChoices):
    BILLS_ISSUED = "bills_issued", pgettext_lazy("posting", "Bills issued")
    BILL_REVERSED = "bill_reversed", pgettext_lazy("posting", "Bill reversed")
    FEE_CHARGED = "fee_charged", pgettext_lazy("posting", "Fee charged")
    LATE_FEE = "late_fee", pgettext_lazy("posting", "Late fee charged")
    LATE_FEE_WAIVED = "late_fee_waived", pgettext_lazy("posting", "Late fee waived")
    PAYMENT = "payment", pgettext_lazy("posting", "Payment")
    PAYMENT_REVERSED = "payment_reversed", pgettext_lazy("posting", "Payment reversed")
    PREPAYMENT_APPLIED = "prepayment_applied", pgettext_lazy("posting", "Prepayment applied")
    PREPAYMENT_RELEASED = "prepayment_released", pgettext_lazy("posting", "Payment released to prepayment")
    REFUND = "refund", pgettext_lazy("posting", "Refund")
    TRANSFER = "transfer", pgettext_lazy("posting", "Transfer between accounts")
    DEPOSIT = "deposit", pgettext_lazy("posting", "Deposit")
    SUSPENSE = "suspense", pgettext_lazy("posting", "Receipt to be matched")
    CHANNEL = "channel", pgettext_lazy("posting", "Channel settlement")
    CASH_UP = "cash_up", pgettext_lazy("posting", "Cash-up")
    WRITE_OFF = "write_off", pgettext_lazy("posting", "Write-off")
    REVERSAL = "reversal", pgettext_lazy("posting", "Reversing entry")


class Posting(models.Model):
    """A group of entries that add up to zero. Its entries are written first; the posting seals them (migration 0002).

    ``key`` names the cause so that nothing is posted twice; ``document_type`` and ``document_id`` say what made it.
    ``total_fen`` is the sum of its debits.
    """

    kind = models.CharField(_("kind"), max_length=24, choices=PostingKind)
    key = models.CharField(max_length=100, null=True, unique=True)
    document_type = models.CharField(max_length=40, blank=True)
    document_id = models.BigIntegerField(null=True)
    posting_date = models.DateField(_("posting date"))
    total_fen = MoneyField(_("amount"))
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    posted_at = models.DateTimeField(_("posted"))
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["posting_date", "kind"]),
            models.Index(fields=["document_type", "document_id"]),
        ]
        constraints = [models.CheckConstraint(condition=Q(total_fen__gt=0), name="a_posting_moves_money")]

    def __str__(self) -> str:
        return f"{self.posting_date:%Y%m%d}-{self.pk}"


class Entry(models.Model):
    """Debit positive, credit negative, in fen. ``account`` is the settlement account of accounts kept by customer."""

    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="entries")
    posting_date = models.DateField(_("posting date"))
    ledger_account = models.CharField(_("ledger account"), max_length=12)
    detail = models.CharField(_("detail"), max_length=40, blank=True)
    account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    document_number = models.CharField(_("document"), max_length=32, blank=True)
    amount_fen = MoneyField(_("amount"))
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["account", "ledger_account", "posting_date"],
                condition=Q(account__isnull=False),
                name="entries_of_an_account",
            ),
            models.Index(fields=["ledger_account", "posting_date"]),
        ]
        constraints = [models.CheckConstraint(condition=~Q(amount_fen=0), name="an_entry_moves_money")]


class ClosedPeriod(models.Model):
    """A month whose books are closed: the database refuses postings into it. ``month`` is ``2026-08``."""

    month = models.CharField(_("month"), max_length=7, primary_key=True)
    closed_at = models.DateTimeField(_("closed"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    debits_fen = MoneyField(_("debits"))

    class Meta:
        ordering = ["-month"]
