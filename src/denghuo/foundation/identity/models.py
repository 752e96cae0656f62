"""Who works here, in which unit, and what they may do."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.foundation.identity import rules


class UnitKind(models.TextChoices):
    BUREAU = "bureau", _("Power supply bureau")
    STATION = "station", _("Power supply station")
    HALL = "hall", _("Business hall")
    TEAM = "team", _("Team")


class Role(models.TextChoices):
    COUNTER_CLERK = "counter_clerk", _("Counter clerk")
    AGENT = "agent", _("Service agent")
    METER_READER = "meter_reader", _("Meter reader")
    FIELD_CREW = "field_crew", _("Field crew")
    BILLING_CLERK = "billing_clerk", _("Billing clerk")
    CASHIER = "cashier", _("Cashier")
    ACCOUNTANT = "accountant", _("Accountant")
    INSPECTOR = "inspector", _("Inspector")
    KEY_ACCOUNT_MANAGER = "key_account_manager", _("Key-account manager")
    CONNECTION_ENGINEER = "connection_engineer", _("Connection engineer")
    DISPATCHER = "dispatcher", pgettext_lazy("role", "Dispatcher")
    TARIFF_CLERK = "tariff_clerk", _("Tariff clerk")
    SUPERVISOR = "supervisor", _("Supervisor")
    DECISION_MAKER = "decision_maker", _("Decision maker")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDIT_ADMIN = "audit_admin", _("Audit administrator")


class OrganisationUnit(models.Model):
    """A node of the organisation tree; the code of a child starts with the code of its parent."""

    code = models.CharField(_("code"), primary_key=True, max_length=16)
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=UnitKind)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str:
        """The unit code that records seen from here start with; a hall serves its whole bureau."""
        return self.parent_id if self.kind == UnitKind.HALL and self.parent_id else self.code


class StaffManager(BaseUserManager["Staff"]):
    def get_by_natural_key(self, username: str | None) -> Staff:
        return self.get(username=username)


class Staff(AbstractBaseUser):
    """A person who works for the utility. Passwords are argon2.

    A session begun before ``sessions_valid_from`` is dead: disabling a person or changing the password moves it.
    """

    username = models.CharField(_("user name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=40)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="staff")
    is_active = models.BooleanField(_("active"), default=True)
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    sessions_valid_from = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    created_at = models.DateTimeField()

    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str:
        """The unit code that every record this person sees must start with."""
        return self.unit.scope

    @property
    def roles(self) -> frozenset[str]:
        """Codes of the roles held now, read once per request."""
        if not hasattr(self, "_roles"):
            self._roles = frozenset(
                self.role_assignments.filter(revoked_at__isnull=True).values_list("role", flat=True)
            )
        return self._roles

    def may(self, permission: str) -> bool:
        return self.is_active and rules.grants(self.roles, permission)


class RoleAssignment(models.Model):
    """A role given to a person; never edited, only revoked."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="role_assignments")
    role = models.CharField(_("role"), max_length=30, choices=Role)
    granted_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    revoked_by = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "role"],
                condition=Q(revoked_at__isnull=True),
                name="one_live_role_assignment",
            ),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("staff")),
                name="nobody_grants_themselves",
            ),
        ]


class SignInAttempt(models.Model):
    """Every try to sign in, for the back-off and for the audit administrator."""

    username = models.CharField(max_length=150)
    address = models.CharField(max_length=45)
    at = models.DateTimeField()
    succeeded = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["username", "at"]), models.Index(fields=["address", "at"])]


class ApiClient(models.Model):
    """A machine that may call the API; only the hash of its token is kept."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.CharField(_("scopes"), max_length=300, help_text=_("Separated by spaces"))
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str:
        """The unit code that every record this machine sees must start with."""
        return self.unit.scope

    def may(self, permission: str) -> bool:
        return self.revoked_at is None and permission in self.scopes.split()


class IdempotentAnswer(models.Model):
    """What the API answered to a write with this key, so that a repeated request has one effect."""

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="one_answer_per_key")]
