"""Who is responsible for collecting what (电费回收责任人)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.readings.models import ReadingRoute
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Account


class DutyKind(models.TextChoices):
    UNIT = "unit", pgettext_lazy("duty", "Unit")
    ROUTE = "route", pgettext_lazy("duty", "Reading route")
    ACCOUNT = "account", pgettext_lazy("duty", "Account")


class CollectionDuty(models.Model):
    """A person answers for a unit, a route or an account from ``valid_from`` to the day before ``valid_to``.

    The most specific holds: an account before its route, a route before its unit, a station before its bureau.
    """

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=8, choices=DutyKind)
    unit = models.ForeignKey(OrganisationUnit, null=True, on_delete=models.PROTECT, related_name="+")
    route = models.ForeignKey(ReadingRoute, null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="unit", unit__isnull=False, route__isnull=True, account__isnull=True)
                | Q(kind="route", unit__isnull=True, route__isnull=False, account__isnull=True)
                | Q(kind="account", unit__isnull=True, route__isnull=True, account__isnull=False),
                name="a_duty_is_for_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="duty_dates_in_order",
            ),
            *(
                models.UniqueConstraint(
                    fields=[field],
                    condition=Q(valid_to__isnull=True, kind=field),
                    name=f"one_person_answers_for_a_{field}",
                )
                for field in ("unit", "route", "account")
            ),
        ]

    @property
    def subject(self) -> str:
        return str(self.account or self.route or self.unit)
