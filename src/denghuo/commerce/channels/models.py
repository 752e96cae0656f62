"""Orders at WeChat Pay and Alipay, every callback and every question about them, and what a person must look at."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.payments.models import Payment, Refund
from denghuo.foundation.database.fields import MoneyField
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Account

STAFF = settings.AUTH_USER_MODEL


class Provider(models.TextChoices):
    WECHAT = "wechat", pgettext_lazy("channel", "WeChat Pay")
    ALIPAY = "alipay", pgettext_lazy("channel", "Alipay")


class Product(models.TextChoices):
    NATIVE = "native", _("WeChat code")
    H5 = "h5", _("WeChat H5")
    JSAPI = "jsapi", _("WeChat JSAPI")
    PRECREATE = "precreate", _("Alipay code")
    WAP = "wap", _("Alipay link")
    PAGE = "page", _("Alipay web page")


class OrderState(models.TextChoices):
    CREATED = "created", pgettext_lazy("order", "Being placed")
    PENDING = "pending", pgettext_lazy("order", "Waiting for the customer")
    UNKNOWN = "unknown", pgettext_lazy("order", "Not known, being asked")
    PAID = "paid", pgettext_lazy("order", "Paid")
    CLOSED = "closed", pgettext_lazy("order", "Closed unpaid")
    FAILED = "failed", pgettext_lazy("order", "Refused by the channel")


OPEN = Q(state__in=("created", "pending", "unknown"))


class PaymentOrder(models.Model):
    """What we asked a channel to collect. The number is ours, the transaction is the channel's.

    An open order always has a next question; an order is paid exactly when it has a payment. ``key`` is made where the
    order is asked for: the same key gives the same order again.
    """

    key = models.CharField(max_length=64, unique=True)
    out_trade_no = models.CharField(pgettext_lazy("order", "order number"), max_length=32, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    provider = models.CharField(_("channel"), max_length=8, choices=Provider)
    product = models.CharField(_("way to pay"), max_length=10, choices=Product)
    amount_fen = MoneyField(_("amount"))
    description = models.CharField(_("what the customer reads"), max_length=127)
    state = models.CharField(_("state"), max_length=8, choices=OrderState, default="created")
    code_url = models.TextField(pgettext_lazy("order", "code"), blank=True)
    transaction_id = models.CharField(_("channel transaction"), max_length=64, blank=True)
    paid_at = models.DateTimeField(pgettext_lazy("order", "paid"), null=True)
    payer = models.CharField(pgettext_lazy("order", "payer"), max_length=80, blank=True)
    payment = models.OneToOneField(Payment, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("placed"))
    created_by = models.ForeignKey(
        STAFF, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    expires_at = models.DateTimeField(_("can be paid until"))
    next_query_at = models.DateTimeField(_("next question"), null=True)
    queries_made = models.PositiveIntegerField(_("questions asked"), default=0)
    last_error = models.CharField(_("last problem"), max_length=200, blank=True)
    ended_at = models.DateTimeField(pgettext_lazy("order", "ended"), null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="an_order_is_an_amount"),
            models.CheckConstraint(
                condition=(OPEN & Q(next_query_at__isnull=False)) | (~OPEN & Q(next_query_at__isnull=True)),
                name="an_open_order_has_its_next_question",
            ),
            models.CheckConstraint(
                condition=(Q(state="paid", payment__isnull=False, paid_at__isnull=False) & ~Q(transaction_id=""))
                | (~Q(state="paid") & Q(payment__isnull=True)),
                name="a_paid_order_has_its_payment",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="an_order_ends_later"),
            models.UniqueConstraint(
                fields=["provider", "transaction_id"], condition=~Q(transaction_id=""), name="one_order_a_transaction"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["next_query_at"], condition=OPEN, name="orders_to_ask_about"),
            models.Index(fields=["account", "-id"]),
            models.Index(fields=["unit", "-id"]),
        ]

    def __str__(self) -> str:
        return self.out_trade_no

    @property
    def is_open(self) -> bool:
        return self.state in ("created", "pending", "unknown")


class RefundStep(models.TextChoices):
    CREATED = "created", pgettext_lazy("gateway refund", "To be sent")
    SENT = "sent", pgettext_lazy("gateway refund", "Sent, being asked")
    UNKNOWN = "unknown", pgettext_lazy("gateway refund", "Not known, being asked")
    PAID = "paid", pgettext_lazy("gateway refund", "Paid back")
    FAILED = "failed", pgettext_lazy("gateway refund", "Failed")


REFUND_OPEN = Q(state__in=("created", "sent", "unknown"))


class GatewayRefund(models.Model):
    """A refund on its way back through the channel that took the money; sent again under one number until it ends."""

    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(PaymentOrder, null=True, on_delete=models.PROTECT, related_name="refunds")
    provider = models.CharField(_("channel"), max_length=8, choices=Provider)
    out_refund_no = models.CharField(
        pgettext_lazy("order", "refund order number"), max_length=40, unique=True
    )
    out_trade_no = models.CharField(pgettext_lazy("order", "order number"), max_length=64)
    transaction_id = models.CharField(_("channel transaction"), max_length=64)
    amount_fen = MoneyField(_("amount"))
    total_fen = MoneyField(_("amount of the payment"))
    state = models.CharField(_("state"), max_length=8, choices=RefundStep, default="created")
    channel_refund_id = models.CharField(_("channel refund"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("made"))
    next_query_at = models.DateTimeField(_("next question"), null=True)
    queries_made = models.PositiveIntegerField(_("questions asked"), default=0)
    last_error = models.CharField(_("last problem"), max_length=200, blank=True)
    ended_at = models.DateTimeField(pgettext_lazy("order", "ended"), null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, amount_fen__lte=F("total_fen")),
                name="a_refund_fits_its_payment",
            ),
            models.CheckConstraint(
                condition=(REFUND_OPEN & Q(next_query_at__isnull=False))
                | (~REFUND_OPEN & Q(next_query_at__isnull=True)),
                name="an_open_refund_has_its_next_question",
            ),
        ]
        indexes = [
            models.Index(fields=["next_query_at"], condition=REFUND_OPEN, name="refunds_to_ask_about"),
        ]

    def __str__(self) -> str:
        return self.out_refund_no

    @property
    def unit_id(self) -> str:
        return self.refund.unit_id


class Verdict(models.TextChoices):
    ACCEPTED = "accepted", pgettext_lazy("notification", "Accepted")
    DUPLICATE = "duplicate", pgettext_lazy("notification", "Known already")
    IGNORED = "ignored", pgettext_lazy("notification", "Nothing to do")
    BAD_SIGNATURE = "bad_signature", pgettext_lazy("notification", "Signature does not hold")
    STALE = "stale", pgettext_lazy("notification", "Too old or from the future")
    MALFORMED = "malformed", pgettext_lazy("notification", "Not readable")
    TOO_BIG = "too_big", pgettext_lazy("notification", "Too large")
    WRONG_MERCHANT = "wrong_merchant", pgettext_lazy("notification", "For another merchant")
    WRONG_APP = "wrong_app", pgettext_lazy("notification", "For another application")
    WRONG_CURRENCY = "wrong_currency", pgettext_lazy("notification", "Another currency")
    WRONG_AMOUNT = "wrong_amount", pgettext_lazy("notification", "Another amount")
    UNKNOWN_ORDER = "unknown_order", pgettext_lazy("notification", "No such order")
    NOT_BOOKED = "not_booked", pgettext_lazy("notification", "Could not be booked")
    OFF = "off", pgettext_lazy("notification", "Channel is switched off")


GOOD_VERDICTS = ("accepted", "duplicate", "ignored")


class Notification(models.Model):
    """A callback as it arrived, good or bad. Append-only; the body itself is not kept, its digest is."""

    provider = models.CharField(_("channel"), max_length=8, choices=Provider)
    received_at = models.DateTimeField(pgettext_lazy("notification", "received"))
    size = models.PositiveIntegerField(_("bytes"))
    digest = models.CharField(_("digest of the body"), max_length=64, blank=True)
    address = models.CharField(_("sent from"), max_length=45, blank=True)
    verdict = models.CharField(_("verdict"), max_length=16, choices=Verdict)
    error = models.CharField(_("detail"), max_length=200, blank=True)
    order = models.ForeignKey(PaymentOrder, null=True, on_delete=models.PROTECT, related_name="notifications")
    gateway_refund = models.ForeignKey(
        GatewayRefund, null=True, on_delete=models.PROTECT, related_name="notifications"
    )
    transaction_id = models.CharField(_("channel transaction"), max_length=64, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["received_at"]), models.Index(fields=["provider", "verdict", "-id"])]

    def __str__(self) -> str:
        return f"{self.provider} {self.pk}"


class Question(models.TextChoices):
    CREATE = "create", pgettext_lazy("question", "Order placed")
    QUERY = "query", pgettext_lazy("question", "Asked about the order")
    CLOSE = "close", pgettext_lazy("question", "Order closed")
    REFUND = "refund", pgettext_lazy("question", "Refund sent")
    QUERY_REFUND = "query_refund", pgettext_lazy("question", "Asked about the refund")


class Enquiry(models.Model):
    """A question we put to a channel, and its answer in one word. Append-only."""

    order = models.ForeignKey(PaymentOrder, null=True, on_delete=models.PROTECT, related_name="enquiries")
    gateway_refund = models.ForeignKey(
        GatewayRefund, null=True, on_delete=models.PROTECT, related_name="enquiries"
    )
    question = models.CharField(pgettext_lazy("question", "question"), max_length=12, choices=Question)
    asked_at = models.DateTimeField(_("asked"))
    answer = models.CharField(_("answer"), max_length=12)
    detail = models.CharField(_("detail"), max_length=200, blank=True)

    class Meta:
        ordering = ["id"]


class IncidentKind(models.TextChoices):
    WRONG_AMOUNT = "wrong_amount", pgettext_lazy("incident", "Paid another amount")
    UNKNOWN_ORDER = "unknown_order", pgettext_lazy("incident", "Money for an order we do not know")
    PAID_TWICE = "paid_twice", pgettext_lazy("incident", "One order paid twice")
    NOT_BOOKED = "not_booked", pgettext_lazy("incident", "Money could not be booked")
    REFUND_FAILED = "refund_failed", pgettext_lazy("incident", "Refund failed")
    STILL_OPEN = "still_open", pgettext_lazy("incident", "No answer from the channel for a day")


class Incident(models.Model):
    """Something about money at a channel that a person must look at. Nothing is adjusted in silence."""

    kind = models.CharField(_("what happened"), max_length=16, choices=IncidentKind)
    provider = models.CharField(_("channel"), max_length=8, choices=Provider)
    order = models.ForeignKey(PaymentOrder, null=True, on_delete=models.PROTECT, related_name="incidents")
    gateway_refund = models.ForeignKey(
        GatewayRefund, null=True, on_delete=models.PROTECT, related_name="incidents"
    )
    reference = models.CharField(_("channel transaction or order"), max_length=64)
    amount_fen = MoneyField(_("amount at the channel"), null=True)
    expected_fen = MoneyField(_("amount of our order"), null=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    unit_id = models.CharField(max_length=16)
    raised_at = models.DateTimeField(_("raised"))
    resolved_at = models.DateTimeField(_("settled"), null=True)
    resolved_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("what was done"), max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "provider", "reference"], name="one_incident_a_thing"),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True, note="")
                | (Q(resolved_at__isnull=False) & ~Q(note="")),
                name="a_settled_incident_says_how",
            ),
        ]
        indexes = [models.Index(fields=["unit_id", "-id"])]

    def __str__(self) -> str:
        return self.reference

    @property
    def state(self) -> str:
        return "resolved" if self.resolved_at else "open"
