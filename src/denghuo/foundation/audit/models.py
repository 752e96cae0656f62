"""The audit trail: append-only, each entry sealed by the hash of the one before."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """Who did what to which record, when, what it was before and after, and why.

    ``changes`` is JSON text: ``{"field": [old, new]}``. ``digest`` is SHA-256 over ``previous_digest`` and the fields.
    """

    sequence = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField(_("time"), db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(_("who"), max_length=80)
    action = models.CharField(_("action"), max_length=80, db_index=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=80)
    subject_label = models.CharField(_("subject"), max_length=120)
    unit_id = models.CharField(max_length=16, blank=True, db_index=True)
    changes = models.TextField(_("changes"), default="{}")
    reason = models.TextField(_("reason"), blank=True)
    address = models.CharField(max_length=45, blank=True)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-sequence"]
        indexes = [models.Index(fields=["subject_type", "subject_id", "-sequence"])]


class Head(models.Model):
    """The end of the chain: one row, locked while an entry is added."""

    sequence = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)
