"""Dunning plans (催费方案) as data: which accounts, which steps, on which day, by which channel."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.receivables.models import PayerClass
from denghuo.foundation.database.fields import MoneyField
from denghuo.records.supply.models import TariffClass

STAFF = settings.AUTH_USER_MODEL


class ContactChannel(models.TextChoices):
    SMS = "sms", pgettext_lazy("dunning channel", "SMS")
    APP = "app", pgettext_lazy("dunning channel", "App message")
    PHONE = "phone", pgettext_lazy("dunning channel", "Telephone call")
    LETTER = "letter", pgettext_lazy("dunning channel", "Letter")
    VISIT = "visit", pgettext_lazy("dunning channel", "Visit")


class Grade(models.TextChoices):
    """Which customers a plan is for, by the importance of their supply."""

    ORDINARY = "ordinary", pgettext_lazy("dunning plan", "Ordinary customers")
    IMPORTANT = "important", pgettext_lazy("dunning plan", "Important customers")


class DunningPlan(models.Model):
    """One version of a plan; a changed plan is a new version, and a case keeps the version it was opened with.

    Empty conditions hold for everybody. Of the plans that fit an account the one with the highest ``priority`` is
    used. A plan ``for_protected`` is the only kind that protected customers are dunned by.
    """

    code = models.CharField(_("code"), max_length=20)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=60)
    payer_class = models.CharField(_("payer"), max_length=12, choices=PayerClass, blank=True)
    tariff_class = models.CharField(_("tariff class"), max_length=24, choices=TariffClass, blank=True)
    grade = models.CharField(_("importance"), max_length=10, choices=Grade, blank=True)
    for_protected = models.BooleanField(_("for protected customers"), default=False)
    from_fen = MoneyField(_("from amount"), null=True, blank=True)
    below_fen = MoneyField(_("below amount"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=10)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    created_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created"))

    class Meta:
        ordering = ["-priority", "code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="one_dunning_plan_per_version"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to__isnull=True), name="one_open_version_of_a_dunning_plan"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="dunning_plan_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(from_fen__isnull=True)
                | Q(below_fen__isnull=True)
                | Q(below_fen__gt=F("from_fen")),
                name="dunning_plan_amounts_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DunningStep(models.Model):
    """A step of a plan, ``days`` after the due date; ``text`` has the placeholders of ``rules.PLACEHOLDERS``.

    Below ``least_fen`` the step is left out.
    """

    plan = models.ForeignKey(DunningPlan, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField(_("step"))
    days = models.PositiveSmallIntegerField(_("days after the due date"))
    channel = models.CharField(_("channel"), max_length=8, choices=ContactChannel)
    text = models.TextField(_("text"))
    least_fen = MoneyField(_("not below"), default=0)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="one_dunning_step_per_number"),
            models.CheckConstraint(
                condition=Q(days__gte=1, least_fen__gte=0), name="a_dunning_step_follows_the_due_date"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.get_channel_display()}"
