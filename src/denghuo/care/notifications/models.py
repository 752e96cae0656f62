"""Messages to customers and the texts they are made of."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.care.notifications import rules
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.kernel import masking
from denghuo.records.customers.models import Account, Customer

STAFF = settings.AUTH_USER_MODEL


class MessageTemplate(models.Model):
    """The text of a template from a day on, where staff changed what the house ships. Written once; a change adds a row."""

    code = models.CharField(_("message"), max_length=60)
    subject = models.CharField(_("subject"), max_length=100, blank=True)
    text = models.TextField(_("text"))
    valid_from = models.DateField(_("valid from"))
    reason = models.CharField(_("reason"), max_length=200)
    set_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(_("set"))

    class Meta:
        ordering = ["code", "valid_from", "id"]
        indexes = [models.Index(fields=["code", "valid_from", "id"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(reason=""), name="a_message_text_has_its_reason"
            )
        ]


class Channel(models.TextChoices):
    SMS = rules.SMS, pgettext_lazy("message channel", "SMS")
    EMAIL = rules.EMAIL, pgettext_lazy("message channel", "E-mail")
    WECHAT = rules.WECHAT, pgettext_lazy("message channel", "WeChat")


class MessageState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("customer message", "Waiting")
    SENDING = "sending", pgettext_lazy("customer message", "Handed over, no answer yet")
    SENT = "sent", pgettext_lazy("customer message", "Sent")
    FAILED = "failed", pgettext_lazy("customer message", "Failed, tried again")
    GIVEN_UP = "given_up", pgettext_lazy("customer message", "Given up")
    SUPPRESSED = "suppressed", pgettext_lazy("customer message", "Not sent")


class Reason(models.TextChoices):
    """Why a message did not go."""

    NO_CONSENT = "no_consent", pgettext_lazy("customer message", "No consent")
    NO_ADDRESS = "no_address", pgettext_lazy("customer message", "No address")
    NO_PROVIDER = "no_provider", pgettext_lazy("customer message", "No provider for this channel yet")
    QUIET = "quiet", pgettext_lazy("customer message", "Worth nothing after the quiet hours")
    TOO_LATE = "too_late", pgettext_lazy("customer message", "Too late to be of use")
    REFUSED = "refused", pgettext_lazy("customer message", "The provider refused it")
    TRIED = "tried", pgettext_lazy("customer message", "Tried too often")
    NO_ANSWER = "no_answer", pgettext_lazy("customer message", "No answer from the provider")


class Message(models.Model):
    """One message to one customer by one channel. ``address`` and ``text`` are as they were when it was written.

    A message is claimed by its state before it is handed over: a worker that dies loses one at worst, and nobody is told
    twice. ``next_try_at`` is set while it is waiting or failed.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    template = models.CharField(_("message"), max_length=60)
    key = models.CharField(max_length=80)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    address = models.CharField(_("address"), max_length=254, blank=True)
    recipient = models.CharField(_("recipient"), max_length=80, blank=True)
    subject = models.CharField(_("subject"), max_length=100, blank=True)
    text = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=10, choices=MessageState, default="waiting")
    reason = models.CharField(_("reason"), max_length=12, choices=Reason, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True)
    useless_at = models.DateTimeField(_("of use until"), null=True)
    provider = models.CharField(_("provider"), max_length=20, blank=True)
    reference = models.CharField(_("reference of the provider"), max_length=120, blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("written"))
    handed_at = models.DateTimeField(_("handed over"), null=True)
    ended_at = models.DateTimeField(_("sent or ended"), null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "template", "key", "channel"], name="one_message_a_key_and_channel"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "failed"], next_try_at__isnull=False)
                | (~Q(state__in=["waiting", "failed"]) & Q(next_try_at__isnull=True)),
                name="a_message_that_waits_says_until_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["given_up", "suppressed"], ended_at__isnull=False) & ~Q(reason="")
                | Q(state="sent", ended_at__isnull=False, reason="")
                | Q(state__in=["waiting", "sending", "failed"], ended_at__isnull=True, reason=""),
                name="a_message_not_sent_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(handed_at__isnull=False), name="a_message_is_claimed_at"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                condition=Q(state__in=["waiting", "failed"]),
                name="messages_to_send",
            ),
            models.Index(fields=["handed_at"], condition=Q(state="sending"), name="messages_handed_over"),
            models.Index(fields=["account", "-id"]),
            models.Index(fields=["unit", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.key}"

    def get_absolute_url(self) -> str:
        return reverse("notifications:message", args=[self.pk])

    @property
    def masked_address(self) -> str:
        return masked(self.channel, self.address)

    @property
    def label(self) -> str:
        return str(rules.describe(self.template))


def masked(channel: str, address: str) -> str:
    """An address as anybody may see it."""
    if not address:
        return ""
    return masking.email(address) if channel == rules.EMAIL else masking.phone(address)
