"""Findings, notices to rectify, and what is owed to an important customer about a hidden danger."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.inspection.models.planning import Visit
from denghuo.commerce.inspection.rules import states
from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.supply.models import Importance, SupplyPoint

STAFF = settings.AUTH_USER_MODEL


class DangerLevel(models.TextChoices):
    MINOR = "minor", pgettext_lazy("hidden danger", "General")
    LARGER = "larger", pgettext_lazy("hidden danger", "Larger")
    MAJOR = "major", pgettext_lazy("hidden danger", "Major")


class RectificationState(models.TextChoices):
    ISSUED = "issued", pgettext_lazy("rectification", "To be signed")
    DELIVERED = "delivered", pgettext_lazy("rectification", "Being put right")
    FAILED = "failed", pgettext_lazy("rectification", "Not put right")
    REPORTED = "reported", pgettext_lazy("rectification", "Reported to the authority")
    CLOSED = "closed", pgettext_lazy("rectification", "Put right")
    WITHDRAWN = "withdrawn", pgettext_lazy("rectification", "Withdrawn")


class Rectification(models.Model):
    """A written notice (整改通知书): what is wrong and until when it is to be put right.

    The customer signs, or refuses before a witness. ``importance`` is as it was when the notice was issued.
    """

    number = models.CharField(_("notice number"), max_length=14, unique=True)
    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="rectifications")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="rectifications")
    importance = models.CharField(_("load importance"), max_length=10, choices=Importance, default="ordinary")
    level = models.CharField(_("hidden danger"), max_length=6, choices=DangerLevel)
    state = models.CharField(_("state"), max_length=10, choices=RectificationState, default="issued")
    issued_at = models.DateTimeField(_("issued"))
    issued_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    due_date = models.DateField(_("to be put right by"))
    inspector = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    signatory = models.CharField(_("signed by"), max_length=40, blank=True)
    signature = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    refused = models.BooleanField(_("refused to sign"), default=False)
    witness = models.CharField(_("witness"), max_length=40, blank=True)
    closed_at = models.DateTimeField(_("put right"), null=True)
    end_note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True)
                | (Q(refused=False) & ~Q(signatory=""))
                | (Q(refused=True) & ~Q(witness="")),
                name="delivered_to_a_name_or_before_a_witness",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["issued", "withdrawn"]) | Q(delivered_at__isnull=False),
                name="a_running_notice_was_delivered",
            ),
            models.CheckConstraint(
                condition=(Q(state="closed") & Q(closed_at__isnull=False))
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="a_closed_notice_says_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_date", "id"],
                condition=Q(state__in=list(states.OPEN_RECTIFICATION)),
                name="open_rectifications",
            ),
            models.Index(fields=["unit", "-id"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in states.OPEN_RECTIFICATION

    @property
    def is_important(self) -> bool:
        return self.importance in states.IMPORTANT


class Finding(models.Model):
    """Something wrong that was seen. Its words, level and basis are copied from the catalogue of that day."""

    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="findings")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="findings")
    rectification = models.ForeignKey(
        Rectification, null=True, on_delete=models.PROTECT, related_name="findings"
    )
    code = models.CharField(_("code"), max_length=4)
    area = models.CharField(max_length=12)
    level = models.CharField(_("hidden danger"), max_length=6, choices=DangerLevel)
    text = models.CharField(_("finding"), max_length=120)
    basis = models.CharField(_("basis"), max_length=80)
    days = models.PositiveSmallIntegerField(_("days to put right"))
    note = models.CharField(_("what was seen"), max_length=300, blank=True)
    photo = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField(_("found"))
    found_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(_("put right"), null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True) | Q(resolved_at__gte=F("found_at")),
                name="put_right_after_it_was_found",
            ),
        ]
        indexes = [
            models.Index(
                fields=["supply_point", "code"], condition=Q(resolved_at__isnull=True), name="open_findings"
            ),
            models.Index(fields=["unit", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class Extension(models.Model):
    """More time, with the reason. Written once."""

    rectification = models.ForeignKey(Rectification, on_delete=models.PROTECT, related_name="extensions")
    from_date = models.DateField(_("until then"))
    to_date = models.DateField(_("now until"))
    reason = models.CharField(_("reason"), max_length=300)
    extended_at = models.DateTimeField(_("extended"))
    extended_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(to_date__gt=F("from_date")), name="an_extension_is_later"),
            models.CheckConstraint(condition=~Q(reason=""), name="an_extension_has_its_reason"),
        ]


class Recheck(models.Model):
    """Somebody looked again. Written once."""

    rectification = models.ForeignKey(Rectification, on_delete=models.PROTECT, related_name="rechecks")
    passed = models.BooleanField(_("put right"))
    note = models.CharField(_("what was seen"), max_length=300)
    photo = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(_("looked at"))
    checked_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]


class AuthorityReport(models.Model):
    """A letter to the power administration about a danger that is not put right. Written once."""

    rectification = models.ForeignKey(Rectification, on_delete=models.PROTECT, related_name="reports")
    authority = models.CharField(_("power administration"), max_length=60)
    document_number = models.CharField(_("document number"), max_length=40, unique=True)
    text = models.CharField(_("explanation"), max_length=500, blank=True)
    reported_at = models.DateTimeField(_("reported"))
    reported_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]


class Duty(models.TextChoices):
    NOTIFY = "notify", pgettext_lazy("duty", "Notified")
    REPORT = "report", pgettext_lazy("duty", "Reported")
    SERVE = "serve", pgettext_lazy("duty", "Served")
    SUPERVISE = "supervise", pgettext_lazy("duty", "Supervised")


class DutyTick(models.Model):
    """One of 通知、报告、服务、督导 was done for a notice; 100 % is asked for important customers."""

    rectification = models.ForeignKey(
        Rectification, on_delete=models.PROTECT, related_name="duties", db_index=False
    )
    duty = models.CharField(max_length=9, choices=Duty)
    note = models.CharField(_("note"), max_length=200, blank=True)
    done_at = models.DateTimeField(_("done"))
    done_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["rectification", "duty"], name="a_duty_once")]
