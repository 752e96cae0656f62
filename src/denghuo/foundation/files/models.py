"""Files as rows: what it is called, what it is, and the digest that says where its content lies."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """A photo or document. The content lies under its SHA-256 in the home folder and never changes."""

    digest = models.CharField(max_length=64, db_index=True)
    name = models.CharField(_("file name"), max_length=120)
    media_type = models.CharField(max_length=60)
    size_bytes = models.PositiveBigIntegerField()
    unit_id = models.CharField(max_length=16, help_text="who may see it: staff whose scope this starts with")
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(size_bytes__gt=0), name="no_empty_file")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")
