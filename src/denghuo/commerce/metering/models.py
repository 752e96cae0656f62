"""Metering points, meters, and which meter hung where with which multiplier."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.foundation.database.fields import EnergyField, RatioField, ReadingField
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.supply.models import SupplyPoint


class RegisterSet(models.TextChoices):
    """Which registers a meter has, and so which a reading must carry."""

    TOTAL = "total", _("Total only")
    PEAK_VALLEY = "peak_valley", _("Total, peak, valley")
    TOU = "tou", _("Total and five periods")
    TOU_REACTIVE = "tou_reactive", _("Total, periods, reactive")
    TOU_REACTIVE_DEMAND = "tou_reactive_demand", _("Total, periods, reactive, demand")


class MeterState(models.TextChoices):
    IN_STOCK = "in_stock", pgettext_lazy("meter state", "In stock")
    INSTALLED = "installed", pgettext_lazy("meter state", "Installed")
    REMOVED = "removed", pgettext_lazy("meter state", "Removed")
    SCRAPPED = "scrapped", pgettext_lazy("meter state", "Scrapped")


class Meter(models.Model):
    asset_number = models.CharField(_("asset number"), max_length=22, unique=True)
    factory_number = models.CharField(_("factory number"), max_length=24, blank=True)
    communication_address = models.CharField(
        _("communication address"), max_length=12, blank=True, db_index=True
    )
    model = models.CharField(pgettext_lazy("meter", "type"), max_length=40)
    phases = models.PositiveSmallIntegerField(_("phases"), default=1)
    rated_current = models.CharField(_("rated current"), max_length=20, blank=True)
    accuracy_class = models.CharField(_("accuracy class"), max_length=8, default="2")
    registers = models.CharField(_("registers"), max_length=20, choices=RegisterSet, default="total")
    integer_digits = models.PositiveSmallIntegerField(_("integer digits"), default=6)
    verified_date = models.DateField(_("verified"), null=True, blank=True)
    verification_due_date = models.DateField(_("verification due"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=MeterState, default="in_stock")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["asset_number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(integer_digits__range=(3, 9)), name="integer_digits_are_plausible"
            )
        ]
        indexes = [
            models.Index(fields=["unit", "asset_number"]),
            models.Index(fields=["verification_due_date"]),
        ]

    def __str__(self) -> str:
        return self.asset_number

    @property
    def modulus(self) -> int:
        """The reading at which the register rolls over to zero, in kWh."""
        return 10**self.integer_digits


class PointRole(models.TextChoices):
    PURCHASE = "purchase", _("Purchase")
    FEED_IN = "feed_in", _("Feed-in")
    GENERATION = "generation", _("Generation")


class Measure(models.TextChoices):
    METERED = "metered", _("Metered")
    RATIO = "ratio", _("Fixed ratio")
    FIXED = "fixed", _("Fixed quantity")


class MeteringPoint(models.Model):
    """A place where energy is measured or agreed (计量点); a sub-meter hangs below its parent on the same bill."""

    number = models.CharField(_("metering point"), max_length=20, unique=True)
    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="metering_points")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    role = models.CharField(_("use of the point"), max_length=10, choices=PointRole, default="purchase")
    measure = models.CharField(_("measure"), max_length=8, choices=Measure, default="metered")
    ratio = RatioField(_("fixed ratio"), null=True, blank=True)
    fixed_energy_kwh = EnergyField(_("fixed quantity a month"), null=True, blank=True)
    agreed_date = models.DateField(_("agreed on"), null=True, blank=True)
    tariff = models.CharField(_("own tariff"), max_length=40, blank=True)
    feeder = models.PositiveSmallIntegerField(_("incoming feeder"), default=1)
    opened_date = models.DateField()
    closed_date = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(measure="metered", ratio__isnull=True, fixed_energy_kwh__isnull=True))
                | Q(measure="ratio", ratio__isnull=False, parent__isnull=False)
                | Q(measure="fixed", fixed_energy_kwh__isnull=False, parent__isnull=False),
                name="measure_has_its_figure",
            ),
            models.CheckConstraint(
                condition=Q(ratio__isnull=True) | Q(ratio__gt=0, ratio__lte=1), name="fixed_ratio_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(closed_date__isnull=True) | Q(closed_date__gte=F("opened_date")),
                name="metering_point_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Installation(models.Model):
    """A meter at a metering point from ``installed_date`` until ``removed_date``, with the transformers before it.

    ``multiplier`` = CT ratio × PT ratio; a change of ratio is a new installation of the same meter.
    """

    metering_point = models.ForeignKey(MeteringPoint, on_delete=models.PROTECT, related_name="installations")
    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, related_name="installations")
    installed_date = models.DateField(_("installed"))
    removed_date = models.DateField(_("removed"), null=True, blank=True)
    ct_primary_a = models.PositiveIntegerField(_("CT primary"), default=1)
    ct_secondary_a = models.PositiveIntegerField(_("CT secondary"), default=1)
    pt_ratio = models.PositiveIntegerField(_("PT ratio"), default=1)
    multiplier = models.PositiveIntegerField(_("multiplier"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        ordering = ["metering_point", "installed_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["metering_point"], condition=Q(removed_date__isnull=True), name="one_meter_at_a_point"
            ),
            models.UniqueConstraint(
                fields=["meter"], condition=Q(removed_date__isnull=True), name="a_meter_hangs_once"
            ),
            models.CheckConstraint(
                condition=Q(removed_date__isnull=True) | Q(removed_date__gte=F("installed_date")),
                name="installation_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(
                    multiplier__gte=1,
                    ct_secondary_a__gte=1,
                    multiplier=F("ct_primary_a") / F("ct_secondary_a") * F("pt_ratio"),
                ),
                name="multiplier_is_ct_times_pt",
            ),
        ]


class RegisterValues(models.Model):
    """The registers of one reading, as the meter shows them (kWh, kvarh; demand in kW), before the multiplier."""

    total = ReadingField(pgettext_lazy("register", "total"))
    sharp = ReadingField(pgettext_lazy("register", "sharp"), null=True, blank=True)
    peak = ReadingField(pgettext_lazy("register", "peak"), null=True, blank=True)
    flat = ReadingField(pgettext_lazy("register", "flat"), null=True, blank=True)
    valley = ReadingField(pgettext_lazy("register", "valley"), null=True, blank=True)
    deep = ReadingField(pgettext_lazy("register", "deep valley"), null=True, blank=True)
    reactive_forward = ReadingField(pgettext_lazy("register", "reactive forward"), null=True, blank=True)
    reactive_reverse = ReadingField(pgettext_lazy("register", "reactive reverse"), null=True, blank=True)
    max_demand = ReadingField(pgettext_lazy("register", "maximum demand"), null=True, blank=True)

    class Meta:
        abstract = True
