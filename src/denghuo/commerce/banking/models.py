"""Direct debit, lock-box and remittances: what the banks were asked, what they answered, and money that waits for its owner."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.banking.rules import name_of
from denghuo.commerce.ledger.models import Posting
from denghuo.commerce.payments.models import Payment
from denghuo.foundation.database.fields import MoneyField
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.jobs.models import LongRun
from denghuo.kernel import masking
from denghuo.records.customers.models import Account

STAFF = settings.AUTH_USER_MODEL


class MandateState(models.TextChoices):
    PENDING = "pending", pgettext_lazy("mandate", "Waiting for the bank")
    ACTIVE = "active", pgettext_lazy("mandate", "In force")
    SUSPENDED = "suspended", pgettext_lazy("mandate", "Suspended")
    ENDED = "ended", pgettext_lazy("mandate", "Ended")


LIVE = (MandateState.PENDING, MandateState.ACTIVE, MandateState.SUSPENDED)


class Mandate(models.Model):
    """Leave to debit a bank account for one settlement account (代扣协议). One is live at a time.

    ``limit_fen`` bounds one debit; empty is no bound. ``bank_account`` is shown masked; a look in clear is recorded.
    """

    number = models.CharField(_("agreement number"), max_length=32, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="mandates", db_index=False)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    bank = models.CharField(_("bank"), max_length=20)
    holder = models.CharField(_("account holder"), max_length=80)
    bank_account = models.CharField(_("bank account"), max_length=40, db_index=True)
    limit_fen = MoneyField(_("limit of one debit"), null=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=MandateState, default="pending")
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_reason = models.CharField(_("why it ended"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("recorded"))
    created_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=~Q(state="ended"), name="one_live_mandate_an_account"
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False)
                | (~Q(state="ended") & Q(ended_at__isnull=True)),
                name="an_ended_mandate_says_when",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="mandate_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(limit_fen__isnull=True) | Q(limit_fen__gt=0), name="limit_of_a_mandate"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"]),
            models.Index(fields=["bank", "state"]),
            models.Index(fields=["unit", "-id"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def bank_name(self) -> str:
        return name_of(self.bank)

    @property
    def masked_bank_account(self) -> str:
        return masking.bank_card(self.bank_account)


class DebitBatchState(models.TextChoices):
    CREATED = "created", pgettext_lazy("debit batch", "Created")
    SENT = "sent", pgettext_lazy("debit batch", "Sent to the bank")
    RETURNED = "returned", pgettext_lazy("debit batch", "Answered, being posted")
    POSTED = "posted", pgettext_lazy("debit batch", "Posted")
    CANCELLED = "cancelled", pgettext_lazy("debit batch", "Withdrawn")


class DebitBatch(models.Model):
    """What one bank is asked to debit on one day (批扣). The file is written from the items and has ``digest``.

    ``items`` = paid + failed + still open, in number and in money; the constraint keeps it.
    """

    number = models.CharField(_("batch number"), max_length=20, unique=True)
    bank = models.CharField(_("bank"), max_length=20)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    debit_date = models.DateField(_("debit date"))
    state = models.CharField(_("state"), max_length=10, choices=DebitBatchState, default="created")
    items_count = models.PositiveIntegerField(_("items"))
    total_fen = MoneyField(_("amount"))
    paid_count = models.PositiveIntegerField(_("debited"), default=0)
    paid_fen = MoneyField(_("amount debited"), default=0)
    failed_count = models.PositiveIntegerField(_("failed"), default=0)
    failed_fen = MoneyField(_("amount failed"), default=0)
    digest = models.CharField(_("SHA-256 of the file"), max_length=64)
    run = models.ForeignKey(LongRun, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent"), null=True)
    posted_at = models.DateTimeField(_("posted"), null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(paid_count__lte=F("items_count") - F("failed_count"))
                & Q(paid_fen__lte=F("total_fen") - F("failed_fen")),
                name="answers_of_a_batch_are_of_its_items",
            ),
            models.CheckConstraint(
                condition=~Q(state="posted")
                | Q(
                    items_count=F("paid_count") + F("failed_count"),
                    total_fen=F("paid_fen") + F("failed_fen"),
                ),
                name="a_posted_batch_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def bank_name(self) -> str:
        return name_of(self.bank)

    @property
    def open_count(self) -> int:
        return self.items_count - self.paid_count - self.failed_count

    @property
    def open_fen(self) -> int:
        return self.total_fen - self.paid_fen - self.failed_fen


class ItemState(models.TextChoices):
    OUT = "out", pgettext_lazy("debit", "No answer yet")
    TAKEN = "taken", pgettext_lazy("debit", "Debited, to be posted")
    POSTED = "posted", pgettext_lazy("debit", "Posted")
    FAILED = "failed", pgettext_lazy("debit", "Failed")


class DebitItem(models.Model):
    """One debit. ``serial`` is the transaction number that the payment carries. One is open for an account at a time."""

    batch = models.ForeignKey(DebitBatch, on_delete=models.PROTECT, related_name="items")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="items")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    serial = models.CharField(_("serial number"), max_length=32, unique=True)
    amount_fen = MoneyField(_("amount"))
    owed_fen = MoneyField(_("owed"))
    state = models.CharField(_("state"), max_length=8, choices=ItemState, default="out")
    code = models.CharField(_("answer"), max_length=16, blank=True)
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    payment = models.OneToOneField(Payment, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state__in=["out", "taken"]), name="one_open_debit_an_account"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, amount_fen__lte=F("owed_fen")), name="a_debit_is_what_is_owed"
            ),
            models.CheckConstraint(
                condition=Q(state="posted", payment__isnull=False)
                | (~Q(state="posted") & Q(payment__isnull=True)),
                name="a_posted_debit_has_its_payment",
            ),
        ]
        indexes = [models.Index(fields=["batch", "state", "id"])]

    def __str__(self) -> str:
        return self.serial


class ReturnFile(models.Model):
    """A bank's answer to a batch. rows = ok + failed + unknown + duplicate + error, whatever the file holds."""

    batch = models.ForeignKey(DebitBatch, on_delete=models.PROTECT, related_name="returns")
    file_name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    rows = models.PositiveIntegerField(_("rows"))
    ok_rows = models.PositiveIntegerField(_("debited"), default=0)
    failed_rows = models.PositiveIntegerField(_("failed"), default=0)
    unknown_rows = models.PositiveIntegerField(_("unknown"), default=0)
    duplicate_rows = models.PositiveIntegerField(_("repeated"), default=0)
    error_rows = models.PositiveIntegerField(_("unreadable"), default=0)
    ok_fen = MoneyField(_("amount debited"), default=0)
    uploaded_at = models.DateTimeField(_("uploaded"))
    uploaded_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    rows=F("ok_rows")
                    + F("failed_rows")
                    + F("unknown_rows")
                    + F("duplicate_rows")
                    + F("error_rows")
                ),
                name="rows_of_a_return_add_up",
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class LineOutcome(models.TextChoices):
    OK = "ok", pgettext_lazy("return row", "Debited")
    FAILED = "failed", pgettext_lazy("return row", "Failed")
    UNKNOWN = "unknown", pgettext_lazy("return row", "Unknown")
    DUPLICATE = "duplicate", pgettext_lazy("return row", "Repeated")
    ERROR = "error", pgettext_lazy("return row", "Unreadable")


