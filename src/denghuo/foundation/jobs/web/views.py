"""Runs: the list, one run while it works, its buttons, and what failed for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST
from django_tasks_db.models import DBTaskResult

from denghuo.foundation.jobs import operations, queries, rules
from denghuo.foundation.jobs.models import ChunkState, LongRun, RunState
from denghuo.foundation.ui import formats
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import ChoiceFilter, Column, ListPage, TextFilter

SHOWN_CHUNKS = 200
VERBS = {
    "pause": operations.pause,
    "resume": operations.resume,
    "cancel": operations.cancel,
    "retry": operations.retry_failed,
}


def _address(run: LongRun) -> str:
    return reverse("jobs:run", args=[run.pk])


@require("runs.view")
class RunList(ListPage):
    model = LongRun
    title = gettext_lazy("Long runs")
    pretitle = gettext_lazy("Administration")
    columns = (
        Column("id", pgettext_lazy("jobs", "Run"), kind="link", url=_address),
        Column("title", gettext_lazy("title"), kind="link", url=_address),
        Column("kind", gettext_lazy("kind"), value=lambda run: rules.label_of(run.kind)),
        Column("state", gettext_lazy("state"), kind="badge"),
        Column(
            "done_rows",
            gettext_lazy("progress"),
            kind="template",
            template="jobs/cell_progress.html",
            export=lambda run: f"{run.done_rows} / {run.total_rows}",
        ),
        Column("started_by__name", gettext_lazy("started by")),
        Column("created_at", gettext_lazy("created"), kind="moment", sort=True),
        Column("finished_at", gettext_lazy("finished"), kind="moment"),
    )
    filters = (
        TextFilter("q", gettext_lazy("title"), lookups=("title__contains",)),
        ChoiceFilter("state", gettext_lazy("state")),
    )
    keyset = ("-id",)
    export_name = "runs"
    empty_title = gettext_lazy("No run yet")
    empty_text = gettext_lazy(
        "Billing runs and imports of many rows appear here while they work and afterwards."
    )
    template_name = "jobs/runs.html"

    def queryset(self, request: HttpRequest) -> Any:
        return queries.runs(scope=request.user.scope)  # type: ignore[union-attr]

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"dead": queries.dead_chunks(scope=request.user.scope).count() + queries.dead_tasks().count()}  # type: ignore[union-attr]


def _found(request: HttpRequest, run_id: int) -> LongRun:
    return get_object_or_404(queries.runs(scope=request.user.scope), id=run_id)  # type: ignore[union-attr]


def _picture(request: HttpRequest, run: LongRun, *, whole: bool) -> dict[str, Any]:
    """What the fragment that polls itself shows; ``whole`` adds chunks and a longer log."""
    now = timezone.now()
    shown = queries.progress(run, at=now)
    states = dict(ChunkState.choices)
    context: dict[str, Any] = {
        "run": run,
        "progress": shown,
        "whole": whole,
        "follow": request.GET.get("follow") == "1",
        "first": not whole and not request.GET.get("poll"),
        "live": run.finished_at is None,
        "may_control": request.user.may("runs.control"),  # type: ignore[union-attr]
        "counters": _named(run.kind, shown.counters),
        "chunk_states": [(state, states[state], n) for state, n in sorted(shown.chunks.items())],
        "log": queries.log(run, limit=50 if whole else 8),
        "may_pause": run.state in (RunState.QUEUED, RunState.RUNNING),
        "may_resume": run.state == RunState.PAUSED,
        "may_cancel": run.state in (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED),
        "may_retry": run.state == RunState.FAILED,
    }
    if whole:
        context["chunks"] = queries.chunks(run)[:SHOWN_CHUNKS]
        context["more_chunks"] = max(0, sum(shown.chunks.values()) - SHOWN_CHUNKS)
    return context


@require("runs.view")
@require_GET
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run."""
    found = _found(request, run_id)
    return render(
        request,
        "jobs/run.html",
        {
            "page_title": found.title,
            "breadcrumbs": [(_("Long runs"), reverse("jobs:runs")), (found.title, None)],
            "kind": rules.label_of(found.kind),
            **_picture(request, found, whole=True),
        },
    )


@require("runs.view", "imports.view", "billing.view")
@require_GET
def progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """The fragment that polls itself, for the drawer and for pages that follow a run."""
    found = _found(request, run_id)
    answer = render(
        request, "jobs/progress.html", _picture(request, found, whole=request.GET.get("whole") == "1")
    )
    if found.finished_at is not None and request.GET.get("follow") == "1":
        answer["HX-Refresh"] = "true"
    return answer


@require("runs.control")
@require_POST
def steer(request: HttpRequest, run_id: int, verb: str) -> HttpResponse:
    """Pause, resume, cancel, or try failed chunks again."""
    found = _found(request, run_id)
    if verb not in VERBS:
        raise Http404
    try:
        found = VERBS[verb](run=found, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
    except operations.RunCannotChange as error:
        messages.error(request, str(error))
        found.refresh_from_db()
    if request.headers.get("HX-Request"):
        whole = request.GET.get("whole") == "1"
        return render(request, "jobs/progress.html", _picture(request, found, whole=whole))
    return redirect("jobs:run", found.id)


@require("runs.view")
@require_GET
def dead_letters(request: HttpRequest) -> HttpResponse:
    """Chunks and tasks that are not tried again by themselves."""
    return render(
        request,
        "jobs/dead_letters.html",
        {
            "page_title": _("Failed for good"),
            "breadcrumbs": [(_("Long runs"), reverse("jobs:runs")), (_("Failed for good"), None)],
            "chunks": queries.dead_chunks(scope=request.user.scope)[:SHOWN_CHUNKS],  # type: ignore[union-attr]
            "tasks": queries.dead_tasks()[:SHOWN_CHUNKS],
            "may_control": request.user.may("runs.control"),  # type: ignore[union-attr]
        },
    )


@require("runs.control")
@require_POST
def retry_task(request: HttpRequest, task_id: str) -> HttpResponse:
    """Give a dead task new tries."""
    task = get_object_or_404(DBTaskResult, id=task_id)
    operations.retry_task(task=task, actor=request.user, at=timezone.now())
    messages.success(request, _("The task is tried again."))
    return redirect("jobs:dead-letters")


def _named(kind: str, counters: Mapping[str, int]) -> list[tuple[Any, str]]:
    """The counters that the worker's room named, amounts in yuan; all of them where it named none."""
    named = [name for name in counters if rules.label_of(kind, name) != name]
    return [
        (rules.label_of(kind, name), formats.money(value) if name.endswith("_fen") else f"{value:,}")
        for name, value in counters.items()
        if name in named or not named
    ]
