"""Reading routes, what was read, and what looked wrong."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.metering.models import Installation, MeteringPoint, RegisterValues
from denghuo.foundation.database.fields import EnergyField
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


class RouteReader(models.Model):
    """Who read a route from when to when; the present reader's row has no end (轮岗 looks at how long that is)."""

    route = models.ForeignKey(ReadingRoute, on_delete=models.PROTECT, related_name="readers")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_date = models.DateField(_("from"))
    to_date = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["route", "from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["route"], condition=Q(to_date__isnull=True), name="one_reader_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(to_date__isnull=True) | Q(to_date__gte=F("from_date")),
                name="reader_dates_in_order",
            ),
        ]


class RouteStop(models.Model):
    route = models.ForeignKey(ReadingRoute, on_delete=models.PROTECT, related_name="stops")
    metering_point = models.OneToOneField(MeteringPoint, on_delete=models.CASCADE, related_name="route_stop")
    position = models.PositiveIntegerField(_("position"))

    class Meta:
        ordering = ["route", "position"]


class ReadingKind(models.TextChoices):
    INITIAL = "initial", pgettext_lazy("reading kind", "Initial")
    REGULAR = "regular", pgettext_lazy("reading kind", "Regular")
    REMOVAL = "removal", pgettext_lazy("reading kind", "At removal")
    SPECIAL = "special", pgettext_lazy("reading kind", "Special")
    FINAL = "final", pgettext_lazy("reading kind", "Final")


class ReadingSource(models.TextChoices):
    REMOTE = "remote", pgettext_lazy("reading source", "Remote")
    FIELD = "field", pgettext_lazy("reading source", "Field")
    MANUAL = "manual", pgettext_lazy("reading source", "Entered by hand")
    FILE = "file", pgettext_lazy("reading source", "File")
    CUSTOMER = "customer", pgettext_lazy("reading source", "Customer")
    ESTIMATE = "estimate", pgettext_lazy("reading source", "Estimate")


class ReadingState(models.TextChoices):
    HELD = "held", pgettext_lazy("reading state", "Held")
    ACCEPTED = "accepted", pgettext_lazy("reading state", "Accepted")
    REPLACED = "replaced", pgettext_lazy("reading state", "Replaced")
    REJECTED = "rejected", pgettext_lazy("reading state", "Rejected")


class EstimateMethod(models.TextChoices):
    """How an estimated reading was found (供电营业规则: by previous use where the meter cannot be read)."""

    LAST_3 = "last_3", _("Average of the last 3 readings")
    LAST_12 = "last_12", _("Average of the last 12 readings")
    LAST_YEAR = "last_year", _("Same month last year")
    ZERO = "zero", _("No consumption")
    INTERPOLATED = "interpolated", _("Between two actual readings")


class Reading(RegisterValues):
    """What an installed meter showed at 00:00 of ``read_date``; ``previous`` is where its advance starts.

    The accepted readings of a metering point form one chain by ``previous``: the initial reading of a meter follows
    the removal reading of the meter before it (that link carries no energy), every other reading follows one of
    the same installation. Triggers refuse any change of what was read once a reading is accepted, and refuse to
    take out a reading that a later accepted one starts from: a re-read is a new row that replaces this one.

    ``advance_kwh`` (total register since ``previous``, times the multiplier) and ``advance_days`` are derived;
    ``rolled_over`` says that a register passed its highest value on the way.
    """

    installation = models.ForeignKey(
        Installation, on_delete=models.PROTECT, related_name="readings", db_index=False
    )
    metering_point = models.ForeignKey(
        MeteringPoint, on_delete=models.PROTECT, related_name="readings", db_index=False
    )
    cycle = models.CharField(_("cycle"), max_length=7)
    read_date = models.DateField(_("reading date"))
    kind = models.CharField(_("kind"), max_length=8, choices=ReadingKind)
    source = models.CharField(_("source"), max_length=8, choices=ReadingSource)
    state = models.CharField(_("state"), max_length=8, choices=ReadingState)
    previous = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    rolled_over = models.BooleanField(_("rolled over"), default=False, db_default=False)
    advance_kwh = EnergyField(pgettext_lazy("reading", "advance"), null=True, blank=True)
    advance_days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    estimate_method = models.CharField(
        _("estimate method"), max_length=30, blank=True, choices=EstimateMethod, default="", db_default=""
    )
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
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
            ),
            models.CheckConstraint(
                condition=Q(source="estimate", estimate_method__gt="")
                | (~Q(source="estimate") & Q(estimate_method="")),
                name="an_estimate_names_its_method",
            ),
        ]
        indexes = [
            models.Index(fields=["cycle", "metering_point"]),
            models.Index(fields=["metering_point", "read_date"]),
        ]


