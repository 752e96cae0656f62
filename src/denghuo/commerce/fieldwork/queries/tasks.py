"""Tasks of a subject, of a person and of a unit; what waits for a decision; who works outside and where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery

from denghuo.commerce.fieldwork import rules
from denghuo.commerce.fieldwork.models import FieldSubmission, FieldTask, Outcome, Position
from denghuo.foundation.identity import rules as identity_rules
from denghuo.foundation.identity.models import RoleAssignment, Staff


def tasks_of(subject: models.Model) -> QuerySet[FieldTask]:
    """Every task dispatched for ``subject``, newest first."""
    return (
        FieldTask.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
        .select_related("crew", "done_by")
        .order_by("-id")
    )


def task_of(subject: models.Model, kind: str) -> FieldTask | None:
    """The newest task of a kind for ``subject``."""
    return tasks_of(subject).filter(kind=kind).first()


def done_answers(task: FieldTask) -> Mapping[str, Any]:
    """The typed answers of a task; photos and signatures are ids of stored files."""
    return task.given_answers


def visible_tasks(scope: str) -> QuerySet[FieldTask]:
    """Tasks of the units that start with ``scope``."""
    return FieldTask.objects.filter(unit__code__startswith=scope).select_related("crew", "unit")


def live_tasks(scope: str) -> QuerySet[FieldTask]:
    return visible_tasks(scope).filter(state__in=rules.LIVE)


def mine(staff: Staff) -> QuerySet[FieldTask]:
    """What ``staff`` has to do or may take, soonest due first."""
    return (
        FieldTask.objects.filter(
            Q(crew=staff) | Q(crew__isnull=True, unit__code__startswith=staff.scope), state__in=rules.LIVE
        )
        .select_related("supply_point")
        .order_by(models.F("due_at").asc(nulls_last=True), "id")
    )


def undecided(scope: str) -> QuerySet[FieldSubmission]:
    """What phones sent and nobody could apply yet, oldest first."""
    return (
        FieldSubmission.objects.filter(
            unit_id__startswith=scope,
            outcome__in=[Outcome.RECEIVED, Outcome.CONFLICT],
            resolved_at__isnull=True,
        )
        .select_related("staff", "task", "device")
        .order_by("id")
    )


def crews(unit_id: str) -> list[Staff]:
    """Who may be given a task of the unit, by unit and name."""
    return [person for person in workers("") if unit_id.startswith(person.scope)]


def last_positions(scope: str, *, since: datetime) -> list[Position]:
    """Where the consenting people of the units are, newest position of each device."""
    newest = Position.objects.filter(device=OuterRef("device")).order_by("-at", "-id").values("pk")[:1]
    return list(
        Position.objects.filter(
            pk=Subquery(newest),
            at__gte=since,
            device__consented_at__isnull=False,
            device__staff__unit__code__startswith=scope,
        )
        .select_related("device__staff")
        .order_by("device__staff__username", "pk")
    )


def workers(scope: str) -> list[Staff]:
    """Everybody who works outside in the units that start with ``scope``."""
    roles = [role for role, granted in identity_rules.PERMISSIONS.items() if "fieldwork.work" in granted]
    held = RoleAssignment.objects.filter(revoked_at__isnull=True, role__in=roles).values("staff_id")
    return list(
        Staff.objects.filter(pk__in=held, is_active=True, unit__code__startswith=scope)
        .select_related("unit__parent")
        .order_by("unit_id", "username")
    )
