"""Electronic invoices (数电发票): who sells, who buys, what was asked of the tax platform and what it answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.billing.models import Bill
from denghuo.commerce.invoicing.rules import LIVE
from denghuo.foundation.database.fields import EnergyField, MoneyField, PriceField
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Account

STAFF = settings.AUTH_USER_MODEL


class SellerProfile(models.Model):
    """The utility as it stands on invoices; one for each bureau, for all units below it."""

    unit = models.OneToOneField(
        OrganisationUnit, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("name"), max_length=100)
    credit_code = models.CharField(_("unified social credit code"), max_length=18)
    address = models.CharField(_("address"), max_length=120)
    phone = models.CharField(_("phone"), max_length=20)
    bank = models.CharField(_("bank"), max_length=80)
    bank_account = models.CharField(_("bank account"), max_length=40)
    issuer = models.CharField(_("issued by"), max_length=20)


class BuyerProfile(models.Model):
    """The invoice title (开票资料) of an account; an account without one is invoiced under its customer's name."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="buyer_profile")
    name = models.CharField(_("invoice title"), max_length=100)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    address = models.CharField(_("address"), max_length=120, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    special = models.BooleanField(_("special invoice"), default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(special=False) | ~Q(credit_code=""),
                name="a_special_invoice_needs_a_registered_taxpayer",
            )
        ]


class InvoiceExport(models.Model):
    """A file of requests for the tax platform. It can be downloaded again and holds the same rows."""

    number = models.CharField(_("export number"), max_length=20, unique=True)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    invoices = models.PositiveIntegerField(_("invoices"))
    total_fen = MoneyField(_("amount"))
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number


class InvoiceKind(models.TextChoices):
    BLUE = "blue", pgettext_lazy("invoice", "Blue")
    RED = "red", pgettext_lazy("invoice", "Red-letter")


class InvoiceState(models.TextChoices):
    CONFIRMATION = "confirmation", pgettext_lazy("invoice", "Red-letter confirmation wanted")
    REQUESTED = "requested", pgettext_lazy("invoice", "Requested")
    EXPORTED = "exported", pgettext_lazy("invoice", "Sent to the tax platform")
    ISSUED = "issued", pgettext_lazy("invoice", "Issued")
    REJECTED = "rejected", pgettext_lazy("invoice", "Rejected by the platform")
    OFFSET = "offset", pgettext_lazy("invoice", "Offset by a red-letter invoice")
    CANCELLED = "cancelled", pgettext_lazy("invoice", "Cancelled before issue")


class Invoice(models.Model):
    """One request to the tax platform and its outcome; one issued amount is one invoice.

    ``number`` is ours, ``tax_number`` the 20 digits that the platform gave. ``buyer`` and ``seller`` are JSON text: as
    they stood when it was asked for. A red invoice negates ``original`` exactly.
    """

    number = models.CharField(_("request number"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=4, choices=InvoiceKind, default="blue")
    special = models.BooleanField(_("special invoice"), default=False)
    state = models.CharField(_("state"), max_length=12, choices=InvoiceState, default="requested")
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="invoices")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="invoices")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    original = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="red_invoices")
    total_fen = MoneyField(_("amount with tax"))
    ex_tax_fen = MoneyField(_("amount without tax"))
    tax_fen = MoneyField(_("tax"))
    vat_rate = PriceField(_("tax rate"))
    quantity_kwh = EnergyField(_("energy"))
    buyer = models.TextField(default="{}")
    seller = models.TextField(default="{}")
    remarks = models.CharField(_("remarks"), max_length=600, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    confirmation_number = models.CharField(_("red-letter confirmation"), max_length=20, blank=True)
    export = models.ForeignKey(InvoiceExport, null=True, on_delete=models.PROTECT, related_name="rows")
    tax_number = models.CharField(_("invoice number"), max_length=20, null=True)
    issued_date = models.DateField(_("issue date"), null=True)
    rejection = models.CharField(_("why it was rejected"), max_length=300, blank=True)
    requested_at = models.DateTimeField(_("asked for"))
    requested_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bill"],
                condition=Q(kind="blue", state__in=LIVE),
                name="one_live_invoice_a_bill",
            ),
            models.UniqueConstraint(
                fields=["original"],
                condition=Q(kind="red", state__in=LIVE),
                name="one_live_red_letter_an_invoice",
            ),
            models.UniqueConstraint(
                fields=["tax_number"], condition=Q(tax_number__isnull=False), name="one_invoice_a_tax_number"
            ),
            models.CheckConstraint(
                condition=Q(total_fen=F("ex_tax_fen") + F("tax_fen")), name="an_invoice_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(kind="blue", total_fen__gt=0, original__isnull=True)
                | Q(kind="red", total_fen__lt=0, original__isnull=False),
                name="red_is_negative_and_names_its_blue",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["issued", "offset"], tax_number__isnull=False, issued_date__isnull=False
                )
                | (~Q(state__in=["issued", "offset"]) & Q(tax_number__isnull=True)),
                name="an_issued_invoice_has_its_number",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(rejection=""), name="a_rejection_has_its_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state", "-id"]),
            models.Index(fields=["account", "-id"]),
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    """One line: the electricity of one supply point (its number is the specification), or of the whole bill."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("item"), max_length=60)
    specification = models.CharField(_("specification"), max_length=40, blank=True)
    quantity = EnergyField(_("quantity"))
    unit_price = models.CharField(_("unit price without tax"), max_length=30, blank=True)
    ex_tax_fen = MoneyField(_("amount without tax"))
    tax_fen = MoneyField(_("tax"))

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="one_invoice_line_a_position")
        ]

    @property
    def total_fen(self) -> int:
        return self.ex_tax_fen + self.tax_fen