class ReadingRule(models.TextChoices):
    """Names of ``rules.RULES`` as people read them."""

    ROLLOVER = "rollover", _("Rolled over")
    BACKWARDS = "backwards", _("Runs backwards")
    ESTIMATE_TOO_HIGH = "estimate_too_high", _("Below the last estimate")
    ZERO_AFTER_USE = "zero_after_use", _("No use after regular use")
    JUMP = "jump", _("Jump against history")
    TOU_SUM = "tou_sum", _("Periods do not add up to the total")
    REACTIVE_WITHOUT_ACTIVE = "reactive_without_active", _("Reactive without active energy")
    DEMAND_OVER_CAPACITY = "demand_over_capacity", _("Demand over the capacity")
    ENERGY_OVER_CAPACITY = "energy_over_capacity", _("Energy over the capacity")
    MISSING = "missing", _("Not read")
    DUPLICATE = "duplicate", _("Already read with other figures")
    FUTURE_DATE = "future_date", _("Reading date in the future")
    OUT_OF_ORDER = "out_of_order", _("Not after the last reading")
    UNKNOWN_POINT = "unknown_point", _("Unknown metering point")
    NO_METER = "no_meter", _("No meter on that day")
    WRONG_METER = "wrong_meter", _("Another meter hangs there")
    REGISTER_MISSING = "register_missing", _("A register is missing")
    REGISTER_RANGE = "register_range", _("The display cannot show this")


class ExceptionState(models.TextChoices):
    OPEN = "open", pgettext_lazy("exception state", "Open")
    IN_HAND = "in_hand", pgettext_lazy("exception state", "In hand")
    RESOLVED = "resolved", pgettext_lazy("exception state", "Resolved")


class ExceptionAction(models.TextChoices):
    REREAD = "reread", _("Read again")
    ACCEPT = "accept", _("Accepted with reason")
    ESTIMATE = "estimate", _("Estimated")
    METER_FAULT = "meter_fault", _("Meter fault order")
    CORRECT_ESTIMATE = "correct_estimate", _("Estimate corrected")
    READ = "read", _("Read in the meantime")


class ReadingException(models.Model):
    """A named rule that a reading broke, or a reading that is missing; ``detail`` is JSON text."""

    metering_point = models.ForeignKey(
        MeteringPoint, on_delete=models.PROTECT, related_name="reading_exceptions"
    )
    reading = models.ForeignKey(
        Reading, null=True, blank=True, on_delete=models.PROTECT, related_name="exceptions"
    )
    cycle = models.CharField(_("cycle"), max_length=7)
    rule = models.CharField(_("rule"), max_length=30, choices=ReadingRule)
    detail = models.TextField(default="{}")
    state = models.CharField(_("state"), max_length=8, choices=ExceptionState, default="open")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField(_("decision"), max_length=16, choices=ExceptionAction, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    order_reference = models.CharField(_("fault order"), max_length=40, blank=True)
    unit_id = models.CharField(max_length=16)
    raised_at = models.DateTimeField(_("raised"))
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["metering_point", "cycle"],
                condition=Q(rule="missing") & ~Q(state="resolved"),
                name="one_open_missing_a_cycle",
            ),
            models.CheckConstraint(
                condition=~Q(state="resolved") | Q(resolved_at__isnull=False) & ~Q(action=""),
                name="resolved_exception_says_how",
            ),
        ]
        indexes = [models.Index(fields=["cycle", "state"]), models.Index(fields=["unit_id", "state", "id"])]

    def __str__(self) -> str:
        return f"{self.metering_point.number} {self.cycle}"
