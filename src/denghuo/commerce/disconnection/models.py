"""Disconnection orders with their notices, work orders and restorations; refused attempts; days without disconnection."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.disconnection import rules
from denghuo.foundation.database.fields import MoneyField
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Account
from denghuo.records.supply.models import Importance, SupplyPoint


class Reason(models.TextChoices):
    ARREARS = "arrears", pgettext_lazy("disconnection", "Arrears")
    BREACH = "breach", pgettext_lazy("disconnection", "Breach of use")
    SAFETY = "safety", pgettext_lazy("disconnection", "Emergency or force majeure")
    THEFT = "theft", pgettext_lazy("disconnection", "Confirmed theft")
    REQUEST = "request", pgettext_lazy("disconnection", "Request of the customer")


class OrderState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("disconnection", "Waiting for approval")
    APPROVED = "approved", pgettext_lazy("disconnection", "Approved, notice to deliver")
    REJECTED = "rejected", pgettext_lazy("disconnection", "Rejected")
    NOTICED = "noticed", pgettext_lazy("disconnection", "Notice delivered")
    WARNED = "warned", pgettext_lazy("disconnection", "Second notice given")
    CUTTING = "cutting", pgettext_lazy("disconnection", "Command on its way")
    EXECUTED = "executed", pgettext_lazy("disconnection", "Supply stopped")
    RESTORING = "restoring", pgettext_lazy("disconnection", "Being restored")
    RESTORED = "restored", pgettext_lazy("disconnection", "Supply restored")
    CANCELLED = "cancelled", pgettext_lazy("disconnection", "Cancelled")


class ApprovalLevel(models.TextChoices):
    STATION = "station", pgettext_lazy("approval", "Supervisor")
    BUREAU = "bureau", pgettext_lazy("approval", "Decision maker of the bureau")


_OFF = ["cutting", "executed", "restoring", "restored"]
_DECIDED = ["approved", "rejected", "noticed", "warned"]


class DisconnectionOrder(models.Model):
    """Supply of an account is to be stopped, is stopped, or was.

    ``importance`` and ``owed_fen`` are as they were when it was proposed; ``window_from`` … ``window_to`` are the days
    for which it was approved. The database lets ``executed_at`` be set only where the chain of the reason is complete
    (see migration 0002).
    """

    number = models.CharField(_("order number"), max_length=14, unique=True)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="disconnections", db_index=False
    )
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    explanation = models.CharField(_("explanation"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=OrderState, default="proposed")
    importance = models.CharField(_("load importance"), max_length=10, choices=Importance, default="ordinary")
    level = models.CharField(_("approval level"), max_length=8, choices=ApprovalLevel, default="station")
    owed_fen = MoneyField(_("overdue"), default=0)
    oldest_due_date = models.DateField(_("due since"), null=True)
    window_from = models.DateField(_("approved from"), null=True)
    window_to = models.DateField(_("approved until"), null=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_note = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    notice_at = models.DateTimeField(_("notice delivered"), null=True)
    authority_copied_at = models.DateTimeField(_("copied to the power administration"), null=True)
    second_notice_at = models.DateTimeField(_("second notice"), null=True)
    executed_at = models.DateTimeField(_("supply stopped"), null=True)
    executed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    report_due_at = models.DateTimeField(_("report due"), null=True)
    reported_at = models.DateTimeField(_("reported"), null=True)
    restored_at = models.DateTimeField(_("supply restored"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_note = models.CharField(_("why it ended"), max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state__in=list(rules.LIVE)),
                name="one_live_disconnection_an_account",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="two_persons_for_a_disconnection",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_DECIDED) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="a_decided_disconnection_has_its_decision",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=_OFF) & Q(executed_at__isnull=False))
                | (~Q(state__in=_OFF) & Q(executed_at__isnull=True)),
                name="supply_is_off_since_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(executed_at__isnull=True)
                | Q(reason__in=["safety", "theft"])
                | Q(reason="request", decided_at__lte=F("executed_at"))
                | Q(
                    reason__in=["arrears", "breach"],
                    decided_at__lte=F("notice_at"),
                    notice_at__lt=F("second_notice_at"),
                    second_notice_at__lt=F("executed_at"),
                ),
                name="approval_notices_and_stop_in_order",
            ),
            models.CheckConstraint(
                condition=Q(executed_at__isnull=True)
                | ~Q(reason__in=["arrears", "breach"])
                | Q(importance="ordinary")
                | Q(authority_copied_at__lte=F("executed_at")),
                name="important_customers_copied_to_the_authority",
            ),
            models.CheckConstraint(
                condition=~Q(state="restored") | Q(restored_at__gte=F("executed_at")),
                name="restored_after_it_was_stopped",
            ),
            models.CheckConstraint(
                condition=Q(window_from__isnull=True) | Q(window_to__gte=F("window_from")),
                name="approved_days_in_order",
            ),
            models.CheckConstraint(condition=~Q(explanation=""), name="a_disconnection_has_its_reason"),
        ]
        indexes = [
            models.Index(fields=["account", "-id"]),
            models.Index(
                fields=["state", "unit"], condition=Q(state__in=list(rules.LIVE)), name="live_disconnections"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_live(self) -> bool:
        return self.state in rules.LIVE

    @property
    def is_off(self) -> bool:
        return self.state in rules.OFF


class OrderPoint(models.Model):
    """A supply point that the order stops: off in ``[off_at, on_at)``."""

    order = models.ForeignKey(
        DisconnectionOrder, on_delete=models.PROTECT, related_name="points", db_index=False
    )
    supply_point = models.ForeignKey(
        SupplyPoint, on_delete=models.PROTECT, related_name="disconnections", db_index=False
    )
    off_at = models.DateTimeField(_("off since"), null=True)
    on_at = models.DateTimeField(_("on again"), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "supply_point"], name="a_point_once_an_order"),
            models.UniqueConstraint(
                fields=["supply_point"],
                condition=Q(off_at__isnull=False, on_at__isnull=True),
                name="a_supply_point_is_off_once",
            ),
            models.CheckConstraint(
                condition=Q(on_at__isnull=True) | Q(on_at__gte=F("off_at")), name="on_again_after_off"
            ),
        ]
        indexes = [models.Index(fields=["supply_point", "off_at"])]


class NoticeKind(models.TextChoices):
    FIRST = "first", pgettext_lazy("notice", "Notice of disconnection")
    SECOND = "second", pgettext_lazy("notice", "Second notice")
    COPY = "copy", pgettext_lazy("notice", "Copy to the power administration")
    REPORT = "report", pgettext_lazy("notice", "Report afterwards")


class DeliveryMethod(models.TextChoices):
    IN_PERSON = "in_person", _("Handed over and signed")
    POSTED = "posted", _("Left at the premises, photographed")
    MAIL = "mail", _("Registered mail")
    PHONE = "phone", _("Recorded call")
    SMS = "sms", _("Text message with delivery report")
    DOCUMENT = "document", _("Official letter")


class Notice(models.Model):
    """A paper or call that reached somebody, with its proof. Written once.

    ``evidence`` refers to the signature, photo, recording or delivery report; ``document_number`` to the letter.
    """

    order = models.ForeignKey(DisconnectionOrder, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(_("kind"), max_length=6, choices=NoticeKind)
    delivered_at = models.DateTimeField(_("delivered"))
    method = models.CharField(_("how"), max_length=10, choices=DeliveryMethod)
    recipient = models.CharField(_("to whom"), max_length=60)
    evidence = models.CharField(_("signature, photo or recording"), max_length=120)
    document_number = models.CharField(_("document number"), max_length=40, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(delivered_at__lte=F("recorded_at")), name="a_notice_is_recorded_afterwards"
            ),
            models.CheckConstraint(
                condition=~Q(recipient="") & ~Q(evidence="") & ~Q(method=""), name="a_notice_has_its_proof"
            ),
        ]


class WorkKind(models.TextChoices):
    CUT = "cut", pgettext_lazy("work", "Stop supply")
    RESTORE = "restore", pgettext_lazy("work", "Restore supply")


class WorkMethod(models.TextChoices):
    FIELD = "field", pgettext_lazy("work", "Crew on site")
    REMOTE = "remote", pgettext_lazy("work", "Remote switch")


class WorkState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("work", "Waiting")
    SENDING = "sending", pgettext_lazy("work", "Command on its way")
    DONE = "done", pgettext_lazy("work", "Done")
    UNREACHABLE = "unreachable", pgettext_lazy("work", "Meter does not answer")
    CANCELLED = "cancelled", pgettext_lazy("work", "Cancelled")


class WorkOrder(models.Model):
    """What a crew or a switch has to do, by when, and what came of it."""

    order = models.ForeignKey(DisconnectionOrder, on_delete=models.PROTECT, related_name="work")
    kind = models.CharField(_("work"), max_length=8, choices=WorkKind)
    method = models.CharField(_("done by"), max_length=6, choices=WorkMethod)
    state = models.CharField(_("state"), max_length=12, choices=WorkState, default="waiting")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("made"))
    due_at = models.DateTimeField(_("due"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    result = models.CharField(_("result"), max_length=300, blank=True)
    reading_note = models.CharField(_("readings"), max_length=200, blank=True)
    photo = models.CharField(_("photo"), max_length=120, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"],
                condition=Q(state__in=["waiting", "sending"]),
                name="one_open_work_order_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending"], done_at__isnull=True)
                | Q(state__in=["done", "unreachable", "cancelled"], done_at__isnull=False),
                name="work_ends_at_an_instant",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "method"],
                condition=Q(state__in=["waiting", "sending"]),
                name="open_disconnection_work",
            )
        ]


class RestoreCause(models.TextChoices):
    SETTLED = "settled", pgettext_lazy("restore", "Debt settled")
    REMOVED = "removed", pgettext_lazy("restore", "Cause removed")
    DECISION = "decision", pgettext_lazy("restore", "Decision of the utility")


class RestoreOrder(models.Model):
    """The clock of a restoration: from ``settled_at`` supply is due again by ``due_at``.

    ``escalated_at`` is set once it is late; it stays, whatever follows.
    """

    order = models.OneToOneField(DisconnectionOrder, on_delete=models.PROTECT, related_name="restoration")
    cause = models.CharField(_("cause"), max_length=8, choices=RestoreCause)
    note = models.CharField(_("note"), max_length=300, blank=True)
    settled_at = models.DateTimeField(_("settled"))
    due_at = models.DateTimeField(_("due"))
    restored_at = models.DateTimeField(_("restored"), null=True)
    escalated_at = models.DateTimeField(_("escalated"), null=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gt=F("settled_at")), name="restoration_has_a_clock"),
        ]

    @property
    def was_late(self) -> bool:
        return self.restored_at is not None and self.restored_at > self.due_at


class Step(models.TextChoices):
    PROPOSE = "propose", pgettext_lazy("step", "Propose")
    APPROVE = "approve", pgettext_lazy("step", "Approve")
    FIRST_NOTICE = "first_notice", pgettext_lazy("step", "Deliver the notice")
    AUTHORITY_COPY = "authority_copy", pgettext_lazy("step", "Copy to the power administration")
    SECOND_NOTICE = "second_notice", pgettext_lazy("step", "Second notice")
    EXECUTE = "execute", pgettext_lazy("step", "Stop supply")
    RESTORE = "restore", pgettext_lazy("step", "Restore supply")


class RefusedStep(models.Model):
    """Somebody tried a step that was not allowed. Written once; ``refusals`` is a JSON list (see ``queries.words``)."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(
        DisconnectionOrder, null=True, on_delete=models.PROTECT, related_name="refused_steps"
    )
    step = models.CharField(_("step"), max_length=14, choices=Step)
    refusals = models.TextField()
    attempted_at = models.DateTimeField(_("attempted"))
    attempted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-id"]


class NoCutKind(models.TextChoices):
    WEATHER = "weather", pgettext_lazy("no-cut day", "Extreme weather")
    EXAM = "exam", pgettext_lazy("no-cut day", "Examinations")
    EVENT = "event", pgettext_lazy("no-cut day", "Event to be secured")
    OTHER = "other", pgettext_lazy("no-cut day", "Other")


class NoCutDay(models.Model):
    """A day on which nobody below ``unit`` is cut off, with the reason of the bureau."""

    date = models.DateField(_("date"))
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=8, choices=NoCutKind)
    reason = models.CharField(_("reason"), max_length=200)
    set_at = models.DateTimeField(_("set"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["date", "unit"], name="one_no_cut_day_a_unit"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_no_cut_day_has_its_reason"),
        ]
