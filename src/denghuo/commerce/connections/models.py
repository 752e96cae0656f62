"""Applications for supply and what hangs on them: survey, plan, reviews, fees, documents, meters, refusal."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.metering.models import Meter
from denghuo.foundation.database.fields import MoneyField, PowerField, RatioField, ReadingField
from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Account, Customer
from denghuo.records.grid.models import Feeder, TransformerArea, Voltage
from denghuo.records.supply.models import (
    BillingMode,
    Importance,
    Market,
    MeteringMode,
    PowerFactorStandard,
    SupplyPoint,
    SupplySource,
    TariffClass,
    UseNature,
)

STAFF = settings.AUTH_USER_MODEL


class ApplicationKind(models.TextChoices):
    RESIDENTIAL = "residential", pgettext_lazy("connection", "Home, low voltage")
    BUSINESS = "business", pgettext_lazy("connection", "Business, low voltage")
    TEMPORARY = "temporary", pgettext_lazy("connection", "Temporary supply")
    CHARGING = "charging", pgettext_lazy("connection", "Charging pile")
    HIGH_SINGLE = "high_single", pgettext_lazy("connection", "High voltage, one source")
    HIGH_DUAL = "high_dual", pgettext_lazy("connection", "High voltage, two sources")
    INCREASE_LOW = "increase_low", pgettext_lazy("connection", "More capacity, low voltage")
    INCREASE_HIGH = "increase_high", pgettext_lazy("connection", "More capacity, high voltage")
    PV_HOUSEHOLD = "pv_household", pgettext_lazy("connection", "PV of a household")
    PV_ENTERPRISE = "pv_enterprise", pgettext_lazy("connection", "PV of an enterprise")


class ApplicationState(models.TextChoices):
    RUNNING = "running", pgettext_lazy("connection", "In progress")
    REFUSED = "refused", pgettext_lazy("connection", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("connection", "Withdrawn by the customer")
    ARCHIVED = "archived", pgettext_lazy("connection", "Connected and archived")


class Channel(models.TextChoices):
    COUNTER = "counter", pgettext_lazy("channel", "Business hall")
    PHONE = "phone", pgettext_lazy("channel", "Telephone")
    ONLINE = "online", pgettext_lazy("channel", "Online")
    FIELD = "field", pgettext_lazy("channel", "On site")


class Application(models.Model):
    """What a customer applied for. Accepted at once; only a named senior role refuses (反向审批).

    ``supply_point`` is the point in use that is enlarged or gets PV; for a new supply it is set when it is archived.
    ``neighbour`` is a supply point next door: its area counts as the nearest. ``external_works`` is not known before
    the survey. ``energised_at`` is when power was switched on (PV: when it first fed in).
    """

    number = models.CharField(_("application number"), max_length=14, unique=True)
    kind = models.CharField(_("kind"), max_length=14, choices=ApplicationKind)
    state = models.CharField(_("state"), max_length=9, choices=ApplicationState, default="running")
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default="counter")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    supply_point = models.ForeignKey(SupplyPoint, null=True, on_delete=models.PROTECT, related_name="+")
    neighbour = models.ForeignKey(SupplyPoint, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    address = models.CharField(_("address of the supply"), max_length=200)
    contact_name = models.CharField(_("contact"), max_length=40)
    contact_phone = models.CharField(_("telephone of the contact"), max_length=20)
    capacity_kva = PowerField(_("capacity applied for"))
    tariff_class = models.CharField(_("tariff class"), max_length=24, choices=TariffClass)
    use_nature = models.CharField(_("use nature"), max_length=16, choices=UseNature)
    industry_code = models.CharField(_("industry code"), max_length=6, blank=True)
    importance = models.CharField(_("load importance"), max_length=10, choices=Importance, default="ordinary")
    own_power_percent = models.PositiveSmallIntegerField(
        _("own emergency power, % of the security load"), null=True
    )
    temporary_until = models.DateField(_("temporary until"), null=True)
    external_works = models.BooleanField(_("works outside the premises"), null=True)
    remark = models.CharField(_("remark"), max_length=300, blank=True)
    accepted_at = models.DateTimeField(_("accepted"))
    received_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    contract_number = models.CharField(_("contract number"), max_length=30, blank=True)
    contract_signed_date = models.DateField(_("contract signed"), null=True)
    energised_at = models.DateTimeField(_("power on"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_note = models.CharField(_("why it ended"), max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running", ended_at__isnull=True)
                | (~Q(state="running") & Q(ended_at__isnull=False)),
                name="an_ended_application_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(kind="temporary") | Q(temporary_until__isnull=False),
                name="temporary_supply_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["increase_low", "increase_high", "pv_household", "pv_enterprise"])
                | Q(supply_point__isnull=False),
                name="an_enlarged_supply_is_named",
            ),
            models.CheckConstraint(
                condition=~Q(state="archived")
                | Q(supply_point__isnull=False, account__isnull=False, energised_at__isnull=False),
                name="an_archived_application_is_supplied",
            ),
            models.UniqueConstraint(
                fields=["supply_point", "kind"],
                condition=Q(state="running"),
                name="one_open_application_a_point",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(end_note=""), name="a_refusal_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-id"]),
            models.Index(fields=["customer", "-id"]),
            models.Index(fields=["unit", "state"], condition=Q(state="running"), name="open_applications"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_running(self) -> bool:
        return self.state == ApplicationState.RUNNING


class SolarForm(models.TextChoices):
    HOUSEHOLD = "household", pgettext_lazy("PV", "Household of a natural person")
    ENTERPRISE_HOUSEHOLD = "enterprise_household", pgettext_lazy("PV", "On residents' roofs by an enterprise")
    COMMERCIAL = "commercial", pgettext_lazy("PV", "Business, up to 6 MW")
    LARGE_COMMERCIAL = "large_commercial", pgettext_lazy("PV", "Large business")


class FeedMode(models.TextChoices):
    FULL_OWN = "full_own", pgettext_lazy("PV", "Full own use")
    SURPLUS = "surplus", pgettext_lazy("PV", "Own use, surplus fed in")
    FULL_FEED_IN = "full_feed_in", pgettext_lazy("PV", "Full feed-in")


class Zone(models.TextChoices):
    """Hosting-capacity zones that the province publishes; new projects pause in a red one."""

    GREEN = "green", pgettext_lazy("PV zone", "Green")
    YELLOW = "yellow", pgettext_lazy("PV zone", "Yellow")
    RED = "red", pgettext_lazy("PV zone", "Red")


class SolarProject(models.Model):
    """The PV plant of an application, with the four abilities (四可) it was built with."""

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="solar")
    form = models.CharField(_("form"), max_length=20, choices=SolarForm)
    capacity_kw = PowerField(_("installed capacity"))
    feed_mode = models.CharField(_("feed-in"), max_length=12, choices=FeedMode)
    voltage = models.CharField(_("connection voltage"), max_length=8, choices=Voltage)
    own_use_share = RatioField(_("share of own use a year"), null=True)
    zone = models.CharField(_("hosting zone"), max_length=6, choices=Zone, default="green")
    spot_market = models.BooleanField(_("the province runs a spot market"), default=False)
    observable = models.BooleanField(pgettext_lazy("PV", "Observable"), default=False)
    measurable = models.BooleanField(pgettext_lazy("PV", "Measurable"), default=False)
    adjustable = models.BooleanField(pgettext_lazy("PV", "Adjustable"), default=False)
    controllable = models.BooleanField(pgettext_lazy("PV", "Controllable"), default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(capacity_kw__gt=0), name="a_pv_plant_has_capacity")]


class DocumentState(models.TextChoices):
    GIVEN = "given", pgettext_lazy("application document", "Given")
    HELD = "held", pgettext_lazy("application document", "Held already")
    FOLLOWS = "follows", pgettext_lazy("application document", "To follow")


class ApplicationDocument(models.Model):
    """A document of the one-time list: given now, held from before (not asked for), or allowed to follow."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(_("document"), max_length=20)
    state = models.CharField(_("state"), max_length=7, choices=DocumentState)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(_("given"), null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "kind"], name="a_document_once"),
            models.CheckConstraint(
                condition=Q(state="follows", given_at__isnull=True)
                | (~Q(state="follows") & Q(given_at__isnull=False)),
                name="a_given_document_has_its_day",
            ),
        ]


