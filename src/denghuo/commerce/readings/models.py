"""Reading routes, what was read, and what looked wrong."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.metering.models import Installation, MeteringPoint, RegisterValues
from denghuo.foundation.identity.models import OrganisationUnit


class RouteRhythm(models.TextChoices):
    MONTHLY = "monthly", _("Every month")
    ODD = "odd", _("Odd months")
    EVEN = "even", _("Even months")


class ReadingRoute(models.Model):
    """A reading section (抄表段) with its fixed reading day (抄表例日)."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    reading_day = models.PositiveSmallIntegerField(_("reading day"), default=1)
    rhythm = models.CharField(_("rhythm"), max_length=8, choices=RouteRhythm, default="monthly")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(reading_day__range=(1, 31)), name="reading_day_in_month")
        ]

    def __str__(self) -> str:
        return self.name


class RouteStop(models.Model):
    route = models.ForeignKey(ReadingRoute, on_delete=models.PROTECT, related_name="stops")
    metering_point = models.OneToOneField(MeteringPoint, on_delete=models.CASCADE, related_name="route_stop")
    position = models.PositiveIntegerField(_("position"))

    class Meta:
        ordering = ["route", "position"]


class ReadingKind(models.TextChoices):
    INITIAL = "initial", _("Initial")
    REGULAR = "regular", _("Regular")
    REMOVAL = "removal", _("At removal")
    SPECIAL = "special", _("Special")
    FINAL = "final", _("Final")


class ReadingSource(models.TextChoices):
    REMOTE = "remote", _("Remote")
    FIELD = "field", _("Field")
    MANUAL = "manual", _("Entered by hand")
    FILE = "file", _("File")
    CUSTOMER = "customer", _("Customer")
    ESTIMATE = "estimate", _("Estimate")


class ReadingState(models.TextChoices):
    HELD = "held", _("Held")
    ACCEPTED = "accepted", _("Accepted")
    REPLACED = "replaced", _("Replaced")
    REJECTED = "rejected", _("Rejected")


class Reading(RegisterValues):
    """What an installed meter showed at 00:00 of ``read_date``; ``previous`` is where its advance starts.

    Never edited after acceptance: a re-read is a new row that replaces this one.
    """

    installation = models.ForeignKey(Installation, on_delete=models.PROTECT, related_name="readings")
    metering_point = models.ForeignKey(MeteringPoint, on_delete=models.PROTECT, related_name="readings")
    cycle = models.CharField(_("cycle"), max_length=7)
    read_date = models.DateField(_("reading date"))
    kind = models.CharField(_("kind"), max_length=8, choices=ReadingKind)
    source = models.CharField(_("source"), max_length=8, choices=ReadingSource)
    state = models.CharField(_("state"), max_length=8, choices=ReadingState)
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    estimate_method = models.CharField(_("estimate method"), max_length=30, blank=True)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ["metering_point", "read_date", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["installation", "cycle", "kind"],
                condition=Q(state__in=["held", "accepted"])
                & Q(kind__in=["initial", "regular", "removal", "final"]),
                name="one_live_reading",
            )
        ]
        indexes = [
            models.Index(fields=["cycle", "metering_point"]),
            models.Index(fields=["metering_point", "read_date"]),
        ]


class ExceptionState(models.TextChoices):
    OPEN = "open", _("Open")
    IN_HAND = "in_hand", _("In hand")
    RESOLVED = "resolved", _("Resolved")


class ExceptionAction(models.TextChoices):
    REREAD = "reread", _("Read again")
    ACCEPT = "accept", _("Accepted with reason")
    ESTIMATE = "estimate", _("Estimated")
    METER_FAULT = "meter_fault", _("Meter fault order")


class ReadingException(models.Model):
    """A named rule that a reading broke, or a reading that is missing; ``detail`` is JSON text."""

    metering_point = models.ForeignKey(
        MeteringPoint, on_delete=models.PROTECT, related_name="reading_exceptions"
    )
    reading = models.ForeignKey(
        Reading, null=True, blank=True, on_delete=models.PROTECT, related_name="exceptions"
    )
    cycle = models.CharField(_("cycle"), max_length=7)
    rule = models.CharField(_("rule"), max_length=30)
    detail = models.TextField(default="{}")
    state = models.CharField(_("state"), max_length=8, choices=ExceptionState, default="open")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField(_("action"), max_length=12, choices=ExceptionAction, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    unit_id = models.CharField(max_length=16)
    raised_at = models.DateTimeField(_("raised"))
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["cycle", "state"]), models.Index(fields=["unit_id", "state", "id"])]
