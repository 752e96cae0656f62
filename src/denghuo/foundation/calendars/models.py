"""Working days: what the published calendar (调休) says, and what the bureau changed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DaySource(models.TextChoices):
    PUBLISHED = "published", _("State Council notice")
    BUREAU = "bureau", _("Set by the bureau")


class CalendarDay(models.Model):
    """A day that differs from the Monday-to-Friday rule, or that a bureau confirmed."""

    date = models.DateField(_("date"), primary_key=True)
    is_working = models.BooleanField(_("working day"))
    holiday = models.CharField(_("holiday"), max_length=40, blank=True)
    source = models.CharField(max_length=10, choices=DaySource)

    class Meta:
        ordering = ["date"]
