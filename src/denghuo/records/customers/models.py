"""Customers, how to reach them, what they agreed to, and the accounts that pay."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.database.text_index import TextIndex
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers import rules

NAME_INDEX = TextIndex("customers_name_index", owner="customers_customer", column="name")


class CustomerKind(models.TextChoices):
    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")


class SpecialCare(models.TextChoices):
    """Why staff come to the customer instead of the other way round."""

    ELDERLY = "elderly", _("Elderly, living alone")
    DISABLED = "disabled", _("Disabled")
    MEDICAL = "medical", _("Depends on medical equipment")
    LOW_INCOME = "low_income", _("Minimum-living-allowance household")
    FIVE_GUARANTEES = "five_guarantees", _("Five-guarantees household")


class Customer(models.Model):
    """A person or an organisation.

    ``name_pinyin`` and ``name_initials`` are made from the name by ``rules.pinyin_keys`` whenever it is written.
    ``version`` grows with every change and guards against overwriting a colleague's work.
    """

    number = models.CharField(_("customer number"), max_length=10, unique=True)
    kind = models.CharField(_("customer kind"), max_length=12, choices=CustomerKind)
    name = models.CharField(_("name"), max_length=80, db_index=True)
    name_pinyin = models.CharField(max_length=200, db_index=True, editable=False)
    name_initials = models.CharField(max_length=80, db_index=True, editable=False)
    identity_number = models.CharField(_("identity number"), max_length=20, blank=True, db_index=True)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True, db_index=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True, db_index=True)
    email = models.EmailField(_("e-mail"), blank=True)
    special_care = models.CharField(_("special care"), max_length=20, blank=True, choices=SpecialCare)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    synthetic = models.BooleanField(_("synthetic"), default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("registered"))

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["unit", "number"])]

    def __str__(self) -> str:
        return f"{self.number} {self.masked_name}"

    @property
    def is_person(self) -> bool:
        return self.kind == CustomerKind.PERSON

    @property
    def masked_name(self) -> str:
        return rules.masked("name", self.name, person=self.is_person)


class ContactRole(models.TextChoices):
    BILLING = "billing", _("Billing matters")
    ELECTRICAL = "electrical", _("Electrical matters")
    OUTAGE = "outage", _("Outage notices")
    FAMILY = "family", _("Family")


class Contact(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    role = models.CharField(_("contact role"), max_length=12, choices=ContactRole)
    name = models.CharField(_("name"), max_length=40)
    phone = models.CharField(_("phone"), max_length=20, blank=True, db_index=True)
    email = models.EmailField(_("e-mail"), blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)

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


class ConsentChannel(models.TextChoices):
    COUNTER = "counter", _("Business hall")
    PHONE = "phone", _("Telephone")
    ONLINE = "online", _("Online")
    PAPER = "paper", _("Signed paper")


class Consent(models.Model):
    """Permission for one purpose, with its evidence; withdrawn, never deleted (个人信息保护法)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=12, choices=ConsentPurpose)
    channel = models.CharField(_("channel"), max_length=10, choices=ConsentChannel)
    given_at = models.DateTimeField(_("given"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        ordering = ["purpose", "given_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=models.F("given_at")),
                name="consent_is_withdrawn_after_it_is_given",
            ),
            models.UniqueConstraint(
                fields=["customer", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_live_consent_per_purpose",
            ),
        ]


class PaymentMethod(models.TextChoices):
    COUNTER = "counter", _("Business hall")
    ONLINE = "online", _("Online")
    BANK_DEBIT = "bank_debit", _("Bank debit")
    TRANSFER = "transfer", _("Bank transfer")


class Account(models.Model):
    """Who pays (结算户): one payer for one or many supply points."""

    number = models.CharField(_("account number"), max_length=14, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="accounts")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    payment_method = models.CharField(
        _("payment method"), max_length=12, choices=PaymentMethod, default="online"
    )
    bill_address = models.CharField(_("billing address"), max_length=200, blank=True)
    opened_date = models.DateField(_("opened"))
    closed_date = models.DateField(_("closed"), null=True, blank=True)

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["unit", "number"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_date__isnull=True) | Q(closed_date__gte=models.F("opened_date")),
                name="account_dates_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.number
