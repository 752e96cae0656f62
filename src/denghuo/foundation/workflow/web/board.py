"""The board for those who give out work: running cases by process, and how their clocks stand."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.workflow import operations, rules
from denghuo.foundation.workflow.models import ProcessDefinition
from denghuo.foundation.workflow.queries import worklists
from denghuo.foundation.workflow.queries.worklists import BoardRow
from denghuo.foundation.workflow.web.common import now
from denghuo.foundation.workflow.web.lists import CLOCKS

TONES = {"in_time": "success", "warning": "warning", "broken": "danger", "paused": "info", "none": "neutral"}


@require("workflow.assign")
@require_GET
def board(request: StaffRequest) -> HttpResponse:
    at, scope = now(), request.user.scope
    rows = worklists.board(scope, now=at)
    chosen = request.GET.get("process", "")
    steps = worklists.board_of_steps(scope, chosen, now=at) if chosen else []
    names = dict(worklists.process_choices())
    labels_of_steps = _step_labels(chosen) if steps else {}
    labels = dict(CLOCKS)
    return render(
        request,
        "workflow/board.html",
        {
            "page_title": _("Board of processes"),
            "totals": [
                (labels[state], sum(getattr(row, state) for row in rows), TONES[state], _cases(clock=state))
                for state in ("broken", "warning", "in_time", "paused")
            ],
            "rows": [
                (
                    row,
                    names.get(row.process, row.process),
                    _parts(row, labels),
                    _cells(row, process=row.process),
                )
                for row in rows
            ],
            "chosen": names.get(chosen, chosen) if chosen else "",
            "steps": [
                (row, labels_of_steps.get(row.step, row.step), _task_cells(row, chosen)) for row in steps
            ],
            "chosen_key": chosen,
            "breadcrumbs": [
                (pgettext("process", "Cases"), reverse("workflow:cases")),
                (_("Board of processes"), None),
            ],
        },
    )


def _step_labels(process: str) -> dict[str, str]:
    """Names of the steps as the newest version has them."""
    definition = ProcessDefinition.objects.filter(key=process).order_by("-version").first()
    nodes = operations.diagram_of(definition).nodes.values() if definition else ()
    return {node.id: str(rules.label(process, node.id, otherwise=node.name or node.id)) for node in nodes}


def _parts(row: BoardRow, labels: dict[str, Any]) -> list[tuple[Any, int, str]]:
    return [(labels[state], getattr(row, state), tone) for state, tone in TONES.items()]


def _cases(**filters: str) -> str:
    return f"{reverse('workflow:cases')}?{urlencode({'state': 'running', **filters})}"


def _cells(row: BoardRow, *, process: str) -> list[tuple[int, str, str]]:
    return [
        (getattr(row, state), TONES[state], _cases(process=process, clock=state))
        for state in ("in_time", "warning", "broken", "paused")
    ]


def _task_cells(row: BoardRow, process: str) -> list[tuple[int, str, str]]:
    return [
        (
            getattr(row, state),
            TONES[state],
            f"{reverse('workflow:tasks-all')}?{urlencode({'process': process, 'step': row.step, 'clock': state})}",
        )
        for state in ("in_time", "warning", "broken", "paused")
    ]
