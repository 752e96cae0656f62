"""What customers owe, item by item, and what settled it."""

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


class AccountBalance(models.Model):
    """The standing of a settlement account, and the row that everything which moves its money locks first.

    ``prepaid_fen`` (预存) and ``payable_fen`` (for generation bought) are the ledger's balances of the account,
    ``open_fen`` the sum of its open receivables; ``denghuo doctor`` compares them with the entries.
    """

    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.PROTECT, related_name="balance"
    )
    prepaid_fen = MoneyField(_("prepaid"), default=0)
    open_fen = MoneyField(_("open"), default=0)
    payable_fen = MoneyField(_("payable to the customer"), default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(prepaid_fen__gte=0, open_fen__gte=0), name="no_balance_below_zero"
            )
        ]
        indexes = [
            models.Index(
                models.F("open_fen").desc(), "account", condition=Q(open_fen__gt=0), name="accounts_that_owe"
            ),
        ]


class ReceivableKind(models.TextChoices):
    """``code`` of payment interfaces: 电费 010, 违约使用电费 020, 业扩费用 030."""

    ENERGY = "energy", pgettext_lazy("receivable", "Electricity")
    BREACH = "breach", pgettext_lazy("receivable", "Breach of use")
    CONNECTION = "connection", pgettext_lazy("receivable", "Connection fee")
    LATE_FEE = "late_fee", pgettext_lazy("receivable", "Late fee")
    OTHER = "other", pgettext_lazy("receivable", "Other")


class PayerClass(models.TextChoices):
    """Decides the rate of the late-payment charge (供电营业规则)."""

    RESIDENTIAL = "residential", pgettext_lazy("payer", "Residential")
    OTHER = "other", pgettext_lazy("payer", "Other than residential")


