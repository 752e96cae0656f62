"""Corrections of bills: what was wrong, what it makes of the bills, who decided, what was done."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.billing.models import Bill
from denghuo.commerce.corrections.rules import effect as effects
from denghuo.commerce.corrections.rules import facts as facts_rules
from denghuo.commerce.payments.models import Refund
from denghuo.commerce.receivables.models import InstalmentPlan
from denghuo.foundation.database.fields import EnergyField, MoneyField
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.jobs.models import LongRun
from denghuo.records.customers.models import Account
from denghuo.records.supply.models import SupplyPoint

STAFF = settings.AUTH_USER_MODEL


class Reason(models.TextChoices):
    WRONG_MULTIPLIER = "wrong_multiplier", pgettext_lazy("correction", "Wrong multiplier")
    WIRING = "wiring", pgettext_lazy("correction", "Wrong wiring")
    METER_ERROR = "meter_error", pgettext_lazy("correction", "Meter fast, slow or stopped")
    WRONG_TARIFF = "wrong_tariff", pgettext_lazy("correction", "Wrong tariff")
    WRONG_CAPACITY = "wrong_capacity", pgettext_lazy("correction", "Wrong capacity")
    WRONG_READING = "wrong_reading", pgettext_lazy("correction", "Missed or wrong reading")
    SWAPPED_METERS = "swapped_meters", pgettext_lazy("correction", "Meters of two customers swapped")
    WRONG_PF_STANDARD = "wrong_pf_standard", pgettext_lazy("correction", "Wrong power-factor standard")
    WRONG_LOSS = "wrong_loss", pgettext_lazy("correction", "Wrong transformer or line loss")
    WRONG_PRICE = "wrong_price", pgettext_lazy("correction", "Wrong price in the price book")
    THEFT = "theft", pgettext_lazy("correction", "Theft, settled elsewhere")
    OTHER = "other", pgettext_lazy("correction", "Other reason")


class CorrectionState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("correction", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("correction", "Waiting for approval")
    COMMITTED = "committed", pgettext_lazy("correction", "Corrected")
    REJECTED = "rejected", pgettext_lazy("correction", "Rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("correction", "Withdrawn")
    LINKED = "linked", pgettext_lazy("correction", "Only noted")


class Settlement(models.TextChoices):
    PREPAYMENT = "prepayment", pgettext_lazy("settlement", "Keep what is too much as prepayment")
    REFUND = "refund", pgettext_lazy("settlement", "Refund what is too much")
    COLLECT = "collect", pgettext_lazy("settlement", "Collect with the new due date")
    INSTALMENTS = "instalments", pgettext_lazy("settlement", "Collect in instalments")


class MassState(models.TextChoices):
    PREVIEWING = "previewing", pgettext_lazy("mass correction", "Being computed")
    READY = "ready", pgettext_lazy("mass correction", "Ready to submit")
    SUBMITTED = "submitted", pgettext_lazy("mass correction", "Waiting for approval")
    COMMITTING = "committing", pgettext_lazy("mass correction", "Being carried out")
    DONE = "done", pgettext_lazy("mass correction", "Done")
    REJECTED = "rejected", pgettext_lazy("mass correction", "Rejected")


class MassCorrection(models.Model):
    """The same facts put right for every account of a scope; previewed and carried out by long runs.

    ``scope`` is JSON text ``{unit, route, tariff, price_id}`` (any may be missing), ``facts`` as in ``rules.facts``.
    ``protect_residents``: a household that would pay more is left alone.
    """

    number = models.CharField(_("mass correction"), max_length=20, unique=True)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    explanation = models.CharField(_("what was wrong"), max_length=500)
    scope = models.TextField(default="{}")
    facts = models.TextField(default="[]")
    first_cycle = models.CharField(_("first month"), max_length=7)
    last_cycle = models.CharField(_("last month"), max_length=7)
    protect_residents = models.BooleanField(_("households never pay more"), default=True)
    correct_record = models.BooleanField(_("put the records right too"), default=True)
    accounts = models.PositiveIntegerField(_("accounts"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=MassState, default="previewing")
    preview_run = models.OneToOneField(LongRun, null=True, on_delete=models.PROTECT, related_name="+")
    commit_run = models.OneToOneField(LongRun, null=True, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked for"))
    decided_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    due_date = models.DateField(_("due"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="two_persons_for_a_mass_correction",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["committing", "done"]) | Q(decided_by__isnull=False),
                name="a_mass_correction_is_approved_first",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def changes(self) -> list[facts_rules.Fact]:
        return facts_rules.from_json(self.facts)


class Correction(models.Model):
    """A recorded list of changed facts over some months of one account, previewed, then decided by a second person.

    ``facts`` and ``effect`` are JSON text (``rules.facts``, ``rules.effect``). ``partner``: the other account where two
    customers' meters were swapped; both are decided together. Amounts are the sums of the effect.
    """

    number = models.CharField(_("correction number"), max_length=20, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="corrections")
    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="corrections")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    explanation = models.CharField(_("what was wrong"), max_length=500)
    document = models.CharField(_("evidence"), max_length=100, blank=True)
    first_cycle = models.CharField(_("first month"), max_length=7)
    last_cycle = models.CharField(_("last month"), max_length=7)
    facts = models.TextField(default="[]")
    correct_record = models.BooleanField(_("put the records right too"), default=True)
    effect = models.TextField(default="{}")
    before_fen = MoneyField(_("before"), default=0)
    after_fen = MoneyField(_("after"), default=0)
    difference_fen = MoneyField(_("difference"), default=0)
    difference_kwh = EnergyField(_("energy difference"), default=0)
    months = models.PositiveSmallIntegerField(_("bills corrected"), default=0)
    settlement = models.CharField(_("settlement"), max_length=12, choices=Settlement, default="prepayment")
    settlement_terms = models.TextField(default="{}")
    apology = models.BooleanField(_("with a letter of apology"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=CorrectionState, default="draft")
    partner = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="partners", db_index=False
    )
    mass = models.ForeignKey(MassCorrection, null=True, on_delete=models.PROTECT, related_name="corrections")
    drafted_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(_("drafted"))
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    decided_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    refund = models.ForeignKey(Refund, null=True, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(InstalmentPlan, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("drafted_by")),
                name="two_persons_for_a_correction",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["committed", "rejected"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="a_decided_correction_has_its_person",
            ),
            models.CheckConstraint(condition=~Q(explanation=""), name="a_correction_says_what_was_wrong"),
            models.UniqueConstraint(
                fields=["mass", "supply_point"],
                condition=Q(mass__isnull=False),
                name="one_correction_a_mass_supply_point",
            ),
        ]
        indexes = [models.Index(fields=["unit", "state", "-id"])]

    def __str__(self) -> str:
        return self.number

    @property
    def changes(self) -> list[facts_rules.Fact]:
        return facts_rules.from_json(self.facts)

    @property
    def effects(self) -> effects.Effect:
        return effects.Effect.from_json(self.effect)


class CorrectedBill(models.Model):
    """A bill that a correction cancelled, its reversal, and the bill in its place."""

    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="corrected_bills")
    cycle = models.CharField(_("cycle"), max_length=7)
    bill = models.OneToOneField(Bill, on_delete=models.PROTECT, related_name="corrected_by")
    reversal = models.OneToOneField(Bill, on_delete=models.PROTECT, related_name="+")
    replacement = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="correction_of")

    class Meta:
        ordering = ["cycle", "id"]


class MassOutcome(models.TextChoices):
    WINS = "wins", pgettext_lazy("mass correction", "Pays less")
    LOSES = "loses", pgettext_lazy("mass correction", "Pays more")
    SAME = "same", pgettext_lazy("mass correction", "Nothing changes")
    PROTECTED = "protected", pgettext_lazy("mass correction", "Protected from paying more")
    PROBLEM = "problem", pgettext_lazy("mass correction", "Needs a person")


class MassItem(models.Model):
    """One account of a mass correction: what it would change, and the correction that carried it out."""

    mass = models.ForeignKey(MassCorrection, on_delete=models.CASCADE, related_name="items", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="+", db_index=False)
    residential = models.BooleanField(_("household"), default=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=MassOutcome)
    months = models.PositiveSmallIntegerField(_("months"), default=0)
    before_fen = MoneyField(_("before"), default=0)
    after_fen = MoneyField(_("after"), default=0)
    difference_fen = MoneyField(_("difference"), default=0)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    correction = models.OneToOneField(
        Correction, null=True, on_delete=models.PROTECT, related_name="mass_item"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mass", "supply_point"], name="one_item_a_mass_supply_point")
        ]
        indexes = [models.Index(fields=["mass", "difference_fen", "id"])]