class Survey(models.Model):
    """What was found on site; a second survey is a second row."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="surveys")
    surveyed_at = models.DateTimeField(_("surveyed"))
    surveyed_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(TransformerArea, null=True, on_delete=models.PROTECT, related_name="+")
    distance_m = models.PositiveIntegerField(_("distance to the connection point (m)"), null=True)
    external_works = models.BooleanField(_("works outside the premises"))
    meter_place = models.CharField(_("place of the meter"), max_length=120, blank=True)
    finding = models.CharField(_("findings"), max_length=500, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    from_phone = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]


class PlanState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("supply plan", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("supply plan", "Waiting for approval")
    RETURNED = "returned", pgettext_lazy("supply plan", "Returned")
    SETTLED = "settled", pgettext_lazy("supply plan", "Settled")
    ANSWERED = "answered", pgettext_lazy("supply plan", "Answered to the customer")


class SupplyPlan(models.Model):
    """A supply plan (供电方案). ``lines`` is JSON text: what each figure rests on; ``edited`` names fields a person set.

    Low voltage settles without approval (三零); high voltage needs a second person.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="plans")
    revision = models.PositiveSmallIntegerField(_("revision"))
    state = models.CharField(_("state"), max_length=9, choices=PlanState, default="draft")
    capacity_kva = PowerField(_("approved capacity"))
    voltage = models.CharField(_("voltage"), max_length=8, choices=Voltage)
    phases = models.PositiveSmallIntegerField(_("phases"), default=1)
    supply_source = models.CharField(_("supply source"), max_length=24, choices=SupplySource)
    area = models.ForeignKey(
        TransformerArea, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    load_rate_before = RatioField(_("load rate before"), null=True)
    load_rate_after = RatioField(_("load rate after"), null=True)
    external_works = models.BooleanField(_("works outside the premises"), default=False)
    metering_mode = models.CharField(_("metering mode"), max_length=10, choices=MeteringMode)
    registers = models.CharField(_("registers"), max_length=20)
    ct_primary_a = models.PositiveIntegerField(_("CT primary (A)"), default=1)
    ct_secondary_a = models.PositiveIntegerField(_("CT secondary (A)"), default=1)
    pt_ratio = models.PositiveIntegerField(_("PT ratio"), default=1)
    price_book = models.CharField(_("price book"), max_length=30)
    tariff = models.CharField(_("tariff"), max_length=40)
    billing_mode = models.CharField(_("billing mode"), max_length=16, choices=BillingMode, default="single")
    contract_demand_kw = PowerField(_("contract demand"), null=True, blank=True)
    demand_exempt = models.BooleanField(_("exempt from the basic charge"), default=False)
    pf_standard = models.PositiveSmallIntegerField(
        _("power-factor standard"), choices=PowerFactorStandard, default=0
    )
    market = models.CharField(_("market attribute"), max_length=14, choices=Market, default="list")
    iron_loss_kw = ReadingField(_("iron loss of the transformer (kW)"), null=True, blank=True)
    load_loss_kw = ReadingField(_("load loss of the transformer (kW)"), null=True, blank=True)
    shift_factor = RatioField(_("shift factor of the load loss"), null=True, blank=True)
    lines = models.TextField(default="[]")
    edited = models.CharField(max_length=400, blank=True)
    edit_reason = models.CharField(_("why it differs from the draft"), max_length=300, blank=True)
    valid_until = models.DateField(_("valid until"), null=True)
    drafted_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(_("drafted"))
    approved_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_note = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        ordering = ["application", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["application", "revision"], name="one_plan_a_revision"),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state__in=["draft", "submitted", "settled", "answered"]),
                name="one_live_plan",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("drafted_by")),
                name="two_persons_for_a_supply_plan",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(answered_at__isnull=False),
                name="an_answer_has_its_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["settled", "answered"])
                | Q(voltage="lt1kv")
                | Q(approved_by__isnull=False),
                name="a_high_voltage_plan_is_approved",
            ),
            models.CheckConstraint(
                condition=Q(ct_secondary_a__gte=1, pt_ratio__gte=1, ct_primary_a__gte=1),
                name="plan_ratios_are_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.revision}"

    @property
    def multiplier(self) -> int:
        return self.ct_primary_a // self.ct_secondary_a * self.pt_ratio


class PlanSource(models.Model):
    """An incoming line of a high-voltage plan. ``transformer`` is the customer's own, made when it is archived."""

    plan = models.ForeignKey(SupplyPlan, on_delete=models.CASCADE, related_name="sources")
    position = models.PositiveSmallIntegerField(_("source"))
    feeder = models.ForeignKey(Feeder, on_delete=models.PROTECT, related_name="+")
    bus_section = models.CharField(_("bus section"), max_length=20, blank=True)
    capacity_kva = PowerField(_("capacity"))

    class Meta:
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="one_source_a_position"),
            models.UniqueConstraint(fields=["plan", "feeder"], name="a_feeder_once_a_plan"),
        ]


