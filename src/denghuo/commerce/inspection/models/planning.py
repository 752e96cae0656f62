"""Security of important customers, and visits by plan."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.inspection.rules import states
from denghuo.foundation.database.fields import PowerField
from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.supply.models import SupplyPoint

STAFF = settings.AUTH_USER_MODEL


class SecurityProfile(models.Model):
    """What an important customer needs to stay safe (GB/T 29328-2018).

    ``valid_year``: the year of the government's list that ``approval_document`` confirms.
    """

    supply_point = models.OneToOneField(SupplyPoint, on_delete=models.PROTECT, related_name="security")
    security_load_kw = PowerField(_("security load (kW)"), default=0)
    allowed_break_seconds = models.PositiveIntegerField(_("longest allowed break (s)"), null=True)
    switching_mode = models.CharField(_("switching between sources"), max_length=60, blank=True)
    approval_document = models.CharField(_("document of the government"), max_length=80, blank=True)
    valid_year = models.PositiveSmallIntegerField(_("list of the year"), null=True)
    contact_name = models.CharField(_("contact"), max_length=40, blank=True)
    contact_phone = models.CharField(_("phone"), max_length=20, blank=True)
    updated_at = models.DateTimeField(_("updated"))
    updated_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(security_load_kw__gte=0), name="security_load_from_zero"),
        ]

    def __str__(self) -> str:
        return str(self.supply_point)


class SupplyFeed(models.Model):
    """One of the sources that feed an important customer: substation, bus section, feeder, kVA."""

    profile = models.ForeignKey(SecurityProfile, on_delete=models.CASCADE, related_name="feeds")
    position = models.PositiveSmallIntegerField(default=1)
    substation = models.CharField(_("substation"), max_length=60)
    bus = models.CharField(_("bus section"), max_length=30, blank=True)
    feeder = models.CharField(_("feeder"), max_length=60)
    capacity_kva = PowerField(_("capacity (kVA)"), default=0)

    class Meta:
        ordering = ["profile", "position"]
        constraints = [models.UniqueConstraint(fields=["profile", "position"], name="one_feed_a_position")]


class EmergencyKind(models.TextChoices):
    DIESEL = "diesel", pgettext_lazy("emergency power", "Diesel generator")
    GAS = "gas", pgettext_lazy("emergency power", "Gas turbine")
    UPS = "ups", pgettext_lazy("emergency power", "Uninterruptible supply")
    BATTERY = "battery", pgettext_lazy("emergency power", "Battery")
    FLYWHEEL = "flywheel", pgettext_lazy("emergency power", "Flywheel")
    MOBILE = "mobile", pgettext_lazy("emergency power", "Mobile generator")


class EmergencySource(models.Model):
    """An own emergency power source of a customer."""

    profile = models.ForeignKey(SecurityProfile, on_delete=models.CASCADE, related_name="sources")
    kind = models.CharField(_("type"), max_length=10, choices=EmergencyKind)
    name = models.CharField(_("name"), max_length=60)
    capacity_kw = PowerField(_("capacity (kW)"))
    start_seconds = models.PositiveIntegerField(_("starts within (s)"), null=True)
    fuel_hours = models.PositiveSmallIntegerField(_("fuel for (h)"), null=True)
    last_test_date = models.DateField(_("last test"), null=True)
    removed_date = models.DateField(_("removed"), null=True)

    class Meta:
        ordering = ["profile", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(capacity_kw__gt=0), name="emergency_power_above_zero"),
        ]

    def __str__(self) -> str:
        return self.name


class VisitKind(models.TextChoices):
    FIRST = "first", pgettext_lazy("inspection", "Special and first grade")
    SECOND = "second", pgettext_lazy("inspection", "Second grade")
    HV35 = "hv35", pgettext_lazy("inspection", "35 kV and above")
    HV10 = "hv10", pgettext_lazy("inspection", "10 kV")
    LV = "lv", pgettext_lazy("inspection", "Low-voltage sample")
    GENERATOR = "generator", pgettext_lazy("inspection", "Own emergency power")
    SPECIAL = "special", pgettext_lazy("inspection", "Outside the plan")


class VisitState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("inspection", "Planned")
    NOT_MET = "not_met", pgettext_lazy("inspection", "Nobody met")
    DONE = "done", pgettext_lazy("inspection", "Inspected")
    CANCELLED = "cancelled", pgettext_lazy("inspection", "Dropped")


class Visit(models.Model):
    """One inspection of one supply point: by the plan of a quarter, or outside it (``quarter`` is then empty).

    ``checklist`` names the list that is worked through (a kind of the catalogue).
    """

    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="inspections")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=VisitKind)
    checklist = models.CharField(max_length=10)
    quarter = models.CharField(_("quarter"), max_length=6, blank=True)
    due_date = models.DateField(_("due"))
    planned_date = models.DateField(_("planned for"))
    inspector = models.ForeignKey(
        STAFF, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(_("state"), max_length=10, choices=VisitState, default="planned")
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    planned_at = models.DateTimeField(_("planned on"))
    planned_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(_("inspected"), null=True)
    done_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    companion = models.CharField(_("present for the customer"), max_length=40, blank=True)
    signature = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    photo = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        ordering = ["planned_date", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["supply_point", "kind", "quarter"],
                condition=~Q(quarter=""),
                name="one_visit_a_kind_and_quarter",
            ),
            models.UniqueConstraint(
                fields=["supply_point", "kind"],
                condition=Q(state__in=list(states.OPEN_VISIT)) & ~Q(quarter=""),
                name="one_open_visit_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False)
                | (~Q(state="done") & Q(done_at__isnull=True)),
                name="an_inspection_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "planned_date", "id"]),
            models.Index(fields=["supply_point", "kind", "done_at"]),
            models.Index(
                fields=["inspector", "planned_date"],
                condition=Q(state__in=list(states.OPEN_VISIT)),
                name="open_visits_of_an_inspector",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supply_point.number} {self.planned_date}"


class VisitAnswer(models.Model):
    """What was seen at one line of the checklist."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="answers", db_index=False)
    item = models.CharField(max_length=20)
    answer = models.CharField(max_length=5)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "item"], name="one_answer_a_line"),
            models.CheckConstraint(
                condition=Q(answer__in=["ok", "fault", "na"]), name="answers_that_are_known"
            ),
        ]
