"""Cases of breach of use and theft: evidence, computation, decision, money."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.disconnection.models import DisconnectionOrder
from denghuo.commerce.inspection.models.planning import Visit
from denghuo.commerce.ledger.models import Posting
from denghuo.foundation.database.fields import EnergyField, MoneyField, PriceField, RatioField, ReadingField
from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.supply.models import SupplyPoint

STAFF = settings.AUTH_USER_MODEL


class BreachKind(models.TextChoices):
    """The rows of the rules; docs/domain/theft-and-breach.md."""

    THEFT = "theft", pgettext_lazy("breach", "Theft of electricity")
    CLASS = "class", pgettext_lazy("breach", "Higher-price load on a lower price")
    CAPACITY = "capacity", pgettext_lazy("breach", "More capacity than agreed")
    QUOTA = "quota", pgettext_lazy("breach", "Above the allotted quota (until May 2024)")
    SEALED = "sealed", pgettext_lazy("breach", "Suspended or sealed equipment in use")
    DEVICE = "device", pgettext_lazy("breach", "Metering or supply devices altered")
    SOURCE = "source", pgettext_lazy("breach", "Other source connected without consent")


class CaseState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("breach case", "Being drawn up")
    SUBMITTED = "submitted", pgettext_lazy("breach case", "Waiting for approval")
    CHARGED = "charged", pgettext_lazy("breach case", "Approved and charged")
    CLOSED = "closed", pgettext_lazy("breach case", "Closed")
    REVOKED = "revoked", pgettext_lazy("breach case", "Taken back")
    DROPPED = "dropped", pgettext_lazy("breach case", "Dropped")


class TheftForm(models.TextChoices):
    TAP = "tap", pgettext_lazy("theft", "Tapping the supply line")
    BYPASS = "bypass", pgettext_lazy("theft", "Around the meter")
    SEAL = "seal", pgettext_lazy("theft", "Seals opened or forged")
    DAMAGE = "damage", pgettext_lazy("theft", "Meter damaged on purpose")
    INACCURATE = "inaccurate", pgettext_lazy("theft", "Meter made to run slow")
    CARD = "card", pgettext_lazy("theft", "Card charged illegally")
    OTHER = "other", pgettext_lazy("theft", "In another way")


_CHARGED = ["charged", "closed", "revoked"]


class BreachCase(models.Model):
    """What was found at a supply point, what it costs, who decided, what was done.

    ``claim`` is the input of the computation as JSON text (``rules.charges.Claim``); its lines are ``BreachLine`` rows.
    """

    number = models.CharField(_("case number"), max_length=14, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=BreachKind)
    form = models.CharField(_("form of theft"), max_length=10, choices=TheftForm, blank=True)
    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="breach_cases")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="breach_cases")
    state = models.CharField(_("state"), max_length=9, choices=CaseState, default="draft")
    found_at = models.DateTimeField(_("found"))
    description = models.CharField(_("what was found"), max_length=1000)
    record_signatory = models.CharField(_("record signed by"), max_length=40, blank=True)
    record_refused = models.BooleanField(_("refused to sign"), default=False)
    record_witness = models.CharField(_("witness"), max_length=40, blank=True)
    claim = models.TextField(default="{}")
    trace = models.TextField(default="{}")
    energy_kwh = EnergyField(_("energy"), default=0)
    backbill_fen = MoneyField(_("back-bill"), default=0)
    breach_fen = MoneyField(_("breach charge"), default=0)
    drafted_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(_("drawn up"))
    submitted_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    decided_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_note = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    due_date = models.DateField(_("to be paid by"), null=True)
    posting = models.ForeignKey(Posting, null=True, on_delete=models.PROTECT, related_name="+")
    correction_number = models.CharField(_("noted as correction"), max_length=20, blank=True)
    stop_order = models.ForeignKey(
        DisconnectionOrder, null=True, on_delete=models.PROTECT, related_name="breach_cases"
    )
    police_document = models.CharField(_("transfer to the police"), max_length=60, blank=True)
    police_at = models.DateTimeField(_("handed over"), null=True)
    informant = models.CharField(_("tip-off from"), max_length=60, blank=True)
    reward_fen = MoneyField(_("reward"), default=0)
    reward_approved_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    reward_approved_at = models.DateTimeField(_("reward approved"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_note = models.CharField(_("why it ended"), max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("submitted_by")) & ~Q(decided_by=F("drafted_by"))),
                name="two_persons_for_a_breach_case",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_CHARGED)
                | Q(decided_by__isnull=False, posting__isnull=False, due_date__isnull=False),
                name="a_charged_case_was_decided_and_posted",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", *_CHARGED])
                | ~Q(record_signatory="")
                | (Q(record_refused=True) & ~Q(record_witness="")),
                name="a_record_signed_or_refused_before_a_witness",
            ),
            models.CheckConstraint(
                condition=Q(backbill_fen__gte=0, breach_fen__gte=0, reward_fen__gte=0),
                name="breach_amounts_from_zero",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", *_CHARGED])
                | Q(backbill_fen__gt=0)
                | Q(breach_fen__gt=0),
                name="a_submitted_case_was_computed",
            ),
            models.CheckConstraint(
                condition=Q(reward_approved_by__isnull=True) | ~Q(reward_approved_by=F("drafted_by")),
                name="two_persons_for_a_reward",
            ),
        ]
        indexes = [models.Index(fields=["unit", "state", "-id"])]

    def __str__(self) -> str:
        return self.number

    @property
    def total_fen(self) -> int:
        return self.backbill_fen + self.breach_fen

    @property
    def is_theft(self) -> bool:
        return self.kind == BreachKind.THEFT

    @property
    def input(self) -> dict[str, Any]:
        found = json.loads(self.claim)
        assert isinstance(found, dict)
        return found


class BreachLine(models.Model):
    """``quantity`` × ``price`` × ``factor`` ÷ ``divisor`` yuan, on the days ``[from_date, to_date)`` where it has any."""

    case = models.ForeignKey(BreachCase, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    part = models.CharField(max_length=8)
    code = models.CharField(max_length=16)
    quantity = ReadingField(_("quantity"))
    unit = models.CharField(max_length=10)
    price = PriceField(_("price"))
    factor = RatioField(_("factor"))
    divisor = models.PositiveSmallIntegerField(default=1)
    amount_fen = MoneyField(_("amount"))
    basis = models.CharField(_("basis"), max_length=160)
    from_date = models.DateField(null=True)
    to_date = models.DateField(null=True)

    class Meta:
        ordering = ["case", "position"]
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="one_breach_line_a_position")
        ]


class EvidenceKind(models.TextChoices):
    PHOTO = "photo", pgettext_lazy("evidence", "Photo")
    VIDEO = "video", pgettext_lazy("evidence", "Recording")
    RECORD = "record", pgettext_lazy("evidence", "Record on site")
    TEST = "test", pgettext_lazy("evidence", "Test of the meter")
    DATA = "data", pgettext_lazy("evidence", "Data of the collection system")
    WITNESS = "witness", pgettext_lazy("evidence", "Witness")
    OBJECT = "object", pgettext_lazy("evidence", "Object secured")


class Evidence(models.Model):
    """One piece of evidence; written once. ``file`` where there is something to see."""

    case = models.ForeignKey(BreachCase, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=8, choices=EvidenceKind)
    note = models.CharField(_("what it shows"), max_length=300)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    collected_at = models.DateTimeField(_("secured"))
    collected_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="evidence_says_what_it_shows")]
