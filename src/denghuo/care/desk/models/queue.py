"""The queue of a hall: who sits where, who waits for what, what was done, how it was found."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.care.appointments.models import Appointment
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Customer

AT_THE_WINDOW = ["called", "serving"]


class Business(models.TextChoices):
    """Kinds of business; the letter before the number of a ticket is ``PREFIXES[business]``."""

    PAYMENT = "payment", pgettext_lazy("counter business", "Payment")
    BILL = "bill", pgettext_lazy("counter business", "Bill and invoice")
    CONNECTION = "connection", pgettext_lazy("counter business", "New connection or more capacity")
    CHANGE = "change", pgettext_lazy("counter business", "Change of service")
    OTHER = "other", pgettext_lazy("counter business", "Enquiry and other")


PREFIXES = {"payment": "A", "bill": "B", "connection": "C", "change": "D", "other": "E"}


class Sitting(models.Model):
    """A clerk at a window, from when to when."""

    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    window = models.CharField(pgettext_lazy("counter", "window"), max_length=4)
    clerk = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    businesses = models.CharField(pgettext_lazy("counter", "kinds of business"), max_length=100)
    opened_at = models.DateTimeField(pgettext_lazy("counter", "opened"))
    closed_at = models.DateTimeField(pgettext_lazy("counter", "closed"), null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clerk"], condition=Q(closed_at__isnull=True), name="a_clerk_sits_at_one_window"
            ),
            models.UniqueConstraint(
                fields=["unit", "window"], condition=Q(closed_at__isnull=True), name="one_clerk_a_window"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="sitting_times_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(window="") & ~Q(businesses=""), name="a_window_does_some_business"
            ),
        ]

    @property
    def kinds(self) -> list[str]:
        return self.businesses.split()


class TicketSource(models.TextChoices):
    KIOSK = "kiosk", pgettext_lazy("ticket", "Kiosk")
    CLERK = "clerk", pgettext_lazy("ticket", "Clerk")
    APPOINTMENT = "appointment", pgettext_lazy("ticket", "Appointment")


class TicketState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("ticket", "Waiting")
    CALLED = "called", pgettext_lazy("ticket", "Called")
    SERVING = "serving", pgettext_lazy("ticket", "Being served")
    DONE = "done", pgettext_lazy("ticket", "Served")
    ABSENT = "absent", pgettext_lazy("ticket", "Did not come forward")
    LEFT = "left", pgettext_lazy("ticket", "Left")


class Ticket(models.Model):
    """A place in the queue of a day. ``rank`` and ``reason`` say why it is called before others (see rules.queue)."""

    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField(_("day"))
    number = models.CharField(pgettext_lazy("ticket", "ticket"), max_length=6)
    business = models.CharField(pgettext_lazy("counter", "kind of business"), max_length=12, choices=Business)
    source = models.CharField(pgettext_lazy("ticket", "taken at"), max_length=12, choices=TicketSource)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+")
    appointment = models.OneToOneField(
        Appointment, null=True, on_delete=models.PROTECT, related_name="ticket"
    )
    rank = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=20, blank=True)
    reason_detail = models.CharField(max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=TicketState, default="waiting")
    taken_at = models.DateTimeField(pgettext_lazy("ticket", "taken"))
    window = models.CharField(pgettext_lazy("counter", "window"), max_length=4, blank=True)
    clerk = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    calls = models.PositiveSmallIntegerField(pgettext_lazy("ticket", "calls"), default=0)
    called_at = models.DateTimeField(pgettext_lazy("ticket", "called"), null=True)
    first_called_at = models.DateTimeField(null=True)
    serving_at = models.DateTimeField(pgettext_lazy("ticket", "served since"), null=True)
    ended_at = models.DateTimeField(pgettext_lazy("ticket", "ended"), null=True)
    transfers = models.PositiveSmallIntegerField(pgettext_lazy("ticket", "passed on"), default=0)

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "day", "number"], name="a_ticket_number_a_day"),
            models.UniqueConstraint(
                fields=["clerk"], condition=Q(state__in=AT_THE_WINDOW), name="a_clerk_serves_one_ticket"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[*AT_THE_WINDOW, "done"])
                | Q(clerk__isnull=False, first_called_at__isnull=False),
                name="a_called_ticket_has_its_clerk",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", *AT_THE_WINDOW], ended_at__isnull=True)
                | Q(state__in=["done", "absent", "left"], ended_at__isnull=False),
                name="a_ticket_ends_at_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(rank=0, reason="") | (Q(rank__gt=0) & ~Q(reason="")),
                name="a_rank_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(first_called_at__isnull=True) | Q(first_called_at__gte=F("taken_at")),
                name="called_after_it_was_taken",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "day", "state"]),
        ]

    def __str__(self) -> str:
        return self.number


class Item(models.Model):
    """One piece of business for a ticket, with its clock: ``limit_minutes`` as promised on that day."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="items")
    business = models.CharField(pgettext_lazy("counter", "kind of business"), max_length=12, choices=Business)
    clerk = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    window = models.CharField(pgettext_lazy("counter", "window"), max_length=4)
    limit_minutes = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(pgettext_lazy("counter", "begun"))
    ended_at = models.DateTimeField(pgettext_lazy("counter", "done"), null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(ended_at__isnull=True), name="one_item_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="item_times_in_order",
            ),
        ]
        indexes = [models.Index(fields=["started_at"])]

    @property
    def limit_seconds(self) -> int:
        return self.limit_minutes * 60

    @property
    def exceeded(self) -> bool:
        return self.ended_at is not None and (
            (self.ended_at - self.started_at).total_seconds() > self.limit_seconds
        )


class Score(models.IntegerChoices):
    VERY_BAD = 1, pgettext_lazy("evaluation", "Very dissatisfied")
    BAD = 2, pgettext_lazy("evaluation", "Dissatisfied")
    FAIR = 3, pgettext_lazy("evaluation", "Fair")
    GOOD = 4, pgettext_lazy("evaluation", "Satisfied")
    VERY_GOOD = 5, pgettext_lazy("evaluation", "Very satisfied")


class Evaluation(models.Model):
    """What the customer pressed after the service. Written once."""

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="evaluation")
    clerk = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField(pgettext_lazy("evaluation", "score"), choices=Score)
    comment = models.CharField(pgettext_lazy("evaluation", "comment"), max_length=200, blank=True)
    given_at = models.DateTimeField(pgettext_lazy("evaluation", "given"))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="a_score_is_one_of_five")
        ]