class ReviewKind(models.TextChoices):
    DESIGN = "design", pgettext_lazy("review", "Design review")
    MID = "mid", pgettext_lazy("review", "Mid inspection")
    COMPLETION = "completion", pgettext_lazy("review", "Completion inspection")


class Review(models.Model):
    """One round of a review or inspection; what did not pass is looked at again in the next round."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="reviews")
    kind = models.CharField(_("review"), max_length=10, choices=ReviewKind)
    round = models.PositiveSmallIntegerField(_("round"))
    passed = models.BooleanField(_("passed"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed"))
    reviewed_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "kind", "round"], name="a_round_once"),
            models.UniqueConstraint(
                fields=["application", "kind"], condition=Q(passed=True), name="a_review_is_passed_once"
            ),
        ]


class Defect(models.Model):
    """Something that did not pass; ``fixed_in`` is the round that found it put right."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="defects")
    text = models.CharField(_("defect"), max_length=300)
    fixed_in = models.ForeignKey(Review, null=True, on_delete=models.PROTECT, related_name="fixed")

    class Meta:
        ordering = ["id"]


class FeeItem(models.Model):
    """A lawful fee with its basis; charged as a receivable of the account."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="fees")
    code = models.CharField(_("fee"), max_length=24)
    amount_fen = MoneyField(_("amount"))
    basis = models.CharField(_("basis"), max_length=200)
    explanation = models.CharField(_("explanation"), max_length=200, blank=True)
    due_date = models.DateField(_("due"))
    charged_at = models.DateTimeField(_("charged"))
    charged_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "code"], name="a_fee_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_fee_is_above_zero"),
            models.CheckConstraint(condition=~Q(basis=""), name="a_fee_has_its_basis"),
            models.CheckConstraint(
                condition=Q(code__in=["high_reliability", "customer_works"]), name="only_lawful_fees"
            ),
        ]


class IssueRole(models.TextChoices):
    PURCHASE = "purchase", pgettext_lazy("meter issue", "Purchase")
    FEED_IN = "feed_in", pgettext_lazy("meter issue", "Feed-in")
    GENERATION = "generation", pgettext_lazy("meter issue", "Generation")


class MeterIssue(models.Model):
    """A meter taken out of stock for this application, and what it showed when it was hung (``opening``: JSON text)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="meters")
    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("use of the point"), max_length=10, choices=IssueRole, default="purchase")
    feeder = models.PositiveSmallIntegerField(_("incoming feeder"), default=1)
    issued_at = models.DateTimeField(_("issued"))
    issued_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    returned_at = models.DateTimeField(null=True)
    installed_at = models.DateTimeField(_("installed"), null=True)
    installed_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    opening = models.TextField(default="{}", help_text="registers of this meter when it was hung")
    closing = models.TextField(default="{}", help_text="registers of the meter it replaced")
    seal_number = models.CharField(_("seal"), max_length=40, blank=True)

    class Meta:
        ordering = ["feeder", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meter"],
                condition=Q(returned_at__isnull=True, installed_at__isnull=True),
                name="a_meter_is_issued_once",
            ),
        ]


class RefusalState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("refusal", "To be decided")
    REFUSED = "refused", pgettext_lazy("refusal", "Refused")
    TURNED_DOWN = "turned_down", pgettext_lazy("refusal", "Not refused: the application goes on")


class Refusal(models.Model):
    """A proposal to refuse and its decision by a named senior role. Nothing stops before it is decided.

    ``reason`` and ``basis`` are written for the customer, who is told them word for word.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="refusals")
    state = models.CharField(_("state"), max_length=11, choices=RefusalState, default="proposed")
    reason = models.CharField(_("reason for the customer"), max_length=300)
    basis = models.CharField(_("basis"), max_length=200)
    proposed_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_note = models.CharField(_("reason of the decision"), max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(state="proposed"), name="one_refusal_to_decide"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="two_persons_for_a_refusal",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="a_decided_refusal_has_its_decision",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(basis=""), name="a_refusal_has_reason_and_basis"
            ),
        ]


class ProgressLookup(models.Model):
    """Tries to see the progress of an application without signing in; failures of an address slow it down."""

    address = models.CharField(max_length=45)
    number = models.CharField(max_length=20)
    found = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["address", "at"]), models.Index(fields=["number", "at"])]
