"""Services by appointment, what each place offers, and who booked what."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.foundation.identity.models import OrganisationUnit, Role
from denghuo.records.customers.models import Customer
from denghuo.records.supply.models import SupplyPoint

LIVE = ["booked", "arrived"]


class Where(models.TextChoices):
    HALL = "hall", pgettext_lazy("appointment", "At the hall")
    DOOR = "door", pgettext_lazy("appointment", "At the door")


class Service(models.Model):
    """What can be booked: how long it takes, where, and which role does it."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=40)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    where = models.CharField(pgettext_lazy("appointment", "where"), max_length=4, choices=Where)
    role = models.CharField(pgettext_lazy("appointment", "who"), max_length=30, choices=Role)
    is_active = models.BooleanField(pgettext_lazy("appointment", "offered"), default=True)

    class Meta:
        ordering = ["where", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=480), name="a_service_takes_its_time"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Weekday(models.IntegerChoices):
    MONDAY = 0, pgettext_lazy("appointment", "Monday")
    TUESDAY = 1, pgettext_lazy("appointment", "Tuesday")
    WEDNESDAY = 2, pgettext_lazy("appointment", "Wednesday")
    THURSDAY = 3, pgettext_lazy("appointment", "Thursday")
    FRIDAY = 4, pgettext_lazy("appointment", "Friday")
    SATURDAY = 5, pgettext_lazy("appointment", "Saturday")
    SUNDAY = 6, pgettext_lazy("appointment", "Sunday")


class Opening(models.Model):
    """A place offers a service every week: from ``opens`` to ``closes``, ``capacity`` at a time.

    It is never edited: it ends on a day (``valid_to``) and another begins.
    """

    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="openings", db_index=False)
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens = models.TimeField(_("from"))
    closes = models.TimeField(pgettext_lazy("appointment", "until"))
    capacity = models.PositiveSmallIntegerField(_("at a time"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        ordering = ["weekday", "opens", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="an_opening_closes_later"),
            models.CheckConstraint(
                condition=Q(capacity__gte=1, capacity__lte=200), name="an_opening_takes_somebody"
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="an_opening_has_a_weekday"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="opening_dates_in_order",
            ),
            models.UniqueConstraint(
                fields=["unit", "service", "weekday", "opens"],
                condition=Q(valid_to__isnull=True),
                name="one_open_end_of_an_opening",
            ),
        ]
        indexes = [models.Index(fields=["unit", "service"])]


class DayChange(models.Model):
    """On one day a place takes another number at a time than the plan says; nought closes it."""

    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    date = models.DateField(_("day"))
    capacity = models.PositiveSmallIntegerField(_("at a time"))
    reason = models.CharField(_("reason"), max_length=200)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField(_("set"))

    class Meta:
        ordering = ["date", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "date", "service"],
                condition=Q(service__isnull=False),
                name="one_change_a_day_and_service",
            ),
            models.UniqueConstraint(
                fields=["unit", "date"], condition=Q(service__isnull=True), name="one_change_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & Q(capacity__lte=200), name="a_day_change_has_its_reason"
            ),
        ]


class Slot(models.Model):
    """A time of a place that somebody has booked. Its row is locked for every booking; the database counts with us.

    ``capacity`` is what was offered when it was last booked.
    """

    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()
    booked = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "service", "starts_at"], name="a_slot_once"),
            models.CheckConstraint(
                condition=Q(booked__gte=0, booked__lte=F("capacity")), name="no_slot_is_overbooked"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_times_in_order"),
        ]


class SeriesState(models.TextChoices):
    RUNNING = "running", pgettext_lazy("series", "Running")
    ENDED = "ended", pgettext_lazy("series", "Ended")


