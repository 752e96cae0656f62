"""Outages, the supplies they touch, what was said about their end, notices, and signs of faults."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.outages import rules
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Account, Customer
from denghuo.records.grid.models import Feeder, Substation, Transformer, TransformerArea
from denghuo.records.supply.models import Importance, SupplyPoint

STAFF = settings.AUTH_USER_MODEL


class Kind(models.TextChoices):
    PLANNED = rules.PLANNED, pgettext_lazy("outage", "Planned works")
    TEMPORARY = rules.TEMPORARY, pgettext_lazy("outage", "Temporary works")
    FAULT = rules.FAULT, pgettext_lazy("outage", "Fault")


class OutageState(models.TextChoices):
    PROPOSED = rules.PROPOSED, pgettext_lazy("outage", "Waiting for approval")
    REFUSED = rules.REFUSED, pgettext_lazy("outage", "Refused")
    MERGED = rules.MERGED, pgettext_lazy("outage", "Merged into other works")
    APPROVED = rules.APPROVED, pgettext_lazy("outage", "Approved")
    RUNNING = rules.RUNNING, pgettext_lazy("outage", "Without supply")
    RESTORED = rules.RESTORED, pgettext_lazy("outage", "Restored")
    CANCELLED = rules.CANCELLED, pgettext_lazy("outage", "Cancelled")


class Cause(models.TextChoices):
    MAINTENANCE = "maintenance", pgettext_lazy("outage cause", "Maintenance of a line or transformer")
    CONSTRUCTION = "construction", pgettext_lazy("outage cause", "Construction of the grid")
    CONNECTION = "connection", pgettext_lazy("outage cause", "Connection of a customer")
    MUNICIPAL = "municipal", pgettext_lazy("outage cause", "Municipal works")
    EQUIPMENT = "equipment", pgettext_lazy("outage cause", "Failure of equipment")
    WEATHER = "weather", pgettext_lazy("outage cause", "Storm or lightning")
    DAMAGE = "damage", pgettext_lazy("outage cause", "Damage by others")
    CUSTOMER = "customer", pgettext_lazy("outage cause", "Fault at a customer's installation")
    UNKNOWN = "unknown", pgettext_lazy("outage cause", "Not known yet")


CAUSE_WORDS = {
    "maintenance": "线路（设备）检修",
    "construction": "电网建设改造",
    "connection": "用户接入工程",
    "municipal": "配合市政工程",
    "equipment": "设备故障",
    "weather": "恶劣天气",
    "damage": "外力破坏",
    "customer": "用户设备故障",
    "unknown": "原因正在查找",
}
"""The cause as customers read it."""


class Level(models.TextChoices):
    SUBSTATION = rules.SUBSTATION, pgettext_lazy("grid level", "Substation")
    FEEDER = rules.FEEDER, pgettext_lazy("grid level", "Feeder")
    TRANSFORMER = rules.TRANSFORMER, pgettext_lazy("grid level", "Transformer and its area")


class Outage(models.Model):
    """Equipment is out of service, or will be; everything behind it has no supply.

    ``expected_end_at`` is the end as it is announced now. ``round`` grows with each change of the time, so that each
    change is told once.
    """

    number = models.CharField(_("outage number"), max_length=14, unique=True)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    state = models.CharField(_("state"), max_length=9, choices=OutageState)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    level = models.CharField(_("level"), max_length=11, choices=Level)
    substation = models.ForeignKey(Substation, null=True, on_delete=models.PROTECT, related_name="+")
    feeder = models.ForeignKey(Feeder, null=True, on_delete=models.PROTECT, related_name="+")
    transformer = models.ForeignKey(Transformer, null=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(_("equipment"), max_length=130)
    cause = models.CharField(_("cause"), max_length=12, choices=Cause, default="maintenance")
    description = models.CharField(_("works or finding"), max_length=300, blank=True)
    begins_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("planned end"), null=True)
    expected_end_at = models.DateTimeField(_("expected end"), null=True)
    started_at = models.DateTimeField(_("supply off"), null=True)
    restored_at = models.DateTimeField(_("supply restored"), null=True)
    progress = models.CharField(_("progress"), max_length=300, blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged", db_index=True
    )
    requested_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("requested"))
    decided_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_note = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    level="substation",
                    substation__isnull=False,
                    feeder__isnull=True,
                    transformer__isnull=True,
                )
                | Q(level="feeder", feeder__isnull=False, substation__isnull=True, transformer__isnull=True)
                | Q(
                    level="transformer",
                    transformer__isnull=False,
                    substation__isnull=True,
                    feeder__isnull=True,
                ),
                name="an_outage_names_its_equipment",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="two_persons_for_planned_works",
            ),
            models.CheckConstraint(
                condition=Q(kind="fault")
                | ~Q(state__in=["approved", "running", "restored"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="announced_works_are_approved",
            ),
            models.CheckConstraint(
                condition=Q(kind="fault") | Q(ends_at__gt=F("begins_at")), name="works_end_after_they_begin"
            ),
            models.CheckConstraint(
                condition=Q(state="running", started_at__isnull=False, restored_at__isnull=True)
                | Q(state="restored", started_at__isnull=False, restored_at__gte=F("started_at"))
                | Q(state="cancelled")
                | Q(state__in=["proposed", "refused", "merged", "approved"], started_at__isnull=True),
                name="supply_is_off_between_two_instants",
            ),
            models.CheckConstraint(
                condition=(Q(state="merged") & Q(merged_into__isnull=False))
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="merged_works_say_where",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(decision_note=""), name="refused_works_say_why"
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "unit"], condition=Q(state__in=list(rules.LIVE)), name="live_outages"
            ),
            models.Index(fields=["unit", "-id"]),
            models.Index(fields=["begins_at"]),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("outages:outage", args=[self.number])

    @property
    def equipment(self) -> Substation | Feeder | Transformer:
        found = self.substation or self.feeder or self.transformer
        assert found is not None
        return found

    @property
    def is_live(self) -> bool:
        return self.state in rules.LIVE

    @property
    def is_late(self) -> bool:
        """It took, or takes, longer than planned."""
        return bool(
            self.ends_at
            and self.expected_end_at
            and (self.restored_at or self.expected_end_at) > self.ends_at
        )


class AffectedSupply(models.Model):
    """A supply point that an outage takes supply from, with what it was and whom it belonged to at that time.

    ``rank``: 0 is cut last and restored first. ``off_minute`` and ``on_minute`` are whole minutes since 1970, so that
    sums are exact on every database; they hold the spell without supply. ``continues``: another outage had taken the
    supply before, so that this is not one more interruption.
    """

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="affected", db_index=False)
    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    transformer = models.ForeignKey(Transformer, on_delete=models.PROTECT, related_name="+", db_index=False)
    area = models.ForeignKey(
        TransformerArea, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    feeder = models.ForeignKey(Feeder, on_delete=models.PROTECT, related_name="+", db_index=False)
    importance = models.CharField(_("load importance"), max_length=10, choices=Importance, default="ordinary")
    special_care = models.CharField(_("special care"), max_length=20, blank=True)
    use_nature = models.CharField(_("use nature"), max_length=16, blank=True)
    grade = models.CharField(_("grade"), max_length=4, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"))
    treatment = models.CharField(_("treatment"), max_length=200, blank=True)
    treated_at = models.DateTimeField(_("treated"), null=True)
    off_minute = models.BigIntegerField(null=True)
    on_minute = models.BigIntegerField(null=True)
    continues = models.BooleanField(default=False)

    class Meta:
        ordering = ["rank", "supply_point"]
        constraints = [
            models.UniqueConstraint(fields=["outage", "supply_point"], name="a_supply_once_an_outage"),
            models.UniqueConstraint(
                fields=["supply_point"],
                condition=Q(off_minute__isnull=False, on_minute__isnull=True),
                name="a_supply_is_without_power_once",
            ),
            models.CheckConstraint(
                condition=Q(on_minute__isnull=True) | Q(on_minute__gte=F("off_minute")),
                name="power_back_after_off",
            ),
        ]
        indexes = [
            models.Index(fields=["supply_point", "off_minute"]),
            models.Index(
                fields=["off_minute"], condition=Q(off_minute__isnull=False), name="supplies_without_power"
            ),
            models.Index(fields=["outage", "rank"]),
        ]


class EndEstimate(models.Model):
    """What was said about the end of an outage, each time; the first is what customers heard first."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="estimates")
    expected_at = models.DateTimeField(_("expected end"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    made_at = models.DateTimeField(_("said"))
    made_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]


class OutageNotice(models.Model):
    """Customers are told of planned works at ``due_at``; in time until ``deadline_at``. Each round replaces the last."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="notices")
    audience = models.CharField(
        _("told"),
        max_length=9,
        choices=[
            ("all", pgettext_lazy("notice", "Everybody affected")),
            ("important", pgettext_lazy("notice", "Important and special customers")),
        ],
    )
    round = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField(_("due"))
    deadline_at = models.DateTimeField(_("at the latest"))
    published_at = models.DateTimeField(_("sent out"), null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["outage", "audience", "round"], name="a_notice_once_a_round")
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(published_at__isnull=True, dropped_at__isnull=True),
                name="outage_notices_due",
            )
        ]

    @property
    def was_in_time(self) -> bool:
        return self.published_at is not None and self.published_at <= self.deadline_at


class Source(models.TextChoices):
    CALL = "call", pgettext_lazy("fault signal", "Call")
    METER = "meter", pgettext_lazy("fault signal", "Meter event")
    CREW = "crew", pgettext_lazy("fault signal", "Crew")


class FaultSignal(models.Model):
    """Somebody or something says that there is no supply. ``key`` tells the same report from the next."""

    key = models.CharField(max_length=60, unique=True)
    source = models.CharField(_("source"), max_length=6, choices=Source)
    transformer = models.ForeignKey(Transformer, on_delete=models.PROTECT, related_name="+", db_index=False)
    supply_point = models.ForeignKey(
        SupplyPoint, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    case_id = models.BigIntegerField(null=True, help_text="the case that brought it")
    reported_at = models.DateTimeField(_("reported"))
    outage = models.ForeignKey(
        Outage, null=True, on_delete=models.PROTECT, related_name="signals", db_index=True
    )
    dismissed_at = models.DateTimeField(_("no outage"), null=True)
    dismissed_note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["reported_at", "id"]
        indexes = [
            models.Index(
                fields=["transformer", "reported_at"],
                condition=Q(outage__isnull=True, dismissed_at__isnull=True),
                name="open_fault_signals",
            )
        ]

    @property
    def place_key(self) -> str:
        """Two reports from one supply count once; without a supply each report counts."""
        return f"p{self.supply_point_id}" if self.supply_point_id else f"s{self.pk}"


def minute_of(at: datetime) -> int:
    """Whole minutes since 1970."""
    return int(at.timestamp() // 60)
