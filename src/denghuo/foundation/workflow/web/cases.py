"""The page of a case: flow chart, steps, owner and clock, conversation, documents, questions to others, its story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.workflow import operations, queries, rules
from denghuo.foundation.workflow.models import HumanTask, InstanceState, ProcessInstance, TaskState
from denghuo.foundation.workflow.queries import faces, worklists
from denghuo.foundation.workflow.queries.faces import Face
from denghuo.foundation.workflow.rules.diagrams import Diagram
from denghuo.foundation.workflow.web import forms as pages
from denghuo.foundation.workflow.web import words
from denghuo.foundation.workflow.web.common import now, step_label, step_url, subject_url, visible_case

EVENTS_SHOWN = 200
USUAL_ANSWER = timedelta(days=2)


@dataclass(frozen=True)
class StepRow:
    """A step of the case as the list beside the drawing shows it."""

    label: str
    state: str
    role: str
    who: str
    at: datetime | None
    face: Face | None = None
    url: str = ""
    result: str = ""


@require("workflow.view")
@require_GET
def case_page(request: StaffRequest, pk: int) -> HttpResponse:
    return show(request, visible_case(request, pk))


def show(
    request: StaffRequest,
    case: ProcessInstance,
    *,
    bound: dict[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a case; ``bound`` holds the form that was refused, with what was typed."""
    at = now()
    context = case_context(request, case, at=at)
    context["forms"] |= bound or {}
    context |= {
        "page_title": case.title,
        "story": words.story(
            case,
            case.events.select_related("actor", "task").order_by("-id")[:EVENTS_SHOWN],
            operations.diagram_of(case.definition),
        ),
        "back": reverse("workflow:case", args=[case.pk]),
        "breadcrumbs": [(pgettext("process", "Cases"), reverse("workflow:cases")), (case.number, None)],
    }
    return render(request, "workflow/case.html", context, status=status)


def case_context(request: StaffRequest, case: ProcessInstance, *, at: datetime) -> dict[str, Any]:
    """What the page of a case and the panel on the page of its subject both show."""
    diagram = operations.diagram_of(case.definition)
    tasks = list(case.tasks.select_related("assignee", "completed_by").order_by("id"))
    for task in tasks:
        task.instance = case
    case_face, *task_faces = faces.faces([case, *tasks], now=at)
    return {
        "case": case,
        "process_label": rules.label(case.process, otherwise=case.definition.name),
        "subject_url": subject_url(case),
        "case_face": case_face,
        "steps": step_rows(request, diagram, case, tasks, task_faces),
        "flow": flow(diagram, case, tasks, task_faces),
        "outcome": words.end_label(diagram, case.outcome),
        "passed_on": queries.times_passed_on(case),
        "pauses": list(case.pauses.select_related("began_by", "ended_by").order_by("-id")),
        "remarks": list(case.remarks.select_related("author").order_by("id")),
        "attachments": list(case.attachments.select_related("file", "added_by").order_by("-id")),
        "document_kinds": dict(pages.DOCUMENTS),
        "side_tasks": [
            (item, worklists.may_answer(item, request.user))
            for item in case.side_tasks.select_related(
                "unit", "assignee", "asked_by", "answered_by"
            ).order_by("-id")
        ],
        "forms": act_forms(request, case, at),
        "now": at,
    }


def act_forms(request: StaffRequest, case: ProcessInstance, at: datetime) -> dict[str, forms.Form]:
    """The forms of what this person may do with the case now."""
    may = request.user.may
    if not may("workflow.work"):
        return {}
    found: dict[str, forms.Form] = {"remark": pages.RemarkForm(auto_id="remark-%s")}
    found["attach"] = pages.AttachForm(auto_id="attach-%s")
    if case.state != InstanceState.RUNNING:
        return found
    due = pages.local_text(at + USUAL_ANSWER)
    found["ask"] = pages.AskForm(auto_id="ask-%s", initial={"unit": case.unit_id, "due_at": due})
    if case.paused_at is None:
        found["pause"] = pages.PauseForm(auto_id="pause-%s")
    else:
        found["resume"] = forms.Form()
    if may_lead(request, case):
        found["hand_over"] = pages.PersonForm(
            auto_id="hand-%s",
            people=pages.people(request.user).exclude(pk=case.owner_id),
            to=pgettext("process", "New owner"),
        )
        found["cancel"] = pages.CancelForm(auto_id="cancel-%s")
    return found


def may_lead(request: StaffRequest, case: ProcessInstance) -> bool:
    """Whether this person answers for the case or for the work of others."""
    return case.owner_id == request.user.pk or request.user.may("workflow.assign")


def step_rows(
    request: StaffRequest,
    diagram: Diagram,
    case: ProcessInstance,
    tasks: list[HumanTask],
    task_faces: list[Face],
) -> list[StepRow]:
    """Done, open and possible next steps, in the order of the story."""
    rows = []
    for task, face in zip(tasks, task_faces, strict=True):
        open_ = task.state == TaskState.OPEN
        who = task.assignee if open_ else task.completed_by
        rows.append(
            StepRow(
                label=step_label(task),
                state=task.state,
                role=str(task.get_role_display()),
                who=who.name if who else "",
                at=None if open_ else task.completed_at,
                face=face,
                url=step_url(task) if open_ and request.user.may("workflow.work") else "",
                result=task.result,
            )
        )
    if case.state == InstanceState.RUNNING:
        for step in queries.standing(diagram, case, tasks).next:
            node = diagram.nodes[step]
            label = rules.label(case.process, step, otherwise=node.name or _("End of the case"))
            rows.append(StepRow(label=str(label), state="next", role="", who="", at=None))
    return rows


def flow(
    diagram: Diagram, case: ProcessInstance, tasks: list[HumanTask], task_faces: list[Face]
) -> dict[str, Any]:
    """Marks of the drawing as plain data for the script: element ids, and a note over each current step."""
    standing = queries.standing(diagram, case, tasks)
    notes = []
    for task, face in zip(tasks, task_faces, strict=True):
        if task.state == TaskState.OPEN:
            who = task.assignee.name if task.assignee else str(task.get_role_display())
            notes.append({"element": task.step, "who": who, "clock": face.text, "tone": face.tone})
    return {
        "done": list(standing.done),
        "current": list(standing.current),
        "next": list(standing.next),
        "notes": notes,
    }
