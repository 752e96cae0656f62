"""Bills and the runs that make them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.metering.models import MeteringPoint
from denghuo.commerce.tariffs.models import PriceBookVersion
from denghuo.foundation.database.fields import EnergyField, MoneyField, PowerField, PriceField
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.jobs.models import LongRun
from denghuo.records.customers.models import Account
from denghuo.records.supply.models import SupplyPoint


class BillingRun(models.Model):
    """One billing run of a cycle; ``scope`` is JSON text (unit, routes, accounts)."""

    long_run = models.OneToOneField(LongRun, on_delete=models.PROTECT, related_name="+")
    cycle = models.CharField(_("cycle"), max_length=7, db_index=True)
    scope = models.TextField(default="{}")
    dry_run = models.BooleanField(_("dry run"), default=False)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-id"]


class CalculationArchive(models.Model):
    """The exact inputs of one priced chunk: the engine's tables as compressed Arrow, so that any bill can be priced again."""

    run = models.ForeignKey(BillingRun, null=True, on_delete=models.PROTECT, related_name="archives")
    tables = models.BinaryField()
    cases = models.PositiveIntegerField()
    created_at = models.DateTimeField()


class BillKind(models.TextChoices):
    ORDINARY = "ordinary", _("Ordinary")
    FINAL = "final", _("Final")
    FEED_IN = "feed_in", _("Feed-in settlement")
    CORRECTION = "correction", _("Correction")
    REVERSAL = "reversal", _("Reversal")


class BillState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    HELD = "held", _("Held for checking")
    APPROVED = "approved", _("Approved")
    ISSUED = "issued", _("Issued")
    CANCELLED = "cancelled", _("Cancelled")


class Bill(models.Model):
    """What one account owes for one cycle. Issued bills are never edited: they are cancelled by a reversal that negates every line."""

    number = models.CharField(_("bill number"), max_length=18, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="bills")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    cycle = models.CharField(_("cycle"), max_length=7)
    kind = models.CharField(_("kind"), max_length=10, choices=BillKind, default="ordinary")
    state = models.CharField(_("state"), max_length=10, choices=BillState, default="draft")
    period_start = models.DateField()
    period_end = models.DateField()
    energy_kwh = EnergyField(_("energy"))
    total_fen = MoneyField(_("total"))
    issued_at = models.DateTimeField(_("issued"), null=True)
    due_date = models.DateField(_("due"), null=True)
    run = models.ForeignKey(BillingRun, null=True, on_delete=models.PROTECT, related_name="bills")
    archive = models.ForeignKey(CalculationArchive, null=True, on_delete=models.PROTECT, related_name="+")
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-cycle", "number"]
        constraints = [
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
                condition=Q(period_end__gt=F("period_start")), name="bill_period_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "cycle", "state"]),
            models.Index(fields=["run", "state"]),
            models.Index(fields=["account", "-cycle"]),
        ]

    def __str__(self) -> str:
        return self.number


class BillSection(models.Model):
    """The part of a bill that belongs to one supply point, with the figures that decided its price."""

    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="sections")
    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="bill_sections")
    book_version = models.ForeignKey(PriceBookVersion, on_delete=models.PROTECT, related_name="+")
    tariff = models.CharField(max_length=40)
    period_start = models.DateField()
    period_end = models.DateField()
    energy_kwh = EnergyField()
    tier_energy_kwh = EnergyField(null=True)
    prior_energy_kwh = EnergyField(null=True)
    reactive_kvarh = EnergyField(null=True)
    power_factor_percent = models.PositiveSmallIntegerField(null=True)
    demand_kw = PowerField(null=True)
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
    """What became of each account in scope: in scope = billed + skipped + parked."""

    run = models.ForeignKey(BillingRun, on_delete=models.CASCADE, related_name="items")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=ItemOutcome)
    reason = models.CharField(max_length=60, blank=True)
    energy_kwh = EnergyField(null=True)
    total_fen = MoneyField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "account"], name="one_outcome_per_account")]
        indexes = [models.Index(fields=["run", "outcome"])]


class BillingExceptionState(models.TextChoices):
    OPEN = "open", _("Open")
    RELEASED = "released", _("Released with reason")
    REBILL = "rebill", _("To be billed again")
    RESOLVED = "resolved", _("Resolved")


class BillingException(models.Model):
    """Why an account was parked or its bill held, and how much money is at stake; ``detail`` is JSON text."""

    run = models.ForeignKey(BillingRun, on_delete=models.PROTECT, related_name="exceptions")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="billing_exceptions")
    supply_point = models.ForeignKey(SupplyPoint, null=True, on_delete=models.PROTECT, related_name="+")
    bill = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="exceptions")
    cycle = models.CharField(max_length=7)
    rule = models.CharField(_("rule"), max_length=40)
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
        indexes = [
            models.Index(fields=["unit_id", "state", "-money_at_risk_fen", "id"]),
            models.Index(fields=["run"]),
        ]
