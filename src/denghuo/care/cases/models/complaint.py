"""What a complaint adds: what was found, what is offered, who agreed; and what must become better."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.care.cases.models.case import Case
from denghuo.care.cases.models.catalogue import Cause
from denghuo.commerce.payments.models import Refund
from denghuo.foundation.database.fields import MoneyField

STAFF = settings.AUTH_USER_MODEL


class Complaint(models.Model):
    """The findings of a complaint, the compromise that is proposed, and the decision of a second person.

    ``admitted``: we were at fault. ``refund``: the request by which money goes back, made once it is approved.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="complaint")
    cause = models.ForeignKey(Cause, null=True, on_delete=models.PROTECT, related_name="+")
    findings = models.TextField(_("findings"), max_length=2000, blank=True)
    admitted = models.BooleanField(_("admitted"), null=True)
    proposal = models.TextField(_("proposal to the customer"), max_length=1000, blank=True)
    apology = models.BooleanField(_("apology"), default=False)
    gift = models.CharField(_("gift"), max_length=80, blank=True)
    gift_value_fen = MoneyField(_("value of the gift"), default=0)
    gift_given_at = models.DateTimeField(_("gift given"), null=True)
    refund_fen = MoneyField(_("money back"), default=0)
    refund = models.ForeignKey(Refund, null=True, on_delete=models.PROTECT, related_name="+")
    investigated_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    investigated_at = models.DateTimeField(_("investigated"), null=True)
    decided_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_note = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    accepted = models.BooleanField(_("the customer agrees"), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("investigated_by")),
                name="two_persons_for_a_complaint",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(investigated_at__lte=F("decided_at")),
                name="a_complaint_is_looked_into_first",
            ),
            models.CheckConstraint(
                condition=Q(refund__isnull=True) | Q(decided_at__isnull=False, refund_fen__gt=0),
                name="money_goes_back_once_decided",
            ),
            models.CheckConstraint(
                condition=Q(refund_fen__gte=0, gift_value_fen__gte=0), name="a_remedy_is_not_below_zero"
            ),
        ]


class ImprovementState(models.TextChoices):
    OPEN = "open", pgettext_lazy("improvement", "Open")
    DONE = "done", pgettext_lazy("improvement", "Done, to be verified")
    VERIFIED = "verified", pgettext_lazy("improvement", "Verified")


class ImprovementItem(models.Model):
    """What an admitted complaint makes us do better: one owner, one day, one measure, verified with the customer."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="improvements")
    measure = models.CharField(pgettext_lazy("measure", "measure"), max_length=300)
    owner = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    due_date = models.DateField(pgettext_lazy("measure", "due"))
    state = models.CharField(_("state"), max_length=8, choices=ImprovementState, default="open")
    opened_at = models.DateTimeField(pgettext_lazy("measure", "opened"))
    done_at = models.DateTimeField(_("done"), null=True)
    done_note = models.CharField(_("what was done"), max_length=300, blank=True)
    verified_at = models.DateTimeField(pgettext_lazy("measure", "verified"), null=True)
    verified_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    verified_note = models.CharField(_("what the customer says"), max_length=300, blank=True)

    class Meta:
        ordering = ["due_date", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", done_at__isnull=True)
                | (~Q(state="open") & Q(done_at__isnull=False)),
                name="a_measure_is_done_at_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("owner")),
                name="nobody_verifies_their_own_measure",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_date"], condition=~Q(state="verified"), name="improvements_not_yet_verified"
            )
        ]
