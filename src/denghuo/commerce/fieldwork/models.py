"""Field tasks, the phones that carry them out, what these send in, their photos, and positions with consent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from denghuo.commerce.fieldwork import rules
from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.supply.models import SupplyPoint


class TaskState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("field task", "Nobody assigned")
    ASSIGNED = "assigned", pgettext_lazy("field task", "Assigned")
    ACCEPTED = "accepted", pgettext_lazy("field task", "Accepted")
    ARRIVED = "arrived", pgettext_lazy("field task", "On site")
    DONE = "done", pgettext_lazy("field task", "Done")
    CANCELLED = "cancelled", pgettext_lazy("field task", "Cancelled")
    CONFLICT = "conflict", pgettext_lazy("field task", "In conflict")


class FieldTask(models.Model):
    """Something to be done outside for ``subject`` (any row of a room, by its label and key).

    ``key`` makes dispatching it again harmless. ``answers`` and ``details`` are JSON texts. ``done_at`` is when it was
    done on site; ``version`` grows with every change, so that a phone knows what is news to it.
    """

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(pgettext_lazy("field task", "kind"), max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    title = models.CharField(pgettext_lazy("field task", "title"), max_length=120)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    crew = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="field_tasks",
        db_index=False,
    )
    state = models.CharField(
        pgettext_lazy("field task", "state"), max_length=10, choices=TaskState, default="waiting"
    )
    due_at = models.DateTimeField(pgettext_lazy("field task", "due"), null=True)
    address = models.CharField(pgettext_lazy("field task", "address"), max_length=200, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True)
    supply_point = models.ForeignKey(
        SupplyPoint, null=True, on_delete=models.PROTECT, related_name="field_tasks"
    )
    details = models.TextField(default="{}")
    answers = models.TextField(default="{}")
    dispatched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    dispatched_at = models.DateTimeField(pgettext_lazy("field task", "dispatched"))
    accepted_at = models.DateTimeField(pgettext_lazy("field task", "accepted"), null=True)
    arrived_at = models.DateTimeField(pgettext_lazy("field task", "arrived"), null=True)
    done_at = models.DateTimeField(pgettext_lazy("field task", "done"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    done_longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    done_latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True)
    cancelled_at = models.DateTimeField(pgettext_lazy("field task", "cancelled"), null=True)
    end_note = models.CharField(pgettext_lazy("field task", "why it ended"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False, done_by__isnull=False)
                | (~Q(state="done") & Q(done_at__isnull=True, done_by__isnull=True)),
                name="a_done_field_task_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at__isnull=True)),
                name="a_cancelled_field_task_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["assigned", "accepted", "arrived"]) | Q(crew__isnull=False),
                name="an_assigned_field_task_has_its_crew",
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="a_field_task_lies_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(done_at__gte=F("dispatched_at")),
                name="a_field_task_is_done_after_it_was_given",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "kind"]),
            models.Index(fields=["crew", "state"]),
            models.Index(
                fields=["unit", "state"], condition=Q(state__in=list(rules.LIVE)), name="live_field_tasks"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_live(self) -> bool:
        return self.state in rules.LIVE

    @property
    def label(self) -> str:
        """The kind, as people call it."""
        return str(rules.kind_label(self.kind))

    @property
    def tone(self) -> str:
        return rules.TONES[self.state]

    @property
    def facts(self) -> dict[str, str]:
        """``details`` as it was dispatched."""
        return dict(json.loads(self.details))

    @property
    def given_answers(self) -> Mapping[str, Any]:
        """The answers in their typed form, empty while the task is not done."""
        return rules.typed(rules.find(self.kind), json.loads(self.answers))


class Device(models.Model):
    """A phone in the hands of one person; ``key`` is made by the phone. A shared phone has a row for each person."""

    key = models.CharField(max_length=40)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(pgettext_lazy("field task", "device"), max_length=80, blank=True)
    consented_at = models.DateTimeField(pgettext_lazy("field task", "consented to live location"), null=True)
    first_seen_at = models.DateTimeField(pgettext_lazy("field task", "first seen"))
    last_seen_at = models.DateTimeField(pgettext_lazy("field task", "last seen"))
    waiting = models.PositiveIntegerField(pgettext_lazy("field task", "not sent yet"), default=0)

    class Meta:
        ordering = ["-last_seen_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["key", "staff"], name="a_device_once_a_person")]

    def __str__(self) -> str:
        return self.name or self.key[:8]


class Act(models.TextChoices):
    ACCEPT = "accept", pgettext_lazy("field act", "Accept")
    ARRIVE = "arrive", pgettext_lazy("field act", "Arrive")
    COMPLETE = "complete", pgettext_lazy("field act", "Complete")
    READING = "reading", pgettext_lazy("field act", "Meter reading")
    NOT_READ = "not_read", pgettext_lazy("field act", "Not readable")


class Outcome(models.TextChoices):
    RECEIVED = "received", pgettext_lazy("submission", "Received")
    APPLIED = "applied", pgettext_lazy("submission", "Applied")
    DUPLICATE = "duplicate", pgettext_lazy("submission", "The same was there already")
    CONFLICT = "conflict", pgettext_lazy("submission", "In conflict")
    REFUSED = "refused", pgettext_lazy("submission", "Refused")


class FieldSubmission(models.Model):
    """What a phone sent, kept before it is applied and whatever becomes of it.

    ``client_id`` is made on the phone: the same id again is the same submission. ``words`` say what became of it,
    ``theirs`` (JSON text) holds what was there first, ``proposal`` what the second person asks for.
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="submissions", db_index=False)
    client_id = models.CharField(max_length=40)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    unit_id = models.CharField(max_length=16)
    act = models.CharField(pgettext_lazy("field task", "act"), max_length=10, choices=Act)
    task = models.ForeignKey(FieldTask, null=True, on_delete=models.PROTECT, related_name="submissions")
    metering_point_id = models.BigIntegerField(null=True)
    payload = models.TextField()
    made_at = models.DateTimeField(pgettext_lazy("field task", "made"))
    received_at = models.DateTimeField(pgettext_lazy("field task", "received"))
    outcome = models.CharField(
        pgettext_lazy("field task", "outcome"), max_length=10, choices=Outcome, default="received"
    )
    words = models.CharField(pgettext_lazy("field task", "explanation"), max_length=600, blank=True)
    theirs = models.TextField(default="{}")
    proposal = models.CharField(pgettext_lazy("field task", "proposal"), max_length=300, blank=True)
    resolved_at = models.DateTimeField(pgettext_lazy("field task", "decided"), null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    resolution = models.CharField(pgettext_lazy("field task", "decision"), max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["device", "client_id"], name="a_submission_once_a_device"),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True) | Q(resolved_by__isnull=False) & ~Q(resolution=""),
                name="a_decided_submission_says_who_and_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit_id", "id"],
                condition=Q(outcome__in=["received", "conflict"], resolved_at__isnull=True),
                name="undecided_submissions",
            ),
            models.Index(fields=["metering_point_id", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.client_id[:8]}"

    @property
    def tone(self) -> str:
        return rules.OUTCOME_TONES[self.outcome]

    @property
    def sent(self) -> dict[str, Any]:
        return dict(json.loads(self.payload))

    @property
    def first(self) -> dict[str, Any]:
        """What was there first, where two disagree."""
        return dict(json.loads(self.theirs))

    @property
    def is_undecided(self) -> bool:
        return self.outcome in ("received", "conflict") and self.resolved_at is None


class FieldPhoto(models.Model):
    """A photo or signature from a phone, sent before the answers that name it by ``client_id``."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="photos", db_index=False)
    client_id = models.CharField(max_length=40)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey(FieldTask, null=True, on_delete=models.PROTECT, related_name="photos")
    taken_at = models.DateTimeField(pgettext_lazy("field task", "taken"))
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["device", "client_id"], name="a_photo_once_a_device")]


class Position(models.Model):
    """Where a consenting person's phone was; thrown away after ``fieldwork.keep_positions_days``."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="positions", db_index=False)
    at = models.DateTimeField()
    longitude = models.DecimalField(max_digits=9, decimal_places=6)
    latitude = models.DecimalField(max_digits=8, decimal_places=6)
    accuracy_m = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["device", "-at"]), models.Index(fields=["at"])]
