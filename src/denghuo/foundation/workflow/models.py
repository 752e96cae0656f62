"""Processes as tables: definitions, running cases, their tasks and clocks, and what people say and attach.

The engine's own state is text in one column; work lists, clocks and charts read these tables only, so that the engine
can be replaced.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.identity.models import OrganisationUnit, Role

STAFF = settings.AUTH_USER_MODEL


class DefinitionState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("process definition", "Draft")
    ACTIVE = "active", pgettext_lazy("process definition", "In force")
    RETIRED = "retired", pgettext_lazy("process definition", "Replaced")


class ProcessDefinition(models.Model):
    """One version of one BPMN diagram. Its text never changes; running cases keep the version they began with."""

    key = models.CharField(_("process"), max_length=60)
    version = models.PositiveIntegerField(_("version"))
    name = models.CharField(_("name"), max_length=80)
    xml = models.TextField()
    specification = models.TextField(help_text="the engine's parsed form, made once")
    digest = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=8, choices=DefinitionState, default="draft")
    drafted_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(_("drafted"))
    approved_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(_("in force since"), null=True)

    class Meta:
        ordering = ["key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="one_definition_a_version"),
            models.UniqueConstraint(
                fields=["key"], condition=Q(state="active"), name="one_definition_in_force"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(drafted_by__isnull=True)
                | ~Q(approved_by=F("drafted_by")),
                name="nobody_approves_their_own_diagram",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class LimitUnit(models.TextChoices):
    MINUTES = "minutes", pgettext_lazy("time limit", "minutes")
    HOURS = "hours", pgettext_lazy("time limit", "hours")
    WORKING_HOURS = "working_hours", pgettext_lazy("time limit", "working hours")
    DAYS = "days", pgettext_lazy("time limit", "days")
    WORKING_DAYS = "working_days", pgettext_lazy("time limit", "working days")


class TimeLimit(models.Model):
    """How long a process (``step`` empty) or one of its steps may take. Data: a bureau sets its own, dated.

    ``warn_percent``: the share of the limit after which it warns. ``escalation``: roles told one after another once it
    is broken, separated by commas, one each ``escalate_every_minutes``.
    """

    process = models.CharField(_("process"), max_length=60)
    step = models.CharField(_("step"), max_length=80, blank=True)
    valid_from = models.DateField(_("valid from"))
    amount = models.PositiveIntegerField(_("limit"))
    unit = models.CharField(_("unit"), max_length=14, choices=LimitUnit)
    warn_percent = models.PositiveSmallIntegerField(_("warns at"), default=80)
    escalation = models.CharField(_("escalation"), max_length=120, default="supervisor,decision_maker")
    escalate_every_minutes = models.PositiveIntegerField(default=1440)
    basis = models.CharField(_("basis"), max_length=200, blank=True)
    confidence = models.CharField(max_length=2, blank=True)
    set_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["process", "step", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["process", "step", "valid_from"], name="one_limit_a_day"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_limit_is_above_zero"),
            models.CheckConstraint(
                condition=Q(warn_percent__gte=1, warn_percent__lte=100), name="a_warning_before_the_end"
            ),
        ]


class InstanceState(models.TextChoices):
    RUNNING = "running", pgettext_lazy("process", "Running")
    DONE = "done", pgettext_lazy("process", "Done")
    CANCELLED = "cancelled", pgettext_lazy("process", "Cancelled")


class Priority(models.IntegerChoices):
    LOW = 1, pgettext_lazy("priority", "Low")
    NORMAL = 2, pgettext_lazy("priority", "Normal")
    HIGH = 3, pgettext_lazy("priority", "High")
    URGENT = 4, pgettext_lazy("priority", "Urgent")


class Clock(models.Model):
    """A limit that runs: from when, how long, until when. ``paused_at`` is set while it stands still."""

    started_at = models.DateTimeField(_("started"))
    limit_amount = models.PositiveIntegerField(null=True)
    limit_unit = models.CharField(max_length=14, choices=LimitUnit, blank=True)
    warn_percent = models.PositiveSmallIntegerField(default=80)
    warn_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(_("broken"), null=True)
    escalation_level = models.PositiveSmallIntegerField(default=0)
    next_alarm_at = models.DateTimeField(null=True, help_text="when the clock is looked at again")
    paused_at = models.DateTimeField(_("paused"), null=True)

    class Meta:
        abstract = True


class ProcessInstance(Clock):
    """One case: a diagram being walked for one subject (an application, a complaint …).

    ``owner`` is who was asked first and stays answerable to its end (首问负责制), whoever does the steps.
    ``engine_state`` is TEXT, never JSON: the engine needs the order of its keys.
    """

    definition = models.ForeignKey(ProcessDefinition, on_delete=models.PROTECT, related_name="instances")
    process = models.CharField(_("process"), max_length=60)
    number = models.CharField(_("case number"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=160)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    customer_id = models.BigIntegerField(null=True, help_text="the customer concerned, where there is one")
    owner = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    state = models.CharField(_("state"), max_length=9, choices=InstanceState, default="running")
    engine_state = models.TextField()
    version = models.PositiveIntegerField(default=1)
    started_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True)
    outcome = models.CharField(
        _("outcome"), max_length=60, blank=True, help_text="id of the end event reached"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running", ended_at__isnull=True)
                | (~Q(state="running") & Q(ended_at__isnull=False)),
                name="an_ended_case_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"]),
            models.Index(fields=["customer_id", "-id"]),
            models.Index(fields=["unit", "process", "-id"]),
            models.Index(
                fields=["next_alarm_at"], condition=Q(next_alarm_at__isnull=False), name="cases_to_look_at"
            ),
            models.Index(fields=["owner", "state", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class TaskState(models.TextChoices):
    OPEN = "open", pgettext_lazy("task", "Open")
    DONE = "done", pgettext_lazy("task", "Done")
    CANCELLED = "cancelled", pgettext_lazy("task", "Cancelled")


class HumanTask(Clock):
    """A step that waits for a person of ``role`` in ``unit``; ``assignee`` where it is somebody's."""

    instance = models.ForeignKey(ProcessInstance, on_delete=models.PROTECT, related_name="tasks")
    step = models.CharField(_("step"), max_length=80, help_text="id of the element in the diagram")
    name = models.CharField(_("step"), max_length=80)
    engine_id = models.CharField(max_length=36)
    role = models.CharField(_("role"), max_length=30, choices=Role)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(null=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    state = models.CharField(_("state"), max_length=9, choices=TaskState, default="open")
    completed_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    completed_at = models.DateTimeField(_("done"), null=True)
    result = models.CharField(_("result"), max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["instance", "engine_id"], name="one_task_a_token"),
            models.CheckConstraint(
                condition=Q(state="open", completed_at__isnull=True)
                | (~Q(state="open") & Q(completed_at__isnull=False)),
                name="an_ended_task_says_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["role", "unit", "due_at", "id"], condition=Q(state="open"), name="open_by_role"
            ),
            models.Index(
                fields=["assignee", "due_at", "id"], condition=Q(state="open"), name="open_by_person"
            ),
            models.Index(
                fields=["next_alarm_at"], condition=Q(next_alarm_at__isnull=False), name="tasks_to_look_at"
            ),
            models.Index(fields=["instance", "step"]),
        ]

    def __str__(self) -> str:
        return self.name


