"""Bills and the runs that make them."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.metering.models import MeteringPoint
from denghuo.commerce.tariffs.models import PriceBookVersion
from denghuo.foundation.database.fields import EnergyField, MoneyField, PowerField, PriceField
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.jobs.models import LongRun
from denghuo.records.customers.models import Account
from denghuo.records.supply.models import SupplyPoint


class BillingRun(models.Model):
    """One billing run of a cycle; ``scope`` is JSON text (see ``rules.Scope``).

    ``long_run`` carries the chunks and the progress; a single account billed again has none.
    ``accounts`` is how many were in scope when the run was started.
    """

    long_run = models.OneToOneField(LongRun, null=True, on_delete=models.PROTECT, related_name="+")
    cycle = models.CharField(_("cycle"), max_length=7, db_index=True)
    scope = models.TextField(default="{}")
    accounts = models.PositiveIntegerField(_("accounts in scope"), default=0)
    dry_run = models.BooleanField(_("dry run"), default=False)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.cycle} #{self.pk}"


class CalculationArchive(models.Model):
    """The exact inputs of one priced chunk, so that any bill can be priced again to the fen.

    ``tables`` are the engine's case tables as compressed Arrow (a case is a supply point); ``books`` is JSON text
    ``{price book: version id}``; ``day_triggers`` is JSON text ``{price book: {date: [trigger, …]}}``.
    """

    run = models.ForeignKey(BillingRun, null=True, on_delete=models.PROTECT, related_name="archives")
    tables = models.BinaryField()
    books = models.TextField(default="{}")
    day_triggers = models.TextField(default="{}")
    cases = models.PositiveIntegerField()
    created_at = models.DateTimeField()


class BillKind(models.TextChoices):
    ORDINARY = "ordinary", pgettext_lazy("bill", "Ordinary")
    FINAL = "final", pgettext_lazy("bill", "Final")
    FEED_IN = "feed_in", _("Feed-in settlement")
    REVERSAL = "reversal", _("Reversal")


class BillState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("bill", "Draft")
    HELD = "held", _("Held for checking")
    APPROVED = "approved", pgettext_lazy("bill", "Approved")
    ISSUED = "issued", pgettext_lazy("bill", "Issued")
    CANCELLED = "cancelled", pgettext_lazy("bill", "Cancelled")


class Bill(models.Model):
    """What one account owes for one cycle.

    Issued bills are never edited: they are cancelled by a reversal that negates every line, and billed again by a
    new bill that ``replaces`` the cancelled one. Triggers of the database say so too (migration 0002).
    """

    number = models.CharField(_("bill number"), max_length=18)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="bills", db_index=False)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    cycle = models.CharField(_("cycle"), max_length=7)
    kind = models.CharField(_("kind"), max_length=10, choices=BillKind, default="ordinary")
    state = models.CharField(_("state"), max_length=10, choices=BillState, default="draft")
    period_start = models.DateField()
    period_end = models.DateField()
    energy_kwh = EnergyField(_("energy"))
    total_fen = MoneyField(_("amount"))
    estimated = models.BooleanField(_("estimated"), default=False)
    approved_at = models.DateTimeField(_("approved"), null=True)
    issued_at = models.DateTimeField(_("issued"), null=True)
    due_date = models.DateField(_("due"), null=True)
    run = models.ForeignKey(
        BillingRun, null=True, on_delete=models.PROTECT, related_name="bills", db_index=False
    )
    archive = models.ForeignKey(
        CalculationArchive, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reverses = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="reversals", db_index=False
    )
    replaces = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="replacements", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-cycle", "number"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="one_bill_per_number"),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="a_bill_is_reversed_once"
            ),
            models.UniqueConstraint(
                fields=["account", "cycle", "kind"],
                condition=~Q(state="cancelled") & Q(kind__in=["ordinary", "final", "feed_in"]),
                name="one_live_bill",
            ),
            models.CheckConstraint(
                condition=~Q(state="issued") | Q(issued_at__isnull=False, due_date__isnull=False),
                name="issued_bill_has_its_dates",
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False)
                | (~Q(kind="reversal") & Q(reverses__isnull=True)),
                name="a_reversal_names_its_bill",
            ),
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start")), name="bill_period_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "cycle", "state"]),
            models.Index(fields=["run", "state"]),
            models.Index(fields=["account", "-cycle"]),
            models.Index(fields=["replaces"], condition=Q(replaces__isnull=False), name="bills_billed_again"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def last_date(self) -> date:
        """The last day that the bill covers; ``period_end`` is the day after."""
        return self.period_end - timedelta(days=1)


class BillSection(models.Model):
    """The part of a bill that belongs to one supply point, with the figures that decided its price."""

    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="sections")
    supply_point = models.ForeignKey(
        SupplyPoint, on_delete=models.PROTECT, related_name="bill_sections", db_index=False
    )
    book_version = models.ForeignKey(
        PriceBookVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    tariff = models.CharField(max_length=40)
    period_start = models.DateField()
    period_end = models.DateField()
    energy_kwh = EnergyField(_("energy"))
    tier_energy_kwh = EnergyField(null=True)
    prior_energy_kwh = EnergyField(null=True)
    tier_reached = models.PositiveSmallIntegerField(null=True)
    reactive_kvarh = EnergyField(null=True)
    power_factor_percent = models.PositiveSmallIntegerField(_("power factor"), null=True)
    pf_fen = MoneyField(default=0)
    demand_kw = PowerField(_("demand"), null=True)
    total_fen = MoneyField()
    estimated = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["supply_point", "period_start"])]


class BillLine(models.Model):
    """quantity × price × numerator ÷ denominator, rounded half up to the fen. ``price_id`` names the row of the price book."""

    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="lines")
    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="+", db_index=False)
    metering_point = models.ForeignKey(
        MeteringPoint, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    group = models.CharField(max_length=14)
    component = models.CharField(max_length=40)
    name = models.CharField(max_length=80, blank=True)
    tou = models.CharField(max_length=8, blank=True)
    tier = models.PositiveSmallIntegerField(null=True)
    start_date = models.DateField()
    end_date = models.DateField()
    quantity = EnergyField()
    unit_name = models.CharField(max_length=10)
    price = PriceField()
    numerator = models.IntegerField(default=1)
    denominator = models.IntegerField(default=1)
    amount_fen = MoneyField()
    in_pf_base = models.BooleanField(default=False)
    price_id = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["position"]


class ItemOutcome(models.TextChoices):
    BILLED = "billed", _("Billed")
    SKIPPED = "skipped", _("Skipped")
    PARKED = "parked", _("Parked")


class RunItem(models.Model):
    """What became of each account in scope: in scope = billed + skipped + parked.

    ``before_fen`` is what a dry run compares with: the live bill of the cycle or, without one, the bill of the
    cycle before.
    """

    run = models.ForeignKey(BillingRun, on_delete=models.CASCADE, related_name="items", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    outcome = models.CharField(max_length=8, choices=ItemOutcome)
    reason = models.CharField(max_length=60, blank=True)
    energy_kwh = EnergyField(null=True)
    total_fen = MoneyField(null=True)
    before_fen = MoneyField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "account"], name="one_outcome_per_account")]
        indexes = [models.Index(fields=["run", "outcome", "account"])]


class Severity(models.TextChoices):
    HOLD = "hold", _("Holds the bill")
    NOTE = "note", _("Only noted")


class BillingExceptionState(models.TextChoices):
    OPEN = "open", pgettext_lazy("exception", "Open")
    NOTED = "noted", _("Noted")
    RELEASED = "released", _("Released with reason")
    REREAD = "reread", _("Re-read asked for")
    REBILL = "rebill", _("To be billed again")
    RESOLVED = "resolved", _("Resolved")


class BillingException(models.Model):
    """Why an account was parked or its bill held, and how much money is at stake; ``detail`` is JSON text."""

    run = models.ForeignKey(BillingRun, on_delete=models.PROTECT, related_name="exceptions", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="billing_exceptions")
    supply_point = models.ForeignKey(
        SupplyPoint, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    bill = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="exceptions")
    cycle = models.CharField(_("cycle"), max_length=7)
    rule = models.CharField(_("rule"), max_length=40)
    severity = models.CharField(_("severity"), max_length=4, choices=Severity, default="hold")
    detail = models.TextField(default="{}")
    money_at_risk_fen = MoneyField(_("money at risk"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=BillingExceptionState, default="open")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    unit_id = models.CharField(max_length=16)
    raised_at = models.DateTimeField(_("raised"))
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-money_at_risk_fen", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="released") | ~Q(reason=""), name="a_release_has_its_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["unit_id", "state", "-money_at_risk_fen", "id"]),
            models.Index(fields=["run"]),
        ]

    def __str__(self) -> str:
        return f"{self.account.number} {self.cycle}"


class GateRule(models.Model):
    """What this utility set for a rule of the plausibility gate; rules without a row keep their default.

    ``thresholds`` is JSON text ``{name: decimal as text}``.
    """

    rule = models.CharField(_("rule"), max_length=40, primary_key=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    severity = models.CharField(_("severity"), max_length=4, choices=Severity)
    thresholds = models.TextField(default="{}")


class ReversalState(models.TextChoices):
    REQUESTED = "requested", _("Waiting for approval")
    DONE = "done", _("Reversed")
    REJECTED = "rejected", _("Rejected")


class Reversal(models.Model):
    """A proposal to cancel an issued bill and bill again, decided by a second person.

    ``effect`` is JSON text: what the clerk saw when asking (before, after and difference by line).
    """

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="reversal_requests")
    reason = models.CharField(_("reason"), max_length=300)
    rebill = models.BooleanField(_("bill again"), default=True)
    effect = models.TextField(default="{}")
    state = models.CharField(_("state"), max_length=10, choices=ReversalState, default="requested")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked for"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bill"], condition=Q(state="requested"), name="one_open_reversal_a_bill"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="two_persons_for_a_reversal",
            ),
            models.CheckConstraint(
                condition=Q(state="requested") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="a_decision_has_its_person",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_reversal_has_its_reason"),
        ]


class PrintBatch(models.Model):
    """The bills of a cycle and a route as PDF, made by a long run; one part a chunk."""

    long_run = models.OneToOneField(LongRun, on_delete=models.PROTECT, related_name="+")
    cycle = models.CharField(_("cycle"), max_length=7)
    route = models.CharField(_("route"), max_length=20)
    bills = models.PositiveIntegerField(_("bills"))
    unit_id = models.CharField(max_length=16)
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-id"]


class PrintPart(models.Model):
    batch = models.ForeignKey(PrintBatch, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    bills = models.PositiveIntegerField()
    pdf = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="one_part_per_number")]
