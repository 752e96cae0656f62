"""Long runs of mass corrections: preview and commit, chunk by chunk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from denghuo.commerce.corrections import operations
from denghuo.commerce.corrections.models import MassCorrection
from denghuo.foundation.jobs import rules as jobs
from denghuo.foundation.jobs.models import LongRun, RunState


@jobs.chunk_worker(
    operations.PREVIEW_KIND,
    label=_("Preview of a mass correction"),
    counters={
        "wins": _("Pay less"),
        "loses": _("Pay more"),
        "same": _("Nothing changes"),
        "protected": _("Protected"),
        "problem": _("Need a person"),
        "difference_fen": _("Difference (yuan)"),
    },
)
def preview_chunk(run: LongRun, payload: dict[str, Any], at: datetime) -> dict[str, int]:
    mass = MassCorrection.objects.get(preview_run=run)
    return operations.preview_points(mass=mass, points=payload["points"], at=at)


@jobs.on_finished(operations.PREVIEW_KIND)
def preview_finished(run: LongRun, at: datetime) -> None:
    if run.state == RunState.DONE:
        operations.preview_done(mass=MassCorrection.objects.get(preview_run=run), at=at)


@jobs.chunk_worker(
    operations.COMMIT_KIND,
    label=_("Mass correction"),
    counters={
        "corrected": _("Corrected"),
        "problem": _("Need a person"),
        "difference_fen": _("Difference (yuan)"),
    },
)
def commit_chunk(run: LongRun, payload: dict[str, Any], at: datetime) -> dict[str, int]:
    mass = MassCorrection.objects.get(commit_run=run)
    return operations.commit_points(mass=mass, points=payload["points"], at=at)


@jobs.on_finished(operations.COMMIT_KIND)
def commit_finished(run: LongRun, at: datetime) -> None:
    if run.state == RunState.DONE:
        operations.commit_done(mass=MassCorrection.objects.get(commit_run=run), at=at)
