"""Every channel, every day: what its file says, what we booked, what the ledger holds, and every difference."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.ledger.models import Posting
from denghuo.commerce.payments.models import Channel, Payment
from denghuo.foundation.database.fields import MoneyField
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Account

STAFF = settings.AUTH_USER_MODEL


class ChannelStatement(models.Model):
    """The file of a channel for a day. A better file replaces it; the lines of both stay.

    lines = payments + refunds + errors. It may be reconciled only when it has no error and agrees with its own summary.
    """

    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    day = models.DateField(_("day"))
    file_name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64)
    lines_count = models.PositiveIntegerField(_("rows"))
    payment_count = models.PositiveIntegerField(_("payments"))
    refund_count = models.PositiveIntegerField(_("refunds"))
    error_count = models.PositiveIntegerField(_("unreadable"))
    payments_fen = MoneyField(_("paid"))
    refunds_fen = MoneyField(_("refunded"))
    fee_fen = MoneyField(_("fee"))
    agrees = models.BooleanField(_("agrees with its own summary"))
    uploaded_at = models.DateTimeField(_("uploaded"))
    uploaded_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(_("replaced"), null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "channel", "day"],
                condition=Q(replaced_at__isnull=True),
                name="one_live_statement_a_channel_and_day",
            ),
            models.UniqueConstraint(fields=["unit", "channel", "digest"], name="a_statement_is_taken_once"),
            models.CheckConstraint(
                condition=Q(lines_count=F("payment_count") + F("refund_count") + F("error_count")),
                name="rows_of_a_statement_add_up",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def total_fen(self) -> int:
        return self.payments_fen - self.refunds_fen

    @property
    def sound(self) -> bool:
        return self.agrees and not self.error_count


class LineKind(models.TextChoices):
    PAYMENT = "payment", pgettext_lazy("statement line", "Payment")
    REFUND = "refund", pgettext_lazy("statement line", "Refund")
    ERROR = "error", pgettext_lazy("statement line", "Unreadable")


class StatementLine(models.Model):
    """One row as the channel sent it; ``amount_fen`` below zero is money given back."""

    statement = models.ForeignKey(ChannelStatement, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField(_("row"))
    kind = models.CharField(_("kind"), max_length=8, choices=LineKind)
    external_id = models.CharField(_("channel transaction"), max_length=64, blank=True, db_index=True)
    parent = models.CharField(_("transaction given back"), max_length=64, blank=True)
    amount_fen = MoneyField(_("amount"), default=0)
    fee_fen = MoneyField(_("fee"), default=0)
    moment = models.CharField(_("time at the channel"), max_length=32, blank=True)
    hint = models.CharField(_("remark"), max_length=120, blank=True)
    problem = models.CharField(_("problem"), max_length=120, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="one_line_per_row_of_a_statement")
        ]


class DayState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("reconciliation", "File not there")
    OPEN = "open", pgettext_lazy("reconciliation", "Differences open")
    EXPLAINED = "explained", pgettext_lazy("reconciliation", "Ready to close")
    CLOSED = "closed", pgettext_lazy("reconciliation", "Closed")


class DayReconciliation(models.Model):
    """A channel's day (三方对账): file total = our total ± differences, ledger total = our total ± differences of the ledger.

    The constraints hold both; a closed day is not reconciled again.
    """

    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    day = models.DateField(_("day"))
    statement = models.ForeignKey(
        ChannelStatement, null=True, on_delete=models.PROTECT, related_name="reconciliations"
    )
    state = models.CharField(_("state"), max_length=10, choices=DayState, default="waiting")
    file_total_fen = MoneyField(_("channel file"), default=0)
    our_total_fen = MoneyField(_("our records"), default=0)
    ledger_total_fen = MoneyField(_("ledger"), default=0)
    difference_fen = MoneyField(_("difference"), default=0)
    ledger_difference_fen = MoneyField(_("difference of the ledger"), default=0)
    file_count = models.PositiveIntegerField(_("rows of the file"), default=0)
    our_count = models.PositiveIntegerField(_("our records"), default=0)
    matched_count = models.PositiveIntegerField(_("matched"), default=0)
    open_count = models.PositiveIntegerField(_("open differences"), default=0)
    reconciled_at = models.DateTimeField(_("compared"), null=True)
    overdue_at = models.DateTimeField(_("file overdue since"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-day", "channel"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "channel", "day"], name="one_reconciliation_a_channel_and_day"
            ),
            models.CheckConstraint(
                condition=Q(statement__isnull=True)
                | Q(file_total_fen=F("our_total_fen") + F("difference_fen")),
                name="file_is_ours_and_the_differences",
            ),
            models.CheckConstraint(
                condition=Q(ledger_total_fen=F("our_total_fen") + F("ledger_difference_fen")),
                name="ledger_is_ours_and_the_differences",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="closed",
                    closed_by__isnull=False,
                    closed_at__isnull=False,
                    statement__isnull=False,
                    open_count=0,
                )
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="a_closed_day_is_explained",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.day}"


class DifferenceKind(models.TextChoices):
    MISSING_OURS = "missing_ours", _("Not in our books")
    MISSING_THEIRS = "missing_theirs", _("Not in the channel's file")
    AMOUNT = "amount", _("Another amount")
    DUPLICATE = "duplicate", _("Twice in the file")
    STATE = "state", _("Given back on one side only")
    DAY_CUT = "day_cut", _("On another day")
    LEDGER = "ledger", _("Ledger differs from our records")


class DifferenceState(models.TextChoices):
    OPEN = "open", pgettext_lazy("difference", "Open")
    BOOKING = "booking", pgettext_lazy("difference", "Booking waits for approval")
    EXPLAINED = "explained", pgettext_lazy("difference", "Explained")
    RESOLVED = "resolved", pgettext_lazy("difference", "Resolved")
    GONE = "gone", pgettext_lazy("difference", "Gone after a new comparison")


WAITING_STATES = (DifferenceState.OPEN, DifferenceState.BOOKING)


class Difference(models.Model):
    """One difference of a day, with who looks after it, what it was, and what was done. Never adjusted in silence."""

    reconciliation = models.ForeignKey(
        DayReconciliation, on_delete=models.PROTECT, related_name="differences"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=DifferenceKind)
    record = models.CharField(_("record"), max_length=10)
    external_id = models.CharField(_("channel transaction"), max_length=64)
    serial = models.PositiveSmallIntegerField(default=1)
    file_fen = MoneyField(_("channel file"), default=0)
    our_fen = MoneyField(_("our records"), default=0)
    ledger_fen = MoneyField(_("ledger"), default=0)
    other_day = models.DateField(_("other day"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=DifferenceState, default="open")
    automatic = models.BooleanField(_("explained by the day alone"), default=False)
    owner = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    explanation = models.CharField(_("explanation"), max_length=300, blank=True)
    explained_at = models.DateTimeField(_("explained"), null=True)
    explained_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    booking_account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("booking asked for"), null=True)
    requested_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField(_("found"))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reconciliation", "kind", "record", "external_id", "serial"],
                condition=~Q(state="gone"),
                name="one_difference_a_transaction",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="two_persons_for_a_booking",
            ),
            models.CheckConstraint(
                condition=~Q(state="explained") | Q(automatic=True) | ~Q(explanation=""),
                name="an_explained_difference_says_why",
            ),
        ]
        indexes = [models.Index(fields=["state", "id"]), models.Index(fields=["external_id"])]

    def __str__(self) -> str:
        return self.external_id

    @property
    def effect_fen(self) -> int:
        base = self.ledger_fen if self.kind == DifferenceKind.LEDGER else self.file_fen
        return base - self.our_fen


class ChannelSettlement(models.Model):
    """What a channel paid out to the bank for a day's file: gross − fee = net, and the posting of it."""

    statement = models.OneToOneField(ChannelStatement, on_delete=models.PROTECT, related_name="settlement")
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    settled_date = models.DateField(_("paid out"))
    bank_reference = models.CharField(_("bank reference"), max_length=48)
    gross_fen = MoneyField(_("gross"))
    fee_fen = MoneyField(_("fee"))
    net_fen = MoneyField(_("paid out net"))
    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField()
    settled_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "bank_reference"], name="one_settlement_a_bank_reference"
            ),
            models.CheckConstraint(
                condition=Q(gross_fen=F("fee_fen") + F("net_fen")), name="gross_is_fee_and_net"
            ),
        ]
