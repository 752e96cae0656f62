"""What a fault adds: the repair with its minutes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.care.cases.models.case import Case
from denghuo.care.cases.models.catalogue import SettlementKind
from denghuo.foundation.identity.models import OrganisationUnit

STAFF = settings.AUTH_USER_MODEL


class FaultSide(models.TextChoices):
    SUPPLIER = "supplier", pgettext_lazy("fault", "Our installation")
    CUSTOMER = "customer", pgettext_lazy("fault", "Installation of the customer")
    THIRD_PARTY = "third_party", pgettext_lazy("fault", "Third party")
    NATURE = "nature", pgettext_lazy("fault", "Weather or nature")
    NONE = "none", pgettext_lazy("fault", "No fault found")


class Repair(models.Model):
    """An emergency repair from the call to the light.

    ``arrive_due_at`` is what the utility promises for the kind of settlement, ``legal_due_at`` what the law allows;
    both run from the call.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="repair")
    station = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    settlement = models.CharField(
        pgettext_lazy("settlement", "settlement"), max_length=6, choices=SettlementKind
    )
    arrive_due_at = models.DateTimeField(_("arrival due"))
    legal_due_at = models.DateTimeField(_("arrival due by law"))
    restore_due_at = models.DateTimeField(_("restoration due"), null=True)
    crew = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    dispatched_at = models.DateTimeField(_("dispatched"), null=True)
    dispatched_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True)
    found_at = models.DateTimeField(_("fault found"), null=True)
    fault = models.CharField(_("what was found"), max_length=200, blank=True)
    side = models.CharField(_("whose"), max_length=11, choices=FaultSide, blank=True)
    estimated_at = models.DateTimeField(_("restoration expected"), null=True)
    restored_at = models.DateTimeField(_("supply restored"), null=True)
    work = models.CharField(_("what was done"), max_length=300, blank=True)
    by_outage = models.BooleanField(_("part of an outage"), default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(arrived_at__isnull=True) | Q(dispatched_at__lte=F("arrived_at")),
                name="a_crew_arrives_after_it_was_sent",
            ),
            models.CheckConstraint(
                condition=Q(found_at__isnull=True) | Q(arrived_at__lte=F("found_at")),
                name="a_fault_is_found_on_site",
            ),
            models.CheckConstraint(
                condition=Q(restored_at__isnull=True)
                | Q(by_outage=True)
                | Q(arrived_at__lte=F("restored_at")),
                name="restored_after_arrival",
            ),
            models.CheckConstraint(
                condition=Q(legal_due_at__gte=F("arrive_due_at")), name="the_promise_is_within_the_law"
            ),
        ]
        indexes = [
            models.Index(
                fields=["station", "arrive_due_at"],
                condition=Q(restored_at__isnull=True),
                name="repairs_under_way",
            )
        ]

    @property
    def was_late(self) -> bool:
        return self.arrived_at is not None and self.arrived_at > self.arrive_due_at
