"""Public notice of penalties (处罚公示): nothing is shown that a lawyer has not approved."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.foundation.database.fields import MoneyField
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Customer

STAFF = settings.AUTH_USER_MODEL


class PenaltyKind(models.TextChoices):
    ARREARS = "arrears", pgettext_lazy("penalty", "Arrears")
    BREACH = "breach", pgettext_lazy("penalty", "Breach of use")
    THEFT = "theft", pgettext_lazy("penalty", "Theft of electricity")


class LegalReview(models.TextChoices):
    NONE = "none", pgettext_lazy("legal review", "Not asked for")
    PENDING = "pending", pgettext_lazy("legal review", "Pending")
    APPROVED = "approved", pgettext_lazy("legal review", "Approved")
    REFUSED = "refused", pgettext_lazy("legal review", "Refused")


class PenaltyNotice(models.Model):
    """One entry of the list; shown from ``publish_from`` to ``publish_to`` when the review approved it and it is not withdrawn."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=8, choices=PenaltyKind)
    facts = models.CharField(_("facts"), max_length=300)
    decision = models.CharField(_("decision"), max_length=300)
    decision_number = models.CharField(_("number of the decision"), max_length=40, unique=True)
    amount_fen = MoneyField(_("amount"))
    publish_from = models.DateField(_("published from"))
    publish_to = models.DateField(_("published until"))
    legal_review = models.CharField(_("legal review"), max_length=8, choices=LegalReview, default="none")
    review_note = models.CharField(_("note of the review"), max_length=300, blank=True)
    reviewed_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(_("reviewed"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawal_reason = models.CharField(_("reason of the withdrawal"), max_length=300, blank=True)
    created_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created"))

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(publish_to__gte=F("publish_from")), name="penalty_notice_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(legal_review__in=["none", "pending"], reviewed_by__isnull=True)
                | Q(legal_review__in=["approved", "refused"], reviewed_by__isnull=False),
                name="a_reviewed_notice_names_the_reviewer",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("created_by")),
                name="two_persons_for_a_public_notice",
            ),
        ]

    def __str__(self) -> str:
        return self.decision_number