class Receivable(models.Model):
    """One debt of an account: a bill, a fee, or the late fee of another receivable (``principal``).

    ``open_fen`` = ``amount_fen`` − Σ ``Allocation.amount_fen``; it is open while that is above zero. ``cancelled_at``
    marks the debt of a reversed document: an allocation of source ``reversal`` closed it. A late fee covers the days
    ``[from_date, to_date]`` of its principal.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="receivables", db_index=False)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=12, choices=ReceivableKind)
    payer_class = models.CharField(_("payer"), max_length=12, choices=PayerClass)
    document_type = models.CharField(max_length=30)
    document_id = models.BigIntegerField()
    document_number = models.CharField(_("document"), max_length=32)
    cycle = models.CharField(_("cycle"), max_length=7, blank=True)
    charged_date = models.DateField(_("charged"))
    due_date = models.DateField(_("due"))
    amount_fen = MoneyField(_("amount"))
    open_fen = MoneyField(_("open"))
    settled_date = models.DateField(_("settled"), null=True)
    disputed = models.BooleanField(_("disputed"), default=False)
    cancelled_at = models.DateTimeField(null=True)
    principal = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="late_fees", db_index=False
    )
    from_date = models.DateField(null=True)
    to_date = models.DateField(null=True)
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        ordering = ["due_date", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, open_fen__gte=0, open_fen__lte=F("amount_fen")),
                name="open_part_of_a_receivable",
            ),
            models.CheckConstraint(
                condition=Q(open_fen=0, settled_date__isnull=False)
                | Q(open_fen__gt=0, settled_date__isnull=True),
                name="settled_when_nothing_is_open",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind="late_fee",
                    principal__isnull=False,
                    from_date__isnull=False,
                    to_date__gte=F("from_date"),
                )
                | (~Q(kind="late_fee") & Q(principal__isnull=True)),
                name="a_late_fee_names_its_principal_and_days",
            ),
            models.UniqueConstraint(
                fields=["document_type", "document_id"],
                condition=~Q(kind="late_fee"),
                name="one_receivable_a_document",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "due_date"]),
            models.Index(fields=["due_date", "unit"], condition=Q(open_fen__gt=0), name="open_receivables"),
            models.Index(
                fields=["principal"], condition=Q(principal__isnull=False), name="late_fees_of_a_principal"
            ),
        ]

    def __str__(self) -> str:
        return self.document_number


class AllocationSource(models.TextChoices):
    PAYMENT = "payment", pgettext_lazy("allocation", "Payment")
    PREPAYMENT = "prepayment", pgettext_lazy("allocation", "Prepayment")
    WAIVER = "waiver", pgettext_lazy("allocation", "Waiver")
    WRITE_OFF = "write_off", pgettext_lazy("allocation", "Write-off")
    REVERSAL = "reversal", pgettext_lazy("allocation", "Reversal of the document")


class Allocation(models.Model):
    """How much of a receivable a posting settled, as of ``value_date`` (the day that counts for the late fee).

    Written once. What is undone (a bounced cheque, a reversed bill) is a negative allocation that ``undoes`` it.
    """

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="allocations")
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(_("source"), max_length=12, choices=AllocationSource)
    amount_fen = MoneyField(_("amount"))
    value_date = models.DateField(_("value date"))
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, undoes__isnull=True)
                | Q(amount_fen__lt=0, undoes__isnull=False),
                name="a_negative_allocation_undoes_one",
            )
        ]


class WaiverState(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("waiver", "Waiting for approval")
    APPROVED = "approved", pgettext_lazy("waiver", "Approved")
    REJECTED = "rejected", pgettext_lazy("waiver", "Rejected")


class WaiverReason(models.TextChoices):
    CHANNEL_FAILURE = "channel_failure", _("Failure of a bank or channel")
    BILLING_ERROR = "billing_error", _("Billing error")
    DISASTER = "disaster", _("Disaster")
    POLICY = "policy", _("Policy relief")
    DISPUTE = "dispute", _("Dispute decided for the customer")


class LateFeeWaiver(models.Model):
    """Days ``[from_date, to_date]`` on which the late fee of a receivable does not run, decided by a second person.

    What was charged for these days already is taken back when it is approved.
    """

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="waivers")
    reason = models.CharField(_("reason"), max_length=16, choices=WaiverReason)
    note = models.CharField(_("note"), max_length=300)
    from_date = models.DateField(_("first day"))
    to_date = models.DateField(_("last day"))
    state = models.CharField(_("state"), max_length=10, choices=WaiverState, default="requested")
    effect_fen = MoneyField(_("waived"), default=0)
    credited_fen = MoneyField(_("taken back"), default=0)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked for"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_note = models.CharField(_("note on the decision"), max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(to_date__gte=F("from_date")), name="waiver_dates_in_order"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="two_persons_for_a_waiver",
            ),
            models.CheckConstraint(
                condition=Q(state="requested", decided_at__isnull=True)
                | Q(state__in=["approved", "rejected"], decided_by__isnull=False, decided_at__isnull=False),
                name="a_waiver_decided_names_who",
            ),
            models.UniqueConstraint(
                fields=["receivable"], condition=Q(state="requested"), name="one_waiver_waits_a_receivable"
            ),
        ]


class DisputeHold(models.Model):
    """A receivable under dispute: no late fee runs, nothing is applied to it unasked, no step of collection is taken."""

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="disputes")
    reason = models.CharField(_("reason"), max_length=300)
    opened_date = models.DateField(_("opened"))
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_date = models.DateField(_("closed"), null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["receivable"],
                condition=Q(closed_at__isnull=True),
                name="one_open_dispute_a_receivable",
            )
        ]


class PlanState(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("plan", "Waiting for approval")
    ACTIVE = "active", pgettext_lazy("plan", "Running")
    KEPT = "kept", pgettext_lazy("plan", "Kept")
    BROKEN = "broken", pgettext_lazy("plan", "Broken")
    REJECTED = "rejected", pgettext_lazy("plan", "Rejected")


class InstalmentPlan(models.Model):
    """An agreement to pay open receivables in parts; while it runs, collection takes no step against them.

    ``free_of_late_fee`` stops the late fee from ``agreed_date`` until the plan ends or breaks.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="instalment_plans")
    state = models.CharField(_("state"), max_length=10, choices=PlanState, default="requested")
    reason = models.CharField(_("reason"), max_length=300)
    total_fen = MoneyField(_("amount"))
    free_of_late_fee = models.BooleanField(_("free of late fee"), default=False)
    agreed_date = models.DateField(_("agreed"), null=True)
    ended_date = models.DateField(_("ended"), null=True)
    receivables = models.ManyToManyField(Receivable, related_name="plans")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked for"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_note = models.CharField(_("note on the decision"), max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state__in=["requested", "active"]),
                name="one_running_plan_an_account",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="two_persons_for_a_plan",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "rejected"])
                | Q(agreed_date__isnull=False, decided_by__isnull=False),
                name="a_plan_that_runs_was_agreed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["kept", "broken"], ended_date__isnull=False)
                | Q(state__in=["requested", "active", "rejected"], ended_date__isnull=True),
                name="a_plan_that_ended_has_a_day",
            ),
        ]


class Instalment(models.Model):
    """One part of a plan; parts are met in order by what has been allocated to the plan's receivables since it was agreed."""

    plan = models.ForeignKey(InstalmentPlan, on_delete=models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField(_("instalment"))
    due_date = models.DateField(_("due"))
    amount_fen = MoneyField(_("amount"))

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="one_instalment_per_number"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="an_instalment_is_an_amount"),
        ]
