"""A case of dunning: the account that is overdue, what was done, promised and sent."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.collection.models.plans import ContactChannel, DunningPlan, DunningStep
from denghuo.foundation.database.fields import MoneyField
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.kernel import masking
from denghuo.records.customers.models import Account

STAFF = settings.AUTH_USER_MODEL


class CaseState(models.TextChoices):
    RUNNING = "running", pgettext_lazy("dunning case", "Running")
    PAUSED = "paused", pgettext_lazy("dunning case", "Paused")
    STOPPED = "stopped", pgettext_lazy("dunning case", "Stopped")
    CLOSED = "closed", pgettext_lazy("dunning case", "Closed")


class CaseReason(models.TextChoices):
    """Why a case does not run."""

    PROMISE = "promise", pgettext_lazy("dunning case", "Promise to pay")
    BY_HAND = "by_hand", pgettext_lazy("dunning case", "Paused by staff")
    DISPUTED = "disputed", pgettext_lazy("dunning case", "Disputed")
    INSTALMENTS = "instalments", pgettext_lazy("dunning case", "Instalment plan")
    PROTECTED = "protected", pgettext_lazy("dunning case", "Protected customer")
    NO_PLAN = "no_plan", pgettext_lazy("dunning case", "No plan fits")
    DISCONNECTED = "disconnected", pgettext_lazy("dunning case", "Disconnected")
    PAID = "paid", pgettext_lazy("dunning case", "Paid")
    WRITTEN_OFF = "written_off", pgettext_lazy("dunning case", "Written off")


class DunningCase(models.Model):
    """Collection of what is overdue on an account; one open case at most.

    ``due_date`` is the oldest due date that is overdue and the day from which the steps count; ``overdue_fen`` is what
    the last run or payment left overdue. ``next_number`` and ``next_date`` are the step that comes next, for the board.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="dunning_cases", db_index=False
    )
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    plan = models.ForeignKey(DunningPlan, null=True, on_delete=models.PROTECT, related_name="cases")
    state = models.CharField(_("state"), max_length=8, choices=CaseState, default="running")
    reason = models.CharField(_("reason"), max_length=14, choices=CaseReason, blank=True)
    owner = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    due_date = models.DateField(_("overdue since"))
    overdue_fen = MoneyField(_("overdue"))
    taken_number = models.PositiveSmallIntegerField(_("last step"), default=0)
    next_number = models.PositiveSmallIntegerField(_("next step"), null=True)
    next_date = models.DateField(_("next step on"), null=True)
    paused_until = models.DateField(_("paused until"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    opened_date = models.DateField(_("opened"))
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=~Q(state="closed"), name="one_open_dunning_case_an_account"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="a_closed_dunning_case_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state="running", reason="") | (~Q(state="running") & ~Q(reason="")),
                name="a_dunning_case_that_rests_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"]),
            models.Index(fields=["unit", "state"], condition=~Q(state="closed"), name="open_dunning_cases"),
            models.Index(fields=["owner"], condition=~Q(state="closed"), name="owned_dunning_cases"),
        ]

    def __str__(self) -> str:
        return f"{self.account.number} {self.due_date}"

    def get_absolute_url(self) -> str:
        return reverse("collection:case", args=[self.pk])


class ActionState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("dunning action", "To do")
    DONE = "done", pgettext_lazy("dunning action", "Done")
    DROPPED = "dropped", pgettext_lazy("dunning action", "Dropped")


class Outcome(models.TextChoices):
    SENT = "sent", pgettext_lazy("dunning outcome", "Sent")
    DELIVERED = "delivered", pgettext_lazy("dunning outcome", "Reached, told")
    PROMISED = "promised", pgettext_lazy("dunning outcome", "Promises to pay")
    SAYS_PAID = "says_paid", pgettext_lazy("dunning outcome", "Says it is paid")
    DISPUTES = "disputes", pgettext_lazy("dunning outcome", "Disputes the bill")
    REFUSED = "refused", pgettext_lazy("dunning outcome", "Refuses to pay")
    NOT_REACHED = "not_reached", pgettext_lazy("dunning outcome", "Not reached")
    MOVED_AWAY = "moved_away", pgettext_lazy("dunning outcome", "Moved away")
    WRONG_NUMBER = "wrong_number", pgettext_lazy("dunning outcome", "Wrong number")
    FAILED = "failed", pgettext_lazy("dunning outcome", "Could not be sent")
    OVERTAKEN = "overtaken", pgettext_lazy("dunning outcome", "Overtaken by the next step")
    SETTLED = "settled", pgettext_lazy("dunning outcome", "Not needed any more")


