"""Supply points (用电户): where power is supplied, on what terms, from when to when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.database.fields import EnergyField, PowerField, RatioField, ReadingField
from denghuo.foundation.database.text_index import TextIndex
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Account, Customer
from denghuo.records.grid.models import Transformer, TransformerArea, Voltage

ADDRESS_INDEX = TextIndex("supply_address_index", owner="supply_supplypoint", column="address")


class SupplyState(models.TextChoices):
    PLANNED = "planned", _("Not yet energised")
    ACTIVE = "active", _("In use")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed for good")


class SupplyPoint(models.Model):
    """One 户号: an address that is supplied, the customer who uses it and the account that pays."""

    number = models.CharField(_("supply point number"), max_length=13, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="supply_points")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="supply_points")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(_("address"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=SupplyState, default="active")
    energised_date = models.DateField(_("energised"), null=True, blank=True)
    closed_date = models.DateField(_("closed"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["unit", "number"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_date__isnull=False),
                name="closed_supply_point_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["active", "suspended"]) | Q(energised_date__isnull=False),
                name="supplied_point_was_energised",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class SupplyRelation(models.TextChoices):
    DIRECT = "direct", _("Direct supply")
    WHOLESALE = "wholesale", _("Wholesale")
    RESALE = "resale", _("Resale")


class TariffClass(models.TextChoices):
    RESIDENTIAL = "residential", _("Residential")
    AGRICULTURAL = "agricultural", _("Agricultural production")
    COMMERCIAL_INDUSTRIAL = "commercial_industrial", _("Commercial and industrial")
    GENERATION = "generation", _("Generation fed in")


class SupplySource(models.TextChoices):
    PUBLIC_TRANSFORMER = "public_transformer", _("Public transformer")
    DEDICATED_TRANSFORMER = "dedicated_transformer", _("Dedicated transformer")
    DEDICATED_LINE = "dedicated_line", _("Dedicated line")


class UseNature(models.TextChoices):
    HOUSEHOLD = "household", _("Household")
    SHOP = "shop", _("Shop and service")
    OFFICE = "office", _("Office and institution")
    INDUSTRY = "industry", _("Industry")
    LARGE_INDUSTRY = "large_industry", _("Large industry")
    FARMING = "farming", _("Farming and irrigation")
    EDUCATION = "education", _("Education")
    HEALTH = "health", _("Health care")
    EV_CHARGING = "ev_charging", _("EV charging")
    TEMPORARY = "temporary", _("Temporary")


class Importance(models.TextChoices):
    ORDINARY = "ordinary", _("Ordinary")
    SPECIAL = "special", _("Special grade")
    FIRST = "first", _("First grade")
    SECOND = "second", _("Second grade")
    TEMPORARY = "temporary", _("Temporarily important")


class BillingMode(models.TextChoices):
    SINGLE = "single", _("Single-part")
    CAPACITY = "capacity", _("Two-part by capacity")
    CONTRACT_DEMAND = "contract_demand", _("Two-part by contract demand")
    ACTUAL_DEMAND = "actual_demand", _("Two-part by actual demand")


class Market(models.TextChoices):
    LIST = "list", _("List price")
    AGENT = "agent", _("Agent purchase")
    AGENT_PENALTY = "agent_penalty", _("Agent purchase at 1.5 times the price")
    DIRECT = "direct", _("Direct trade")


class MeteringMode(models.TextChoices):
    HIGH_HIGH = "high_high", _("High-voltage supply, metered at high voltage")
    HIGH_LOW = "high_low", _("High-voltage supply, metered at low voltage")
    LOW_LOW = "low_low", _("Low-voltage supply, metered at low voltage")


class PowerFactorStandard(models.IntegerChoices):
    NONE = 0, _("None")
    P80 = 80, "0.80"
    P85 = 85, "0.85"
    P90 = 90, "0.90"


class SupplyTerms(models.Model):
    """What holds at a supply point from ``valid_from`` until ``valid_to``: the five classifications, the tariff and its inputs.

    Any change closes one row and opens the next; together they cover the life of the supply point without a gap.
    ``pf_standard`` is 0 (none), 80, 85 or 90 hundredths.
    """

    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.CASCADE, related_name="terms")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    area = models.ForeignKey(
        TransformerArea, null=True, blank=True, on_delete=models.PROTECT, related_name="terms"
    )
    transformer = models.ForeignKey(
        Transformer, null=True, blank=True, on_delete=models.PROTECT, related_name="terms"
    )
    supply_relation = models.CharField(
        _("supply relation"), max_length=10, choices=SupplyRelation, default="direct"
    )
    tariff_class = models.CharField(_("tariff class"), max_length=24, choices=TariffClass)
    supply_source = models.CharField(
        _("supply source"), max_length=24, choices=SupplySource, default="public_transformer"
    )
    use_nature = models.CharField(_("use nature"), max_length=16, choices=UseNature)
    importance = models.CharField(_("load importance"), max_length=10, choices=Importance, default="ordinary")
    industry_code = models.CharField(_("industry code"), max_length=6, blank=True)
    voltage = models.CharField(_("voltage"), max_length=8, choices=Voltage)
    metering_mode = models.CharField(
        _("metering mode"), max_length=10, choices=MeteringMode, default="low_low"
    )
    capacity_kva = PowerField(_("capacity"))
    price_book = models.CharField(_("price book"), max_length=30)
    tariff = models.CharField(_("tariff"), max_length=40)
    billing_mode = models.CharField(_("billing mode"), max_length=16, choices=BillingMode, default="single")
    contract_demand_kw = PowerField(_("contract demand"), null=True, blank=True)
    demand_exempt = models.BooleanField(_("exempt from the basic charge"), default=False)
    pf_standard = models.PositiveSmallIntegerField(
        _("power-factor standard"), choices=PowerFactorStandard, default=0
    )
    pf_no_reward = models.BooleanField(_("power-factor surcharge only"), default=False)
    kept_single_part = models.BooleanField(_("single-part kept as an existing customer"), default=False)
    market = models.CharField(_("market attribute"), max_length=14, choices=Market, default="list")
    household_persons = models.PositiveSmallIntegerField(_("persons registered"), null=True, blank=True)
    free_energy_kwh = EnergyField(_("free energy a month"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        ordering = ["supply_point", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["supply_point", "valid_from"], name="terms_start_once"),
            models.UniqueConstraint(
                fields=["supply_point"], condition=Q(valid_to__isnull=True), name="one_open_end_of_terms"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="terms_dates_in_order",
            ),
            models.CheckConstraint(condition=Q(pf_standard__in=[0, 80, 85, 90]), name="pf_standard_is_known"),
            models.CheckConstraint(
                condition=~Q(billing_mode="contract_demand") | Q(contract_demand_kw__isnull=False),
                name="contract_demand_is_named",
                violation_error_message=_("Two-part by contract demand needs the contract demand."),
            ),
        ]


class LossMethod(models.TextChoices):
    NONE = "none", _("None")
    COEFFICIENT = "coefficient", _("Coefficients")
    PHYSICAL = "physical", _("Physical formula")
    PERCENT = "percent", _("Agreed percentage")


class LossTerms(models.Model):
    """How transformer and line loss is added for 高供低计, by period.

    Legal basis: 供电营业规则, losses before the property boundary belong to the owner of that part.
    """

    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.CASCADE, related_name="loss_terms")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    method = models.CharField(_("method"), max_length=12, choices=LossMethod)
    iron_loss_kw = ReadingField(_("iron loss"), null=True, blank=True)
    copper_ratio = RatioField(_("copper-loss coefficient"), null=True, blank=True)
    reactive_iron_kvar = ReadingField(_("reactive iron loss"), null=True, blank=True)
    reactive_copper_factor = RatioField(_("reactive copper factor"), null=True, blank=True)
    line_loss_ratio = RatioField(_("line-loss ratio"), null=True, blank=True)
    rated_capacity_kva = PowerField(_("rated capacity"), null=True, blank=True)
    load_loss_kw = ReadingField(_("load loss"), null=True, blank=True)
    shift_factor = RatioField(_("shift factor"), null=True, blank=True)
    energised_hours_a_day = models.PositiveSmallIntegerField(_("energised hours a day"), default=24)

    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        ordering = ["supply_point", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["supply_point", "valid_from"], name="loss_terms_start_once"),
            models.UniqueConstraint(
                fields=["supply_point"], condition=Q(valid_to__isnull=True), name="one_open_end_of_loss_terms"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="loss_terms_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(energised_hours_a_day__gte=0, energised_hours_a_day__lte=24),
                name="energised_hours_fit_a_day",
            ),
        ]


class SupplyContract(models.Model):
    """The supply contract (供用电合同)."""

    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="contracts")
    number = models.CharField(_("contract number"), max_length=30, unique=True)
    signed_date = models.DateField(_("signed"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        ordering = ["supply_point", "-valid_from"]

    def __str__(self) -> str:
        return self.number


_ROW_FIELDS = ("id", "supply_point", "valid_from", "valid_to", "reason")
TERM_FIELDS = tuple(f.name for f in SupplyTerms._meta.concrete_fields if f.name not in _ROW_FIELDS)
LOSS_FIELDS = tuple(f.name for f in LossTerms._meta.concrete_fields if f.name not in _ROW_FIELDS)
