"""Requests to change an existing supply (变更用电), the customer's transformers that they touch, and what was refused."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.billing.models import Bill
from denghuo.commerce.changes import rules
from denghuo.foundation.database.fields import PowerField
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Account, Customer
from denghuo.records.supply.models import SupplyPoint

STAFF = settings.AUTH_USER_MODEL


class Kind(models.TextChoices):
    SUSPEND = "suspend", pgettext_lazy("change", "Suspension")
    RESUME = "resume", pgettext_lazy("change", "Resumption")
    REDUCE = "reduce", pgettext_lazy("change", "Capacity reduction")
    RESTORE = "restore", pgettext_lazy("change", "Capacity restoration")
    EXCHANGE = "exchange", pgettext_lazy("change", "Temporary transformer")
    EXCHANGE_BACK = "exchange_back", pgettext_lazy("change", "Own transformer back")
    RELOCATE = "relocate", pgettext_lazy("change", "Relocation")
    MOVE_METER = "move_meter", pgettext_lazy("change", "Meter moved")
    REMOVE = "remove", pgettext_lazy("change", "Temporary removal")
    REINSTALL = "reinstall", pgettext_lazy("change", "Meter installed again")
    RENAME = "rename", pgettext_lazy("change", "Change of name")
    TRANSFER = "transfer", pgettext_lazy("change", "Transfer")
    SPLIT = "split", pgettext_lazy("change", "Split")
    MERGE = "merge", pgettext_lazy("change", "Merger")
    CLOSE = "close", pgettext_lazy("change", "Closing")
    VOLTAGE = "voltage", pgettext_lazy("change", "Change of voltage")
    TARIFF_CLASS = "tariff_class", pgettext_lazy("change", "Change of class")


class ChangeState(models.TextChoices):
    APPLIED = "applied", pgettext_lazy("change", "Waiting for approval")
    APPROVED = "approved", pgettext_lazy("change", "To be carried out")
    READ = "read", pgettext_lazy("change", "To be settled")
    SETTLED = "settled", pgettext_lazy("change", "Settled, to be filed")
    EFFECTIVE = "effective", pgettext_lazy("change", "In effect")
    REFUSED = "refused", pgettext_lazy("change", "Not approved")
    CANCELLED = "cancelled", pgettext_lazy("change", "Taken back")


class UnitState(models.TextChoices):
    RUNNING = "running", pgettext_lazy("customer transformer", "In operation")
    SEALED = "sealed", pgettext_lazy("customer transformer", "Sealed")
    REMOVED = "removed", pgettext_lazy("customer transformer", "Taken out")


class CustomerTransformer(models.Model):
    """A receiving transformer of the customer: what is sealed or taken out is whole transformers, never a share."""

    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="own_transformers")
    label = models.CharField(_("label"), max_length=30)
    capacity_kva = PowerField(_("capacity"))
    state = models.CharField(_("state"), max_length=8, choices=UnitState, default="running")

    class Meta:
        ordering = ["supply_point", "label"]
        constraints = [
            models.UniqueConstraint(fields=["supply_point", "label"], name="one_transformer_a_label"),
            models.CheckConstraint(condition=Q(capacity_kva__gt=0), name="a_transformer_has_capacity"),
        ]

    def __str__(self) -> str:
        return self.label


_RESTRICTIONS = sorted(rules.kinds.RESTRICTIONS)
_OPEN = list(rules.kinds.OPEN_STATES)


class Change(models.Model):
    """One request to change a supply, from the counter to the record.

    ``wish`` is what was asked for and ``before`` the terms that it replaced, both JSON text. ``capacity_kva`` is what
    the change takes (sealed, reduced, split off) or, for a temporary transformer, what is put in. A restriction is in
    force from ``effective_date`` until ``ended_date``; the change that ended it points back with ``ends``.
    """

    number = models.CharField(_("request number"), max_length=14, unique=True)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="changes")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(_("state"), max_length=9, choices=ChangeState)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    from_date = models.DateField(_("asked from"))
    until_date = models.DateField(_("agreed until"), null=True)
    capacity_kva = PowerField(_("capacity"), null=True)
    wish = models.TextField(default="{}")
    before = models.TextField(default="{}")
    registers = models.TextField(default="{}", help_text="what the meters showed, by metering point number")
    ends = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="ended_by")
    new_customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+")
    new_account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    other_point = models.ForeignKey(SupplyPoint, null=True, on_delete=models.PROTECT, related_name="+")
    final_bill = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("taken in"))
    decided_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision = models.CharField(_("decision"), max_length=300, blank=True)
    done_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(_("carried out"), null=True)
    effective_date = models.DateField(_("in effect from"), null=True)
    ended_date = models.DateField(_("ended"), null=True)
    warned_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["supply_point"], condition=Q(state__in=_OPEN), name="one_open_change_a_supply_point"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="two_persons_for_a_change",
            ),
            models.CheckConstraint(
                condition=~Q(state="effective") | Q(effective_date__isnull=False, done_at__isnull=False),
                name="a_change_in_effect_says_when",
            ),
            models.CheckConstraint(
                condition=Q(ended_date__isnull=True)
                | Q(
                    kind__in=_RESTRICTIONS, effective_date__isnull=False, ended_date__gte=F("effective_date")
                ),
                name="a_restriction_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gt=F("from_date")),
                name="a_change_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | Q(decided_by__isnull=False),
                name="who_refuses_a_change_is_named",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state", "-id"]),
            models.Index(fields=["supply_point", "kind", "-id"]),
            models.Index(
                fields=["kind", "until_date"],
                condition=Q(state="effective", ended_date__isnull=True, kind__in=_RESTRICTIONS),
                name="restrictions_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return self.state in rules.kinds.OPEN_STATES

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked for, by name."""
        found: dict[str, Any] = json.loads(self.wish)
        return found

    @property
    def shown(self) -> dict[str, dict[str, str]]:
        """What the meters showed on the day, by metering point number."""
        found: dict[str, dict[str, str]] = json.loads(self.registers)
        return found


class ChangeTransformer(models.Model):
    """A whole transformer that a change seals, takes out or exchanges."""

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="transformers")
    transformer = models.ForeignKey(CustomerTransformer, on_delete=models.PROTECT, related_name="changes")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["change", "transformer"], name="a_transformer_once_a_change")
        ]


class RefusedRequest(models.Model):
    """A request that a rule did not allow: what was wished, and which rules with which figures (JSON text)."""

    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    wish = models.TextField(default="{}")
    refusals = models.TextField(default="[]")
    asked_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["unit", "-id"])]
