"""Money that comes in and goes out, and the paper that proves it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.ledger.models import Posting
from denghuo.foundation.database.fields import MoneyField
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Account

STAFF = settings.AUTH_USER_MODEL


class ShiftState(models.TextChoices):
    OPEN = "open", pgettext_lazy("shift", "Open")
    COUNTED = "counted", pgettext_lazy("shift", "Counted, waiting for confirmation")
    CONFIRMED = "confirmed", pgettext_lazy("shift", "Confirmed")


class Shift(models.Model):
    """A clerk's day at a till, from opening to cash-up (日结): ``expected_fen`` cash by the books, ``counted_fen`` in hand.

    A difference is posted to cash surplus or shortage when another person confirms; it is never adjusted in silence.
    ``counts`` is JSON, denomination in fen → pieces. What is not paid in at the bank stays as change fund.
    """

    clerk = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    business_date = models.DateField(_("business date"))
    state = models.CharField(_("state"), max_length=10, choices=ShiftState, default="open")
    float_fen = MoneyField(_("change fund"), default=0)
    opened_at = models.DateTimeField(_("opened"))
    counted_at = models.DateTimeField(_("counted"), null=True)
    expected_fen = MoneyField(_("cash by the books"), null=True)
    counted_fen = MoneyField(_("cash counted"), null=True)
    counts = models.TextField(_("notes and coins"), blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    confirmed_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    deposited_fen = MoneyField(_("paid in at the bank"), null=True)
    posting = models.ForeignKey(Posting, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clerk"], condition=Q(state="open"), name="one_open_shift_a_clerk"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(counted_fen__isnull=False, expected_fen__isnull=False),
                name="a_closed_shift_is_counted",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("clerk")),
                name="two_persons_for_a_cash_up",
            ),
        ]


class Channel(models.TextChoices):
    CASH = "cash", pgettext_lazy("channel", "Cash")
    CARD = "card", pgettext_lazy("channel", "Bank card (POS)")
    CHEQUE = "cheque", pgettext_lazy("channel", "Cheque")
    WECHAT = "wechat", pgettext_lazy("channel", "WeChat Pay")
    ALIPAY = "alipay", pgettext_lazy("channel", "Alipay")
    BANK_DEBIT = "bank_debit", pgettext_lazy("channel", "Bank debit")
    LOCKBOX = "lockbox", pgettext_lazy("channel", "Lock-box (collected by a bank)")
    TRANSFER = "transfer", pgettext_lazy("channel", "Bank transfer")


class Basket(models.Model):
    """What one person paid in one go, for one or several accounts; ``key`` is made in the browser (idempotency)."""

    key = models.CharField(max_length=64, unique=True)
    number = models.CharField(_("receipt number"), max_length=20, unique=True)
    shift = models.ForeignKey(Shift, null=True, on_delete=models.PROTECT, related_name="baskets")
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    reference = models.CharField(_("channel transaction"), max_length=60, blank=True)
    total_fen = MoneyField(_("amount"))
    tendered_fen = MoneyField(_("given"), null=True)
    change_fen = MoneyField(_("change"), default=0)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(_("received"))
    received_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "reference"],
                condition=~Q(reference=""),
                name="one_basket_per_channel_transaction",
            )
        ]

    def __str__(self) -> str:
        return self.number


class PaymentState(models.TextChoices):
    RECEIVED = "received", pgettext_lazy("payment", "Received")
    REVERSED = "reversed", pgettext_lazy("payment", "Reversed")


class Payment(models.Model):
    """Money for one account. ``external_id`` is the transaction number of the channel: one payment per transaction.

    Written once; only the state moves, from received to reversed, with the posting that undid it.
    ``value_date`` is the day that counts for the late fee, ``business_date`` the day of our books.
    """

    number = models.CharField(_("payment number"), max_length=20, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payments", db_index=False)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    external_id = models.CharField(_("channel transaction"), max_length=64)
    amount_fen = MoneyField(_("amount"))
    business_date = models.DateField(_("business date"))
    value_date = models.DateField(_("value date"))
    state = models.CharField(_("state"), max_length=10, choices=PaymentState, default="received")
    basket = models.ForeignKey(Basket, null=True, on_delete=models.PROTECT, related_name="payments")
    payer = models.CharField(_("paid by"), max_length=80, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, related_name="+")
    reversal = models.OneToOneField(Posting, null=True, on_delete=models.PROTECT, related_name="+")
    reversal_reason = models.CharField(_("reason of the reversal"), max_length=300, blank=True)
    received_at = models.DateTimeField(_("received"))
    received_by = models.ForeignKey(
        STAFF, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "external_id"], name="one_payment_per_channel_transaction"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_payment_is_an_amount"),
            models.CheckConstraint(
                condition=Q(state="received", reversal__isnull=True)
                | Q(state="reversed", reversal__isnull=False),
                name="a_reversed_payment_names_its_posting",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"]),
            models.Index(fields=["business_date", "channel"]),
            models.Index(fields=["unit", "-id"]),
        ]

    def __str__(self) -> str:
        return self.number


class ReceiptPrint(models.Model):
    """Each time a receipt was printed; every print after the first is marked as a copy and logged."""

    basket = models.ForeignKey(Basket, null=True, on_delete=models.PROTECT, related_name="prints")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="prints")
    form = models.CharField(_("paper"), max_length=4, choices=[("80mm", _("80 mm roll")), ("a4", _("A4"))])
    copy = models.PositiveSmallIntegerField(_("copy"))
    printed_at = models.DateTimeField(_("printed"))
    printed_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["basket", "copy"], name="one_print_per_copy_of_a_basket"),
            models.UniqueConstraint(fields=["payment", "copy"], name="one_print_per_copy_of_a_payment"),
            models.CheckConstraint(
                condition=Q(basket__isnull=False, payment__isnull=True)
                | Q(basket__isnull=True, payment__isnull=False),
                name="a_receipt_is_of_one_thing",
            ),
        ]


class ChequeState(models.TextChoices):
    PRESENTED = "presented", pgettext_lazy("cheque", "In collection")
    CLEARED = "cleared", pgettext_lazy("cheque", "Cleared")
    BOUNCED = "bounced", pgettext_lazy("cheque", "Bounced")


class Cheque(models.Model):
    """A cheque counts as paid when it is taken and is undone when it bounces (退票): the debts are open again."""

    basket = models.OneToOneField(Basket, on_delete=models.PROTECT, related_name="cheque")
    number = models.CharField(_("cheque number"), max_length=20)
    bank = models.CharField(_("bank"), max_length=60)
    drawer = models.CharField(_("drawer"), max_length=80)
    amount_fen = MoneyField(_("amount"))
    state = models.CharField(_("state"), max_length=10, choices=ChequeState, default="presented")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    posting = models.ForeignKey(Posting, null=True, on_delete=models.PROTECT, related_name="+")
    bounce_reason = models.CharField(_("why it bounced"), max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "number"], condition=~Q(state="bounced"), name="a_cheque_is_taken_once"
            ),
            models.CheckConstraint(
                condition=Q(state="presented", decided_at__isnull=True)
                | (~Q(state="presented") & Q(decided_at__isnull=False)),
                name="a_decided_cheque_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RefundState(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("refund", "Waiting for approval")
    APPROVED = "approved", pgettext_lazy("refund", "Approved")
    REJECTED = "rejected", pgettext_lazy("refund", "Rejected")
    SENT = "sent", pgettext_lazy("refund", "On the way")
    PAID = "paid", pgettext_lazy("refund", "Paid out")
    FAILED = "failed", pgettext_lazy("refund", "Failed, back on the account")


class RefundSource(models.TextChoices):
    PREPAYMENT = "prepayment", pgettext_lazy("refund", "Prepayment")
    GENERATION = "generation", pgettext_lazy("refund", "Payment for generation")
    DEPOSIT = "deposit", pgettext_lazy("refund", "Deposit")
    COMPENSATION = "compensation", pgettext_lazy("refund", "Compensation")


class Refund(models.Model):
    """Money that goes back to a customer: asked for, approved by a second person, then paid out by its channel.

    On approval the amount leaves its source for refunds on the way (224102, ``posting``); paying out clears that
    account, a failure brings the amount back (``outcome``). ``payment`` is set where the money returns through the
    channel it came by (原路退回).
    """

    number = models.CharField(_("refund number"), max_length=20, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="refunds")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(_("source"), max_length=12, choices=RefundSource, default="prepayment")
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="refunds")
    amount_fen = MoneyField(_("amount"))
    beneficiary = models.CharField(_("beneficiary"), max_length=80, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=40, blank=True)
    bank = models.CharField(_("bank"), max_length=60, blank=True)
    deposit = models.ForeignKey(
        "payments.Deposit", null=True, on_delete=models.PROTECT, related_name="refunds"
    )
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=RefundState, default="requested")
    requested_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked for"))
    decided_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_note = models.CharField(_("note on the decision"), max_length=300, blank=True)
    posting = models.ForeignKey(Posting, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.ForeignKey(Posting, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent"), null=True)
    paid_at = models.DateTimeField(_("paid out"), null=True)
    paid_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    shift = models.ForeignKey(Shift, null=True, on_delete=models.PROTECT, related_name="refunds")
    external_id = models.CharField(_("channel transaction"), max_length=64, blank=True)
    failure = models.CharField(_("why it failed"), max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_refund_is_an_amount"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="two_persons_for_a_refund",
            ),
            models.CheckConstraint(
                condition=(~Q(state__in=["paid", "failed"]) & Q(outcome__isnull=True))
                | Q(state__in=["paid", "failed"], outcome__isnull=False),
                name="a_refund_that_ended_names_its_posting",
            ),
            models.CheckConstraint(
                condition=Q(source="deposit", deposit__isnull=False)
                | (~Q(source="deposit") & Q(deposit__isnull=True)),
                name="a_refund_of_a_deposit_names_it",
            ),
        ]
        indexes = [models.Index(fields=["unit", "state", "-id"])]

    def __str__(self) -> str:
        return self.number


class TransferState(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("transfer", "Waiting for approval")
    DONE = "done", pgettext_lazy("transfer", "Done")
    REJECTED = "rejected", pgettext_lazy("transfer", "Rejected")


class Transfer(models.Model):
    """Prepayment moved between two accounts of one payer, or to another payer with approval."""

    number = models.CharField(_("transfer number"), max_length=20, unique=True)
    source = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="transfers_out")
    target = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="transfers_in")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    amount_fen = MoneyField(_("amount"))
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=TransferState, default="requested")
    requested_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked for"))
    decided_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_note = models.CharField(_("note on the decision"), max_length=300, blank=True)
    posting = models.ForeignKey(Posting, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_transfer_is_an_amount"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="a_transfer_has_two_ends"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="two_persons_for_a_transfer",
            ),
            models.CheckConstraint(
                condition=Q(state="done", posting__isnull=False)
                | (~Q(state="done") & Q(posting__isnull=True)),
                name="a_transfer_that_is_done_names_its_posting",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Deposit(models.Model):
    """Security held for an account (电费保证金, 临时用电费): taken once, given back or drawn on later."""

    number = models.CharField(_("deposit number"), max_length=20, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="deposits")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(_("purpose"), max_length=100)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    external_id = models.CharField(_("channel transaction"), max_length=64)
    shift = models.ForeignKey(Shift, null=True, on_delete=models.PROTECT, related_name="deposits")
    amount_fen = MoneyField(_("amount"))
    held_fen = MoneyField(_("still held"))
    taken_at = models.DateTimeField(_("taken"))
    taken_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, held_fen__gte=0, held_fen__lte=F("amount_fen")),
                name="held_part_of_a_deposit",
            ),
            models.UniqueConstraint(
                fields=["channel", "external_id"], name="one_deposit_per_channel_transaction"
            ),
        ]

    def __str__(self) -> str:
        return self.number
