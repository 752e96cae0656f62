"""Files that people bring: staged row by row, checked, committed in chunks, never half swallowed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchState(models.TextChoices):
    STAGED = "staged", _("Uploaded")
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
    """One uploaded file. ``columns`` (as found) and ``mapping`` (field → column) are JSON text."""

    kind = models.CharField(max_length=40)
    file_name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    encoding = models.CharField(max_length=20)
    columns = models.TextField(default="[]")
    mapping = models.TextField(default="{}")
    parameters = models.TextField(default="{}")
    state = models.CharField(_("state"), max_length=12, choices=BatchState, default=BatchState.STAGED)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    unit_id = models.CharField(max_length=16)
    uploaded_at = models.DateTimeField(_("uploaded"))
    committed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]


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