class DunningAction(models.Model):
    """One demand for payment: a step of the plan, or something staff did beside it (``step`` is null).

    ``key`` is the de-duplication key: the same step for the same debt is never taken twice. ``text``, ``owed_fen`` and
    ``debts`` (JSON) say what was demanded when it was taken; a letter is set from them.
    ``debt_date`` is the due date of the debt that it counts for.
    """

    case = models.ForeignKey(DunningCase, on_delete=models.PROTECT, related_name="actions")
    step = models.ForeignKey(
        DunningStep, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    number = models.PositiveSmallIntegerField(_("step"), null=True)
    channel = models.CharField(_("channel"), max_length=8, choices=ContactChannel)
    key = models.CharField(max_length=80, unique=True)
    debt_date = models.DateField(_("overdue since"))
    due_date = models.DateField(_("to be done on"))
    state = models.CharField(_("state"), max_length=8, choices=ActionState, default="waiting")
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    owed_fen = MoneyField(_("demanded"), default=0)
    text = models.TextField(_("text"), blank=True)
    debts = models.TextField(default="[]")
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["due_date", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", done_at__isnull=True)
                | (~Q(state="waiting") & Q(done_at__isnull=False) & ~Q(outcome="")),
                name="a_dunning_action_done_has_an_outcome",
            )
        ]
        indexes = [
            models.Index(fields=["due_date"], condition=Q(state="waiting"), name="waiting_dunning_actions")
        ]

    @property
    def debt_rows(self) -> list[dict[str, Any]]:
        return json.loads(self.debts)


class MessageState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("message", "Waiting to be sent")
    SENDING = "sending", pgettext_lazy("message", "Handed over, no answer yet")
    SENT = "sent", pgettext_lazy("message", "Sent")
    FAILED = "failed", pgettext_lazy("message", "Not sent")
    DROPPED = "dropped", pgettext_lazy("message", "Dropped")


class DunningMessage(models.Model):
    """An SMS or app message in the outbox of this room, sent once at most: what was handed over is not handed over again."""

    action = models.OneToOneField(DunningAction, on_delete=models.PROTECT, related_name="message")
    channel = models.CharField(_("channel"), max_length=8, choices=ContactChannel)
    to = models.CharField(_("to"), max_length=40)
    text = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=8, choices=MessageState, default="waiting")
    reference = models.CharField(_("reference of the provider"), max_length=80, blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"))
    handed_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], condition=Q(state="waiting"), name="waiting_dunning_messages")]

    @property
    def masked_to(self) -> str:
        return masking.phone(self.to) if self.channel == ContactChannel.SMS else self.to


class PromiseState(models.TextChoices):
    OPEN = "open", pgettext_lazy("promise", "Open")
    KEPT = "kept", pgettext_lazy("promise", "Kept")
    BROKEN = "broken", pgettext_lazy("promise", "Broken")


class PaymentPromise(models.Model):
    """What a customer promised to pay by which day; while it is open the case rests."""

    case = models.ForeignKey(DunningCase, on_delete=models.PROTECT, related_name="promises")
    action = models.OneToOneField(DunningAction, null=True, on_delete=models.PROTECT, related_name="promise")
    amount_fen = MoneyField(_("promised"))
    promised_date = models.DateField(_("promised for"))
    state = models.CharField(_("state"), max_length=6, choices=PromiseState, default="open")
    made_at = models.DateTimeField(_("promised on"))
    taken_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="open"), name="one_open_promise_a_dunning_case"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_promise_is_an_amount"),
        ]


class Protection(models.TextChoices):
    """Why a customer is protected from ordinary dunning; the first five follow the customer record by themselves."""

    ELDERLY = "elderly", pgettext_lazy("protection", "Elderly, living alone")
    DISABLED = "disabled", pgettext_lazy("protection", "Disabled")
    MEDICAL = "medical", pgettext_lazy("protection", "Depends on medical equipment")
    LOW_INCOME = "low_income", pgettext_lazy("protection", "Minimum-living-allowance household")
    FIVE_GUARANTEES = "five_guarantees", pgettext_lazy("protection", "Five-guarantees household")
    HARDSHIP = "hardship", pgettext_lazy("protection", "Temporary hardship")
    ORDER = "order", pgettext_lazy("protection", "Order of an authority")


class ProtectionState(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("protection", "Waiting for approval")
    APPROVED = "approved", pgettext_lazy("protection", "Approved")
    REJECTED = "rejected", pgettext_lazy("protection", "Rejected")


class ProtectedCustomer(models.Model):
    """An account protected by decision, from ``valid_from`` until ``valid_to``, asked for and approved by two persons."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="protections")
    reason = models.CharField(_("reason"), max_length=16, choices=Protection)
    note = models.CharField(_("evidence"), max_length=300)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"))
    state = models.CharField(_("state"), max_length=10, choices=ProtectionState, default="requested")
    requested_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked for"))
    decided_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=models.F("valid_from")), name="protection_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("requested_by")),
                name="two_persons_for_a_protection",
            ),
        ]
