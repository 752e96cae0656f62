"""A matter that somebody brought, and every time we spoke with them about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.care.cases.models.catalogue import Topic
from denghuo.commerce.billing.models import Bill
from denghuo.commerce.readings.models import ReadingException
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Account, Customer
from denghuo.records.grid.models import TransformerArea
from denghuo.records.supply.models import SupplyPoint

STAFF = settings.AUTH_USER_MODEL


class CaseKind(models.TextChoices):
    ENQUIRY = "enquiry", pgettext_lazy("case", "Enquiry")
    FAULT = "fault", pgettext_lazy("case", "Fault")
    COMPLAINT = "complaint", pgettext_lazy("case", "Complaint")
    SUGGESTION = "suggestion", pgettext_lazy("case", "Suggestion")
    PRAISE = "praise", pgettext_lazy("case", "Praise")
    TIP_OFF = "tip_off", pgettext_lazy("case", "Tip-off")
    REQUEST = "request", pgettext_lazy("case", "Service request")
    METER_DISPUTE = "meter_dispute", pgettext_lazy("case", "Meter dispute")
    DAMAGE = "damage", pgettext_lazy("case", "Appliance damage")


class Channel(models.TextChoices):
    COUNTER = "counter", pgettext_lazy("case channel", "Counter")
    PHONE = "phone", pgettext_lazy("case channel", "Phone")
    PORTAL = "portal", pgettext_lazy("case channel", "Portal")
    CHAT = "chat", pgettext_lazy("case channel", "Chat")
    WECHAT = "wechat", pgettext_lazy("case channel", "WeChat")
    FIELD = "field", pgettext_lazy("case channel", "On site")
    REGULATOR = "12398", pgettext_lazy("case channel", "12398 (regulator)")


class CaseState(models.TextChoices):
    OPEN = "open", pgettext_lazy("case", "Open")
    REPLIED = "replied", pgettext_lazy("case", "Answered")
    CLOSED = "closed", pgettext_lazy("case", "Closed")
    MERGED = "merged", pgettext_lazy("case", "Joined to another")
    WITHDRAWN = "withdrawn", pgettext_lazy("case", "Withdrawn")


class Priority(models.IntegerChoices):
    LOW = 1, pgettext_lazy("priority", "Low")
    NORMAL = 2, pgettext_lazy("priority", "Normal")
    HIGH = 3, pgettext_lazy("priority", "High")
    URGENT = 4, pgettext_lazy("priority", "Urgent")


class Outcome(models.TextChoices):
    SOLVED = "solved", pgettext_lazy("case outcome", "Solved")
    EXPLAINED = "explained", pgettext_lazy("case outcome", "Explained")
    TAKEN_UP = "taken_up", pgettext_lazy("case outcome", "Taken up")
    UNFOUNDED = "unfounded", pgettext_lazy("case outcome", "Not founded")
    REFUSED = "refused", pgettext_lazy("case outcome", "Cannot be done")


class Case(models.Model):
    """One matter from the first word to the last.

    ``owner`` took it in and answers for it to its end (首问负责制); ``unit`` works on it. The customer, the supply point
    or both may be unknown. ``previous``: the earlier matter of which the customer complains again. ``main``: the matter
    to which this one was joined. ``outage_id``: the outage (commerce.outages) that explains a fault. ``key`` is made by
    the caller, so that an intake sent twice is taken in once.
    """

    number = models.CharField(_("case number"), max_length=14, unique=True)
    kind = models.CharField(_("kind"), max_length=14, choices=CaseKind)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+", verbose_name=_("topic"))
    text = models.TextField(_("what was said"), max_length=2000)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    state = models.CharField(_("state"), max_length=9, choices=CaseState, default="open")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    supply_point = models.ForeignKey(
        SupplyPoint, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    area = models.ForeignKey(
        TransformerArea, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    bill = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="+")
    reading_exception = models.ForeignKey(
        ReadingException, null=True, on_delete=models.PROTECT, related_name="+"
    )
    outage_id = models.BigIntegerField(_("outage"), null=True)
    caller_name = models.CharField(_("caller"), max_length=40, blank=True)
    caller_phone = models.CharField(_("phone of the caller"), max_length=20, blank=True)
    address = models.CharField(_("place"), max_length=200, blank=True)
    external_number = models.CharField(_("number there"), max_length=40, blank=True)
    owner = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(pgettext_lazy("case", "received"))
    contact_due_at = models.DateTimeField(_("contact due"), null=True)
    contacted_at = models.DateTimeField(_("first contact"), null=True)
    answer_due_at = models.DateTimeField(_("answer due"), null=True)
    answer = models.TextField(pgettext_lazy("case", "answer"), max_length=2000, blank=True)
    replied_at = models.DateTimeField(_("answered"), null=True)
    replied_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    followed_up_at = models.DateTimeField(_("follow-up call"), null=True)
    followed_up_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction"), null=True)
    closed_at = models.DateTimeField(pgettext_lazy("case", "closed"), null=True)
    end_note = models.CharField(_("why it ended"), max_length=300, blank=True)
    escalation = models.PositiveSmallIntegerField(pgettext_lazy("case", "escalation"), default=0)
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    main = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="joined")
    key = models.CharField(max_length=64, null=True, unique=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="a_case_says_something"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "replied"], closed_at__isnull=True)
                | Q(state__in=["closed", "merged", "withdrawn"], closed_at__isnull=False),
                name="a_finished_matter_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="replied") | Q(replied_at__isnull=False), name="an_answered_case_says_when"
            ),
            models.CheckConstraint(
                condition=Q(replied_at__isnull=True) | (~Q(answer="") & Q(replied_at__gte=F("received_at"))),
                name="an_answer_has_its_words",
            ),
            models.CheckConstraint(
                condition=(Q(state="merged") & Q(main__isnull=False) & ~Q(main=F("id")))
                | (~Q(state="merged") & Q(main__isnull=True)),
                name="a_joined_case_names_the_other",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__gte=1, satisfaction__lte=5),
                name="satisfaction_from_one_to_five",
            ),
            models.CheckConstraint(
                condition=Q(contacted_at__isnull=True) | Q(contacted_at__gte=F("received_at")),
                name="contact_after_the_word",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"]),
            models.Index(fields=["supply_point", "-id"]),
            models.Index(fields=["caller_phone", "-id"]),
            models.Index(fields=["unit", "-id"]),
            models.Index(fields=["area", "received_at"], condition=Q(kind="fault"), name="faults_of_an_area"),
            models.Index(
                fields=["kind", "unit", "answer_due_at"],
                condition=Q(state__in=["open", "replied"]),
                name="open_customer_matters",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in (CaseState.OPEN, CaseState.REPLIED)

    @property
    def title(self) -> str:
        """What lists call it: the kind and the topic."""
        return f"{self.get_kind_display()} · {self.topic}"


class ContactMethod(models.TextChoices):
    PHONE = "phone", pgettext_lazy("contact", "Phone call")
    VISIT = "visit", pgettext_lazy("contact", "Visit")
    COUNTER = "counter", pgettext_lazy("contact", "At the counter")
    WRITTEN = "written", pgettext_lazy("contact", "In writing")


class CaseContact(models.Model):
    """One try to speak with the customer. Written once."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="contacts")
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(_("how"), max_length=8, choices=ContactMethod)
    reached = models.BooleanField(_("reached"), default=True)
    note = models.CharField(_("what was said"), max_length=500, blank=True)

    class Meta:
        ordering = ["id"]
