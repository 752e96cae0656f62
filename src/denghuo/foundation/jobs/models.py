"""Long runs: work cut into chunks that survive a kill at any instant."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")
    DONE = "done", _("Done")


class ChunkState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    LEASED = "leased", _("Leased")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class LongRun(models.Model):
    """A run of one registered kind; ``parameters`` and ``result`` (the chunks' counters, summed) are JSON text.

    ``state`` is what was decided; ``finished_at`` is set when no chunk is in flight any more.
    """

    kind = models.CharField(max_length=60)
    title = models.CharField(_("title"), max_length=160)
    parameters = models.TextField(default="{}")
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.QUEUED)
    total_rows = models.PositiveBigIntegerField(default=0)
    done_rows = models.PositiveBigIntegerField(default=0)
    result = models.TextField(default="{}")
    error = models.TextField(blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    unit_id = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_rows__lte=models.F("total_rows")), name="run_never_past_its_end"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(finished_at__isnull=True), name="unfinished_runs"),
        ]

    def __str__(self) -> str:
        return self.title


class RunChunk(models.Model):
    """A slice of a run; leased by one worker at a time, its effect and its ``done`` committed together."""

    run = models.ForeignKey(LongRun, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    payload = models.TextField(default="{}")
    rows = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=ChunkState, default=ChunkState.WAITING)
    lease_token = models.CharField(max_length=36, blank=True)
    leased_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    counters = models.TextField(default="{}")
    error = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="one_chunk_per_number"),
            models.CheckConstraint(
                condition=(Q(state="leased") & ~Q(lease_token="") & Q(lease_until__isnull=False))
                | (~Q(state="leased") & Q(lease_token="") & Q(lease_until__isnull=True)),
                name="lease_belongs_to_state",
            ),
        ]
        indexes = [models.Index(fields=["run", "number"], condition=~Q(state="done"), name="open_chunks")]


class RunLogLine(models.Model):
    """What happened to a run; ``values`` is JSON text, worded by ``queries.log``."""

    run = models.ForeignKey(LongRun, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField()
    code = models.CharField(max_length=20)
    values = models.TextField(default="{}")

    class Meta:
        ordering = ["id"]


class CronSlot(models.Model):
    """A scheduled time that has been taken, so that racing schedulers start it once."""

    name = models.CharField(max_length=80)
    slot_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "slot_at"], name="one_start_per_slot")]
