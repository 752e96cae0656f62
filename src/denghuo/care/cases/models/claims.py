"""What a claim for damaged appliances and a doubted meter add."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.care.cases.models.case import Case
from denghuo.commerce.corrections.models import Correction
from denghuo.commerce.payments.models import Refund
from denghuo.foundation.database.fields import MoneyField
from denghuo.records.supply.models import SupplyPoint

STAFF = settings.AUTH_USER_MODEL


class ApplianceKind(models.TextChoices):
    ELECTRONIC = "electronic", pgettext_lazy("appliance", "Electronic (TV, computer, sound)")
    MOTOR = "motor", pgettext_lazy("appliance", "With a motor (fridge, washing machine, air conditioner)")
    RESISTIVE = "resistive", pgettext_lazy("appliance", "Heating (rice cooker, water heater, kettle)")
    LAMP = "lamp", pgettext_lazy("appliance", "Lamp")


class DamageClaim(models.Model):
    """Household appliances that a fault of ours damaged (居民用户家用电器损坏处理办法).

    ``liable`` says whether it was our fault; null until somebody was on site. A second person decides; the money goes
    out as compensation through the refunds of commerce/payments.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="damage")
    occurred_at = models.DateTimeField(_("damage happened"))
    within_time = models.BooleanField(_("claimed within the time"))
    visit_due_at = models.DateTimeField(_("visit due"))
    inspected_at = models.DateTimeField(_("visited"), null=True)
    inspected_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    liable = models.BooleanField(_("our fault"), null=True)
    findings = models.CharField(_("findings"), max_length=500, blank=True)
    compensation_fen = MoneyField(_("compensation"), default=0)
    decided_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_note = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    refund = models.ForeignKey(Refund, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("inspected_by")),
                name="two_persons_for_a_damage",
            ),
            models.CheckConstraint(
                condition=Q(compensation_fen=0) | Q(liable=True, compensation_fen__gt=0),
                name="only_our_fault_is_compensated",
            ),
        ]


class DamageItem(models.Model):
    """One appliance: what it is, what it cost, how old it was, what is paid and why (``basis`` is a code)."""

    claim = models.ForeignKey(DamageClaim, on_delete=models.PROTECT, related_name="items")
    name = models.CharField(_("appliance"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=ApplianceKind)
    bought_date = models.DateField(_("bought"))
    price_fen = MoneyField(_("price"))
    repair_fen = MoneyField(_("repair"), null=True, help_text="where it can be repaired")
    compensation_fen = MoneyField(_("compensation"), default=0)
    basis = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(price_fen__gt=0, compensation_fen__gte=0), name="an_appliance_has_a_price"
            ),
            models.CheckConstraint(
                condition=Q(compensation_fen__lte=F("price_fen")) | Q(repair_fen__isnull=False),
                name="no_more_than_the_price",
            ),
        ]


class DisputeResult(models.TextChoices):
    RIGHT = "right", pgettext_lazy("meter check", "Within the limit")
    WRONG = "wrong", pgettext_lazy("meter check", "Beyond the limit")
    WIRING = "wiring", pgettext_lazy("meter check", "Wrong wiring")


class MeterDispute(models.Model):
    """The customer doubts the meter: the check with its result, and the correction where the meter was wrong."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="dispute")
    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(_("checked"), null=True)
    checked_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    accuracy_class = models.CharField(_("accuracy class"), max_length=6, blank=True)
    limit_percent = models.DecimalField(_("limit (%)"), max_digits=6, decimal_places=3, null=True)
    error_percent = models.DecimalField(_("error (%)"), max_digits=8, decimal_places=3, null=True)
    result = models.CharField(_("result"), max_length=6, choices=DisputeResult, blank=True)
    certificate = models.CharField(_("certificate"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    correction = models.ForeignKey(Correction, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(result="", checked_at__isnull=True)
                | (~Q(result="") & Q(checked_at__isnull=False, checked_by__isnull=False)),
                name="a_result_says_when_and_who",
            ),
            models.CheckConstraint(
                condition=Q(correction__isnull=True) | Q(result__in=["wrong", "wiring"]),
                name="only_a_wrong_meter_is_corrected",
            ),
        ]