class Series(models.Model):
    """A visit that comes back every so many weeks, for a customer with special care; booked ahead by itself.

    ``problem`` says what the last round could not book.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    supply_point = models.ForeignKey(SupplyPoint, null=True, on_delete=models.PROTECT, related_name="+")
    every_weeks = models.PositiveSmallIntegerField(_("every so many weeks"))
    first_date = models.DateField(_("first visit"))
    preferred = models.TimeField(_("preferred time"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=SeriesState, default="running")
    problem = models.CharField(_("problem"), max_length=200, blank=True)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    agreed_at = models.DateTimeField(_("agreed"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_reason = models.CharField(_("why it ended"), max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "service"], condition=Q(state="running"), name="one_running_series"
            ),
            models.CheckConstraint(
                condition=Q(every_weeks__gte=1, every_weeks__lte=52), name="a_series_comes_back"
            ),
            models.CheckConstraint(
                condition=Q(state="running", ended_at__isnull=True)
                | Q(state="ended", ended_at__isnull=False),
                name="a_series_ends_at_an_instant",
            ),
        ]


class State(models.TextChoices):
    BOOKED = "booked", pgettext_lazy("appointment", "Booked")
    ARRIVED = "arrived", pgettext_lazy("appointment", "Arrived")
    DONE = "done", pgettext_lazy("appointment", "Done")
    MISSED = "missed", pgettext_lazy("appointment", "Did not come")
    CANCELLED = "cancelled", pgettext_lazy("appointment", "Cancelled")


class Channel(models.TextChoices):
    COUNTER = "counter", pgettext_lazy("appointment", "Business hall")
    PHONE = "phone", pgettext_lazy("appointment", "Telephone")
    ONLINE = "online", pgettext_lazy("appointment", "Online")
    SERIES = "series", pgettext_lazy("appointment", "Recurring visit")


class Appointment(models.Model):
    """Somebody is expected at a time. Whoever is no customer yet leaves a name and a telephone.

    ``unit`` is the place; ``address`` where a crew goes. A cancelled one gave its place in the slot back.
    """

    number = models.CharField(_("appointment number"), max_length=14, unique=True)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="appointments")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="appointments")
    contact_name = models.CharField(_("name"), max_length=40, blank=True)
    contact_phone = models.CharField(_("phone"), max_length=20, blank=True)
    supply_point = models.ForeignKey(SupplyPoint, null=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(_("address"), max_length=200, blank=True)
    starts_at = models.DateTimeField(pgettext_lazy("appointment", "starts"))
    ends_at = models.DateTimeField(pgettext_lazy("appointment", "ends"))
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    state = models.CharField(_("state"), max_length=9, choices=State, default="booked")
    note = models.CharField(_("note"), max_length=300, blank=True)
    series = models.ForeignKey(Series, null=True, on_delete=models.PROTECT, related_name="appointments")
    series_date = models.DateField(_("due day"), null=True)
    booked_at = models.DateTimeField(_("booked at"))
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    moved_times = models.PositiveSmallIntegerField(_("moved"), default=0)
    reminded_day_at = models.DateTimeField(null=True)
    reminded_soon_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_reason = models.CharField(_("why it ended"), max_length=200, blank=True)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "service", "starts_at"],
                condition=Q(state__in=LIVE),
                name="a_customer_books_a_time_once",
            ),
            models.UniqueConstraint(
                fields=["series", "series_date"],
                condition=Q(series__isnull=False),
                name="a_due_visit_is_booked_once",
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=False) | (~Q(contact_name="") & ~Q(contact_phone="")),
                name="somebody_is_expected",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, ended_at__isnull=True)
                | (~Q(state__in=LIVE) & Q(ended_at__isnull=False)),
                name="an_appointment_ends_at_an_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(end_reason=""), name="a_cancellation_has_its_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="arrived") | Q(arrived_at__isnull=False), name="who_arrived_has_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "starts_at"]),
            models.Index(fields=["starts_at"], condition=Q(state="booked"), name="booked_appointments"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_live(self) -> bool:
        return self.state in LIVE
