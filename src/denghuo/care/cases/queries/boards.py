"""Matters as people watch them: complaints under the three taboos, repairs by the minute, measures by their day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from denghuo.care.cases.models import Case, CaseKind, ImprovementItem, Repair
from denghuo.care.cases.queries.limits import figure
from denghuo.care.cases.rules import parameters, watch
from denghuo.foundation.workflow.models import HumanTask, ProcessEvent
from denghuo.kernel.periods import day_of

RUNNING = ("open", "replied")
SUBJECT = "cases.case"


def visible(scope: str) -> QuerySet[Case]:
    """Every matter of the unit and the units below it."""
    return Case.objects.filter(unit__code__startswith=scope).select_related(
        "topic", "customer", "supply_point", "unit", "owner"
    )


@dataclass(frozen=True)
class Watched:
    """A running complaint with the taboos it breaks and the step that waits."""

    case: Case
    passes: int
    taboos: list[str]
    step: HumanTask | None


def watched(scope: str, *, at: datetime, limit: int = 200) -> list[Watched]:
    """Running complaints, those that break most first (三忌)."""
    cases = list(
        visible(scope)
        .filter(kind=CaseKind.COMPLAINT, state__in=RUNNING)
        .select_related("complaint", "previous")
        .order_by("answer_due_at", "id")[:limit]
    )
    passes, steps = passes_of(cases), open_steps(cases)
    allowed = figure(parameters.PASSES, on=day_of(at))
    found = [
        Watched(
            case,
            passes.get(case.pk, 0),
            watch.taboos(
                watch.Watched(
                    passes=passes.get(case.pk, 0),
                    contact_due_at=case.contact_due_at,
                    contacted_at=case.contacted_at,
                    answer_due_at=case.answer_due_at,
                    replied_at=case.replied_at,
                ),
                at=at,
                passes=allowed,
            ),
            steps.get(case.pk),
        )
        for case in cases
    ]
    return sorted(found, key=lambda row: (-len(row.taboos), -row.case.escalation))


def passes_of(cases: Iterable[Case]) -> dict[int, int]:
    """How often the steps of each matter were passed on, by its key."""
    rows = (
        ProcessEvent.objects.filter(
            kind="transferred",
            instance__subject_type=SUBJECT,
            instance__subject_id__in=[case.pk for case in cases],
        )
        .values_list("instance__subject_id")
        .annotate(times=Count("id"))
        .order_by()
    )
    return dict(rows)


def open_steps(cases: Iterable[Case]) -> dict[int, HumanTask]:
    """The step that waits, by the key of the matter."""
    tasks = (
        HumanTask.objects.filter(
            state="open", instance__subject_type=SUBJECT, instance__subject_id__in=[case.pk for case in cases]
        )
        .select_related("instance", "assignee")
        .order_by("-id")
    )
    return {task.instance.subject_id: task for task in tasks}


def repairs(scope: str) -> QuerySet[Repair]:
    """Repairs under way, the most urgent first."""
    return (
        Repair.objects.filter(station__code__startswith=scope, restored_at__isnull=True, case__state="open")
        .select_related("case__topic", "case__area", "case__supply_point", "station", "crew")
        .order_by("arrive_due_at", "case_id")
    )


def improvements(scope: str) -> QuerySet[ImprovementItem]:
    return ImprovementItem.objects.filter(case__unit__code__startswith=scope).select_related(
        "case__topic", "owner", "verified_by"
    )


@dataclass(frozen=True)
class ComplaintFigures:
    """Complaints received in a spell: how many, answered in time, admitted, repeated, and how content."""

    received: int
    answered: int
    in_time: int
    admitted: int
    repeated: int
    satisfaction: float | None


def complaint_figures(scope: str, *, since: datetime) -> ComplaintFigures:
    """Complaints received since then."""
    rows = list(
        Case.objects.filter(Q(kind=CaseKind.COMPLAINT, unit__code__startswith=scope, received_at__gte=since))
        .exclude(state="merged")
        .values_list("replied_at", "answer_due_at", "complaint__admitted", "previous_id", "satisfaction")
    )
    answered = [row for row in rows if row[0]]
    marks = [row[4] for row in rows if row[4]]
    return ComplaintFigures(
        received=len(rows),
        answered=len(answered),
        in_time=sum(bool(row[0] and row[1] and row[0] <= row[1]) for row in answered),
        admitted=sum(bool(row[2]) for row in rows),
        repeated=sum(row[3] is not None for row in rows),
        satisfaction=sum(marks) / len(marks) if marks else None,
    )


def causes_counted(scope: str, *, since: datetime) -> list[tuple[str, int]]:
    """Causes of the complaints looked into since then, by the first level, most frequent first."""
    rows = Case.objects.filter(
        kind=CaseKind.COMPLAINT,
        unit__code__startswith=scope,
        received_at__gte=since,
        complaint__cause__isnull=False,
    ).values_list("complaint__cause__parent__name", "complaint__cause__name")
    counts: dict[str, int] = {}
    for parent, name in rows:
        counts[parent or name] = counts.get(parent or name, 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