class ReturnLine(models.Model):
    """One row of an answer, kept as it came. Rows nobody can place wait on a list until somebody settles them."""

    file = models.ForeignKey(ReturnFile, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=LineOutcome)
    serial = models.CharField(_("serial number"), max_length=32, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=40, blank=True)
    amount_fen = MoneyField(_("amount"), null=True)
    code = models.CharField(_("answer"), max_length=16, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    item = models.ForeignKey(DebitItem, null=True, on_delete=models.PROTECT, related_name="lines")
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("what was done"), max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="one_line_per_row_of_a_return"),
            models.CheckConstraint(
                condition=~Q(outcome__in=["ok", "failed"]) | Q(item__isnull=False),
                name="an_answer_names_its_debit",
            ),
        ]
        indexes = [
            models.Index(
                fields=["outcome", "id"],
                condition=Q(outcome__in=["unknown", "error"], settled_at__isnull=True),
                name="return_lines_to_settle",
            )
        ]


class ReceiptSource(models.TextChoices):
    """The channel of the payment that a receipt becomes."""

    TRANSFER = "transfer", pgettext_lazy("receipt", "Bank transfer")
    LOCKBOX = "lockbox", pgettext_lazy("receipt", "Lock-box")


class ReceiptState(models.TextChoices):
    OPEN = "open", pgettext_lazy("receipt", "To be matched")
    MATCHED = "matched", pgettext_lazy("receipt", "Matched")
    RETURNED = "returned", pgettext_lazy("receipt", "Sent back")


