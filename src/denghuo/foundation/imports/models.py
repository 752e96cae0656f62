"""Files that people bring: staged row by row, checked, committed in chunks, never half swallowed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.jobs.models import LongRun


class BatchState(models.TextChoices):
    STAGED = "staged", _("Uploaded")
    CHECKING = "checking", _("Checking")
    CHECKED = "checked", _("Checked")
    COMMITTING = "committing", _("Committing")
    COMMITTED = "committed", _("Committed")
    DISCARDED = "discarded", _("Discarded")


class RowState(models.TextChoices):
    STAGED = "staged", _("Not checked yet")
    VALID = "valid", _("Valid")
    ERROR = "error", _("Error")
    DUPLICATE = "duplicate", _("Duplicate")
    COMMITTED = "committed", _("Committed")


class ImportBatch(models.Model):
    """One uploaded file. ``columns`` (as found), ``mapping`` (field → column index) and ``parameters`` are JSON text.

    Once checked, rows = valid + error + duplicate; valid rows are those to be committed or committed already.
    """

    kind = models.CharField(max_length=40)
    file_name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    encoding = models.CharField(max_length=20)
    header_number = models.PositiveIntegerField(default=1)
    columns = models.TextField(default="[]")
    mapping = models.TextField(default="{}")
    parameters = models.TextField(default="{}")
    state = models.CharField(_("state"), max_length=12, choices=BatchState, default=BatchState.STAGED)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    unit_id = models.CharField(max_length=16)
    uploaded_at = models.DateTimeField(_("uploaded"))
    total_rows = models.PositiveIntegerField(default=0)
    valid_rows = models.PositiveIntegerField(default=0)
    error_rows = models.PositiveIntegerField(default=0)
    duplicate_rows = models.PositiveIntegerField(default=0)
    committed_rows = models.PositiveIntegerField(default=0)
    run = models.ForeignKey(LongRun, null=True, on_delete=models.SET_NULL, related_name="+")
    committed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "digest"],
                condition=~Q(state="discarded"),
                name="one_live_batch_per_file",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["staged", "checking", "discarded"])
                | Q(total_rows=F("valid_rows") + F("error_rows") + F("duplicate_rows")),
                name="import_counts_add_up",
            ),
            models.CheckConstraint(
                condition=Q(committed_rows__lte=F("valid_rows"))
                & (~Q(state="committed") | Q(committed_rows=F("valid_rows"))),
                name="import_committed_are_valid",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """One row of the file, numbered as Excel numbers it; ``cells`` and ``errors`` are JSON text."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    cells = models.TextField()
    key = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=RowState, default=RowState.STAGED)
    errors = models.TextField(default="[]")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="one_row_per_number")]
        indexes = [models.Index(fields=["batch", "state", "number"])]