class PauseReason(models.TextChoices):
    CUSTOMER = "customer", pgettext_lazy("pause", "Waiting for the customer")
    WEATHER = "weather", pgettext_lazy("pause", "Weather")
    THIRD_PARTY = "third_party", pgettext_lazy("pause", "Waiting for a third party")
    PERMIT = "permit", pgettext_lazy("pause", "Waiting for a permit")
    APPOINTMENT = "appointment", pgettext_lazy("pause", "Time agreed with the customer")


class ClockPause(models.Model):
    """A spell in which the clock of a case (and of its open tasks) stood still. Half-open ``[began_at, ended_at)``."""

    instance = models.ForeignKey(ProcessInstance, on_delete=models.PROTECT, related_name="pauses")
    reason = models.CharField(_("reason"), max_length=12, choices=PauseReason)
    note = models.CharField(_("note"), max_length=200, blank=True)
    began_at = models.DateTimeField(_("from"))
    began_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("until"), null=True)
    ended_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["instance"], condition=Q(ended_at__isnull=True), name="one_pause_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
                name="a_pause_ends_after_it_began",
            ),
        ]


class ProcessEvent(models.Model):
    """What happened in a case; written once, never changed (triggers)."""

    instance = models.ForeignKey(ProcessInstance, on_delete=models.PROTECT, related_name="events")
    task = models.ForeignKey(HumanTask, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    at = models.DateTimeField()
    actor = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["instance", "id"])]


class Timer(models.Model):
    """A timer of a diagram that waits; the janitor fires it (the engine's own clock is never asked)."""

    instance = models.ForeignKey(ProcessInstance, on_delete=models.PROTECT, related_name="timers")
    engine_id = models.CharField(max_length=36)
    element = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "engine_id"], name="one_timer_a_token")]
        indexes = [models.Index(fields=["due_at"], condition=Q(fired_at__isnull=True), name="timers_waiting")]


class Audience(models.TextChoices):
    INTERNAL = "internal", pgettext_lazy("conversation", "Internal")
    CUSTOMER = "customer", pgettext_lazy("conversation", "With the customer")


class Remark(models.Model):
    """One thing said in a case: among colleagues, or to and from the customer."""

    instance = models.ForeignKey(ProcessInstance, on_delete=models.PROTECT, related_name="remarks")
    audience = models.CharField(max_length=8, choices=Audience, default="internal")
    author = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    from_customer = models.BooleanField(default=False)
    text = models.TextField(_("text"), max_length=4000)
    said_at = models.DateTimeField()
    key = models.CharField(
        max_length=40, null=True, unique=True, help_text="made in the browser: sent twice, kept once"
    )

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["instance", "id"])]


class Attachment(models.Model):
    """A document or photo of a case. ``kind`` names what it proves, so that nobody is asked for it twice."""

    instance = models.ForeignKey(ProcessInstance, on_delete=models.PROTECT, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind of document"), max_length=40, blank=True)
    step = models.CharField(max_length=80, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    added_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class SideTask(models.Model):
    """Something a case needs from another department; it has its own answer and its own day, beside the diagram."""

    instance = models.ForeignKey(ProcessInstance, on_delete=models.PROTECT, related_name="side_tasks")
    text = models.CharField(_("what is needed"), max_length=300)
    unit = models.ForeignKey(OrganisationUnit, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=30, choices=Role)
    assignee = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(_("due"))
    asked_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField(_("answer"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["role", "unit", "due_at"], condition=Q(answered_at__isnull=True), name="side_open"
            )
        ]


class Draft(models.Model):
    """What somebody was typing on a page of a case: kept as they type, gone once it is sent."""

    staff = models.ForeignKey(STAFF, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=200, help_text="path of the page and name of the form")
    content = models.TextField(help_text="the fields as JSON text")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "place"], name="one_draft_a_form")]
