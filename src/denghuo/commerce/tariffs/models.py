"""Price books as data: drafted by one person, approved by another, in force from a date, never edited afterwards."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.foundation.database.fields import MoneyField, PriceField
from denghuo.records.supply.models import SupplyPoint


class BookState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("price", "Draft")
    APPROVED = "approved", pgettext_lazy("price", "Approved")
    IN_FORCE = "in_force", _("In force")
    SUPERSEDED = "superseded", _("Superseded")
    REJECTED = "rejected", pgettext_lazy("price", "Rejected")


class PriceBookVersion(models.Model):
    """One version of a price book. ``document`` is the JSON text that the engine compiles; its prices carry their own dates.

    A trigger keeps the text and its author as they are from the moment the draft is decided.
    """

    book = models.CharField(_("price book"), max_length=30)
    number = models.PositiveIntegerField(_("version"))
    name = models.CharField(_("name"), max_length=80)
    document = models.TextField()
    digest = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=BookState, default="draft")
    note = models.CharField(_("what changed"), max_length=300, blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(_("drafted"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved"), null=True)
    rejected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decision_note = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    in_force_at = models.DateTimeField(_("in force since"), null=True)
    superseded_at = models.DateTimeField(_("superseded"), null=True)

    class Meta:
        ordering = ["book", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="one_version_number"),
            models.UniqueConstraint(
                fields=["book"], condition=Q(state="in_force"), name="one_version_in_force"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("drafted_by")),
                name="two_persons_for_a_price",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "in_force", "superseded"])
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="approved_by_somebody_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["in_force", "superseded"]) | Q(in_force_at__isnull=False),
                name="in_force_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book} v{self.number}"


class DayTrigger(models.Model):
    """A day on which a special TOU rule applies: a hot day, a deep-valley holiday."""

    book = models.CharField(max_length=30)
    date = models.DateField()
    trigger = models.CharField(max_length=20)
    basis = models.CharField(_("basis"), max_length=120, blank=True)

    class Meta:
        ordering = ["book", "date", "trigger"]
        constraints = [models.UniqueConstraint(fields=["book", "date", "trigger"], name="one_trigger_a_day")]

    def __str__(self) -> str:
        return f"{self.book} {self.date} {self.trigger}"


class ContractPrice(models.Model):
    """A price of a retail contract; it replaces the component of the book for this customer from date to date."""

    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="contract_prices")
    component = models.CharField(max_length=40)
    tou = models.CharField(max_length=8, blank=True)
    price = PriceField(_("price"))
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    basis = models.CharField(_("basis"), max_length=120, blank=True)

    class Meta:
        ordering = ["supply_point", "component", "tou", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["supply_point", "component", "tou", "valid_from"], name="contract_price_starts_once"
            ),
            models.UniqueConstraint(
                fields=["supply_point", "component", "tou"],
                condition=Q(valid_to__isnull=True),
                name="one_open_contract_price",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="contract_price_dates_in_order",
            ),
        ]


class AdjustmentLine(models.Model):
    """A sum settled by the market or by a correction, put on the bill of one cycle; billed once."""

    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="adjustment_lines")
    cycle = models.CharField(_("cycle"), max_length=7)
    code = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=80)
    group = models.CharField(max_length=20, default="adjustment")
    amount_fen = MoneyField(_("amount"))
    in_pf_base = models.BooleanField(_("in the power-factor base"), default=False)
    basis = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["cycle", "supply_point"])]
        constraints = [
            models.UniqueConstraint(
                fields=["supply_point", "cycle", "code"], name="one_adjustment_per_code_and_cycle"
            )
        ]
