"""Customer plates (户号牌): the reference behind each code, and what was printed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.supply.models import SupplyPoint


class Plate(models.Model):
    """The plate of a supply point. A lost or misused one is revoked; the next print makes another."""

    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="+", db_index=False)
    reference = models.CharField(max_length=16, unique=True)
    printed_times = models.PositiveSmallIntegerField(pgettext_lazy("plate", "printed"), default=0)
    printed_at = models.DateTimeField(pgettext_lazy("plate", "last printed"), null=True)
    made_at = models.DateTimeField(pgettext_lazy("plate", "made"))
    revoked_at = models.DateTimeField(pgettext_lazy("plate", "revoked"), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supply_point"], condition=Q(revoked_at__isnull=True), name="one_live_plate"
            )
        ]


class PrintKind(models.TextChoices):
    ROUTE = "route", pgettext_lazy("plate", "Reading route")
    AREA = "area", pgettext_lazy("plate", "Transformer area")
    POINT = "point", pgettext_lazy("plate", "Single supply point")


class PlatePrint(models.Model):
    """A sheet that was printed: for what, how many, by whom. Written once."""

    kind = models.CharField(pgettext_lazy("plate", "by"), max_length=6, choices=PrintKind)
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    count = models.PositiveIntegerField(pgettext_lazy("plate", "labels"))
    repeated = models.PositiveIntegerField(pgettext_lazy("plate", "printed before"), default=0)
    printed_at = models.DateTimeField(pgettext_lazy("plate", "printed"))
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(count__gte=1), name="a_printed_sheet_has_labels")]
