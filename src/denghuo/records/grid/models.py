"""The grid as customers hang on it: substation → feeder → transformer → transformer area (台区)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.database.fields import PowerField
from denghuo.foundation.identity.models import OrganisationUnit


class Voltage(models.TextChoices):
    """Voltage levels of the price tables (电压等级); the codes are those of the price books."""

    LT1KV = "lt1kv", _("Below 1 kV")
    KV10 = "1-10kv", _("1–10 kV")
    KV20 = "20kv", _("20 kV")
    KV35 = "35kv", _("35 kV")
    KV110 = "110kv", _("110 kV")
    KV220 = "220kv", _("220 kV and above")


class Substation(models.Model):
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    voltage = models.CharField(_("voltage"), max_length=8, choices=Voltage)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Feeder(models.Model):
    """A line out of a substation (馈线)."""

    substation = models.ForeignKey(Substation, on_delete=models.PROTECT, related_name="feeders")
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    voltage = models.CharField(_("voltage"), max_length=8, choices=Voltage)
    rated_capacity_kva = PowerField(_("rated capacity"), null=True, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class TransformerState(models.TextChoices):
    RUNNING = "running", _("In operation")
    SEALED = "sealed", _("Sealed")
    REMOVED = "removed", _("Taken out of use")


class Transformer(models.Model):
    """A distribution transformer: public (公变) feeds an area, dedicated (专变) belongs to one customer."""

    feeder = models.ForeignKey(Feeder, on_delete=models.PROTECT, related_name="transformers")
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    is_public = models.BooleanField(_("public"))
    model = models.CharField(_("transformer type"), max_length=40, blank=True)
    rated_capacity_kva = PowerField(_("rated capacity"))
    no_load_loss_kw = PowerField(_("no-load loss"), null=True, blank=True)
    load_loss_kw = PowerField(_("load loss"), null=True, blank=True)
    no_load_current_percent = PowerField(_("no-load current"), null=True, blank=True)
    commissioned_date = models.DateField(null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=TransformerState, default="running")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class TransformerArea(models.Model):
    """The customers behind one public transformer (台区), with the person responsible for it."""

    transformer = models.OneToOneField(Transformer, on_delete=models.PROTECT, related_name="area")
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey(
        "identity.Staff", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
