"""Targets of recovery (电费回收考核): by month and person, and the assessment of a quarter."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.foundation.database.fields import MoneyField
from denghuo.foundation.identity.models import OrganisationUnit

STAFF = settings.AUTH_USER_MODEL


class DebtAge(models.TextChoices):
    CURRENT = "current", pgettext_lazy("recovery", "Debts of this year")
    OLD = "old", pgettext_lazy("recovery", "Debts of earlier years")


class RecoveryTarget(models.Model):
    """What share of the receivables is to be received by the end of a month, by a unit or by a person in it.

    ``rate_ppm`` is the share in millionths (999 500 = 99.95 %). A target without ``staff`` is the unit's own; what
    the targets below it add up to is compared with it (``queries.decomposition``).
    """

    month = models.CharField(_("month"), max_length=7)
    age = models.CharField(_("debts"), max_length=8, choices=DebtAge)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    rate_ppm = models.PositiveIntegerField(_("target"))
    set_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["month", "age", "unit", "staff"]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "age", "unit"],
                condition=Q(staff__isnull=True),
                name="one_target_per_month_and_unit",
            ),
            models.UniqueConstraint(
                fields=["month", "age", "staff"],
                condition=Q(staff__isnull=False),
                name="one_target_per_month_and_person",
            ),
            models.CheckConstraint(condition=Q(rate_ppm__lte=1_000_000), name="a_target_is_a_share"),
        ]


class RecoveryAssessment(models.Model):
    """The assessment of a quarter (``2026-Q2``) of a unit with everybody in it; locked once confirmed."""

    quarter = models.CharField(_("quarter"), max_length=7)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made"))
    confirmed_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)

    class Meta:
        ordering = ["-quarter", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["quarter", "unit"], name="one_assessment_per_quarter"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | (Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(confirmed_by=F("made_by"))),
                name="two_persons_for_an_assessment",
            ),
        ]

    def __str__(self) -> str:
        return self.quarter


class AssessmentRow(models.Model):
    """One person (or, without, what nobody answers for) in an assessment, each age of debt on its own.

    ``points`` are hundredths; ``reward_fen`` is above zero for a reward, below for a deduction.
    """

    assessment = models.ForeignKey(RecoveryAssessment, on_delete=models.CASCADE, related_name="rows")
    staff = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    age = models.CharField(_("debts"), max_length=8, choices=DebtAge)
    receivable_fen = MoneyField(_("receivable"))
    received_fen = MoneyField(_("received"))
    target_ppm = models.PositiveIntegerField(_("target"), null=True)
    rate_ppm = models.PositiveIntegerField(_("rate"), null=True)
    points = models.IntegerField(_("points"), default=0)
    reward_fen = MoneyField(_("reward"), default=0)

    class Meta:
        ordering = ["staff", "age"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "staff", "age"], name="one_assessment_row_per_person"
            )
        ]
