"""What a bureau set for a regulated figure, and from when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ParameterValue(models.Model):
    """``value`` as text (see ``rules.parse``) holds from ``valid_from`` until the next row of the same code."""

    code = models.CharField(_("parameter"), max_length=60)
    value = models.CharField(_("value"), max_length=200)
    valid_from = models.DateField(_("valid from"))
    reason = models.CharField(_("reason"), max_length=300)
    set_at = models.DateTimeField(_("set"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["code", "valid_from", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="a_parameter_has_its_reason")
        ]
        indexes = [models.Index(fields=["code", "valid_from"])]