class BankReceipt(models.Model):
    """Money that reached the bank before anybody knew whose it is: it stands in suspense until it is matched or sent back.

    ``open_fen`` = ``amount_fen`` − live matches − what was sent back; it is the balance of this receipt in suspense.
    """

    source = models.CharField(_("source"), max_length=10, choices=ReceiptSource)
    reference = models.CharField(_("bank reference"), max_length=48)
    bank = models.CharField(_("bank"), max_length=20, blank=True)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount_fen = MoneyField(_("amount"))
    open_fen = MoneyField(_("to be matched"))
    value_date = models.DateField(_("value date"))
    payer = models.CharField(_("payer"), max_length=80, blank=True)
    payer_account = models.CharField(_("payer's bank account"), max_length=40, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ReceiptState, default="open")
    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(_("booked"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "reference"], name="one_receipt_per_bank_reference"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, open_fen__gte=0, open_fen__lte=F("amount_fen")),
                name="open_part_of_a_receipt",
            ),
            models.CheckConstraint(
                condition=Q(state="open", open_fen__gt=0) | (~Q(state="open") & Q(open_fen=0)),
                name="a_receipt_is_open_while_money_waits",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state", "value_date"]),
            models.Index(
                fields=["payer_account"], condition=~Q(payer_account=""), name="receipts_of_a_payer"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def masked_payer(self) -> str:
        return masking.person_name(self.payer) if 0 < len(self.payer) <= 4 else self.payer


class MatchRule(models.TextChoices):
    BILL_NUMBER = "bill_number", _("Number of a bill in the remark")
    ACCOUNT_NUMBER = "account_number", _("Number of the account in the remark")
    SUPPLY_POINT_NUMBER = "supply_point_number", _("Number of the supply point in the remark")
    PAYER_ACCOUNT = "payer_account", _("This bank account has paid for it before, or its mandate names it")
    NAME_AMOUNT = "name_amount", _("The payer has this name and owes exactly this amount")
    NAME = "name", _("The payer has this name")
    CLERK = "clerk", _("Chosen by a clerk")


class ReceiptMatch(models.Model):
    """A part of a receipt that became a payment; undone when the payment is reversed, and never removed."""

    receipt = models.ForeignKey(BankReceipt, on_delete=models.PROTECT, related_name="matches")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    amount_fen = MoneyField(_("amount"))
    rule = models.CharField(_("rule"), max_length=20, choices=MatchRule)
    automatic = models.BooleanField(_("automatic"), default=False)
    matched_at = models.DateTimeField(_("matched"))
    matched_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(_("undone"), null=True)

    class Meta:
        ordering = ["id"]


class SendBackState(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("send back", "Waiting for approval")
    DONE = "done", pgettext_lazy("send back", "Sent back")
    REJECTED = "rejected", pgettext_lazy("send back", "Rejected")


class SendBack(models.Model):
    """What nobody owns goes back to its sender, asked for by one person and decided by another."""

    receipt = models.ForeignKey(BankReceipt, on_delete=models.PROTECT, related_name="send_backs")
    amount_fen = MoneyField(_("amount"))
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=SendBackState, default="requested")
    requested_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked for"))
    decided_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    posting = models.OneToOneField(Posting, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["receipt"], condition=Q(state="requested"), name="one_send_back_waits_a_receipt"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="two_persons_for_a_send_back",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_send_back_is_an_amount"),
        ]
