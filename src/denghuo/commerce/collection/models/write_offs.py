"""Bad debts: asked to be written off, decided by another person, and what was recovered later (账销案存)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.payments.models import Payment
from denghuo.commerce.receivables.models import Allocation, Receivable
from denghuo.foundation.database.fields import MoneyField
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Account

STAFF = settings.AUTH_USER_MODEL


class WriteOffReason(models.TextChoices):
    AGED = "aged", pgettext_lazy("write-off", "Overdue for years, collected in vain")
    CLOSED = "closed", pgettext_lazy("write-off", "Account closed, owner untraceable")
    DECEASED = "deceased", pgettext_lazy("write-off", "Died, no estate")
    BANKRUPT = "bankrupt", pgettext_lazy("write-off", "Bankrupt or struck off")
    TIME_BARRED = "time_barred", pgettext_lazy("write-off", "Time-barred")
    SMALL = "small", pgettext_lazy("write-off", "Too small to be worth collecting")


class WriteOffState(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("write-off", "Waiting for approval")
    DONE = "done", pgettext_lazy("write-off", "Written off")
    REJECTED = "rejected", pgettext_lazy("write-off", "Rejected")


class WriteOffRequest(models.Model):
    """Open debts of an account that somebody asks to write off, with the evidence."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="write_offs")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=12, choices=WriteOffReason)
    evidence = models.CharField(_("evidence"), max_length=500)
    total_fen = MoneyField(_("amount"))
    state = models.CharField(_("state"), max_length=10, choices=WriteOffState, default="requested")
    requested_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked for"))
    decided_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_note = models.CharField(_("note on the decision"), max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state="requested"), name="one_waiting_write_off_an_account"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="two_persons_for_a_write_off",
            ),
            models.CheckConstraint(
                condition=Q(state="requested", decided_by__isnull=True)
                | (~Q(state="requested") & Q(decided_by__isnull=False)),
                name="a_decided_write_off_names_who",
            ),
            models.CheckConstraint(condition=Q(total_fen__gt=0), name="a_write_off_is_an_amount"),
        ]


class WrittenOffDebt(models.Model):
    """One receivable of a request; ``allocation`` is what holds it closed now, null before approval and when recovered.

    ``recovered_fen`` grows as it is paid after all.
    """

    request = models.ForeignKey(WriteOffRequest, on_delete=models.PROTECT, related_name="debts")
    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="+")
    amount_fen = MoneyField(_("written off"))
    recovered_fen = MoneyField(_("recovered"), default=0)
    allocation = models.ForeignKey(Allocation, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "receivable"], name="one_write_off_per_receivable"),
            models.CheckConstraint(
                condition=Q(recovered_fen__gte=0, recovered_fen__lte=F("amount_fen")),
                name="recovered_part_of_a_write_off",
            ),
        ]

    @property
    def remaining_fen(self) -> int:
        return self.amount_fen - self.recovered_fen


class Recovery(models.Model):
    """Money that came in for a written-off debt."""

    debt = models.ForeignKey(WrittenOffDebt, on_delete=models.PROTECT, related_name="recoveries")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    amount_fen = MoneyField(_("recovered"))
    recovered_at = models.DateTimeField(_("recovered on"))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["debt", "payment"], name="one_recovery_per_payment"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_recovery_is_an_amount"),
        ]
