"""Customers, how to reach them, what they agreed to, and the accounts that pay."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.identity.models import OrganisationUnit


class CustomerKind(models.TextChoices):
    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")


class Customer(models.Model):
    """A person or an organisation. ``search_key`` holds pinyin and initials of the name, made on save."""

    number = models.CharField(_("customer number"), max_length=10, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=CustomerKind)
    name = models.CharField(_("name"), max_length=80)
    search_key = models.CharField(max_length=200, db_index=True)
    identity_number = models.CharField(_("identity number"), max_length=20, blank=True, db_index=True)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True, db_index=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True, db_index=True)
    email = models.EmailField(_("e-mail"), blank=True)
    special_care = models.CharField(_("special care"), max_length=40, blank=True)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    synthetic = models.BooleanField(_("synthetic"), default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["unit", "number"]), models.Index(fields=["name"])]

    def __str__(self) -> str:
        return self.name


class ContactRole(models.TextChoices):
    BILLING = "billing", _("Billing")
    ELECTRICAL = "electrical", _("Electrical matters")
    OUTAGE = "outage", _("Outage notices")
    FAMILY = "family", _("Family")


class Contact(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    role = models.CharField(_("role"), max_length=12, choices=ContactRole)
    name = models.CharField(_("name"), max_length=40)
    phone = models.CharField(_("phone"), max_length=20, blank=True, db_index=True)
    email = models.EmailField(_("e-mail"), blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["role", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")),
                name="contact_dates_in_order",
            )
        ]


class ConsentPurpose(models.TextChoices):
    SERVICE = "service", _("Service notices")
    MARKETING = "marketing", _("Offers and advice")
    LOAD_CURVE = "load_curve", _("Use of the load curve")
    LOCATION = "location", _("Location during a repair")


class Consent(models.Model):
    """Permission for one purpose, with its evidence; withdrawn, never deleted (个人信息保护法)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=12, choices=ConsentPurpose)
    channel = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_live_consent_per_purpose",
            )
        ]


class PaymentMethod(models.TextChoices):
    COUNTER = "counter", _("Counter")
    ONLINE = "online", _("Online")
    BANK_DEBIT = "bank_debit", _("Bank debit")
    TRANSFER = "transfer", _("Transfer")


class Account(models.Model):
    """Who pays (结算户): one payer for one or many supply points."""

    number = models.CharField(_("account number"), max_length=14, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="accounts")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    payment_method = models.CharField(
        _("payment method"), max_length=12, choices=PaymentMethod, default="online"
    )
    bill_address = models.CharField(_("billing address"), max_length=200, blank=True)
    opened_date = models.DateField()
    closed_date = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number
